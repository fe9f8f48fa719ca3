#!/bin/sh
# What `make image` and the machine that it is tried on need.
set -eu
here=$(dirname "$0")
sh "$here/install-bench-packages.sh"
. "$here/packages.sh"
install_packages "for a unit's image" fdisk e2fsprogs dosfstools mtools zstd
install_packages "for an update of a unit's system" rauc squashfs-tools
install_packages "for a machine to try it on" qemu-system-arm
