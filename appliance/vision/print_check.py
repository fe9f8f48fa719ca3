"""Do a cradle's markers stand as they are drawn? Asked when a board is taught, with the cause in
words: a sheet printed at another size, one label that is crooked or partly hidden, another board's
file, or a picture that is too coarse."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from appliance.board import Layout
from appliance.board.layout import CORNER_IDS
from appliance.vision.marks import Corners, homography, transformed
from appliance.vision.seat import CradleError

CORNER_NAMES = ("upper left", "upper right", "lower right", "lower left")
LEAST_SCALE = 4.0
"""Pixels a millimetre below which neither marks nor parts can be told."""
_STRAIGHT_MM = 0.03
"""Root mean square over the corners that a good print in a straight picture mostly stays below. A
homography takes up most of one label's error: this much is left of half a millimetre."""
_NOISE_PX = 0.25
"""A coarse picture's corners are no better."""
_OFF_MM = 0.4
"""Less than this a tall part's shade may seem to move a marker's edge."""
_SHADED_MM = 0.06
_BENT_MM = 0.15
"""With a lens that is not known: it bends all markers alike."""
_FAR_BETTER = 0.7
"""A bent picture leaves nearly as much without any one of its markers."""
_WRONG_SIZE = 0.015
"""Share by which all markers must be too large or too small to blame the printer."""


def check_print(
    layout: Layout,
    places_mm: Mapping[int, Corners],
    seen: Mapping[int, Corners],
    to_px: Corners,
    px_per_mm: float,
    *,
    lens_known: bool,
) -> float:
    """The root mean square distance of the corners in pixels. Raises `CradleError`."""
    if px_per_mm < LEAST_SCALE:
        raise CradleError(
            expected=f"cradle {layout.identity} at {LEAST_SCALE:g} pixels a millimetre or more",
            found=f"{px_per_mm:.1f}",
            action="Bring the camera nearer, or choose a larger picture.",
        )
    away = _away(to_px, places_mm, seen)
    residual = float(np.sqrt(np.mean([each**2 for each in away.values()])))
    if residual <= max(_STRAIGHT_MM * px_per_mm, _NOISE_PX):
        return residual
    side_mm = layout.markers[0].width_mm
    size = _sides_mm(to_px, seen) / side_mm - 1.0
    if abs(size.mean()) > _WRONG_SIZE and np.ptp(size) < abs(size.mean()):
        raise CradleError(
            expected=f"markers of {side_mm:.1f} mm in cradle {layout.identity}",
            found=f"markers of {side_mm * (1 + size.mean()):.1f} mm",
            action="Print the sheet at 100 %, measure its check line, and stick the labels in "
            "again.",
        )
    odd = _odd_one(places_mm, seen)
    if odd is not None and odd[1] > _OFF_MM * px_per_mm:
        raise CradleError(
            expected=f"the four markers of cradle {layout.identity} at their drawn distances",
            found=f"the one at the {CORNER_NAMES[CORNER_IDS.index(odd[0])]} "
            f"{odd[1] / px_per_mm:.1f} mm off",
            action="Stick this label square into its recess, and see that nothing hides part of "
            "it from the camera.",
        )
    if residual <= (_SHADED_MM if lens_known else _BENT_MM) * px_per_mm:
        return residual
    raise CradleError(
        expected=f"the markers of cradle {layout.identity} at their drawn distances",
        found=f"them {residual / px_per_mm:.2f} mm off on average",
        action="Check that the cradle was made from this board file and that its labels are in "
        "the right recesses; a lens that bends much wants to be measured, too.",
    )


def _away(
    to_px: Corners, places_mm: Mapping[int, Corners], seen: Mapping[int, Corners]
) -> dict[int, float]:
    """Of each marker: root mean square distance of its corners in pixels."""
    return {
        number: float(
            np.sqrt(((transformed(to_px, corners) - seen[number]) ** 2).sum(axis=1).mean())
        )
        for number, corners in places_mm.items()
    }


def _sides_mm(to_px: Corners, seen: Mapping[int, Corners]) -> Corners:
    """(4,): the mean side of each marker."""
    back = np.linalg.inv(to_px)
    sides = []
    for corners in seen.values():
        on_cradle = transformed(back, corners)
        sides.append(np.hypot(*(np.roll(on_cradle, -1, axis=0) - on_cradle).T).mean())
    return np.array(sides)


def _odd_one(
    places_mm: Mapping[int, Corners], seen: Mapping[int, Corners]
) -> tuple[int, float] | None:
    """The marker without which the other three agree far better than without any other, and how
    many pixels it is off them."""
    tried = []
    for number in places_mm:
        rest = {each: corners for each, corners in places_mm.items() if each != number}
        to_px = homography(rest, seen)
        off = _away(to_px, {number: places_mm[number]}, seen)[number]
        tried.append((max(_away(to_px, rest, seen).values()), number, off))
    best, second = sorted(tried)[:2]
    return (best[1], best[2]) if best[0] < _FAR_BETTER * second[0] else None
