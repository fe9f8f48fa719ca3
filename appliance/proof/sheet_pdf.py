"""The acceptance sheet as a PDF on A4: the same bytes for the same sheet.

The letters are those of PDF's own Helvetica (Windows code page 1252); a name in another script
is shown with question marks.
"""

from __future__ import annotations

import io
from xml.sax.saxutils import escape

from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import KeepTogether, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from appliance.proof.limits import Held
from appliance.proof.sheet import RecipeLine, Sheet, StepLine, figure_text

_MARGIN = 16 * mm
_PADDING = 6
"""Points; of reportlab's own frame."""
_WIDTH = A4[0] - 2 * (_MARGIN + _PADDING)
_QR = 26 * mm
_INK, _SOFT, _LINE = (
    colors.HexColor("#14191f"),
    colors.HexColor("#4a545e"),
    colors.HexColor("#b8bfc5"),
)
_GOOD, _BAD = colors.HexColor("#0a6a3b"), colors.HexColor("#a6121d")
_TEXT = ParagraphStyle("text", fontName="Helvetica", fontSize=8, leading=10, textColor=_INK)
_SMALL = ParagraphStyle("small", parent=_TEXT, fontSize=6.8, leading=8.4, textColor=_SOFT)
_HEAD = ParagraphStyle(
    "head",
    parent=_TEXT,
    fontName="Helvetica-Bold",
    fontSize=10,
    leading=13,
    leftIndent=2,
    keepWithNext=1,
)
_TITLE = ParagraphStyle("title", parent=_HEAD, fontSize=19, leading=24)
_SIGNERS = ("Technician", "Quality", "For the customer")


def draw(sheet: Sheet) -> bytes:
    """The PDF."""
    out = io.BytesIO()
    document = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=14 * mm,
        bottomMargin=16 * mm,
        title=f"Acceptance sheet: {sheet.unit}",
        author=f"Goldenboard {sheet.software}",
        invariant=1,
    )

    def foot(canvas: Canvas, _document: object) -> None:
        canvas.saveState()
        canvas.setFont("Helvetica", 7)
        canvas.setFillColor(_SOFT)
        canvas.drawString(
            _MARGIN + _PADDING, 9 * mm, _plain(f"Goldenboard {sheet.software} · {sheet.unit}")
        )
        canvas.drawRightString(A4[0] - _MARGIN - _PADDING, 9 * mm, f"page {canvas.getPageNumber()}")
        canvas.restoreState()

    document.build(_story(sheet), onFirstPage=foot, onLaterPages=foot)
    return out.getvalue()


def _story(sheet: Sheet) -> list[object]:
    story: list[object] = [
        _top(sheet),
        Spacer(1, 2 * mm),
        _verdict(sheet),
        *_section("Unit", _pairs(sheet.identity)),
        *_section("Commissioning", _steps(sheet.steps)),
    ]
    for line in sheet.recipes:
        title = f"Recipe {line.recipe.name}, version {line.recipe.version}"
        story.append(KeepTogether([*_section(title, _recipe(line)), *_study(line)]))
    story += _section("Challenge boards", _pairs(_challenges(sheet)))
    last = [*_section("Self-test", _checks(sheet)), *_section("Accepted by", _signatures())]
    story.append(KeepTogether(last))
    return story


def _top(sheet: Sheet) -> Table:
    clock = (
        "clock set by a time server" if sheet.made.clock_synced else "clock not set: date unsure"
    )
    words: list[object] = [
        Paragraph("Acceptance sheet", _TITLE),
        _text(f"<b>{_safe(sheet.unit)}</b> · Goldenboard {_safe(sheet.software)}"),
        _text(f"{sheet.made.utc[:16].replace('T', ' ')} UTC, {clock}"),
    ]
    if sheet.simulated:
        words.append(_text('<font color="#a6121d"><b>Simulated cabinet: no real unit.</b></font>'))
    words.append(Paragraph(_safe(sheet.url), _SMALL))
    code = QrCodeWidget(sheet.url, barLevel="M", barWidth=_QR, barHeight=_QR, barBorder=4)
    picture = Drawing(_QR, _QR)
    picture.add(code)
    return _table([[words, picture]], (_WIDTH - _QR, _QR), lines=False)


def _verdict(sheet: Sheet) -> Table:
    missing = sheet.missing
    colour = _BAD if missing else _GOOD
    if missing:
        title = (
            f"Not complete: {len(missing)} {'point is' if len(missing) == 1 else 'points are'} open"
        )
    else:
        title = "Complete: every needed step passed, every recipe's study is acceptable"
    style = ParagraphStyle("verdict", parent=_HEAD, textColor=colour)
    body: list[object] = [Paragraph(title, style)]
    body += [Paragraph(f"• {_safe(each)}", _TEXT) for each in missing]
    table = Table([[body]], colWidths=[_WIDTH])
    table.setStyle(TableStyle([("BOX", (0, 0), (-1, -1), 1.2, colour)]))
    return table


def _section(title: str, body: object) -> list[object]:
    return [Spacer(1, 3 * mm), Paragraph(_safe(title), _HEAD), Spacer(1, 0.8 * mm), body]


def _pairs(rows: tuple[tuple[str, str], ...]) -> Table:
    found = rows or (("", "nothing is known"),)
    return _table(
        [[_text(_safe(a)), _text(_safe(b))] for a, b in found], (42 * mm, _WIDTH - 42 * mm)
    )


def _steps(steps: tuple[StepLine, ...]) -> Table:
    rows: list[list[object]] = []
    for each in steps:
        result = each.result
        if result is None:
            rows.append([_text(_safe(each.title)), _mark("not done", each.needed), "", ""])
            continue
        said = [_text(_safe(result.finding.found))]
        if result.finding.figures:
            said.append(
                Paragraph(_safe("; ".join(map(figure_text, result.finding.figures))), _SMALL)
            )
        who = f"{result.by}, {result.utc[:10]}" + (" (simulated)" if result.simulated else "")
        mark = _mark(result.finding.outcome, not result.finding.passed)
        rows.append([_text(_safe(each.title)), mark, said, Paragraph(_safe(who), _SMALL)])
    if not rows:
        rows.append([_text("not begun"), "", "", ""])
    return _table(rows, (26 * mm, 16 * mm, _WIDTH - 74 * mm, 32 * mm))


def _recipe(line: RecipeLine) -> Table:
    recipe = line.recipe
    models = ", ".join(f"{use.name} {use.sha256}" for use in recipe.models)
    return _pairs(
        (
            ("Part number", recipe.part_number),
            ("Windows", f"{len(recipe.windows)}; {recipe.guarantee}"),
            ("Recipe, SHA-256", line.sha256),
            ("Model, SHA-256", models),
        )
    )


def _study(line: RecipeLine) -> list[object]:
    study, found = line.study, line.figures
    if study is None or found is None:
        return [_text("No study of this version.")]
    head = (
        f"Study {_safe(study.name)} ({study.begun.utc[:10]}): <b>{found.verdict}</b>; "
        f"{found.overall.boards} boards, {len(study.plan.operators)} operators, "
        f"{study.plan.repeats} repeats, {found.overall.answers} answers"
    )
    rows = [
        [_text(f"<b>{each}</b>") for each in ("Figure", "Value", "95 % interval", "Limit", "", "")]
    ]
    rows += [_held(each) for each in line.held]
    widths = (38 * mm, 16 * mm, 28 * mm, 22 * mm, 24 * mm, _WIDTH - 128 * mm)
    sources = " ".join(dict.fromkeys(f"{each.limit.source}." for each in line.held))
    return [
        Spacer(1, 1 * mm),
        _text(head),
        _table(rows, widths),
        Paragraph(_safe(f"Limits: {sources}"), _SMALL),
    ]


def _held(held: Held) -> list[Paragraph]:
    def shown(value: float | None) -> str:
        if value is None:
            return "–"
        return f"{value:.1%}" if held.limit.words.endswith("%") else f"{value:.3f}"

    between = f"{shown(held.low)} to {shown(held.high)}" if held.low is not None else "–"
    return [
        _text(held.limit.name),
        _text(f"<b>{shown(held.value)}</b>"),
        _text(between),
        _text(held.limit.words),
        _mark(held.result, held.result != "acceptable"),
        Paragraph(_safe(held.words), _SMALL),
    ]


def _challenges(sheet: Sheet) -> tuple[tuple[str, str], ...]:
    every = sheet.challenge_every_h
    asked = (
        "not asked for" if every is None else f"one every {every:g} h, without it no board passes"
    )
    boards = "; ".join(
        f"{each.serial} ({each.part_number}: {', '.join(each.windows)})"
        for each in sheet.challenge_boards
    )
    recognised = sum(each.outcome == "passed" for each in sheet.challenges)
    missed = sum(each.outcome == "missed" for each in sheet.challenges)
    return (
        ("Setting", asked),
        ("Registered", boards or "none"),
        (f"Last {len(sheet.challenges)}", f"{recognised} recognised, {missed} missed"),
    )


def _checks(sheet: Sheet) -> Table:
    if sheet.checks is None:
        return _pairs((("", "not run for this sheet"),))
    rows = [
        [
            _text(_safe(each.name)),
            _mark("ok" if each.ok else "failed", not each.ok),
            _text(_safe(each.found)),
        ]
        for each in sheet.checks
    ]
    return _table(rows, (26 * mm, 16 * mm, _WIDTH - 42 * mm))


def _signatures() -> Table:
    third = _WIDTH / len(_SIGNERS)
    rows = [[_text(each) for each in _SIGNERS], [""] * len(_SIGNERS)]
    rows.append([Paragraph("Name, date, signature", _SMALL)] * len(_SIGNERS))
    table = Table(rows, colWidths=[third] * len(_SIGNERS), rowHeights=[None, 13 * mm, None])
    lines = [("LINEBELOW", (n, 1), (n, 1), 0.7, _INK) for n in range(len(_SIGNERS))]
    table.setStyle(TableStyle([*lines, ("LEFTPADDING", (0, 0), (-1, -1), 2)]))
    return table


def _mark(words: str, bad: bool) -> Paragraph:
    colour = "#a6121d" if bad else "#0a6a3b"
    return _text(f'<font color="{colour}"><b>{_safe(words)}</b></font>')


def _table(rows: list[list[object]], widths: tuple[float, ...], *, lines: bool = True) -> Table:
    table = Table(rows, colWidths=list(widths))
    style: list[tuple[object, ...]] = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("TOPPADDING", (0, 0), (-1, -1), 1.2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 1.6),
        ("LEFTPADDING", (0, 0), (-1, -1), 2),
        ("RIGHTPADDING", (0, 0), (-1, -1), 2),
    ]
    if lines:
        style.append(("LINEBELOW", (0, 0), (-1, -1), 0.3, _LINE))
    table.setStyle(TableStyle(style))
    return table


def _text(markup: str) -> Paragraph:
    return Paragraph(markup, _TEXT)


def _safe(text: str) -> str:
    return escape(_plain(text))


def _plain(text: str) -> str:
    return text.encode("cp1252", errors="replace").decode("cp1252")
