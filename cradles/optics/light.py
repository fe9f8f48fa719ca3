"""Light and grey levels: lenses mix light, files hold its sRGB encoding (IEC 61966-2-1)."""

from __future__ import annotations

import functools

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


def levels_of(light: Light) -> npt.NDArray[np.float32]:
    """sRGB levels, not rounded; light outside 0 to 1 is cut off, as a sensor does."""
    return _table()[(np.clip(light, 0.0, 1.0) * np.float32(_STEPS - 1) + 0.5).astype(np.uint16)]


@functools.cache
def _table() -> npt.NDArray[np.float32]:
    light = np.arange(_STEPS) / (_STEPS - 1)
    bright = 1.055 * light ** (1 / 2.4) - 0.055
    return (255 * np.where(light <= 0.0031308, light * 12.92, bright)).astype(np.float32)
