#!/bin/sh
# What `make bench-install` and `make bench-storage-health` need: bare Debian systems, and a
# processor of another kind.
set -eu
here=$(dirname "$0")
. "$here/packages.sh"
install_packages "for bare Debian systems" mmdebstrap arch-test qemu-user-static binfmt-support
install_packages "to count what an emulated processor executes" qemu-user gcc libc6-dev llvm
install_packages "for an emulated computer" qemu-system-arm cpio kmod e2fsprogs
if [ "$(id -u)" = 0 ] && [ ! -e /proc/sys/fs/binfmt_misc/status ]; then
    mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc
fi
[ "$(id -u)" != 0 ] || [ "$(uname -m)" = aarch64 ] || update-binfmts --enable qemu-aarch64
