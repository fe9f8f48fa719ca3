"""A simulated fit: boards within their tolerance are laid into the pocket, a thousand of them.

Each is grown or shrunk, settled against its stops (or onto its pins), and must lie in the pocket
without touching a wall; then it is pushed to and fro as far as the walls let it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from shapely import Polygon
from shapely.affinity import translate
from shapely.geometry.base import BaseGeometry

from cradles.build import Cradle
from cradles.locate.hold import reactions
from cradles.settle import settled, sized
from cradles.wrongly import wrong_ways_that_seat

_TOUCH_MM = 1e-3
"""A board's edge may lie this deep in a stop's face: the arithmetic, not the board."""
_PUSH_MM = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FitReport:
    """What the simulated boards did; millimetres."""

    tries: int
    seated: int
    deepest_mm: float
    """Greatest penetration of any board into plastic."""
    play_x_mm: tuple[float, float]
    play_y_mm: tuple[float, float]
    """Least and greatest free play a side: half of what a board moves to and fro before it meets
    plastic, springs counting as air. Along the stops' normals where these are not x and y."""
    clearance_mm: float
    springs_bend_mm: tuple[float, float]
    """Least and greatest; (0, 0) without springs."""
    wrong_ways: tuple[tuple[str, str | None], ...]
    """As the seating says it."""
    wrongly_seated: tuple[str, ...] = ()
    """The wrong ways in which a simulated board lay flat on its pads all the same."""
    least_press: float = 0.0
    """Force on the least pressed stop, as a share of one spring's, without friction; 0 on pins
    and where two stops leave the turn free."""

    @property
    def keys_hold(self) -> bool:
        """Whether every wrong way seats only if the seating has owned up to it."""
        owned = {way for way, why in self.wrong_ways if why is None}
        return set(self.wrongly_seated) <= owned

    @property
    def always_seats(self) -> bool:
        return self.seated == self.tries

    @property
    def play_is_within(self) -> bool:
        return max(self.play_x_mm[1], self.play_y_mm[1]) <= self.clearance_mm + _TOUCH_MM


def simulate(cradle: Cradle, *, tries: int = 200, seed: int = 1) -> FitReport:
    """The first boards are the largest, the smallest, and those that are large along one axis and
    small along the other; the rest are drawn evenly between."""
    chance = np.random.default_rng(seed)
    half = cradle.board.cradle.tolerance_mm / 2
    ends = [(half, half), (-half, -half), (half, -half), (-half, half)]
    drawn = chance.uniform(-half, half, (max(tries - len(ends), 0), 2))
    sizes = [*ends, *((float(x), float(y)) for x, y in drawn)][:tries]
    walls = _walls(cradle)
    core = walls.buffer(-_TOUCH_MM)
    shapely.prepare(core)
    along_x, along_y = _axes(cradle)
    seated, deepest = 0, 0.0
    plays: list[tuple[float, float]] = []
    bends: list[float] = []
    for grow_x, grow_y in sizes:
        lying = settle(sized(cradle.seating.board, grow_x, grow_y), cradle)
        seated += not lying.intersects(core)
        deepest = max(deepest, _depth(lying, walls))
        plays.append((_play(lying, core, along_x), _play(lying, core, along_y)))
        bends += [_bend(spring.arm, lying) for spring in cradle.seating.springs]
    xs, ys = zip(*plays, strict=True)
    stops, springs = cradle.seating.stops, cradle.seating.springs
    return FitReport(
        tries=len(sizes),
        seated=seated,
        deepest_mm=deepest,
        play_x_mm=(min(xs), max(xs)),
        play_y_mm=(min(ys), max(ys)),
        clearance_mm=cradle.board.cradle.clearance_mm,
        springs_bend_mm=(min(bends), max(bends)) if bends else (0.0, 0.0),
        wrong_ways=cradle.seating.wrong_ways,
        wrongly_seated=wrong_ways_that_seat(cradle),
        least_press=min(reactions(stops, springs)) if len(stops) == 3 else 0.0,
    )


def settle(board: Polygon, cradle: Cradle) -> Polygon:
    """Where springs push it; on pins it lies as drawn."""
    stops = cradle.seating.stops
    return settled(board, stops)[0] if stops else board


def _walls(cradle: Cradle) -> BaseGeometry:
    """Plastic beside the board at its own height, pins included, the springs not."""
    plan = cradle.plan
    walls = plan.outer.difference(plan.open).difference(plan.through)
    return shapely.union_all([walls, *plan.pins])


def _depth(board: Polygon, walls: BaseGeometry) -> float:
    """How deep the board reaches into plastic."""
    inside = board.intersection(walls)
    if inside.area < 1e-9:
        return 0.0
    points = shapely.points(shapely.get_coordinates(shapely.segmentize(inside, 0.5)))
    return float(shapely.distance(points, walls.boundary).max())


def _axes(cradle: Cradle) -> tuple[tuple[float, float], tuple[float, float]]:
    """The directions in which play is measured, the more level one first."""
    stops = cradle.seating.stops
    if len(stops) != 3:
        return (1.0, 0.0), (0.0, 1.0)
    level, other = sorted((stops[2].normal, stops[0].normal), key=lambda n: -abs(n[0]))
    return level, other


def _play(board: Polygon, core: BaseGeometry, axis: tuple[float, float]) -> float:
    """Half of the way to and fro before it reaches plastic."""
    return (_way(board, core, axis) + _way(board, core, (-axis[0], -axis[1]))) / 2


def _way(board: Polygon, core: BaseGeometry, axis: tuple[float, float]) -> float:
    low, high = 0.0, _PUSH_MM
    for _ in range(13):
        middle = (low + high) / 2
        if translate(board, axis[0] * middle, axis[1] * middle).intersects(core):
            high = middle
        else:
            low = middle
    return low


def _bend(arm: Polygon, board: Polygon) -> float:
    """How far the board bends a leaf: how deep its nose stands in the board."""
    inside = arm.intersection(board)
    if inside.is_empty:
        return 0.0
    points = shapely.points(shapely.get_coordinates(inside))
    return float(shapely.distance(points, board.exterior).max())
