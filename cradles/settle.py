"""Boards of any size within their tolerance, and where they come to lie against their stops."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import shapely
from shapely import Polygon
from shapely.affinity import affine_transform, scale

from cradles.errors import CradleError
from cradles.seating import Stop

Matrix = tuple[float, float, float, float, float, float]
"""As shapely writes an affine map of the plane: a, b, d, e, x, y."""
STAYS: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
_REACH_MM = 5.0


def sized(board: Polygon, grow_mm: float, grow_y_mm: float | None = None) -> Polygon:
    """The board cut larger or smaller by this on every side, or by another figure along y;
    drilled holes stay as they are."""
    least = grow_mm if grow_y_mm is None else min(grow_mm, grow_y_mm)
    outer = Polygon(board.exterior).buffer(least, join_style="mitre", mitre_limit=2.0)
    if grow_y_mm is not None:
        x0, y0, x1, y1 = outer.bounds
        wider = 1 + 2 * (grow_mm - least) / (x1 - x0)
        higher = 1 + 2 * (grow_y_mm - least) / (y1 - y0)
        outer = scale(outer, wider, higher, origin=((x0 + x1) / 2, (y0 + y1) / 2))
    made = Polygon(outer.exterior, board.interiors)
    if made.is_valid:
        return made
    # A hole that the smaller board's edge has reached is a notch of it
    left = Polygon(outer.exterior).difference(
        shapely.union_all(list(map(Polygon, board.interiors)))
    )
    return max(shapely.get_parts(left), key=lambda part: part.area)


def settled(board: Polygon, stops: Sequence[Stop]) -> tuple[Polygon, Matrix]:
    """`board` where it touches each stop (Newton's method on the gaps), and how it came there; two
    stops leave its turn as it is. Raises `CradleError` when the contacts do not determine the
    place."""
    turning = len(stops) == 3
    lying, place = board, np.eye(3)
    for _ in range(12):
        gaps = np.array([_gap(lying, s.x_mm, s.y_mm, s.normal, s.width_mm) for s in stops])
        if np.abs(gaps).max() < 1e-7:
            break
        rows = [
            (s.normal[0], s.normal[1], *((s.x_mm * s.normal[1] - s.y_mm * s.normal[0],) * turning))
            for s in stops
        ]
        matrix = np.array(rows)
        if np.linalg.cond(matrix) > 1e6:
            raise CradleError(
                expected="stops that hold the board's place",
                found="contacts that leave it free",
                action="Report this with the board file, or use tooling pins.",
            )
        move = np.linalg.solve(matrix, -gaps)
        turn = float(move[2]) if turning else 0.0
        c, s = math.cos(turn), math.sin(turn)
        place = np.array([[c, -s, move[0]], [s, c, move[1]], [0, 0, 1]]) @ place
        lying = affine_transform(board, _matrix(place))
    return lying, _matrix(place)


def _matrix(place: npt.NDArray[np.float64]) -> Matrix:
    (a, b, x), (d, e, y) = place[:2].tolist()
    return a, b, d, e, x, y


def _gap(board: Polygon, x: float, y: float, normal: tuple[float, float], width_mm: float) -> float:
    """From the stop's face to the nearest point of the board in front of it; negative inside."""
    nx, ny = normal
    h = width_mm / 2
    lane = Polygon(
        [
            (x - ny * a + nx * o, y + nx * a + ny * o)
            for a, o in ((-h, -_REACH_MM), (h, -_REACH_MM), (h, _REACH_MM), (-h, _REACH_MM))
        ]
    )
    seen = board.intersection(lane)
    points = shapely.get_coordinates(seen)
    return float(((points - (x, y)) @ np.array(normal)).min())
