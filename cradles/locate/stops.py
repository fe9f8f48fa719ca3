"""Two stops on one side, one on another: the 2 and the 1 of 3-2-1 location.

Wherever the outline allows, the two stand at the back (up in the picture) and the one at the left:
the spring at the front presses the board away from the operator, the one at the right to the
left. Where a connector or the outline's shape is in the way, other sides take their turn.
"""

from __future__ import annotations

import itertools
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
_OWN_SIDES = 6


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
    `one_deg`, in the middle of its side; then one that faces it less squarely."""
    along = math.radians(two_deg - 90)
    ax, ay = math.cos(along), math.sin(along)
    size = _extent(edge, ax, ay)
    free = [
        (p.x_mm * ax + p.y_mm * ay, i, p)
        for i, p in enumerate(edge)
        if p.straight and p.faces(two_deg) > _FACING and _is_free(p, keep, dims, width_mm)
    ]
    outer = sorted(free, key=lambda each: (each[0], each[1]))
    outer = [*outer[:3], *outer[-3:]]
    pairs = [(a, b) for a, b in itertools.product(outer, repeat=2) if a[0] < b[0]]
    if not pairs:
        return
    one, other = max(pairs, key=lambda pair: round(pair[1][0] - pair[0][0], 3))
    if other[0] - one[0] < _LEAST_APART * size:
        return
    for least in (_FACING, _LEANING):
        third = [
            p for p in edge
            if p.smooth and p.faces(one_deg) > least and _is_free(p, keep, dims, width_mm)
        ]  # fmt: skip
        if third:
            squarest = max(p.faces(one_deg) for p in third) if least < _FACING else least
            third = [p for p in third if p.faces(one_deg) >= squarest - 0.02]
            middle = sorted(third, key=lambda p: p.x_mm * -ay + p.y_mm * ax)
            place = middle[len(middle) // 2]
            yield _stop(one[2], width_mm), _stop(other[2], width_mm), _stop(place, width_mm)


def two_stops(
    edge: Sequence[Place], keep: BaseGeometry, dims: Dimensions
) -> tuple[Stop, Stop] | None:
    """Like a V at the back: they hold a board's place, not its turn."""
    first, second = (
        _nearest(edge, direction, keep, dims) for direction in (BACK_DEG - 50, BACK_DEG + 50)
    )
    if first is None or second is None:
        return None
    return _stop(first, dims.stop_mm), _stop(second, dims.stop_mm)


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
    return not keep.intersects(place.box((-half, half), (0.02, 2.0)))


def _stop(place: Place, width_mm: float) -> Stop:
    return Stop(
        x_mm=place.x_mm,
        y_mm=place.y_mm,
        normal=(-place.out[0], -place.out[1]),
        width_mm=width_mm,
    )
