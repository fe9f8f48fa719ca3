"""How a body lies in space: turned, then shifted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Points = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pose:
    """From a body's own frame to that under the camera, mm. z counts from the labels' plane of a
    cradle in its place."""

    rotation: Matrix
    """(3, 3)."""
    shift_mm: Matrix
    """(3,)."""

    def of(self, points_mm: Points) -> Points:
        """(N, 3) points of the body."""
        return np.asarray(points_mm @ self.rotation.T + self.shift_mm)

    def then(self, other: Pose) -> Pose:
        """This one first."""
        return Pose(
            rotation=other.rotation @ self.rotation,
            shift_mm=other.rotation @ self.shift_mm + other.shift_mm,
        )


AT_REST = Pose(rotation=np.eye(3), shift_mm=np.zeros(3))


def rotation(x_deg: float, y_deg: float, z_deg: float) -> Matrix:
    """About z first, then y, then x, each counterclockwise seen from the axis' tip."""
    rx, ry, rz = np.radians([x_deg, y_deg, z_deg])
    about_x = np.array([[1, 0, 0], [0, np.cos(rx), -np.sin(rx)], [0, np.sin(rx), np.cos(rx)]])
    about_y = np.array([[np.cos(ry), 0, np.sin(ry)], [0, 1, 0], [-np.sin(ry), 0, np.cos(ry)]])
    about_z = np.array([[np.cos(rz), -np.sin(rz), 0], [np.sin(rz), np.cos(rz), 0], [0, 0, 1]])
    return np.asarray(about_x @ about_y @ about_z)


def about(point_mm: Matrix, turned: Matrix) -> Pose:
    """Turned about a point that stays where it is."""
    return Pose(rotation=turned, shift_mm=point_mm - turned @ point_mm)
