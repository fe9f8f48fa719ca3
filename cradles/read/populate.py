"""Parts of a pick-and-place table on a board: their sizes by their packages, held against the
outline, nothing left out without a word.

What is assumed: places and turns are seen from above the top side, for parts of the lower side,
too. A table that counts otherwise (from below, from another origin, in another unit) puts parts
beside the board, and is refused with the likely cause.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import shapely
from shapely import Polygon
from shapely.affinity import rotate, translate

from appliance.board import BoardFile, Component, Side
from appliance.board.panel import placed_components
from appliance.board.ring import cos_sin, flatten
from appliance.terms import Polarity
from cradles.errors import DesignFileError
from cradles.read.centroid import Centroids, Placement
from cradles.read.packages import is_part, package_of
from cradles.read.units import parted

_BESIDE_MM = 2.0
"""A connector may stand out over the edge; a part farther away than this from the board does not
belong to it."""
_CLUSTER = 0.12
"""Parts that spread over less than this share of the board in both directions, where there are
five or more of them, are in another unit."""
_MOVED_MM = 1.0
Point = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableWishes:
    """What the technician says about a table."""

    origin_mm: Point = (0.0, 0.0)
    """Where the table's origin lies in the board's drawing."""
    bottom_mirrored: bool = False
    """The x of parts on the lower side counts to the left."""
    unknown_size_mm: Point | None = None
    """For parts whose package is unknown; None leaves them out and says so."""


def populated(
    board: BoardFile, table: Centroids, wishes: TableWishes
) -> tuple[BoardFile, list[str]]:
    """The board with the table's parts, and what to tell. Parts that the board has already stay as
    they are. Raises `DesignFileError`."""
    notes = list(table.notes)
    placements = [_placed(each, wishes) for each in table.placements]
    placements, skipped = _split(placements, lambda each: is_part(each.designator, each.package))
    if skipped:
        notes.append(f"No parts, left out: {_names(each.designator for each in skipped)}.")
    table = replace(table, placements=tuple(placements))
    _check_repeats(table, board)
    have = {part.designator for part in placed_components(board)} | {
        part.designator for part in board.components
    }
    fresh, known = _split(placements, lambda each: each.designator not in have)
    notes += _compared(board, known, table)
    bodies, unknown = _sized(fresh, table, wishes)
    _check_places(board, bodies, wishes, table)
    notes += _unknown_words(unknown, wishes, len(placements))
    left_out = {each.line for each in unknown} if wishes.unknown_size_mm is None else set()
    parts = [body.component() for body in bodies if body.placement.line not in left_out]
    if not parts and not board.components:
        raise DesignFileError(
            expected=f"parts in {table.name} whose packages are known",
            found=f"none of {len(placements)}",
            action="Export the table with its column of packages (footprints), or give a size for "
            "all of them with --unknown-size WxH.",
        )
    if any(part.side is Side.BOTTOM for part in parts):
        way = (
            "to the left" if wishes.bottom_mirrored else "to the right, as seen from above the top"
        )
        notes.append(f"For parts of the lower side, x of {table.name} is taken to count {way}.")
    notes.append(f"{len(parts)} parts from {table.name}.")
    if board.units and any(len(numbers) > 1 for numbers in table.repeated().values()):
        return parted(board, parts, notes), notes
    return replace(board, components=(*board.components, *parts)), notes


def heights_note(board: BoardFile, assumed_mm: float) -> list[str]:
    """Parts whose height nobody told."""
    unknown = [part.designator for part in board.components if part.tall_mm == 0]
    if not unknown:
        return []
    return [
        f"The height of {len(unknown)} of {len(board.components)} parts is not known, "
        f"{assumed_mm:g} mm is taken: {_names(unknown)}. Correct tall_mm in board.toml where one "
        "stands higher."
    ]


def _placed(each: Placement, wishes: TableWishes) -> Placement:
    sign = -1.0 if wishes.bottom_mirrored and each.side is Side.BOTTOM else 1.0
    x, y = wishes.origin_mm
    return replace(each, x_mm=sign * each.x_mm + x, y_mm=each.y_mm + y)


def _check_repeats(table: Centroids, board: BoardFile) -> None:
    repeats = table.repeated()
    if not repeats:
        return
    if board.units and all(len(lines) == len(board.units) for lines in repeats.values()):
        return  # the table of a whole panel
    name, lines = next(iter(repeats.items()))
    raise DesignFileError(
        expected=f"each designator once in {table.name}",
        found=f"{name} in lines {', '.join(map(str, lines))}"
        + (f", and {len(repeats) - 1} others more than once" if len(repeats) > 1 else ""),
        action="Export the table of one board; of a panel, that of one of its units.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Body:
    """A part of the table with what is known of its size; nothing of it is checked yet."""

    placement: Placement
    x_mm: float
    y_mm: float
    size_mm: Point
    tall_mm: float
    polarity: Polarity

    @property
    def box(self) -> Polygon:
        w, h = self.size_mm[0] / 2, self.size_mm[1] / 2
        return _moved(shapely.box(-w, -h, w, h), self.placement.turn_deg, self.x_mm, self.y_mm)

    def component(self) -> Component:
        each = self.placement
        return Component(
            designator=each.designator,
            part_type=" ".join(filter(None, (each.value, each.package))),
            x_mm=round(self.x_mm, 6),
            y_mm=round(self.y_mm, 6),
            width_mm=self.size_mm[0],
            height_mm=self.size_mm[1],
            turn_deg=each.turn_deg,
            side=each.side,
            tall_mm=self.tall_mm,
            polarity=self.polarity,
        )


def _sized(
    placements: Sequence[Placement], table: Centroids, wishes: TableWishes
) -> tuple[list[_Body], list[Placement]]:
    """Those with a size, and those whose package is unknown."""
    bodies, unknown = [], []
    for each in placements:
        package = package_of(each.package)
        if package is not None:
            x, y = _middle(each, table, package.from_pin_1_mm)
            size = package.width_mm, package.height_mm
            tall_mm, polarity = package.tall_mm, package.polarity_of(each.designator)
        else:
            unknown.append(each)
            x, y, size = each.x_mm, each.y_mm, wishes.unknown_size_mm or (0.0, 0.0)
            tall_mm, polarity = 0.0, Polarity.FIXED
        bodies.append(
            _Body(
                placement=each,
                x_mm=x,
                y_mm=y,
                size_mm=size,
                tall_mm=each.tall_mm or tall_mm,
                polarity=polarity,
            )
        )
    return bodies, unknown


def _middle(each: Placement, table: Centroids, from_pin_1: Point) -> Point:
    """Of the body, where the table has the place of its first pin."""
    if not table.from_pin_1 or from_pin_1 == (0.0, 0.0):
        return each.x_mm, each.y_mm
    c, s = cos_sin(each.turn_deg)
    # A part on the lower side is drawn mirrored: KiCad turns it upside down about its x axis
    dx, dy = from_pin_1[0], -from_pin_1[1] if each.side is Side.BOTTOM else from_pin_1[1]
    return each.x_mm + c * dx - s * dy, each.y_mm + s * dx + c * dy


def _compared(board: BoardFile, known: Sequence[Placement], table: Centroids) -> list[str]:
    """What the table says of parts that the board has already."""
    if not board.components:
        return []
    have = {part.designator: part for part in (*placed_components(board), *board.components)}
    notes = []
    if known:
        notes.append(
            f"{len(known)} parts of {table.name} are in the board already; they stay as they are."
        )
    moved = []
    for each in known:
        part = have[each.designator]
        away = math.hypot(part.x_mm - each.x_mm, part.y_mm - each.y_mm)
        reach = _MOVED_MM + math.hypot(part.width_mm, part.height_mm) / 2
        if away > reach or part.side is not each.side:
            moved.append(f"{each.designator} ({away:.1f} mm)")
    if moved:
        notes.append(f"Elsewhere in {table.name} than in the board: {', '.join(moved)}.")
    listed = {each.designator for each in table.placements}
    absent = [p.designator for p in board.components if p.designator not in listed]
    if absent and known:
        notes.append(f"In the board, but not in {table.name}: {_names(absent)}.")
    return notes


def _check_places(
    board: BoardFile,
    bodies: Sequence[_Body],
    wishes: TableWishes,
    table: Centroids,
) -> None:
    """All parts lie on the board, and not all in one corner of it."""
    shape = Polygon(flatten(board.outline))
    whole_panel = bool(board.units) and bool(table.repeated())
    boxes = [(body.placement.designator, body.placement.side, body.box) for body in bodies]
    if not boxes:
        return

    def on_board(shapes: Sequence[Polygon]) -> list[bool]:
        units = board.units if board.units and not whole_panel else ()
        near = shape.buffer(_BESIDE_MM)
        return [
            all(near.intersects(_moved(one, u.turn_deg, u.x_mm, u.y_mm)) for u in units)
            if units
            else bool(near.intersects(one))
            for one in shapes
        ]

    inside = on_board([box for _, _, box in boxes])
    outside = [name for (name, _, _), within in zip(boxes, inside, strict=True) if not within]
    if outside:
        raise DesignFileError(
            expected=f"all {len(boxes)} parts of {table.name} on {board.name}, which reaches from "
            f"{_words(shape.bounds[:2])} to {_words(shape.bounds[2:])}",
            found=f"{len(outside)} beside it ({_names(outside, 6)}); the table reaches from "
            f"{_reach([box for _, _, box in boxes])}",
            action=_likely(boxes, shape, on_board, wishes),
        )
    if not board.units and _clustered([box for _, _, box in boxes], shape):
        raise DesignFileError(
            expected=f"the parts of {table.name} all over {board.name}",
            found=f"{len(boxes)} from {_reach([box for _, _, box in boxes])}",
            action="The table's unit is wrong: give another one with --units.",
        )


def _clustered(boxes: Sequence[Polygon], shape: Polygon) -> bool:
    if len(boxes) < 5:
        return False
    x0, y0, x1, y1 = shapely.union_all([box.centroid for box in boxes]).bounds
    xmin, ymin, xmax, ymax = shape.bounds
    return bool(x1 - x0 < _CLUSTER * (xmax - xmin) and y1 - y0 < _CLUSTER * (ymax - ymin))


def _likely(
    boxes: Sequence[tuple[str, Side, Polygon]],
    shape: Polygon,
    on_board: Callable[[Sequence[Polygon]], list[bool]],
    wishes: TableWishes,
) -> str:
    """The first cause that would put every part on the board."""
    x, y = wishes.origin_mm

    def scaled(factor: float) -> list[Polygon]:
        return [
            translate(
                box,
                (factor - 1) * (box.centroid.x - x),
                (factor - 1) * (box.centroid.y - y),
            )
            for _, _, box in boxes
        ]

    mirrored = [
        translate(box, 2 * (x - box.centroid.x)) if side is Side.BOTTOM else box
        for _, side, box in boxes
    ]
    if any(side is Side.BOTTOM for _, side, _ in boxes) and all(on_board(mirrored)):
        return "Likely the lower side is mirrored: --bottom-mirrored" + (
            " is to be left out." if wishes.bottom_mirrored else " takes it so."
        )
    for factor, words in (
        (25.4, "in inches"),
        (1 / 25.4, "in millimetres, and not in inches"),
        (0.0254, "in mils"),
        (0.0254 / 25.4, "in mils, and not in inches"),
    ):
        if all(on_board(scaled(factor))) and not _clustered(scaled(factor), shape):
            return f"Likely the table is {words}: give --units, or correct the table's heading."
    return (
        "Likely the table counts from another origin: export both with the same one, or say where "
        "the table's origin lies in the board's drawing, --origin X,Y in mm. Was the table of "
        "another board?"
    )


def _unknown_words(unknown: Sequence[Placement], wishes: TableWishes, whole: int) -> list[str]:
    if not unknown:
        return []
    packages: dict[str, list[str]] = {}
    for each in unknown:
        packages.setdefault(each.package or "no package", []).append(each.designator)
    listed = "; ".join(f"{package}: {_names(names)}" for package, names in packages.items())
    if wishes.unknown_size_mm is not None:
        w, h = wishes.unknown_size_mm
        return [
            f"{len(unknown)} of {whole} parts have packages of unknown size and are taken to be "
            f"{w:g} × {h:g} mm: {listed}. Correct them in board.toml."
        ]
    return [
        f"NOT INSPECTED, {len(unknown)} of {whole} parts: the size of their packages is not known. "
        f"{listed}. Give --unknown-size WxH, or add them to board.toml."
    ]


def _moved(shape: Polygon, turn_deg: float, x: float, y: float) -> Polygon:
    return translate(rotate(shape, turn_deg, origin=(0, 0)), x, y)


def _split(
    items: Sequence[Placement], test: Callable[[Placement], bool]
) -> tuple[list[Placement], list[Placement]]:
    return [each for each in items if test(each)], [each for each in items if not test(each)]


def _names(names: Iterable[str], most: int = 10_000) -> str:
    listed = list(names)
    more = f" and {len(listed) - most} more" if len(listed) > most else ""
    return ", ".join(listed[:most]) + more


def _words(at: Sequence[float]) -> str:
    return f"({at[0]:.1f}, {at[1]:.1f})"


def _reach(boxes: Sequence[Polygon]) -> str:
    xs, ys = [box.centroid.x for box in boxes], [box.centroid.y for box in boxes]
    return f"{_words((min(xs), min(ys)))} to {_words((max(xs), max(ys)))} mm"
