"""A pinhole camera above the cradle. Pixels: (0, 0) is the middle of the upper left one."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from appliance.board.layout import VIEW_MM
from cradles.optics.light import SRGB, Curve, Light
from cradles.optics.pose import AT_REST, Matrix, Points, Pose, rotation

_MAP_STEP = 16
"""Distortion is computed at every 16th pixel; between them it is straight to a hundredth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Camera:
    """How the camera stands over the cradle's frame, and what its lens and sensor do.

    At rest it looks straight down at the origin from `height_mm` above the plane of the labels
    and sees `VIEW_MM[0]` across that plane."""

    width_px: int = 3840
    height_px: int = 2160
    height_mm: float = 260.0
    tilt_x_deg: float = 0.0
    tilt_y_deg: float = 0.0
    turn_deg: float = 0.0
    shift_mm: tuple[float, float] = (0.0, 0.0)
    """Where in the plane of the labels it looks."""
    k1: float = 0.0
    k2: float = 0.0
    p1: float = 0.0
    p2: float = 0.0
    """Radial and tangential coefficients of Brown and Conrady, on normalised coordinates, as OpenCV
    has them."""
    defocus_px: float = 0.0
    """Sigma of a Gaussian blur, of light."""
    motion_px: tuple[float, float] = (0.0, 0.0)
    """How far the picture moves during the exposure, right and down."""
    noise: float = 0.0
    """Sigma of additive noise, grey levels of 255."""
    falloff: float = 0.0
    """How much less light the corners have than the middle, as a share."""
    curve: Curve = SRGB
    """By which light becomes grey levels."""
    brightness: float = 1.0
    """Of the exposure, as a share of the right one."""

    @property
    def focal_px(self) -> float:
        return self.width_px / VIEW_MM[0] * self.height_mm

    @property
    def px_per_mm(self) -> float:
        """Where it looks, in the plane of the labels."""
        return self.width_px / VIEW_MM[0]

    def plane(self, z_mm: float, pose: Pose = AT_REST) -> Matrix:
        """The homography (3, 3) from points (x, y) `z_mm` above the labels' plane of a body that
        lies so to pixels, without distortion."""
        towards, offset = self._outer()
        turned = towards @ pose.rotation
        start = towards @ pose.shift_mm + offset
        columns = [turned[:, 0], turned[:, 1], turned[:, 2] * z_mm + start]
        return np.asarray(self._matrix() @ np.stack(columns, axis=1))

    def project(self, points_mm: Points, pose: Pose = AT_REST) -> Points:
        """(N, 3) points, z above the labels' plane, to (N, 2) pixels, distortion included."""
        towards, offset = self._outer()
        seen = (pose.of(points_mm) @ towards.T + offset) @ self._matrix().T
        return self._distorted(np.asarray(seen[:, :2] / seen[:, 2:]))

    def distort(self, light: Light) -> Light:
        """The picture (H, W, 3) that a lens with these coefficients would have made of it."""
        if (self.k1, self.k2, self.p1, self.p2) == (0.0, 0.0, 0.0, 0.0):
            return light
        step = _MAP_STEP
        ys, xs = np.mgrid[0 : self.height_px + step : step, 0 : self.width_px + step : step]
        grid = np.stack([xs, ys], axis=-1).reshape(-1, 2).astype(np.float64)
        source = self._undistorted(grid).reshape(*xs.shape, 2).astype(np.float32)
        # The coarse points are enlarged so that each stays on the pixel it was computed for.
        to_coarse = np.array([[1 / step, 0, 0], [0, 1 / step, 0]], np.float32)
        maps = cv2.warpAffine(
            source, to_coarse, (self.width_px, self.height_px),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE,
        )  # fmt: skip
        bent = cv2.remap(
            light, maps[..., 0], maps[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        return np.asarray(bent, dtype=np.float32)

    def _outer(self) -> tuple[Matrix, Matrix]:
        """From the frame under the camera to its own: x right, y down, z along its look."""
        towards = np.diag([1.0, -1.0, -1.0]) @ rotation(
            self.tilt_x_deg, self.tilt_y_deg, self.turn_deg
        )
        look = np.array([self.shift_mm[0], self.shift_mm[1], 0.0])
        return towards, np.array([0.0, 0.0, self.height_mm]) - towards @ look

    def _matrix(self) -> Matrix:
        (cx, cy), f = self._centre(), self.focal_px
        return np.array([[f, 0, cx], [0, f, cy], [0, 0, 1.0]])

    def _centre(self) -> npt.NDArray[np.float64]:
        return np.array([(self.width_px - 1) / 2, (self.height_px - 1) / 2])

    def _bend(self, from_centre_px: Points) -> tuple[Points, Points]:
        """(N, 1): how much farther out the lens shows a point; (N, 2): how far aside, pixels."""
        x, y = (from_centre_px / self.focal_px).T
        square = x**2 + y**2
        stretch = 1 + self.k1 * square + self.k2 * square**2
        across = 2 * self.p1 * x * y + self.p2 * (square + 2 * x**2)
        down = self.p1 * (square + 2 * y**2) + 2 * self.p2 * x * y
        return stretch[:, None], np.stack([across, down], axis=1) * self.focal_px

    def _distorted(self, pixels: Points) -> Points:
        out = pixels - self._centre()
        stretch, aside = self._bend(out)
        return np.asarray(self._centre() + out * stretch + aside)

    def _undistorted(self, pixels: Points) -> Points:
        """By fixed-point iteration."""
        out = pixels - self._centre()
        found = out
        for _ in range(25):
            stretch, aside = self._bend(found)
            found = (out - aside) / stretch
        return np.asarray(self._centre() + found)
