"""Boards laid in wrongly, tried in the plan of the finished cradle.

The seating says what keeps each wrong way out. Here nothing of that is believed: the smallest
board is tried wherever it might slip in, against all plastic, pads, posts and pins.
"""

from __future__ import annotations

import numpy as np
import shapely
from shapely import Polygon
from shapely.affinity import translate
from shapely.geometry.base import BaseGeometry

from cradles.build import Cradle
from cradles.locate.ground import Ground, ground_of
from cradles.locate.keys import RIDES_MM, wrong_ways

_REACH_MM, _STEP_MM = 1.0, 0.25
"""How far from the middle a wrong board is tried: spring and reliefs leave it that much."""
_FORCE_MM = 0.02


def wrong_ways_that_seat(cradle: Cradle) -> tuple[str, ...]:
    """The names of the wrong ways in which some board within tolerance lies flat on its pads."""
    half = cradle.board.cradle.tolerance_mm / 2 + _FORCE_MM
    opened = shapely.union_all([cradle.plan.open, cradle.plan.through])
    posts = shapely.union_all(list(cradle.plan.posts))
    shapely.prepare(opened)
    shapely.prepare(posts)
    ground = ground_of(cradle.board, cradle.layout)
    return tuple(
        wrong.name
        for wrong in wrong_ways(ground)
        if _seats(wrong.ground, cradle.plan.pins, opened, posts, half)
    )


def _seats(
    ground: Ground,
    pins: tuple[Polygon, ...],
    opened: BaseGeometry,
    posts: BaseGeometry,
    smaller_mm: float,
) -> bool:
    small = ground.filled.buffer(-smaller_mm).simplify(0.01)
    standing = [o.box for o in ground.below if o.deep_mm >= RIDES_MM]
    steps = np.arange(-_REACH_MM, _REACH_MM + _STEP_MM / 2, _STEP_MM)
    for x in steps:
        for y in steps:
            if not opened.contains(translate(small, x, y)):
                continue
            if any(translate(ground.board, x, y).intersects(pin.buffer(-0.1)) for pin in pins):
                continue
            moved = [translate(box, x, y) for box in standing]
            if any(posts.intersects(box) or not opened.covers(box) for box in moved):
                continue
            return True
    return False
