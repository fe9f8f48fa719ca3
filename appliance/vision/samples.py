"""The golden crops of a recipe, run through the model: what a judge learns from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from appliance.recipe import Recipe, RecipeError, picture_bytes, reference_file
from appliance.terms import Polarity, Window
from appliance.vision.crop import CropRule, NativeCrop, Pixels, native_origin, window_from_native
from appliance.vision.interpreter import InterpreterPool, Outputs
from appliance.vision.pose import Pose

FEW_GOLDENS = 3
"""A window that is good on fewer boards gets augmented crops to show how it may vary."""
_AUGMENTED = 6

NativeReader = Callable[[int, int], NativeCrop]
"""(number of the window, number of the golden board) → its stored pixels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowSamples:
    """One window on the golden boards: `good[i]` and `turned[i]` are the model's outputs for the
    same crop as it is and turned by 180°; `augmented[i]` for slightly moved and lit copies of
    it, only where it is good on few golden boards."""

    component: str
    part_type: str
    polarity: Polarity
    good: tuple[Outputs, ...]
    turned: tuple[Outputs, ...]
    augmented: tuple[tuple[Outputs, ...], ...]


def stored_crops(recipe: Recipe) -> NativeReader:
    """Read crops from the recipe's folder, each checked against its sha256."""
    return decoded_crops(recipe, lambda path: picture_bytes(recipe, path))


def decoded_crops(recipe: Recipe, content: Callable[[str], bytes]) -> NativeReader:
    """Read crops from PNG files that `content` gives for their path in the recipe."""

    def read(window: int, golden: int) -> NativeCrop:
        path = reference_file(window, golden)
        data = np.frombuffer(content(path), np.uint8)
        pixels = cv2.imdecode(data, cv2.IMREAD_COLOR)
        if pixels is None:
            raise RecipeError(
                expected=f"a PNG in {path}",
                found="something else",
                action="Teach the board again.",
            )
        x_px, y_px = native_origin(
            recipe.picture.width_px,
            recipe.picture.height_px,
            recipe.windows[window].rect,
            recipe.goldens[golden].pose,
            recipe.crop,
        )
        return NativeCrop(pixels=np.asarray(pixels, dtype=np.uint8), x_px=x_px, y_px=y_px)

    return read


def gather(
    recipe: Recipe,
    pool: InterpreterPool,
    read: NativeReader,
    *,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> tuple[WindowSamples, ...]:
    """Run the model on every golden crop of every window, in the recipe's order."""
    samples = []
    for number, window in enumerate(recipe.windows):
        goldens = recipe.goldens_of(window.component)
        few = len(goldens) < FEW_GOLDENS
        crops = [
            _inputs(read(number, golden), window, board.pose, recipe.crop, augment=few)
            for golden, board in goldens
        ]
        outputs = pool.run([crop for board in crops for crop in board])
        each = len(crops[0])
        boards = [outputs[i : i + each] for i in range(0, len(outputs), each)]
        samples.append(
            WindowSamples(
                component=window.component,
                part_type=window.part_type,
                polarity=window.polarity,
                good=tuple(board[0] for board in boards),
                turned=tuple(board[1] for board in boards),
                augmented=tuple(tuple(board[2:]) for board in boards),
            )
        )
        progress(number + 1, len(recipe.windows))
    return tuple(samples)


def _inputs(
    crop: NativeCrop, window: Window, pose: Pose, rule: CropRule, *, augment: bool
) -> list[Pixels]:
    plain = window_from_native(crop, window.rect, pose, rule)
    turned = np.ascontiguousarray(plain[::-1, ::-1])
    return [plain, turned, *(augmented(crop, window, pose, rule) if augment else [])]


def augmented(crop: NativeCrop, window: Window, pose: Pose, rule: CropRule) -> Sequence[Pixels]:
    """Copies as another frame of the same good board could show it: up to 2 px off, half a
    degree turned, 8 % brighter or darker, with the sensor's noise. Seeded by the window's name,
    so that teaching twice gives the same recipe."""
    rng = np.random.default_rng([ord(letter) for letter in window.component])
    copies = []
    cx, cy = window.rect.centre_px
    for _ in range(_AUGMENTED):
        turn = np.radians(rng.uniform(-0.5, 0.5))
        a, b = pose.a - pose.b * turn, pose.b + pose.a * turn
        dx, dy = rng.uniform(-2.0, 2.0, 2)
        moved = Pose(
            a=a,
            b=b,
            tx_px=pose.tx_px + (pose.a - a) * cx - (pose.b - b) * cy + dx,
            ty_px=pose.ty_px + (pose.b - b) * cx + (pose.a - a) * cy + dy,
        )
        picture = window_from_native(crop, window.rect, moved, rule).astype(np.float32)
        picture = picture * rng.uniform(0.92, 1.08) + rng.normal(0.0, 2.0, picture.shape)
        copies.append(np.clip(np.rint(picture), 0, 255).astype(np.uint8))
    return copies
