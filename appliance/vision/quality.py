"""Is this picture fit to be judged? Size, light, sharpness, the grey patch, the camera's word.

A picture that is not fit is never judged: a black one has no defects in it either. The limits
are learnt from the golden pictures, with room, and stand in the recipe.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from appliance.recipe.values import GreyPatch, PictureSize, QualityBounds
from appliance.refusal import Refusal
from appliance.terms import Rect
from appliance.vision.align import AnchorPatch
from appliance.vision.crop import Pixels
from appliance.vision.pose import Pose

_SAMPLE_STEP_PX = 8
_SATURATED = 250
_BRIGHTNESS_ROOM = 0.35
_SHARPNESS_ROOM = 0.3
_SATURATED_ROOM = 0.03
_COLOUR_ROOM = 0.07
"""As a share. Generated boards of one mask colour differ by up to 0.024, those of another by 0.16
and more; how much batches of a real mask differ is not known."""
_LEAST_LEVEL_SUM = 60.0


Colour = tuple[float, float, float]


class QualityError(Refusal):
    """The picture is not fit to be judged. Never a verdict on the board."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """What was measured of a picture, in the units of `QualityBounds`."""

    brightness: float
    saturated_share: float
    sharpness: float


def measure(frame: Pixels, anchors: Sequence[AnchorPatch]) -> Quality:
    """Measure a (H, W, 3) uint8 BGR frame. Light on every eighth pixel of every eighth row,
    sharpness round the anchors' taught places, wherever the board lies now."""
    sample = frame[_SAMPLE_STEP_PX // 2 :: _SAMPLE_STEP_PX, _SAMPLE_STEP_PX // 2 :: _SAMPLE_STEP_PX]
    return Quality(
        brightness=float(sample[:, :, 1].mean()),
        saturated_share=float((sample.max(axis=2) >= _SATURATED).mean()),
        sharpness=float(np.median([_sharpness(frame, anchor) for anchor in anchors])),
    )


def learn_bounds(
    goldens: Sequence[Quality], colours: Sequence[Colour], grey: GreyPatch | None = None
) -> QualityBounds:
    """Limits with room round what the golden pictures show: brightness 35 % beyond the darkest
    and brightest, 30 % of the least sharpness, 3 points more saturated pixels, and colour shares
    4 points from the mean or three times as far as the farthest golden board."""
    brightness = [each.brightness for each in goldens]
    usual = np.mean(colours, axis=0)
    farthest = float(np.abs(np.array(colours) - usual).max())
    return QualityBounds(
        brightness_min=min(brightness) * (1 - _BRIGHTNESS_ROOM),
        brightness_max=min(max(brightness) * (1 + _BRIGHTNESS_ROOM), 250.0),
        saturated_share_max=min(max(e.saturated_share for e in goldens) + _SATURATED_ROOM, 1.0),
        sharpness_min=min(each.sharpness for each in goldens) * _SHARPNESS_ROOM,
        colour=(float(usual[0]), float(usual[1]), float(usual[2])),
        colour_tolerance=max(_COLOUR_ROOM, 3 * farthest),
        grey=grey,
    )


def check_size(frame: Pixels, picture: PictureSize) -> None:
    """Raises `QualityError` unless the frame has the recipe's size."""
    expected = (picture.height_px, picture.width_px, 3)
    if frame.shape != expected or frame.dtype != np.uint8:
        height, width = frame.shape[:2]
        raise QualityError(
            expected=f"a colour picture of {picture.width_px}×{picture.height_px} px",
            found=f"{width}×{height} px"
            + ("" if frame.shape[2:] == (3,) and frame.dtype == np.uint8 else ", no 8-bit colour"),
            action="Use the camera and the resolution the recipe was taught with.",
        )


def check_quality(quality: Quality, bounds: QualityBounds) -> None:
    """Raises `QualityError` for a picture that is dark, bright, burnt out or blurred."""
    if quality.brightness < bounds.brightness_min:
        raise QualityError(
            expected=f"a mean brightness of at least {bounds.brightness_min:.1f} of 255",
            found=f"{quality.brightness:.1f}: too dark",
            action="Check that the light is on and nothing covers the lens.",
        )
    if quality.brightness > bounds.brightness_max:
        raise QualityError(
            expected=f"a mean brightness of at most {bounds.brightness_max:.1f} of 255",
            found=f"{quality.brightness:.1f}: too bright",
            action="Check the light's level, the exposure and that the drawer is closed.",
        )
    if quality.saturated_share > bounds.saturated_share_max:
        raise QualityError(
            expected=f"at most {bounds.saturated_share_max:.1%} of the picture burnt out",
            found=f"{quality.saturated_share:.1%}",
            action="Check the exposure and that no outside light falls in.",
        )
    if not quality.sharpness >= bounds.sharpness_min:
        raise QualityError(
            expected=f"a sharpness of at least {bounds.sharpness_min:.3g}",
            found=f"{quality.sharpness:.3g}: blurred, or not the recipe's board",
            action="Check the focus, clean the lens, and check that the right board is in.",
        )


def colour_of(frame: Pixels, anchors: Sequence[AnchorPatch], pose: Pose) -> Colour:
    """Shares of blue, green and red of a board that was found: the median over every sixteenth
    pixel of every sixteenth row between its outermost anchors, neither dark nor burnt out. That
    is the solder mask's colour unless parts cover more than half of the board."""
    height, width = frame.shape[:2]
    centres = pose.apply(np.array([anchor.centre for anchor in anchors]))
    x0, y0 = np.clip(centres.min(axis=0), 0, (width - 16, height - 16)).astype(int)
    x1, y1 = centres.max(axis=0).astype(int) + 1
    step = 2 * _SAMPLE_STEP_PX
    pixels = frame[y0:y1:step, x0:x1:step].reshape(-1, 3).astype(np.float32)
    level = pixels.sum(axis=1)
    fit = (level > _LEAST_LEVEL_SUM) & (pixels.max(axis=1) < _SATURATED)
    if not fit.any():
        return 0.0, 0.0, 0.0
    blue, green, red = np.median(pixels[fit] / level[fit, None], axis=0)
    return float(blue), float(green), float(red)


def check_colour(found: Colour, bounds: QualityBounds) -> None:
    """Raises `QualityError` for a board of another colour: another product with the same
    layout, or a camera whose white balance has drifted."""
    off = max(abs(a - b) for a, b in zip(found, bounds.colour, strict=True))
    if off > bounds.colour_tolerance:
        raise QualityError(
            expected="the board's colour with blue, green, red at "
            + ", ".join(f"{share:.1%}" for share in bounds.colour)
            + f" within {bounds.colour_tolerance:.1%}",
            found=", ".join(f"{share:.1%}" for share in found),
            action="Check that it is the recipe's board, and the camera's white balance.",
        )


def check_grey(frame: Pixels, patch: GreyPatch) -> None:
    """Raises `QualityError` when the cradle's grey patch has another colour than taught. The
    patch sits on the cradle, which does not move, so its place needs no alignment."""
    found = grey_of(frame, patch.rect)
    if max(abs(a - b) for a, b in zip(found, patch.bgr, strict=True)) > patch.tolerance:
        raise QualityError(
            expected="the grey patch at blue, green, red "
            + ", ".join(f"{level:.0f}" for level in patch.bgr)
            + f" within {patch.tolerance:.0f}",
            found=", ".join(f"{level:.0f}" for level in found),
            action="Check the light and the camera's locked settings; clean the patch.",
        )


def grey_of(frame: Pixels, rect: Rect) -> tuple[float, float, float]:
    """Mean blue, green and red inside `rect`."""
    y0, y1 = math.ceil(rect.ymin_px), math.floor(rect.ymax_px)
    x0, x1 = math.ceil(rect.xmin_px), math.floor(rect.xmax_px)
    blue, green, red = frame[y0:y1, x0:x1].reshape(-1, 3).mean(axis=0)
    return float(blue), float(green), float(red)


def _sharpness(frame: Pixels, anchor: AnchorPatch) -> float:
    """Mean squared Laplacian over variance: free of the light's level; 0 where it is flat."""
    half = anchor.size_px // 2
    y0, x0 = max(0, anchor.y_px - half), max(0, anchor.x_px - half)
    y1, x1 = anchor.y_px + anchor.size_px + half, anchor.x_px + anchor.size_px + half
    green = np.ascontiguousarray(frame[y0:y1, x0:x1, 1])
    variance = float(cv2.meanStdDev(green)[1][0, 0]) ** 2
    if variance < 1.0:
        return 0.0
    laplacian = cv2.Laplacian(green, cv2.CV_16S)
    return float(cv2.norm(laplacian, cv2.NORM_L2) ** 2 / laplacian.size / variance)
