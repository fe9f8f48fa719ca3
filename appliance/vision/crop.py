"""Windows cut from the frame at native resolution, one small warp each.

The frame is never warped as a whole: a window's box is cut out, smoothed only when the window
is larger than the model's input, and mapped with one bilinear warp. What is trained is cut by
this code, what runs is cut by it, and references are rebuilt by it from their stored crops.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from appliance.terms import Rect
from appliance.vision.pose import Pose

Pixels = npt.NDArray[np.uint8]

_BORDER_PX = 4
"""Pixels kept round a stored crop, so that the warp's and the blur's edges see real picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CropRule:
    """How a window becomes the model's input.

    `margin` is the share of the window's longer side that is added on each side, because a
    turned or missing part often shows on the board beside it. With `keep_aspect` the crop is a
    square round the window's centre, so that the part is not squeezed.
    """

    margin: float = 0.15
    keep_aspect: bool = False
    size_px: int = 128

    def __post_init__(self) -> None:
        if not 0.0 <= self.margin <= 2.0:
            raise ValueError(f"a margin between 0 and 2 is needed, not {self.margin}")
        if not 16 <= self.size_px <= 1024:
            raise ValueError(f"a model input of 16 to 1024 px is needed, not {self.size_px}")

    def region(self, rect: Rect) -> Rect:
        """The rectangle of the reference picture that the model sees."""
        (cx, cy), (w, h) = rect.centre_px, (rect.width_px, rect.height_px)
        extra = 2 * self.margin * max(w, h)
        w, h = w + extra, h + extra
        if self.keep_aspect:
            w = h = max(w, h)
        return Rect(xmin_px=cx - w / 2, ymin_px=cy - h / 2, xmax_px=cx + w / 2, ymax_px=cy + h / 2)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NativeCrop:
    """Unchanged pixels of a frame around one window, and where in the frame they were."""

    pixels: Pixels
    """(h, w, 3) uint8 BGR; a view into the frame until it is copied."""
    x_px: int
    y_px: int


def cut_native(frame: Pixels, rect: Rect, pose: Pose, rule: CropRule) -> NativeCrop:
    """The frame's own pixels that `cut_window` would use: an integer box with a border."""
    x0, y0, x1, y1 = _box(frame.shape[1], frame.shape[0], rect, pose, rule)
    return NativeCrop(pixels=frame[y0:y1, x0:x1], x_px=x0, y_px=y0)


def native_origin(
    width_px: int, height_px: int, rect: Rect, pose: Pose, rule: CropRule
) -> tuple[int, int]:
    """Where `cut_native` puts the upper left corner, for a crop read back from its file."""
    x0, y0, _, _ = _box(width_px, height_px, rect, pose, rule)
    return x0, y0


def cut_window(frame: Pixels, rect: Rect, pose: Pose, rule: CropRule) -> Pixels:
    """The model's input for one window: (size, size, 3) uint8 RGB.

    `frame` is (H, W, 3) uint8 BGR, `rect` in reference pixels, `pose` maps them to the frame.
    Outside the frame the edge's pixels are repeated.
    """
    return window_from_native(cut_native(frame, rect, pose, rule), rect, pose, rule)


def window_from_native(crop: NativeCrop, rect: Rect, pose: Pose, rule: CropRule) -> Pixels:
    """The same input as `cut_window` gives, from pixels that were cut out before."""
    region = rule.region(rect)
    sx, sy = region.width_px / rule.size_px, region.height_px / rule.size_px
    pixels = _smoothed(crop.pixels, sx * pose.scale, sy * pose.scale)
    # Pixel centres: output (u, v) looks at reference (xmin + (u + ½)·sx − ½, …).
    to_reference = np.array(
        [
            [sx, 0.0, region.xmin_px + sx / 2 - 0.5],
            [0.0, sy, region.ymin_px + sy / 2 - 0.5],
            [0.0, 0.0, 1.0],
        ]
    )
    to_crop = pose.matrix @ to_reference
    to_crop[:, 2] -= (crop.x_px, crop.y_px)
    warped = cv2.warpAffine(
        pixels,
        to_crop,
        (rule.size_px, rule.size_px),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(cv2.cvtColor(warped, cv2.COLOR_BGR2RGB), dtype=np.uint8)


def _box(
    width_px: int, height_px: int, rect: Rect, pose: Pose, rule: CropRule
) -> tuple[int, int, int, int]:
    x0, y0, x1, y1 = pose.box(rule.region(rect))
    left, top = max(0, math.floor(x0) - _BORDER_PX), max(0, math.floor(y0) - _BORDER_PX)
    right = min(width_px, math.ceil(x1) + _BORDER_PX)
    bottom = min(height_px, math.ceil(y1) + _BORDER_PX)
    if right - left < 2 or bottom - top < 2:
        raise ValueError(
            f"the window at {rect.centre_px} lies outside the frame of {width_px}×{height_px} px"
        )
    return left, top, right, bottom


def _smoothed(pixels: Pixels, sx: float, sy: float) -> Pixels:
    """Average over the pixels that one output pixel stands for, so that fine print does not
    turn into a moiré that depends on half a pixel of shift. Bilinear alone is enough below 1.5."""
    kx, ky = max(1, round(sx)), max(1, round(sy))
    if sx < 1.5 and sy < 1.5:
        return pixels
    return np.asarray(cv2.blur(pixels, (kx, ky), borderType=cv2.BORDER_REPLICATE), dtype=np.uint8)
