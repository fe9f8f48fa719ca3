"""The grip on a board's edge: the first sides where stops and springs hold it for certain, and
whose walls can be printed."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import shapely
from shapely import Point, Polygon
from shapely.geometry.base import BaseGeometry

from appliance.board import BoardFile
from cradles.dimensions import Dimensions
from cradles.errors import CradleError
from cradles.locate.edge import Place, places
from cradles.locate.ground import Ground
from cradles.locate.hold import WORST_CONDITION, condition, reactions
from cradles.locate.rim import Rim, boss, plays_within, prints, with_bosses
from cradles.locate.springs import IN_A_NOTCH_MM, nearest, nose_places, room_of, springs_facing
from cradles.locate.stops import clearance_in_v, sides, three_stops, two_stops
from cradles.seating import Spring, Stop
from cradles.settle import settled, sized

_BESIDE_MM = 1.2
"""Between a stop and the relief of the next corner: a wall."""
_LEAST_PRESS = 0.04
"""Force on each stop as a share of one spring's: less, and friction decides."""
_ROOM_MM = 1e-4
_MOST_TRIED = 30
"""Grips whose walls are looked at, of each kind."""
_TRIED_EACH = 3
"""Springs for one side."""

_LOOSE = (
    "There is no room for a second spring: along one side the board keeps its play, and the "
    "picture finds its place."
)
_TURNS = (
    "The outline does not hold the board's turn: mark two tooling holes if it has them; "
    "otherwise the picture finds the turn."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grip:
    stops: tuple[Stop, ...]
    springs: tuple[Spring, ...]
    pocket: Polygon
    """With the stops' bosses left standing."""
    notes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Hand:
    """What a grip is looked for with."""

    board: BoardFile
    ground: Ground
    pocket: Polygon
    fixed: BaseGeometry
    """May not be cut."""
    wells: BaseGeometry
    """Where screws go down."""
    cut: BaseGeometry
    """Is open anyway."""
    dims: Dimensions

    @functools.cached_property
    def may_print(self) -> bool:
        """Whether the pocket alone leaves walls that print: else no grip does, and the check of
        the finished body says where."""
        return prints(_rim(self, self.pocket), self.ground.filled, self.dims)


def edge_of(filled: Polygon, width_mm: float, dims: Dimensions) -> tuple[Place, ...]:
    """The edge as places for stops of this width, with reliefs of corners beside them; not in
    notches, where the board's other parts are in the way."""
    hull = filled.convex_hull.exterior
    return tuple(
        place
        for place in places(filled, width_mm + 2 * (dims.relief_mm + _BESIDE_MM))
        if hull.distance(Point(place.x_mm, place.y_mm)) < IN_A_NOTCH_MM
    )


def grip_of(hand: Hand) -> Grip:
    """Raises `CradleError` where no side is free."""
    dims = hand.dims
    free = {long: _free(hand, long) for long in (dims.spring_length_mm, dims.short_spring_mm)}
    kinds = itertools.product((False, True), free, (dims.stop_mm, dims.narrow_stop_mm))
    for loose, long_mm, width in kinds:
        edge = edge_of(hand.ground.filled, width, dims)
        found = _first_good(hand, _three(hand, edge, free[long_mm], width, loose=loose))
        if found is not None:
            stops, springs, pocket = found
            notes = (_LOOSE,) if loose else ()
            return Grip(stops=stops, springs=springs, pocket=pocket, notes=notes)
    _check_clearance_in_v(hand.board)
    for each in free.values():
        found = _first_good(hand, _two(hand, each))
        if found is not None:
            stops, springs, pocket = found
            return Grip(stops=stops, springs=springs, pocket=pocket, notes=(_TURNS,))
    raise CradleError(
        expected="three free places on two sides of the board's edge for stops, and "
        f"{dims.short_spring_mm:g} mm of free edge opposite for springs",
        found="none where the board would be held for certain",
        action="Mark two holes as tooling holes, or turn the board with lies_turned_deg.",
    )


def _check_clearance_in_v(board: BoardFile) -> None:
    wishes = board.cradle
    least = clearance_in_v(wishes.tolerance_mm)
    if least > wishes.clearance_mm:
        raise CradleError(
            expected=f"a clearance of at least {least:.2f} mm for a board that two stops hold, as "
            f"a round one, when its size may differ by {wishes.tolerance_mm:g} mm",
            found=f"clearance_mm {wishes.clearance_mm:g}",
            action="Raise clearance_mm or lower tolerance_mm in board.toml.",
        )


Free = Callable[[float], list[Spring]]
"""All springs on the side that faces a direction, in degrees."""


def _free(hand: Hand, long_mm: float) -> Free:
    filled, wishes = hand.ground.filled, hand.board.cradle
    noses = nose_places(filled)
    room = room_of(filled, hand.fixed, hand.cut, wishes, hand.dims)
    return functools.cache(lambda facing_deg: springs_facing(noses, facing_deg, room, long_mm))


Held = tuple[tuple[Stop, ...], tuple[Spring, ...]]


def _first_good(hand: Hand, offered: Iterator[Held]) -> tuple[*Held, Polygon] | None:
    """The first grip in which boards of all sizes meet a wall where they should, and whose walls
    print; the pocket has room for all of them."""
    wishes, filled = hand.board.cradle, hand.ground.filled
    half = wishes.tolerance_mm / 2
    for stops, springs in itertools.islice(offered, _MOST_TRIED):
        sizes = ((half, half), (half, -half), (-half, half), (-half, -half))
        *large, smallest = (settled(sized(filled, x, y), stops)[0] for x, y in sizes)
        # Where an edge stands at an angle a large board may need more than the clearance.
        room = shapely.union_all([hand.pocket, *(each.buffer(_ROOM_MM) for each in large)])
        pocket = with_bosses(room, stops, wishes.clearance_mm, filled)
        rim = _rim(hand, pocket, stops, springs)
        if not plays_within(rim, smallest, wishes.clearance_mm, hand.dims):
            continue
        if not hand.may_print or prints(rim, filled, hand.dims):
            return stops, springs, pocket
    return None


def _rim(
    hand: Hand, pocket: Polygon, stops: tuple[Stop, ...] = (), springs: tuple[Spring, ...] = ()
) -> Rim:
    return Rim(
        pocket=pocket,
        stops=stops,
        springs=springs,
        other=hand.wells.union(hand.cut),
        clearance_mm=hand.board.cradle.clearance_mm,
    )


def _three(
    hand: Hand,
    edge: tuple[Place, ...],
    free: Free,
    width_mm: float,
    *,
    loose: bool,
) -> Iterator[Held]:
    """Stops and springs that press each stop; with `loose`, those whose one spring presses two
    stops and at least does not turn the board off the third."""
    x0, y0, x1, y1 = hand.ground.filled.bounds
    around = _around(hand)
    for two_deg, one_deg in sides(edge):
        for stops in three_stops(edge, two_deg, one_deg, around, hand.dims, width_mm):
            if condition(stops, max(x1 - x0, y1 - y0)) > WORST_CONDITION:
                continue
            fronts = _against(hand, free, stops[:2], two_deg + 180, also=stops)
            if loose:
                yield from (
                    (stops, (front,)) for front in fronts
                    if min(reactions(stops, (front,))) > -1e-6
                )  # fmt: skip
                continue
            for front in fronts:
                for right in _against(
                    hand, free, stops[2:], one_deg + 180, also=stops, beside=front
                ):
                    if min(reactions(stops, (front, right))) > _LEAST_PRESS:
                        yield stops, (front, right)
                if min(reactions(stops, (front,))) > _LEAST_PRESS:
                    yield stops, (front,)


def _two(hand: Hand, free: Free) -> Iterator[Held]:
    """A V of two stops and a spring opposite."""
    edge = edge_of(hand.ground.filled, hand.dims.stop_mm, hand.dims)
    for stops, facing_deg in two_stops(edge, _around(hand), hand.dims):
        for spring in _against(hand, free, stops, facing_deg + 180):
            yield stops, (spring,)


def _against(
    hand: Hand,
    free: Free,
    against: tuple[Stop, ...],
    facing_deg: float,
    *,
    also: tuple[Stop, ...] = (),
    beside: Spring | None = None,
) -> list[Spring]:
    """Opposite the middle of the stops that it presses on, so that its push goes through them."""
    wall = hand.dims.least_wall_mm
    keep = [boss(stop, 1.0).buffer(wall) for stop in (*against, *also)]
    if beside is not None:
        keep.append(beside.void.buffer(2 * wall))
    count = len(against)
    x, y = sum(s.x_mm for s in against) / count, sum(s.y_mm for s in against) / count
    nx, ny = (sum(s.normal[i] for s in against) / count for i in (0, 1))
    line = hand.ground.filled.exterior.coords
    reach = max((px - x) * nx + (py - y) * ny for px, py in line)
    near = x + nx * reach, y + ny * reach
    return nearest(free(facing_deg), facing_deg, near, shapely.union_all(keep), _TRIED_EACH)


def _around(hand: Hand) -> BaseGeometry:
    return hand.fixed.union(hand.cut.buffer(hand.dims.least_wall_mm))
