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
_BETWEEN_MM = 1.0
"""Between two pads."""
_USUAL_SHARE, _LEAST_SHARE = 0.1, 0.03
"""Of the board's short side: how far inside the triangle its centre of gravity lies at least."""


def free_below(ground: Ground, air_mm: float) -> BaseGeometry:
    """Bare board as seen from below, `air_mm` from whatever stands out and from every edge."""
    leads = shapely.union_all([each.box for each in ground.below])
    return ground.board.buffer(-air_mm).difference(leads.buffer(air_mm))


def supports_of(
    ground: Ground, keep: BaseGeometry, dims: Dimensions, air_mm: float
) -> tuple[Polygon, ...]:
    """Three square pads on bare board: of the triangles round the centre of gravity the one that
    tips last; smaller pads where there is no room for usual ones. Raises `CradleError` where
    there is no room for three."""
    free = free_below(ground, air_mm).difference(keep)
    for side in (dims.support_mm, *dims.small_supports_mm):
        share = _LEAST_SHARE if side == dims.small_supports_mm[-1] else _USUAL_SHARE
        found = _three_pads(ground, free, side, least_mm=share * _short_side(ground))
        if found:
            return found
    raise CradleError(
        expected=f"room for three pads of {dims.small_supports_mm[-1]:g} mm round the board's "
        "centre of gravity on its lower side",
        found="too little bare board between leads, parts and edges",
        action="Correct the protrusions in board.toml, or hold the board by its leads' plugs.",
    )


def _short_side(ground: Ground) -> float:
    x0, y0, x1, y1 = ground.filled.bounds
    return float(min(x1 - x0, y1 - y0))


def _three_pads(
    ground: Ground, free: BaseGeometry, side_mm: float, *, least_mm: float
) -> tuple[Polygon, ...]:
    """None where the steadiest triangle tips too easily: the centre of gravity is nearer than
    `least_mm` to one of its sides."""
    middles = squares_in(free, side_mm, _STEP_MM if side_mm > 2 * _STEP_MM else _STEP_MM / 2)
    centre = ground.board.centroid
    best: tuple[float, tuple[int, ...]] | None = None
    if len(middles):
        corners = _outermost(middles, (centre.x, centre.y))
        threes = np.array(list(itertools.combinations(corners, 3)), dtype=np.int64).reshape(-1, 3)
        threes = threes[_apart(middles[threes], side_mm + _BETWEEN_MM)]
        steady = _steadiness(middles[threes], (centre.x, centre.y))
        if len(steady):
            first = int(np.argmax(np.round(steady, 6)))
            best = float(steady[first]), tuple(threes[first].tolist())
    if best is None or best[0] <= least_mm:
        return ()
    return tuple(_square(middles[i], side_mm) for i in best[1])


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


def _outermost(middles: Points, centre: tuple[float, float]) -> list[int]:
    """The farthest middle in each of many directions, and the farthest in each sector: the
    corners of a board, and the middles of its edges."""
    from_centre = middles - centre
    angles = np.arange(_DIRECTIONS) * 2 * math.pi / _DIRECTIONS
    reach = from_centre @ np.array([np.cos(angles), np.sin(angles)])
    found = set(np.argmax(np.round(reach, 6), axis=0).tolist())
    far = np.round(np.hypot(from_centre[:, 0], from_centre[:, 1]), 6)
    turned = np.arctan2(from_centre[:, 1], from_centre[:, 0]) / (2 * math.pi) * _DIRECTIONS
    sector = np.round(turned).astype(np.int64) % _DIRECTIONS
    for each in range(_DIRECTIONS):
        inside = np.flatnonzero(sector == each)
        if len(inside):
            found.add(int(inside[np.argmax(far[inside])]))
    return sorted(found)


def _apart(corners: Points, least_mm: float) -> npt.NDArray[np.bool_]:
    """(N,) for (N, 3, 2): whether upright squares there are that far apart, so that no two touch
    in a corner and no narrow gap is left between them."""
    off = np.abs(corners - np.roll(corners, -1, axis=1)).max(axis=-1)
    return np.asarray((off >= least_mm).all(axis=1))


def _steadiness(corners: Points, centre: tuple[float, float]) -> Points:
    """(N,) for (N, 3, 2) triangles: distance of the centre of gravity from the nearest side;
    negative outside."""
    ahead = np.roll(corners, -1, axis=1)
    sides = ahead - corners
    lengths = np.maximum(np.hypot(sides[..., 0], sides[..., 1]), 1e-9)
    to_centre = np.asarray(centre) - corners
    inward = (sides[..., 0] * to_centre[..., 1] - sides[..., 1] * to_centre[..., 0]) / lengths
    area = (corners[..., 0] * ahead[..., 1] - ahead[..., 0] * corners[..., 1]).sum(axis=1)
    return np.asarray((inward * np.sign(area)[:, None]).min(axis=1), dtype=np.float64)


def _square(middle: Points, side_mm: float) -> Polygon:
    x, y, h = float(middle[0]), float(middle[1]), side_mm / 2
    return shapely.box(x - h, y - h, x + h, y + h)
