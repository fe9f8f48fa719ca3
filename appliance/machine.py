"""What this unit is: its name, its software."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import metadata


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What goes into every record and page."""

    unit: str
    software_version: str
    simulated: bool


def software_version() -> str:
    """Of the installed package; `unknown` when run from a tree that was never installed."""
    try:
        return metadata.version("goldenboard")
    except metadata.PackageNotFoundError:
        return "unknown"
