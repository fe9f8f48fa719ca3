"""Parts from a table on a board: sizes by package, places against the outline, all of it told."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from appliance.board import BoardFile, Side, board_text, layout_of, read_board
from appliance.board.layout import component_corners
from appliance.board.ring import box
from appliance.cli import main
from appliance.teach_board import inspected, place_windows
from appliance.terms import Polarity
from cradles.build import build
from cradles.errors import DesignFileError
from cradles.optics import Camera, Scene, photograph
from cradles.read import TableWishes, read_design
from cradles.read.packages import package_of
from tests.conftest import ROOT
from tests.cradles.outlines import KNOWN
from tests.cradles.tables import DIALECTS
from tests.cradles.writers import FORMATS, drawing_of

BOARD = BoardFile(name="psu", outline=box(0, 0, 80, 50))
HEAD = "Designator,Footprint,Mid X,Mid Y,Layer,Rotation\n"


def _design(folder: Path, text: str | bytes, board: BoardFile = BOARD, **wishes: object):  # type: ignore[no-untyped-def]
    design, table = folder / "board.toml", folder / "table.csv"
    design.write_text(board_text(board), encoding="utf-8")
    table.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_design(design, table=table, wishes=TableWishes(**wishes))  # type: ignore[arg-type]


def _rows(*rows: tuple[object, ...]) -> str:
    return HEAD + "".join(
        f"{name},{package},{x}mm,{y}mm,{side},{turn}\n" for name, package, x, y, side, turn in rows
    )


SIZES = {
    "Resistor_SMD:R_0603_1608Metric": (1.6, 0.8, 0.55),
    "RESC1005X40N": (1.0, 0.5, 0.4),
    "C0805": (2.0, 1.25, 1.4),
    "2512": (6.3, 3.2, 0.75),
    "SOT-23-5": (2.8, 2.9, 1.45),
    "SOT23": (2.4, 2.9, 1.12),
    "SOIC-8_3.9x4.9mm_P1.27mm": (6.0, 4.9, 1.75),
    "SOIC127P600X175-14N": (6.0, 8.89, 1.75),
    "TSSOP-20_4.4x6.5mm_P0.65mm": (6.4, 6.5, 1.2),
    "LQFP-48_7x7mm_P0.5mm": (9.0, 9.0, 1.6),
    "QFN-32-1EP_5x5mm_P0.5mm_EP3.45x3.45mm": (5.0, 5.0, 1.0),
    "DIP-8_W7.62mm": (8.82, 10.16, 5.33),
    "DIL14": (8.8, 17.78, 5.33),
    "PinHeader_1x04_P2.54mm_Vertical": (2.54, 10.16, 8.482),
    "HDR-2X5": (5.08, 12.7, 8.5),
    "TO-220-3_Vertical": (10.4, 4.7, 20.0),
    "TO-92": (5.2, 4.2, 8.0),
    "CP_Radial_D18.0mm_P7.50mm": (18.0, 18.0, 34.8),
    "HC49US": (11.5, 4.9, 4.2),
    "DO-41": (11.0, 2.7, 2.8),
    "D_SMB": (5.4, 3.6, 2.5),
    "R_Axial_DIN0207_L6.3mm_D2.5mm_P10.16mm_Horizontal": (10.96, 2.5, 2.7),
    "CP_EIA-3216-18_Kemet-A": (3.2, 1.6, 1.8),
}


@pytest.mark.parametrize("name", sorted(SIZES))
def test_packages_have_their_standards_size(name: str) -> None:
    package = package_of(name)
    assert package is not None and package.source
    assert (package.width_mm, package.height_mm, package.tall_mm) == pytest.approx(SIZES[name])


@pytest.mark.parametrize(
    "name", ["", "XYZ-99", "SMA_Amphenol_132289_EdgeMount", "R_Array_Convex_4x0603",
             "TO-220-3_Horizontal_TabDown", "QFN-8_1.2.3x4mm", "DIP-9999_W7.62mm", "1" * 500]
)  # fmt: skip
def test_an_unknown_package_is_unknown(name: str) -> None:
    assert package_of(name) is None


def test_every_row_of_the_table_names_its_source_and_is_whole() -> None:
    text = (ROOT / "cradles/read/packages.csv").read_text()
    rows = list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))
    assert len(rows) > 100
    for row in rows:
        assert None not in row and len(row["source"]) > 8, row
        assert row["polarity"] in ("fixed", "half_turn")


def test_a_chip_that_is_a_diode_is_not_turnable() -> None:
    chip = package_of("0603")
    assert chip is not None
    assert chip.polarity_of("R17") is Polarity.HALF_TURN
    assert {chip.polarity_of(name) for name in ("D3", "LED1", "17", "Q1")} == {Polarity.FIXED}


def test_a_tables_parts_become_windows(tmp_path: Path) -> None:
    design = _design(tmp_path, DIALECTS["altium csv, mm"][1])
    parts = {part.designator: part for part in design.board.components}
    assert list(parts) == ["R1", "C12", "U1", "D2"]
    u1, d2 = parts["U1"], parts["D2"]
    assert (u1.x_mm, u1.y_mm, u1.turn_deg) == (41.275, 20.32, 270)
    assert (u1.width_mm, u1.height_mm, u1.tall_mm) == (6.0, 4.9, 1.75)
    assert (parts["R1"].polarity, d2.polarity) == (Polarity.HALF_TURN, Polarity.FIXED)
    assert d2.side is Side.BOTTOM
    assert [part.designator for part in inspected(design.board)] == ["R1", "C12", "U1"]
    assert "4 parts from table.csv." in design.notes
    assert any("seen from above" in note for note in design.notes), "what is assumed of D2"
    # R1 is turned: its window is higher than wide
    corners = component_corners(design.board, layout_of(design.board), parts["R1"])
    assert max(y for _, y in corners) - min(y for _, y in corners) == pytest.approx(1.6)


def test_kicads_through_hole_parts_are_placed_by_their_middle(tmp_path: Path) -> None:
    text = (
        "### Unit = mm ###\n# Ref Val Package PosX PosY Rot Side\n"
        "U1 NE555 DIP-8_W7.62mm 20 30 0 top\n"
        "J1 conn PinHeader_1x04_P2.54mm_Vertical 40 20 90 top\n"
        "J2 conn PinHeader_2x03_P2.54mm_Vertical 60 20 0 bottom\n"
    )
    u1, j1, j2 = _design(tmp_path, text.replace("### Unit", "## Unit")).board.components
    assert (u1.x_mm, u1.y_mm) == pytest.approx((23.81, 26.19))
    assert (j1.x_mm, j1.y_mm) == pytest.approx((43.81, 20))
    assert (j2.x_mm, j2.y_mm) == pytest.approx((61.27, 22.54))


def test_a_part_of_unknown_size_is_named_and_left_out(tmp_path: Path) -> None:
    text = _rows(
        ("R1", "R0603", 10, 10, "T", 0), ("U7", "XYZ-99", 20, 10, "T", 0),
        ("FID1", "Fiducial", 3, 3, "T", 0), ("U8", "XYZ-99", 30, 10, "T", 0),
        ("FID1", "Fiducial", 70, 3, "T", 0),
    )  # fmt: skip
    design = _design(tmp_path, text)
    assert [part.designator for part in design.board.components] == ["R1"]
    (told,) = (note for note in design.notes if note.startswith("NOT INSPECTED"))
    assert "2 of 3 parts" in told and "XYZ-99: U7, U8" in told and "--unknown-size" in told
    assert any("No parts, left out: FID1, FID1" in note for note in design.notes)
    design = _design(tmp_path, text, unknown_size_mm=(5.0, 4.0))
    u8 = design.board.components[-1]
    assert (u8.designator, u8.width_mm, u8.height_mm, u8.tall_mm) == ("U8", 5.0, 4.0, 0.0)
    assert any("taken to be 5 × 4 mm: XYZ-99: U7, U8" in note for note in design.notes)
    (told,) = (note for note in design.notes if "height" in note)
    assert "2 of 3 parts" in told and "2 mm is taken: U7, U8" in told


def test_a_table_without_packages_needs_a_size(tmp_path: Path) -> None:
    jlc = DIALECTS["jlc"][1]
    with pytest.raises(DesignFileError, match="--unknown-size"):
        _design(tmp_path, jlc)
    assert len(_design(tmp_path, jlc, unknown_size_mm=(3.0, 3.0)).board.components) == 4


GRID = [(x, y) for x in (8, 40, 72) for y in (6, 25, 44)]
TOP = [(f"R{i + 1}", "R0603", x, y, "T", 0) for i, (x, y) in enumerate(GRID)]


@pytest.mark.parametrize(
    ("rows", "wishes", "words"),
    [
        ([(n, p, x + 100, y - 90, s, t) for n, p, x, y, s, t in TOP], {}, "another origin"),
        ([(n, p, x / 25.4, y / 25.4, s, t) for n, p, x, y, s, t in TOP], {}, "unit is wrong"),
        ([(n, p, x * 25.4, y * 25.4, s, t) for n, p, x, y, s, t in TOP], {}, "not in inches"),
        ([(n, p, x / 0.0254, y / 0.0254, s, t) for n, p, x, y, s, t in TOP], {}, "in mils"),
        ([*TOP, ("C1", "C0603", -30, 20, "B", 0)], {}, "--bottom-mirrored takes it so"),
        ([*TOP, ("C1", "C0603", 30, 20, "B", 0)], {"bottom_mirrored": True}, "to be left out"),
        ([*TOP, ("C1", "C0603", 120, 20, "T", 0)], {}, "1 beside it (C1)"),
        ([*TOP, TOP[2]], {}, "R3 in lines 4, 11"),
    ],
)  # fmt: skip
def test_parts_beside_the_board_are_refused_with_the_likely_cause(
    tmp_path: Path, rows: list[tuple[object, ...]], wishes: dict[str, object], words: str
) -> None:
    with pytest.raises(DesignFileError) as refusal:
        _design(tmp_path, _rows(*rows), **wishes)
    assert words in str(refusal.value)


def test_an_origin_and_a_mirrored_lower_side_are_taken_as_said(tmp_path: Path) -> None:
    board = replace(BOARD, outline=box(100, -90, 180, -40))
    text = _rows(("R1", "R0603", 8, 6, "T", 0), ("C1", "C0603", -30, 20, "B", 90))
    made = _design(tmp_path, text, board, origin_mm=(100.0, -90.0), bottom_mirrored=True)
    assert [(p.x_mm, p.y_mm) for p in made.board.components] == [(108, -84), (130, -70)]
    assert any("count to the left" in note for note in made.notes)


def test_parts_that_the_board_has_stay_as_they_are(tmp_path: Path) -> None:
    known = KNOWN["rounded sensor"].board
    text = _rows(
        ("U1", "QFN-32_5x5mm", 40, 25, "T", 0), ("C1", "0603", 60, 40, "T", 0),
        ("R9", "0603", 60, 12, "T", 0),
    )  # fmt: skip
    design = _design(tmp_path, text, known)
    assert design.board.components[:3] == known.components
    assert design.board.components[3].designator == "R9"
    notes = " ".join(design.notes)
    assert "2 parts of table.csv are in the board already" in notes
    assert "Elsewhere in table.csv than in the board: C1 (50.0 mm)" in notes
    assert "In the board, but not in table.csv: J1" in notes


def test_a_panels_table_is_parted_into_its_units(tmp_path: Path) -> None:
    known = replace(KNOWN["panel of four"].board, components=())
    one = [("R1", "0603", 10, 10, "T", 0), ("U1", "SOIC-8", 30, 20, "T", 90)]
    whole = [
        (name, package, unit.x_mm + x, unit.y_mm + y, side, turn)
        for unit in known.units
        for name, package, x, y, side, turn in one
    ]
    of_one = _design(tmp_path, _rows(*one), known).board
    of_all = _design(tmp_path, _rows(*whole), known).board
    assert of_one.components == of_all.components and of_all.units == known.units
    assert [part.designator for part in inspected(of_all)][:3] == ["A:R1", "A:U1", "B:R1"]
    moved = [*whole[:-1], (*whole[-1][:2], whole[-1][2] + 2, *whole[-1][3:])]
    odd = _design(tmp_path, _rows(*moved), known)
    assert [part.designator for part in odd.board.components][-2:] == ["D:R1", "D:U1"]
    assert odd.board.units == () and any("not all alike" in note for note in odd.notes)


def test_a_gerber_boards_table_becomes_windows_in_the_picture(tmp_path: Path) -> None:
    folder = FORMATS["gerber"](drawing_of(KNOWN["rounded sensor"].board), tmp_path)
    (tmp_path / "cpl.csv").write_text(
        _rows(("R1", "R0603", 20, 10, "T", 0), ("U1", "SOIC-8", 55, 35, "T", 90))
    )
    board = read_design(folder, table=tmp_path / "cpl.csv").board
    cradle, camera = build(board), Camera()
    scene = Scene(cradle=cradle, moved_mm=(0.3, -0.2))
    windows = {w.component: w for w in place_windows(board, photograph(scene, camera)).windows}
    assert set(windows) == {"R1", "U1"}
    for part in board.components:
        at = np.array([[*cradle.layout.to_cradle(part.x_mm, part.y_mm), 0.0]])
        (seen,) = camera.project(at, scene.board_pose())
        rect = windows[part.designator].rect
        middle = (rect.xmin_px + rect.xmax_px) / 2, (rect.ymin_px + rect.ymax_px) / 2
        assert middle == pytest.approx(tuple(seen), abs=1.0)


def test_the_command_puts_a_tables_parts_into_board_toml(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    design, table, out = tmp_path / "b.toml", tmp_path / "t.csv", tmp_path / "made"
    design.write_text(board_text(replace(KNOWN["edge card"].board, components=())))
    table.write_text(_rows(*TOP[:1], ("U1", "SOIC-8", 30, 15, "T", 90)))
    command = ["cradle", "build", str(design), "--centroid", str(table), "--out", str(out)]
    assert main([*command, "--json"]) == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["passed"] and "2 parts from t.csv." in said.err
    assert [part.designator for part in read_board(out / "board.toml").components] == ["R1", "U1"]
    table.write_text(_rows(("R1", "R0603", 300, 10, "T", 0)))
    before = (out / "board.toml").read_bytes()
    assert main(command) == 2
    assert "1 beside it" in capsys.readouterr().err
    assert (out / "board.toml").read_bytes() == before
    with pytest.raises(SystemExit):
        main([*command, "--unknown-size", "large"])
    assert "two numbers WxH" in capsys.readouterr().err
