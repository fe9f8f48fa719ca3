# One version, whole, in a folder of its own: environment, libraries, models. It is built at its
# place under a name that nothing uses yet, has to pass its own self-test, and is switched to by
# exchanging one link. What is running is never written to.
# shellcheck shell=sh

stage_release() {
    python=${PYTHON:-python3}
    work=$(mktemp -d)
    made=$work/made
    : >"$made"
    if [ -n "$wheel" ]; then
        version=${wheel##*/goldenboard-}
        version=${version%-py3-none-any.whl}
    else
        version=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$source/pyproject.toml" | head -n 1)
    fi
    [ -n "$version" ] || refuse "a version in $source/pyproject.toml" "none" "Correct --source."
    python_version=$("$python" -c 'import sys; print(*sys.version_info[:2])')
    content=$(content_of_release)
    choose_release_name
    release=$base/releases/$name
    if [ -f "$release/.whole" ]; then
        staged=no
        return 0
    fi
    staged=yes
    change "built release $name in /opt/goldenboard/releases" || return 0
    make_folder "$base/releases"
    rm -rf "$release" # what an interrupted run left
    "$python" -m venv --system-site-packages "$release"
    pip_install
    mkdir -p "$release/share/goldenboard"
    cp -r "$source/models/released" "$release/share/goldenboard/models"
    "$release/bin/goldenboard" --version
    note "self-test of the new release ..."
    PYTHONDONTWRITEBYTECODE=1 "$release/bin/goldenboard" selftest
    echo "$content" >"$release/.content"
    sync -f "$release"
    : >"$release/.whole"
    sync -f "$release"
}

# The maker's keys are looked at by what will use them, before anything is put in place.
check_update_key() {
    [ -n "$update_key" ] && [ -x "$release/bin/python" ] || return 0 # a dry run built none
    "$release/bin/python" -c 'import sys
from pathlib import Path
from appliance.refusal import Refusal
from appliance.update.keys import read_trusted
try:
    read_trusted(Path(sys.argv[1]))
except Refusal as error:
    sys.exit(f"{error}")' "$update_key" ||
        refuse "public keys of whoever makes updates" "$update_key" "Give the maker's .pub file."
}

# What the release is made of, as one hash: the same parts give no second release.
content_of_release() {
    {
        echo "python: $python_version"
        echo "cradles: $cradles"
        if [ -n "$wheel" ]; then
            sha256sum <"$wheel"
        else
            (cd "$source" && find pyproject.toml appliance hw cradles -type f \
                ! -path '*/__pycache__/*' ! -name '*.pyc' -exec sha256sum {} + | LC_ALL=C sort)
        fi
        (cd "$source" && find models/released -type f -exec sha256sum {} + | LC_ALL=C sort)
    } | sha256sum | cut -c 1-64
}

# A version's folder has its number. Another content of the same version gets a name beside it.
choose_release_name() {
    name=$version
    other=$version+$(echo "$content" | cut -c 1-8)
    if [ -f "$base/releases/$name/.whole" ] &&
        [ "$(cat "$base/releases/$name/.content" 2>/dev/null || true)" != "$content" ]; then
        name=$other
    fi
}

pip_install() {
    if [ -z "$wheel" ]; then
        # built from a copy, so that nothing is left in the checkout
        mkdir "$work/source"
        (cd "$source" && cp -r pyproject.toml README.md LICENSE appliance hw cradles "$work/source")
        # shellcheck disable=SC2046  # options
        "$release/bin/python" -m pip wheel --quiet --disable-pip-version-check --no-deps \
            $(only_from_folder) --wheel-dir "$work/wheel" "$work/source"
        wheel=$(echo "$work"/wheel/goldenboard-*.whl)
    fi
    what=$wheel
    [ "$cradles" = no ] || what="$wheel[cad]"
    # shellcheck disable=SC2046
    "$release/bin/python" -m pip install --quiet --disable-pip-version-check --no-input \
        $(only_from_folder) "$what"
}

only_from_folder() {
    [ -z "$wheels" ] || printf '%s ' --no-index --find-links "$wheels"
}

switch_to_release() {
    put_link "releases/$name" /opt/goldenboard/current "switched to release $name"
    put_link /opt/goldenboard/current/bin/goldenboard /usr/local/bin/goldenboard \
        "made the command goldenboard"
}

# The newest beside the current one stays, to go back to, and the one that last got ready.
remove_old_releases() {
    [ -d "$base/releases" ] || return 0
    kept=0
    # shellcheck disable=SC2012  # names of our own making, newest first
    for marker in $(ls -t "$base"/releases/*/.whole 2>/dev/null); do
        old=$(dirname "$marker")
        [ "$old" != "$(readlink -f "$base/current")" ] || continue
        [ "$old" != "$(readlink -f "$base/proven")" ] || continue
        kept=$((kept + 1))
        [ "$kept" -gt 1 ] || continue
        change "removed release ${old##*/}" || continue
        rm -f "$marker"
        rm -rf "$old"
    done
    rm -rf "$work"
}
