"""Which panels are cut from which sheet: largest first, each into the corner where it leaves the
least beside it, turned by a quarter where that is better."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cradles.cabinet.joints import Panel
from cradles.cabinet.sizes import CabinetError

GAP_MM = 3.0
"""Between two panels."""
EDGE_MM = 1.5
"""Between a panel and the sheet's edge."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    panel: str
    x_mm: float
    y_mm: float
    """Lower left corner on the sheet."""
    turned: bool
    """By a quarter, counterclockwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    number: int
    size_mm: tuple[float, float]
    places: tuple[Place, ...]


def nested(
    panels: Mapping[str, Panel], kerf_mm: float, beds_mm: tuple[tuple[float, float], ...]
) -> tuple[Sheet, ...]:
    """On sheets of the largest bed; a sheet whose panels also fit on a smaller one becomes that.
    Raises `CabinetError` for a panel that no bed holds."""
    sizes = {}
    for name, panel in panels.items():
        x0, y0, x1, y1 = panel.area.bounds
        sizes[name] = (x1 - x0 + kerf_mm, y1 - y0 + kerf_mm)
    order = sorted(sizes, key=lambda n: (-max(sizes[n]), -min(sizes[n]), n))
    beds = sorted(beds_mm, key=lambda bed: bed[0] * bed[1])
    waiting = order
    sheets: list[Sheet] = []
    while waiting:
        places, waiting = _fill(waiting, sizes, beds[-1])
        if not places:
            name = waiting[0]
            raise CabinetError(
                expected=f"panels that a bed of {beds[-1][0]:g} × {beds[-1][1]:g} mm holds",
                found=f"{name} of {sizes[name][0]:.0f} × {sizes[name][1]:.0f} mm",
                action="Choose a thinner board or another camera.",
            )
        size = beds[-1]
        for bed in beds[:-1]:
            again, left = _fill([place.panel for place in places], sizes, bed)
            if not left:
                places, size = again, bed
                break
        sheets.append(Sheet(number=len(sheets) + 1, size_mm=size, places=tuple(places)))
    return tuple(sheets)


def _fill(
    names: list[str], sizes: Mapping[str, tuple[float, float]], bed: tuple[float, float]
) -> tuple[list[Place], list[str]]:
    """One sheet: the places taken, and who did not fit."""
    free = [(EDGE_MM, EDGE_MM, bed[0] - 2 * EDGE_MM + GAP_MM, bed[1] - 2 * EDGE_MM + GAP_MM)]
    places, left = [], []
    for name in names:
        width, height = sizes[name]
        found = [
            (min(w - a, h - b), i, turned, a, b)
            for i, (_, _, w, h) in enumerate(free)
            for turned, a, b in (
                (False, width + GAP_MM, height + GAP_MM),
                (True, height + GAP_MM, width + GAP_MM),
            )
            if a <= w + 1e-9 and b <= h + 1e-9
        ]
        if not found:
            left.append(name)
            continue
        _, i, turned, a, b = min(found)
        x, y, w, h = free.pop(i)
        places.append(Place(panel=name, x_mm=x, y_mm=y, turned=turned))
        # Of the two ways to cut the rest, the one that leaves the larger piece.
        right, above = (x + a, y, w - a, h), (x, y + b, a, h - b)
        if (w - a) * h < w * (h - b):
            right, above = (x + a, y, w - a, b), (x, y + b, w, h - b)
        free += [right, above]
    return places, left
