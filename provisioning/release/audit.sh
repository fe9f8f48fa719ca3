#!/bin/sh
# Known weaknesses of what a bill of materials names, by pip-audit.
#     audit.sh PIP-AUDIT SBOM
# 0: asked, none known. 1: there are some, they are listed. 3: could not be asked, which is no "none".
set -eu
tool=$1
bill=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sed -n 's,.*"pkg:pypi/\([^@]*\)@\([^?"]*\).*,\1==\2,p' "$bill" | grep -v '^goldenboard==' | sort -u >"$work/pins.txt"
count=$(wc -l <"$work/pins.txt")
[ "$count" -gt 0 ] || { echo "audit: $bill names no package" >&2; exit 3; }
# strict: what the service does not know is not passed over in silence
status=0
"$tool" --strict --disable-pip --no-deps --progress-spinner off --timeout 15 -r "$work/pins.txt" >"$work/said" 2>&1 || status=$?
if [ "$status" = 0 ]; then
    echo "audit: $count packages, no weakness known today"
elif grep -q '^Found [0-9]* known vulnerabilit' "$work/said"; then
    cat "$work/said"
    exit 1
else
    echo "audit: NOT CHECKED. The advisory service gave no answer for these $count packages:" >&2
    tail -3 "$work/said" >&2
    exit 3
fi
