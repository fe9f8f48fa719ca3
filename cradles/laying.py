"""Boards laid down onto the finished solid: the fit in space, where `fit` sees the plane alone.

A board is a prism with whatever stands out of it. It is held a little askew and aside, as a hand
does, and let down a layer at a time. At each step it may be led aside, and each spring bent, by as
much as a slope does within one layer; what still meets plastic has been caught: by a nose or a
stop with a flat top, a lip, a pad below a lead, a post below a part.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import shapely
from manifold3d import CrossSection, FillRule, Manifold
from shapely import Polygon
from shapely.affinity import affine_transform

from cradles.build import Cradle
from cradles.csg import prism
from cradles.locate.ground import Obstacle, ground_of
from cradles.settle import STAYS, settled, sized
from cradles.solids import manifold_of

SLOPE_MM = 0.28
"""Sideways with each layer of 0.2 mm: a nose leans by 0.25, a lead-in by 0.2."""
_TWO_SLOPES = 1.4
"""In a corner two slopes lead it, each by as much."""
ASIDE_MM, ASKEW_MM, STEEPEST = 0.45, 1.6, math.sin(math.radians(2.0))
"""A hand is so far off, and holds one side so much higher, by two degrees at most."""
_AIR_MM = 0.01
"""Between the board and its pads at the end."""
_GIVES_MM = 0.05
"""By so much the board is smaller all round: it touches its stops, and while it lies askew its
upper edge leans out by that."""
_TOUCH_MM3 = 0.02
_NEAR_EDGE_MM = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Laid:
    """What the boards did that were laid down."""

    tries: int
    caught: tuple[str, ...]
    """Each that did not come down flat: what was caught by what, and where."""

    @property
    def all_lie_flat(self) -> bool:
        return not self.caught


@dataclass(frozen=True, slots=True, kw_only=True)
class _Leaf:
    body: Manifold
    normal: tuple[float, float]
    travel_mm: float
    bent_mm: float = 0.0

    def bent(self, by_mm: float) -> Manifold:
        return self.body.translate((-self.normal[0] * by_mm, -self.normal[1] * by_mm, 0.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Board:
    """Its lower face in z = 0, its middle on the axis of z."""

    body: Manifold
    parts: dict[str, Manifold]
    corners: np.ndarray[tuple[int, int], np.dtype[np.float64]] = field(repr=False)

    def moved(self, body: Manifold, pose: _Pose) -> Manifold:
        """Turned about its middle's level axes, its lowest corner at the height asked for."""
        x_deg, y_deg = (math.degrees(a) for a in pose.tilt)
        sx, sy, cy = math.sin(pose.tilt[0]), math.sin(pose.tilt[1]), math.cos(pose.tilt[1])
        # z of a point (x, y, 0) after the turn about x, then about y
        low = (self.corners @ np.array([-sy, cy * sx])).min()
        return body.rotate((x_deg, y_deg, 0.0)).translate((*pose.aside, pose.up_mm - float(low)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pose:
    aside: tuple[float, float]
    tilt: tuple[float, float]
    up_mm: float


def lay_down(cradle: Cradle) -> Laid:
    """The largest board straight and in four ways askew and aside, the smallest straight."""
    half = cradle.board.cradle.tolerance_mm / 2
    caught = []
    plastic = _plastic(cradle)
    large, small = (_board(cradle, grow) for grow in (half, -half))
    ways = [(large, (0, 0)), (small, (0, 0)), *((large, way) for way in _DIAGONALS)]
    for board, (sx, sy) in ways:
        found = _let_down(cradle, board, plastic, (sx, sy))
        if found and found not in caught:
            caught.append(found)
    return Laid(tries=len(ways), caught=tuple(caught))


_DIAGONALS = ((1, 1), (-1, 1), (-1, -1), (1, -1))


def _let_down(
    cradle: Cradle,
    board: _Board,
    plastic: tuple[Manifold, tuple[_Leaf, ...]],
    way: tuple[int, int],
) -> str | None:
    """What catches it; None when it comes to lie flat."""
    rigid, leaves = plastic
    aside = (way[0] * ASIDE_MM * math.sqrt(0.5), way[1] * ASIDE_MM * math.sqrt(0.5))
    began = False
    for up, tilt in _heights(cradle, board, way):
        pose = _Pose(aside=aside, tilt=tilt, up_mm=up)
        led = 0.0
        while _meet(board.moved(board.body, pose), rigid):
            off = math.hypot(*aside)
            # Above the rim a hand finds the opening; below it a slope has to lead.
            if off == 0.0 or (began and led >= _TWO_SLOPES * SLOPE_MM):
                return _words(board, pose, rigid, "plastic")
            less = min(off, SLOPE_MM)
            aside = (aside[0] * (1 - less / off), aside[1] * (1 - less / off))
            led += less
            pose = replace(pose, aside=aside)
        began = True
        body, bent = board.moved(board.body, pose), []
        for number, leaf in enumerate(leaves, start=1):
            given = _give_way(body, leaf, SLOPE_MM + led)
            if given is None or given.bent_mm > leaf.travel_mm:
                name = f"spring {number}"
                return _words(board, pose, leaf.bent(leaf.bent_mm), name)
            bent.append(given)
        leaves = tuple(bent)
    return None


def _heights(
    cradle: Cradle, board: _Board, way: tuple[int, int]
) -> Iterator[tuple[float, tuple[float, float]]]:
    """Down in layers as it is held, then its high side down, too."""
    z, layer = cradle.plan.levels, cradle.dims.layer_mm
    top = (cradle.solid.bounds[1][2] if cradle.plan.pins else max(z.nose, z.rim)) - z.seat
    long = np.abs(board.corners).max(axis=0)
    tilt_x, tilt_y = (
        sense * min(ASKEW_MM / 2 / float(reach), STEEPEST) * 0.7
        for sense, reach in ((way[1], 2 * long[1]), (way[0], 2 * long[0]))
    )
    for number in range(math.ceil(top / layer)):
        yield max(top - (number + 0.5) * layer, _AIR_MM), (tilt_x, tilt_y)
    high = 2 * (abs(tilt_x) * long[1] + abs(tilt_y) * long[0])
    steps = max(math.ceil(high / layer), 1)
    for number in range(1, steps + 1):
        left = 1 - number / steps
        yield _AIR_MM, (tilt_x * left, tilt_y * left)


def _give_way(body: Manifold, leaf: _Leaf, most_mm: float) -> _Leaf | None:
    """Bent as far as the board asks; None where a slope would not bend it so far."""
    if not _meet(body, leaf.bent(leaf.bent_mm)):
        return leaf
    low, high = 0.0, most_mm
    if _meet(body, leaf.bent(leaf.bent_mm + high)):
        return None
    for _ in range(6):  # coarser steps would add up on the way down
        middle = (low + high) / 2
        low, high = (
            (middle, high) if _meet(body, leaf.bent(leaf.bent_mm + middle)) else (low, middle)
        )
    return replace(leaf, bent_mm=leaf.bent_mm + high)


def _meet(one: Manifold, other: Manifold) -> bool:
    return float((one ^ other).volume()) > _TOUCH_MM3


def _words(board: _Board, pose: _Pose, against: Manifold, name: str) -> str:
    common = {part: board.moved(body, pose) ^ against for part, body in board.parts.items()}
    part = max(common, key=lambda each: float(common[each].volume()))
    worst = max(common[part].decompose(), key=lambda each: float(each.volume()))
    x0, y0, _, x1, y1, _ = worst.bounding_box()
    return (
        f"{part} on {name} near ({(x0 + x1) / 2:.1f}, {(y0 + y1) / 2:.1f}) mm, "
        f"{pose.up_mm:.1f} mm above its place"
    )


def _plastic(cradle: Cradle) -> tuple[Manifold, tuple[_Leaf, ...]]:
    """What stands fast and what gives way, with the board's lower face in z = 0."""
    z = cradle.plan.levels
    x0, y0, x1, y1 = shapely.union_all(
        [cradle.seating.pocket, *cradle.seating.overhangs, *cradle.plan.arms]
    ).bounds
    near = prism(shapely.box(x0 - 1, y0 - 1, x1 + 1, y1 + 1), z.base - 0.5, z.nose + 10)
    body = cradle.solid.manifold ^ manifold_of(near)
    leaves = []
    for spring in cradle.seating.springs:
        arm = manifold_of(prism(spring.arm.buffer(0.01), 0.0, z.nose + 10))
        lowered = (body ^ arm).translate((0, 0, -z.seat))
        leaves.append(_Leaf(body=lowered, normal=spring.normal, travel_mm=spring.travel_mm))
        body = body - arm
    return body.translate((0, 0, -z.seat)), tuple(leaves)


def _board(cradle: Cradle, grow_mm: float) -> _Board:
    """As it lies against its stops."""
    ground = ground_of(cradle.board, cradle.layout)
    shape = sized(ground.board if cradle.plan.pins else ground.filled, grow_mm - _GIVES_MM)
    stops = cradle.seating.stops
    place = settled(sized(ground.board, grow_mm), stops)[1] if stops else STAYS
    thick = cradle.board.thickness_mm
    lying = affine_transform(shape, place)
    parts = {"the board": _prism([lying], 0.0, thick)}

    def stand(obstacle: Obstacle, low: float, high: float) -> None:
        area = affine_transform(obstacle.box, place)
        parts[obstacle.name] = _prism([area], low, high)

    for each in ground.below:
        stand(each, -each.deep_mm, 0.0)
    inner = ground.filled.buffer(-_NEAR_EDGE_MM)
    for each in ground.above:
        if not inner.contains(each.box):
            stand(each, thick, thick + each.deep_mm)
    corners = shapely.get_coordinates(lying.convex_hull)
    return _Board(body=Manifold.compose(list(parts.values())), parts=parts, corners=corners)


def _prism(areas: Sequence[Polygon], low: float, high: float) -> Manifold:
    rings = []
    for area in areas:
        rings.append(np.array(area.simplify(0.002).exterior.coords)[:-1])
        rings += [np.array(hole.coords)[:-1] for hole in area.interiors]
    made = CrossSection(rings, FillRule.EvenOdd).extrude(high - low)
    return made.translate((0.0, 0.0, low))
