"""Where the rim opens: for parts that reach beyond the board's edge, and for fingers."""

from __future__ import annotations

import itertools
from dataclasses import replace

import shapely
from shapely import Point, Polygon
from shapely.geometry.base import BaseGeometry

from cradles.dimensions import Dimensions
from cradles.errors import CradleError
from cradles.locate.edge import Place
from cradles.locate.ground import Ground
from cradles.locate.rim import Rim, boss, prints

_OVERHANG_MM = 0.1
"""A part that reaches less beyond the edge needs no room."""
_NOTCH_MM = 0.3
_SHARES = (1.0, 0.75, 0.6)
"""Of a finger relief's usual radius."""
_TRIED = 4
_OPPOSITE, _NEARLY = -0.9, -0.4
"""Cosine between the edges' normals: 154 and 114 degrees."""


def overhangs_of(ground: Ground, keep: BaseGeometry, clearance: float) -> tuple[Polygon, ...]:
    """Room for each part that reaches beyond the edge. Raises `CradleError` where there is none."""
    found = []
    for part in (*ground.above, *ground.below):
        beyond = part.box.difference(ground.filled.buffer(_OVERHANG_MM))
        if beyond.area < 0.05:
            continue
        cut = part.box.buffer(max(clearance, 0.5), join_style="mitre")
        if keep.intersects(cut):
            raise CradleError(
                expected=f"{part.name} not to reach into the cradle's labels or outer wall",
                found=f"it stands out of the board's edge at ({part.box.centroid.x:.1f}, "
                f"{part.box.centroid.y:.1f}) mm from the middle",
                action="Turn the board with lies_turned_deg, or leave the plug to a later step.",
            )
        found.append(cut)
    return tuple(found)


def fingers_of(
    edge: tuple[Place, ...], filled: Polygon, rim: Rim, busy: BaseGeometry, dims: Dimensions
) -> tuple[Polygon, ...]:
    """Two half-round openings at opposite edges that leave walls that print. They spare the
    plastic that fills a notch of the outline: it tells a turned board from a right one."""
    wall = dims.least_wall_mm
    room = shapely.union_all(
        [
            busy,
            *[boss(stop, 1.0).buffer(wall + 1.0) for stop in rim.stops],
            *[spring.void.buffer(wall) for spring in rim.springs],
        ]
    )
    notches = filled.convex_hull.difference(filled.buffer(_NOTCH_MM)).buffer(_NOTCH_MM + wall)
    spared = room.union(notches)
    shapely.prepare(spared)
    some = edge[:: max(len(edge) // 120, 1)]
    for share, opposite in itertools.product(_SHARES, (_OPPOSITE, _NEARLY)):
        offered = _opposite_discs(some, share * dims.finger_mm, spared, opposite)
        for found in offered[:_TRIED]:
            if prints(replace(rim, reliefs=found), filled, dims):
                return found
    return ()


def _opposite_discs(
    edge: tuple[Place, ...], radius_mm: float, room: BaseGeometry, opposite: float
) -> list[tuple[Polygon, Polygon]]:
    """The best first."""
    free = []
    for place in edge:
        disc = Point(place.x_mm, place.y_mm).buffer(radius_mm, quad_segs=16)
        if not room.intersects(disc):
            free.append((place, disc))
    found: list[tuple[float, tuple[Polygon, Polygon]]] = []
    for i, (a, disc_a) in enumerate(free):
        for b, disc_b in free[i + 1 :]:
            if a.out[0] * b.out[0] + a.out[1] * b.out[1] > opposite:
                continue
            # Opposite each other, and near the middle of the board's edge, where it is lifted.
            off = abs((a.x_mm - b.x_mm) * a.out[1] - (a.y_mm - b.y_mm) * a.out[0])
            off += 0.3 * abs((a.x_mm + b.x_mm) * a.out[1] - (a.y_mm + b.y_mm) * a.out[0])
            found.append((round(off, 6), (disc_a, disc_b)))
    return [pair for _, pair in sorted(found, key=lambda each: each[0])]
