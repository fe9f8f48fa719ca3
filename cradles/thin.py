"""How thin the thinnest part of an area is, by morphological opening."""

from __future__ import annotations

import numpy as np
import shapely
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

_CORNER_SHARE = 0.25
"""What an opening takes off a square corner is (1 - pi/4)/4 = 0.054 of the width squared, off an
acute one a little more; a wall that vanishes loses its length times its width."""
_STEPS = 9


def least_width(area: BaseGeometry, *, most_mm: float = 4.0) -> tuple[float, tuple[float, float]]:
    """The greatest width below which nothing of `area` is thinner, by bisection of morphological
    openings, and where the thinnest place is. `most_mm` when everything is wider."""
    low, high, where = 0.0, most_mm, (0.0, 0.0)
    if thinner_than(area, most_mm) is None:
        return most_mm, where
    for _ in range(_STEPS):
        middle = (low + high) / 2
        place = thinner_than(area, middle)
        if place is None:
            low = middle
        else:
            high, where = middle, place
    return low, where


def thinner_than(area: BaseGeometry, width_mm: float) -> tuple[float, float] | None:
    """The middle of the largest piece that an opening by this width takes away."""
    # GEOS divides by zero on its way round a spike, and comes back.
    with np.errstate(divide="ignore", invalid="ignore"):
        core = area.buffer(-width_mm / 2, join_style="mitre")
        opened = core.buffer(width_mm / 2 + 1e-4, join_style="mitre")
    lost = area.difference(shapely.make_valid(opened))
    pieces = lost.geoms if isinstance(lost, MultiPolygon) else [lost]
    big = [p for p in pieces if isinstance(p, Polygon) and p.area > _CORNER_SHARE * width_mm**2]
    if not big:
        return None
    worst = max(big, key=lambda p: p.area).representative_point()
    return float(worst.x), float(worst.y)
