#!/bin/sh
# A unit's card for a Raspberry Pi, by rpi-image-gen at its pinned version:
#     build.sh SUITE DEVICE [IGconf_...=... ...]      (trixie or bookworm; rpi4 or rpi5)
# On 64-bit ARM with Raspberry Pi OS or Debian; elsewhere rpi-image-gen itself says what is missing.
# The wheels are those of `make release` for the suite's Python.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
root=$(CDPATH='' cd -- "$here/../.." && pwd)
suite=${1:-}
device=${2:-}
case "$suite" in trixie | bookworm) ;; *)
    echo "Expected trixie or bookworm as the suite; found '${suite}'." >&2
    exit 2
    ;;
esac
case "$device" in rpi4 | rpi5) ;; *)
    echo "Expected rpi4 or rpi5 as the device; found '${device}'." >&2
    exit 2
    ;;
esac
shift 2
# shellcheck source=provisioning/rpi-image-gen/pin
. "$here/pin"
tool=$root/build/rpi-image-gen
if [ ! -d "$tool/.git" ]; then
    git clone --quiet --no-checkout "$RPI_IMAGE_GEN_URL" "$tool" || {
        echo "rpi-image-gen could not be fetched from $RPI_IMAGE_GEN_URL." >&2
        exit 2
    }
fi
git -C "$tool" checkout --quiet "$RPI_IMAGE_GEN_COMMIT" || {
    echo "Expected commit $RPI_IMAGE_GEN_COMMIT in $tool; remove that folder and run this again." >&2
    exit 2
}
for layer in "$here"/layer/*.yaml "$here"/image/*.yaml; do
    "$tool/rpi-image-gen" metadata --lint "$layer"
done
exec "$tool/rpi-image-gen" build -S "$here" -c "goldenboard-$suite.yaml" -- \
    "IGconf_device_layer=$device" "$@"
