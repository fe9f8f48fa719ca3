#!/bin/sh
# Known weaknesses of Python packages, by pip-audit.
#     audit.sh PIP-AUDIT BILL [OSV-URL]
# BILL is a bill of materials (sbom.cdx.json) or a list of pins, as pip freeze writes it. Asked is
# PyPI, then OSV where PyPI gives no answer; with OSV-URL that service alone.
# 0: asked, none known. 1: there are some, they are listed. 3: could not be asked, which is no "none".
set -eu
tool=$1
bill=$2
url=${3:-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
case "$bill" in
*.json) sed -n 's,.*"pkg:pypi/\([^@]*\)@\([^?"]*\).*,\1==\2,p' "$bill" ;;
*) grep -E '^[A-Za-z0-9._-]+==[^ ]+$' "$bill" || true ;;
esac | grep -v '^goldenboard==' | sort -u >"$work/pins.txt" || true
count=$(wc -l <"$work/pins.txt")
[ "$count" -gt 0 ] || { echo "audit: $bill names no package" >&2; exit 3; }

# ask OPTIONS...: strict, for what the service does not know is not passed over in silence
ask() {
    "$tool" --strict --disable-pip --no-deps --progress-spinner off --timeout 15 -r "$work/pins.txt" "$@" \
        >"$work/said" 2>&1
}

status=0
if [ -n "$url" ]; then
    ask -s osv --osv-url "$url" || status=$?
else
    ask -s pypi || status=$?
    if [ "$status" != 0 ] && ! grep -q '^Found [0-9]* known vulnerabilit' "$work/said"; then
        status=0
        ask -s osv || status=$?
    fi
fi
if [ "$status" = 0 ]; then
    echo "audit: $count packages, no weakness known today"
elif grep -q '^Found [0-9]* known vulnerabilit' "$work/said"; then
    cat "$work/said"
    exit 1
else
    echo "audit: NOT CHECKED. No advisory service gave an answer for these $count packages:" >&2
    grep -v '^WARNING' "$work/said" | tail -3 >&2
    exit 3
fi
