"""How a printed part's frame lies in the cabinet's: a quarter-turn matrix and a place."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cradles.cabinet.parts import Turn
from cradles.solids import Solid

Vector = tuple[float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """`x`, `y` and `z` are the directions of the part's axes in the cabinet."""

    origin_mm: Vector
    x: Vector = (1.0, 0.0, 0.0)
    y: Vector = (0.0, 1.0, 0.0)
    z: Vector = (0.0, 0.0, 1.0)

    @property
    def matrix(self) -> npt.NDArray[np.float64]:
        """(3, 4): what takes a point of the part into the cabinet."""
        return np.array([*zip(self.x, self.y, self.z, self.origin_mm, strict=True)], np.float64)

    def point(self, x_mm: float, y_mm: float, z_mm: float = 0.0) -> Vector:
        x, y, z = self.matrix @ np.array([x_mm, y_mm, z_mm, 1.0])
        return float(x), float(y), float(z)

    def within(self, other: Frame) -> Frame:
        """This frame, which is given in `other`, in whatever `other` is given in."""
        turn = other.matrix[:, :3] @ self.matrix[:, :3]
        x, y, z = (tuple(float(v) for v in turn[:, i]) for i in range(3))
        return Frame(origin_mm=other.point(*self.origin_mm), x=x, y=y, z=z)  # type: ignore[arg-type]

    def placed(self, solid: Solid) -> Solid:
        return Solid(solid.manifold.transform(self.matrix))


def turned(origin_mm: Vector, turn: Turn) -> Frame:
    """As a part's `place_turned` says: about x, then about y, by quarter turns."""
    a, b = math.radians(turn.x_deg), math.radians(turn.y_deg)
    about_x = np.array([[1, 0, 0], [0, math.cos(a), -math.sin(a)], [0, math.sin(a), math.cos(a)]])
    about_y = np.array([[math.cos(b), 0, math.sin(b)], [0, 1, 0], [-math.sin(b), 0, math.cos(b)]])
    whole = np.round(about_y @ about_x) + 0.0
    x, y, z = (tuple(float(v) for v in whole[:, i]) for i in range(3))
    return Frame(origin_mm=origin_mm, x=x, y=y, z=z)  # type: ignore[arg-type]


def on_top(origin_mm: Vector) -> Frame:
    """On a face that looks up."""
    return Frame(origin_mm=origin_mm)


def hanging(origin_mm: Vector, *, inward: float) -> Frame:
    """Below a face that looks down; y goes to the back where `inward` is 1, to the front at -1."""
    return Frame(
        origin_mm=origin_mm, x=(-inward, 0.0, 0.0), y=(0.0, inward, 0.0), z=(0.0, 0.0, -1.0)
    )


def under(origin_mm: Vector) -> Frame:
    """Below the floor."""
    return hanging(origin_mm, inward=1.0)


def facing_back(origin_mm: Vector) -> Frame:
    """On a face that looks to the back: the front's inner one. y goes up."""
    return Frame(origin_mm=origin_mm, x=(-1.0, 0.0, 0.0), y=(0.0, 0.0, 1.0), z=(0.0, 1.0, 0.0))


def facing_front(origin_mm: Vector) -> Frame:
    """On a face that looks to the front: the back's inner one, the drawer's outer one. y goes
    up."""
    return Frame(origin_mm=origin_mm, x=(1.0, 0.0, 0.0), y=(0.0, 0.0, 1.0), z=(0.0, -1.0, 0.0))
