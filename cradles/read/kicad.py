"""KiCad's .kicad_pcb, versions 5 to 9: the edge, the parts, the holes.

The file is read as what it is, nested lists of words. Only the lists that are needed are looked
at, by name, so that new ones in later versions do no harm. KiCad's y points down; ours up.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from appliance.board import BoardFile, Component, Hole, Protrusion
from appliance.board.ring import Ring
from appliance.board.ring import box as box_ring
from appliance.board.ring import circle as circle_ring
from cradles.errors import DesignFileError
from cradles.read.heal import Piece, arc_through, outlines
from cradles.read.kicad_nodes import (
    Place,
    all_of,
    at_of,
    first_of,
    name_of,
    number_of,
    pair_of,
    place_of,
    points_of,
    text_of,
)
from cradles.read.kicad_parts import add_pads, part_of
from cradles.read.sexpr import Node, parse
from cradles.read.units import V_CUT, Cut

_KEEP = frozenset({
    "kicad_pcb", "general", "thickness", "title_block", "title", "rev", "layers", "layer",
    "footprint", "module", "property", "gr_line", "gr_arc", "gr_circle", "gr_rect", "gr_poly",
    "gr_curve", "gr_text", "fp_line", "fp_arc", "fp_circle", "fp_rect", "fp_poly", "fp_curve",
    "fp_text", "at", "start", "mid", "end", "center", "angle", "pts", "xy", "arc", "pad", "size",
    "drill", "attr",
})  # fmt: skip
"""The lists that are looked at."""
_BEZIER_STEPS = 24
Found = tuple[list[Piece], list[Ring]]


def read_kicad(path: Path, units: str | None) -> tuple[BoardFile, list[str]]:
    """`units` is not asked for: KiCad writes millimetres. Raises `DesignFileError`."""
    root = _parse(path)
    notes: list[str] = []
    pieces: list[Piece] = []
    rings: list[Ring] = []
    for item in root[1:]:
        _edge(item, Place(0.0, 0.0, 0.0), "gr_", pieces, rings)
    parts: list[Component] = []
    holes: list[Hole] = []
    leads: list[Protrusion] = []
    names: dict[str, int] = {}
    left_out: dict[str, Counter[str]] = defaultdict(Counter)
    for footprint in (*all_of(root, "footprint"), *all_of(root, "module")):
        place = place_of(footprint)
        for item in footprint[1:]:
            _edge(item, place, "fp_", pieces, rings)
        add_pads(footprint, place, holes, leads)
        part = part_of(footprint, place, names, notes, left_out)
        if part is not None:
            parts.append(part)
    for reason, some in left_out.items():
        words = [f"{name} ({count} times)" if count > 1 else name for name, count in some.items()]
        notes.append(f"{reason}, left out: {', '.join(words)}.")
    outline, cutouts, healed = outlines(pieces, rings)
    general, title = first_of(root, "general"), first_of(root, "title_block")
    thickness = number_of(first_of(general, "thickness"), 1, 1.6) if general else 1.6
    board = BoardFile(
        name=text_of(first_of(title, "title")) or path.stem,
        revision=text_of(first_of(title, "rev")),
        thickness_mm=thickness,
        outline=outline,
        cutouts=tuple(cutouts),
        holes=tuple(holes),
        protrusions=tuple(leads),
        components=tuple(parts),
        v_cuts=tuple(_cuts(root)),
        source=path.name,
    )
    return board, [*healed, *notes]


def _parse(path: Path) -> Node:
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise _not_kicad(path, "bytes that are no text") from error
    except OSError as error:
        raise _not_kicad(path, error.strerror or str(error)) from error
    if not text.lstrip().startswith("(kicad_pcb"):
        raise _not_kicad(path, repr(text[:30]))
    try:
        return parse(text, _KEEP)
    except ValueError as error:
        raise _not_kicad(path, str(error)) from error


def _edge(item: Any, place: Place, prefix: str, pieces: list[Piece], rings: list[Ring]) -> None:
    kind = name_of(item)
    if not kind.startswith(prefix) or text_of(first_of(item, "layer")) != "Edge.Cuts":
        return
    kind = kind.removeprefix(prefix)
    if kind == "line":
        pieces.append(Piece(start=at_of(item, "start", place), end=at_of(item, "end", place)))
    elif kind == "arc" and first_of(item, "mid"):
        start, middle, end = (at_of(item, word, place) for word in ("start", "mid", "end"))
        pieces.append(arc_through(start, middle, end))
    elif kind == "arc":
        pieces.append(_old_arc(item, place))
    elif kind == "circle":
        centre, rim = at_of(item, "center", place), at_of(item, "end", place)
        rings.append(circle_ring(*centre, 2 * math.dist(centre, rim)))
    elif kind == "rect":
        (x0, y0), (x1, y1) = pair_of(item, "start"), pair_of(item, "end")
        corners = box_ring(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
        rings.append(tuple(place.at(*corner[:2]) for corner in corners))
    elif kind == "poly":
        rings.append(_polygon(item, place))
    elif kind == "curve":
        pieces.extend(_bezier([place.at(*point) for point in points_of(item)]))


def _polygon(item: Node, place: Place) -> Ring:
    """Its corners; from version 7 on there may be arcs among them."""
    ring: list[tuple[float, ...]] = []
    for each in (first_of(item, "pts") or [])[1:]:
        if name_of(each) == "xy":
            ring.append(place.at(number_of(each, 1, 0.0), number_of(each, 2, 0.0)))
        elif name_of(each) == "arc":
            arc = arc_through(*(at_of(each, word, place) for word in ("start", "mid", "end")))
            ring += [(*arc.start, arc.bulge), arc.end]
    # An arc and what follows it share a corner
    return tuple(
        corner
        for corner, after in zip(ring, [*ring[1:], *ring[:1]], strict=True)
        if len(corner) > 2 or math.dist(corner, after[:2]) > 1e-6
    )


def _cuts(root: Node) -> Iterator[Cut]:
    """Lines of layers that are named after V-cuts, or that have the word written on them, as
    panelizers do on Cmts.User."""
    names = [
        {str(word) for word in layer[1:] if not isinstance(word, list)}
        for layer in (first_of(root, "layers") or [])[1:]
        if isinstance(layer, list)
    ]
    layers = {word for words in names if any(map(V_CUT.search, words)) for word in words}
    layers |= {
        text_of(first_of(item, "layer"))
        for item in all_of(root, "gr_text")
        if len(item) > 1 and V_CUT.search(str(item[1]))
    }
    here = Place(0.0, 0.0, 0.0)
    for item in all_of(root, "gr_line"):
        layer = text_of(first_of(item, "layer"))
        if layer != "Edge.Cuts" and (layer in layers or V_CUT.search(layer)):
            yield (*at_of(item, "start", here), *at_of(item, "end", here))


def _old_arc(item: Node, place: Place) -> Piece:
    """Version 5: `start` is the centre, `end` the beginning, `angle` clockwise as seen."""
    centre, begin = at_of(item, "start", place), at_of(item, "end", place)
    angle = -math.radians(number_of(first_of(item, "angle"), 1, 0.0))
    dx, dy = begin[0] - centre[0], begin[1] - centre[1]
    c, s = math.cos(angle), math.sin(angle)
    end = (round(centre[0] + c * dx - s * dy, 7), round(centre[1] + s * dx + c * dy, 7))
    return Piece(start=begin, end=end, bulge=math.tan(angle / 4))


def _bezier(points: list[tuple[float, float]]) -> Iterator[Piece]:
    if len(points) != 4:
        raise DesignFileError(
            expected="four points of a curve",
            found=str(len(points)),
            action="Draw the outline with lines and arcs.",
        )
    before = points[0]
    for i in range(1, _BEZIER_STEPS + 1):
        t = i / _BEZIER_STEPS
        weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3)
        at = (
            sum(w * p[0] for w, p in zip(weights, points, strict=True)),
            sum(w * p[1] for w, p in zip(weights, points, strict=True)),
        )
        yield Piece(start=before, end=at)
        before = at


def _not_kicad(path: Path, found: str) -> DesignFileError:
    return DesignFileError(
        expected=f"{path.name} to be a KiCad board",
        found=found,
        action="Save the board in KiCad again (versions 5 to 9).",
    )
