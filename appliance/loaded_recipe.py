"""A recipe from its folder, ready to judge: what the controller calls the recipe in use."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from appliance.inspection import Inspector
from appliance.judging import Judged
from appliance.recipe import Recipe, load
from appliance.refusal import Refusal
from appliance.terms import Inspection
from appliance.vision.crop import Pixels
from appliance.vision.interpreter import InterpreterPool
from appliance.vision.lens import Lens
from appliance.vision.picture import golden_picture, heat_picture, seen_picture, suspects, to_jpeg
from hw.ports import CameraSettings, Frame

ARCHIVE_WIDTH_PX = 1600
"""Width of the board's picture in the archive; suspects are kept at native resolution."""
MOST_SUSPECTS_KEPT = 12
"""A board that lies wrong can have a hundred suspects; their pictures must not fill the card."""


class LoadedRecipe:
    """Built on the judging thread, used there."""

    def __init__(self, recipe: Recipe, inspector: Inspector, folder: str) -> None:
        self.recipe = recipe
        self.folder = folder
        self._inspector = inspector
        lock = recipe.camera
        self.light_level = 1.0 if lock.light_level is None else lock.light_level
        self.camera = CameraSettings(
            width_px=recipe.picture.width_px,
            height_px=recipe.picture.height_px,
            exposure_us=lock.exposure_us,
            analogue_gain=lock.analogue_gain,
            colour_gains=lock.colour_gains,
            lens_position=lock.lens_position,
        )

    @property
    def part_number(self) -> str:
        return self.recipe.part_number

    @property
    def version(self) -> int:
        return self.recipe.version

    @property
    def window_count(self) -> int:
        return len(self.recipe.windows)

    @property
    def model_sha256s(self) -> tuple[str, ...]:
        return tuple(sorted({use.sha256 for use in self.recipe.models}))

    def judge(self, frame: Frame) -> Judged:
        inspection = self._inspector.inspect(frame.pixels)
        return Judged(
            inspection=inspection, pictures=archive_pictures(frame.pixels, self.recipe, inspection)
        )


def archive_pictures(frame: Pixels, recipe: Recipe, inspection: Inspection) -> dict[str, bytes]:
    """What is kept of a board, JPEG: the whole board scaled down, the suspects beside golden."""
    pictures = {"board": to_jpeg(_scaled_down(frame), quality=85)}
    if inspection.alignment is None:
        return pictures
    for each in suspects(inspection)[:MOST_SUSPECTS_KEPT]:
        window = recipe.window(each.component)
        seen = seen_picture(frame, recipe, window, inspection)
        pictures[f"seen:{each.component}"] = to_jpeg(seen)
        pictures[f"golden:{each.component}"] = to_jpeg(golden_picture(recipe, each.component))
        heat = inspection.heat_maps.get(each.component)
        if heat is not None and heat.size:
            pictures[f"heat:{each.component}"] = to_jpeg(heat_picture(heat))
    return pictures


def _scaled_down(frame: Pixels) -> Pixels:
    height_px, width_px = frame.shape[:2]
    if width_px <= ARCHIVE_WIDTH_PX:
        return frame
    size = (ARCHIVE_WIDTH_PX, round(height_px * ARCHIVE_WIDTH_PX / width_px))
    return np.asarray(cv2.resize(frame, size, interpolation=cv2.INTER_LINEAR), dtype=np.uint8)


class RecipeShelf:
    """The recipes of this unit: one folder each."""

    def __init__(
        self,
        folder: Path,
        pool: Callable[[Recipe], InterpreterPool],
        lens: Lens | None = None,
    ) -> None:
        self._folder = folder
        self._pool = pool
        self._lens = lens

    def load(self, name: str) -> LoadedRecipe:
        """Raises `Refusal` when there is no such recipe or it can't be used here."""
        recipe = load(self._folder / name)
        inspector = Inspector(recipe, self._pool(recipe), lens=self._lens)
        return LoadedRecipe(recipe, inspector, name)

    def folder_of_part(self, part_number: str) -> str | None:
        """The folder of the recipe for this part number; None when there is none."""
        if not self._folder.is_dir():
            return None
        for path in sorted(self._folder.iterdir()):
            if path.name.startswith("."):  # the replaced one, or one that is being written
                continue
            try:
                recipe = load(path, check_pictures=False)
            except Refusal:
                continue
            if recipe.part_number == part_number:
                return path.name
        return None
