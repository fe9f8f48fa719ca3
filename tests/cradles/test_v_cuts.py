"""Score lines of a panel: read from every format, and the units between them."""

from __future__ import annotations

from pathlib import Path

import ezdxf.filemanagement
import pytest

from appliance.board import BoardFile, Component, Side, placed_components
from appliance.board.ring import box
from cradles.read import Design, read_design
from cradles.read.units import MOST_CUTS, V_CUT, Cut, with_cuts

# 110 × 90 mm: rails of 5 mm at the sides and of 10 mm below and above, 2 × 2 units of 50 × 35 mm
CUTS: tuple[Cut, ...] = (
    (5, 0, 5, 90), (55, 0, 55, 90), (105, 0, 105, 90),
    (0, 10, 110, 10), (0, 45, 110, 45), (0, 80, 110, 80),
)  # fmt: skip
UNITS = [("A", 5, 10), ("B", 55, 10), ("C", 5, 45), ("D", 55, 45)]
PANEL = BoardFile(name="panel", outline=box(0, 0, 110, 90))


def _found(design: Design) -> list[tuple[str, float, float]]:
    return [(unit.name, unit.x_mm, unit.y_mm) for unit in design.board.units]


def _kicad(folder: Path, layer: str, extra: str = "", layers: str = "") -> Design:
    lines = "".join(
        f'(gr_line (start {x0} {-y0}) (end {x1} {-y1}) (layer "{layer}"))'
        for x0, y0, x1, y1 in CUTS
    )
    path = folder / "panel.kicad_pcb"
    path.write_text(
        f"(kicad_pcb (version 20240108) {layers} {lines} {extra}"
        '(gr_rect (start 0 -90) (end 110 0) (layer "Edge.Cuts")))'
    )
    return read_design(path)


LAYERS = '(layers (0 "F.Cu" signal) (44 "Edge.Cuts" user) (50 "User.1" user "V-Cuts"))'
TEXT = '(gr_text "V-CUT" (at 112 -10) (layer "Cmts.User"))'


@pytest.mark.parametrize(
    ("layer", "extra", "layers"),
    [("User.1", "", LAYERS), ("V-Cuts", "", LAYERS), ("Cmts.User", TEXT, ""), ("V.Score", "", "")],
)
def test_kicads_layers_of_v_cuts_are_known_by_name_or_by_their_writing(
    tmp_path: Path, layer: str, extra: str, layers: str
) -> None:
    design = _kicad(tmp_path, layer, extra, layers)
    assert _found(design) == UNITS
    assert sorted(design.board.v_cuts) == sorted(CUTS)
    assert any("4 units of 50 × 35 mm" in note for note in design.notes)


def test_lines_of_other_layers_are_no_v_cuts(tmp_path: Path) -> None:
    design = _kicad(tmp_path, "Cmts.User")
    assert (design.board.v_cuts, design.board.units) == ((), ())


def _part(name: str, x: float, y: float) -> str:
    return (
        f'(footprint "R_0603_1608Metric" (layer "F.Cu") (at {x} {-y}) (property "Reference" '
        f'"{name}") (fp_rect (start -1 -0.5) (end 1 0.5) (layer "F.CrtYd")))'
    )


def test_a_panels_repeated_parts_are_those_of_one_unit(tmp_path: Path) -> None:
    parts = "".join(_part("R1", x + 10, y + 5) + _part("R2", x + 20, y + 6) for _, x, y in UNITS)
    board = _kicad(tmp_path, "V-Cuts", parts, LAYERS).board
    assert [(p.designator, p.x_mm, p.y_mm) for p in board.components] == [
        ("R1", 10, 5), ("R2", 20, 6)
    ]  # fmt: skip
    names = [part.designator for part in placed_components(board)]
    assert names == ["A:R1", "A:R2", "B:R1", "B:R2", "C:R1", "C:R2", "D:R1", "D:R2"]


def test_units_that_differ_keep_their_parts_where_they_are(tmp_path: Path) -> None:
    parts = "".join(_part("R1", x + 10, y + 5) for _, x, y in UNITS) + _part("J9", 2, 50)
    design = _kicad(tmp_path, "V-Cuts", parts, LAYERS)
    names = [part.designator for part in placed_components(design.board)]
    assert names == ["A:R1", "B:R1", "C:R1", "D:R1", "panel:J9"]
    assert any("not all alike" in note for note in design.notes)


def test_a_dxf_layer_of_v_cuts_is_no_edge(tmp_path: Path) -> None:
    document = ezdxf.filemanagement.new("R2010")
    document.units = 4
    space = document.modelspace()
    space.add_lwpolyline([(0, 0), (110, 0), (110, 90), (0, 90)], close=True)
    for x0, y0, x1, y1 in CUTS:
        space.add_line((x0, y0), (x1, y1), dxfattribs={"layer": "VCUT"})
    document.saveas(tmp_path / "panel.dxf")
    design = read_design(tmp_path / "panel.dxf")
    assert _found(design) == UNITS and design.board.area_mm2 == pytest.approx(110 * 90)


def _gerber(strokes: list[Cut], function: str) -> str:
    def at(x: float, y: float) -> str:
        return f"X{round(x * 1e6)}Y{round(y * 1e6)}"

    lines = "".join(f"{at(a, b)}D02*\n{at(c, d)}D01*\n" for a, b, c, d in strokes)
    return f"{function}%FSLAX46Y46*%\n%MOMM*%\n%ADD10C,0.1*%\nD10*\nG01*\n{lines}M02*\n"


@pytest.mark.parametrize(
    ("name", "function"),
    [("panel-V_Cut.gbr", ""), ("panel.vscore.gbr", ""), ("x.gbr", "%TF.FileFunction,Vcut*%\n")],
)
def test_gerber_files_of_v_cuts_are_known_by_name_or_function(
    tmp_path: Path, name: str, function: str
) -> None:
    edge: list[Cut] = [(0, 0, 110, 0), (110, 0, 110, 90), (110, 90, 0, 90), (0, 90, 0, 0)]
    (tmp_path / "panel-Edge_Cuts.gbr").write_text(_gerber(edge, ""))
    (tmp_path / name).write_text(_gerber(list(CUTS), function))
    design = read_design(tmp_path)
    assert _found(design) == UNITS
    assert f"{name} is taken for V-cuts." in design.notes


def test_names_of_layers() -> None:
    for name in ("V-Cut", "Vcut", "VCUT", "V_Score", "vscore", "V-Groove", "panel-V_CUTS.gbr"):
        assert V_CUT.search(name), name
    for name in ("Edge.Cuts", "F.Cu", "Dwgs.User", "outline", "via.cuts"):
        assert not V_CUT.search(name), name


@pytest.mark.parametrize(
    ("cuts", "words"),
    [
        ([(0, 10, 60, 10)], "ends inside the panel"),
        ([(30, 0, 30, 90), (75, 0, 75, 90)], "30.00, 45.00, 35.00 mm wide"),
        ([(0, 0, 110, 90)], "1 score lines run aslant"),
        ([(i / 10, 0, i / 10, 90) for i in range(MOST_CUTS + 1)], "too many"),
    ],
)
def test_what_makes_no_grid_is_said(cuts: list[Cut], words: str) -> None:
    board, notes = with_cuts(PANEL, cuts)
    assert board.units == ()
    assert words in " ".join(notes)


def test_pieces_of_a_line_are_one_and_reach_beyond_the_edge() -> None:
    pieces: list[Cut] = [
        (60, 45, 55, 45), (-3, 45, 55, 45), (113, 45, 60, 45), (55, 93, 55, -3), (55, 93, 55, -3),
    ]  # fmt: skip
    board, _ = with_cuts(PANEL, pieces)
    assert board.v_cuts == ((-3, 45, 113, 45), (55, -3, 55, 93))
    assert [(u.x_mm, u.y_mm) for u in board.units] == [(0, 0), (55, 0), (0, 45), (55, 45)]


def test_parts_below_go_to_their_units_too() -> None:
    part = Component(designator="R1", x_mm=10, y_mm=5, width_mm=2, height_mm=1, side=Side.BOTTOM)
    board, _ = with_cuts(
        BoardFile(name="one", outline=box(0, 0, 60, 40), components=(part,)),
        [(0, 5, 60, 5), (0, 35, 60, 35)],
    )
    assert [(u.name, u.x_mm, u.y_mm) for u in board.units] == [("A", 0, 5)]
    assert [(p.designator, p.side) for p in placed_components(board)] == [("A:R1", Side.BOTTOM)]


def test_large_panels_have_rows_and_columns() -> None:
    wide = BoardFile(name="many", outline=box(0, 0, 100, 60))
    cuts: list[Cut] = [(x, 0, x, 60) for x in range(10, 100, 10)]
    cuts += [(0, y, 100, y) for y in (20, 40)]
    board, notes = with_cuts(wide, cuts)
    assert [unit.name for unit in board.units][:11] == [*(f"A{i}" for i in range(1, 11)), "B1"]
    assert "30 units of 10 × 20 mm: A1 at the lower left to C10" in notes[0]
