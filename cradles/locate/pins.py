"""Two tooling pins: a round one that holds the place, a flattened one that holds the turn."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

from shapely import Point, Polygon
from shapely.affinity import rotate

from appliance.board import BoardFile, Hole, Layout
from cradles.dimensions import Dimensions
from cradles.seating import Pin
from cradles.thin import least_width

LEAST_HOLE_MM = 2.0
LARGEST_HOLE_MM = 7.0
LEAST_APART_MM = 15.0
_THICK_MM = 2.1
"""A pin of this thickness keeps its whole chamfer."""
_FLAT = 0.6
"""Width of the flattened pin along the line between the pins, as a share of the round one."""


def tooling_pair(board: BoardFile, layout: Layout) -> tuple[Hole, Hole] | None:
    """Two tooling holes far apart, from left to right; None without two. A pair that a board
    turned by 180 degrees would fit as well is taken only where there is no other."""
    fit = [
        h for h in board.holes if h.tooling and LEAST_HOLE_MM <= h.diameter_mm <= LARGEST_HOLE_MM
    ]
    pairs = [pair for pair in itertools.combinations(fit, 2) if _apart(*pair) >= LEAST_APART_MM]
    if not pairs:
        return None
    farthest = max(_apart(*pair) for pair in pairs)

    def worth(pair: tuple[Hole, Hole]) -> tuple[bool, float]:
        tells = _tells_turns(pair, layout) and _apart(*pair) >= farthest / 2
        return tells, round(_apart(*pair), 6)

    one, other = max(pairs, key=worth)
    at = [layout.to_cradle(each.x_mm, each.y_mm) for each in (one, other)]
    return (one, other) if at[0] <= at[1] else (other, one)


def _tells_turns(pair: tuple[Hole, Hole], layout: Layout) -> bool:
    (x0, y0), (x1, y1) = (layout.to_cradle(hole.x_mm, hole.y_mm) for hole in pair)
    return math.hypot(x0 + x1, y0 + y1) / 2 > 1.0


def pins_of(pair: tuple[Hole, Hole], layout: Layout, dims: Dimensions) -> tuple[Pin, Pin]:
    (x0, y0), (x1, y1) = (layout.to_cradle(hole.x_mm, hole.y_mm) for hole in pair)
    along_deg = math.degrees(math.atan2(y1 - y0, x1 - x0))
    round_pin = _disc(x0, y0, pair[0].diameter_mm - dims.pin_air_mm)
    disc = _disc(x1, y1, pair[1].diameter_mm - dims.pin_air_mm)
    half = _FLAT * (pair[1].diameter_mm - dims.pin_air_mm) / 2
    band = Polygon(
        [(x1 - half, y1 - 9), (x1 + half, y1 - 9), (x1 + half, y1 + 9), (x1 - half, y1 + 9)]
    )
    flat = disc.intersection(rotate(band, along_deg, origin=(x1, y1)))
    assert isinstance(flat, Polygon)
    return (
        Pin(x_mm=x0, y_mm=y0, shape=round_pin, hole_mm=pair[0].diameter_mm),
        Pin(x_mm=x1, y_mm=y1, shape=flat, hole_mm=pair[1].diameter_mm),
    )


def tip_mm(pins: Sequence[Pin], dims: Dimensions) -> float:
    """How far the pins are chamfered at their tops, at 45 degrees: thin ones less, so that what is
    left there prints."""
    thinnest = min(least_width(pin.shape, most_mm=_THICK_MM)[0] for pin in pins)
    return max(min(dims.pin_tip_mm, (thinnest - dims.least_wall_mm) / 2), 0.1)


def _disc(x_mm: float, y_mm: float, diameter_mm: float) -> Polygon:
    return Point(x_mm, y_mm).buffer(diameter_mm / 2, quad_segs=24)


def _apart(one: Hole, other: Hole) -> float:
    return math.hypot(one.x_mm - other.x_mm, one.y_mm - other.y_mm)
