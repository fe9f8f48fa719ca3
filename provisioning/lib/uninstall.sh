# Takes away what was installed. Records, recipes, configuration, the user who owns them and
# Debian's packages stay.
# shellcheck shell=sh

uninstall_everything() {
    list=$base/installed-files
    if [ "$has_systemd" = yes ] && [ "$dry_run" = no ] && [ -f "$list" ]; then
        # the data partition stays where it is
        units=$(sed -n 's|^f /etc/systemd/system/\([^/]*\)$|\1|p' "$list" | grep -v '\.mount$' || true)
        # shellcheck disable=SC2086  # a list of names
        systemctl stop $units || true
    fi
    undo_boot
    if [ -f "$list" ]; then
        for path in $(sed -n 's/^f //p' "$list"); do
            take_away_whole "$path"
        done
    fi
    if [ "$(readlink "$root/usr/local/bin/goldenboard" 2>/dev/null || true)" = /opt/goldenboard/current/bin/goldenboard ]; then
        take_away /usr/local/bin/goldenboard
    fi
    if [ -d "$base" ] && change "removed /opt/goldenboard"; then
        # deepest first; a folder that somebody else uses by now stays
        folders=$(sed -n 's/^d //p' "$list" 2>/dev/null | LC_ALL=C sort -r)
        rm -rf "$base"
        for path in $folders; do
            case "$path" in /var/lib/* | /etc/goldenboard*) continue ;; esac
            rmdir "$root$path" 2>/dev/null || true
        done
    fi
    [ "$has_systemd" = no ] || [ "$dry_run" = yes ] || systemctl daemon-reload
    note "kept: /var/lib/goldenboard (records, recipes), /etc/goldenboard, the user goldenboard, Debian's packages"
}
