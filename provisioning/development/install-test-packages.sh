#!/bin/sh
# What tests need beyond Python: a browser. Declined or not to be had, those tests skip and say so.
set -eu
here=$(dirname "$0")
. "$here/packages.sh"
install_packages "for the browser tests" chromium fonts-dejavu-core ||
    echo "Going on without: the browser tests will skip."
install_packages "to look at printed pages" poppler-utils ||
    echo "Going on without: the tests of printed pages will skip."
install_packages "to check units and scripts" systemd udev shellcheck ||
    echo "Going on without: the tests of provisioning will skip."
install_packages "to put a card together" fdisk e2fsprogs dosfstools mtools genimage ||
    echo "Going on without: the tests of the image will skip."
install_packages "to ask disks for their health" smartmontools ||
    echo "Going on without: the tests that ask a real disk will skip."
install_packages "to try the firewall" nftables iproute2 ||
    echo "Going on without: the tests of the firewall will skip."
install_packages "to make and install system bundles" rauc squashfs-tools dbus ||
    echo "Going on without: the tests with RAUC will skip."
install_packages "for an emulated 64-bit ARM processor" qemu-user mmdebstrap gcc libc6-dev ||
    echo "Going on without: the tests on an emulated processor will skip."
sh "$here/fetch-time-server.sh" ||
    echo "No chrony could be fetched: the test of the step 'clock' will skip."
