"""`goldenboard cradle` and its sheet, as a technician meets them."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import zlib
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import zxingcpp

from appliance.board import board_text, read_board
from appliance.board.layout import CORNER_IDS, MARKER_MM
from appliance.cli import main
from appliance.vision.marks import find_markers
from cradles.optics.light import levels_of
from cradles.sheet import CHECK_LINE_MM, sheet_bytes
from tests.conftest import ROOT
from tests.cradles.conftest import cradle_of
from tests.cradles.outlines import KNOWN

DPI = 400
TRUE_SIZE = 1e-3
"""The sheet's claim: lengths are true to a thousandth."""


@pytest.fixture
def board_file(tmp_path: Path) -> Path:
    path = tmp_path / "board.toml"
    path.write_text(board_text(KNOWN["edge card"].board), encoding="utf-8")
    return path


def _tree(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_build_writes_all_files_and_the_same_again(
    board_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "made"
    assert main(["cradle", "build", str(board_file), "--out", str(out), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    first = _tree(out)
    assert set(first) == {
        "board.toml", "cradle.stl", "cradle.3mf", "preview.png", "sheet.pdf", "report.json"
    }  # fmt: skip
    assert sorted(said["files"]) == sorted(first)
    assert said["identity"] == cradle_of("edge card").identity
    assert said["passed"] and said["fit"]["seated"] == said["fit"]["boards"] == 40
    assert read_board(out / "board.toml") == KNOWN["edge card"].board
    assert main(["cradle", "build", str(board_file), "--out", str(out), "--step"]) == 0
    again = _tree(out)
    assert again.pop("cradle.step").startswith(b"ISO-10303-21;")
    assert again == first
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_folder_with_something_else_in_it_is_left_alone(
    board_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "photos"
    out.mkdir()
    (out / "holiday.jpg").write_bytes(b"x")
    before = _tree(tmp_path)
    assert main(["cradle", "build", str(board_file), "--out", str(out)]) == 2
    assert "nothing was written" in capsys.readouterr().err
    assert _tree(tmp_path) == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--clearance", "0.05", "--turn", "0"], "tolerance"),
        (["--location", "pins"], "tooling"),
        (["--thickness", "40"], "0.2 to 10 mm"),
        (["--clearance", "9"], "clearance_mm"),
    ],
)
def test_wishes_that_cannot_be_met_are_refused_and_nothing_written(
    board_file: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    words: str,
) -> None:
    before = _tree(tmp_path)
    command = ["cradle", "build", str(board_file), "--out", str(tmp_path / "made"), *arguments]
    assert main(command) == 2
    assert words in capsys.readouterr().err
    assert _tree(tmp_path) == before


def test_check_prints_every_figure_and_writes_nothing(
    board_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = _tree(tmp_path)
    assert main(["cradle", "check", str(board_file)]) == 0
    said = capsys.readouterr().out
    for words in ("thinnest wall", "volume against", "simulated fit", "kept out by"):
        assert words in said
    assert "BAD" not in said
    assert _tree(tmp_path) == before


def test_checked_against_a_printed_cradle_it_says_whether_that_stays_good(
    board_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    board = KNOWN["edge card"].board
    printed = tmp_path / "printed.toml"
    printed.write_text(board_text(replace(board, components=())), encoding="utf-8")
    check = ["cradle", "check", str(board_file), "--against", str(printed)]
    assert main(check) == 0
    assert "The printed cradle stays good" in capsys.readouterr().out
    printed.write_text(board_text(replace(board, thickness_mm=2.0)), encoding="utf-8")
    assert main([*check, "--json"]) == 3
    said = json.loads(capsys.readouterr().out)
    assert said["passed"] and said["against"] == ["thickness 1 mm, was 2 mm"]


def test_the_coupon_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cradle", "coupon", "--out", str(tmp_path / "c")]) == 0
    assert set(_tree(tmp_path / "c")) == {"coupon.stl", "coupon.3mf"}
    assert "clearance_mm" in capsys.readouterr().out


def test_without_the_extra_the_command_says_what_to_install(
    board_file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("cradles.cli.NEEDED", ("a_library_that_is_not_there",))
    assert main(["cradle", "check", str(board_file)]) == 2
    assert "goldenboard[cad]" in capsys.readouterr().err


def test_the_sheet_repeats_byte_for_byte() -> None:
    assert sheet_bytes(cradle_of("edge card")) == sheet_bytes(cradle_of("edge card"))


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> np.ndarray:
    """The printed sheet as a scanner would see it, grey, 400 dots an inch."""
    return _rendered(tmp_path_factory.mktemp("sheet"), dpi=DPI)


def _rendered(folder: Path, *, dpi: int) -> np.ndarray:
    if shutil.which("pdftoppm") is None:
        pytest.skip("pdftoppm (poppler-utils) is not installed")
    figures = (("thinnest wall", "1.34 mm"),)
    (folder / "sheet.pdf").write_bytes(sheet_bytes(cradle_of("rounded sensor"), figures))
    command = ["pdftoppm", "-r", str(dpi), "-gray", "sheet.pdf", "page"]
    subprocess.run(command, cwd=folder, check=True)
    (picture,) = folder.glob("page*.pgm")
    gray = cv2.imread(str(picture), cv2.IMREAD_GRAYSCALE)
    assert gray is not None
    return gray


def test_the_printed_markers_have_their_true_size_and_numbers(page: np.ndarray) -> None:
    # The page tells how much of a pixel is paper; a picture's levels are the encoded light of that.
    scanned = levels_of(page.astype(np.float32) / 255).astype(np.uint8)
    found = find_markers(np.ascontiguousarray(scanned))
    assert set(found) == set(CORNER_IDS)
    for corners in found.values():
        sides = np.hypot(*(np.roll(corners, -1, axis=0) - corners).T) / DPI * 25.4
        assert sides == pytest.approx([MARKER_MM] * 4, rel=TRUE_SIZE)


def test_the_printed_code_is_the_cradles_name(page: np.ndarray) -> None:
    formats = zxingcpp.barcode_formats_from_str("DataMatrix")
    texts = [code.text for code in zxingcpp.read_barcodes(page, formats=formats)]
    assert texts == [cradle_of("rounded sensor").layout.code_text]


def test_the_check_line_is_fifty_millimetres(page: np.ndarray) -> None:
    """Between the middles of its two ticks."""
    wanted = CHECK_LINE_MM / 25.4 * DPI
    row = next(
        i for i, dark in enumerate(page < 100) if any(abs(r - wanted) < 6 for r in _runs(dark))
    )
    ticks = 255.0 - page[row - round(1.0 / 25.4 * DPI)]  # 1 mm above the line
    first, last = (15.0 / 25.4 * DPI, (15.0 + CHECK_LINE_MM) / 25.4 * DPI)
    middles = []
    for near in (first, last):
        columns = np.arange(round(near) - 8, round(near) + 9)
        middles.append(float((columns * ticks[columns]).sum() / ticks[columns].sum()))
    assert middles[1] - middles[0] == pytest.approx(wanted, rel=TRUE_SIZE)


def _runs(dark: np.ndarray) -> list[int]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], dark.astype(np.int8), [0]])))
    return [int(b - a) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def test_the_cells_of_a_mark_are_one_path() -> None:
    """Between two filled rectangles that touch, many viewers let a hairline of paper through."""
    data = sheet_bytes(cradle_of("edge card"))
    packed = data[data.index(b"stream\n") + 7 : data.index(b"~>endstream")]
    drawn = zlib.decompress(base64.a85decode(packed)).decode("latin-1").split()
    assert drawn.count("re") > 200
    fills = [i for i, word in enumerate(drawn) if word in ("f", "f*") and drawn[i - 1] == "re"]
    assert len(fills) == 7  # four markers, the name, the grey patch, the scale


def test_everything_lies_where_a4_and_letter_overlap(page: np.ndarray) -> None:
    rows, columns = np.nonzero(page < 250)
    height = page.shape[0]
    mm = 25.4 / DPI
    assert columns.min() * mm >= 8 and columns.max() * mm <= 205
    cut = (297 - 279.4) / 2  # what Letter lacks above and below when the page is centred
    assert min(rows.min(), height - rows.max()) * mm >= cut + 5


def test_the_makers_board_file_is_among_the_examples() -> None:
    assert (ROOT / "cradles/boards/demo/board.toml").is_file()
