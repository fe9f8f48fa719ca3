# What this computer is, and whether it will do.
# shellcheck shell=sh

know_this_computer() {
    is_root=no
    [ "$(id -u)" != 0 ] || is_root=yes
    [ -n "$root" ] || [ "$is_root" = yes ] || refuse "to be root" "user $(id -un)" "Say: sudo $0"

    is_pi=$raspberry_pi
    model=/proc/device-tree/model
    if [ -z "$root" ] && [ -r $model ] && tr -d '\0' <$model | grep -q '^Raspberry Pi'; then
        is_pi=yes
    fi
    # An image is built on another computer: Raspberry Pi OS says what it is for.
    [ -n "$root" ] || [ ! -e /etc/rpi-issue ] || is_pi=yes
    [ "$is_pi" = yes ] || [ "$simulated" = yes ] || [ "$uninstall" = yes ] ||
        refuse "a Raspberry Pi" "another computer" "Say --simulated for the simulated cabinet."

    case "$(uname -m)" in
    aarch64 | x86_64) ;;
    *) refuse "a 64-bit computer (aarch64 or x86_64)" "$(uname -m)" "Use Raspberry Pi OS (64-bit)." ;;
    esac
    if [ -z "$root" ]; then
        codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-unknown}")
        case "$codename" in
        bookworm | trixie) ;;
        *) refuse "Debian or Raspberry Pi OS, bookworm or trixie" "$codename" "Install one of these." ;;
        esac
        [ ! -d /media/root-ro ] || refuse "a system partition that can be written" \
            "one that is read-only (overlayroot)" "Say: overlayroot-chroot $0 ..."
    fi
    has_systemd=no
    [ -n "$root" ] || [ ! -d /run/systemd/system ] || has_systemd=yes

    base=$root/opt/goldenboard
    state=$root/var/lib/goldenboard
    settings=$root/etc/goldenboard/goldenboard.toml
}

lock_out_others() {
    [ "$dry_run" = no ] || return 0
    lock=$root/run/goldenboard-install.lock
    mkdir -p "$root/run"
    exec 9<>"$lock"
    flock -n 9 || refuse "to be alone" "another install.sh that runs" "Wait for it."
}
