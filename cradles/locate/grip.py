"""The grip on a board's edge: the first sides where stops and springs hold it for certain."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import shapely
from shapely import Point, Polygon
from shapely.geometry.base import BaseGeometry

from appliance.board import BoardFile
from cradles.dimensions import Dimensions
from cradles.errors import CradleError
from cradles.locate.edge import Place, places
from cradles.locate.ground import Ground
from cradles.locate.hold import WORST_CONDITION, condition, reactions, shifted_by_growth
from cradles.locate.springs import spring_facing
from cradles.locate.stops import FRONT_DEG, sides, three_stops, two_stops
from cradles.seating import Spring, Stop

_BESIDE_MM = 1.2
"""Between a stop and the relief of the next corner: a wall."""
_IN_A_NOTCH_MM = 0.2
"""Farther than this from the outline's hull."""
_LEAST_PRESS = 0.04
"""Force on each stop as a share of one spring's: less, and friction decides."""


_LOOSE = (
    "There is no room for a second spring: along one side the board keeps its play, and the "
    "picture finds its place."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grip:
    stops: tuple[Stop, ...]
    springs: tuple[Spring, ...]
    pocket: Polygon
    """With the stops' bosses left standing."""
    notes: tuple[str, ...]


def edge_of(filled: Polygon, width_mm: float, dims: Dimensions) -> tuple[Place, ...]:
    """The edge as places for stops of this width, with reliefs of corners beside them; not in
    notches, where the board's other parts are in the way."""
    hull = filled.convex_hull.exterior
    return tuple(
        place
        for place in places(filled, width_mm + 2 * (dims.relief_mm + _BESIDE_MM))
        if hull.distance(Point(place.x_mm, place.y_mm)) < _IN_A_NOTCH_MM
    )


def grip_of(
    board: BoardFile,
    ground: Ground,
    pocket: Polygon,
    fixed: BaseGeometry,
    cut: BaseGeometry,
    dims: Dimensions,
) -> Grip:
    """`fixed` may not be cut, `cut` is open anyway. Raises `CradleError` where no side is free."""
    wishes = board.cradle
    half = wishes.tolerance_mm / 2
    for loose in (False, True):
        for width in (dims.stop_mm, dims.narrow_stop_mm):
            edge = edge_of(ground.filled, width, dims)
            for stops, springs in _three(edge, ground, fixed, cut, dims, width, loose=loose):
                gripped = with_bosses(pocket, stops, wishes.clearance_mm, ground.filled)
                if _always_fits(ground.filled, gripped, stops, half):
                    notes = (_LOOSE,) if loose else ()
                    return Grip(stops=stops, springs=springs, pocket=gripped, notes=notes)
    edge = edge_of(ground.filled, dims.stop_mm, dims)
    two: tuple[Stop, ...] | None = two_stops(edge, _around(fixed, cut, dims), dims)
    front = None
    if two is not None:
        front = _spring_against(edge, two, FRONT_DEG, ground, fixed, cut, dims)
    gripped = with_bosses(pocket, two or (), wishes.clearance_mm, ground.filled)
    if two is None or front is None or not _always_fits(ground.filled, gripped, two, half):
        raise CradleError(
            expected="three free places on two sides of the board's edge for stops, and "
            f"{dims.spring_length_mm:g} mm of free edge opposite for springs",
            found="none where the board would be held for certain",
            action="Mark two holes as tooling holes, or turn the board with lies_turned_deg.",
        )
    return Grip(
        stops=two,
        springs=(front,),
        pocket=gripped,
        notes=(
            "The outline does not hold the board's turn: mark two tooling holes if it has them; "
            "otherwise the picture finds the turn.",
        ),
    )


def boss(stop: Stop, deep_mm: float) -> Polygon:
    """The stop's plastic, from where it touches the board `deep_mm` into the wall."""
    nx, ny = stop.normal
    h = stop.width_mm / 2
    corners = [(-h, 0.0), (h, 0.0), (h + deep_mm, -deep_mm), (-h - deep_mm, -deep_mm)]
    return Polygon([(stop.x_mm - ny * a + nx * o, stop.y_mm + nx * a + ny * o) for a, o in corners])


def with_bosses(
    pocket: Polygon, stops: tuple[Stop, ...], clearance: float, filled: Polygon
) -> Polygon:
    bosses = [boss(stop, clearance + 0.3).difference(filled) for stop in stops]
    left = pocket.difference(shapely.union_all(bosses))
    parts = [left] if isinstance(left, Polygon) else list(left.geoms)
    return Polygon(max(parts, key=lambda part: part.area).exterior)


def _three(
    edge: tuple[Place, ...],
    ground: Ground,
    fixed: BaseGeometry,
    cut: BaseGeometry,
    dims: Dimensions,
    width_mm: float,
    *,
    loose: bool,
) -> Iterator[tuple[tuple[Stop, ...], tuple[Spring, ...]]]:
    """Stops and springs that press each stop; with `loose`, those whose one spring presses two
    stops and at least does not turn the board off the third."""
    x0, y0, x1, y1 = ground.filled.bounds
    around = _around(fixed, cut, dims)
    for two_deg, one_deg in sides(edge):
        for stops in three_stops(edge, two_deg, one_deg, around, dims, width_mm):
            if condition(stops, max(x1 - x0, y1 - y0)) > WORST_CONDITION:
                continue
            args = (ground, fixed, cut, dims)
            front = _spring_against(edge, stops[:2], two_deg + 180, *args, also=stops)
            if front is None:
                continue
            if loose:
                if min(reactions(stops, (front,))) > -1e-6:
                    yield stops, (front,)
                continue
            right = _spring_against(edge, stops[2:], one_deg + 180, *args, also=stops, beside=front)
            for springs in ((front, right), (front,)):
                known = tuple(spring for spring in springs if spring is not None)
                if len(known) == len(springs) and min(reactions(stops, known)) > _LEAST_PRESS:
                    yield stops, known


def _spring_against(
    edge: tuple[Place, ...],
    against: tuple[Stop, ...],
    facing_deg: float,
    ground: Ground,
    fixed: BaseGeometry,
    cut: BaseGeometry,
    dims: Dimensions,
    *,
    also: tuple[Stop, ...] = (),
    beside: Spring | None = None,
) -> Spring | None:
    """Opposite the middle of the stops that it presses on, so that its push goes through them."""
    wall = dims.least_wall_mm
    bosses = [boss(stop, 1.0).buffer(wall) for stop in (*against, *also)]
    room = shapely.union_all([fixed, *bosses])
    arms = cut
    if beside is not None:
        room = room.union(beside.void.buffer(2 * wall))
    x = sum(stop.x_mm for stop in against) / len(against)
    y = sum(stop.y_mm for stop in against) / len(against)
    nx = sum(stop.normal[0] for stop in against) / len(against)
    ny = sum(stop.normal[1] for stop in against) / len(against)
    reach = max((px - x) * nx + (py - y) * ny for px, py in ground.filled.exterior.coords)
    near = x + nx * reach, y + ny * reach
    return spring_facing(edge, facing_deg, near, ground.filled, room, arms, dims)


def _always_fits(filled: Polygon, pocket: Polygon, stops: tuple[Stop, ...], grow: float) -> bool:
    """The largest and the smallest board, pressed against the stops, keep clear of the walls."""
    walls = pocket.buffer(0.02)  # the stops themselves touch
    for size in (grow, -grow):
        lying = filled.buffer(size, join_style="mitre", mitre_limit=2.0)
        if not walls.contains(shifted_by_growth(lying, stops, size)):
            return False
    return True


def _around(fixed: BaseGeometry, cut: BaseGeometry, dims: Dimensions) -> BaseGeometry:
    return fixed.union(cut.buffer(dims.least_wall_mm))
