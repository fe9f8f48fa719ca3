"""Generated boards: the same board twice is the same picture, faults are where they are said to
be and nowhere else, and the code on the label can be read."""

from __future__ import annotations

import csv
from pathlib import Path

import cv2
import numpy as np
import pytest
import zxingcpp

from hw.ports import Pixels
from hw.sim.boards import (
    BoardFault,
    BoardWindow,
    write_board_set,
    write_faults,
    write_windows,
)
from hw.sim.generator import (
    FAULT_KINDS,
    GeneratedBoard,
    fiducials,
    good_and_faulty,
    windows,
    with_faults,
)

SIZE = (960, 687)


def crop(pixels: Pixels, window: BoardWindow) -> Pixels:
    rows = slice(round(window.ymin_px), round(window.ymax_px))
    return pixels[rows, round(window.xmin_px) : round(window.xmax_px)]


def change(one: Pixels, other: Pixels) -> float:
    return float(cv2.absdiff(one, other).mean())


def test_the_same_board_is_the_same_picture() -> None:
    one, again = (GeneratedBoard(seed=3).picture(*SIZE) for _ in range(2))
    assert np.array_equal(one.pixels, again.pixels)
    assert (one.windows, one.serial, one.faults) == (again.windows, "GB01-000003", ())


def test_good_boards_differ_a_little() -> None:
    one, other = (GeneratedBoard(seed=seed).picture(*SIZE).pixels for seed in (1, 2))
    assert 1.0 < change(one, other) < 12.0


@pytest.mark.parametrize("variant", range(4))
@pytest.mark.parametrize("size", [(1280, 916), (1920, 1374)])
def test_the_code_on_the_label_is_the_serial(variant: int, size: tuple[int, int]) -> None:
    board = GeneratedBoard(seed=17, variant=variant)
    picture = board.picture(*size)
    found = zxingcpp.read_barcodes(cv2.cvtColor(picture.pixels, cv2.COLOR_BGR2GRAY))
    assert [code.text for code in found] == [board.serial]


@pytest.mark.parametrize("variant", range(5))
def test_windows_are_inside_apart_and_named_once(variant: int) -> None:
    found = windows(variant, *SIZE)
    assert len(found) >= 24
    assert len({window.component for window in found}) == len(found)
    for window in found:
        assert 0 <= window.xmin_px < window.xmax_px <= SIZE[0]
        assert 0 <= window.ymin_px < window.ymax_px <= SIZE[1]
    centres = {
        window.component: (
            (window.xmin_px + window.xmax_px) / 2,
            (window.ymin_px + window.ymax_px) / 2,
        )
        for window in found
    }
    for window in found:
        inside = [
            name
            for name, (x, y) in centres.items()
            if window.xmin_px < x < window.xmax_px and window.ymin_px < y < window.ymax_px
        ]
        assert inside == [window.component]


@pytest.mark.parametrize("variant", range(4))
def test_fiducials_are_bright_discs_in_dark_rings(variant: int) -> None:
    grey = cv2.cvtColor(
        GeneratedBoard(seed=2, variant=variant).picture().pixels, cv2.COLOR_BGR2GRAY
    )
    for x, y in fiducials(variant):
        disc = int(grey[round(y), round(x)])
        ring = [int(grey[round(y + dy), round(x + dx)]) for dx, dy in ((19, 0), (-19, 0), (0, -19))]
        assert disc > max(ring) + 60


@pytest.mark.parametrize("kind", FAULT_KINDS)
def test_a_fault_changes_its_window_and_leaves_the_far_ones_alone(kind: str) -> None:
    component = {"bridge": "U1", "turned": "C8"}.get(kind, "C3")
    good = GeneratedBoard(seed=8)
    bad = with_faults(good, BoardFault(component=component, kind=kind))
    before, after = good.picture(*SIZE), bad.picture(*SIZE)
    changes = {
        window.component: change(crop(before.pixels, window), crop(after.pixels, window))
        for window in before.windows
    }
    assert max(changes, key=lambda name: changes[name]) == component
    assert changes[component] > 1.5
    untouched = [name for name, amount in changes.items() if amount == 0.0]
    assert len(untouched) >= len(changes) - 5
    assert after.faults == (BoardFault(component=component, kind=kind),)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (BoardFault(component="C1", kind="burnt"), r"can't be 'burnt'; it can be missing, turned"),
        (BoardFault(component="C99", kind="missing"), r"No inspected part is called 'C99'; J1, F1"),
        (BoardFault(component="D2", kind="missing"), r"No inspected part is called 'D2'"),
        (BoardFault(component="R1", kind="turned"), r"R1 may be turned; that is no fault"),
    ],
)
def test_faults_that_can_not_be(fault: BoardFault, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        GeneratedBoard(seed=1, faults=(fault,))


def test_seeded_faults_are_possible_ones_on_different_parts() -> None:
    kinds = set()
    for seed in range(120):
        board = good_and_faulty(seed, faults=2)
        assert len({fault.component for fault in board.faults}) == 2
        kinds |= {fault.kind for fault in board.faults}
        assert board == good_and_faulty(seed, faults=2)
    assert kinds == set(FAULT_KINDS)


def test_the_files_that_teach_reads(tmp_path: Path) -> None:
    write_windows(tmp_path / "windows.csv", windows(0, *SIZE)[:1])
    fault = BoardFault(component="C1", kind="missing")
    write_faults(tmp_path / "faults.csv", [("a.png", [fault]), ("b.png", [])])
    with (tmp_path / "windows.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    first = windows(0, *SIZE)[0]
    assert rows == [
        ["component", "part_type", "xmin", "ymin", "xmax", "ymax", "polarity"],
        [
            "J1",
            "screw_terminal",
            str(first.xmin_px),
            str(first.ymin_px),
            str(first.xmax_px),
            str(first.ymax_px),
            "fixed",
        ],
    ]
    assert (tmp_path / "faults.csv").read_text().split() == ["image,component", "a.png,C1"]


def test_a_set_of_boards_is_a_folder(tmp_path: Path) -> None:
    fault = BoardFault(component="D1", kind="missing")
    boards = [GeneratedBoard(seed=1), GeneratedBoard(seed=2, faults=(fault,))]
    paths = write_board_set(tmp_path / "set", boards, width_px=480, height_px=344)
    assert sorted(file.name for file in (tmp_path / "set").iterdir()) == [
        "GB01-000001.png",
        "GB01-000002.png",
        "faults.csv",
        "windows.csv",
    ]
    assert (tmp_path / "set/faults.csv").read_text().split() == [
        "image,component",
        "GB01-000002.png,D1",
    ]
    for path, board in zip(paths, boards, strict=True):
        assert np.array_equal(cv2.imread(str(path)), board.picture(480, 344).pixels)
