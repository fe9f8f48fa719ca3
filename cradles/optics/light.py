"""Light and grey levels: lenses mix light, files hold its sRGB encoding (IEC 61966-2-1)."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Light = npt.NDArray[np.float32]
"""Linear in the light that arrives; 1 is what level 255 stands for."""
_STEPS = 1 << 16


def light_of(levels: npt.ArrayLike) -> Light:
    """Of sRGB levels, 0 to 255."""
    share = np.asarray(levels, dtype=np.float32) / np.float32(255.0)
    bright = ((share + np.float32(0.055)) / np.float32(1.055)) ** np.float32(2.4)
    return np.where(share <= 0.04045, share / np.float32(12.92), bright).astype(np.float32)


def light_of_picture(pixels: npt.NDArray[np.uint8]) -> Light:
    """The same for a picture, by a table."""
    return light_of(np.arange(256))[pixels]


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """How a camera makes grey levels of light. Few follow sRGB to the letter."""

    gamma: float | None = None
    """None: sRGB's own curve."""
    contrast: float = 0.0
    """0 to 1: how far levels are drawn to an S (3 v² − 2 v³), as picture profiles do."""

    def levels_of(self, light: Light) -> npt.NDArray[np.float32]:
        """Levels, not rounded; light outside 0 to 1 is cut off, as a sensor does."""
        steps = (np.clip(light, 0.0, 1.0) * np.float32(_STEPS - 1) + 0.5).astype(np.uint16)
        return _table(self)[steps]


SRGB = Curve()


def levels_of(light: Light) -> npt.NDArray[np.float32]:
    """sRGB levels, not rounded."""
    return SRGB.levels_of(light)


@functools.cache
def _table(curve: Curve) -> npt.NDArray[np.float32]:
    light = np.arange(_STEPS) / (_STEPS - 1)
    if curve.gamma is None:
        bright = 1.055 * light ** (1 / 2.4) - 0.055
        share = np.where(light <= 0.0031308, light * 12.92, bright)
    else:
        share = light ** (1 / curve.gamma)
    steeper = 3 * share**2 - 2 * share**3
    return np.asarray(255 * (share + (steeper - share) * curve.contrast), np.float32)
