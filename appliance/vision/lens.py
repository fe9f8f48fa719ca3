"""How the camera's lens bends a picture: OpenCV's pinhole camera with two radial and two tangential
coefficients (Brown, Photogrammetric Engineering 1971). Commissioning measures it; without it a
picture is taken as straight.

Coordinates are OpenCV's: an integer is the middle of a pixel. "Straight" pixels are those that the
same camera would have shown through a lens that does not bend.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from appliance.refusal import Refusal

Points = npt.NDArray[np.float64]
"""(N, 2)."""

_STEPS = 60
"""Of the fixed-point iteration; a lens that passes the check below needs fewer."""
_SETTLED_PX = 1e-6


class LensError(Refusal):
    """The lens that is configured is not the one of this picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lens:
    """The table `[lens]` of the unit's configuration. Measured at one size of picture."""

    width_px: int
    height_px: int
    focal_px: tuple[float, float]
    """Along x and y."""
    centre_px: tuple[float, float]
    """Where the lens' axis meets the picture."""
    k1: float = 0.0
    k2: float = 0.0
    p1: float = 0.0
    p2: float = 0.0

    def __post_init__(self) -> None:
        if min(self.width_px, self.height_px) < 1:
            raise ValueError(f"a picture of {self.width_px}×{self.height_px} px")
        if min(self.focal_px) <= 0:
            raise ValueError(f"focal_px is above 0, not {self.focal_px}")
        size = (self.width_px, self.height_px)
        if any(not 0 <= at <= side for at, side in zip(self.centre_px, size, strict=True)):
            raise ValueError(f"centre_px inside the picture, not {self.centre_px}")
        if max(abs(self.p1), abs(self.p2)) > 0.1:
            raise ValueError(f"p1 and p2 of −0.1 to 0.1, not {self.p1:g} and {self.p2:g}")
        edge = self._edge()
        shown = self._bent(self._straight(edge))
        # A lens that folds its picture has no inverse at the rim: no camera is like that.
        if not np.abs((shown - edge) * self.focal_px).max() < 0.01:
            raise ValueError(
                f"k1 = {self.k1:g}, k2 = {self.k2:g}, p1 = {self.p1:g}, p2 = {self.p2:g} "
                "would fold the picture's rim over"
            )

    @property
    def mean_focal_px(self) -> float:
        return math.sqrt(self.focal_px[0] * self.focal_px[1])

    def check_size(self, width_px: int, height_px: int) -> None:
        """Raises `LensError` unless the lens was measured at this size of picture."""
        if (width_px, height_px) != (self.width_px, self.height_px):
            raise LensError(
                expected=f"a picture of {self.width_px}×{self.height_px} px, at which the lens was "
                "measured",
                found=f"{width_px}×{height_px} px",
                action="Measure the lens again at this size (picture_px in the table [cabinet]), "
                "or take the table [lens] out of the configuration.",
            )

    def straight(self, seen_px: Points) -> Points:
        """Where points of a picture would stand without the lens' bend."""
        return self._to_px(self._straight(self._from_px(seen_px)))

    def bent(self, straight_px: Points) -> Points:
        """Where the lens shows points; the inverse of `straight`."""
        return self._to_px(self._bent(self._from_px(straight_px)))

    def _from_px(self, points: Points) -> Points:
        return np.asarray((points - self.centre_px) / self.focal_px, dtype=np.float64)

    def _to_px(self, points: Points) -> Points:
        return np.asarray(points * self.focal_px + self.centre_px, dtype=np.float64)

    def _edge(self) -> Points:
        """Corners and middles of the sides of the picture, on normalised coordinates."""
        w, h = self.width_px - 0.5, self.height_px - 0.5
        xs, ys = (-0.5, w / 2, w), (-0.5, h / 2, h)
        return self._from_px(np.array([(x, y) for x in xs for y in ys], dtype=np.float64))

    def _bent(self, points: Points) -> Points:
        stretch, slide = self._bend(points)
        return np.asarray(points * stretch + slide)

    def _straight(self, points: Points) -> Points:
        found = points
        for _ in range(_STEPS):
            stretch, slide = self._bend(found)
            with np.errstate(all="ignore"):  # a lens that folds runs away; it is refused above
                fresh = (points - slide) / stretch
            if not np.isfinite(fresh).all():
                return np.full_like(points, np.nan)
            settled = np.abs((fresh - found) * self.focal_px).max(initial=0.0) < _SETTLED_PX
            found = fresh
            if settled:
                break
        return found

    def _bend(self, points: Points) -> tuple[Points, Points]:
        """How much farther out a point is shown, and how far aside."""
        with np.errstate(all="ignore"):
            x, y = points[:, :1], points[:, 1:]
            square = x**2 + y**2
            stretch = 1 + self.k1 * square + self.k2 * square**2
            aside = 2 * self.p1 * x * y + self.p2 * (square + 2 * x**2)
            down = self.p1 * (square + 2 * y**2) + 2 * self.p2 * x * y
        return stretch, np.concatenate([aside, down], axis=1)
