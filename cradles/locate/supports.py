"""Three pads below the board: the first step of 3-2-1 location."""

from __future__ import annotations

import itertools
import math

import numpy as np
import numpy.typing as npt
import shapely
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from cradles.dimensions import Dimensions
from cradles.errors import CradleError
from cradles.locate.ground import Ground

Points = npt.NDArray[np.float64]

_STEP_MM = 1.0
_DIRECTIONS = 24


def free_below(ground: Ground, air_mm: float) -> BaseGeometry:
    """Bare board as seen from below, `air_mm` from whatever stands out and from every edge."""
    leads = shapely.union_all([each.box for each in ground.below])
    return ground.board.buffer(-air_mm).difference(leads.buffer(air_mm))


def supports_of(
    ground: Ground, keep: BaseGeometry, dims: Dimensions, air_mm: float
) -> tuple[Polygon, ...]:
    """Three square pads on bare board: of the triangles round the centre of gravity the one that
    tips last. Raises `CradleError` where there is no room for three."""
    free = free_below(ground, air_mm).difference(keep)
    middles = squares_in(free, dims.support_mm, _STEP_MM)
    centre = ground.board.centroid
    best: tuple[float, tuple[int, ...]] | None = None
    if len(middles):
        angles = np.arange(_DIRECTIONS) * 2 * math.pi / _DIRECTIONS
        reach = middles @ np.array([np.cos(angles), np.sin(angles)])
        outermost = sorted(set(np.argmax(reach, axis=0).tolist()))
        for three in itertools.combinations(outermost, 3):
            steady = _steadiness(middles[list(three)], (centre.x, centre.y))
            if best is None or steady > best[0] + 1e-9:
                best = steady, three
    if best is None or best[0] <= 0.5:
        raise CradleError(
            expected=f"room for three pads of {dims.support_mm:g} mm round the board's centre of "
            "gravity on its lower side",
            found="too little bare board between leads, parts and edges",
            action="Correct the protrusions in board.toml, or give smaller pads.",
        )
    return tuple(_square(middles[i], dims.support_mm) for i in best[1])


def squares_in(free: BaseGeometry, side_mm: float, step_mm: float) -> Points:
    """Middles (N, 2) of the upright squares on a grid that lie wholly in `free`, row by row."""
    if free.is_empty:
        return np.zeros((0, 2))
    room = free.buffer(-side_mm / 2, cap_style="square", join_style="mitre")
    x0, y0, x1, y1 = free.bounds
    xs = np.arange(math.ceil(x0 / step_mm), math.floor(x1 / step_mm) + 1) * step_mm
    ys = np.arange(math.ceil(y0 / step_mm), math.floor(y1 / step_mm) + 1) * step_mm
    grid = np.array([(x, y) for y in ys for x in xs], dtype=np.float64).reshape(-1, 2)
    shapely.prepare(room)
    near = grid[shapely.contains_xy(room, grid[:, 0], grid[:, 1])]
    h = side_mm / 2
    boxes = shapely.box(near[:, 0] - h, near[:, 1] - h, near[:, 0] + h, near[:, 1] + h)
    shapely.prepare(free)
    return np.asarray(near[shapely.contains(free, boxes)], dtype=np.float64)


def _steadiness(corners: Points, centre: tuple[float, float]) -> float:
    """Distance of the centre of gravity from the nearest side of the triangle; negative outside."""
    distances = []
    turn = 0.0
    for i in range(3):
        (ax, ay), (bx, by) = corners[i], corners[(i + 1) % 3]
        length = math.hypot(bx - ax, by - ay)
        if length < 1e-9:
            return -1.0
        distances.append(((bx - ax) * (centre[1] - ay) - (by - ay) * (centre[0] - ax)) / length)
        turn += ax * by - bx * ay
    return float(min(distances) if turn > 0 else min(-d for d in distances))


def _square(middle: Points, side_mm: float) -> Polygon:
    x, y, h = float(middle[0]), float(middle[1]), side_mm / 2
    return shapely.box(x - h, y - h, x + h, y + h)
