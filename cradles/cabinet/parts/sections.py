"""What a described part measures by plane geometry: level cuts of its shapes, areas times heights.

No triangle is asked, so that the check of the solid against these figures can find an error of
either side.
"""

from __future__ import annotations

import itertools
import math

import shapely
from shapely import MultiPolygon, Polygon, box
from shapely.geometry.base import BaseGeometry
from shapely.geometry.polygon import orient

from cradles.cabinet.parts.values import Point3
from cradles.csg import Bar, Frustum, Op, Part, Prism, Shape

_FINER = 3
"""Parts of an interval between two levels: where slopes cross between them, the area bends."""


def section(part: Part, z_mm: float) -> BaseGeometry:
    """The plastic in a level cut at `z_mm`."""
    area: BaseGeometry = Polygon()
    for step in part.steps:
        cut = _cut(step.shape, z_mm)
        area = area.union(cut) if step.op is Op.ADD else area.difference(cut)
    return area


def levels(part: Part) -> list[float]:
    """Where a section may change its kind, from the lowest point to the highest."""
    found: set[float] = set()
    for step in part.steps:
        shape = step.shape
        if isinstance(shape, Bar):
            found |= {round(y, 6) for _, y in shape.area.exterior.coords}
        else:
            found |= {round(shape.z0_mm, 6), round(shape.z1_mm, 6)}
    low, high = _extent(part)
    return [low, *(z for z in sorted(found) if low < z < high), high]


def volume_mm3(part: Part) -> float:
    """By Simpson's rule between the levels: exact where areas are quadratic in z."""
    total: float = 0.0
    for low, high in itertools.pairwise(levels(part)):
        step = (high - low) / _FINER
        if step < 1e-6:
            continue
        for i in range(_FINER):
            a, b = low + i * step, low + (i + 1) * step
            first, middle, last = (section(part, z).area for z in (a + 1e-7, (a + b) / 2, b - 1e-7))
            total += step / 6 * (first + 4 * middle + last)
    return float(total)


def box_mm(part: Part) -> tuple[Point3, Point3]:
    """Lowest and highest corner."""
    stops = levels(part)
    sizes = []
    for low, high in itertools.pairwise(stops):
        for z in (low + 1e-7, high - 1e-7):
            area = section(part, z)
            if not area.is_empty:
                sizes.append(area.bounds)
    x0, y0 = min(s[0] for s in sizes), min(s[1] for s in sizes)
    x1, y1 = max(s[2] for s in sizes), max(s[3] for s in sizes)
    return (x0, y0, stops[0]), (x1, y1, stops[-1])


def _extent(part: Part) -> tuple[float, float]:
    """Of what is added; no part here has its lowest or highest face cut away."""
    spans = []
    for step in part.steps:
        if step.op is Op.ADD:
            shape = step.shape
            if isinstance(shape, Bar):
                _, y0, _, y1 = shape.area.bounds
                spans.append((y0, y1))
            else:
                spans.append((shape.z0_mm, shape.z1_mm))
    return min(low for low, _ in spans), max(high for _, high in spans)


def _cut(shape: Shape, z_mm: float) -> BaseGeometry:
    if isinstance(shape, Prism):
        return shape.area if shape.z0_mm < z_mm < shape.z1_mm else Polygon()
    if isinstance(shape, Frustum):
        if not shape.z0_mm < z_mm < shape.z1_mm:
            return Polygon()
        t = (z_mm - shape.z0_mm) / (shape.z1_mm - shape.z0_mm)
        return _mixed(shape.lower, shape.upper, t)
    x0, y0, x1, y1 = shape.area.bounds
    if not y0 < z_mm < y1:
        return Polygon()
    line = shapely.LineString([(x0 - 1, z_mm), (x1 + 1, z_mm)])
    met = shape.area.intersection(line)
    pieces = met.geoms if hasattr(met, "geoms") else [met]
    boxes = []
    for piece in pieces:
        if piece.geom_type != "LineString":
            continue
        a, _, b, _ = piece.bounds
        along = (shape.from_mm, shape.to_mm)
        boxes.append(
            box(a, along[0], b, along[1]) if shape.axis == "y" else box(along[0], a, along[1], b)
        )
    return MultiPolygon(boxes) if boxes else Polygon()


def _mixed(lower: Polygon, upper: Polygon, t: float) -> Polygon:
    """A level cut of the hull of two convex areas: the sum of the one, shrunk by 1 - t, and the
    other, shrunk by t. Its edges are both areas' edges in the order of their directions."""
    edges: list[tuple[float, float, float]] = []
    x, y = 0.0, 0.0
    for area, share in ((lower, 1 - t), (upper, t)):
        ring = list(orient(area).exterior.coords)
        start = min(ring[:-1], key=lambda point: (point[1], point[0]))
        x, y = x + share * start[0], y + share * start[1]
        for (ax, ay), (bx, by) in itertools.pairwise(ring):
            dx, dy = share * (bx - ax), share * (by - ay)
            edges.append((math.atan2(dy, dx) % (2 * math.pi), dx, dy))
    points = []
    for _, dx, dy in sorted(edges):
        points.append((x, y))
        x, y = x + dx, y + dy
    return Polygon(points)
