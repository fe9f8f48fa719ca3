"""How the light falls: exposure and white balance by the sheet's grey page, and how even the strip
lights a blank sheet.

The grey square gives the colour: a grey is grey by its mixture, however dark a printer made it. The
exposure is set by the paper round it, whose brightness is known far better: white paper gives back
80 to 90 % of the light, a printed grey anything about a quarter.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from appliance.commission.camera_look import SheetError
from appliance.vision.crop import Pixels
from hw.ports import CameraSettings

Map = npt.NDArray[np.float64]

GAMMA = 2.2
"""About a camera's curve; where it is another one, the next round of exposure corrects it."""
TARGET = 220.0
"""Level of white paper: bare metal and silk print are brighter still and must not burn out."""
_GREY_HALF, _WHITE_AT, _WHITE_HALF = 0.04, 0.26, 0.03
"""In shares of the picture's width, from its middle."""
_LEAST_CONTRAST, _MOST_CONTRAST = 1.5, 30.0
"""White over grey, in light."""
_DARKEST = 12.0
BLOCKS = (64, 36)
_RIM_BLOCKS = 4
"""At the left and right the paper may end (Letter is 279 mm, the picture 300)."""
_PATTERN = 0.12
"""Standard deviation within a block over its mean: paper has a hundredth, the pattern a half."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GreySeen:
    white: float
    """Level of the paper, green."""
    grey: tuple[float, float, float]
    """Levels blue, green, red."""
    clipped: float
    """Share of the picture at level 250 or more in any colour."""

    @property
    def cast(self) -> float:
        """How far blue or red light is from green's, as a share: 0 is grey."""
        blue, green, red = (max(level, 0.5) for level in self.grey)
        return float(max(abs((level / green) ** GAMMA - 1) for level in (blue, red)))


def see_grey(pixels: Pixels) -> GreySeen:
    """Of a (H, W, 3) BGR picture of the grey page. Raises `SheetError` for another one."""
    height, width = pixels.shape[:2]
    x, y = width / 2, height / 2
    grey = _box(pixels, x, y, _GREY_HALF * width)
    whites = [
        _box(pixels, x + side * _WHITE_AT * width, y, _WHITE_HALF * width) for side in (-1, 1)
    ]
    white = float(np.mean([each[1] for each in whites]))
    if white < _DARKEST:
        raise SheetError(
            expected="light on the sheet",
            found=f"white paper at level {white:.0f} of 255: the picture is dark",
            action="Check that the strip is lit and that nothing covers the lens.",
        )
    contrast = (white / max(grey[1], 0.5)) ** GAMMA
    burnt = float((pixels[::4, ::4].max(axis=2) >= 250).mean())
    if not _LEAST_CONTRAST <= contrast <= _MOST_CONTRAST and burnt < 0.5:
        raise SheetError(
            expected="a grey square on white paper in the middle of the picture",
            found=f"paper {contrast:.1f} times as bright as the middle",
            action="Lay the sheet's second page flat, its grey square in the middle.",
        )
    return GreySeen(white=white, grey=grey, clipped=burnt)


def better(settings: CameraSettings, seen: GreySeen) -> CameraSettings:
    """The settings that would show the paper at `TARGET` and the grey without colour."""
    assert settings.exposure_us is not None
    assert settings.colour_gains is not None
    level = min(max(seen.white, 1.0), 254.0)
    more = (TARGET / level) ** GAMMA
    if seen.clipped > 0.2:
        more = min(more, 0.4)  # how much too bright can't be told from what is clipped
    blue, green, red = (max(each, 1.0) for each in seen.grey)
    gains = settings.colour_gains
    return CameraSettings(
        width_px=settings.width_px,
        height_px=settings.height_px,
        exposure_us=max(round(settings.exposure_us * min(max(more, 0.1), 10.0)), 50),
        analogue_gain=settings.analogue_gain,
        colour_gains=(
            round(gains[0] * (green / red) ** GAMMA, 3),
            round(gains[1] * (green / blue) ** GAMMA, 3),
        ),
        lens_position=settings.lens_position,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Evenness:
    """Of a blank sheet, in light; blocks of 64 × 36."""

    darkest: float
    """Of the brightest block."""
    where: str
    """The darkest block's place, in words."""
    across: float
    """Light of the right third over that of the left one."""
    along: float
    """Light of the front third over that of the back one."""
    vignette: float
    """Light of the corners over that of the middle."""
    blocks: tuple[tuple[float, ...], ...]
    """Rows of shares of the brightest block, two decimals of a per cent."""

    @property
    def dark_side(self) -> str:
        """The side that gets least, in words."""
        if abs(math.log(self.across)) >= abs(math.log(self.along)):
            return "right" if self.across < 1 else "left"
        return "front" if self.along < 1 else "back"

    @property
    def sides(self) -> float:
        """The darker over the brighter of two opposite sides, the worse pair."""
        return math.exp(-max(abs(math.log(self.across)), abs(math.log(self.along))))


def see_evenness(pixels: Pixels) -> Evenness:
    """Raises `SheetError` for paper that is not blank, is dark or burnt out."""
    green = pixels[:, :, 1]
    if float((green[::4, ::4] >= 250).mean()) > 0.002:
        raise SheetError(
            expected="paper that is burnt out nowhere",
            found="white at its highest level",
            action="Do the step 'camera_exposure' first; keep other lamps away.",
        )
    columns, rows = BLOCKS
    soft = cv2.resize(green, (columns * 8, rows * 8), interpolation=cv2.INTER_AREA)
    light = (np.asarray(soft, np.float64) / 255) ** GAMMA
    cells = light.reshape(rows, 8, columns, 8).transpose(0, 2, 1, 3).reshape(rows, columns, 64)
    blocks = np.median(cells, axis=2)
    inner = blocks[:, _RIM_BLOCKS:-_RIM_BLOCKS]
    if inner.max() < (_DARKEST / 255) ** GAMMA:
        raise SheetError(
            expected="light on the sheet",
            found="a dark picture",
            action="Check that the strip is lit and that nothing covers the lens.",
        )
    spread = (cells.std(axis=2) / np.maximum(cells.mean(axis=2), 1e-6))[:, _RIM_BLOCKS:-_RIM_BLOCKS]
    if float(np.percentile(spread, 90)) > _PATTERN:
        raise SheetError(
            expected="a blank sheet",
            found="something printed on it",
            action="Lay a clean white sheet in, so that it fills the picture.",
        )
    row, column = np.unravel_index(int(np.argmin(inner)), inner.shape)
    return _told(inner / inner.max(), blocks / inner.max(), (int(row), int(column)))


def _told(inner: Map, blocks: Map, at: tuple[int, int]) -> Evenness:
    rows, columns = inner.shape
    a, b = columns // 3, rows // 3
    corners = np.concatenate(
        [inner[r, c].ravel() for r in (slice(b // 2), slice(-(b // 2), None))
         for c in (slice(a // 2), slice(-(a // 2), None))]
    )  # fmt: skip
    middle = inner[b : rows - b, a : columns - a]
    return Evenness(
        darkest=float(inner.min()),
        where=_words((at[1] + 0.5) / columns, (at[0] + 0.5) / rows),
        across=float(np.median(inner[:, -a:]) / np.median(inner[:, :a])),
        along=float(np.median(inner[-b:]) / np.median(inner[:b])),
        vignette=float(np.median(corners) / np.median(middle)),
        blocks=tuple(tuple(round(float(share), 4) for share in line) for line in blocks),
    )


def _words(x: float, y: float) -> str:
    along = "back" if y < 1 / 3 else "front" if y > 2 / 3 else ""
    across = "left" if x < 1 / 3 else "right" if x > 2 / 3 else ""
    return " ".join(word for word in (along, across) if word) or "middle"


def _box(pixels: Pixels, x: float, y: float, half: float) -> tuple[float, float, float]:
    """Mean levels blue, green, red: the mean, because a printer's grey is dots."""
    part = pixels[int(y - half) : int(y + half) + 1, int(x - half) : int(x + half) + 1]
    blue, green, red = part.reshape(-1, 3).mean(axis=0)
    return float(blue), float(green), float(red)
