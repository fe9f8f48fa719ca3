"""Every known outline in every format that can say it, and its malformed twins."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely

from appliance.board import BoardFile, Hole, Protrusion
from appliance.board.ring import Ring, edges, flatten
from appliance.refusal import Refusal
from cradles.build import build
from cradles.errors import CradleError, DesignFileError
from cradles.read import read_design
from tests.cradles.outlines import CASTELLATED, CASTELLATIONS, KNOWN
from tests.cradles.writers import FORMATS, Drawing, Stroke, drawing_of, dxf, gerber_files, toml_file

NAMES = sorted(KNOWN)
NEAR_MM = 0.001


def _apart(one: Ring, other: Ring) -> float:
    """How far the two edges lie apart at the most, mm; arcs as chords that err by 0.1 µm."""
    a, b = (shapely.LinearRing(flatten(ring, chord_error_mm=1e-4)) for ring in (one, other))
    return max(
        float(shapely.distance(shapely.points(shapely.get_coordinates(x)), y).max())
        for x, y in ((a, b), (b, a))
    )


def _places(items: tuple[Hole, ...] | tuple[Protrusion, ...]) -> list[tuple[float, float]]:
    return sorted((round(item.x_mm, 3) + 0.0, round(item.y_mm, 3) + 0.0) for item in items)


def _check_same(found: BoardFile, drawn: BoardFile) -> None:
    assert _apart(found.outline, drawn.outline) < NEAR_MM
    assert len(found.cutouts) == len(drawn.cutouts)
    for ring in drawn.cutouts:
        assert min(_apart(ring, other) for other in found.cutouts) < NEAR_MM
    assert found.area_mm2 == pytest.approx(drawn.area_mm2, rel=1e-6)
    assert sorted(found.v_cuts) == sorted(drawn.v_cuts)
    assert [(u.name, u.x_mm, u.y_mm) for u in found.units] == [
        (u.name, u.x_mm, u.y_mm) for u in drawn.units
    ]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", sorted(FORMATS))
def test_an_outline_is_the_same_from_every_format(tmp_path: Path, kind: str, name: str) -> None:
    drawn = KNOWN[name].board
    design = read_design(FORMATS[kind](drawing_of(drawn), tmp_path))
    _check_same(design.board, drawn)
    assert design.board.area_mm2 == pytest.approx(KNOWN[name].area_mm2, rel=1e-6)
    assert not any("closed" in note for note in design.notes), "nothing had to be healed"
    if kind != "dxf":
        assert _places(design.board.holes) == _places(drawn.holes)
    if kind.startswith(("kicad", "inside")):
        assert design.board.thickness_mm == drawn.thickness_mm
        assert sorted(h.tooling for h in design.board.holes) == sorted(
            h.tooling for h in drawn.holes
        )


@pytest.mark.parametrize("name", NAMES)
def test_a_board_toml_is_read_as_it_was_written(tmp_path: Path, name: str) -> None:
    design = read_design(toml_file(KNOWN[name].board, tmp_path))
    assert design.board == replace(KNOWN[name].board, source="")


# Malformed twins: each changes the drawing before it is written


def _moved_start(drawing: Drawing, by: float) -> Drawing:
    (x, y), end, bulge = drawing.strokes[0]
    return replace(drawing, strokes=(((x, y + by), end, bulge), *drawing.strokes[1:]))


def _crossing(drawing: Drawing) -> Drawing:
    """Two neighbouring corners change places."""
    corners = [start for start, _, _ in drawing.strokes]
    corners[0], corners[1] = corners[1], corners[0]
    return replace(drawing, strokes=_ring(corners), circles=())


def _ring(corners: list[tuple[float, float]]) -> tuple[Stroke, ...]:
    return tuple((a, b, 0.0) for a, b in zip(corners, corners[1:] + corners[:1], strict=True))


def _right(drawing: Drawing) -> float:
    return max(end[0] for _, end, _ in drawing.strokes) + 40


def _twice(drawing: Drawing) -> Drawing:
    x = _right(drawing)
    beside = _ring([(x, 0.0), (x + 20, 0.0), (x + 20, 15.0), (x, 15.0)])
    return replace(drawing, strokes=(*drawing.strokes, *beside))


def _hole_outside(drawing: Drawing) -> Drawing:
    return replace(drawing, circles=(*drawing.circles, (_right(drawing), 10.0, 2.0)))


def _branch(drawing: Drawing) -> Drawing:
    """From the first corner to the second after it, which every outline of three has."""
    one, other = drawing.strokes[0][0], drawing.strokes[1][1]
    if math.dist(one, other) < 0.01:
        other = drawing.strokes[0][1]
    return replace(drawing, strokes=(*drawing.strokes, (one, other, 0.0)))


TWINS: dict[str, tuple[Callable[[Drawing], Drawing], str]] = {
    "a gap": (lambda drawing: _moved_start(drawing, 0.3), "a gap of 0.300 mm between"),
    "two outlines": (_twice, "a second outline outside, near"),
    "a hole outside": (_hole_outside, "a second outline outside, near"),
    "a branch": (_branch, "3 at ("),
}


def _place(x: float, y: float) -> str:
    return f"({x + 0.0:.3f}, {y + 0.0:.3f})"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", sorted(set(FORMATS) - {"gerber zip"}))
def test_malformed_twins_are_refused_with_their_place(tmp_path: Path, kind: str, name: str) -> None:
    outline = replace(KNOWN[name].board, cutouts=(), holes=(), v_cuts=(), units=())
    drawing = drawing_of(outline, whole_circles=False)
    for twin, words in TWINS.values():
        with pytest.raises(DesignFileError) as refusal:
            read_design(FORMATS[kind](twin(drawing), tmp_path))
        assert words in str(refusal.value)
    (x, y), _end, bulge = drawing.strokes[0]
    if bulge == 0:  # of an arc that begins elsewhere every format keeps something else
        with pytest.raises(DesignFileError) as refusal:
            read_design(FORMATS[kind](_moved_start(drawing, 0.3), tmp_path))
        assert _place(x, y + 0.3) in str(refusal.value) and _place(x, y) in str(refusal.value)
        healed = read_design(FORMATS[kind](_moved_start(drawing, 0.0004), tmp_path))
        assert any("0.4 µm" in note and "closed" in note for note in healed.notes)
        assert _apart(healed.board.outline, outline.outline) < NEAR_MM
    if len(drawing.strokes) > 3:
        with pytest.raises(DesignFileError, match="cross itself"):
            read_design(FORMATS[kind](_crossing(drawing), tmp_path))


@pytest.mark.parametrize("name", NAMES)
def test_files_that_are_cut_short_are_refused(tmp_path: Path, name: str) -> None:
    drawing = drawing_of(KNOWN[name].board, whole_circles=False)
    paths = [write(drawing, tmp_path) for kind, write in FORMATS.items() if kind != "gerber"]
    toml = toml_file(KNOWN[name].board, tmp_path)
    toml.write_bytes(toml.read_bytes()[: toml.read_bytes().index(b"outline") + 20])
    with pytest.raises(Refusal):
        read_design(toml)
    for path in paths:
        data = path.read_bytes()
        path.write_bytes(data[: len(data) * 6 // 10])
        with pytest.raises(Refusal):
            read_design(path)
    folder = FORMATS["gerber"](drawing, tmp_path)
    (edge,) = folder.glob("*.gm1")
    edge.write_text(edge.read_text()[: len(edge.read_text()) * 6 // 10])
    with pytest.raises(DesignFileError):
        read_design(folder)


def test_a_crossing_board_toml_is_refused_before_it_is_a_pocket(tmp_path: Path) -> None:
    bad = replace(KNOWN["edge card"].board, outline=((0, 0), (50, 30), (50, 0), (0, 20)))
    with pytest.raises(CradleError, match="cross or touch itself"):
        build(read_design(toml_file(bad, tmp_path)).board)


def test_units_that_are_missing_are_asked_for(tmp_path: Path) -> None:
    drawing = drawing_of(KNOWN["rounded sensor"].board)
    plain = tmp_path / "plain.dxf"
    plain.write_text(dxf(drawing, units=None))
    with pytest.raises(DesignFileError, match="--units"):
        read_design(plain)
    files = gerber_files(drawing)
    folder = tmp_path / "gerber"
    folder.mkdir()
    for name, lost in (("board-Edge_Cuts.gm1", "%MOMM*%\n"), ("board-NPTH.drl", "METRIC,TZ\n")):
        for each, text in files.items():
            (folder / each).write_text(text.replace(lost, "") if each == name else text)
        with pytest.raises(DesignFileError) as refusal:
            read_design(folder)
        assert name in str(refusal.value)


# Holes that the router cuts, holes of leads, milled slots


@pytest.mark.parametrize("kind", ["kicad", "kicad 5", "gerber"])
def test_castellations_leave_the_edge_straight_and_are_told(tmp_path: Path, kind: str) -> None:
    rows = tuple(Protrusion(x_mm=x, y_mm=y, width_mm=1.0, height_mm=1.0) for x, y in CASTELLATIONS)
    pin = Protrusion(x_mm=20, y_mm=15, width_mm=1.0, height_mm=1.0)
    drawing = replace(drawing_of(CASTELLATED.board), leads=(*rows, pin))
    design = read_design(FORMATS[kind](drawing, tmp_path))
    assert f"{len(rows)} half holes along the edge" in " ".join(design.notes)
    assert _places(design.board.protrusions) == [(20, 15)]
    assert design.board.holes == ()
    _check_same(design.board, CASTELLATED.board)


def test_a_wide_half_hole_belongs_into_the_outline(tmp_path: Path) -> None:
    hole = Hole(x_mm=48, y_mm=15, diameter_mm=3.5)
    drawing = replace(drawing_of(CASTELLATED.board), holes=(hole,))
    for kind in ("kicad", "gerber"):
        with pytest.raises(DesignFileError, match=r"3.5 mm that it cuts, at \(48.000, 15.000\)"):
            read_design(FORMATS[kind](drawing, tmp_path))


def test_milled_slots_of_a_drill_file_are_cut_outs_once(tmp_path: Path) -> None:
    board = KNOWN["slotted mains"].board
    folder = FORMATS["gerber"](drawing_of(replace(board, cutouts=())), tmp_path)
    slots = "M48\nMETRIC,TZ\nT1C3.000\nT2C2.000\n%\nG90\nG05\nT1\nX20.0Y22.0G85X60.0Y22.0\n"
    route = "T2\nG00X80.0Y30.0\nM15\nG01X100.0Y30.0\nM16\nG05\nM30\n"
    (folder / "board-NPTH.drl").write_text(slots + route)
    _check_same(read_design(folder).board, board)
    (folder / "board-Edge_Cuts.gm1").write_text(
        gerber_files(drawing_of(board))["board-Edge_Cuts.gm1"]
    )
    _check_same(read_design(folder).board, board)
    over = "M48\nMETRIC,TZ\nT1C3.000\n%\nG05\nT1\nX110.0Y22.0G85X130.0Y22.0\nM30\n"
    (folder / "board-NPTH.drl").write_text(over)
    notes = " ".join(read_design(folder).notes)
    assert "A milled slot at (120.000, 22.000) mm crosses the edge" in notes


def test_plated_holes_of_a_leads_size_are_leads(tmp_path: Path) -> None:
    board = KNOWN["rounded sensor"].board
    leads = tuple(
        Protrusion(x_mm=x, y_mm=10, width_mm=wide, height_mm=wide)
        for x, wide in ((10, 0.3), (20, 0.8), (30, 1.6), (40, 3.2))
    )
    design = read_design(FORMATS["gerber"](replace(drawing_of(board), leads=leads), tmp_path))
    assert _places(design.board.protrusions) == [(20, 10), (30, 10)]
    assert [h.diameter_mm for h in design.board.holes if not h.tooling] == [0.3, 3.2]
    assert any("2 plated holes of 0.6 to 2 mm" in note for note in design.notes)


def test_a_polygon_with_arcs_among_its_corners(tmp_path: Path) -> None:
    """KiCad 7 and later join lines and arcs to one gr_poly."""
    board = KNOWN["m.2 card"].board
    parts = []
    for stroke in edges(board.outline):
        (x0, y0), (x1, y1), bulge = stroke
        if bulge:
            mx, my = (x0 + x1) / 2 + (y1 - y0) * bulge / 2, (y0 + y1) / 2 - (x1 - x0) * bulge / 2
            parts.append(f"(arc (start {x0} {-y0}) (mid {mx} {-my}) (end {x1} {-y1}))")
        else:
            parts.append(f"(xy {x0} {-y0})")
    path = tmp_path / "poly.kicad_pcb"
    path.write_text(
        f'(kicad_pcb (version 20240108) (gr_poly (pts {" ".join(parts)}) (layer "Edge.Cuts")))'
    )
    _check_same(read_design(path).board, board)


def test_flattened_arcs_lie_within_the_chord_error() -> None:
    ring = KNOWN["led ring"].board.outline
    away = np.hypot(*(flatten(ring) - (50, 50)).T)
    assert np.abs(away - 35).max() < 1e-9
    middles = (flatten(ring) + np.roll(flatten(ring), -1, axis=0)) / 2
    assert 35 - np.hypot(*(middles - (50, 50)).T).min() < 0.005
