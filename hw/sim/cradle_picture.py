"""How an empty cradle looks from above: printed plastic, a pocket with a rim, a grey patch."""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np

from hw.ports import Pixels

POCKET = (0.045, 0.05, 0.955, 0.95)
"""The board's pocket as shares of the frame: left, top, right, bottom."""
LARGEST_DRAWN_PX = 2000
"""Plastic has no detail that a wider picture would show; it is enlarged instead."""
GREY_PATCH = (0.006, 0.42, 0.036, 0.58)
"""Where the grey patch for exposure and white balance lies, beside the pocket."""


def pixel_box(
    shares: tuple[float, float, float, float], width_px: int, height_px: int
) -> tuple[int, int, int, int]:
    """Shares of a frame as pixels: left, top, right, bottom."""
    left, top, right, bottom = shares
    return (
        round(left * width_px),
        round(top * height_px),
        round(right * width_px),
        round(bottom * height_px),
    )


def empty_cradle(width_px: int, height_px: int, *, seed: int = 3) -> Pixels:
    """(height, width, 3) uint8 BGR. Dark printed plastic shows its layers as fine lines."""
    if width_px > LARGEST_DRAWN_PX:
        small = empty_cradle(width_px // 2, height_px // 2, seed=seed)
        return cast(Pixels, cv2.resize(small, (width_px, height_px)))
    chance = np.random.default_rng(seed)
    coarse = chance.normal(0.0, 1.0, (max(height_px // 24, 2), max(width_px // 24, 2)))
    cloud = cv2.resize(
        coarse.astype(np.float32), (width_px, height_px), interpolation=cv2.INTER_CUBIC
    )
    pitch_px = max(width_px / 500, 2.0)
    lines = np.sin(2 * np.pi * np.arange(width_px + height_px) / pitch_px)
    diagonal = lines[np.add.outer(np.arange(height_px), np.arange(width_px))]
    shade = 46.0 + 1.6 * cloud + 1.8 * diagonal.astype(np.float32)
    left, top, right, bottom = pixel_box(POCKET, width_px, height_px)
    shade[top:bottom, left:right] -= 16.0
    rim = max(width_px // 500, 1)
    cv2.rectangle(shade, (left, top), (right, bottom), (24.0,), 2 * rim)
    cv2.rectangle(shade, (left - rim, top - rim), (right + rim, bottom + rim), (66.0,), rim)
    plastic = shade[..., None] * np.array([1.06, 1.0, 0.97], np.float32)
    picture = np.clip(plastic, 0, 255).astype(np.uint8)
    x0, y0, x1, y1 = pixel_box(GREY_PATCH, width_px, height_px)
    grain = chance.normal(0.0, 1.2, (y1 - y0, x1 - x0, 1))
    picture[y0:y1, x0:x1] = np.clip(128 + grain, 0, 255).astype(np.uint8)
    return cast(Pixels, picture)
