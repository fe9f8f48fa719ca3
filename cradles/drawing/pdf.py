"""PDF by reportlab, at the drawing's scale, on the smallest sheet that holds it."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from typing import Any

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from cradles.drawing.explode import Plain, arc_middle, bounds, plain
from cradles.drawing.svg import CAPITAL
from cradles.drawing.values import Anchor, Circle, Drawing, Hatch, Layer, Polyline
from cradles.errors import CradleError

SHEETS_MM = {
    "A4": (297.0, 210.0),
    "A3": (420.0, 297.0),
    "A2": (594.0, 420.0),
    "A1": (841.0, 594.0),
}
MARGIN_MM = 10.0
_INK = {
    Layer.CUT: (0.0, 0.0, 0.0, 0.5),
    Layer.DRILL: (0.0, 0.0, 0.0, 0.35),
    Layer.ENGRAVE: (0.2, 0.2, 0.2, 0.25),
    Layer.DIM: (0.35, 0.35, 0.35, 0.18),
}
"""Red, green, blue, width on paper in mm."""


def pdf_bytes(drawings: Sequence[Drawing]) -> bytes:
    """One page a drawing. Raises `CradleError` for one that no sheet up to A1 holds."""
    stream = io.BytesIO()
    canvas = Canvas(stream, invariant=1, pageCompression=1)
    canvas.setCreator("Goldenboard")
    canvas.setTitle(drawings[0].name if len(drawings) == 1 else "Goldenboard drawings")
    for drawing in drawings:
        _page(canvas, drawing)
    canvas.save()
    return stream.getvalue()


def sheet_for(drawing: Drawing) -> str:
    """The name of the sheet that a drawing needs at its scale."""
    x0, y0, x1, y1 = bounds(plain(drawing))
    wide, tall = (x1 - x0) / drawing.scale, (y1 - y0) / drawing.scale
    for name, (width, height) in SHEETS_MM.items():
        if wide <= width - 2 * MARGIN_MM and tall <= height - 2 * MARGIN_MM:
            return name
    raise CradleError(
        expected="a drawing that fits on a sheet of A1",
        found=f"{drawing.name} with {wide:.0f}×{tall:.0f} mm at 1:{drawing.scale:g}",
        action="Draw it at a smaller scale.",
    )


def _page(canvas: Any, drawing: Drawing) -> None:
    items = plain(drawing)
    sheet = SHEETS_MM[sheet_for(drawing)]
    canvas.setPageSize((sheet[0] * mm, sheet[1] * mm))
    x0, y0, x1, y1 = bounds(items)
    s = 1 / drawing.scale
    dx = (sheet[0] - (x1 - x0) * s) / 2 - x0 * s
    dy = (sheet[1] - (y1 - y0) * s) / 2 - y0 * s

    def at(x: float, y: float) -> tuple[float, float]:
        return (x * s + dx) * mm, (y * s + dy) * mm

    for item in items:
        red, green, blue, width = _INK[item.layer]
        canvas.setStrokeColorRGB(red, green, blue)
        canvas.setFillColorRGB(red, green, blue)
        canvas.setLineWidth(width * mm)
        _draw(canvas, item, at, s)
    canvas.showPage()


def _draw(canvas: Any, item: Plain, at: Any, s: float) -> None:
    if isinstance(item, Circle):
        canvas.circle(*at(item.x, item.y), item.diameter_mm / 2 * s * mm)
        return
    if isinstance(item, Polyline | Hatch):
        path = canvas.beginPath()
        if isinstance(item, Polyline):
            _trace(path, item, at)
            canvas.drawPath(path)
            return
        for ring in item.rings:
            path.moveTo(*at(*ring[0]))
            for point in ring[1:]:
                path.lineTo(*at(*point))
            path.close()
        canvas.setFillGray(item.level / 255)
        canvas.drawPath(path, stroke=0, fill=1, fillMode=0)
        return
    canvas.saveState()
    canvas.translate(*at(item.x, item.y))
    canvas.rotate(item.turn_deg)
    canvas.setFont("Helvetica", item.tall_mm / CAPITAL * s * mm)
    write = {
        Anchor.START: canvas.drawString,
        Anchor.MIDDLE: canvas.drawCentredString,
        Anchor.END: canvas.drawRightString,
    }
    write[item.anchor](0, 0, item.text)
    canvas.restoreState()


def _trace(path: Any, line: Polyline, at: Any) -> None:
    path.moveTo(*at(*line.points[0][:2]))
    following = line.points[1:] + line.points[: 1 if line.closed else 0]
    for (x, y, bulge), (x1, y1, _) in zip(line.points, following, strict=False):
        for point in _arc((x, y), (x1, y1), bulge) if bulge else []:
            path.lineTo(*at(*point))
        path.lineTo(*at(x1, y1))
    if line.closed:
        path.close()


def _arc(
    start: tuple[float, float], end: tuple[float, float], bulge: float
) -> list[tuple[float, float]]:
    """Points between the ends, by halving: every half has the bulge tan(atan(b) / 2)."""
    if abs(bulge) < 0.01:
        return []
    middle, half = arc_middle(start, end, bulge), math.tan(math.atan(bulge) / 2)
    return [*_arc(start, middle, half), middle, *_arc(middle, end, half)]
