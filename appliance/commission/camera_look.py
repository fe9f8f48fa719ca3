"""Where the sheet's corners are in a picture; and in words why they are not found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
import numpy.typing as npt

from appliance.commission.camera_sheet import (
    CORNER_COUNT,
    MARKER_MM,
    SQUARE_MM,
    Places,
    board,
    corner_places,
)
from appliance.commission.errors import CommissionError
from appliance.vision.crop import Pixels

Gray = npt.NDArray[np.uint8]

LEAST_CORNERS = 60
"""A quarter of the sheet: with fewer a picture says little of its own pose."""
_DARK_WHITE = 90
"""Paper that is darker than this in the picture leaves black and white too close together."""
_BURNT = 250
_BURNT_SHARE = 0.05
"""Of the picture: more is a wrong exposure, not a reflection."""
_GLARE_SHARE = 0.0015
"""Of the picture, in one spot: about a square of the sheet."""
_CLEAN_SHARE = 0.8
"""Of the paper between a square's corner and its marker: a tilted sheet is seen shorter."""
_REFINE = (cv2.TERM_CRITERIA_COUNT + cv2.TERM_CRITERIA_EPS, 60, 1e-4)
_UPRIGHT_DEG = 45.0
_SOFT = 24.0
"""Levels between neighbouring pixels at the sharpest edges; less is far out of focus."""


class SheetError(CommissionError):
    """The sheet can't be read in this picture."""


class BlurredError(SheetError):
    """The picture is far out of focus."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SheetSeen:
    """The corners that one picture shows."""

    ids: npt.NDArray[np.int64]
    """(N,), rising."""
    corners_px: Places
    """(N, 2); an integer is the middle of a pixel."""
    width_px: int
    height_px: int

    @property
    def turn_deg(self) -> float:
        """How far the page is turned in the picture, clockwise; 0 is upright."""
        page = corner_places()[self.ids]
        flat = cv2.estimateAffinePartial2D(page, self.corners_px)[0]
        return float(np.degrees(np.arctan2(flat[1, 0], flat[0, 0])))


def gray_of(pixels: Pixels) -> Gray:
    return cast(Gray, cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY))


def see_sheet(pixels: Pixels) -> SheetSeen:
    """The sheet's corners in a (H, W, 3) BGR picture. Raises `SheetError`, which says what hides
    them: the light, a reflection, the focus, the sheet's face, another sheet."""
    gray = gray_of(pixels)
    ids, corners = _detect(gray)
    if len(ids) < LEAST_CORNERS:
        raise _why_not(gray, len(ids))
    order = np.argsort(ids)
    height, width = gray.shape
    return SheetSeen(
        ids=ids[order],
        corners_px=_refined(gray, ids[order], corners[order]),
        width_px=width,
        height_px=height,
    )


def check_light(pixels: Pixels) -> None:
    """Raises `SheetError` for a picture that is dark or burnt out, or in which a lamp mirrors."""
    gray = gray_of(pixels)
    white = float(np.percentile(gray[::4, ::4], 95))
    if white < _DARK_WHITE:
        raise SheetError(
            expected=f"white paper at level {_DARK_WHITE} of 255 or more",
            found=f"{white:.0f}: the light is too dim",
            action="Check that the strip is lit at full and do the step 'camera_exposure' first.",
        )
    burnt = gray >= _BURNT
    share = float(burnt.mean())
    if share > _BURNT_SHARE:
        raise SheetError(
            expected=f"at most {_BURNT_SHARE:.0%} of the picture burnt out",
            found=f"{share:.0%}: the picture is clipped",
            action="Do the step 'camera_exposure' first; no light but the strip's may fall in.",
        )
    spot, at = _largest_spot(burnt)
    if spot > _GLARE_SHARE:
        raise SheetError(
            expected="paper that shines nowhere",
            found=f"a reflection {_where(at)}, {spot:.1%} of the picture",
            action="Keep other lamps away; use matt paper, and no film or glass over it.",
        )


def check_upright(seen: SheetSeen) -> None:
    """Raises `SheetError` for a sheet whose arrow does not point to the back."""
    if abs(seen.turn_deg) > _UPRIGHT_DEG:
        raise SheetError(
            expected="the sheet's arrow towards the back of the cabinet",
            found=f"the sheet turned by {abs(seen.turn_deg):.0f}°: it lies upside down"
            if abs(seen.turn_deg) > 135
            else f"the sheet turned by {abs(seen.turn_deg):.0f}°",
            action="Turn the sheet until its arrow points to the back. If it does, the camera is "
            "mounted the other way round.",
        )


def _detect(gray: Gray) -> tuple[npt.NDArray[np.int64], Places]:
    corners, ids, _, _ = cv2.aruco.CharucoDetector(board()).detectBoard(gray)
    if ids is None or corners is None:
        return np.empty(0, np.int64), np.empty((0, 2), np.float64)
    return np.ravel(ids).astype(np.int64), np.asarray(corners, np.float64).reshape(-1, 2)


def _refined(gray: Gray, ids: npt.NDArray[np.int64], corners: Places) -> Places:
    """The detector's corners are off by a whole half pixel in some releases of OpenCV (4.11), so
    each is found again, in a window as wide as the clean paper round a marker allows. A crossing
    is the same turned by 180°, so neither blur nor the camera's curve moves it."""
    flat = cv2.estimateAffinePartial2D(corner_places()[ids], corners)[0]
    px_per_mm = float(np.hypot(flat[0, 0], flat[1, 0]))
    half = max(round(_CLEAN_SHARE * (SQUARE_MM - MARKER_MM) / 2 * px_per_mm), 3)
    found = cv2.cornerSubPix(
        gray, corners.astype(np.float32).reshape(-1, 1, 2), (half, half), (-1, -1), _REFINE
    )
    return np.asarray(found, np.float64).reshape(-1, 2)


def _why_not(gray: Gray, count: int) -> SheetError:
    check_light(cast(Pixels, cv2.merge([gray] * 3)))
    small = gray[::2, ::2]
    contrast = float(np.percentile(small, 95)) - float(np.percentile(small, 5))
    expected = f"at least {LEAST_CORNERS} of the sheet's {CORNER_COUNT} corners"
    if count == 0 and contrast < 60:
        return SheetError(
            expected=expected,
            found="paper without a pattern: the sheet lies face down, or another paper is in",
            action="Lay the sheet with its pattern up.",
        )
    if len(_detect(cast(Gray, cv2.flip(gray, 1)))[0]) >= LEAST_CORNERS:
        return SheetError(
            expected=expected,
            found="the pattern mirrored",
            action="Print the sheet as it is, and switch off any mirroring of printer and camera.",
        )
    steepest = float(np.percentile(np.abs(np.diff(gray.astype(np.int16), axis=1)), 99.8))
    if steepest < _SOFT:
        return BlurredError(
            expected=expected,
            found=f"{count}, in a picture far out of focus",
            action="Do the step 'camera_focus' first.",
        )
    return SheetError(
        expected=expected,
        found=f"{count}",
        action="Lay the sheet so that most of it is seen, flat and without anything on it; it has "
        "to be the one of goldenboard calibrate sheet.",
    )


def _largest_spot(burnt: npt.NDArray[np.bool_]) -> tuple[float, tuple[float, float]]:
    """Share of the picture of the largest burnt spot that is a solid one, and its middle. Thin
    things are worn away first: white lines between squares are none."""
    small = cv2.resize(burnt.astype(np.uint8) * 255, None, fx=0.25, fy=0.25,
                       interpolation=cv2.INTER_AREA)  # fmt: skip
    solid = cv2.morphologyEx((small > 127).astype(np.uint8), cv2.MORPH_OPEN, np.ones((5, 5)))
    count, _, stats, middles = cv2.connectedComponentsWithStats(solid)
    if count < 2:
        return 0.0, (0.0, 0.0)
    widest = 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
    share = float(stats[widest, cv2.CC_STAT_AREA]) / solid.size
    height, width = solid.shape
    return share, (float(middles[widest][0]) / width, float(middles[widest][1]) / height)


def _where(at: tuple[float, float]) -> str:
    """In words, of shares of the picture."""
    across = "left" if at[0] < 1 / 3 else "right" if at[0] > 2 / 3 else ""
    along = "at the back" if at[1] < 1 / 3 else "at the front" if at[1] > 2 / 3 else ""
    return " ".join(word for word in (along, across) if word) or "in the middle"
