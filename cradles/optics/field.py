"""A picture of a rectangle of the cradle whose pixels know their millimetres."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt
from shapely.geometry.base import BaseGeometry

from cradles.csg import polygons
from cradles.labels import Ink

Cover = npt.NDArray[np.uint8]
"""(H, W): how much of a pixel is covered, 255 for all of it."""
Gray = npt.NDArray[np.float32]


class Field:
    """`bounds_mm`: xmin, ymin, xmax, ymax in the cradle's frame."""

    def __init__(self, bounds_mm: tuple[float, float, float, float], px_per_mm: float) -> None:
        self.xmin, self.ymin, self.xmax, self.ymax = bounds_mm
        self.px_per_mm = px_per_mm
        self.shape = (
            max(round((self.ymax - self.ymin) * px_per_mm), 1),
            max(round((self.xmax - self.xmin) * px_per_mm), 1),
        )

    def to_mm(self) -> npt.NDArray[np.float64]:
        """(3, 3) from its pixels (integers are middles) to the cradle's millimetres."""
        k = 1 / self.px_per_mm
        return np.array([[k, 0, self.xmin + k / 2], [0, -k, self.ymax - k / 2], [0, 0, 1.0]])

    def to_px(self, points_mm: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        x = (points_mm[:, 0] - self.xmin) * self.px_per_mm - 0.5
        y = (self.ymax - points_mm[:, 1]) * self.px_per_mm - 0.5
        return np.stack([x, y], axis=1)

    def cover(self, areas: Sequence[BaseGeometry]) -> Cover:
        """Of areas, to a sixteenth of a pixel."""
        made = np.zeros(self.shape, np.uint8)
        for area in areas:
            for polygon in polygons(area):
                rings = [polygon.exterior, *polygon.interiors]
                points = [
                    (self.to_px(np.array(ring.coords)[:-1, :2]) * 16).round().astype(np.int32)
                    for ring in rings
                ]
                cv2.fillPoly(made, points, (255,), cv2.LINE_AA, 4)
        return made

    def share(self, ink: Ink) -> tuple[slice, slice, Gray]:
        """The pixels that an upright rectangle touches, and exactly how much of each."""
        k = self.px_per_mm
        columns, across = _overlap(
            (ink.xmin - self.xmin) * k, (ink.xmax - self.xmin) * k, self.shape[1]
        )
        rows, down = _overlap((self.ymax - ink.ymax) * k, (self.ymax - ink.ymin) * k, self.shape[0])
        return rows, columns, np.outer(down, across).astype(np.float32)

    def write(self, gray: Gray, x: float, y: float, tall_mm: float, text: str, ink: float) -> None:
        """Digits centred on a point, in OpenCV's stroke font."""
        size = tall_mm * self.px_per_mm / 21.0  # its capitals are 21 units high
        thick = max(round(0.17 * self.px_per_mm), 1)
        (wide, high), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, size, thick)
        at = self.to_px(np.array([[x, y]]))[0]
        origin = (round(float(at[0]) - wide / 2), round(float(at[1]) + high / 2))
        mask = np.zeros(self.shape, np.uint8)
        cv2.putText(mask, text, origin, cv2.FONT_HERSHEY_SIMPLEX, size, (255,), thick, cv2.LINE_AA)
        gray += (ink - gray) * (mask.astype(np.float32) / 255)


def _overlap(low: float, high: float, count: int) -> tuple[slice, Gray]:
    first, last = max(int(np.floor(low)), 0), min(int(np.ceil(high)), count)
    cells = np.arange(first, last)
    share = np.minimum(cells + 1, high) - np.maximum(cells, low)
    return slice(first, last), np.clip(share, 0, 1).astype(np.float32)
