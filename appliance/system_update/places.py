"""Where a unit with two systems keeps what both have to know."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from appliance.system_update import autoboot

FOLDER = "system"
"""Below the unit's data: the only place that both systems see. Root's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemPlaces:
    data: Path
    """Of the unit, `/var/lib/goldenboard`."""
    config: Path
    boot: Path = autoboot.FOLDER
    """The card's first partition."""
    slot: str
    """That runs: a or b."""

    @property
    def folder(self) -> Path:
        return self.data / FOLDER

    @property
    def state(self) -> Path:
        """How far an update is, how the last one ended."""
        return self.folder / "update.toml"

    @property
    def slots(self) -> Path:
        """What RAUC has to remember of the slots."""
        return self.folder / "slots.toml"

    @property
    def before(self) -> Path:
        """What the system before said of itself."""
        return self.folder / "before.json"

    @property
    def lock(self) -> Path:
        return self.folder / ".lock"
