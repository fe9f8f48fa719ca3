"""The board's edge as places that a stop or a spring may touch."""

from __future__ import annotations

import math
from dataclasses import dataclass

from shapely import Polygon

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
    found = []
    for i in range(count):
        at = line.length * i / count
        tangents = [_tangent(line, at + d) for d in (-width_mm / 2, -0.05, 0.05, width_mm / 2)]
        turn = max(abs(_angle(tangents[0], each)) for each in tangents[1:])
        point = line.interpolate(at)
        tx, ty = tangents[2]
        found.append(
            Place(
                x_mm=point.x,
                y_mm=point.y,
                out=(ty, -tx),
                straight=turn < math.radians(_EVEN_DEG),
                smooth=turn < math.radians(_SMOOTH_DEG),
            )
        )
    return tuple(found)


def _tangent(line: Polygon, at: float) -> tuple[float, float]:
    a = line.interpolate((at - 0.02) % line.length)
    b = line.interpolate((at + 0.02) % line.length)
    length = math.hypot(b.x - a.x, b.y - a.y) or 1.0
    return (b.x - a.x) / length, (b.y - a.y) / length


def _angle(one: tuple[float, float], other: tuple[float, float]) -> float:
    return math.atan2(one[0] * other[1] - one[1] * other[0], one[0] * other[0] + one[1] * other[1])
