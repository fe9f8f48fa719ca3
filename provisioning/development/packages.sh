# Sourced by its neighbours: install Debian packages, named before it asks. Root installs at once;
# others are asked through sudo; without a terminal and without a password-free sudo it gives up.

install_packages() {
    why=$1
    shift
    missing=""
    for package in "$@"; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    if ! command -v apt-get >/dev/null 2>&1; then
        echo "Not installed ($why):$missing. This system has no apt-get: install them by its own means."
        return 1
    fi
    if [ "$(id -u)" = 0 ]; then
        sudo=""
    elif [ -t 0 ]; then
        sudo="sudo"
        printf 'Needed %s:%s\nInstall with sudo apt-get? [Y/n] ' "$why" "$missing"
        read -r answer
        case "$answer" in [nN]*) echo "Left out."; return 1 ;; esac
    elif sudo -n true 2>/dev/null; then
        sudo="sudo -n"
    else
        echo "Not installed ($why):$missing. Run: sudo apt-get install$missing"
        return 1
    fi
    echo "Installing ($why):$missing ..."
    $sudo apt-get update -q &&
        $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing
}
