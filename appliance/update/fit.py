"""Whether a bundle is for this unit as it is now: machine, Python, version, record."""

from __future__ import annotations

import platform
import sys
from dataclasses import dataclass

from appliance.update.errors import UnfitError
from appliance.update.manifest import ANY, Manifest, Version


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitFacts:
    """What a bundle is held against."""

    version: str
    """Of the software that runs; empty where none is installed in the manner of a unit."""
    python: str
    arch: str
    database: int | None
    """The version of the record's database; None where there is none yet."""


def this_machine() -> tuple[str, str]:
    """Python's minor version and the machine as `uname -m` says it."""
    return f"{sys.version_info.major}.{sys.version_info.minor}", platform.machine()


def check_fit(manifest: Manifest, unit: UnitFacts, *, allow_older: bool = False) -> None:
    """Raises `UnfitError` in words."""
    if manifest.arch not in (ANY, unit.arch):
        raise _unfit(f"a bundle for {unit.arch}", f"one for {manifest.arch}")
    if manifest.python != unit.python:
        raise _unfit(f"a bundle for Python {unit.python}", f"one for Python {manifest.python}")
    if unit.database is not None and unit.database > manifest.database_newest:
        raise UnfitError(
            expected=f"a version that can read this unit's record (database {unit.database})",
            found=f"version {manifest.version}, which knows databases up to "
            f"{manifest.database_newest}",
            action="Take a newer version. An older one could not open the record.",
        )
    if unit.database is not None and unit.database < manifest.database_oldest:
        raise UnfitError(
            expected=f"a version that can bring database {unit.database} forward",
            found=f"version {manifest.version}, which begins at {manifest.database_oldest}",
            action="Update to a version in between first.",
        )
    if unit.version and not allow_older and is_older(manifest.version, unit.version):
        raise UnfitError(
            expected=f"a version newer than {unit.version}",
            found=manifest.version,
            action="To go back on purpose, a technician says --allow-older.",
        )


def is_older(version: str, than: str) -> bool:
    """By the rules of Python's version numbers."""
    try:
        return Version(version) < Version(than)
    except ValueError:
        return False  # a developer's build has no version to be compared with


def _unfit(expected: str, found: str) -> UnfitError:
    return UnfitError(
        expected=expected, found=found, action="Get the bundle that is made for this unit."
    )
