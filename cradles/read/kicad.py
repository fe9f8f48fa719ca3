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

from appliance.board import BoardFile, Component, Hole, Protrusion, Side
from appliance.board.ring import Ring
from appliance.board.ring import box as box_ring
from appliance.board.ring import circle as circle_ring
from cradles.errors import DesignFileError
from cradles.read.heal import Piece, arc_through, outlines
from cradles.read.packages import is_part, package_of
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
_TRIM_MM = 2.0
"""How far a lead stands out below the board after trimming."""
_TOOLING = ("mountinghole", "tooling")
_BEZIER_STEPS = 24
Found = tuple[list[Piece], list[Ring]]


def read_kicad(path: Path, units: str | None) -> tuple[BoardFile, list[str]]:
    """`units` is not asked for: KiCad writes millimetres. Raises `DesignFileError`."""
    root = _parse(path)
    notes: list[str] = []
    pieces: list[Piece] = []
    rings: list[Ring] = []
    for item in root[1:]:
        _edge(item, _Place(0.0, 0.0, 0.0), "gr_", pieces, rings)
    parts: list[Component] = []
    holes: list[Hole] = []
    leads: list[Protrusion] = []
    names: dict[str, int] = {}
    left_out: dict[str, Counter[str]] = defaultdict(Counter)
    for footprint in (*_all(root, "footprint"), *_all(root, "module")):
        place = _place_of(footprint)
        for item in footprint[1:]:
            _edge(item, place, "fp_", pieces, rings)
        _pads(footprint, place, holes, leads)
        part = _part(footprint, place, names, notes, left_out)
        if part is not None:
            parts.append(part)
    for reason, some in left_out.items():
        words = [f"{name} ({count} times)" if count > 1 else name for name, count in some.items()]
        notes.append(f"{reason}, left out: {', '.join(words)}.")
    outline, cutouts, healed = outlines(pieces, rings)
    general, title = _first(root, "general"), _first(root, "title_block")
    thickness = _number(_first(general, "thickness"), 1, 1.6) if general else 1.6
    board = BoardFile(
        name=_text(_first(title, "title")) or path.stem,
        revision=_text(_first(title, "rev")),
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


class _Place:
    """Where a footprint's own coordinates lie on the board, y upwards."""

    def __init__(self, x: float, y: float, turn_deg: float) -> None:
        self.x, self.y, self.turn_deg = x, y, turn_deg
        self._c, self._s = math.cos(math.radians(turn_deg)), math.sin(math.radians(turn_deg))

    def at(self, x: float, y: float) -> tuple[float, float]:
        across = self.x + x * self._c + y * self._s
        down = self.y - x * self._s + y * self._c
        return round(across, 7) + 0.0, round(-down, 7) + 0.0


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


def _edge(item: Any, place: _Place, prefix: str, pieces: list[Piece], rings: list[Ring]) -> None:
    kind = _name(item)
    if not kind.startswith(prefix) or _text(_first(item, "layer")) != "Edge.Cuts":
        return
    kind = kind.removeprefix(prefix)
    if kind == "line":
        pieces.append(Piece(start=_at(item, "start", place), end=_at(item, "end", place)))
    elif kind == "arc" and _first(item, "mid"):
        start, middle, end = (_at(item, word, place) for word in ("start", "mid", "end"))
        pieces.append(arc_through(start, middle, end))
    elif kind == "arc":
        pieces.append(_old_arc(item, place))
    elif kind == "circle":
        centre, rim = _at(item, "center", place), _at(item, "end", place)
        rings.append(circle_ring(*centre, 2 * math.dist(centre, rim)))
    elif kind == "rect":
        (x0, y0), (x1, y1) = _pair(item, "start"), _pair(item, "end")
        corners = box_ring(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
        rings.append(tuple(place.at(*corner[:2]) for corner in corners))
    elif kind == "poly":
        rings.append(_polygon(item, place))
    elif kind == "curve":
        pieces.extend(_bezier([place.at(*point) for point in _points(item)]))


def _polygon(item: Node, place: _Place) -> Ring:
    """Its corners; from version 7 on there may be arcs among them."""
    ring: list[tuple[float, ...]] = []
    for each in (_first(item, "pts") or [])[1:]:
        if _name(each) == "xy":
            ring.append(place.at(_number(each, 1, 0.0), _number(each, 2, 0.0)))
        elif _name(each) == "arc":
            arc = arc_through(*(_at(each, word, place) for word in ("start", "mid", "end")))
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
        for layer in (_first(root, "layers") or [])[1:]
        if isinstance(layer, list)
    ]
    layers = {word for words in names if any(map(V_CUT.search, words)) for word in words}
    layers |= {
        _text(_first(item, "layer"))
        for item in _all(root, "gr_text")
        if len(item) > 1 and V_CUT.search(str(item[1]))
    }
    here = _Place(0.0, 0.0, 0.0)
    for item in _all(root, "gr_line"):
        layer = _text(_first(item, "layer"))
        if layer != "Edge.Cuts" and (layer in layers or V_CUT.search(layer)):
            yield (*_at(item, "start", here), *_at(item, "end", here))


def _old_arc(item: Node, place: _Place) -> Piece:
    """Version 5: `start` is the centre, `end` the beginning, `angle` clockwise as seen."""
    centre, begin = _at(item, "start", place), _at(item, "end", place)
    angle = -math.radians(_number(_first(item, "angle"), 1, 0.0))
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


def _pads(footprint: Node, place: _Place, holes: list[Hole], leads: list[Protrusion]) -> None:
    name = str(footprint[1]).lower() if len(footprint) > 1 else ""
    for pad in _all(footprint, "pad"):
        drill = _first(pad, "drill")
        sizes = [float(v) for v in (drill or [])[1:] if isinstance(v, int | float)]
        at = _first(pad, "at")
        if not sizes or at is None:
            continue
        x, y = place.at(_number(at, 1, 0.0), _number(at, 2, 0.0))
        wide = max(sizes)
        kind = str(pad[2]) if len(pad) > 2 else ""
        if kind == "np_thru_hole" or any(word in name for word in _TOOLING):
            tooling = any(word in name for word in _TOOLING) and len(set(sizes)) == 1
            holes.append(Hole(x_mm=x, y_mm=y, diameter_mm=wide, tooling=tooling))
        elif kind == "thru_hole":
            leads.append(
                Protrusion(x_mm=x, y_mm=y, width_mm=wide, height_mm=wide, deep_mm=_TRIM_MM)
            )


def _part(
    footprint: Node,
    place: _Place,
    names: dict[str, int],
    notes: list[str],
    left_out: dict[str, Counter[str]],
) -> Component | None:
    """`left_out` gets the designators of footprints that are no parts, by the reason."""
    box = _body(footprint)
    reference = _property(footprint, "reference")
    library = str(footprint[1]).rpartition(":")[2] if len(footprint) > 1 else ""
    if not reference or any(word in library.lower() for word in _TOOLING):
        return None
    reason = (
        "No parts" if not is_part(reference, library)
        else "Not fitted (DNP)" if "dnp" in (_first(footprint, "attr") or ())
        else "Parts without courtyard, drawing or pads" if box is None
        else None
    )  # fmt: skip
    if reason is not None or box is None:
        left_out[reason or ""][reference] += 1
        return None
    names[reference] = names.get(reference, 0) + 1
    if names[reference] > 1:
        notes.append(
            f"{reference} is there more than once: the next is {reference}#{names[reference]}."
        )
        reference = f"{reference}#{names[reference]}"
    x0, y0, x1, y1 = box
    x, y = place.at((x0 + x1) / 2, (y0 + y1) / 2)
    below = _text(_first(footprint, "layer")).startswith("B.")
    package = package_of(library)
    return Component(
        designator=reference,
        part_type=" ".join(filter(None, (_property(footprint, "value"), library))),
        x_mm=x,
        y_mm=y,
        width_mm=x1 - x0,
        height_mm=y1 - y0,
        turn_deg=place.turn_deg,
        side=Side.BOTTOM if below else Side.TOP,
        tall_mm=_height(footprint) or (package.tall_mm if package else 0.0),
    )


def _body(footprint: Node) -> tuple[float, float, float, float] | None:
    """The box of the courtyard, else of the fabrication drawing, else of the pads."""
    for layer in ("CrtYd", "Fab"):
        points = [
            point
            for item in footprint[1:]
            if _name(item).startswith("fp_")
            and _text(_first(item, "layer")).endswith(f".{layer}")
            and _name(item) != "fp_text"
            for point in _extremes(item)
        ]
        if len(points) >= 2:
            return _box(points)
    pads = []
    for pad in _all(footprint, "pad"):
        at, size = _first(pad, "at"), _first(pad, "size")
        if at and size:
            x, y = _number(at, 1, 0.0), _number(at, 2, 0.0)
            half = max(_number(size, 1, 0.0), _number(size, 2, 0.0)) / 2
            pads += [(x - half, y - half), (x + half, y + half)]
    return _box(pads) if pads else None


def _extremes(item: Node) -> list[tuple[float, float]]:
    if _name(item) == "fp_circle":
        (x, y), (ex, ey) = _pair(item, "center"), _pair(item, "end")
        r = math.hypot(ex - x, ey - y)
        return [(x - r, y - r), (x + r, y + r)]
    found = [_pair(item, word) for word in ("start", "mid", "end") if _first(item, word)]
    return found + _points(item)


def _box(points: list[tuple[float, float]]) -> tuple[float, float, float, float] | None:
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    box = (min(xs), min(ys), max(xs), max(ys))
    return box if box[2] > box[0] and box[3] > box[1] else None


def _property(footprint: Node, wanted: str) -> str:
    for item in footprint[1:]:
        if (
            _name(item) in ("property", "fp_text")
            and len(item) > 2
            and str(item[1]).lower() == wanted
        ):
            return str(item[2])
    return ""


def _height(footprint: Node) -> float:
    text = _property(footprint, "height").lower().removesuffix("mm").strip()
    try:
        return max(float(text), 0.0)
    except ValueError:
        return 0.0


def _place_of(footprint: Node) -> _Place:
    at = _first(footprint, "at")
    if at is None:
        return _Place(0.0, 0.0, 0.0)
    return _Place(_number(at, 1, 0.0), _number(at, 2, 0.0), _number(at, 3, 0.0))


def _name(item: Any) -> str:
    return str(item[0]) if isinstance(item, list) and item else ""


def _all(node: Node, name: str) -> list[Node]:
    return [item for item in node[1:] if _name(item) == name]


def _first(node: Node | None, name: str) -> Node | None:
    return next((item for item in node[1:] if _name(item) == name), None) if node else None


def _text(node: Node | None) -> str:
    return str(node[1]) if node and len(node) > 1 and not isinstance(node[1], list) else ""


def _number(node: Node | None, index: int, default: float) -> float:
    if node is None or len(node) <= index:
        return default
    value = node[index]
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise DesignFileError(
            expected=f"a number in ({_name(node)} ...)",
            found=repr(str(value))[:40],
            action="Export the board again.",
        )
    return float(value)


def _pair(item: Node, name: str) -> tuple[float, float]:
    node = _first(item, name)
    if node is None or len(node) < 3:
        raise DesignFileError(
            expected=f"({name} x y) in a {_name(item)}",
            found="none",
            action="Export the board again.",
        )
    return _number(node, 1, 0.0), _number(node, 2, 0.0)


def _at(item: Node, name: str, place: _Place) -> tuple[float, float]:
    return place.at(*_pair(item, name))


def _points(item: Node) -> list[tuple[float, float]]:
    points = _first(item, "pts")
    return [(_number(p, 1, 0.0), _number(p, 2, 0.0)) for p in _all(points, "xy")] if points else []


def _not_kicad(path: Path, found: str) -> DesignFileError:
    return DesignFileError(
        expected=f"{path.name} to be a KiCad board",
        found=found,
        action="Save the board in KiCad again (versions 5 to 9).",
    )
