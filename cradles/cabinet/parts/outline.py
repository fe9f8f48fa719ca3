"""Areas that recur in printed parts: plates, slots, holes that print lying, nuts' pockets."""

from __future__ import annotations

import math

import shapely
from shapely import LineString, Point, Polygon, affinity, box
from shapely.geometry.base import BaseGeometry

from cradles.csg import Bar, Frustum, Step, cut, prism

_SEGMENTS = 16
"""Of a quarter circle."""
EPSILON_MM = 0.01
"""How far a cut runs out of the body, so that no skin is left."""


def plate(
    width_mm: float, depth_mm: float, corner_mm: float, *, x: float = 0, y: float = 0
) -> Polygon:
    """A rectangle with round corners about (x, y)."""
    w, d = width_mm / 2, depth_mm / 2
    core = box(x - w + corner_mm, y - d + corner_mm, x + w - corner_mm, y + d - corner_mm)
    return core.buffer(corner_mm, quad_segs=_SEGMENTS)


def disc(diameter_mm: float, x: float = 0.0, y: float = 0.0) -> Polygon:
    return Point(x, y).buffer(diameter_mm / 2, quad_segs=_SEGMENTS)


def slot(diameter_mm: float, start: tuple[float, float], end: tuple[float, float]) -> Polygon:
    """The way of a hole from `start` to `end`."""
    return LineString([start, end]).buffer(diameter_mm / 2, quad_segs=_SEGMENTS)


def arc_slot(width_mm: float, radius_mm: float, middle_deg: float, half_deg: float) -> Polygon:
    """A slot along a circle about the origin, round at its ends."""
    angles = [math.radians(middle_deg - half_deg + half_deg * i / 6) for i in range(13)]
    line = LineString([(radius_mm * math.cos(a), radius_mm * math.sin(a)) for a in angles])
    return line.buffer(width_mm / 2, quad_segs=_SEGMENTS)


def drop(diameter_mm: float, x: float = 0.0, y: float = 0.0, *, up_deg: float = 90.0) -> Polygon:
    """A hole that lies when printed: a circle with a roof of 45 degrees towards `up_deg`, flat at
    a fifth of the radius below its tip (a bridge of at most 1 mm)."""
    r = diameter_mm / 2
    s, tip = r / math.sqrt(2), r * math.sqrt(2)
    flat = min(0.2 * r, 0.5)
    roof = Polygon([(-s, s), (s, s), (flat, tip - flat), (-flat, tip - flat)])
    made = shapely.union_all([disc(diameter_mm), roof])
    made = affinity.rotate(made, up_deg - 90.0, origin=(0, 0))
    assert isinstance(made, Polygon)
    return affinity.translate(made, x, y)


def hexagon(flats_mm: float, x: float = 0.0, y: float = 0.0, *, flat_deg: float = 0.0) -> Polygon:
    """A nut's outline; `flat_deg` is the direction in which a flat side looks."""
    radius = flats_mm / math.sqrt(3)
    angles = [math.radians(flat_deg + 30 + 60 * i) for i in range(6)]
    return Polygon([(x + radius * math.cos(a), y + radius * math.sin(a)) for a in angles])


def nut_slot(flats_mm: float, x: float, y: float, *, towards: tuple[float, float]) -> BaseGeometry:
    """A nut at (x, y) and its way out in the direction of `towards` (a vector as long as the way);
    two flats lie along the walls of that way, so that the nut can't turn."""
    length = math.hypot(*towards)
    turn = math.degrees(math.atan2(towards[1], towards[0]))
    way = box(0, -flats_mm / 2, length, flats_mm / 2)
    nut = hexagon(flats_mm, flat_deg=90.0)
    made = affinity.rotate(shapely.union_all([way, nut]), turn, origin=(0, 0))
    return affinity.translate(made, x, y)


def through(area: BaseGeometry, z0_mm: float, z1_mm: float) -> Step:
    """A cut from below `z0_mm` to above `z1_mm`."""
    return cut(prism(area, z0_mm - EPSILON_MM, z1_mm + EPSILON_MM))


def sunk(hole: Polygon, head_mm: float, hole_mm: float, x: float, y: float, top_mm: float) -> Step:
    """A countersink of 90 degrees whose rim lies at `top_mm`, above a hole of any outline: the
    outline grows by half a millimetre for each half millimetre up."""
    grown = head_mm / hole_mm
    deep = (head_mm - hole_mm) / 2
    wide = affinity.scale(hole, grown, grown, origin=(x, y))
    return cut(Frustum(lower=hole, upper=wide, z0_mm=top_mm - deep, z1_mm=top_mm + 1e-6))


def bar(area: Polygon, axis: str, from_mm: float, to_mm: float) -> Bar:
    return Bar(area=area, axis=axis, from_mm=from_mm, to_mm=to_mm)


def bar_through(area: Polygon, axis: str, from_mm: float, to_mm: float) -> Step:
    """A lying cut that runs out at both ends."""
    return cut(bar(area, axis, from_mm - EPSILON_MM, to_mm + EPSILON_MM))
