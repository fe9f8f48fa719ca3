"""A pinhole camera above the cradle. Pixels: (0, 0) is the middle of the upper left one."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from appliance.board.layout import VIEW_MM

Points = npt.NDArray[np.float64]


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
    """First radial coefficient of Brown and Conrady, on normalised coordinates."""
    defocus_px: float = 0.0
    """Sigma of a Gaussian blur."""
    noise: float = 0.0
    """Sigma of additive noise, grey levels of 255."""
    falloff: float = 0.0
    """How much darker the corners are than the middle, as a share."""
    brightness: float = 1.0

    @property
    def focal_px(self) -> float:
        return self.width_px / VIEW_MM[0] * self.height_mm

    def plane(self, z_mm: float) -> npt.NDArray[np.float64]:
        """The homography (3, 3) from points (x, y) `z_mm` above the labels' plane to pixels,
        without distortion."""
        rotation = _rotation(self.tilt_x_deg, self.tilt_y_deg, self.turn_deg)
        look = np.array([self.shift_mm[0], self.shift_mm[1], 0.0])
        # The camera's x is the picture's x, its y points down, it looks along -z of the cradle.
        towards = np.diag([1.0, -1.0, -1.0]) @ rotation
        offset = towards @ -look + np.array([0.0, 0.0, self.height_mm])
        columns = [towards[:, 0], towards[:, 1], towards[:, 2] * z_mm + offset]
        return np.asarray(self._matrix() @ np.stack(columns, axis=1))

    def project(self, points_mm: Points) -> Points:
        """(N, 3) points, z above the labels' plane, to (N, 2) pixels, distortion included."""
        seen = []
        for x, y, z in points_mm:
            at = self.plane(float(z)) @ np.array([x, y, 1.0])
            seen.append(at[:2] / at[2])
        found = np.array(seen)
        return self._distorted(found)

    def distort(self, picture: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        """The picture that a lens with `k1` would have made of it."""
        if self.k1 == 0.0:
            return picture
        step = 16
        ys, xs = np.mgrid[0 : self.height_px + step : step, 0 : self.width_px + step : step]
        grid = np.stack([xs, ys], axis=-1).reshape(-1, 2).astype(np.float64)
        source = self._undistorted(grid).reshape(*xs.shape, 2).astype(np.float32)
        size = (source.shape[1] * step, source.shape[0] * step)
        # Coarse points stand at the corners of their cells: shift the enlarged map accordingly.
        to_coarse = np.array([[1 / step, 0, 0], [0, 1 / step, 0]], np.float32)
        maps = cv2.warpAffine(
            source, to_coarse, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )[: self.height_px, : self.width_px]  # fmt: skip
        return np.asarray(
            cv2.remap(
                picture,
                maps[..., 0],
                maps[..., 1],
                cv2.INTER_LINEAR,
                borderMode=cv2.BORDER_REPLICATE,
            ),
            dtype=np.uint8,
        )

    def _matrix(self) -> npt.NDArray[np.float64]:
        f = self.focal_px
        return np.array(
            [[f, 0, (self.width_px - 1) / 2], [0, f, (self.height_px - 1) / 2], [0, 0, 1.0]]
        )

    def _distorted(self, pixels: Points) -> Points:
        centre = np.array([(self.width_px - 1) / 2, (self.height_px - 1) / 2])
        ray = (pixels - centre) / self.focal_px
        return np.asarray(centre + (pixels - centre) * (1 + self.k1 * (ray**2).sum(1))[:, None])

    def _undistorted(self, pixels: Points) -> Points:
        """By fixed-point iteration."""
        centre = np.array([(self.width_px - 1) / 2, (self.height_px - 1) / 2])
        found = pixels.copy()
        for _ in range(20):
            ray = (found - centre) / self.focal_px
            found = centre + (pixels - centre) / (1 + self.k1 * (ray**2).sum(1))[:, None]
        return found


def _rotation(x_deg: float, y_deg: float, z_deg: float) -> npt.NDArray[np.float64]:
    rx, ry, rz = np.radians([x_deg, y_deg, z_deg])
    about_x = np.array([[1, 0, 0], [0, np.cos(rx), -np.sin(rx)], [0, np.sin(rx), np.cos(rx)]])
    about_y = np.array([[np.cos(ry), 0, np.sin(ry)], [0, 1, 0], [-np.sin(ry), 0, np.cos(ry)]])
    about_z = np.array([[np.cos(rz), -np.sin(rz), 0], [np.sin(rz), np.cos(rz), 0], [0, 0, 1]])
    return np.asarray(about_x @ about_y @ about_z)
