# What is said, and the count of what was changed.
# shellcheck shell=sh

changes=0

# change WORDS...: tell one change; false where it is only to be told (--dry-run). Use it as
#   change "wrote $file" || return 0
change() {
    changes=$((changes + 1))
    if [ "$dry_run" = yes ]; then
        echo "not done: $*"
        return 1
    fi
    echo "$*"
}

note() { echo "  $*"; }

# refuse EXPECTED FOUND ACTION: nothing more is done.
refuse() {
    trap - EXIT
    echo "install.sh: Expected $1; found $2. $3" >&2
    exit 2
}

tell_where_it_stopped() {
    code=$?
    [ "$code" = 0 ] ||
        echo "install.sh: stopped (code $code). What is told above was done; what ran before still runs. Run it again." >&2
    exit "$code"
}

sum_up() {
    if [ "$changes" = 0 ]; then
        echo "unchanged: everything is as it should be."
    elif [ "$dry_run" = yes ]; then
        echo "$changes changes would be made; nothing was."
        exit 10
    else
        echo "changed: $changes."
    fi
}
