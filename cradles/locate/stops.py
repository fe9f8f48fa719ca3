"""Two stops on one side, one on another: the 2 and the 1 of 3-2-1 location.

Wherever the outline allows, the two stand at the back (up in the picture) and the one at the left:
the spring at the front presses the board away from the operator, the one at the right to the
left. Where a connector or the outline's shape is in the way, other sides take their turn.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from shapely.geometry.base import BaseGeometry

from cradles.dimensions import Dimensions
from cradles.locate.edge import Place
from cradles.seating import Stop

BACK_DEG, LEFT_DEG, FRONT_DEG, RIGHT_DEG = 90.0, 180.0, 270.0, 0.0
_FACING = 0.985
"""Cosine of ten degrees."""
_LEANING = 0.5
"""Cosine of sixty: as far as the third stop may face away from square."""
_LEAST_APART = 0.2
"""Of the board's extent, between the two stops of one side."""
_DEEP_MM = 0.9
"""Behind a stop, to whatever has a wall round it."""
_OWN_SIDES = 6
_HALF_V_DEG = 35.0
"""Steep enough to hold a disc's place, flat enough that its size hardly moves it."""


def sides(edge: Sequence[Place]) -> list[tuple[float, float]]:
    """(side of the two stops, side of the one) in degrees, the preferred first; then those that
    an outline at an angle has of its own."""
    square = [BACK_DEG, FRONT_DEG, LEFT_DEG, RIGHT_DEG]
    own: dict[int, int] = {}
    for place in edge:
        if place.straight:
            angle = round(math.degrees(math.atan2(place.out[1], place.out[0]))) % 360
            own[angle] = own.get(angle, 0) + 1
    longest = sorted(own, key=lambda angle: (-own[angle], angle))
    oblique = [a for a in longest if min(a % 90, -a % 90) > 8][:_OWN_SIDES]
    seconds = {BACK_DEG: (LEFT_DEG, RIGHT_DEG), FRONT_DEG: (LEFT_DEG, RIGHT_DEG)}
    found = [(one, other) for one in square for other in seconds.get(one, (BACK_DEG, FRONT_DEG))]
    found += [(float(a), (a + quarter) % 360.0) for a in oblique for quarter in (90.0, 270.0)]
    return found


def three_stops(
    edge: Sequence[Place],
    two_deg: float,
    one_deg: float,
    keep: BaseGeometry,
    dims: Dimensions,
    width_mm: float,
) -> Iterator[tuple[Stop, Stop, Stop]]:
    """Two stops on the side that faces `two_deg`, as far apart as it goes, and one that faces
    `one_deg`, in the middle of its side; then one that faces it less squarely; then nearer
    pairs and other places on the side of the one."""
    along = math.radians(two_deg - 90)
    ax, ay = math.cos(along), math.sin(along)
    size = _extent(edge, ax, ay)
    free = [
        (p.x_mm * ax + p.y_mm * ay, i, p)
        for i, p in enumerate(edge)
        if p.straight and p.faces(two_deg) > _FACING and _is_free(p, keep, dims, width_mm)
    ]
    along_side = [each[2] for each in sorted(free, key=lambda each: (each[0], each[1]))]
    pairs = [
        (one, other)
        for one, other in _pairs(along_side)
        if (other.x_mm - one.x_mm) * ax + (other.y_mm - one.y_mm) * ay >= _LEAST_APART * size
    ]
    for share in (1 / 2, 1 / 4, 3 / 4):
        for least in (_FACING, _LEANING):
            place = _third(edge, one_deg, least, (-ay, ax), share, keep, dims, width_mm)
            if place is None:
                continue
            for one, other in pairs:
                yield _stop(one, width_mm), _stop(other, width_mm), _stop(place, width_mm)


def clearance_in_v(tolerance_mm: float) -> float:
    """The least clearance of a board that rests in the V of two stops: one that is larger by d all
    round lies farther out by d and by d / cos of half of the V's angle."""
    return tolerance_mm * (1 + 1 / math.cos(math.radians(_HALF_V_DEG))) / 2


def _pairs(places: Sequence[Place]) -> list[tuple[Place, Place]]:
    """The outermost, then each and both of them nearer by a fifth of the way."""
    if len(places) < 2:
        return []
    near = len(places) // 5
    ends = [(0, -1), (near, -1), (0, -1 - near), (near, -1 - near)]
    return list(dict.fromkeys((places[i], places[j]) for i, j in ends))


def _third(
    edge: Sequence[Place],
    one_deg: float,
    least: float,
    along: tuple[float, float],
    share: float,
    keep: BaseGeometry,
    dims: Dimensions,
    width_mm: float,
) -> Place | None:
    """At this share of the length of the side that faces `one_deg`."""
    free = [
        p
        for p in edge
        if p.smooth and p.faces(one_deg) > least and _is_free(p, keep, dims, width_mm)
    ]
    if not free:
        return None
    squarest = max(p.faces(one_deg) for p in free) if least < _FACING else least
    free = [p for p in free if p.faces(one_deg) >= squarest - 0.02]
    free.sort(key=lambda p: p.x_mm * along[0] + p.y_mm * along[1])
    return free[int(len(free) * share)]


def two_stops(
    edge: Sequence[Place], keep: BaseGeometry, dims: Dimensions
) -> Iterator[tuple[tuple[Stop, Stop], float]]:
    """Like a V, at the back where that is free, and where it faces: they hold a board's place, not
    its turn."""
    for facing_deg in (BACK_DEG, FRONT_DEG, LEFT_DEG, RIGHT_DEG, 45.0, 135.0, 225.0, 315.0):
        first, second = (
            _nearest(edge, facing_deg + off, keep, dims) for off in (-_HALF_V_DEG, _HALF_V_DEG)
        )
        if first is not None and second is not None:
            yield (_stop(first, dims.stop_mm), _stop(second, dims.stop_mm)), facing_deg


def _extent(edge: Sequence[Place], ax: float, ay: float) -> float:
    reach = [p.x_mm * ax + p.y_mm * ay for p in edge]
    return max(reach) - min(reach)


def _nearest(
    edge: Sequence[Place], direction: float, keep: BaseGeometry, dims: Dimensions
) -> Place | None:
    facing = [
        p for p in edge if p.faces(direction) > 0.94 and _is_free(p, keep, dims, dims.stop_mm)
    ]
    return max(facing, key=lambda p: round(p.faces(direction), 6)) if facing else None


def _is_free(place: Place, keep: BaseGeometry, dims: Dimensions, width_mm: float) -> bool:
    half = width_mm / 2 + dims.least_wall_mm
    return not keep.intersects(place.box((-half, half), (0.02, _DEEP_MM)))


def _stop(place: Place, width_mm: float) -> Stop:
    return Stop(
        x_mm=place.x_mm,
        y_mm=place.y_mm,
        normal=(-place.out[0], -place.out[1]),
        width_mm=width_mm,
    )
