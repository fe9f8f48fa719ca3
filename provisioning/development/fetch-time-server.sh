#!/bin/sh
# chrony for tests and campaigns, unpacked into build/chrony: installed, its package would take the
# place of the time service that this computer has.
set -eu
folder=build/chrony
[ ! -x "$folder/usr/sbin/chronyd" ] || exit 0
! command -v chronyd >/dev/null || exit 0
command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || exit 1
rm -rf "$folder"
mkdir -p "$folder"
(cd "$folder" && apt-get download -q chrony >/dev/null 2>&1) || exit 1
dpkg-deb -x "$folder"/chrony_*.deb "$folder"
rm "$folder"/chrony_*.deb
