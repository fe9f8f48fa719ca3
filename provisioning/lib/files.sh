# Files, folders and links that are put in place whole, and told only where they differ.
# shellcheck shell=sh

# make_folder FOLDER: with those above it; remembered, so that uninstalling takes them away.
make_folder() {
    [ ! -d "$1" ] || return 0
    make_folder "$(dirname "$1")"
    mkdir "$1"
    printf 'd %s\n' "${1#"$root"}" >>"$made"
}

# put_file SOURCE TARGET MODE: TARGET is its path on the unit, without the root.
put_file() {
    target=$root$2
    if [ -f "$target" ] && [ ! -L "$target" ] && cmp -s "$1" "$target" &&
        [ "$(stat -c %a "$target")" = "$3" ]; then
        return 0
    fi
    if [ -e "$target" ]; then what=replaced; else what=wrote; fi
    change "$what $2" || return 0
    make_folder "$(dirname "$target")"
    cp "$1" "$target.tmp"
    chmod "$3" "$target.tmp"
    sync "$target.tmp"
    mv -fT "$target.tmp" "$target"
}

# put_link TEXT TARGET WORDS: a symbolic link, exchanged in one step.
put_link() {
    link=$root$2
    [ "$(readlink "$link" 2>/dev/null || true)" != "$1" ] || return 0
    change "$3" || return 0
    make_folder "$(dirname "$link")"
    rm -f "$link.tmp"
    ln -s "$1" "$link.tmp"
    mv -fT "$link.tmp" "$link"
    sync "$(dirname "$link")"
}

# take_away TARGET: a file or link of ours.
take_away() {
    [ -e "$root$1" ] || [ -L "$root$1" ] || return 0
    change "removed $1" || return 0
    rm -f "$root$1"
}
