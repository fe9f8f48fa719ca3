#!/bin/sh
# Make an empty virtual environment: make-environment.sh FOLDER, with the interpreter in $PYTHON.
set -eu
here=$(dirname "$0")
. "$here/packages.sh"
folder=$1
if ! "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null; then
    version=$("$PYTHON" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    install_packages "for virtual environments" "python$version-venv" || {
        echo "Python's venv module is needed to go on." >&2
        exit 2
    }
fi
[ -x "$folder/bin/python" ] || "$PYTHON" -m venv "$folder"
