"""Where the parts of an archive lie on a unit, and what a restore calls them meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from appliance.care import names
from appliance.config import Config


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One folder of the unit."""

    part: str
    folder: Path

    @property
    def staged(self) -> Path:
        """The new one, beside its place until everything is there."""
        return self.folder.with_name(f".{self.folder.name}.restoring")

    def before(self, number: int) -> Path:
        """The old one, kept after the `number`th restore."""
        return self.folder.with_name(f"{self.folder.name}.before-restore-{number}")


def places(config: Config) -> dict[str, Place]:
    folders = {
        names.RECORDS: config.records.folder,
        names.RECIPES: config.recipes.folder,
        names.COMMISSIONING: config.data / "commissioning",
    }
    return {part: Place(part=part, folder=folders[part]) for part in names.PARTS}
