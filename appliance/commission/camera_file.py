"""What the camera's steps measured, in one durable file: `commissioning/camera.toml`.

Its lens is the unit's where the configuration has no table `[lens]` of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import tomli_w

from appliance.commission.camera_lens import LensFound
from appliance.commission.camera_light import Evenness
from appliance.commission.errors import CommissionError
from appliance.commission.steps import commissioning_folder
from appliance.config import Config
from appliance.durable import make_folder, only_writer, write_durably
from appliance.recipe.values import CameraLock
from appliance.toml_strict import read_toml, to_table
from appliance.vision.lens import Lens

FILE = "camera.toml"
LOCK_FILE = "camera_lock.toml"
FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraFile:
    lens: LensFound | None = None
    evenness: Evenness | None = None
    format: int = FORMAT

    def __post_init__(self) -> None:
        if self.format != FORMAT:
            raise ValueError(f"format {self.format} is another than {FORMAT} of this version")


def read_camera(folder: Path) -> CameraFile:
    """What `folder` (see `commissioning_folder`) holds; empty if nothing yet. Raises `TomlError`
    for a file that a hand or a broken card has spoilt."""
    path = folder / FILE
    return read_toml(path, CameraFile) if path.exists() else CameraFile()


def keep_lens(folder: Path, found: LensFound) -> None:
    """Raises `CommissionError` when the disk refuses, `TomlError` for a spoilt file."""
    _keep(folder, FILE, lambda: to_table(replace(read_camera(folder), lens=found)))


def keep_evenness(folder: Path, found: Evenness) -> None:
    """Raises as `keep_lens`. The map is kept for comparison; pictures are not corrected by it."""
    _keep(folder, FILE, lambda: to_table(replace(read_camera(folder), evenness=found)))


def keep_lock(folder: Path, lock: CameraLock) -> None:
    """The settings that `teach --camera` locks a recipe to. Raises `CommissionError`."""
    _keep(folder, LOCK_FILE, lambda: to_table(lock))


def read_lock(folder: Path) -> CameraLock | None:
    """None where the exposure was not measured yet. Raises `TomlError`."""
    path = folder / LOCK_FILE
    return read_toml(path, CameraLock) if path.exists() else None


def _keep(folder: Path, name: str, table: Callable[[], dict[str, Any]]) -> None:
    try:
        make_folder(folder)
        with only_writer(folder):
            write_durably(folder / name, tomli_w.dumps(table()).encode())
    except OSError as error:
        raise CommissionError(
            expected=f"to keep what was measured in {folder / name}",
            found=error.strerror or str(error),
            action="Free some space or replace the card, then do it again.",
        ) from error


def lens_in_use(config: Config) -> Lens | None:
    """The table [lens] of the configuration, else what commissioning measured, else none: pictures
    are then taken as straight. Raises `TomlError`."""
    if config.lens is not None:
        return config.lens
    found = read_camera(commissioning_folder(config)).lens
    return None if found is None else found.lens
