"""Plastic that is spoken for: labels, screws, the outer wall."""

from __future__ import annotations

import shapely
from shapely import Point, Polygon
from shapely.geometry.base import BaseGeometry

from appliance.board import Layout, Spot
from appliance.board.layout import CODE_LABEL_MM, LABEL_MM
from cradles.dimensions import NUTS_MM, Dimensions


def label_pockets(layout: Layout, dims: Dimensions) -> dict[str, Polygon]:
    """The recess of each label by its name."""
    air = dims.label_air_mm
    names = ("upper left", "upper right", "lower right", "lower left")
    found = {
        f"marker {name}": _square(spot, LABEL_MM / 2 + air)
        for name, spot in zip(names, layout.markers, strict=True)
    }
    found["identity"] = _square(layout.code, CODE_LABEL_MM / 2 + air)
    for name, spot in (("grey patch", layout.grey), ("scale", layout.scale)):
        found[name] = shapely.box(
            spot.x_mm - spot.width_mm / 2 - air,
            spot.y_mm - spot.height_mm / 2 - air,
            spot.x_mm + spot.width_mm / 2 + air,
            spot.y_mm + spot.height_mm / 2 + air,
        )
    return found


def screw_wells(dims: Dimensions) -> tuple[Polygon, ...]:
    """Where a screw's head goes down."""
    return tuple(Point(at).buffer(dims.screw_head_mm / 2, quad_segs=24) for at in NUTS_MM)


def taken(layout: Layout, dims: Dimensions) -> BaseGeometry:
    """Labels and the outermost wall, with a wall's width round each: nothing may be cut there."""
    w, h = layout.outer_mm[0] / 2, layout.outer_mm[1] / 2
    wall = dims.least_wall_mm
    inner = shapely.box(-w + 2 * wall, -h + 2 * wall, w - 2 * wall, h - 2 * wall)
    outside = shapely.box(-w - 50, -h - 50, w + 50, h + 50).difference(inner)
    labels = [
        each.buffer(wall, join_style="mitre") for each in label_pockets(layout, dims).values()
    ]
    return shapely.union_all([outside, *labels])


def _square(spot: Spot, half_mm: float) -> Polygon:
    return shapely.box(
        spot.x_mm - half_mm, spot.y_mm - half_mm, spot.x_mm + half_mm, spot.y_mm + half_mm
    )
