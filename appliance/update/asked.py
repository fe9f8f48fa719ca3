"""What is asked for on the page, which runs without rights: a file that root's own unit waits for.

The page puts the bundle and the wish into `updates/` of the unit's data. Root reads them as what
anybody could have written: the bundle is installed only if its signature is good.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import tomli_w

from appliance.durable import make_folder, write_durably
from appliance.toml_strict import read_toml, to_table
from appliance.update.bundle import SUFFIX
from appliance.update.errors import UpdateError

FOLDER = "updates"
WISH = "asked.toml"
UPLOADED = f"uploaded{SUFFIX}"
MOST_FOUND = 50
_MOST_DEEP = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    file: Path
    by: str


def ask_for(data: Path, asked: Asked, wish: str = WISH) -> None:
    """Raises OSError."""
    make_folder(data / FOLDER)
    write_durably(data / FOLDER / wish, tomli_w.dumps(to_table(asked)).encode())


def take_asked(data: Path, wish: str = WISH) -> Asked:
    """The wish, once: it is removed before it is carried out, so that one that kills its updater
    is not carried out again and again. Raises `UpdateError`, `TomlError`."""
    path = data / FOLDER / wish
    try:
        facts = path.lstat()
    except FileNotFoundError:
        raise UpdateError(
            expected="an update that was asked for on the page", found="none", action="Ask again."
        ) from None
    if not stat.S_ISREG(facts.st_mode) or facts.st_size > 4096:
        path.unlink()
        raise UpdateError(
            expected=f"a wish in {wish}", found="something else", action="Ask again on the page."
        )
    try:
        asked = read_toml(path, Asked)
    finally:
        path.unlink()
    if not asked.file.is_file():
        raise UpdateError(
            expected=f"the bundle {asked.file}", found="none", action="Upload it again."
        )
    return asked


def bundles_on(folders: Iterable[Path], suffix: str = SUFFIX) -> list[Path]:
    """Bundles in these folders and a few levels below, the newest first; links are not followed."""
    found: list[tuple[float, Path]] = []
    for top in folders:
        for parent, below, names in os.walk(top):
            place = Path(parent)
            if len(place.relative_to(top).parts) >= _MOST_DEEP:
                below.clear()
            for name in names:
                path = place / name
                if name.endswith(suffix) and not name.startswith(".") and not path.is_symlink():
                    try:
                        found.append((path.stat().st_mtime, path))
                    except OSError:
                        continue  # the stick was pulled out
    return [path for _, path in sorted(found, reverse=True)[:MOST_FOUND]]
