"""What the running system says of itself before another takes its place: the golden boards' calls
and the faults that are there already. The other system is held against it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from appliance.durable import write_durably
from appliance.toml_strict import TomlError, build
from appliance.update.errors import UpdateError
from appliance.update.golden import GoldenCall


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    version: str
    faults: tuple[str, ...]
    goldens: tuple[GoldenCall, ...]


def keep_before(path: Path, before: Before) -> None:
    """Raises OSError."""
    write_durably(path, json.dumps(asdict(before), ensure_ascii=False).encode())


def read_before(path: Path) -> Before:
    """Raises `UpdateError`: without it nothing can be compared, and the trial is not passed."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        return build(told, Before, where="the system before")
    except (OSError, ValueError, TomlError) as error:
        raise UpdateError(
            expected=f"what the system before said of itself, in {path.name}",
            found=str(error)[:200],
            action="Install the system bundle again.",
        ) from error
