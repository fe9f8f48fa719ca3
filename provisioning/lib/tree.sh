# The root file tree: every file of the chosen layers, verbatim, at its own place. What an earlier
# version put there and this one has no more is taken away.
# shellcheck shell=sh

layers() {
    echo root
    [ "$is_pi" = no ] || echo root-pi
    [ "$read_only" = no ] || echo root-read-only
}

files_of_layers() {
    for layer in $(layers); do
        (cd "$here/$layer" && find . -type f | sed "s|^\.|$layer |" | LC_ALL=C sort)
    done
}

install_tree() {
    listing=$work/files
    files_of_layers | sed 's/^[^ ]* //' | LC_ALL=C sort -u >"$listing"
    files_of_layers | while read -r layer path; do
        echo "$here/$layer$path $path"
    done >"$work/pairs"
    while read -r from path; do
        mode=644
        [ ! -x "$from" ] || mode=755
        # the boot partition is FAT: it has no modes of its own
        case "$path" in /boot/firmware/*) mode=$(stat -c %a "$root$path" 2>/dev/null || echo 755) ;; esac
        put_file "$from" "$path" "$mode"
    done <"$work/pairs"
    for path in $(installed_before); do
        grep -qxF "$path" "$listing" || take_away_whole "$path"
    done
    keep_list
}

# A unit goes with the links by which others start it.
take_away_whole() {
    case "$1" in
    /etc/systemd/system/*/*) ;;
    /etc/systemd/system/*)
        for link in "$root"/etc/systemd/system/*.wants/"${1##*/}"; do
            [ ! -L "$link" ] || take_away "${link#"$root"}"
        done
        ;;
    esac
    take_away "$1"
}

installed_before() {
    [ ! -f "$base/installed-files" ] || sed -n 's/^f //p' "$base/installed-files"
}

# The list of what is ours, and of the folders that we made for it.
keep_list() {
    [ "$dry_run" = no ] || return 0
    {
        sed 's/^/f /' "$listing"
        { cat "$made"; sed -n '/^d /p' "$base/installed-files" 2>/dev/null || true; } | LC_ALL=C sort -u
    } >"$work/installed-files"
    cmp -s "$work/installed-files" "$base/installed-files" && return 0
    cp "$work/installed-files" "$base/installed-files.tmp"
    sync "$base/installed-files.tmp"
    mv -fT "$base/installed-files.tmp" "$base/installed-files"
}
