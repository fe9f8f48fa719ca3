"""What is open at the board's height, and whether the plastic beside it can be printed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import shapely
from shapely import Polygon
from shapely.affinity import translate
from shapely.geometry.base import BaseGeometry

from cradles.dimensions import Dimensions
from cradles.seating import Spring, Stop
from cradles.thin import thinner_than

LEAST_GAP_MM = 0.8
"""A narrower gap may be bridged by stringing plastic: then a spring is none."""
SPARED_MM = 0.02
"""What the checks forgive, for the steps of a bisection."""
_ROUND_MM = 5.0
_FAR_MM = 1.0
_PINCH_MM = 0.002
_ARITHMETIC_MM = 1.5e-3


@dataclass(frozen=True, slots=True, kw_only=True)
class Rim:
    """All that is cut beside a board, before it is known whether it can be printed."""

    pocket: Polygon
    stops: tuple[Stop, ...] = ()
    springs: tuple[Spring, ...] = ()
    other: BaseGeometry
    """Screws' wells, and room for parts that reach beyond the edge."""
    reliefs: tuple[Polygon, ...] = ()
    clearance_mm: float


def opened(rim: Rim, dims: Dimensions, *, lead_in_mm: float = 0.0) -> BaseGeometry:
    """Open from the base to the rim; with `lead_in_mm` where the pocket has widened by that. Walls
    too thin to print are opened as well, the stops are not: a closing by half of the least wall."""
    voids = [spring.void for spring in rim.springs]
    pocket = rim.pocket.buffer(lead_in_mm) if lead_in_mm else rim.pocket
    raw = shapely.union_all([pocket, rim.other, *rim.reliefs, *voids])
    half = dims.least_wall_mm / 2
    thin = raw.buffer(half).buffer(-half).difference(raw)
    bosses = [boss(stop, rim.clearance_mm + 0.3) for stop in rim.stops]
    whole = raw.union(thin.difference(shapely.union_all(bosses)))
    whole = whole.union(_thin_islands(whole, rim, dims))
    # Corners that touch in one point would make an edge of four faces.
    for step in (_PINCH_MM, -2 * _PINCH_MM, _PINCH_MM):
        whole = whole.buffer(step, join_style="mitre")
    return whole


def _thin_islands(whole: BaseGeometry, rim: Rim, dims: Dimensions) -> BaseGeometry:
    """Plastic that stands alone, as in a half hole of the board's edge, and that the lead-in makes
    too thin at the rim."""
    wide, half = rim.pocket.buffer(dims.lead_in_mm), dims.least_wall_mm / 2
    parts = [each for each in getattr(whole, "geoms", [whole]) if isinstance(each, Polygon)]
    islands = [Polygon(ring) for part in parts for ring in part.interiors]
    return shapely.union_all(
        [island for island in islands if island.difference(wide).buffer(-half).is_empty]
    )


def prints(rim: Rim, whole: Polygon, dims: Dimensions) -> bool:
    """Whether walls and gaps are wide enough at the board's height and at the rim. `whole` is the
    board without openings."""
    wall, gap = dims.least_wall_mm - SPARED_MM, LEAST_GAP_MM - SPARED_MM
    arms = shapely.union_all([spring.arm for spring in rim.springs])
    around = shapely.union_all([rim.pocket, rim.other, arms, *rim.reliefs]).buffer(_ROUND_MM)
    low = around.difference(opened(rim, dims)).union(arms)
    if thinner_than(low, wall) or thinner_than(around.difference(low), gap):
        return False
    leant = arms.difference(whole.buffer(dims.nose_leans_mm(rim.clearance_mm) - dims.preload_mm))
    high = around.difference(opened(rim, dims, lead_in_mm=dims.lead_in_mm)).union(leant)
    return not (thinner_than(high, wall) or thinner_than(around.difference(high), gap))


def plays_within(rim: Rim, smallest: Polygon, most_mm: float, dims: Dimensions) -> bool:
    """Whether `smallest`, which lies against the stops, meets plastic before it was pushed to and
    fro by more than that a side along the stops' normals, or out of the V of two."""
    walls = shapely.box(*rim.pocket.buffer(_FAR_MM + most_mm).bounds).difference(opened(rim, dims))
    core = walls.buffer(-1e-3)
    shapely.prepare(core)
    axes = [rim.stops[0].normal, rim.stops[-1].normal]
    if len(rim.stops) == 2:
        out = [sum(normal[i] for normal in axes) for i in (0, 1)]
        axes = [(out[0] / math.hypot(*out), out[1] / math.hypot(*out))]
    for nx, ny in axes:
        way = 2 * most_mm + _ARITHMETIC_MM
        pushed = translate(smallest, nx * way, ny * way)
        if not pushed.intersects(core):
            return False
    return True


def boss(stop: Stop, deep_mm: float) -> Polygon:
    """The stop's plastic, from where it touches the board `deep_mm` into the wall."""
    nx, ny = stop.normal
    h = stop.width_mm / 2
    corners = [(-h, 0.0), (h, 0.0), (h + deep_mm, -deep_mm), (-h - deep_mm, -deep_mm)]
    return Polygon([(stop.x_mm - ny * a + nx * o, stop.y_mm + nx * a + ny * o) for a, o in corners])


def with_bosses(
    pocket: Polygon, stops: Sequence[Stop], clearance_mm: float, filled: Polygon
) -> Polygon:
    """`pocket` less what stands of the stops."""
    bosses = [boss(stop, clearance_mm + 0.3).difference(filled) for stop in stops]
    left = pocket.difference(shapely.union_all(bosses))
    parts = [left] if isinstance(left, Polygon) else list(left.geoms)
    return Polygon(max(parts, key=lambda part: part.area).exterior)
