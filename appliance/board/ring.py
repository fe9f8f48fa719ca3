"""Closed outlines of straight edges and arcs, as board makers draw them.

A ring is a tuple of vertices (x_mm, y_mm) or (x_mm, y_mm, bulge), x to the right, y up. The bulge
belongs to the edge from its vertex to the next one, as in DXF's LWPOLYLINE: the tangent of a
quarter of the arc's angle, positive where the arc turns counterclockwise, 0 for a straight edge.
The last vertex is joined to the first.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

Ring = tuple[tuple[float, ...], ...]
Points = npt.NDArray[np.float64]
Bounds = tuple[float, float, float, float]
"""xmin, ymin, xmax, ymax in mm."""

CHORD_ERROR_MM = 0.005
"""Farthest that a flattened arc may lie from the true one: a twentieth of what a router holds."""
_STRAIGHT = 2e-6


def edges(ring: Ring) -> list[tuple[tuple[float, float], tuple[float, float], float]]:
    """(start, end, bulge) of every edge, the closing one included."""
    ends = [*ring[1:], ring[0]]
    return [((a[0], a[1]), (b[0], b[1]), bulge_of(a)) for a, b in zip(ring, ends, strict=True)]


def bulge_of(vertex: Sequence[float]) -> float:
    """0 for an edge that leaves its chord by less than a millionth of its length."""
    bulge = vertex[2] if len(vertex) > 2 else 0.0
    return bulge if abs(bulge) > _STRAIGHT else 0.0


def flatten(ring: Ring, *, chord_error_mm: float = CHORD_ERROR_MM) -> Points:
    """The ring as a polygon (N, 2) float64 in mm, the first point not repeated."""
    points: list[tuple[float, float]] = []
    for start, end, bulge in edges(ring):
        points.append(start)
        if bulge != 0.0 and start != end:
            points += _on_arc(start, end, bulge, chord_error_mm)
    return np.array(points, dtype=np.float64)


def area_mm2(ring: Ring) -> float:
    """Signed and exact: positive for a counterclockwise ring, arcs included."""
    total = 0.0
    for (x0, y0), (x1, y1), bulge in edges(ring):
        total += (x0 * y1 - x1 * y0) / 2
        if bulge != 0.0:
            angle = 4 * math.atan(bulge)
            _, radius = _circle((x0, y0), (x1, y1), bulge)
            total += radius**2 / 2 * (angle - math.sin(angle))
    return total


def bounds(ring: Ring) -> Bounds:
    """Exact, with the extremes of the arcs."""
    xs, ys = [vertex[0] for vertex in ring], [vertex[1] for vertex in ring]
    for start, end, bulge in edges(ring):
        if bulge == 0.0 or start == end:
            continue
        (cx, cy), radius = _circle(start, end, bulge)
        begin = math.atan2(start[1] - cy, start[0] - cx)
        sweep = 4 * math.atan(bulge)
        for quarter, (ux, uy) in enumerate(((1, 0), (0, 1), (-1, 0), (0, -1))):
            turned = (quarter * math.pi / 2 - begin) % (2 * math.pi)
            if turned <= sweep or turned - 2 * math.pi >= sweep:
                xs.append(cx + radius * ux)
                ys.append(cy + radius * uy)
    return min(xs), min(ys), max(xs), max(ys)


def moved(ring: Ring, *, turn_deg: float = 0.0, shift_mm: tuple[float, float] = (0, 0)) -> Ring:
    """Turned counterclockwise about the origin, then shifted. Quarter turns are exact."""
    c, s = cos_sin(turn_deg)

    def place(x: float, y: float) -> tuple[float, float]:
        return c * x - s * y + shift_mm[0], s * x + c * y + shift_mm[1]

    return _mapped(ring, place, 1.0)


def mirrored(ring: Ring) -> Ring:
    """As seen from below: x changes its sign, and so does the sense of every arc."""
    return _mapped(ring, lambda x, y: (-x, y), -1.0)


def cos_sin(turn_deg: float) -> tuple[float, float]:
    """Exact at quarter turns."""
    quarters = turn_deg / 90
    if quarters == int(quarters):
        return ((1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0))[int(quarters) % 4]
    return math.cos(math.radians(turn_deg)), math.sin(math.radians(turn_deg))


def circle(x_mm: float, y_mm: float, diameter_mm: float) -> Ring:
    """A full circle as two half arcs, counterclockwise."""
    r = diameter_mm / 2
    return ((x_mm - r, y_mm, 1.0), (x_mm + r, y_mm, 1.0))


def box(xmin: float, ymin: float, xmax: float, ymax: float, *, radius_mm: float = 0.0) -> Ring:
    """A rectangle, counterclockwise, its corners rounded."""
    r = radius_mm
    if r <= 0:
        return ((xmin, ymin), (xmax, ymin), (xmax, ymax), (xmin, ymax))
    b = math.tan(math.pi / 8)
    return (
        (xmin + r, ymin), (xmax - r, ymin, b), (xmax, ymin + r), (xmax, ymax - r, b),
        (xmax - r, ymax), (xmin + r, ymax, b), (xmin, ymax - r), (xmin, ymin + r, b),
    )  # fmt: skip


def _mapped(ring: Ring, place: Callable[[float, float], tuple[float, float]], sense: float) -> Ring:
    made = []
    for vertex in ring:
        bulge = bulge_of(vertex)
        made.append((*place(vertex[0], vertex[1]), *((sense * bulge,) if bulge else ())))
    return tuple(made)


def _circle(
    start: tuple[float, float], end: tuple[float, float], bulge: float
) -> tuple[tuple[float, float], float]:
    """Centre and radius of the arc from `start` to `end`."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    reach = (1 - bulge**2) / (4 * bulge)
    centre = ((start[0] + end[0]) / 2 - dy * reach, (start[1] + end[1]) / 2 + dx * reach)
    return centre, math.hypot(dx, dy) * (1 + bulge**2) / (4 * abs(bulge))


def _on_arc(
    start: tuple[float, float], end: tuple[float, float], bulge: float, error_mm: float
) -> list[tuple[float, float]]:
    """Points between the ends, so dense that no chord is farther than `error_mm` from the arc."""
    (cx, cy), radius = _circle(start, end, bulge)
    sweep = 4 * math.atan(bulge)
    # acos(1 - x) is a little more than sqrt(2 x), which does not vanish for huge circles.
    step = 2 * math.sqrt(2 * error_mm / radius) if radius > error_mm else math.pi / 2
    count = max(math.ceil(abs(sweep) / step), 2)
    begin = math.atan2(start[1] - cy, start[0] - cx)
    angles = [begin + sweep * i / count for i in range(1, count)]
    return [(cx + radius * math.cos(a), cy + radius * math.sin(a)) for a in angles]
