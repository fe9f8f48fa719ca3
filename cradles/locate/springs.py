"""Printed leaves that press the board against its stops.

A leaf lies along the board's edge, hangs on the wall at one end and touches the board with a
nose at the other. It stands free from the bed to the rim, so it prints without support.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import shapely
from shapely import Point, Polygon
from shapely.geometry.base import BaseGeometry

from appliance.board.values import CradleWishes
from cradles.dimensions import Dimensions
from cradles.locate.edge import Place, places
from cradles.seating import Spring

_NOSE_FOOT_MM = 2.2
_NOSE_TIP_MM = 0.9
"""Half widths of the nose where it grows out of the leaf and where it touches."""
_BEYOND_MM, _BEFORE_MM = 1.2, 1.0
"""Air beside a nose and before its tip."""
_ROOT_MM = 1.0
"""How far the leaf is sunk into the wall it hangs on."""
_BEHIND_ROOT_MM = 2.0
"""Plastic beyond it."""
_BESIDE_NOSE_MM = 0.6
IN_A_NOTCH_MM = 0.2
"""Farther than this from the outline's hull."""
_NEXT_MM = 3.0
"""Between two springs that are tried."""
_SQUARE, _LEANING = 0.94, 0.5
"""Cosines of 20 and 60 degrees."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What a spring has to mind."""

    filled: Polygon
    board: Polygon
    """`filled` with air round it: no leaf below it."""
    keep: BaseGeometry
    """Nothing of a spring may reach into it; it has a wall's width round it."""
    rooted: BaseGeometry
    """Open anyway: a void may join it, but no leaf and no root may lie in it."""
    reach_mm: float
    """From the board's edge to the leaf."""
    travel_mm: float
    """Free way behind the leaf."""
    dims: Dimensions


def room_of(
    filled: Polygon, keep: BaseGeometry, cut: BaseGeometry, wishes: CradleWishes, dims: Dimensions
) -> Room:
    made = Room(
        filled=filled,
        board=filled.buffer(0.4),
        keep=keep,
        rooted=cut.buffer(dims.least_wall_mm),
        # Behind the farthest that a nose leans back
        reach_mm=max(
            dims.spring_reach_mm,
            dims.nose_leans_mm(wishes.clearance_mm) - dims.preload_mm + 0.3,
        ),
        travel_mm=max(
            dims.spring_travel_mm,
            dims.preload_mm + wishes.clearance_mm + wishes.tolerance_mm + 0.05,
        ),
        dims=dims,
    )
    for area in (made.board, made.keep, made.rooted):
        shapely.prepare(area)
    return made


def nose_places(filled: Polygon) -> tuple[Place, ...]:
    """Where a nose may touch: on no corner and in no notch."""
    hull = filled.convex_hull.exterior
    return tuple(
        place
        for place in places(filled, 2 * _NOSE_FOOT_MM + _BESIDE_NOSE_MM)
        if place.smooth and hull.distance(Point(place.x_mm, place.y_mm)) < IN_A_NOTCH_MM
    )


def springs_facing(
    edge: Sequence[Place], direction_deg: float, room: Room, long_mm: float
) -> list[Spring]:
    """Every spring that there is room for on the edge that faces `direction_deg` or leans to it,
    every millimetre."""
    found = []
    for place, sense in _both_senses(edge[::2]):
        if place.faces(direction_deg) <= _LEANING:
            continue
        leaf = _leaf(place, sense, room, long_mm)
        hung = leaf.union(_root(place, sense, room, long_mm))
        if room.keep.intersects(leaf) or room.board.intersects(leaf):
            continue
        if room.rooted.intersects(hung):
            continue
        spring = _spring(place, sense, room, long_mm)
        if not room.keep.intersects(spring.void):
            found.append(spring)
    return found


def nearest(
    springs: Sequence[Spring],
    direction_deg: float,
    near: tuple[float, float],
    keep: BaseGeometry,
    most: int,
) -> list[Spring]:
    """The `most` nearest to `near` that stay out of `keep`, some way apart. One that faces squarely
    comes before one at an angle."""
    turn = math.radians(direction_deg)
    ahead = math.cos(turn), math.sin(turn)

    def order(spring: Spring) -> tuple[bool, float, float]:
        leans = -(spring.normal[0] * ahead[0] + spring.normal[1] * ahead[1]) < _SQUARE
        away = (spring.x_mm - near[0]) ** 2 + (spring.y_mm - near[1]) ** 2
        return leans, round(away, 4), spring.x_mm

    shapely.prepare(keep)
    found: list[Spring] = []
    for spring in sorted(springs, key=order):
        apart = (math.hypot(spring.x_mm - s.x_mm, spring.y_mm - s.y_mm) for s in found)
        if min(apart, default=math.inf) >= _NEXT_MM and not keep.intersects(spring.void):
            found.append(spring)
            if len(found) == most:
                break
    return found


def _both_senses(places: Iterable[Place]) -> Iterable[tuple[Place, float]]:
    for place in places:
        yield place, 1.0
        yield place, -1.0


def _leaf(place: Place, sense: float, room: Room, long_mm: float) -> Polygon:
    root = sense * (long_mm + _ROOT_MM)
    return place.box(
        _sorted(-sense * _NOSE_FOOT_MM, root), (room.reach_mm, room.reach_mm + room.dims.spring_mm)
    )


def _root(place: Place, sense: float, room: Room, long_mm: float) -> Polygon:
    """The plastic that the leaf hangs on."""
    return place.box(
        _sorted(sense * long_mm, sense * (long_mm + _ROOT_MM + _BEHIND_ROOT_MM)),
        (room.reach_mm, room.reach_mm + room.dims.spring_mm),
    )


def _spring(place: Place, sense: float, room: Room, long_mm: float) -> Spring:
    near, dims = room.reach_mm, room.dims
    back = near + dims.spring_mm + room.travel_mm
    free = _sorted(-sense * (_NOSE_FOOT_MM + _BEYOND_MM), sense * long_mm)
    nose = Polygon(
        [
            place.at(-_NOSE_FOOT_MM, near + 0.1),
            place.at(-_NOSE_TIP_MM, -dims.preload_mm),
            place.at(_NOSE_TIP_MM, -dims.preload_mm),
            place.at(_NOSE_FOOT_MM, near + 0.1),
        ]
    )
    # Below the board, too, the nose must not be one with the base.
    before = -(dims.preload_mm + _BEFORE_MM)
    half = _NOSE_FOOT_MM + _BEYOND_MM
    void = place.box(free, (0.0, back)).union(place.box((-half, half), (before, 0.1)))
    assert isinstance(void, Polygon)
    # The nose ends inside the pocket; where leaf and void meet the pocket they merge with it.
    return Spring(
        x_mm=place.x_mm,
        y_mm=place.y_mm,
        normal=(-place.out[0], -place.out[1]),
        arm=shapely.union_all([_leaf(place, sense, room, long_mm), nose]),
        void=_with_wedge(place, void, free, room.filled, dims),
        preload_mm=dims.preload_mm,
        long_mm=long_mm,
        travel_mm=room.travel_mm,
    )


def _with_wedge(
    place: Place, void: Polygon, free: tuple[float, float], filled: Polygon, dims: Dimensions
) -> Polygon:
    """Where the board's edge falls away from the leaf, as a round one does, the plastic between
    them begins as a knife's edge: it goes as far as it is thinner than a wall below the lead-in."""
    deep = 2 * dims.least_wall_mm
    ends = [place.at(free[0], -deep), place.at(free[1], -deep)]
    inside = shapely.LineString(ends).intersection(filled)
    pieces = [each for each in getattr(inside, "geoms", [inside]) if not each.is_empty]
    below = Point(place.at(0.0, -deep))
    spans = [each for each in pieces if each.distance(below) < 0.01]
    if not spans:
        return void
    along = sorted(_along(place, point) for point in spans[0].coords)
    wedge = place.box((along[0], along[-1]), (-deep, 0.5)).difference(filled)
    whole = shapely.union_all([void, wedge])
    parts = [p for p in getattr(whole, "geoms", [whole]) if isinstance(p, Polygon)]
    return Polygon(max(parts, key=lambda part: part.area).exterior)


def _along(place: Place, point: tuple[float, ...]) -> float:
    nx, ny = place.out
    return (point[0] - place.x_mm) * -ny + (point[1] - place.y_mm) * nx


def _sorted(one: float, other: float) -> tuple[float, float]:
    return (one, other) if one < other else (other, one)
