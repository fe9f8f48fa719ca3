"""board.toml: exact geometry, strict reading, and a layout that follows from the board alone."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.board import (
    BoardError,
    BoardFile,
    Component,
    CradleWishes,
    Hole,
    Side,
    Unit,
    board_text,
    layout_of,
    placed_components,
    read_board,
)
from appliance.board.layout import (
    CODE_LABEL_MM,
    LABEL_GAP_MM,
    LABEL_MM,
    LEAST_MM,
    Spot,
    component_corners,
    identity_of,
)
from appliance.board.ring import Ring, area_mm2, bounds, box, circle, flatten, mirrored, moved
from appliance.refusal import Refusal
from appliance.toml_strict import TomlError

PLAIN = BoardFile(name="psu", outline=box(10, 20, 110, 90))


def _polygon_area(ring: Ring) -> float:
    x, y = flatten(ring, chord_error_mm=1e-5).T
    return float(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y)) / 2


@st.composite
def _rings(draw: st.DrawFn) -> Ring:
    """Star-shaped rings round the origin whose edges bulge a little."""
    count = draw(st.integers(3, 9))
    radii = draw(st.lists(st.floats(20, 60), min_size=count, max_size=count))
    bulges = draw(st.lists(st.floats(-0.15, 0.15), min_size=count, max_size=count))
    angles = [2 * math.pi * i / count for i in range(count)]
    return tuple(
        (r * math.cos(a), r * math.sin(a), b) for r, a, b in zip(radii, angles, bulges, strict=True)
    )


def test_a_rounded_rectangle_and_a_circle_have_their_school_book_areas() -> None:
    assert area_mm2(box(0, 0, 100, 70, radius_mm=3)) == pytest.approx(7000 - (4 - math.pi) * 9)
    assert area_mm2(circle(5, 5, 10)) == pytest.approx(math.pi * 25)
    assert bounds(circle(5, 5, 10)) == pytest.approx((0, 0, 10, 10))


@given(_rings())
def test_area_and_bounds_with_arcs_are_those_of_the_finely_flattened_ring(ring: Ring) -> None:
    points = flatten(ring, chord_error_mm=1e-5)
    assert area_mm2(ring) == pytest.approx(_polygon_area(ring), rel=1e-5)
    assert bounds(ring) == pytest.approx((*points.min(axis=0), *points.max(axis=0)), abs=1e-4)


@given(_rings(), st.floats(-720, 720), st.floats(-50, 50), st.floats(-50, 50))
def test_moving_keeps_the_area_and_mirroring_turns_its_sign(
    ring: Ring, turn: float, dx: float, dy: float
) -> None:
    area = area_mm2(ring)
    assert area_mm2(moved(ring, turn_deg=turn, shift_mm=(dx, dy))) == pytest.approx(area)
    assert area_mm2(mirrored(ring)) == pytest.approx(-area)


@pytest.mark.parametrize("error_mm", [0.1, 0.005])
def test_flattened_arcs_keep_to_the_stated_error(error_mm: float) -> None:
    points = flatten(circle(0, 0, 40), chord_error_mm=error_mm)
    middles = (points + np.roll(points, -1, axis=0)) / 2
    sagitta = 20 - np.hypot(*middles.T)
    assert 0 < sagitta.max() <= error_mm
    assert np.hypot(*points.T) == pytest.approx(20)


def test_a_board_file_reads_back_as_it_was_written(tmp_path: Path) -> None:
    board = replace(
        PLAIN,
        outline=box(10.0, 20.0, 110.0, 90.0, radius_mm=3.0),
        cutouts=(circle(50.0, 50.0, 8.0),),
        holes=(Hole(x_mm=14.0, y_mm=24.0, diameter_mm=3.2, tooling=True),),
        components=(Component(designator="R1", x_mm=30.0, y_mm=40.0, width_mm=2.0, height_mm=1.2),),
        units=(Unit(name="A", x_mm=0.0, y_mm=0.0),),
        cradle=CradleWishes(clearance_mm=0.2, lies_turned_deg=90),
    )
    path = tmp_path / "board.toml"
    path.write_text(board_text(board), encoding="utf-8")
    assert read_board(path) == board
    assert identity_of(read_board(path)) == identity_of(board)


def test_a_hand_written_board_needs_only_a_name_and_an_outline(tmp_path: Path) -> None:
    path = tmp_path / "board.toml"
    path.write_text('name = "x"\noutline = [[0, 0], [50, 0], [50, 30, 0.5], [0, 30]]\n')
    board = read_board(path)
    assert board.thickness_mm == 1.6
    assert board.bounds[3] > 30  # the last arc bulges outwards


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"outline": ((0.0, 0.0), (1.0, 0.0))}, "at least three vertices"),
        ({"outline": box(0, 0, 0.5, 0.5)}, "enclose something"),
        ({"outline": box(0, 0, 90000, 10)}, "within ±2000 mm"),
        ({"thickness_mm": 63.0}, "0.2 to 10 mm thick"),
        ({"format": 2}, "format 1"),
        ({"units": (Unit(name="A", x_mm=0, y_mm=0),) * 2}, "'A' 2 times"),
    ],
)
def test_what_cannot_be_a_board_is_refused(change: dict[str, object], words: str) -> None:
    with pytest.raises(BoardError) as refusal:
        replace(PLAIN, **change)  # type: ignore[arg-type]
    assert words in str(refusal.value)


def test_a_designator_twice_is_refused() -> None:
    part = Component(designator="R1", x_mm=1, y_mm=1, width_mm=1, height_mm=1)
    with pytest.raises(BoardError, match="'R1' 2 times"):
        replace(PLAIN, components=(part, part))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("thicknes_mm = 1.6", "thickness_mm"),
        ("thickness_mm = nan", "a finite number"),
        ('face = "left"', "'top', 'bottom'"),
        ("[cradle]\nclearance_mm = 25", "0.05 to 2"),
        ("[cradle]\nlies_turned_deg = 45", "0, 90, 180 or 270"),
        (
            "[[components]]\ndesignator = 'R1'\nx_mm = 0\ny_mm = 0\nwidth_mm = 0\nheight_mm = 1",
            "R1",
        ),
    ],
)
def test_a_mistyped_board_file_says_what_and_where(tmp_path: Path, line: str, words: str) -> None:
    path = tmp_path / "board.toml"
    path.write_text(f'name = "x"\noutline = [[0, 0], [50, 0], [50, 30]]\n{line}\n')
    with pytest.raises(TomlError) as refusal:
        read_board(path)
    assert words in str(refusal.value)
    assert "board.toml" in str(refusal.value)


@pytest.mark.parametrize("data", [b"", b"\xff\xfe\x00", b"name = ", b"PK\x03\x04"])
def test_what_is_no_board_file_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "board.toml"
    path.write_bytes(data)
    with pytest.raises(Refusal):
        read_board(path)


def test_a_huge_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "board.toml"
    with path.open("wb") as file:
        file.truncate(200_000_000)
    with pytest.raises(BoardError, match="200 MB"):
        read_board(path)


def test_the_identity_follows_what_shapes_the_cradle_and_nothing_else() -> None:
    usual = identity_of(PLAIN)
    assert len(identity_of(replace(PLAIN, name="A very long name of a board, rev"))) <= 22
    part = Component(designator="R1", x_mm=30, y_mm=40, width_mm=2, height_mm=1.2)
    for same in (
        replace(PLAIN, components=(part,)),
        replace(PLAIN, source="other.kicad_pcb"),
        replace(PLAIN, cradle=CradleWishes(window_margin_mm=1.0)),
        replace(PLAIN, outline=box(10.0, 20.0, 110.0, 90.0)),
    ):
        assert identity_of(same) == usual
    others = [
        replace(PLAIN, name="psv"),
        replace(PLAIN, revision="B"),
        replace(PLAIN, thickness_mm=1.0),
        replace(PLAIN, face=Side.BOTTOM),
        replace(PLAIN, outline=box(10, 20, 110, 90.01)),
        replace(PLAIN, cutouts=(circle(50, 50, 5),)),
        replace(PLAIN, holes=(Hole(x_mm=14, y_mm=24, diameter_mm=3.2),)),
        replace(PLAIN, cradle=CradleWishes(clearance_mm=0.3)),
    ]
    assert len({usual, *map(identity_of, others)}) == len(others) + 1


def _gap(one: Spot, other: Spot, margin: float) -> bool:
    """Whether two squares, each grown by its label's rim, keep apart."""
    return (
        abs(one.x_mm - other.x_mm) > (one.width_mm + other.width_mm) / 2 + margin
        or abs(one.y_mm - other.y_mm) > (one.height_mm + other.height_mm) / 2 + margin
    )


@given(st.floats(15, 250), st.floats(15, 140), st.sampled_from([None, 0, 90, 180, 270]))
def test_marks_keep_apart_from_one_another_and_from_the_pocket(
    width: float, height: float, turn: int | None
) -> None:
    board = replace(
        PLAIN, outline=box(5, -7, 5 + width, -7 + height), cradle=CradleWishes(lies_turned_deg=turn)
    )
    layout = layout_of(board)
    marks = [*layout.markers, layout.code, layout.grey, layout.scale]
    pocket = Spot(x_mm=0, y_mm=0, width_mm=layout.pocket_mm[0], height_mm=layout.pocket_mm[1])
    rim = LABEL_MM - layout.markers[0].width_mm
    for i, one in enumerate(marks):
        assert _gap(one, pocket, rim / 2 if one is not layout.scale else 0)
        assert abs(one.x_mm) + one.width_mm / 2 < layout.outer_mm[0] / 2
        assert abs(one.y_mm) + one.height_mm / 2 < layout.outer_mm[1] / 2
        for other in marks[i + 1 :]:
            assert _gap(one, other, rim)
    assert layout.outer_mm[0] >= LEAST_MM[0]
    assert layout.code.x_mm - CODE_LABEL_MM / 2 - LABEL_GAP_MM == -layout.outer_mm[0] / 2
    if turn is None:
        assert layout.pocket_mm[0] >= layout.pocket_mm[1]


@given(st.sampled_from([0, 90, 180, 270]), st.sampled_from(list(Side)))
def test_the_board_lies_on_the_origin_however_it_is_turned(turn: int, face: Side) -> None:
    board = replace(PLAIN, face=face, cradle=CradleWishes(lies_turned_deg=turn))
    layout = layout_of(board)
    corners = np.array([layout.to_cradle(*vertex[:2]) for vertex in board.outline])
    assert corners.mean(axis=0) == pytest.approx((0, 0))
    assert np.ptp(corners, axis=0) + 0.5 == pytest.approx(layout.pocket_mm)
    x, y = corners.T
    sense = np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y)
    assert (sense > 0) == (face is Side.TOP)


def test_a_turned_part_lies_where_its_drawing_says() -> None:
    part = Component(
        designator="U1", x_mm=60, y_mm=55, width_mm=10, height_mm=4, turn_deg=90
    )  # the board's middle
    board = replace(PLAIN, components=(part,))
    corners = np.array(component_corners(board, layout_of(board), part, margin_mm=0.5))
    assert corners.min(axis=0) == pytest.approx((-2.5, -5.5))
    assert corners.max(axis=0) == pytest.approx((2.5, 5.5))


def test_the_parts_of_a_panel_are_those_of_each_unit_turned_with_it() -> None:
    part = Component(designator="R1", x_mm=3, y_mm=1, width_mm=2, height_mm=1, turn_deg=10)
    units = (
        Unit(name="A", x_mm=10, y_mm=20),
        Unit(name="B", x_mm=110, y_mm=90, turn_deg=180),
    )
    placed = placed_components(replace(PLAIN, components=(part,), units=units))
    assert [(p.designator, p.x_mm, p.y_mm, p.turn_deg) for p in placed] == [
        ("A:R1", 13, 21, 10),
        ("B:R1", 107, 89, 190),
    ]
