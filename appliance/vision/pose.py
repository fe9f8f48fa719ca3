"""How a board lies in a picture against the recipe's reference picture."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from appliance.terms import Alignment, Rect

Points = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pose:
    """A similarity that maps pixels of the reference picture to pixels of a frame.

    x' = a·x − b·y + tx and y' = b·x + a·y + ty: a turn, a scale and a shift, no shear, because
    a flat board under a fixed camera can do nothing else.
    """

    a: float = 1.0
    b: float = 0.0
    tx_px: float = 0.0
    ty_px: float = 0.0

    @classmethod
    def from_alignment(cls, alignment: Alignment, *, width_px: int, height_px: int) -> Pose:
        """The pose back from the record's words; the inverse of `alignment`."""
        turn = math.radians(alignment.rotation_deg)
        a, b = alignment.scale * math.cos(turn), alignment.scale * math.sin(turn)
        cx, cy = width_px / 2, height_px / 2
        return cls(
            a=a,
            b=b,
            tx_px=alignment.shift_px[0] + cx - (a * cx - b * cy),
            ty_px=alignment.shift_px[1] + cy - (b * cx + a * cy),
        )

    @property
    def scale(self) -> float:
        return math.hypot(self.a, self.b)

    @property
    def rotation_deg(self) -> float:
        return math.degrees(math.atan2(self.b, self.a))

    @property
    def matrix(self) -> npt.NDArray[np.float64]:
        """(2, 3) float64, as OpenCV takes it."""
        return np.array([[self.a, -self.b, self.tx_px], [self.b, self.a, self.ty_px]])

    def apply(self, points: Points) -> Points:
        """Map (N, 2) reference points to the frame."""
        matrix = self.matrix
        return np.asarray(points @ matrix[:, :2].T + matrix[:, 2], dtype=np.float64)

    def box(self, rect: Rect) -> tuple[float, float, float, float]:
        """The upright box in the frame (xmin, ymin, xmax, ymax) that holds `rect`."""
        x0, y0, x1, y1 = rect.xmin_px, rect.ymin_px, rect.xmax_px, rect.ymax_px
        corners = self.apply(np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], dtype=np.float64))
        low, high = corners.min(axis=0), corners.max(axis=0)
        return float(low[0]), float(low[1]), float(high[0]), float(high[1])

    def alignment(self, *, width_px: int, height_px: int, residual_px: float) -> Alignment:
        """The pose in the record's words; the shift is that of the picture's centre."""
        centre = np.array([[width_px / 2, height_px / 2]])
        shift = (self.apply(centre) - centre)[0]
        return Alignment(
            shift_px=(float(shift[0]), float(shift[1])),
            rotation_deg=self.rotation_deg,
            scale=self.scale,
            residual_px=residual_px,
        )


def fit_pose(reference: Points, seen: Points, weights: npt.NDArray[np.float64]) -> Pose:
    """The similarity that maps `reference` (N, 2) to `seen` (N, 2) with the least weighted
    squares (Umeyama, PAMI 1991, in its closed form for two dimensions)."""
    share = weights / weights.sum()
    mean_r, mean_s = share @ reference, share @ seen
    r, s = reference - mean_r, seen - mean_s
    spread = float(share @ (r**2).sum(axis=1))
    a = float(share @ (r * s).sum(axis=1)) / spread
    b = float(share @ (r[:, 0] * s[:, 1] - r[:, 1] * s[:, 0])) / spread
    return Pose(
        a=a,
        b=b,
        tx_px=float(mean_s[0] - (a * mean_r[0] - b * mean_r[1])),
        ty_px=float(mean_s[1] - (b * mean_r[0] + a * mean_r[1])),
    )
