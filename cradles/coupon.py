"""The fit test: a small print that tells which clearance suits a printer, before a cradle is.

Six pockets for the same strip of bare board (or anything 10.00 mm wide, measured with a caliper),
each with another clearance a side. Notches at the edge count them for the fingers.
"""

from __future__ import annotations

from shapely import box

from cradles.csg import Part, Step, add, cut, prism
from cradles.dimensions import Dimensions

CLEARANCES_MM = (0.15, 0.20, 0.25, 0.30, 0.35, 0.40)
STRIP_MM = (10.0, 6.0)
"""Of the test piece: the width that is tried and how far it goes in."""
_PITCH_MM = 15.0
_BASE_MM = 1.2
_DEEP_MM = 3.0
_NOTCH_MM = 1.2
HOW_TO_USE = (
    "Print it with the cradle's own settings. Cut a strip of scrap board 10.0 mm wide (file it; "
    "measure it). Try it in the pockets from the one with most notches: six notches are 0.40 mm a "
    "side, one is 0.15 mm. The tightest pocket it drops into by itself is your clearance_mm."
)


def coupon(dims: Dimensions | None = None) -> Part:
    """60 × 40 mm or less in two rows of three, 4.2 mm high; prints in minutes."""
    dims = dims or Dimensions()
    high = _BASE_MM + _DEEP_MM
    width, depth = 3 * _PITCH_MM + 2.0, 2 * (STRIP_MM[1] + 8.0)
    body = box(-width / 2, -depth / 2, width / 2, depth / 2)
    steps: list[Step] = [add(prism(body, 0.0, high))]
    for number, clearance in enumerate(CLEARANCES_MM):
        row, column = divmod(number, 3)
        x = (column - 1) * _PITCH_MM
        side = 1 if row == 0 else -1
        w, h = STRIP_MM[0] / 2 + clearance, STRIP_MM[1] / 2 + clearance
        y = side * depth / 4
        pocket = box(x - w, y - h, x + w, y + h)
        steps.append(cut(prism(pocket, _BASE_MM, high + 1)))
        edge = side * depth / 2
        half = _NOTCH_MM / 2
        for notch in range(number + 1):
            at = x + (notch - number / 2) * 2 * _NOTCH_MM
            bite = box(at - half, edge - _NOTCH_MM, at + half, edge + _NOTCH_MM)
            steps.append(cut(prism(bite, _BASE_MM, high + 1)))
    return Part(name="fit coupon", steps=tuple(steps))
