"""The sheet that the camera is measured by: a ChArUco pattern whose every corner has a known place.

Squares of 12 mm, markers of 9 mm of the dictionary 5×5 (250), not that of the cradles' marks. The
pattern is turned by 5 degrees on its page: a sheet that is laid down straight then shows every edge
slanted, as ISO 12233 wants it for the sharpness. It fits A4 and US Letter, both lying.

Places on the page are millimetres from the pattern's middle, x to the right, y down, as printed at
true size.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from appliance.commission.errors import CommissionError

Places = npt.NDArray[np.float64]
"""(N, 2), millimetres or pixels."""

COLUMNS, ROWS = 20, 14
SQUARE_MM, MARKER_MM = 12.0, 9.0
TURN_DEG = 5.0
"""Clockwise on the page."""
CORNER_COUNT = (COLUMNS - 1) * (ROWS - 1)
ACROSS_MM, ALONG_MM = 200.0, 120.0
"""The two lines that a person measures: a printer may stretch one direction alone."""


GREY_MM = 60.0
"""Side of the grey square on the second page."""
GREY_SHARE = 0.25
"""Of the white paper's light, as far as printers keep to it; nothing is reckoned from it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """How a printer made the sheet: measured length over true length, along the page's edges."""

    across: float = 1.0
    along: float = 1.0


TRUE_SIZE = Paper()
_STRETCH = 0.01
"""Printers and damp paper stay within half a per cent; beyond twice that the sheet was scaled."""


def paper_of(*, across_mm: float, along_mm: float) -> Paper:
    """Out of the two lines as a person measured them. Raises `CommissionError` for a sheet that
    was not printed at its size."""
    paper = Paper(across=across_mm / ACROSS_MM, along=along_mm / ALONG_MM)
    worst = max(paper.across, paper.along, key=lambda share: abs(share - 1))
    if not abs(worst - 1) <= _STRETCH:
        raise CommissionError(
            expected=f"lines of {ACROSS_MM:.1f} and {ALONG_MM:.1f} mm on the sheet",
            found=f"{across_mm:g} and {along_mm:g} mm: printed at {worst:.0%}",
            action='Print the sheet at 100 %, without "fit to page".',
        )
    return paper


@functools.cache
def board() -> cv2.aruco.CharucoBoard:
    dictionary = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_5X5_250)
    return cv2.aruco.CharucoBoard((COLUMNS, ROWS), SQUARE_MM, MARKER_MM, dictionary)


def on_page(pattern_mm: Places, paper: Paper = TRUE_SIZE) -> Places:
    """From the pattern's own frame, which begins at its upper left, to the page's."""
    turn = math.radians(TURN_DEG)
    c, s = math.cos(turn), math.sin(turn)
    out = pattern_mm - (COLUMNS * SQUARE_MM / 2, ROWS * SQUARE_MM / 2)
    turned = out @ np.array([[c, s], [-s, c]])
    return np.asarray(turned * (paper.across, paper.along), dtype=np.float64)


def corner_places(paper: Paper = TRUE_SIZE) -> Places:
    """(CORNER_COUNT, 2): where the inner corners of the squares are on the page, by their id."""
    pattern = np.asarray(board().getChessboardCorners(), dtype=np.float64)[:, :2]
    return on_page(pattern, paper)


def black_cells() -> tuple[tuple[float, float, float, float], ...]:
    """Everything black as boxes (x, y, width, height) of the pattern's own frame, mm: the squares
    without a marker and the modules of the markers."""
    markers = [np.asarray(each, dtype=np.float64)[:, :2] for each in board().getObjPoints()]
    taken = {(int(each[0, 0] // SQUARE_MM), int(each[0, 1] // SQUARE_MM)) for each in markers}
    cells = [
        (column * SQUARE_MM, row * SQUARE_MM, SQUARE_MM, SQUARE_MM)
        for row in range(ROWS)
        for column in range(COLUMNS)
        if (column, row) not in taken
    ]
    dictionary = board().getDictionary()
    modules = dictionary.markerSize + 2
    size = MARKER_MM / modules
    for number, corners in zip(np.ravel(board().getIds()), markers, strict=True):
        bits = dictionary.generateImageMarker(int(number), modules)
        x0, y0 = corners.min(axis=0)
        for row, line in enumerate(np.asarray(bits) == 0):
            cells += [
                (x0 + a * size, y0 + row * size, (b - a) * size, size) for a, b in _runs(line)
            ]
    return tuple(cells)


def _runs(line: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First and one past the last of each run of True: one long box has no seams in print."""
    steps = np.flatnonzero(np.diff(np.concatenate([[False], line, [False]]).astype(np.int8)))
    return [(int(a), int(b)) for a, b in zip(steps[::2], steps[1::2], strict=True)]
