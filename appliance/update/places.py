"""Where versions lie on a unit."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

BASE = Path("/opt/goldenboard")
TRUSTED_FILE = Path("/etc/goldenboard/update.pub")
STATE_FILE = "update.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    base: Path = BASE
    """releases/, the links `current` and `proven`, and how far an update is. Written by root
    alone: the service can't make itself another version."""
    config: Path
    trusted: Path = TRUSTED_FILE

    @property
    def state(self) -> Path:
        return self.base / STATE_FILE

    @property
    def lock(self) -> Path:
        return self.base / ".update.lock"


def base_of_running() -> Path | None:
    """The folder that the running version is installed below; None for a developer's tree."""
    release = Path(sys.prefix)
    return release.parents[1] if release.parent.name == "releases" else None
