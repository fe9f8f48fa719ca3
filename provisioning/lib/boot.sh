# What the Pi's firmware reads, and no swap on the card.
# shellcheck shell=sh

firmware=/boot/firmware/config.txt
include="include goldenboard.txt"

set_up_boot() {
    [ "$is_pi" = yes ] || return 0
    if [ ! -f "$root$firmware" ]; then
        note "there is no $firmware: the line '$include' has to be in it before the unit starts"
    fi
    if [ -f "$root$firmware" ] && ! grep -qxF "$include" "$root$firmware"; then
        if change "included goldenboard.txt in $firmware (restart the unit)"; then
            { cat "$root$firmware"; printf '\n[all]\n%s\n' "$include"; } >"$root$firmware.tmp"
            sync "$root$firmware.tmp"
            mv -f "$root$firmware.tmp" "$root$firmware"
        fi
    fi
    if [ -e "$root/usr/lib/systemd/system/dphys-swapfile.service" ] ||
        [ -e "$root/lib/systemd/system/dphys-swapfile.service" ]; then
        put_link /dev/null /etc/systemd/system/dphys-swapfile.service "switched off the swap file on the card"
        [ "$has_systemd" = no ] || systemctl stop dphys-swapfile.service || true
        take_away /var/swap
    fi
}

undo_boot() {
    if [ -f "$root$firmware" ] && grep -qxF "$include" "$root$firmware"; then
        if change "took goldenboard.txt out of $firmware (restart the unit)"; then
            grep -vxF "$include" "$root$firmware" >"$root$firmware.tmp"
            mv -f "$root$firmware.tmp" "$root$firmware"
        fi
    fi
    mask=/etc/systemd/system/dphys-swapfile.service
    [ "$(readlink "$root$mask" 2>/dev/null || true)" != /dev/null ] || take_away $mask
}
