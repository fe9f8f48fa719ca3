"""The board's edge as places that a stop or a spring may touch."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from shapely import LinearRing, Polygon

STEP_MM = 0.5
_SMOOTH_DEG = 40.0
_EVEN_DEG = 4.0
"""A stretch is straight where its direction changes by no more than this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A point of the edge and the unit normal out of the board there."""

    x_mm: float
    y_mm: float
    out: tuple[float, float]
    straight: bool
    """Over the width of a stop."""
    smooth: bool
    """Over the same width no sharp corner: a stop touches the top of a curve."""

    def at(self, along_mm: float, outward_mm: float) -> tuple[float, float]:
        """A point in the place's own frame: along the edge (counterclockwise) and outward."""
        nx, ny = self.out
        return (
            self.x_mm - ny * along_mm + nx * outward_mm,
            self.y_mm + nx * along_mm + ny * outward_mm,
        )

    def box(self, along: tuple[float, float], outward: tuple[float, float]) -> Polygon:
        (a0, a1), (o0, o1) = along, outward
        return Polygon([self.at(a0, o0), self.at(a1, o0), self.at(a1, o1), self.at(a0, o1)])

    def faces(self, direction_deg: float) -> float:
        """Cosine between the normal and a direction."""
        turn = math.radians(direction_deg)
        return self.out[0] * math.cos(turn) + self.out[1] * math.sin(turn)


def places(filled: Polygon, width_mm: float) -> tuple[Place, ...]:
    """Every half millimetre along the outline of `filled` (counterclockwise)."""
    line = filled.exterior
    count = max(int(line.length / STEP_MM), 16)
    at = line.length * np.arange(count) / count
    half = width_mm / 2
    beside = np.arange(1, math.ceil(half / STEP_MM) + 1) / math.ceil(half / STEP_MM) * half
    offsets = np.concatenate([[0.05, -0.05], -beside, beside])
    along = _tangents(line, at[:, None] + offsets)
    own = along[:, :1]
    turns = np.abs(np.angle(along / own)).max(axis=1)
    points = shapely.get_coordinates(shapely.line_interpolate_point(line, at))
    return tuple(
        Place(
            x_mm=float(x),
            y_mm=float(y),
            out=(float(t.imag), -float(t.real)),
            straight=bool(turn < math.radians(_EVEN_DEG)),
            smooth=bool(turn < math.radians(_SMOOTH_DEG)),
        )
        for (x, y), t, turn in zip(points, own[:, 0], turns, strict=True)
    )


def _tangents(line: LinearRing, at: npt.NDArray[np.float64]) -> npt.NDArray[np.complex128]:
    """Unit vectors along the line, x + i y, at lengths that may run round its end."""
    one, other = (
        shapely.get_coordinates(shapely.line_interpolate_point(line, (at + d) % line.length))
        for d in (-0.02, 0.02)
    )
    way = other - one
    made = (way[:, 0] + 1j * way[:, 1]).reshape(at.shape)
    return np.asarray(made / np.maximum(np.abs(made), 1e-12), dtype=np.complex128)
