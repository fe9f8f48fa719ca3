"""One page to print at 100 %: the labels to cut out, where they go, and how the cradle is printed.

Everything lies inside the area that A4 and US Letter share, so that either paper will do.
"""

from __future__ import annotations

import io

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from appliance.board import Spot
from appliance.board.layout import CODE_LABEL_MM, LABEL_MM
from cradles.build import Cradle
from cradles.labels import Label, labels_of
from cradles.plan import Plan
from cradles.seating import Seating

PAGE_MM = (210.0, 297.0)
_LEFT, _TOP = 15.0, 275.0
"""Where writing begins; below 279 mm, so that Letter paper holds it."""
CHECK_LINE_MM = 50.0
_STEPS = (
    "Print the cradle as it lies in the file: no supports, three perimeters or more.",
    "Print this page at 100 %. Measure the line: it must be 50.0 mm.",
    "Cut the labels out along the grey lines and stick each into its recess, as drawn.",
    "Screw the cradle to the tray with countersunk M4 screws; it fits in one way only.",
    "Lay a good board in, take its picture, and teach: goldenboard teach --board board.toml ...",
)


def sheet_bytes(cradle: Cradle, figures: tuple[tuple[str, str], ...] = ()) -> bytes:
    """The PDF. `figures` are rows of (what was checked, what was found)."""
    buffer = io.BytesIO()
    page = Canvas(buffer, pagesize=(PAGE_MM[0] * mm, PAGE_MM[1] * mm), invariant=1)
    page.setTitle(f"Cradle {cradle.identity}")
    page.setCreator("Goldenboard")
    y = _heading(page, cradle)
    y = _drawing(page, cradle, y)
    y = _print_settings(page, cradle, y)
    y = _figures(page, figures, y)
    _labels(page, cradle, y)
    page.showPage()
    page.save()
    return buffer.getvalue()


def _heading(page: Canvas, cradle: Cradle) -> float:
    board = cradle.board
    _text(page, _LEFT, _TOP, f"Cradle {cradle.identity}", size=15, bold=True)
    words = [board.name, board.part_number, f"revision {board.revision}" if board.revision else ""]
    width, height = board.size_mm
    line = ", ".join(word for word in words if word)
    line += f": {width:.2f} × {height:.2f} × {board.thickness_mm:g} mm, "
    line += f"clearance {board.cradle.clearance_mm:g} mm a side"
    _text(page, _LEFT, _TOP - 6, line)
    return _TOP - 11


def _drawing(page: Canvas, cradle: Cradle, y: float) -> float:
    """The cradle from above at half size, with its dimensions."""
    scale = 0.5
    w, h = (side * scale for side in cradle.layout.outer_mm)
    middle = (_LEFT + 10 + w / 2, y - 6 - h / 2)

    def spot(area: Spot, label: str = "") -> None:
        x0 = middle[0] + (area.x_mm - area.width_mm / 2) * scale
        y0 = middle[1] + (area.y_mm - area.height_mm / 2) * scale
        page.rect(x0 * mm, y0 * mm, area.width_mm * scale * mm, area.height_mm * scale * mm)
        if label:
            _text(page, x0 + area.width_mm * scale / 2, y0 + 2.6, label, size=6, centred=True)

    page.setLineWidth(0.5)
    _outline(page, list(cradle.plan.outer.exterior.coords), middle, scale)
    _plan(page, cradle.plan, cradle.seating, middle, scale)
    for label, short in zip(
        labels_of(cradle.layout), ("1", "2", "3", "4", "name", "", ""), strict=True
    ):
        spot(label.paper, short)
    page.setLineWidth(0.3)
    left, right = middle[0] - w / 2, middle[0] + w / 2
    low, high = middle[1] - h / 2, middle[1] + h / 2
    _dimension(page, (left, low - 4), (right, low - 4), f"{cradle.layout.outer_mm[0]:.1f}")
    _dimension(page, (right + 5, low), (right + 5, high), f"{cradle.layout.outer_mm[1]:.1f}")
    return low - 11


def _plan(
    page: Canvas, plan: Plan, seating: Seating, middle: tuple[float, float], scale: float
) -> None:
    page.setFillGray(0.85)
    for area in getattr(plan.open, "geoms", [plan.open]):
        _outline(page, list(area.exterior.coords), middle, scale, fill=True)
    page.setFillGray(0.45)
    for post in plan.posts:
        _outline(page, list(post.exterior.coords), middle, scale, fill=True)
    page.setFillGray(0)
    page.setDash(2, 1.5)
    _outline(page, list(seating.board.exterior.coords), middle, scale)
    page.setDash()


def _print_settings(page: Canvas, cradle: Cradle, y: float) -> float:
    dims, levels = cradle.dims, cradle.plan.levels
    volume = cradle.solid.volume_mm3 / 1000
    lines = (
        f"Height {levels.rim:.2f} mm, base {levels.base:g} mm, board on {levels.seat:.2f} mm, "
        f"labels level with its upper side at {levels.top:.2f} mm. Volume {volume:.0f} cm³.",
        f"PLA, PETG or ABS, layers of {dims.layer_mm:g} mm, lines of {dims.extrusion_width_mm:g} "
        "mm, 15 % infill or more, matt and dark if you can choose.",
        *cradle.notes,
        *(f"{number}. {step}" for number, step in enumerate(_STEPS, start=1)),
    )
    for line in lines:
        for part in _wrapped(line, 108):
            _text(page, _LEFT, y, part, size=8.5)
            y -= 4.2
    return y - 1


def _figures(page: Canvas, figures: tuple[tuple[str, str], ...], y: float) -> float:
    for name, found in figures:
        _text(page, _LEFT, y, f"{name}: {found}", size=7, grey=0.25)
        y -= 3.3
    return y - 2


def _labels(page: Canvas, cradle: Cradle, y: float) -> None:
    """At true size, each with what it is and where it goes."""
    page.setLineWidth(0.6)
    line_y = y - 3
    page.line(_LEFT * mm, line_y * mm, (_LEFT + CHECK_LINE_MM) * mm, line_y * mm)
    for end in (_LEFT, _LEFT + CHECK_LINE_MM):
        page.line(end * mm, (line_y - 1.5) * mm, end * mm, (line_y + 1.5) * mm)
    _text(page, _LEFT + CHECK_LINE_MM + 4, line_y - 1, "measure this: 50.0 mm", size=8.5)
    x, row = _LEFT, line_y - 7
    for number, label in enumerate(labels_of(cradle.layout), start=1):
        wide, tall = label.paper.width_mm, label.paper.height_mm
        if x + wide > PAGE_MM[0] - _LEFT:
            x, row = _LEFT, row - CODE_LABEL_MM - 9
        _label(page, label, x + wide / 2, row - tall / 2)
        name = f"{number} {_place(label)}" if number <= 4 else label.name.split(" ")[0]
        _text(page, x, row - max(tall, LABEL_MM if number <= 4 else tall) - 3.5, name, size=6.5)
        x += max(wide, 24.0) + 5


def _place(label: Label) -> str:
    return label.name.removeprefix("marker ").split(" (")[0]


def _label(page: Canvas, label: Label, x: float, y: float) -> None:
    paper = label.paper
    for ink in label.inks:
        page.setFillGray(ink.level / 255)
        page.rect(
            (x + ink.xmin - paper.x_mm) * mm,
            (y + ink.ymin - paper.y_mm) * mm,
            (ink.xmax - ink.xmin) * mm,
            (ink.ymax - ink.ymin) * mm,
            stroke=0,
            fill=1,
        )
    page.setFillGray(0)
    for word in label.writings:
        _text(
            page,
            x + word.x - paper.x_mm,
            y + word.y - paper.y_mm - word.tall_mm / 2,
            word.text,
            size=word.tall_mm * 2.83 / 0.72,
            centred=True,
        )
    page.setStrokeGray(0.6)
    page.setLineWidth(0.2)
    page.rect(
        (x - paper.width_mm / 2) * mm, (y - paper.height_mm / 2) * mm,
        paper.width_mm * mm, paper.height_mm * mm,
    )  # fmt: skip
    page.setStrokeGray(0)


def _outline(
    page: Canvas,
    points: list[tuple[float, ...]],
    middle: tuple[float, float],
    scale: float,
    *,
    fill: bool = False,
) -> None:
    path = page.beginPath()
    for number, (px, py, *_) in enumerate(points):
        at = ((middle[0] + px * scale) * mm, (middle[1] + py * scale) * mm)
        (path.moveTo if number == 0 else path.lineTo)(*at)
    path.close()
    page.drawPath(path, stroke=0 if fill else 1, fill=1 if fill else 0)


def _dimension(
    page: Canvas, start: tuple[float, float], end: tuple[float, float], text: str
) -> None:
    page.line(start[0] * mm, start[1] * mm, end[0] * mm, end[1] * mm)
    upright = start[0] == end[0]
    for x, y in (start, end):
        if upright:
            page.line((x - 1) * mm, y * mm, (x + 1) * mm, y * mm)
        else:
            page.line(x * mm, (y - 1) * mm, x * mm, (y + 1) * mm)
    x, y = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
    _text(
        page,
        x + (2 if upright else 0),
        y - (0 if upright else 3.2),
        text,
        size=7,
        centred=not upright,
    )


def _text(
    page: Canvas, x: float, y: float, text: str, *, size: float = 9, bold: bool = False,
    centred: bool = False, grey: float = 0.0,
) -> None:  # fmt: skip
    page.setFont("Helvetica-Bold" if bold else "Helvetica", size)
    page.setFillGray(grey)
    (page.drawCentredString if centred else page.drawString)(x * mm, y * mm, text)
    page.setFillGray(0)


def _wrapped(line: str, width: int) -> list[str]:
    words, lines = line.split(" "), [""]
    for word in words:
        if len(lines[-1]) + len(word) > width:
            lines.append("   ")
        lines[-1] += word + " "
    return lines
