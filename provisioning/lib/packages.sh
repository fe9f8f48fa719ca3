# Debian packages: only those that are missing.
# shellcheck shell=sh

install_packages() {
    if [ -n "$root" ]; then
        note "trial tree: no packages are installed"
        return 0
    fi
    wanted="ca-certificates python3 python3-venv systemd systemd-timesyncd udev dbus avahi-daemon nftables systemd-zram-generator smartmontools"
    [ "$simulated" = yes ] ||
        wanted="$wanted python3-picamera2 python3-libcamera python3-gpiozero python3-lgpio"
    [ "$read_only" = no ] || wanted="$wanted overlayroot"
    missing=""
    for package in $wanted; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q '^install ok installed' ||
            missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    change "installed packages:$missing" || return 0
    apt-get update -q
    # shellcheck disable=SC2086  # a list of names
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing
}
