"""The settings that a unit has taken up: one file on its data, replaced whole.

The system partition may be read-only or be exchanged by an update, so the system's own files are
made from this one at every start. It holds the wireless network's key and is root's alone.
"""

from __future__ import annotations

from pathlib import Path

import tomli_w

from appliance.durable import write_durably
from appliance.toml_strict import read_toml, to_table

from .settings import UnitSettings

FILE = Path("etc/goldenboard/unit-settings.toml")
MODE = 0o600


def read_kept(root: Path) -> UnitSettings:
    """What was taken up so far, if anything. Raises `TomlError` or `FirstBootError`."""
    file = root / FILE
    if not file.exists():
        return UnitSettings()
    return read_toml(file, UnitSettings).checked()


def keep(settings: UnitSettings, root: Path) -> None:
    """Raises OSError; the old or the new settings are there whole."""
    text = "# Taken up from the boot partition; made anew by the next file there.\n"
    text += tomli_w.dumps(to_table(settings))
    write_durably(root / FILE, text.encode(), MODE)
