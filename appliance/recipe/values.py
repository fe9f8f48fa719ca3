"""A recipe: everything the cabinet must know to judge one kind of board."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from appliance.recipe.cradle import CradleUse
from appliance.recipe.errors import RecipeError
from appliance.terms import Rect, Window
from appliance.vision.crop import CropRule
from appliance.vision.pose import Pose

FORMAT = 4
"""Rises when a recipe written now could not be read by the code before. 2: the cradle's marks. 3:
the lens' focal length. 4: the runtime that computed the scores."""
READABLE = (1, 2, 3, 4)


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureSize:
    """Of the reference picture and of every frame that is judged by the recipe."""

    width_px: int
    height_px: int

    def __post_init__(self) -> None:
        if min(self.width_px, self.height_px) < 64 or max(self.width_px, self.height_px) > 16384:
            raise ValueError(
                f"64 to 16384 px a side are needed, not {self.width_px}×{self.height_px}"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardSize:
    """Of the bare board, where it is known."""

    width_mm: float
    height_mm: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraLock:
    """The settings the frame must have been taken with; None is not checked."""

    exposure_us: int | None = None
    analogue_gain: float | None = None
    colour_gains: tuple[float, float] | None = None
    """Red and blue gain."""
    lens_position: float | None = None
    light_level: float | None = None
    """Of the LED strip, 0 to 1."""
    focal_px: float | None = None
    """Of the lens, in pixels at the recipe's picture size. No setting, and not checked: teaching
    needs it to know where the tops of tall parts are seen."""

    def __post_init__(self) -> None:
        if self.focal_px is not None and not self.focal_px > 0:
            raise ValueError(f"focal_px is above 0, not {self.focal_px:g}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelUse:
    """The model that a check runs, by content."""

    check: str
    name: str
    sha256: str
    edition: int = 1
    """Of the check's code that the thresholds were made with: scores of another edition mean
    something else."""
    runtime: str = "tflite_runtime"
    """That computed the scores which the thresholds were made of: kernels of another round in
    another way. Recipes of before format 4 do not say it; there was one then."""

    def __post_init__(self) -> None:
        if len(self.sha256) != 64 or set(self.sha256) - set("0123456789abcdef"):
            raise ValueError(f"a sha256 has 64 lower-case hexadecimal digits, not {self.sha256!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class AlignmentBounds:
    """Outside these the frame is refused: it shows another board, or this one badly seated."""

    max_shift_px: float
    max_rotation_deg: float = 2.5
    max_scale_error: float = 0.02
    max_residual_px: float
    """An anchor farther than this from where the pose puts it does not count."""
    min_anchors: int
    min_match: float = 0.6
    """Least normalised cross-correlation with which an anchor counts as found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GreyPatch:
    """A patch of known grey on the cradle; its colour tells light, exposure and white balance."""

    rect: Rect
    bgr: tuple[float, float, float]
    tolerance: float = 12.0


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityBounds:
    """Learnt from the golden boards, with room. Levels are 0 to 255 of the green channel."""

    brightness_min: float
    brightness_max: float
    saturated_share_max: float
    sharpness_min: float
    """Median over the anchors' surroundings of the mean squared Laplacian, divided by the
    variance there, so that it does not follow the light."""
    colour: tuple[float, float, float]
    """Median shares of blue, green and red between the anchors: the board's own colour."""
    colour_tolerance: float
    grey: GreyPatch | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """A patch of the bare board by which the board is found; stored in anchors/NN.png.

    (x_px, y_px) is the patch's upper left corner in the reference picture, whole pixels."""

    file: str
    x_px: int
    y_px: int
    size_px: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Golden:
    """A board the recipe was taught from, how it lay, and which of its windows were left out.

    The pose maps reference pixels to that picture, so that features can be rebuilt from the
    stored crops exactly as they were made."""

    source: str
    pose: Pose
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeRegion:
    """Where a code with the serial number stands, in reference pixels."""

    rect: Rect
    symbology: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """One kind of board. The values are those of recipe.toml; pictures stay on disk.

    Raises `RecipeError` when the values contradict one another."""

    format: int = FORMAT
    name: str
    part_number: str
    version: int
    taught_at: str
    """UTC, ISO-8601."""
    picture: PictureSize
    board: BoardSize | None = None
    cradle: CradleUse | None = None
    """None: the board lies in no marked cradle, and nothing checks which one it is."""
    guarantee: str
    """What the thresholds promise, in words."""
    crop: CropRule
    camera: CameraLock = field(default_factory=CameraLock)
    models: tuple[ModelUse, ...]
    alignment: AlignmentBounds
    quality: QualityBounds
    serial_code: CodeRegion | None = None
    anchors: tuple[Anchor, ...]
    goldens: tuple[Golden, ...]
    windows: tuple[Window, ...]
    files: dict[str, str]
    """Relative path of each picture of the recipe, with its sha256."""
    folder: Path | None = field(default=None, compare=False, init=False)

    def __post_init__(self) -> None:
        if self.format not in READABLE:
            raise RecipeError(
                expected=f"a recipe of format {FORMAT}",
                found=f"format {self.format}",
                action="Update the appliance's software, or teach the board again with this one.",
            )
        check_windows(self.windows, self.picture)
        models = {use.sha256 for use in self.models}
        for window in self.windows:
            if window.model_sha256 not in models:
                raise RecipeError(
                    expected=f"the model of window {window.component} among the recipe's models",
                    found=f"sha256 {window.model_sha256[:12]}…",
                    action="Teach the board again.",
                )

    def window(self, component: str) -> Window:
        """Raises `RecipeError` when the recipe has no such window."""
        for window in self.windows:
            if window.component == component:
                return window
        raise RecipeError(
            expected=f"a window of recipe {self.name}",
            found=f"'{component}'",
            action="Choose one of the recipe's components.",
        )

    def goldens_of(self, component: str) -> tuple[tuple[int, Golden], ...]:
        """The golden boards, with their numbers, on which this component is good."""
        return tuple(
            (number, golden)
            for number, golden in enumerate(self.goldens)
            if component not in golden.left_out
        )


def reference_file(component_number: int, golden_number: int) -> str:
    """Path of a reference crop. Folders are numbered: a designator may hold any character."""
    return f"references/{component_number:03d}/{golden_number:03d}.png"


def check_windows(windows: tuple[Window, ...], picture: PictureSize) -> None:
    """Raises `RecipeError` for no windows, a name twice, a rectangle that is none or lies
    outside the picture, and bands that are no numbers or out of order."""
    if not windows:
        raise RecipeError(
            expected="at least one window", found="none", action="Add windows to the recipe."
        )
    for component, count in Counter(window.component for window in windows).items():
        if count > 1:
            raise RecipeError(
                expected="each component once",
                found=f"'{component}' {count} times",
                action="Rename or remove the repeated rows.",
            )
    seen: dict[Rect, str] = {}
    for window in windows:
        check_rect(window.component, window.rect, picture)
        if window.rect in seen:
            raise RecipeError(
                expected="each rectangle once",
                found=f"the same one for '{seen[window.rect]}' and '{window.component}'",
                action="Remove one of the two windows or correct its corners.",
            )
        seen[window.rect] = window.component
        bands = (window.review_above, window.defect_above)
        if not all(math.isfinite(band) for band in bands) or bands[0] > bands[1]:
            raise RecipeError(
                expected=f"review_above ≤ defect_above for window {window.component}",
                found=f"{bands[0]} and {bands[1]}",
                action="Correct the thresholds.",
            )


def check_rect(component: str, rect: Rect, picture: PictureSize) -> None:
    """Raises `RecipeError` unless `rect` is at least 4 px a side and inside the picture."""
    corners = (rect.xmin_px, rect.ymin_px, rect.xmax_px, rect.ymax_px)
    if not all(math.isfinite(corner) for corner in corners):
        raise RecipeError(
            expected=f"numbers for the corners of window {component}",
            found=", ".join(str(corner) for corner in corners),
            action="Correct the window's corners.",
        )
    if rect.width_px < 4 or rect.height_px < 4:
        raise RecipeError(
            expected=f"window {component} at least 4 px wide and high",
            found=f"{rect.width_px:g}×{rect.height_px:g} px",
            action="Correct the window's corners (xmin < xmax, ymin < ymax).",
        )
    if (
        rect.xmin_px < 0
        or rect.ymin_px < 0
        or rect.xmax_px > picture.width_px
        or rect.ymax_px > picture.height_px
    ):
        raise RecipeError(
            expected=f"window {component} inside the picture of "
            f"{picture.width_px}×{picture.height_px} px",
            found="corners " + ", ".join(f"{corner:g}" for corner in corners),
            action="Correct the window's corners; they are pixels of the first golden picture.",
        )


def with_thresholds(recipe: Recipe, bands: Mapping[str, tuple[float, float]]) -> Recipe:
    """The recipe with (review_above, defect_above) of the named components replaced.

    Raises `RecipeError` for a component it does not have and for bands out of order. The
    guarantee no longer speaks for thresholds that were set by hand, and says so."""
    for component in bands:
        recipe.window(component)
    windows = tuple(
        replace(w, review_above=bands[w.component][0], defect_above=bands[w.component][1])
        if w.component in bands
        else w
        for w in recipe.windows
    )
    by_hand = " Thresholds of some windows were set by hand and are outside this statement."
    guarantee = recipe.guarantee.removesuffix(by_hand) + by_hand
    return revised(recipe, windows=windows, guarantee=guarantee)


def revised(recipe: Recipe, **changes: object) -> Recipe:
    """`dataclasses.replace` that keeps the folder the recipe was read from."""
    return in_folder(replace(recipe, **changes), recipe.folder)  # type: ignore[arg-type]


def in_folder(recipe: Recipe, folder: Path | None) -> Recipe:
    object.__setattr__(recipe, "folder", folder)
    return recipe
