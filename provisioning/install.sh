#!/bin/sh
# Installs Goldenboard on this computer, or brings an installation up to date.
#
#   sudo provisioning/install.sh                 a unit on a Raspberry Pi
#   sudo provisioning/install.sh --simulated     any Debian computer, with the simulated cabinet
#
# Says each change that it makes; run again it changes nothing. Exit code 0: everything is as it
# should be; 2: refused, with the reason; with --dry-run 10: something would change.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib/say.sh"
. "$here/lib/options.sh"
. "$here/lib/computer.sh"
. "$here/lib/packages.sh"
. "$here/lib/files.sh"
. "$here/lib/tree.sh"
. "$here/lib/release.sh"
. "$here/lib/boot.sh"
. "$here/lib/service.sh"
. "$here/lib/uninstall.sh"

read_options "$@"
know_this_computer
trap tell_where_it_stopped EXIT
lock_out_others

if [ "$uninstall" = yes ]; then
    uninstall_everything
else
    install_packages
    stage_release
    check_update_key
    install_tree
    make_users_and_folders
    write_configuration
    write_update_key
    set_up_boot
    switch_to_release
    enable_units
    start_service
    remove_old_releases
fi
trap - EXIT
sum_up
