"""Lines and arcs, as a design file has them in any order, joined to closed outlines.

A gap that no router could make is healed and told; a wider one is refused with its place, because
a guess there would be a pocket that does not fit.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import shapely
from shapely import Polygon

from appliance.board.ring import Ring, area_mm2, flatten
from appliance.board.values import MOST_BULGE, MOST_MM
from cradles.errors import DesignFileError

HEAL_MM = 0.01
"""Ends this near one another are one point."""
TOLD_MM = 1e-6
MOST_PIECES = 100_000
_ACTION = "Close or correct the outline there in the CAD program and export it again."

Point = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A straight or bent stroke; the bulge is DXF's (see `appliance.board.ring`)."""

    start: Point
    end: Point
    bulge: float = 0.0


def arc_through(start: Point, middle: Point, end: Point) -> Piece:
    """The arc from `start` over `middle` to `end`."""
    (ax, ay), (bx, by), (cx, cy) = start, middle, end
    one = math.atan2(by - ay, bx - ax)
    other = math.atan2(cy - by, cx - bx)
    # The angle between the two chords is half of the arc's; a bulge is the tangent of a quarter.
    turn = (other - one + math.pi) % (2 * math.pi) - math.pi
    return Piece(start=start, end=end, bulge=math.tan(turn / 2))


def outlines(pieces: Sequence[Piece], rings: Sequence[Ring]) -> tuple[Ring, list[Ring], list[str]]:
    """The board's outline (counterclockwise), its cut-outs and what was healed.

    `rings` are those that are closed by themselves: circles, closed polylines."""
    if len(pieces) > MOST_PIECES:
        raise DesignFileError(
            expected=f"an outline of at most {MOST_PIECES} pieces",
            found=str(len(pieces)),
            action="Export the board's edge alone, not the copper.",
        )
    notes: list[str] = []
    found = [*rings, *_joined(pieces, notes)]
    _check_numbers(found)
    if not found:
        raise DesignFileError(
            expected="a closed outline of the board",
            found="none",
            action="Draw it on Edge.Cuts (KiCad) or on a layer of its own (DXF).",
        )
    ordered = sorted(found, key=lambda ring: -abs(area_mm2(ring)))
    shapes = [_checked(ring) for ring in ordered]
    outer = shapes[0]
    for number, shape in enumerate(shapes[1:], start=1):
        if not outer.contains(shape):
            raise _outside(shape, outer)
        for other in shapes[1:number]:
            if other.intersects(shape):
                raise DesignFileError(
                    expected="cut-outs that lie apart",
                    found=f"two that meet near {_place(shape)}",
                    action=_ACTION,
                )
    outline = ordered[0]
    if area_mm2(outline) < 0:
        outline = reversed_ring(outline)
    return outline, ordered[1:], notes


def reversed_ring(ring: Ring) -> Ring:
    """The same ring the other way round: a bulge belongs to the edge that follows its vertex."""
    turned = []
    count = len(ring)
    for i in range(count):
        x, y = ring[-1 - i][:2]
        before = ring[(count - 2 - i) % count]
        bulge = before[2] if len(before) > 2 else 0.0
        turned.append((x, y, -bulge) if bulge else (x, y))
    return tuple(turned)


def _joined(pieces: Sequence[Piece], notes: list[str]) -> list[Ring]:
    clean = _without_repeats(pieces, notes)
    ends = [end for piece in clean for end in (piece.start, piece.end)]
    knots = _knots(ends, notes)
    at: dict[int, list[int]] = defaultdict(list)
    for number, knot in enumerate(knots):
        at[knot].append(number)
    _check_knots(at, ends)
    rings, used = [], [False] * len(clean)
    for first in range(len(clean)):
        if used[first]:
            continue
        ring: list[tuple[float, ...]] = []
        number, entry = first, 2 * first
        while not used[number]:
            used[number] = True
            piece, forward = clean[number], entry % 2 == 0
            start = piece.start if forward else piece.end
            bulge = piece.bulge if forward else -piece.bulge
            ring.append((*start, bulge) if bulge else start)
            leave = entry + 1 if forward else entry - 1
            other = next(each for each in at[knots[leave]] if each != leave)
            number, entry = other // 2, other
        rings.append(tuple(ring))
    return rings


def _check_numbers(rings: Sequence[Ring]) -> None:
    """Before anything is computed of them: an overflow has no place to name."""
    if sum(len(ring) for ring in rings) > 4 * MOST_PIECES:
        raise DesignFileError(
            expected=f"an outline of at most {MOST_PIECES} pieces",
            found="more",
            action="Export the board's edge alone, not the copper.",
        )
    for ring in rings:
        for vertex in ring:
            bulge = vertex[2] if len(vertex) > 2 else 0.0
            # Comparisons with NaN are false
            if not (max(map(abs, vertex[:2])) <= MOST_MM and abs(bulge) <= MOST_BULGE):
                raise DesignFileError(
                    expected=f"an outline within ±{MOST_MM:g} mm",
                    found=f"a corner at {_words(vertex[:2])}",
                    action="Check the file's unit and export it again.",
                )


def _without_repeats(pieces: Sequence[Piece], notes: list[str]) -> list[Piece]:
    kept: list[Piece] = []
    seen: set[tuple[object, ...]] = set()
    for piece in pieces:
        if not all(math.isfinite(v) for v in (*piece.start, *piece.end, piece.bulge)):
            raise DesignFileError(
                expected="coordinates that are numbers", found=str(piece), action=_ACTION
            )
        if max(abs(v) for v in (*piece.start, *piece.end)) > MOST_MM:
            raise DesignFileError(
                expected=f"an outline within ±{MOST_MM:g} mm",
                found=f"a stroke from {_words(piece.start)} to {_words(piece.end)}",
                action="Check the file's unit and export it again.",
            )
        if math.dist(piece.start, piece.end) <= HEAL_MM and abs(piece.bulge) < 1:
            notes.append(f"A stroke of no length at {_words(piece.start)} was left out.")
            continue
        ends = sorted([_round(piece.start), _round(piece.end)])
        sense = 1 if ends[0] == _round(piece.start) else -1
        key = (*ends, round(sense * piece.bulge, 4))
        if key in seen:
            notes.append(f"A stroke that is there twice at {_words(piece.start)} was left out.")
            continue
        seen.add(key)
        kept.append(piece)
    return kept


def _knots(ends: Sequence[Point], notes: list[str]) -> list[int]:
    """The number of the knot that each end belongs to: ends within `HEAL_MM` are one."""
    cells: dict[tuple[int, int], list[int]] = defaultdict(list)
    knots: list[int] = []
    places: list[Point] = []
    for x, y in ends:
        column, row = math.floor(x / HEAL_MM), math.floor(y / HEAL_MM)
        near = [
            knot
            for i in (-1, 0, 1)
            for j in (-1, 0, 1)
            for knot in cells.get((column + i, row + j), ())
            if math.dist(places[knot], (x, y)) <= HEAL_MM
        ]
        if near:
            knot = min(near, key=lambda each: math.dist(places[each], (x, y)))
            gap = math.dist(places[knot], (x, y))
            if gap > TOLD_MM:
                notes.append(f"A gap of {gap * 1000:.3g} µm at {_words((x, y))} was closed.")
        else:
            knot = len(places)
            places.append((x, y))
            cells[(column, row)].append(knot)
        knots.append(knot)
    return knots


def _check_knots(at: dict[int, list[int]], ends: Sequence[Point]) -> None:
    loose = [ends[numbers[0]] for numbers in at.values() if len(numbers) == 1]
    if loose:
        one = loose[0]
        others = loose[1:]
        nearest = min(others, key=lambda each: math.dist(one, each)) if others else one
        raise DesignFileError(
            expected="an outline that closes",
            found=f"a gap of {math.dist(one, nearest):.3f} mm between {_words(one)} and "
            f"{_words(nearest)}",
            action=_ACTION,
        )
    for numbers in at.values():
        if len(numbers) != 2:
            raise DesignFileError(
                expected="two strokes meeting at every corner of the outline",
                found=f"{len(numbers)} at {_words(ends[numbers[0]])}",
                action=_ACTION,
            )


def _checked(ring: Ring) -> Polygon:
    if max(abs(v) for vertex in ring for v in vertex[:2]) > MOST_MM:
        raise DesignFileError(
            expected=f"an outline within ±{MOST_MM:g} mm",
            found="one that reaches beyond",
            action="Check the file's unit and export it again.",
        )
    shape = Polygon(flatten(ring))
    if not shape.is_valid:
        reason = shapely.is_valid_reason(shape)
        raise DesignFileError(
            expected="an outline that does not cross itself",
            found=reason[0].lower() + reason[1:].replace("[", " at (").replace("]", ") mm"),
            action=_ACTION,
        )
    return shape


def _outside(shape: Polygon, outer: Polygon) -> DesignFileError:
    crossing = outer.intersects(shape)
    what = "one that crosses the outline" if crossing else "a second outline outside"
    return DesignFileError(
        expected="one outline with all cut-outs inside",
        found=f"{what}, near {_place(shape)}",
        action="Export one board or one panel, or correct the cut-out.",
    )


def _place(shape: Polygon) -> str:
    return _words((shape.centroid.x, shape.centroid.y))


def _words(at: Sequence[float]) -> str:
    # Adding zero takes the sign from -0.0
    x, y = (f"{round(v, 3) + 0.0:.3f}" if abs(v) < 1e6 else f"{v:.3g}" for v in at)
    return f"({x}, {y}) mm"


def _round(at: Point) -> tuple[int, int]:
    return round(at[0] / HEAL_MM), round(at[1] / HEAL_MM)
