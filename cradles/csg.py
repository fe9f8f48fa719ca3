"""A printed part as data: shapes that are added and cut in their order, millimetres.

`cradles.solids` makes a body of it, and `cradles.export` the files of that.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from shapely import MultiPolygon, Point, Polygon, box
from shapely.geometry.base import BaseGeometry


class Op(StrEnum):
    ADD = "add"
    CUT = "cut"


@dataclass(frozen=True, slots=True, kw_only=True)
class Prism:
    """An area pulled up from `z0_mm` to `z1_mm`. A polygon's holes stay open."""

    area: BaseGeometry
    """A Polygon or MultiPolygon."""
    z0_mm: float
    z1_mm: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Frustum:
    """A convex area at `z0_mm` that becomes another convex one at `z1_mm` in straight lines: a
    chamfer, a countersink, a pin's tip."""

    lower: Polygon
    upper: Polygon
    z0_mm: float
    z1_mm: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """An area in the plane of `across` and z, pulled along the other axis: a horizontal hole.

    With axis "y" the area's coordinates are (x, z) and it runs from y = `from_mm` to `to_mm`;
    with axis "x" they are (y, z)."""

    area: Polygon
    axis: str
    from_mm: float
    to_mm: float


Shape = Prism | Frustum | Bar


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    op: Op
    shape: Shape


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    name: str
    steps: tuple[Step, ...]


def add(shape: Shape) -> Step:
    return Step(op=Op.ADD, shape=shape)


def cut(shape: Shape) -> Step:
    return Step(op=Op.CUT, shape=shape)


def prism(area: BaseGeometry, z0_mm: float, z1_mm: float) -> Prism:
    return Prism(area=area, z0_mm=z0_mm, z1_mm=z1_mm)


def teardrop(
    diameter_mm: float, *, across_mm: float, z_mm: float, axis: str, from_mm: float, to_mm: float
) -> Bar:
    """A horizontal hole with a roof of 45 degrees, so that it prints without support.

    The roof is flat where it has come to a fifth of the diameter: one line of bridge."""
    r = diameter_mm / 2
    disc = Point(across_mm, z_mm).buffer(r, quad_segs=16)
    s = r / 2**0.5
    tip = 2 * s
    roof = Polygon(
        [
            (across_mm - s, z_mm + s),
            (across_mm + s, z_mm + s),
            (across_mm, z_mm + tip),
        ]
    )
    flat = box(across_mm - r, z_mm - r, across_mm + r, z_mm + tip - 0.2 * r)
    drop = disc.union(roof).intersection(flat)
    assert isinstance(drop, Polygon)
    return Bar(area=drop, axis=axis, from_mm=from_mm, to_mm=to_mm)


def polygons(area: BaseGeometry) -> list[Polygon]:
    """The parts of an area, without the slivers that exact arithmetic would not have left."""
    parts = area.geoms if isinstance(area, MultiPolygon) or hasattr(area, "geoms") else [area]
    return [part for part in parts if isinstance(part, Polygon) and part.area > 1e-6]
