"""The measuring sheet as a PDF of two pages: the pattern, and paper with a grey square.

Drawn as boxes at true size. Grey is DeviceGray, so that a colour printer makes it of black alone.
"""

from __future__ import annotations

import io
from enum import StrEnum

import numpy as np
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from appliance.commission.camera_sheet import (
    ACROSS_MM,
    ALONG_MM,
    COLUMNS,
    GREY_MM,
    ROWS,
    SQUARE_MM,
    TURN_DEG,
    black_cells,
)

_PRINT_GREY = 0.5
"""Of 1, which is white: about a quarter of the light after a printer's dots have spread."""
_EDGE_MM = 7.0
"""From the paper's edge to the lines: printers reach to 4 to 6.4 mm."""


class PaperSize(StrEnum):
    A4 = "a4"
    LETTER = "letter"

    @property
    def size_mm(self) -> tuple[float, float]:
        """Lying."""
        return (297.0, 210.0) if self is PaperSize.A4 else (279.4, 215.9)


def sheet_pdf(paper: PaperSize) -> bytes:
    """The PDF, the same bytes every time."""
    width, height = paper.size_mm
    buffer = io.BytesIO()
    page = Canvas(buffer, pagesize=(width * mm, height * mm), invariant=1)
    page.setTitle(f"Goldenboard measuring sheet, {paper.name}")
    page.setCreator("Goldenboard")
    _frame(page, paper, "Measuring sheet 1: pattern")
    page.saveState()
    page.translate(width / 2 * mm, height / 2 * mm)
    page.rotate(-TURN_DEG)
    page.setFillGray(0)
    left, top = -COLUMNS * SQUARE_MM / 2, ROWS * SQUARE_MM / 2
    for x, y, w, h in black_cells():
        page.rect((left + x) * mm, (top - y - h) * mm, w * mm, h * mm, stroke=0, fill=1)
    page.restoreState()
    page.showPage()
    _frame(page, paper, "Measuring sheet 2: grey")
    page.setFillGray(_PRINT_GREY)
    side = GREY_MM * mm
    page.rect(width / 2 * mm - side / 2, height / 2 * mm - side / 2, side, side, stroke=0, fill=1)
    page.showPage()
    page.save()
    return buffer.getvalue()


def _frame(page: Canvas, paper: PaperSize, title: str) -> None:
    """The two lines, the arrow and the words, in the corners that the turned pattern leaves."""
    width, height = paper.size_mm
    page.setStrokeGray(0)
    page.setFillGray(0)
    page.setLineWidth(0.5)
    _line(page, ((width - ACROSS_MM) / 2, _EDGE_MM), (1, 0), ACROSS_MM)
    _line(page, (_EDGE_MM, (height - ALONG_MM) / 2), (0, 1), ALONG_MM)
    _text(page, 12, _EDGE_MM + 12, f"Line below: {ACROSS_MM:.1f} mm, line at the left: "
          f"{ALONG_MM:.1f} mm, middle to middle of the ticks.")  # fmt: skip
    x, y = width - 16.0, height - 17.0
    arrow = page.beginPath()
    for number, (dx, dy) in enumerate(((0, 9), (-4, 4), (-1.4, 4), (-1.4, 0), (1.4, 0), (1.4, 4),
                                       (4, 4))):  # fmt: skip
        (arrow.lineTo if number else arrow.moveTo)((x + dx) * mm, (y + dy) * mm)
    arrow.close()
    page.drawPath(arrow, stroke=0, fill=1)
    _text(page, x - 8, y + 6, f"Goldenboard · {title}", size=9, right=True)
    _text(page, x - 8, y + 2, "Matt paper, printed at 100 %. Arrow to the back.", right=True)


def _line(page: Canvas, start: tuple[float, float], way: tuple[int, int], length_mm: float) -> None:
    """With ticks whose outer edges are `length_mm` apart from middle to middle."""
    across = np.array(way[::-1], float) * 1.5
    first = np.array(start)
    last = first + np.array(way) * length_mm
    page.line(*(first * mm), *(last * mm))
    for end in (first, last):
        page.line(*((end - across) * mm), *((end + across) * mm))


def _text(
    page: Canvas, x: float, y: float, text: str, *, size: float = 7, right: bool = False
) -> None:
    page.setFont("Helvetica", size)
    (page.drawRightString if right else page.drawString)(x * mm, y * mm, text)
