"""Two stops on a long side, one on a short side: the 2 and the 1 of 3-2-1 location.

The long side is the back one (up in the picture), the short side the left one: the spring at the
front presses the board away from the operator, the one at the right to the left.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from shapely.geometry.base import BaseGeometry

from cradles.dimensions import Dimensions
from cradles.errors import CradleError
from cradles.locate.edge import Place
from cradles.seating import Stop

BACK_DEG, LEFT_DEG, FRONT_DEG, RIGHT_DEG = 90.0, 180.0, 270.0, 0.0
_FACING = 0.985
"""Cosine of ten degrees."""
_LEAST_APART = 0.25
"""Of the board's width, between the two stops of the long side."""


def stops_of(
    edge: Sequence[Place], keep: BaseGeometry, dims: Dimensions, width_mm: float
) -> tuple[tuple[Stop, ...], bool]:
    """The stops, and whether they hold the board's turn, too: a round board leans on two stops
    that stand like a V and may turn. Raises `CradleError` where there is no edge to lean on."""
    back = [
        p for p in edge if p.straight and p.faces(BACK_DEG) > _FACING and _is_free(p, keep, dims)
    ]
    left = [p for p in edge if p.smooth and p.faces(LEFT_DEG) > _FACING and _is_free(p, keep, dims)]
    pairs = [(a, b) for a, b in itertools.product(_outer(back), repeat=2) if a.x_mm < b.x_mm]
    if left and pairs:
        one, other = max(pairs, key=lambda pair: round(pair[1].x_mm - pair[0].x_mm, 3))
        if other.x_mm - one.x_mm >= _LEAST_APART * width_mm:
            # The third stop lies low, so that the front spring's push can't turn the board off it.
            middle = sorted(left, key=lambda p: p.y_mm)[len(left) // 2]
            return tuple(_stop(place, dims) for place in (one, other, middle)), True
    v = [_nearest(edge, direction, keep, dims) for direction in (BACK_DEG - 50, BACK_DEG + 50)]
    first, second = v
    if first is None or second is None:
        raise CradleError(
            expected="straight edges at the board's back and left, or a round outline, to lean on",
            found="neither",
            action="Turn the board with lies_turned_deg, or mark two holes as tooling holes.",
        )
    return (_stop(first, dims), _stop(second, dims)), False


def _outer(places: list[Place]) -> list[Place]:
    ordered = sorted(places, key=lambda p: (p.x_mm, p.y_mm))
    return [*ordered[:3], *ordered[-3:]]


def _nearest(
    edge: Sequence[Place], direction: float, keep: BaseGeometry, dims: Dimensions
) -> Place | None:
    facing = [p for p in edge if p.faces(direction) > 0.94 and _is_free(p, keep, dims)]
    return max(facing, key=lambda p: round(p.faces(direction), 6)) if facing else None


def _is_free(place: Place, keep: BaseGeometry, dims: Dimensions) -> bool:
    half = dims.stop_mm / 2 + dims.least_wall_mm
    return not keep.intersects(place.box((-half, half), (0.02, 2.0)))


def _stop(place: Place, dims: Dimensions) -> Stop:
    return Stop(
        x_mm=place.x_mm,
        y_mm=place.y_mm,
        normal=(-place.out[0], -place.out[1]),
        width_mm=dims.stop_mm,
    )
