"""Printed leaves that press the board against its stops.

A leaf lies along the board's edge, hangs on the wall at one end and touches the board with a
nose at the other. It stands free from the bed to the rim, so it prints without support.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import shapely
from shapely import Point, Polygon
from shapely.geometry.base import BaseGeometry

from cradles.dimensions import Dimensions
from cradles.locate.edge import Place
from cradles.seating import Spring

_NOSE_FOOT_MM = 2.2
_NOSE_TIP_MM = 0.9
"""Half widths of the nose where it grows out of the leaf and where it touches."""
_ROOT_MM = 1.0
"""How far the leaf is sunk into the wall it hangs on."""
_BEHIND_ROOT_MM = 2.0
"""Plastic beyond it."""
_SQUARE, _LEANING = 0.94, 0.5
"""Cosines of 20 and 60 degrees."""


def spring_facing(
    edge: Sequence[Place],
    direction_deg: float,
    near: tuple[float, float],
    filled: Polygon,
    keep: BaseGeometry,
    opened: BaseGeometry,
    dims: Dimensions,
) -> Spring | None:
    """The spring on the edge that faces `direction_deg`, as near to `near` as there is room.

    Nothing of it may reach into `keep`; its leaf and its root stay out of `opened`, which its
    void may join. An edge that faces squarely comes before one at an angle."""
    board = filled.buffer(0.4)
    rooted = opened.buffer(dims.least_wall_mm)
    for squarest, least, smooth in (
        (1.1, _SQUARE, True), (1.1, _SQUARE, False), (_SQUARE, _LEANING, True),
    ):  # fmt: skip
        facing = [p for p in edge if least < p.faces(direction_deg) <= squarest]
        ordered = sorted(
            (p for p in facing if p.smooth or not smooth),
            key=lambda p: (round((p.x_mm - near[0]) ** 2 + (p.y_mm - near[1]) ** 2, 4), p.x_mm),
        )
        for place, sense in _both_senses(ordered):
            spring = _spring(place, sense, filled, dims)
            wall = spring.void.buffer(dims.least_wall_mm, join_style="mitre")
            leaf = _leaf(place, sense, dims)
            free = not keep.intersects(wall) and not board.intersects(leaf)
            if free and not rooted.intersects(leaf.union(_root(place, sense, dims))):
                return spring
    return None


def _both_senses(places: Iterable[Place]) -> Iterable[tuple[Place, float]]:
    for place in places:
        yield place, 1.0
        yield place, -1.0


def _leaf(place: Place, sense: float, dims: Dimensions) -> Polygon:
    near, thick = dims.spring_reach_mm, dims.spring_mm
    root = sense * (dims.spring_length_mm + _ROOT_MM)
    return place.box(_sorted(-sense * _NOSE_FOOT_MM, root), (near, near + thick))


def _root(place: Place, sense: float, dims: Dimensions) -> Polygon:
    """The plastic that the leaf hangs on."""
    near, end = dims.spring_reach_mm, dims.spring_length_mm
    return place.box(
        _sorted(sense * end, sense * (end + _ROOT_MM + _BEHIND_ROOT_MM)),
        (near, near + dims.spring_mm),
    )


def _spring(place: Place, sense: float, filled: Polygon, dims: Dimensions) -> Spring:
    near = dims.spring_reach_mm
    back = near + dims.spring_mm + dims.spring_travel_mm
    free = _sorted(-sense * (_NOSE_FOOT_MM + 1.2), sense * dims.spring_length_mm)
    nose = Polygon(
        [
            place.at(-_NOSE_FOOT_MM, near + 0.1),
            place.at(-_NOSE_TIP_MM, -dims.preload_mm),
            place.at(_NOSE_TIP_MM, -dims.preload_mm),
            place.at(_NOSE_FOOT_MM, near + 0.1),
        ]
    )
    # The nose ends inside the pocket; where leaf and void meet the pocket they merge with it.
    return Spring(
        x_mm=place.x_mm,
        y_mm=place.y_mm,
        normal=(-place.out[0], -place.out[1]),
        arm=shapely.union_all([_leaf(place, sense, dims), nose]),
        void=_with_wedge(place, place.box(free, (0.0, back)), free, filled, dims),
        preload_mm=dims.preload_mm,
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
