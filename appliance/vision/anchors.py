"""Choosing the patches by which a board is found again, when it is taught."""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from appliance.recipe.values import AlignmentBounds
from appliance.terms import Rect
from appliance.vision.align import (
    COARSE_PATCH_PX,
    AlignmentError,
    AnchorPatch,
    Floats,
    Gray,
    Located,
    coarse_factor,
    shrink,
)
from appliance.vision.crop import Pixels

Mask = npt.NDArray[np.bool_]

MOST_ANCHORS = 16
MOST_UNPROVEN = 28
"""Of a single golden board, where nothing tells a patch that stands still from one that leans."""
LEAST_ANCHORS = 6
_CANDIDATES = 48
_GRID = (8, 6)
_PER_CELL = 3


def candidate_anchors(
    frame: Pixels, avoid: Sequence[Rect], bounds: AlignmentBounds, *, board: Rect | None = None
) -> tuple[AnchorPatch, ...]:
    """Distinct patches of the first golden picture, spread over it, best of each cell first.

    Patches that touch a rectangle of `avoid` (the windows, whose parts may be missing, and
    codes, which differ from board to board) come only where there are too few others. Where the
    `board` is known, none is taken outside: the cradle has fine corners, but the board moves in it.
    """
    factor = coarse_factor(frame.shape[1])
    gray = shrink(np.ascontiguousarray(frame[:, :, 1]), factor)
    strength = _strength(gray)
    if board is not None:
        strength = strength * _within(gray.shape, board, factor)
    free = strength * ~_covered(gray.shape, avoid, factor)
    chosen = _spread_maxima(gray, free, bounds, factor)
    if len(chosen) < MOST_UNPROVEN:
        others = _spread_maxima(gray, strength, bounds, factor)
        chosen += [place for place in others if place not in chosen]
    size = COARSE_PATCH_PX * factor
    return tuple(
        AnchorPatch(
            x_px=x * factor,
            y_px=y * factor,
            gray=frame[y * factor : y * factor + size, x * factor : x * factor + size, 1].copy(),
        )
        for x, y in chosen[:_CANDIDATES]
    )


def choose_anchors(
    candidates: Sequence[AnchorPatch], located: Sequence[Located], bounds: AlignmentBounds
) -> tuple[AnchorPatch, ...]:
    """Of the candidates those that stand still on every golden board, far from one another.

    `located` are the further golden boards, found with all candidates. Raises `AlignmentError`
    when fewer than six are left."""
    steady = np.ones(len(candidates), dtype=bool)
    wobble = np.zeros(len(candidates))
    if located:
        matches = np.array([board.match for board in located])
        errors = np.minimum([board.error_px for board in located], 99.0)
        steady = (np.quantile(matches, 0.1, axis=0) >= bounds.min_match + 0.1) & (
            np.quantile(errors, 0.9, axis=0) <= bounds.max_residual_px
        )
        wobble = np.median(errors, axis=0)
    left = list(np.flatnonzero(steady))
    most = MOST_ANCHORS if located else MOST_UNPROVEN
    if len(left) < LEAST_ANCHORS:
        raise AlignmentError(
            expected=f"at least {LEAST_ANCHORS} distinct patches that all golden pictures share",
            found=f"{len(left)}",
            action="Use sharp, evenly lit pictures of the same kind of board in the same place.",
        )
    centres = np.array([anchor.centre for anchor in candidates])
    taken = [left.pop(int(np.argmin(wobble[left])))]
    while left and len(taken) < most:
        gaps = np.min(np.linalg.norm(centres[left][:, None] - centres[taken][None], axis=2), axis=1)
        taken.append(left.pop(int(np.argmax(gaps / (0.5 + wobble[left])))))
    return tuple(candidates[i] for i in sorted(taken))


def _strength(gray: Gray) -> Floats:
    """For each place the lesser eigenvalue of the gradients under a patch with its corner there
    (Shi and Tomasi 1994), so that an edge alone, which can slide, counts as nothing."""
    size = COARSE_PATCH_PX
    blurred = cv2.GaussianBlur(gray, (3, 3), 0)
    dx = cv2.Sobel(blurred, cv2.CV_32F, 1, 0)
    dy = cv2.Sobel(blurred, cv2.CV_32F, 0, 1)
    xx, yy, xy = (cv2.boxFilter(each, -1, (size, size)) for each in (dx * dx, dy * dy, dx * dy))
    least = (xx + yy) / 2 - np.sqrt(((xx - yy) / 2) ** 2 + xy**2)
    half = size // 2
    corner = np.zeros_like(least)
    corner[: -size + 1, : -size + 1] = least[half : half + least.shape[0] - size + 1][
        :, half : half + least.shape[1] - size + 1
    ]
    return np.asarray(np.clip(corner, 0, None), dtype=np.float64)


def _within(shape: tuple[int, ...], board: Rect, factor: int) -> Mask:
    """True at the upper left corners of patches that lie wholly on the board."""
    inside = np.zeros(shape, dtype=bool)
    x0, y0 = math.ceil(board.xmin_px / factor), math.ceil(board.ymin_px / factor)
    x1 = math.floor(board.xmax_px / factor) - COARSE_PATCH_PX
    y1 = math.floor(board.ymax_px / factor) - COARSE_PATCH_PX
    inside[max(y0, 0) : max(y1 + 1, 0), max(x0, 0) : max(x1 + 1, 0)] = True
    return inside


def _covered(shape: tuple[int, ...], avoid: Sequence[Rect], factor: int) -> Mask:
    """True for the corners whose patch would touch a rectangle to avoid."""
    mask = np.zeros(shape, dtype=bool)
    for rect in avoid:
        x0 = math.floor(rect.xmin_px / factor) - COARSE_PATCH_PX
        y0 = math.floor(rect.ymin_px / factor) - COARSE_PATCH_PX
        x1, y1 = math.ceil(rect.xmax_px / factor), math.ceil(rect.ymax_px / factor)
        mask[max(0, y0) : max(0, y1), max(0, x0) : max(0, x1)] = True
    return mask


def _spread_maxima(
    gray: Gray, strength: Floats, bounds: AlignmentBounds, factor: int
) -> list[tuple[int, int]]:
    """Corners of the strongest distinct patches, the best of every cell before the seconds."""
    height, width = gray.shape
    floor = 0.02 * float(np.quantile(strength, 0.999))
    margin = math.ceil(bounds.max_shift_px / factor / 2)
    ranked: list[list[tuple[int, int]]] = [[] for _ in range(_PER_CELL)]
    for row in range(_GRID[1]):
        for column in range(_GRID[0]):
            y0, y1 = row * height // _GRID[1], (row + 1) * height // _GRID[1]
            x0, x1 = column * width // _GRID[0], (column + 1) * width // _GRID[0]
            cell = strength[y0:y1, x0:x1].copy()
            for rank in range(_PER_CELL):
                place = _next_distinct(gray, cell, (x0, y0), floor, margin)
                if place is None:
                    break
                ranked[rank].append(place)
    ordered = [sorted(row, key=lambda p: -strength[p[1], p[0]]) for row in ranked]
    return [place for row in ordered for place in row]


def _next_distinct(
    gray: Gray, cell: Floats, origin: tuple[int, int], floor: float, margin: int
) -> tuple[int, int] | None:
    """Take the strongest patch of a cell that has no double nearby; clears it from `cell`."""
    size = COARSE_PATCH_PX
    height, width = gray.shape
    for _ in range(4):
        cy, cx = np.unravel_index(int(cell.argmax()), cell.shape)
        if cell[cy, cx] <= floor:
            return None
        around = slice(max(0, cy - size), cy + size), slice(max(0, cx - size), cx + size)
        cell[around] = 0.0
        x, y = int(cx) + origin[0], int(cy) + origin[1]
        inside = margin <= x <= width - size - margin and margin <= y <= height - size - margin
        if inside and _is_distinct(gray, x, y):
            return x, y
    return None


def _is_distinct(gray: Gray, x: int, y: int) -> bool:
    """No place within the search looks nearly the same (a row of equal pins does)."""
    size, reach = COARSE_PATCH_PX, 48
    patch = gray[y : y + size, x : x + size]
    x0, y0 = max(0, x - reach), max(0, y - reach)
    region = np.ascontiguousarray(gray[y0 : y + size + reach, x0 : x + size + reach])
    if float(patch.std()) < 8.0:
        return False
    match = cv2.matchTemplate(region, np.ascontiguousarray(patch), cv2.TM_CCOEFF_NORMED)
    px, py = x - x0, y - y0
    match[max(0, py - 4) : py + 5, max(0, px - 4) : px + 5] = -1.0
    return bool(match.max() < 0.75)
