"""Which files an archive may hold, and to which part of a unit each of them belongs. What has no
line here is in no archive and is never written by one."""

from __future__ import annotations

import re

from appliance.care.errors import ArchiveError

SETTINGS = "settings/goldenboard.toml"
DATABASE = "records/records.db"
PICTURES = "records/pictures"
SECRETS = "secrets.sealed"
RECORDS, RECIPES, COMMISSIONING = "records", "recipes", "commissioning"
PARTS = (RECORDS, RECIPES, COMMISSIONING)
"""The folders of a unit that a restore puts in the place of the old ones, in this order."""

_COMPONENT = r"(?!\.)[^/\\\x00-\x1f\x7f]{1,200}"
_SHAPES = tuple(
    re.compile(shape)
    for shape in (
        re.escape(SETTINGS),
        re.escape(SECRETS),
        re.escape(DATABASE),
        rf"{PICTURES}/\d{{4}}-\d\d-\d\d/\d{{8,12}}-[A-Za-z0-9_.~%-]{{1,200}}\.jpg",
        rf"{RECIPES}/{_COMPONENT}(?:/{_COMPONENT}){{1,4}}",
        rf"{COMMISSIONING}/{_COMPONENT}(?:/{_COMPONENT}){{0,2}}",
    )
)
_LONGEST_BYTES = 240


def may_hold(path: str) -> bool:
    """Whether an archive may hold a file of this name: relative, below a known folder, no hidden
    names, nothing that climbs."""
    try:
        parts = path.encode().split(b"/")
    except UnicodeEncodeError:
        return False
    return all(len(part) <= _LONGEST_BYTES for part in parts) and any(
        shape.fullmatch(path) for shape in _SHAPES
    )


def check(path: str) -> None:
    """Raises `ArchiveError`."""
    if not may_hold(path):
        raise ArchiveError(
            expected="only files of a unit's settings, recipes, commissioning and records",
            found=f"a file {path[:80]!r}",
            action="Don't trust this archive: `goldenboard backup` never writes such a file.",
        )


def part_of(path: str) -> tuple[str, str]:
    """(part, path below it)."""
    part, _, rest = path.partition("/")
    return part, rest
