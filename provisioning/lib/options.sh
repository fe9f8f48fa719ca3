# The command line.
# shellcheck shell=sh

usage() {
    cat <<'END'
install.sh [--simulated | --raspberry-pi] [--wheel FILE | --source DIR] [--wheels DIR] [--cradles]
           [--update-key FILE] [--read-only-root] [--dry-run] [--root DIR] [--uninstall]

  --simulated        the simulated cabinet, on any 64-bit Debian computer
  --raspberry-pi     for a Pi, although this computer is none: its card is made here
  --source DIR       build from this checkout (default: the one this script lies in)
  --wheel FILE       install this wheel; the models still come from the checkout
  --wheels DIR       take all libraries from this folder, none from the network
  --cradles          with the page that builds cradles (more libraries)
  --update-key FILE  the maker's public keys (.pub): the unit takes updates signed by them
  --read-only-root   never write the system partition; data on a partition labelled goldenboard
  --dry-run          say what would be changed, change nothing; exit code 10 if there is something
  --root DIR         a trial tree: everything lands below DIR and runs from there; no packages
  --uninstall        take everything away but records, recipes and configuration
END
}

read_options() {
    simulated=no raspberry_pi=no dry_run=no uninstall=no cradles=no read_only=no
    root="" wheel="" wheels="" update_key="" source=$(dirname "$here")
    while [ $# -gt 0 ]; do
        case "$1" in
        --simulated) simulated=yes ;;
        --raspberry-pi) raspberry_pi=yes ;;
        --cradles) cradles=yes ;;
        --read-only-root) read_only=yes ;;
        --dry-run) dry_run=yes ;;
        --uninstall) uninstall=yes ;;
        --wheel | --source | --wheels | --root | --update-key)
            [ $# -ge 2 ] && [ -e "$2" ] || refuse "a file or folder after $1" "${2:-nothing}" "Correct it."
            path=$(realpath "$2")
            case "$1" in
            --wheel) wheel=$path ;;
            --source) source=$path ;;
            --wheels) wheels=$path ;;
            --root) root=$path ;;
            --update-key) update_key=$path ;;
            esac
            shift
            ;;
        -h | --help) usage; exit 0 ;;
        *) usage >&2; refuse "one of these options" "$1" "Correct it." ;;
        esac
        shift
    done
    [ "$simulated$raspberry_pi" != yesyes ] ||
        refuse "one kind of cabinet" "--simulated and --raspberry-pi" "Leave one out."
    [ "$root" != / ] || root=""
    case "$root" in *[[:space:]\"\\]*) refuse "a plain name for --root" "$root" "Name it without blanks and quotes." ;; esac
    case "$wheel" in
    "") ;;
    */goldenboard-*-py3-none-any.whl) ;;
    *) refuse "a wheel named goldenboard-VERSION-py3-none-any.whl" "$wheel" "Correct --wheel." ;;
    esac
    [ -d "$source/models/released" ] || refuse "the released models in $source" "none" "Correct --source."
}
