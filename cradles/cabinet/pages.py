"""The pages of the PDF: the cabinet in section, every panel, the bill of materials."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

import numpy as np

from cradles.cabinet.bodies import Kind
from cradles.cabinet.bom import Line
from cradles.cabinet.drawings import SEEN_FROM, dimensioned, laser_items
from cradles.cabinet.joints import Panel
from cradles.cabinet.model import Cabinet
from cradles.cabinet.sheets import Place, Sheet
from cradles.checks import Check
from cradles.drawing import (
    Anchor,
    Circle,
    Drawing,
    Hatch,
    Layer,
    LinearDimension,
    Polyline,
    Text,
    TitleBlock,
    rectangle,
)
from cradles.drawing.values import Item as Drawn

PANEL_SCALE = 2.5
_GREY = {Kind.PANEL: 205, Kind.PRINTED: 120, Kind.BOUGHT: 165}


def panel_pages(cabinet: Cabinet) -> Iterator[Drawing]:
    """One a panel, at 1:2.5."""
    total = len(cabinet.panels)
    for number, panel in enumerate(cabinet.panels.values(), 1):
        x0, y0, x1, y1 = panel.area.bounds
        rows = (
            ("panel", f"{number} of {total}: {panel.name}"),
            ("material", f"MDF {cabinet.sizes.mdf_mm:g} mm, 1 piece"),
            ("size", f"{x1 - x0:.2f} × {y1 - y0:.2f} mm"),
            ("scale", f"1:{PANEL_SCALE:g}, figures in mm from the lower left"),
            ("seen from", SEEN_FROM[panel.axis]),
            ("kerf", "none in this drawing; the DXF has it"),
            ("cabinet", cabinet_words(cabinet)),
        )
        yield dimensioned(panel, rows, PANEL_SCALE)


def cabinet_words(cabinet: Cabinet) -> str:
    return f"{cabinet.sizes.camera.key}, MDF {cabinet.sizes.mdf_mm:g} mm"


def section_page(cabinet: Cabinet) -> Drawing:
    """Cut from front to back, through the middle, seen from the right, with the ways of the light.

    The drawing's x is the cabinet's y."""
    sizes = cabinet.sizes
    items: list[Drawn] = []
    for body in cabinet.bodies:
        # Turned so that the cut is level: x goes up, y stays, and z becomes the drawing's other.
        turned = body.solid.manifold.transform(
            np.array([[0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0], [1.0, 0.0, 0.0, 0.0]])
        )
        for ring in turned.slice(0.37).to_polygons():
            points = tuple((float(x), float(y)) for x, y in ring)
            items.append(Hatch(layer=Layer.ENGRAVE, rings=(points,), level=_GREY[body.kind]))
            items.append(Polyline(layer=Layer.CUT, points=tuple((x, y, 0.0) for x, y in points)))
    d, f, p = sizes.view_mm[1] / 2, sizes.face_mm, sizes.pupil_mm
    y, z = sizes.strip_mm
    items += [_line((-d, f), (0, p), (d, f), (-d, f))]
    for side in (-1.0, 1.0):
        items += [_line((side * y, z), (-d, f)), _line((side * y, z), (d, f))]
        items.append(Circle(layer=Layer.DIM, x=side * y, y=z, diameter_mm=4.0))
    low, high = sizes.floor_mm - sizes.mdf_mm, sizes.lid_mm + sizes.mdf_mm
    half = sizes.outer_mm[1] / 2
    for name, x, v in (
        ("camera's pupil", 6.0, p),
        ("face of the board", d + 4.0, f + 3.0),
        ("strip", -y + 14.0, z - 12.0),
        ("ceiling", 60.0, sizes.ceiling_mm - 10.0),
        ("tray, drawer shut", -60.0, -sizes.mdf_mm - 12.0),
    ):
        items.append(Text(layer=Layer.DIM, x=x, y=v, tall_mm=2.5 * 2.5, text=name))
    items += [
        LinearDimension(along="x", start=(-half, low), end=(half, low), away_mm=-12),
        LinearDimension(along="y", start=(half, low), end=(half, high), away_mm=30),
        LinearDimension(along="y", start=(half, 0.0), end=(half, sizes.ceiling_mm), away_mm=20),
        LinearDimension(along="y", start=(half, f), end=(half, p), away_mm=10),
        LinearDimension(along="x", start=(-d, f), end=(d, f), away_mm=14),
    ]
    rows = (
        *_wrapped("camera", sizes.camera.name),
        *_wrapped("angle by", sizes.camera.source),
        ("view", f"{sizes.view_mm[0]:g} × {sizes.view_mm[1]:g} mm at {f:g} mm over the tray"),
        ("outer size", " × ".join(f"{v:.0f}" for v in sizes.outer_mm) + " mm"),
        ("drawer", f"comes out by {sizes.travel_mm:.0f} mm"),
        ("scale", "1:2.5"),
    )
    return Drawing(
        name="section",
        items=tuple(items),
        scale=2.5,
        title=TitleBlock(title="Section, seen from the right", rows=rows),
    )


def sheet_drawing(sheet: Sheet, cabinet: Cabinet) -> Drawing:
    """What one sheet is cut from, at true size: panels as they lie, kerf allowed for."""
    kerf = cabinet.sizes.kerf_mm
    items: list[Drawn] = [rectangle(Layer.DIM, 0, 0, *sheet.size_mm)]
    for place in sheet.places:
        panel = cabinet.panels[place.panel]
        items += [_laid(item, place, panel, kerf) for item in laser_items(panel, kerf)]
    return Drawing(name=f"sheet {sheet.number}", items=tuple(items))


def _laid(item: Drawn, place: Place, panel: Panel, kerf: float) -> Drawn:
    _, y0, _, y1 = panel.area.bounds
    tall, half = y1 - y0, kerf / 2

    def at(x: float, y: float) -> tuple[float, float]:
        u, v = (tall - y, x) if place.turned else (x, y)
        return u + place.x_mm + half, v + place.y_mm + half

    if isinstance(item, Polyline):
        points = tuple((*at(x, y), bulge) for x, y, bulge in item.points)
        return Polyline(layer=item.layer, points=points, closed=item.closed)
    if isinstance(item, Circle):
        x, y = at(item.x, item.y)
        return Circle(layer=item.layer, x=x, y=y, diameter_mm=item.diameter_mm)
    assert isinstance(item, Text)
    x, y = at(item.x, item.y)
    return Text(
        layer=item.layer,
        x=x,
        y=y,
        tall_mm=item.tall_mm,
        text=item.text,
        anchor=item.anchor,
        turn_deg=90.0 if place.turned else 0.0,
    )


def table_page(
    name: str, heads: Sequence[str], lines: Sequence[Sequence[str]], columns: Sequence[float]
) -> Drawing:
    """A page of words on A4, columns at the millimetres given."""
    items: list[Drawn] = [
        Text(layer=Layer.ENGRAVE, x=0, y=6, tall_mm=4.0, text=name, anchor=Anchor.START)
    ]
    for i, line in enumerate((heads, *lines)):
        y = -4.6 * (i + 1)
        for column, words in zip(columns, line, strict=True):
            items.append(Text(layer=Layer.ENGRAVE, x=column, y=y, tall_mm=2.0, text=words))
        if i == 0:
            items.append(_line((0, y - 1.3), (270, y - 1.3)))
    return Drawing(name=name, items=tuple(items))


def material_pages(lines: Sequence[Line]) -> Iterator[Drawing]:
    """Counts and names; what each has to be stands in bom.csv."""
    rows = [
        (f"{line.quantity:g} {line.unit}", line.name, line.kind.value, _short(", ".join(line.used)))
        for line in lines
    ]
    for first in range(0, len(rows), 36):
        yield table_page(
            "Bill of materials (what each has to be: bom.csv)",
            ("quantity", "item", "chapter", "for"),
            rows[first : first + 36],
            (0.0, 24.0, 120.0, 155.0),
        )


def check_page(checks: Sequence[Check]) -> Drawing:
    lines = [
        ("good" if each.passed else "BAD", each.name, _short(each.found), each.limit)
        for each in checks
    ]
    return table_page(
        "Checks of the model", ("", "what", "found", "limit"), lines, (0.0, 12.0, 105.0, 195.0)
    )


def _wrapped(key: str, words: str) -> Iterator[tuple[str, str]]:
    """Rows of a title block that hold the words."""
    for i, line in enumerate(textwrap.wrap(words, 38)):
        yield ("" if i else key, line)


def _short(words: str) -> str:
    return words if len(words) < 62 else words[:58] + " …"


def _line(*points: tuple[float, float]) -> Polyline:
    return Polyline(layer=Layer.DIM, points=tuple((x, y, 0.0) for x, y in points), closed=False)
