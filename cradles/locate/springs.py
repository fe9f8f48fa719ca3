"""Printed leaves that press the board against its stops.

A leaf lies along the board's edge, hangs on the wall at one end and touches the board with a
nose at the other. It stands free from the bed to the rim, so it prints without support.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import shapely
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from cradles.dimensions import Dimensions
from cradles.locate.edge import Place
from cradles.seating import Spring

_NOSE_FOOT_MM = 2.2
_NOSE_TIP_MM = 0.9
"""Half widths of the nose where it grows out of the leaf and where it touches."""
_ROOT_MM = 1.0
"""How far the leaf is sunk into the wall it hangs on."""


def spring_facing(
    edge: Sequence[Place],
    direction_deg: float,
    near: tuple[float, float],
    filled: Polygon,
    keep: BaseGeometry,
    dims: Dimensions,
) -> Spring | None:
    """The spring on the edge that faces `direction_deg`, as near to `near` as there is room."""
    facing = [p for p in edge if p.faces(direction_deg) > 0.94]
    ordered = sorted(
        facing, key=lambda p: (round((p.x_mm - near[0]) ** 2 + (p.y_mm - near[1]) ** 2, 4), p.x_mm)
    )
    board = filled.buffer(0.4)
    for place, sense in _both_senses(ordered):
        spring = _spring(place, sense, dims)
        wall = spring.void.buffer(dims.least_wall_mm, join_style="mitre")
        leaf = _leaf(place, sense, dims)
        if not keep.intersects(wall) and not board.intersects(leaf):
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


def _spring(place: Place, sense: float, dims: Dimensions) -> Spring:
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
        void=place.box(free, (0.0, back)),
        preload_mm=dims.preload_mm,
    )


def _sorted(one: float, other: float) -> tuple[float, float]:
    return (one, other) if one < other else (other, one)
