# User, folders, configuration, units.
# shellcheck shell=sh

make_users_and_folders() {
    if ! command -v systemd-sysusers >/dev/null || [ "$is_root" = no ]; then
        [ "$dry_run" = yes ] || make_state_folders
        return 0
    fi
    if ! grep -q '^goldenboard:' "$root/etc/passwd" 2>/dev/null; then
        if change "made the user goldenboard"; then
            systemd-sysusers --root="${root:-/}" goldenboard.conf
        fi
    fi
    [ "$dry_run" = no ] || return 0
    before=$(look_at_folders)
    systemd-tmpfiles --root="${root:-/}" --create goldenboard.conf || true # where /proc is missing
    [ -d "$state/records" ] || refuse "systemd-tmpfiles to make $state" "no folder there" "Make it, then run this again."
    [ "$before" = "$(look_at_folders)" ] || change "made /var/lib/goldenboard and its folders, with their owners"
}

# A trial tree of somebody who is not root: everything is theirs.
make_state_folders() {
    [ ! -d "$state/records" ] || return 0
    change "made /var/lib/goldenboard and its folders"
    mkdir -p "$state/records" "$state/recipes" "$root/etc/goldenboard"
}

look_at_folders() {
    find "$state" "$root/etc/goldenboard" -maxdepth 1 -exec stat -c '%n %a %U %G' {} + 2>/dev/null | LC_ALL=C sort
}

# The configuration is written once and then belongs to the unit.
write_configuration() {
    kind=raspberry-pi
    [ "$simulated" = no ] || kind=simulated
    if [ -f "$settings" ]; then
        grep -q "^kind = \"$kind\"" "$settings" ||
            note "/etc/goldenboard/goldenboard.toml says another kind of cabinet than asked for; it is left as it is"
        return 0
    fi
    change "wrote /etc/goldenboard/goldenboard.toml" || return 0
    mkdir -p "$root/etc/goldenboard"
    # A tree that is made for a card has no name yet: this computer's is the builder's.
    unit=
    [ "$has_systemd$root" = no ] || unit=$(uname -n | tr -cd 'A-Za-z0-9.-' | cut -c 1-40)
    {
        printf '# This unit. Every key and its default: appliance/config.py\n\n'
        printf '[unit]\nname = "%s"\n\n' "${unit:-cabinet}"
        printf '[cabinet]\nkind = "%s"\nscanner_port = "/dev/goldenboard-scanner"\n' "$kind"
        if [ -n "$root" ]; then
            printf '\n[pages]\nhost = "127.0.0.1"\n'
            printf '\n[records]\nfolder = "%s"\n' "$state/records"
            printf '\n[recipes]\nfolder = "%s"\n' "$state/recipes"
        fi
    } >"$settings.tmp"
    chmod 640 "$settings.tmp"
    ! grep -q '^goldenboard:' "$root/etc/group" 2>/dev/null || [ "$is_root" = no ] ||
        chown "0:$(sed -n 's/^goldenboard:[^:]*:\([0-9]*\):.*/\1/p' "$root/etc/group")" "$settings.tmp"
    sync "$settings.tmp"
    mv -f "$settings.tmp" "$settings"
    # on the data partition, from where a read-only system takes it at every start
    if [ "$read_only" = yes ] && [ ! -e "$state/settings" ]; then
        cp -a "$root/etc/goldenboard" "$state/settings"
    fi
}

# Whose updates the unit takes.
write_update_key() {
    key=$root/etc/goldenboard/update.pub
    if [ -z "$update_key" ]; then
        [ -f "$key" ] ||
            note "without the maker's key the unit takes no updates; give it by --update-key FILE"
        return 0
    fi
    ! cmp -s "$update_key" "$key" || return 0
    change "wrote /etc/goldenboard/update.pub" || return 0
    cp "$update_key" "$key.tmp"
    chmod 644 "$key.tmp"
    sync "$key.tmp"
    mv -f "$key.tmp" "$key"
    # a read-only system takes its settings from the data partition
    [ "$read_only" = no ] || [ ! -d "$state/settings" ] || cp -p "$key" "$state/settings/update.pub"
}

# Units that want to be started by another are linked there, as systemctl enable does; it works
# where no systemd runs, too.
enable_units() {
    grep ' /etc/systemd/system/[^/]*$' "$work/pairs" >"$work/units" || true
    while read -r from path; do
        for wanting in $(sed -n 's/^WantedBy=//p' "$from"); do
            put_link "$path" "/etc/systemd/system/$wanting.wants/${path##*/}" "enabled ${path##*/}"
        done
    done <"$work/units"
    keep_list
}

start_service() {
    if [ "$has_systemd" = no ] || [ "$dry_run" = yes ] || [ "$changes" = 0 ]; then
        return 0
    fi
    if systemctl -q is-active ssh.service && [ ! -e /etc/goldenboard/ssh-open ]; then
        note "from the next start on SSH is closed; to keep it open: sudo touch /etc/goldenboard/ssh-open"
    fi
    systemctl daemon-reload
    udevadm control --reload 2>/dev/null || true # none runs in a container
    systemctl restart systemd-sysctl.service || true
    systemctl try-restart systemd-journald.service systemd-timesyncd.service || true
    systemctl reset-failed goldenboard.service goldenboard-fault.service 2>/dev/null || true
    # it failed at its installation where there is no disk to watch
    systemctl reset-failed smartmontools.service 2>/dev/null || true
    # READY comes when the cabinet is open: it is not waited for
    change "started the instrument"
    systemctl restart --no-block goldenboard.service
    [ -e /var/lib/goldenboard/records/records.db ] || note "the first technician's PIN, in a minute: sudo goldenboard first-login"
    # what waits for something beside it waits from now on, not from the next start on
    sed -n 's,.* /etc/systemd/system/\(.*[.]\(path\|timer\|socket\)\)$,\1,p' "$work/units" >"$work/waiting"
    while read -r unit; do
        systemctl start --no-block "$unit"
    done <"$work/waiting"
}
