"""Design files: what they say is what the board is; what is broken is refused with its place."""

from __future__ import annotations

import math
import random
from pathlib import Path

import ezdxf.filemanagement
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.board import Side
from appliance.board.ring import area_mm2, bounds, box
from appliance.refusal import Refusal
from cradles.build import build
from cradles.errors import DesignFileError
from cradles.read import MOST_BYTES, Design, read_design
from cradles.read.heal import Piece, arc_through, outlines, reversed_ring

# 60 × 40 mm with corners of 3 mm: the upper left of the sheet is (100, 50), y points down.
NEW = """(kicad_pcb (version 20240108) (generator "pcbnew") (generator_version "8.0")
 (general (thickness 1.2) (legacy_teardrops no))
 (title_block (title "Sensor \\"A\\"") (rev "B"))
 (future_thing (of (a (kind nobody (knows)))))
 (gr_line (start 103 50) (end 157 50) (stroke (width 0.1) (type default)) (layer "Edge.Cuts"))
 (gr_arc (start 157 50) (mid 159.12132 50.87868) (end 160 53) (layer "Edge.Cuts"))
 (gr_line (start 160 87) (end 160 53) (layer "Edge.Cuts"))
 (gr_arc (start 160 87) (mid 159.12132 89.12132) (end 157 90) (layer "Edge.Cuts"))
 (gr_line (start 157 90) (end 103 90) (layer "Edge.Cuts"))
 (gr_arc (start 103 90) (mid 100.87868 89.12132) (end 100 87) (layer "Edge.Cuts"))
 (gr_line (start 100 87) (end 100 53) (layer "Edge.Cuts"))
 (gr_arc (start 100 53) (mid 100.87868 50.87868) (end 103 50) (layer "Edge.Cuts"))
 (gr_circle (center 130 70) (end 134 70) (layer "Edge.Cuts"))
 (gr_line (start 0 0) (end 300 300) (layer "F.SilkS"))
 (footprint "Resistor_SMD:R_0603" (layer "F.Cu") (at 110 60 90)
  (property "Reference" "R1" (at 0 0)) (property "Value" "10k" (at 0 0))
  (property "Height" "0.5 mm")
  (fp_rect (start -1.5 -0.75) (end 1.5 0.75) (layer "F.CrtYd"))
  (pad "1" smd rect (at -0.8 0 90) (size 0.8 0.9) (layers "F.Cu")))
 (footprint "Connector:Header_1x02" (layer "F.Cu") (at 150 80)
  (property "Reference" "J1") (property "Value" "conn")
  (fp_line (start -2 -2) (end 2 -2) (layer "F.CrtYd"))
  (fp_line (start 2 -2) (end 2 5) (layer "F.CrtYd"))
  (fp_line (start 2 5) (end -2 5) (layer "F.CrtYd"))
  (fp_line (start -2 5) (end -2 -2) (layer "F.CrtYd"))
  (pad "1" thru_hole circle (at 0 0) (size 1.7 1.7) (drill 1) (layers "*.Cu"))
  (pad "2" thru_hole circle (at 0 2.54) (size 1.7 1.7) (drill oval 1 1.4) (layers "*.Cu")))
 (footprint "Package:SOT-23" (layer "B.Cu") (at 120 80 180)
  (property "Reference" "Q1") (fp_circle (center 0 0) (end 1.8 0) (layer "B.CrtYd")))
 (footprint "MountingHole:MountingHole_3.2mm_M3" (layer "F.Cu") (at 104 54)
  (property "Reference" "H1") (pad "" np_thru_hole circle (at 0 0) (size 3.2 3.2) (drill 3.2)))
 (footprint "MountingHole:MountingHole_3.2mm_M3_Pad" (layer "F.Cu") (at 156 54)
  (property "Reference" "H2") (pad "1" thru_hole circle (at 0 0) (size 6 6) (drill 3.2)))
)"""
# Version 5: modules, words without quotes, arcs by centre, beginning and angle.
OLD = """(kicad_pcb (version 20171130) (host pcbnew 5.1.9)
 (general (thickness 1.6) (drawings 8))
 (gr_line (start 12 10) (end 50 10) (layer Edge.Cuts) (width 0.1))
 (gr_line (start 50 10) (end 50 30) (layer Edge.Cuts) (width 0.1))
 (gr_line (start 50 30) (end 10 30) (layer Edge.Cuts) (width 0.1))
 (gr_line (start 10 30) (end 10 12) (layer Edge.Cuts) (width 0.1))
 (gr_arc (start 12 12) (end 10 12) (angle 90) (layer Edge.Cuts) (width 0.1))
 (module Resistor_SMD:R_0402 (layer F.Cu) (at 20 20 45)
  (fp_text reference R7 (at 0 0) (layer F.SilkS)) (fp_text value 1k (at 0 0) (layer F.Fab))
  (fp_line (start -0.5 -0.25) (end 0.5 0.25) (layer F.Fab) (width 0.1)))
)"""
# The whole edge belongs to a footprint that is turned by 90 degrees, like a card's outline.
INSIDE = """(kicad_pcb (version 20221018)
 (footprint "cards:M2" (layer "F.Cu") (at 200 100 90)
  (fp_poly (pts (xy 0 2) (xy 2 0) (xy 58 0) (xy 60 2) (xy 60 30) (xy 0 30)) (layer "Edge.Cuts"))
  (fp_rect (start 20 10) (end 30 14) (layer "Edge.Cuts"))))"""


def _kicad(folder: Path, text: str) -> Design:
    path = folder / "board.kicad_pcb"
    path.write_text(text, encoding="utf-8")
    return read_design(path)


def test_a_kicad_board_is_read_with_parts_holes_and_leads(tmp_path: Path) -> None:
    board = _kicad(tmp_path, NEW).board
    # rounded rectangle less a circle of 4 mm radius
    assert board.area_mm2 == pytest.approx(60 * 40 - (4 - math.pi) * 9 - math.pi * 16, rel=1e-6)
    assert board.bounds == pytest.approx((100, -90, 160, -50), abs=1e-5)
    assert (board.name, board.revision, board.thickness_mm) == ('Sensor "A"', "B", 1.2)
    assert area_mm2(board.outline) > 0
    parts = {part.designator: part for part in board.components}
    assert set(parts) == {"R1", "J1", "Q1"}
    r1, j1, q1 = parts["R1"], parts["J1"], parts["Q1"]
    assert (r1.x_mm, r1.y_mm, r1.width_mm, r1.height_mm) == pytest.approx((110, -60, 3, 1.5))
    assert (r1.turn_deg, r1.tall_mm, r1.part_type) == (90, 0.5, "10k R_0603")
    # the courtyard's middle is 1.5 mm below the first pin
    assert (j1.x_mm, j1.y_mm, j1.width_mm, j1.height_mm) == pytest.approx((150, -81.5, 4, 7))
    assert (q1.side, q1.width_mm) == (Side.BOTTOM, 3.6)
    assert [(p.x_mm, p.y_mm, p.width_mm) for p in board.protrusions] == [
        (150, -80, 1), (150, -82.54, 1.4)
    ]  # fmt: skip
    assert [(h.x_mm, h.y_mm, h.diameter_mm, h.tooling) for h in board.holes] == [
        (104, -54, 3.2, True), (156, -54, 3.2, True)
    ]  # fmt: skip


def test_what_gets_no_window_is_named(tmp_path: Path) -> None:
    def footprint(name: str, reference: str, extra: str) -> str:
        return (
            f'(footprint "lib:{name}" (layer "F.Cu") (at 120 70) {extra} '
            f'(property "Reference" "{reference}"))'
        )

    body = '(fp_rect (start -1 -1) (end 1 1) (layer "F.CrtYd"))'
    more = "".join(
        (
            footprint("R_0402", "R9", f"(attr smd dnp) {body}"),
            footprint("Fiducial_1mm", "FID1", f"(attr smd) {body}"),
            footprint("mousebite", "REF**", body) * 3,
            footprint("Antenna", "AE1", "(attr smd)"),
            footprint("R_0402", "TP4", body),
        )
    )
    design = _kicad(tmp_path, NEW[: NEW.rindex(")")] + more + ")")
    assert {part.designator for part in design.board.components} == {"R1", "J1", "Q1", "TP4"}
    for words in (
        "Not fitted (DNP), left out: R9.",
        "No parts, left out: FID1, REF** (3 times).",
        "Parts without courtyard, drawing or pads, left out: AE1.",
    ):
        assert words in design.notes


def test_a_kicad_5_board_is_read(tmp_path: Path) -> None:
    board = _kicad(tmp_path, OLD).board
    # 40 × 20 with one corner of 2 mm radius
    assert board.area_mm2 == pytest.approx(800 - (4 - math.pi), rel=1e-6)
    part = board.components[0]
    assert (part.designator, part.turn_deg, part.part_type) == ("R7", 45, "1k R_0402")
    assert (part.width_mm, part.height_mm) == (1, 0.5)


def test_an_outline_inside_a_turned_footprint_is_placed(tmp_path: Path) -> None:
    board = _kicad(tmp_path, INSIDE).board
    assert board.area_mm2 == pytest.approx(60 * 30 - 2 * 2 - 40)
    assert board.size_mm == pytest.approx((30, 60))
    assert board.bounds == pytest.approx((200, -100, 230, -40))


def test_a_read_board_makes_a_cradle(tmp_path: Path) -> None:
    cradle = build(_kicad(tmp_path, NEW).board)
    assert cradle.solid.bodies == 1
    assert len(cradle.seating.pins) == 2


def test_a_gap_below_a_hundredth_of_a_millimetre_is_healed_and_told(tmp_path: Path) -> None:
    design = _kicad(tmp_path, NEW.replace("(start 103 50)", "(start 103.0004 50)", 1))
    assert any("0.4 µm" in note and "103.0" in note for note in design.notes)
    assert design.board.area_mm2 == pytest.approx(
        60 * 40 - (4 - math.pi) * 9 - math.pi * 16, rel=1e-4
    )


STROKE = '(gr_line (start 100 87) (end 160 53) (layer "Edge.Cuts"))'
CIRCLE = "(center 130 70) (end 134 70)"
BROKEN = {
    "a gap": (NEW.replace("(start 103 50)", "(start 103.3 50)", 1), "a gap of 0.300 mm between"),
    "the place of a gap": (NEW.replace("(start 103 50)", "(start 103.3 50)", 1), "(103.300, -50"),
    "a branch": (
        NEW.replace("(gr_circle", f"{STROKE} (gr_circle"),
        "3 at (1",
    ),
    "a hole outside": (NEW.replace(CIRCLE, "(center 230 70) (end 234 70)"),
                       "a second outline outside, near (230"),
    "a hole across the edge": (
        NEW.replace(CIRCLE, "(center 160 70) (end 164 70)"), "crosses the outline"
    ),
    "cut short": (NEW[:900], "cut short"),
    "no outline": (NEW.replace("Edge.Cuts", "Dwgs.User"), "a closed outline"),
    "another format": ("(kicad_sch (version 1))", "to be a KiCad board"),
    "empty": ("", "to be a KiCad board"),
    "binary": ("(kicad_pcb \x00\x01", "cut short"),
    "bottomless": ("(kicad_pcb " + "(a " * 5000 + ")" * 5001, "lists inside one another"),
    "no number": (NEW.replace("(start 103 50)", "(start nan 50)", 1), "number"),
    "huge numbers": (NEW.replace("(start 160 87)", "(start 1e300 87)", 1), "within ±2000 mm"),
    "self-crossing": (
        INSIDE.replace("(xy 60 2) (xy 60 30)", "(xy 60 30) (xy 60 2)"), "cross itself"
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", sorted(BROKEN))
def test_a_broken_board_is_refused_in_words(tmp_path: Path, what: str) -> None:
    text, words = BROKEN[what]
    with pytest.raises(Refusal) as refusal:
        _kicad(tmp_path, text)
    assert words in str(refusal.value)


def test_a_hostile_file_of_200_mb_is_not_even_opened(tmp_path: Path) -> None:
    path = tmp_path / "big.kicad_pcb"
    with path.open("wb") as file:
        file.truncate(200_000_000)
    path.chmod(0)
    with pytest.raises(DesignFileError, match="200 MB"):
        read_design(path)
    assert MOST_BYTES < 200_000_000


def test_files_that_are_none_of_ours_are_named(tmp_path: Path) -> None:
    (tmp_path / "x.brd").write_text("<eagle/>")
    with pytest.raises(DesignFileError, match=r"\.kicad_pcb, \.dxf or board\.toml"):
        read_design(tmp_path / "x.brd")
    with pytest.raises(DesignFileError, match="No such file"):
        read_design(tmp_path / "missing.dxf")


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.integers(0, 10**9), st.integers(1, 6))
def test_a_damaged_board_is_read_or_refused_and_nothing_else(
    tmp_path: Path, seed: int, strokes: int
) -> None:
    chance = random.Random(seed)
    text = list(NEW)
    for _ in range(strokes):
        at = chance.randrange(len(text))
        text[at] = chance.choice(["", "(", ")", '"', "9", "-", "e", " ", "\\", "\n", "Ω"])
    try:
        design = _kicad(tmp_path, "".join(text))
    except Refusal:
        return
    except ValueError as error:  # a value that no board can have, told by the board itself
        assert str(error)
        return
    assert design.board.area_mm2 > 0


# DXF


def _dxf(path: Path, units: int = 4) -> Path:
    """80 × 50 mm with a bulging right side, a slot in a block and a round hole."""
    document = ezdxf.filemanagement.new("R2010")
    document.units = units
    space = document.modelspace()
    space.add_line((0, 0), (80, 0))
    space.add_arc((80, 25), 25, 270, 90)
    space.add_lwpolyline([(80, 50), (0, 50), (0, 0)])
    block = document.blocks.new("SLOT")
    block.add_lwpolyline([(0, 0, 0), (10, 0, 1), (10, 4, 0), (0, 4, 1)], format="xyb", close=True)
    space.add_blockref("SLOT", (20, 20))
    space.add_circle((60, 25), 3)
    space.add_line((-10, -10), (90, -10), dxfattribs={"layer": "Dimensions"})
    document.saveas(path)
    return path


def test_a_dxf_is_read_with_arcs_blocks_and_without_its_dimensions(tmp_path: Path) -> None:
    design = read_design(_dxf(tmp_path / "frame.dxf"))
    outline = 80 * 50 + math.pi * 25**2 / 2
    slot, hole = 10 * 4 + math.pi * 4, math.pi * 9
    assert design.board.area_mm2 == pytest.approx(outline - slot - hole, rel=1e-6)
    assert design.board.size_mm == pytest.approx((105, 50))
    assert len(design.board.cutouts) == 2
    assert "thickness" in design.notes[-1]


def test_inches_are_inches_and_no_unit_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="within ±2000 mm"):  # 80 inches are 2032 mm
        read_design(_dxf(tmp_path / "a.dxf", units=1))
    none = _dxf(tmp_path / "b.dxf", units=0)
    with pytest.raises(DesignFileError, match="--units"):
        read_design(none)
    assert read_design(none, units="mm").board.size_mm == pytest.approx((105, 50))


@pytest.mark.parametrize(
    "data", [b"", b"\x00" * 400, b"0\nSECTION\n2\nENTITIES\n", b"hello\n" * 30]
)
def test_what_is_no_dxf_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "x.dxf"
    path.write_bytes(data)
    with pytest.raises(DesignFileError):
        read_design(path)


# Joining


@given(st.randoms(use_true_random=False), st.integers(3, 40))
def test_an_outline_is_joined_whatever_the_order_and_sense_of_its_strokes(
    chance: random.Random, count: int
) -> None:
    points = [
        (50 * math.cos(2 * math.pi * i / count), 30 * math.sin(2 * math.pi * i / count))
        for i in range(count)
    ]
    bulges = [chance.uniform(-0.05, 0.3) for _ in points]
    ring = tuple((x, y, b) for (x, y), b in zip(points, bulges, strict=True))
    pieces = []
    for i, (start, bulge) in enumerate(zip(points, bulges, strict=True)):
        end = points[(i + 1) % count]
        one = Piece(start=start, end=end, bulge=bulge)
        other = Piece(start=end, end=start, bulge=-bulge)
        pieces.append(chance.choice([one, other]))
    chance.shuffle(pieces)
    outline, cutouts, notes = outlines(pieces, [])
    assert (cutouts, notes) == ([], [])
    assert area_mm2(outline) == pytest.approx(area_mm2(ring), rel=1e-9)
    assert bounds(outline) == pytest.approx(bounds(ring))


def test_an_arc_through_three_points_bulges_to_its_middle() -> None:
    half = arc_through((-5, 0), (0, 5), (5, 0))
    assert half.bulge == pytest.approx(-1)  # clockwise
    quarter = arc_through((5, 0), (5 / math.sqrt(2), 5 / math.sqrt(2)), (0, 5))
    assert quarter.bulge == pytest.approx(math.tan(math.pi / 8))


def test_a_ring_read_backwards_has_the_opposite_area() -> None:
    ring = box(0, 0, 30, 20, radius_mm=4)
    assert area_mm2(reversed_ring(ring)) == pytest.approx(-area_mm2(ring))
    assert bounds(reversed_ring(ring)) == pytest.approx(bounds(ring))


def test_repeated_and_empty_strokes_are_left_out_and_told() -> None:
    corners = [(0.0, 0.0), (40.0, 0.0), (40.0, 20.0), (0.0, 20.0)]
    pieces = [
        Piece(start=a, end=b) for a, b in zip(corners, corners[1:] + corners[:1], strict=True)
    ]
    pieces += [pieces[0], Piece(start=pieces[1].end, end=pieces[1].start)]
    pieces.append(Piece(start=corners[2], end=corners[2]))
    outline, _, notes = outlines(pieces, [])
    assert area_mm2(outline) == pytest.approx(800)
    assert sum("twice" in note for note in notes) == 2
    assert sum("no length" in note for note in notes) == 1


def test_two_boards_in_one_file_are_refused() -> None:
    with pytest.raises(DesignFileError, match="second outline"):
        outlines([], [box(0, 0, 50, 30), box(60, 0, 100, 30)])
