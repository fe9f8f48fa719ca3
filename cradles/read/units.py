"""A panel's score lines, and the boards between them."""

from __future__ import annotations

import itertools
import math
import re
import string
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from appliance.board import BoardFile, Component, Unit
from appliance.board.ring import Bounds

Cut = tuple[float, float, float, float]
"""x0, y0, x1, y1 in mm."""

V_CUT = re.compile(r"v[-_ .]?(cut|score|groove)|^scor(e|ing)", re.IGNORECASE)
"""What layers and files of score lines are called: V-Cut, Vcut, VCUT, V-Score, VScore, Scoring."""
MOST_CUTS = 400
_STRAIGHT_MM = 0.01
_SHORT_MM = 1.0
"""A score may end this far before the panel's edge."""
_SAME_MM = 0.05
_WIDEST_RAIL_MM = 15.0
_PART_MM = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """The units of a panel as its cuts tell them."""

    units: tuple[Unit, ...]
    size_mm: tuple[float, float]
    """Of each of them."""


def with_cuts(board: BoardFile, cuts: Sequence[Cut]) -> tuple[BoardFile, list[str]]:
    """The board with its score lines and, where they make a regular grid, its units; what can't
    be read of them is said. Parts that are on the panel already go to their units."""
    if len(cuts) > MOST_CUTS:
        return board, [f"{len(cuts)} score lines are too many for a panel: none was taken."]
    merged = _merged(cuts)
    straight = [cut for cut in merged if _level(cut) or _upright(cut)]
    notes = []
    if len(straight) < len(merged):
        notes.append(f"{len(merged) - len(straight)} score lines run aslant; they make no units.")
    board = replace(board, v_cuts=tuple(merged))
    if not straight:
        return board, notes
    grid = _grid(board.bounds, straight)
    if isinstance(grid, str):
        return board, [*notes, f"V-cuts were read, but no units: {grid}."]
    w, h = grid.size_mm
    notes.append(
        f"V-cuts make {len(grid.units)} units of {w:g} × {h:g} mm: {grid.units[0].name} at the "
        f"lower left to {grid.units[-1].name} at the upper right."
    )
    board = replace(board, units=grid.units)
    if board.components:
        panel_wide = board.components
        return parted(replace(board, components=()), panel_wide, notes), notes
    return board, notes


def parted(board: BoardFile, parts: Sequence[Component], notes: list[str]) -> BoardFile:
    """Parts that are placed on a whole panel, as those of one unit. Where the units differ the
    panel keeps each part where it is, as 'unit:designator'."""
    grid = _grid(board.bounds, board.v_cuts)
    size = (math.inf, math.inf) if isinstance(grid, str) else grid.size_mm
    homes = [(_home(board, part, size), part) for part in parts]
    by_unit: dict[str, dict[str, tuple[Unit, Component]]] = defaultdict(dict)
    for unit, part in homes:
        if unit is not None:
            by_unit[unit.name].setdefault(_bare(part.designator), (unit, part))
    first = by_unit.get(board.units[0].name, {})
    alike = (
        len(parts) == len(board.units) * len(first)
        and len(by_unit) == len(board.units)
        and all(
            each.keys() == first.keys() and all(_same(each[name], first[name]) for name in each)
            for each in by_unit.values()
        )
    )
    if alike:
        mine = [
            replace(
                part,
                designator=name,
                x_mm=round(part.x_mm - unit.x_mm, 6),
                y_mm=round(part.y_mm - unit.y_mm, 6),
            )
            for name, (unit, part) in first.items()
        ]
        return replace(board, components=(*board.components, *mine))
    count = Counter[str]()
    placed = []
    for unit, part in homes:
        word = f"{unit.name if unit else 'panel'}:{_bare(part.designator)}"
        count[word] += 1
        again = f"#{count[word]}" if count[word] > 1 else ""
        placed.append(replace(part, designator=word + again))
    notes.append("The units' parts are not all alike: each is kept where it lies on the panel.")
    return replace(board, units=(), components=(*board.components, *placed))


def _merged(cuts: Sequence[Cut]) -> list[Cut]:
    """Each line once, from left to right or from below; pieces of one line joined."""
    made: list[Cut] = []
    for cut in sorted({_ordered(cut) for cut in cuts}):
        for number, last in enumerate(made):
            if _joins(last, cut):
                made[number] = (*last[:2], max(last[2], cut[2]), max(last[3], cut[3]))
                break
        else:
            made.append(cut)
    return made


def _ordered(cut: Cut) -> Cut:
    x0, y0, x1, y1 = (round(value, 6) for value in cut)
    return (x0, y0, x1, y1) if (x0, y0) <= (x1, y1) else (x1, y1, x0, y0)


def _joins(one: Cut, other: Cut) -> bool:
    if _level(one) and _level(other):
        return abs(one[1] - other[1]) < _STRAIGHT_MM and other[0] <= one[2] + _STRAIGHT_MM
    if _upright(one) and _upright(other):
        return abs(one[0] - other[0]) < _STRAIGHT_MM and other[1] <= one[3] + _STRAIGHT_MM
    return False


def _level(cut: Cut) -> bool:
    return abs(cut[1] - cut[3]) < _STRAIGHT_MM


def _upright(cut: Cut) -> bool:
    return abs(cut[0] - cut[2]) < _STRAIGHT_MM


def _grid(bounds: Bounds, cuts: Sequence[Cut]) -> Grid | str:
    """The grid, or why there is none."""
    xmin, ymin, xmax, ymax = bounds
    for x0, y0, x1, y1 in cuts:
        across = (
            x0 <= xmin + _SHORT_MM and x1 >= xmax - _SHORT_MM
            if _level((x0, y0, x1, y1))
            else y0 <= ymin + _SHORT_MM and y1 >= ymax - _SHORT_MM
        )
        if not across:
            return f"the one from ({x0:g}, {y0:g}) to ({x1:g}, {y1:g}) ends inside the panel"
    columns = _strips(xmin, xmax, [cut[0] for cut in cuts if _upright(cut)])
    rows = _strips(ymin, ymax, [cut[1] for cut in cuts if _level(cut)])
    taken = []
    for strips, word in ((columns, "columns"), (rows, "rows")):
        widest = max(b - a for a, b in strips)
        same = [(a, b) for a, b in strips if widest - (b - a) <= _SAME_MM]
        odd = [b - a for a, b in strips if widest - (b - a) > _SAME_MM]
        if any(each > _WIDEST_RAIL_MM for each in odd):
            sizes = ", ".join(f"{b - a:.2f}" for a, b in strips)
            return f"the {word} between them are {sizes} mm wide, which is no regular grid"
        taken.append(same)
    places = [(x0, y0) for (y0, _), (x0, _) in itertools.product(taken[1], taken[0])]
    names = _unit_names(len(taken[1]), len(taken[0]))
    (left, right), (low, high) = taken[0][0], taken[1][0]
    return Grid(
        units=tuple(
            Unit(name=name, x_mm=round(x, 6), y_mm=round(y, 6))
            for name, (x, y) in zip(names, places, strict=True)
        ),
        size_mm=(round(right - left, 3), round(high - low, 3)),
    )


def _strips(low: float, high: float, at: Sequence[float]) -> list[tuple[float, float]]:
    inner = sorted({round(x, 3) for x in at if low + _SAME_MM < x < high - _SAME_MM})
    return list(itertools.pairwise([low, *inner, high]))


def _unit_names(rows: int, columns: int) -> list[str]:
    """A, B, ... in rows from the lower left; on panels of more than 26, row and column: A1, A2."""
    letters = string.ascii_uppercase
    if rows * columns <= len(letters):
        return list(letters[: rows * columns])
    names = [letters[i] if i < 26 else f"{letters[i // 26 - 1]}{letters[i % 26]}"
             for i in range(rows)]  # fmt: skip
    return [f"{name}{column + 1}" for name in names for column in range(columns)]


def _home(board: BoardFile, part: Component, size: tuple[float, float]) -> Unit | None:
    """The unit that the part's middle lies in; where nobody told the units' size, the one whose
    origin is the nearest to its lower left."""
    around = [
        unit
        for unit in board.units
        if -_PART_MM <= part.x_mm - unit.x_mm <= size[0] + _PART_MM
        and -_PART_MM <= part.y_mm - unit.y_mm <= size[1] + _PART_MM
    ]
    return max(around, key=lambda unit: (unit.y_mm, unit.x_mm), default=None)


def _bare(designator: str) -> str:
    """R1 of R1#2, which is what a reader makes of a second R1."""
    return designator.partition("#")[0]


def _same(one: tuple[Unit, Component], other: tuple[Unit, Component]) -> bool:
    """Whether two units have this part at the same place."""

    def place(unit: Unit, part: Component) -> tuple[float, float, float]:
        return part.x_mm - unit.x_mm, part.y_mm - unit.y_mm, part.turn_deg % 360

    near = all(abs(a - b) <= _PART_MM for a, b in zip(place(*one), place(*other), strict=True))
    return near and one[1].side is other[1].side
