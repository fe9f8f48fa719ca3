"""One drawing written in every format that can say it, as the programs that own them do."""

from __future__ import annotations

import math
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from appliance.board import BoardFile, Hole, Protrusion, board_text
from appliance.board.ring import Ring, edges

Point = tuple[float, float]
Stroke = tuple[Point, Point, float]
"""Start, end, bulge."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """What a board's edge layer and its drills hold, y up."""

    name: str
    thickness_mm: float
    strokes: tuple[Stroke, ...]
    circles: tuple[tuple[float, float, float], ...]
    """x, y, radius."""
    holes: tuple[Hole, ...] = ()
    leads: tuple[Protrusion, ...] = ()
    v_cuts: tuple[tuple[float, float, float, float], ...] = ()


def drawing_of(board: BoardFile, *, whole_circles: bool = True) -> Drawing:
    strokes: list[Stroke] = []
    circles = []
    for ring in (board.outline, *board.cutouts):
        if whole_circles and _is_circle(ring):
            (x0, y0), (x1, _) = ring[0][:2], ring[1][:2]
            circles.append(((x0 + x1) / 2, y0, (x1 - x0) / 2))
        else:
            strokes += edges(ring)
    return Drawing(
        name=board.name,
        thickness_mm=board.thickness_mm,
        strokes=tuple(strokes),
        circles=tuple(circles),
        holes=board.holes,
        v_cuts=board.v_cuts,
    )


def _is_circle(ring: Ring) -> bool:
    return len(ring) == 2 and all(len(v) > 2 and v[2] == 1.0 for v in ring)


def centre_of(stroke: Stroke) -> tuple[Point, float]:
    """Centre and radius of an arc: on the chord's normal, to the left for a flat positive bulge."""
    (x0, y0), (x1, y1), bulge = stroke
    off = (1 - bulge**2) / (4 * bulge)
    centre = ((x0 + x1) / 2 - (y1 - y0) * off, (y0 + y1) / 2 + (x1 - x0) * off)
    return centre, math.dist(centre, (x0, y0))


def middle_of(stroke: Stroke) -> Point:
    """The point of an arc half way along: a bulge is the sagitta over half of the chord."""
    (x0, y0), (x1, y1), bulge = stroke
    return (x0 + x1) / 2 + (y1 - y0) * bulge / 2, (y0 + y1) / 2 - (x1 - x0) * bulge / 2


# KiCad, y down


def _xy(at: Point) -> str:
    return f"{at[0]:.6f} {0.0 - at[1]:.6f}"


def kicad(drawing: Drawing, *, inside_footprint: bool = False) -> str:
    """Version 8; the edge among the board's own lines, or in a footprint that is turned by 90°."""
    home, prefix = (200.0, 75.0), "fp" if inside_footprint else "gr"

    def at(point: Point) -> str:
        if not inside_footprint:
            return _xy(point)
        dx, dy = point[0] - home[0], -point[1] - home[1]
        return f"{-dy:.6f} {dx:.6f}"

    edge = []
    for stroke in drawing.strokes:
        start, end, bulge = stroke
        kind = (
            f"arc (start {at(start)}) (mid {at(middle_of(stroke))})"
            if bulge
            else (f"line (start {at(start)})")
        )
        edge.append(f'({prefix}_{kind} (end {at(end)}) (stroke (width 0.1)) (layer "Edge.Cuts"))')
    for x, y, radius in drawing.circles:
        edge.append(
            f"({prefix}_circle (center {at((x, y))}) (end {at((x + radius, y))}) "
            '(layer "Edge.Cuts"))'
        )
    if inside_footprint:
        edge = [f'(footprint "boards:edge" (layer "F.Cu") (at {home[0]} {home[1]} 90)', *edge, ")"]
    cuts = [
        f'(gr_line (start {_xy((x0, y0))}) (end {_xy((x1, y1))}) (layer "User.1"))'
        for x0, y0, x1, y1 in drawing.v_cuts
    ]
    lines = [
        '(kicad_pcb (version 20240108) (generator "pcbnew") (generator_version "8.0")',
        f"(general (thickness {drawing.thickness_mm}))",
        '(layers (0 "F.Cu" signal) (44 "Edge.Cuts" user) (50 "User.1" user "V-Cuts"))',
        f'(title_block (title "{drawing.name}"))',
        *edge, *cuts, *_kicad_holes(drawing, "footprint"), ")",
    ]  # fmt: skip
    return "\n".join(lines)


def kicad_5(drawing: Drawing) -> str:
    """Modules, words without quotes, arcs by centre, beginning and angle."""
    edge = []
    for stroke in drawing.strokes:
        start, end, bulge = stroke
        if bulge:
            centre, _ = centre_of(stroke)
            angle = -math.degrees(4 * math.atan(bulge))
            edge.append(
                f"(gr_arc (start {_xy(centre)}) (end {_xy(start)}) (angle {angle:.6f}) "
                "(layer Edge.Cuts) (width 0.1))"
            )
        else:
            edge.append(
                f"(gr_line (start {_xy(start)}) (end {_xy(end)}) (layer Edge.Cuts) (width 0.1))"
            )
    for x, y, radius in drawing.circles:
        edge.append(
            f"(gr_circle (center {_xy((x, y))}) (end {_xy((x + radius, y))}) (layer Edge.Cuts))"
        )
    cuts = [
        f"(gr_line (start {_xy((x0, y0))}) (end {_xy((x1, y1))}) (layer Cmts.User))"
        for x0, y0, x1, y1 in drawing.v_cuts
    ]
    if cuts:
        cuts.append("(gr_text V-CUT (at 0 0) (layer Cmts.User))")
    lines = [
        "(kicad_pcb (version 20171130) (host pcbnew 5.1.9)",
        f"(general (thickness {drawing.thickness_mm}))",
        f'(title_block (title "{drawing.name}"))',
        *edge, *cuts, *_kicad_holes(drawing, "module"), ")",
    ]  # fmt: skip
    return "\n".join(lines)


def _kicad_holes(drawing: Drawing, word: str) -> list[str]:
    made = []
    for hole in drawing.holes:
        name = "MountingHole:MountingHole" if hole.tooling else "holes:plain"
        made.append(
            f'({word} {name} (layer F.Cu) (at {_xy((hole.x_mm, hole.y_mm))}) (pad "" '
            f"np_thru_hole circle (at 0 0) (size 1 1) (drill {hole.diameter_mm}) (layers *.Cu)))"
        )
    for number, lead in enumerate(drawing.leads):
        made.append(
            f"({word} pins:one (layer F.Cu) (at {_xy((lead.x_mm, lead.y_mm))}) (pad {number} "
            f"thru_hole circle (at 0 0) (size 2 2) (drill {lead.width_mm}) (layers *.Cu)))"
        )
    return made


# Gerber and Excellon


def _nm(value: float) -> int:
    return round(value * 1e6)


def _gerber(function: str, body: list[str]) -> str:
    head = [f"%TF.FileFunction,{function}*%", "%FSLAX46Y46*%", "%MOMM*%", "%LPD*%",
            "%ADD10C,0.100000*%", "D10*", "G75*"]  # fmt: skip
    return "\n".join([*head, *body, "M02*", ""])


def profile(drawing: Drawing) -> str:
    body = []
    circles = [((x - r, y), (x - r, y), 1.0, (r, 0.0)) for x, y, r in drawing.circles]
    arcs = []
    for stroke in drawing.strokes:
        start, end, bulge = stroke
        offset = (0.0, 0.0)
        if bulge:
            centre, _ = centre_of(stroke)
            offset = centre[0] - start[0], centre[1] - start[1]
        arcs.append((start, end, bulge, offset))
    for start, end, bulge, (i, j) in [*arcs, *circles]:
        code = "G03" if bulge > 0 else "G02" if bulge < 0 else "G01"
        middle = f"I{_nm(i)}J{_nm(j)}" if bulge else ""
        body += [
            f"X{_nm(start[0])}Y{_nm(start[1])}D02*",
            f"{code}*",
            f"X{_nm(end[0])}Y{_nm(end[1])}{middle}D01*",
        ]
    return _gerber("Profile,NP", body)


def excellon(hits: list[tuple[float, float, float]]) -> str:
    """x, y, diameter."""
    sizes = sorted({wide for _, _, wide in hits})
    tools = [f"T{n}C{wide:.3f}" for n, wide in enumerate(sizes, start=1)]
    lines = []
    for n, wide in enumerate(sizes, start=1):
        lines += [f"T{n}", *(f"X{x:.4f}Y{y:.4f}" for x, y, w in hits if w == wide)]
    return "\n".join(["M48", "METRIC,TZ", *tools, "%", "G90", "G05", *lines, "M30", ""])


def gerber_files(drawing: Drawing) -> dict[str, str]:
    files = {"board-Edge_Cuts.gm1": profile(drawing)}
    if drawing.holes:
        files["board-NPTH.drl"] = excellon(
            [(hole.x_mm, hole.y_mm, hole.diameter_mm) for hole in drawing.holes]
        )
    if drawing.leads:
        files["board-PTH.drl"] = excellon(
            [(lead.x_mm, lead.y_mm, lead.width_mm) for lead in drawing.leads]
        )
    if drawing.v_cuts:
        body = ["G01*"]
        for x0, y0, x1, y1 in drawing.v_cuts:
            body += [f"X{_nm(x0)}Y{_nm(y0)}D02*", f"X{_nm(x1)}Y{_nm(y1)}D01*"]
        files["board-User_1.gbr"] = _gerber("Vcut", body)
    return files


# DXF R12, by hand: lines and arcs, each for itself


def dxf(drawing: Drawing, *, units: int | None = 4) -> str:
    groups: list[tuple[int, object]] = [
        (0, "SECTION"),
        (2, "HEADER"),
        (9, "$ACADVER"),
        (1, "AC1009"),
    ]
    if units is not None:
        groups += [(9, "$INSUNITS"), (70, units)]
    groups += [(0, "ENDSEC"), (0, "SECTION"), (2, "ENTITIES")]
    for stroke in drawing.strokes:
        (x0, y0), (x1, y1), bulge = stroke
        if bulge:
            (cx, cy), radius = centre_of(stroke)
            ends = [math.degrees(math.atan2(y - cy, x - cx)) for x, y in ((x0, y0), (x1, y1))]
            begin, stop = ends if bulge > 0 else reversed(ends)
            groups += [(0, "ARC"), (8, "0"), (10, cx), (20, cy), (30, 0.0), (40, radius),
                       (50, begin), (51, stop)]  # fmt: skip
        else:
            groups += _line("0", x0, y0, x1, y1)
    for x, y, radius in drawing.circles:
        groups += [(0, "CIRCLE"), (8, "0"), (10, x), (20, y), (30, 0.0), (40, radius)]
    for cut in drawing.v_cuts:
        groups += _line("V-SCORE", *cut)
    groups += [(0, "ENDSEC"), (0, "EOF")]
    return "".join(
        f"{code}\n{value:.9f}\n" if isinstance(value, float) else f"{code}\n{value}\n"
        for code, value in groups
    )


def _line(layer: str, x0: float, y0: float, x1: float, y1: float) -> list[tuple[int, object]]:
    return [(0, "LINE"), (8, layer), (10, float(x0)), (20, float(y0)), (30, 0.0),
            (11, float(x1)), (21, float(y1)), (31, 0.0)]  # fmt: skip


# Into files


def _kicad_file(drawing: Drawing, folder: Path) -> Path:
    return _write(folder / "board.kicad_pcb", kicad(drawing))


def _kicad_5_file(drawing: Drawing, folder: Path) -> Path:
    return _write(folder / "old.kicad_pcb", kicad_5(drawing))


def _footprint_file(drawing: Drawing, folder: Path) -> Path:
    return _write(folder / "inside.kicad_pcb", kicad(drawing, inside_footprint=True))


def _gerber_folder(drawing: Drawing, folder: Path) -> Path:
    made = folder / "gerber"
    made.mkdir(exist_ok=True)
    for old in made.iterdir():
        old.unlink()
    for name, text in gerber_files(drawing).items():
        _write(made / name, text)
    return made


def _gerber_zip(drawing: Drawing, folder: Path) -> Path:
    with zipfile.ZipFile(folder / "gerber.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in gerber_files(drawing).items():
            archive.writestr(f"out/{name}", text)
    return folder / "gerber.zip"


def _dxf_file(drawing: Drawing, folder: Path) -> Path:
    return _write(folder / "board.dxf", dxf(drawing))


def _write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


FORMATS: dict[str, Callable[[Drawing, Path], Path]] = {
    "kicad": _kicad_file,
    "kicad 5": _kicad_5_file,
    "inside a footprint": _footprint_file,
    "gerber": _gerber_folder,
    "gerber zip": _gerber_zip,
    "dxf": _dxf_file,
}


def toml_file(board: BoardFile, folder: Path) -> Path:
    return _write(folder / "board.toml", board_text(replace(board, source="")))
