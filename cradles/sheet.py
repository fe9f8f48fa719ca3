"""One page to print at 100 %: the labels to cut out, where they go, and how the cradle is printed.

Everything lies inside the area that A4 and US Letter share, so that either paper will do.
"""

from __future__ import annotations

import io
import itertools

from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from appliance.board.layout import CODE_LABEL_MM
from cradles.build import Cradle
from cradles.labels import Label, labels_of
from cradles.plan import Plan
from cradles.seating import Seating

PAGE_MM = (210.0, 297.0)
_LEFT, _RIGHT, _TOP = 15.0, 195.0, 275.0
"""Where writing begins and ends; below 279 mm, so that Letter paper holds it."""
_DRAWING_MM = 92.0
"""Widest drawing; the facts stand to the right of it."""
_FACTS = 136.0
CHECK_LINE_MM = 50.0
_STEPS = (
    "Print the cradle as it lies in the file: no supports, three perimeters or more.",
    "Print this page at 100 % and measure the line below: it must be 50.0 mm.",
    "Cut the labels out along the grey lines and stick each into its recess, upright as here.",
    "Screw the cradle to the tray with six countersunk M4 screws; it fits in one way only.",
    "Lay a good board in, take its picture, and teach: goldenboard teach --board board.toml ...",
)
_PLACES = ("upper left", "upper right", "lower right", "lower left", "left", "right", "back")
"""Of the labels, in their order."""
_CAPTIONS = ("identity", "grey, 18 %", "millimetre scale")
_SHORT = ("1", "2", "3", "4", "name", "grey", "scale")


def sheet_bytes(cradle: Cradle, figures: tuple[tuple[str, str], ...] = ()) -> bytes:
    """The PDF. `figures` are rows of (what was checked, what was found)."""
    buffer = io.BytesIO()
    page = Canvas(buffer, pagesize=(PAGE_MM[0] * mm, PAGE_MM[1] * mm), invariant=1)
    page.setTitle(f"Cradle {cradle.identity}")
    page.setCreator("Goldenboard")
    y = _heading(page, cradle)
    y = min(_drawing(page, cradle, y), _facts(page, cradle, figures, y))
    y = _steps(page, cradle, y)
    _labels(page, cradle, y)
    page.showPage()
    page.save()
    return buffer.getvalue()


def _heading(page: Canvas, cradle: Cradle) -> float:
    board = cradle.board
    _text(page, _LEFT, _TOP, f"Cradle {cradle.identity}", size=15, bold=True)
    words = [
        f"Board {board.name}",
        f"part number {board.part_number}" if board.part_number else "",
        f"revision {board.revision}" if board.revision else "",
        f"seen from its {board.face.value} side",
    ]
    _text(page, _LEFT, _TOP - 6, ", ".join(word for word in words if word))
    return _TOP - 11


def _drawing(page: Canvas, cradle: Cradle, y: float) -> float:
    """The cradle from above, as the camera sees it, with its dimensions."""
    layout = cradle.layout
    scale = min(0.5, _DRAWING_MM / layout.outer_mm[0])
    w, h = (side * scale for side in layout.outer_mm)
    middle = (_LEFT + 10 + w / 2, y - 13 - h / 2)
    page.setLineWidth(0.5)
    _outline(page, list(cradle.plan.outer.exterior.coords), middle, scale)
    _plan(page, cradle.plan, cradle.seating, middle, scale)
    for label, short in zip(labels_of(layout), _SHORT, strict=True):
        spot = label.paper
        x0 = middle[0] + (spot.x_mm - spot.width_mm / 2) * scale
        y0 = middle[1] + (spot.y_mm - spot.height_mm / 2) * scale
        page.rect(x0 * mm, y0 * mm, spot.width_mm * scale * mm, spot.height_mm * scale * mm)
        size = min(6.0, spot.height_mm * scale * 1.9)
        at = y0 + spot.height_mm * scale / 2 - 0.13 * size
        _text(page, x0 + spot.width_mm * scale / 2, at, short, size=size, centred=True)
    page.setLineWidth(0.25)
    _dimensions(page, cradle, middle, scale)
    low, high = middle[1] - h / 2, middle[1] + h / 2
    _text(page, middle[0], high + 7.3, "back of the cabinet", size=6.5, grey=0.35, centred=True)
    _text(page, middle[0], low - 17.5, "front", size=6.5, grey=0.35, centred=True)
    return low - 23.5


def _dimensions(page: Canvas, cradle: Cradle, middle: tuple[float, float], scale: float) -> None:
    """Outside, pocket and the pattern of the screws."""
    w, h = (side * scale / 2 for side in cradle.layout.outer_mm)
    x, y = middle

    def across(low: float, high: float, at: float, what: str = "") -> None:
        text = f"{(high - low):.1f}{what}"
        _dimension(page, (x + low * scale, at), (x + high * scale, at), text)

    def along(low: float, high: float, at: float, what: str = "") -> None:
        text = f"{(high - low):.1f}{what}"
        _dimension(page, (at, y + low * scale), (at, y + high * scale), text)

    outer, pocket = cradle.layout.outer_mm, cradle.layout.pocket_mm
    screws = [screw.centroid for screw in cradle.plan.screws]
    back = sorted(at.x for at in screws if at.y > 0)
    front = sorted(at.x for at in screws if at.y < 0)
    across(-outer[0] / 2, outer[0] / 2, y - h - 12.5)
    along(-outer[1] / 2, outer[1] / 2, x + w + 10)
    across(-pocket[0] / 2, pocket[0] / 2, y - h - 8, " pocket")
    along(-pocket[1] / 2, pocket[1] / 2, x + w + 4)
    for first, second in itertools.pairwise(back):
        across(first, second, y + h + 3)
    along(min(at.y for at in screws), max(at.y for at in screws), x - w - 4)
    for first, second in itertools.pairwise(front):
        across(first, second, y - h - 3.5)


def _plan(
    page: Canvas, plan: Plan, seating: Seating, middle: tuple[float, float], scale: float
) -> None:
    page.setFillGray(0.85)
    for area in getattr(plan.open, "geoms", [plan.open]):
        _outline(page, list(area.exterior.coords), middle, scale, fill=True)
    page.setFillGray(1.0)
    for arm in plan.arms:
        _outline(page, list(arm.exterior.coords), middle, scale, fill=True)
        _outline(page, list(arm.exterior.coords), middle, scale)
    page.setFillGray(0.45)
    for post in (*plan.posts, *plan.pins):
        _outline(page, list(post.exterior.coords), middle, scale, fill=True)
    page.setFillGray(0)
    for screw in plan.screws:
        _outline(page, list(screw.exterior.coords), middle, scale)
    page.setDash(2, 1.5)
    for ring in (seating.board.exterior, *seating.board.interiors):
        _outline(page, list(ring.coords), middle, scale)
    page.setDash()


def _facts(page: Canvas, cradle: Cradle, figures: tuple[tuple[str, str], ...], y: float) -> float:
    """The column beside the drawing."""
    board, dims, levels = cradle.board, cradle.dims, cradle.plan.levels
    width, height = board.size_mm
    blocks = (
        ("Board", (
            f"{width:.2f} × {height:.2f} × {board.thickness_mm:g} mm; pocket "
            f"{board.cradle.clearance_mm:g} mm wider a side",
        )),
        ("Cradle", (
            f"{cradle.layout.outer_mm[0]:.1f} × {cradle.layout.outer_mm[1]:.1f} × "
            f"{levels.rim:.2f} mm, {cradle.solid.volume_mm3 / 1000:.0f} cm³ if printed solid",
            f"base {levels.base:g} mm, board lies at {levels.seat:.2f} mm; its upper side and the "
            f"labels at {levels.top:.2f} mm",
        )),
        ("Print", (
            "PLA, PETG or ABS; matt and dark if you can choose",
            f"layers of {dims.layer_mm:g} mm, lines of {dims.extrusion_width_mm:g} mm, three "
            "perimeters or more, 15 % infill or more",
            "no supports, foot on the bed, as it lies in the file",
        )),
        ("Checked", tuple(f"{name}: {found}" for name, found in figures)),
    )  # fmt: skip
    for title, lines in blocks:
        if not lines:
            continue
        _text(page, _FACTS, y, title, size=8, bold=True)
        y -= 3.6
        for line in lines:
            for part in _folded(line, 7.0, _RIGHT - _FACTS):
                _text(page, _FACTS, y, part, size=7.0, grey=0.15)
                y -= 3.1
        y -= 1.6
    return y


def _steps(page: Canvas, cradle: Cradle, y: float) -> float:
    lines = (*(f"{n}. {step}" for n, step in enumerate(_STEPS, start=1)), *cradle.notes)
    for line in lines:
        for part in _folded(line, 8.5, _RIGHT - _LEFT):
            _text(page, _LEFT, y, part, size=8.5)
            y -= 4.1
    return y - 1


def _labels(page: Canvas, cradle: Cradle, y: float) -> None:
    """At true size, each with what it is and where it goes."""
    page.setLineWidth(0.6)
    line_y = y - 3
    page.line(_LEFT * mm, line_y * mm, (_LEFT + CHECK_LINE_MM) * mm, line_y * mm)
    for end in (_LEFT, _LEFT + CHECK_LINE_MM):
        page.line(end * mm, (line_y - 1.5) * mm, end * mm, (line_y + 1.5) * mm)
    words = "measure this: 50.0 mm, else print the page again at 100 %"
    _text(page, _LEFT + CHECK_LINE_MM + 4, line_y - 1, words, size=8.5)
    x, row = _LEFT, line_y - 7
    for number, (label, place) in enumerate(
        zip(labels_of(cradle.layout), _PLACES, strict=True), start=1
    ):
        wide, tall = label.paper.width_mm, label.paper.height_mm
        if x + wide > _RIGHT:
            x, row = _LEFT, row - CODE_LABEL_MM - 9
        _label(page, label, x + wide / 2, row - tall / 2)
        name = str(number) if number <= 4 else _CAPTIONS[number - 5]
        _text(page, x, row - tall - 3.5, f"{name}: {place}", size=6.5)
        x += max(wide, 24.0) + 5


def _label(page: Canvas, label: Label, x: float, y: float) -> None:
    """All cells of one grey as one path: between paths, viewers let hairlines of paper through."""
    paper = label.paper
    for level in sorted({ink.level for ink in label.inks}):
        path = page.beginPath()
        for ink in label.inks:
            if ink.level == level:
                path.rect(
                    (x + ink.xmin - paper.x_mm) * mm,
                    (y + ink.ymin - paper.y_mm) * mm,
                    (ink.xmax - ink.xmin) * mm,
                    (ink.ymax - ink.ymin) * mm,
                )
        page.setFillGray(level / 255)
        page.drawPath(path, stroke=0, fill=1)
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
    """A line with ticks; its figure stands in a gap of it, or upright beside a short one."""
    upright = start[0] == end[0]
    x, y = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
    size = 6.5
    gap = stringWidth(text, "Helvetica", size) / mm / 2 + 0.8
    for ax, ay in (start, end):
        tick = (0.9, 0.0) if upright else (0.0, 0.9)
        page.line(
            (ax - tick[0]) * mm, (ay - tick[1]) * mm, (ax + tick[0]) * mm, (ay + tick[1]) * mm
        )
    page.saveState()
    page.translate(x * mm, y * mm)
    half = (end[1] - start[1] if upright else end[0] - start[0]) / 2
    if upright:
        page.rotate(90)
    if half > gap + 1:
        page.line(-half * mm, 0, -gap * mm, 0)
        page.line(gap * mm, 0, half * mm, 0)
    _text(page, 0, -0.13 * size, text, size=size, centred=True)
    page.restoreState()


def _text(
    page: Canvas, x: float, y: float, text: str, *, size: float = 9, bold: bool = False,
    centred: bool = False, grey: float = 0.0,
) -> None:  # fmt: skip
    page.setFont("Helvetica-Bold" if bold else "Helvetica", size)
    page.setFillGray(grey)
    (page.drawCentredString if centred else page.drawString)(x * mm, y * mm, text)
    page.setFillGray(0)


def _folded(line: str, size: float, width_mm: float) -> list[str]:
    """The line in pieces that are no wider; the following ones are indented."""
    lines: list[str] = []
    for word in line.split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and stringWidth(longer, "Helvetica", size) > width_mm * mm:
            lines.append(f"   {word}")
        else:
            lines[-1:] = [longer]
    return lines
