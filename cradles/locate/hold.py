"""Whether contacts hold a board: the plane's freedoms x, y and turn, as screws.

A contact at (x, y) with normal n pushes the board with the wrench (nx, ny, x ny - y nx). Three
contacts hold it when these are independent; springs keep it there when each stop is pressed
without any help of friction (force closure; Mason, Mechanics of Robotic Manipulation, ch. 5).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from cradles.seating import Spring, Stop

WORST_CONDITION = 30.0
"""Beyond it a tenth of a millimetre at a stop moves the board's far end by millimetres."""


def wrenches(contacts: Sequence[Stop | Spring]) -> npt.NDArray[np.float64]:
    """(N, 3): nx, ny and the moment about the origin in mm, each for a force of one."""
    rows = [(*c.normal, c.x_mm * c.normal[1] - c.y_mm * c.normal[0]) for c in contacts]
    return np.array(rows, dtype=np.float64).reshape(-1, 3)


def condition(stops: Sequence[Stop], size_mm: float) -> float:
    """Of the contact matrix with lengths in halves of `size_mm`; infinite where a freedom is
    left."""
    matrix = wrenches(stops) / (1.0, 1.0, size_mm / 2)
    values = np.linalg.svd(matrix, compute_uv=False)
    return float(values[0] / values[-1]) if values[-1] > 1e-9 * values[0] else math.inf


def reactions(stops: Sequence[Stop], springs: Sequence[Spring]) -> tuple[float, ...]:
    """Force on each of three stops, without friction, when every spring pushes with a force of
    one. A force below 0: the board turns or slides off that stop."""
    push = wrenches(springs).sum(axis=0)
    return tuple(float(f) for f in np.linalg.solve(wrenches(stops).T, -push))
