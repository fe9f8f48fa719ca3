#!/bin/sh
# A release: the product's wheel, every wheel that a unit needs, their bill of materials, their sums.
#     make-release.sh PYTHON OUT [VERSION MACHINE]     (3.11 aarch64 unless said otherwise)
# The folder OUT/wheels is what `goldenboard update pack --wheels` takes.
set -eu
python=$1
out=$2
version=${3:-3.11}
machine=${4:-aarch64}
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
tree=$(CDPATH='' cd -- "$here/../.." && pwd)

rm -rf "$out"
mkdir -p "$out/source" "$out/wheels"
# What git would hand out, and no leavings of builds.
(cd "$tree" && git archive HEAD) | tar -x -C "$out/source"
"$python" -m pip wheel -q --disable-pip-version-check --no-deps --no-build-isolation -w "$out/wheels" "$out/source"
rm -rf "$out/source"

# pip judges a requirement's conditions by the computer it runs on: they are judged here by the unit's.
"$python" "$here/needed.py" "$out"/wheels/goldenboard-*.whl "$version" "$machine" >"$out/needed.txt"
"$python" -m pip download -q --disable-pip-version-check --only-binary=:all: \
    --platform "manylinux_2_28_$machine" --platform "manylinux_2_27_$machine" --platform "manylinux_2_26_$machine" \
    --platform "manylinux_2_17_$machine" --platform "manylinux2014_$machine" --platform "manylinux_2_34_$machine" \
    --platform "linux_$machine" --python-version "$version" --implementation cp \
    -d "$out/wheels" -r "$out/needed.txt"

"$python" "$here/sbom.py" "$out/wheels" --models "$tree/models/released" --out "$out/sbom.cdx.json"
(cd "$out" && find wheels needed.txt sbom.cdx.json -type f | LC_ALL=C sort | xargs sha256sum >SHA256SUMS)
echo "$out: $(find "$out/wheels" -name '*.whl' | wc -l) wheels for Python $version on $machine"
