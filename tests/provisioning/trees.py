"""The root file tree as it lies on a unit, in a folder of its own."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT

PROVISIONING = ROOT / "provisioning"
LAYERS = tuple(PROVISIONING / name for name in ("root", "root-pi", "root-read-only", "root-slots"))
SYSTEM_UNITS = Path("/usr/lib/systemd/system")
PROGRAMS = (
    "opt/goldenboard/current/bin/goldenboard",
    "usr/bin/systemctl",
    "usr/bin/man",
    "usr/sbin/nft",
    "usr/sbin/smartctl",
)


def lay_out(folder: Path) -> Path:
    """All layers over one another, and this system's own units, which ours refer to."""
    if not SYSTEM_UNITS.is_dir():
        pytest.skip("systemd is not installed here")
    for layer in LAYERS:
        shutil.copytree(layer, folder, dirs_exist_ok=True)
    shutil.copytree(SYSTEM_UNITS, folder / "usr/lib/systemd/system", symlinks=True)
    for program in PROGRAMS:
        path = folder / program
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("#!/bin/sh\n")
        path.chmod(0o755)
    return folder


def tool(*command: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a tool of systemd; the test skips with a word where it is missing."""
    if shutil.which(str(command[0])) is None:
        pytest.skip(f"{command[0]} is not installed here")
    return subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "SYSTEMD_COLORS": "0"},
    )


def manifest(root: Path, *, without: tuple[str, ...] = ()) -> dict[str, tuple[object, ...]]:
    """Of everything below `root`: mode, owner, size, time of change, target of a link. Paths are
    as seen from inside; those in `without` and below are left out."""
    found: dict[str, tuple[object, ...]] = {}
    for folder, folders, files in os.walk(root):
        inside = folder.removeprefix(str(root))
        folders[:] = [name for name in folders if f"{inside}/{name}" not in without]
        for name in (*folders, *files):
            path = Path(folder, name)
            at = path.lstat()
            size = 0 if stat.S_ISDIR(at.st_mode) else at.st_size
            target = path.readlink() if path.is_symlink() else None
            facts = (at.st_mode, at.st_uid, at.st_gid, size, at.st_mtime_ns, target)
            found[f"{inside}/{name}"] = facts
    return found
