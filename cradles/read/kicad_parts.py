"""The footprints of a KiCad board: parts with their bodies, holes, leads below."""

from __future__ import annotations

import math
from collections import Counter

from appliance.board import Component, Hole, Protrusion, Side
from cradles.read.kicad_nodes import (
    Place,
    all_of,
    first_of,
    name_of,
    number_of,
    pair_of,
    points_of,
    text_of,
)
from cradles.read.packages import is_part, package_of
from cradles.read.sexpr import Node

_TRIM_MM = 2.0
"""How far a lead stands out below the board after trimming."""
_TOOLING = ("mountinghole", "tooling")


def add_pads(footprint: Node, place: Place, holes: list[Hole], leads: list[Protrusion]) -> None:
    name = str(footprint[1]).lower() if len(footprint) > 1 else ""
    for pad in all_of(footprint, "pad"):
        drill = first_of(pad, "drill")
        sizes = [float(v) for v in (drill or [])[1:] if isinstance(v, int | float)]
        at = first_of(pad, "at")
        if not sizes or at is None:
            continue
        x, y = place.at(number_of(at, 1, 0.0), number_of(at, 2, 0.0))
        wide = max(sizes)
        kind = str(pad[2]) if len(pad) > 2 else ""
        if kind == "np_thru_hole" or any(word in name for word in _TOOLING):
            tooling = any(word in name for word in _TOOLING) and len(set(sizes)) == 1
            holes.append(Hole(x_mm=x, y_mm=y, diameter_mm=wide, tooling=tooling))
        elif kind == "thru_hole":
            leads.append(
                Protrusion(x_mm=x, y_mm=y, width_mm=wide, height_mm=wide, deep_mm=_TRIM_MM)
            )


def part_of(
    footprint: Node,
    place: Place,
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
        else "Not fitted (DNP)" if "dnp" in (first_of(footprint, "attr") or ())
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
    below = text_of(first_of(footprint, "layer")).startswith("B.")
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
            if name_of(item).startswith("fp_")
            and text_of(first_of(item, "layer")).endswith(f".{layer}")
            and name_of(item) != "fp_text"
            for point in _extremes(item)
        ]
        if len(points) >= 2:
            return _box(points)
    pads = []
    for pad in all_of(footprint, "pad"):
        at, size = first_of(pad, "at"), first_of(pad, "size")
        if at and size:
            x, y = number_of(at, 1, 0.0), number_of(at, 2, 0.0)
            half = max(number_of(size, 1, 0.0), number_of(size, 2, 0.0)) / 2
            pads += [(x - half, y - half), (x + half, y + half)]
    return _box(pads) if pads else None


def _extremes(item: Node) -> list[tuple[float, float]]:
    if name_of(item) == "fp_circle":
        (x, y), (ex, ey) = pair_of(item, "center"), pair_of(item, "end")
        r = math.hypot(ex - x, ey - y)
        return [(x - r, y - r), (x + r, y + r)]
    found = [pair_of(item, word) for word in ("start", "mid", "end") if first_of(item, word)]
    return found + points_of(item)


def _box(points: list[tuple[float, float]]) -> tuple[float, float, float, float] | None:
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    box = (min(xs), min(ys), max(xs), max(ys))
    return box if box[2] > box[0] and box[3] > box[1] else None


def _property(footprint: Node, wanted: str) -> str:
    for item in footprint[1:]:
        if (
            name_of(item) in ("property", "fp_text")
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
