"""Lens and scale against rendered pictures whose pose and lens are known."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from appliance.cli import main
from appliance.commission.camera_file import lens_in_use, read_camera
from appliance.commission.camera_lens import LensMeasureError, measure_lens
from appliance.commission.camera_limits import lens_figures
from appliance.commission.camera_look import (
    SheetError,
    SheetSeen,
    check_light,
    check_upright,
    see_sheet,
)
from appliance.commission.camera_print import PaperSize, sheet_pdf
from appliance.commission.camera_sheet import (
    ACROSS_MM,
    CORNER_COUNT,
    Paper,
    corner_places,
    paper_of,
)
from appliance.commission.errors import CommissionError
from appliance.commission.simulated_sheet import Face, Glare, SheetInSlot
from appliance.config import read_config
from appliance.service import Service
from appliance.toml_strict import TomlError
from appliance.vision.lens import Lens
from tests.commission.sheet_bench import SIZE, chance_sheets, picture, seen_of


@pytest.fixture(scope="module")
def sets() -> dict[int, tuple[tuple[SheetInSlot, ...], list[SheetSeen]]]:
    return {seed: (sheets := chance_sheets(seed), seen_of(sheets)) for seed in (1, 2)}


def _corners_px(lens: Lens) -> np.ndarray:
    w, h = lens.width_px - 1.0, lens.height_px - 1.0
    return np.array([(0.0, 0.0), (w, 0.0), (w, h), (0.0, h)])


@pytest.mark.parametrize("seed", [1, 2])
def test_lens_and_scale_are_the_drawn_ones(
    sets: dict[int, tuple[tuple[SheetInSlot, ...], list[SheetSeen]]], seed: int
) -> None:
    sheets, seen = sets[seed]
    found = measure_lens(seen)
    truth = sheets[0].lens.at(*SIZE)
    # The sheet is up to 0.4° from flat; the scale is that where the axis meets it.
    off = found.mm_per_px / sheets[0].mm_per_px(SIZE[0]) - 1
    assert abs(off) < 0.0002, off
    corners = _corners_px(truth)
    wrong = np.linalg.norm(found.lens.straight(truth.bent(corners)) - corners, axis=1)
    assert wrong.max() < 0.1, wrong
    assert found.corner_error_px < 0.15
    assert abs(found.lens.mean_focal_px / truth.mean_focal_px - 1) < 0.0005
    assert found.rms_px < 0.09
    assert all(each.passed for each in lens_figures(found)), lens_figures(found)
    # What is left once the picture is laid over the board, as by the cradle's marks.
    x, y = np.meshgrid(np.linspace(0, SIZE[0] - 1, 15), np.linspace(0, SIZE[1] - 1, 9))
    grid = np.stack([x.ravel(), y.ravel()], axis=1)
    straight = found.lens.straight(truth.bent(grid))
    laid, _ = cv2.findHomography(straight, grid)
    left = cv2.perspectiveTransform(straight[None], laid)[0] - grid
    assert np.linalg.norm(left, axis=1).max() < 0.1


def test_the_lines_as_measured_scale_all(
    sets: dict[int, tuple[tuple[SheetInSlot, ...], list[SheetSeen]]],
) -> None:
    """Paper that a printer made 0.4 % too long: by the lines the scale is right all the same."""
    paper = Paper(across=1.004, along=1.0)
    sheets = tuple(replace(each, paper=paper) for each in sets[1][0][:7])
    seen = seen_of(sheets)
    truth = sheets[0].mm_per_px(SIZE[0])
    assert abs(measure_lens(seen, paper).mm_per_px / truth - 1) < 0.0002
    unmeasured = [each.name for each in lens_figures(measure_lens(seen)) if not each.passed]
    assert "error of the bend at the picture's corner" in unmeasured


def test_too_few_and_alike_are_refused(
    sets: dict[int, tuple[tuple[SheetInSlot, ...], list[SheetSeen]]],
) -> None:
    seen = sets[1][1]
    with pytest.raises(LensMeasureError, match="at least 6 pictures; found 5"):
        measure_lens(seen[:5])
    with pytest.raises(LensMeasureError, match="found 0 tilted ones"):
        measure_lens([seen[0]] * 7)
    with pytest.raises(LensMeasureError, match="found 6 tilted ones, 5 of them as another one"):
        measure_lens([seen[0], *[seen[1]] * 6])
    with pytest.raises(LensMeasureError, match="one size"):
        measure_lens([*seen[:6], replace(seen[6], width_px=1280)])


def test_what_covers_little_does_not_pass(
    sets: dict[int, tuple[tuple[SheetInSlot, ...], list[SheetSeen]]],
) -> None:
    middle = []
    for each in sets[2][1]:
        keep = np.abs(each.corners_px / SIZE - 0.5).max(axis=1) < 0.3
        middle.append(replace(each, ids=each.ids[keep], corners_px=each.corners_px[keep]))
    beyond = [each.name for each in lens_figures(measure_lens(middle)) if not each.passed]
    assert "picture's rim covered" in beyond


FLAT = SheetInSlot(blur_px=0.8, noise=1.0)


@pytest.mark.parametrize(
    ("sheet", "named"),
    [
        (replace(FLAT, face=Face.BLANK), "face down"),
        (replace(FLAT, mirrored=True), "the pattern mirrored"),
        (replace(FLAT, blur_px=9.0), "far out of focus"),
        (replace(FLAT, light=0.08), "the light is too dim"),
        (replace(FLAT, light=2.5), "the picture is clipped"),
        (replace(FLAT, turn_deg=180), "it lies upside down"),
        (replace(FLAT, turn_deg=-92), "the sheet turned by 92°"),
        (replace(FLAT, glare=Glare(x=0.8, y=0.2, radius=0.06)), "a reflection at the back right"),
        (replace(FLAT, shift_mm=(210.0, 100.0)), "Lay the sheet so that most of it is seen"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_wrong_with_a_sheet_is_named(sheet: SheetInSlot, named: str) -> None:
    pixels = picture(sheet)
    with pytest.raises(SheetError) as error:
        check_light(pixels)
        check_upright(see_sheet(pixels))
    assert named in str(error.value)


def test_a_sheet_at_another_scale_is_named(
    sets: dict[int, tuple[tuple[SheetInSlot, ...], list[SheetSeen]]],
) -> None:
    with pytest.raises(CommissionError, match="printed at 97%"):
        paper_of(across_mm=194.0, along_mm=116.4)
    with pytest.raises(CommissionError):
        paper_of(across_mm=float("nan"), along_mm=120.0)
    # And if nobody measured the lines: the camera would stand where its mount can't hold it.
    found = measure_lens(sets[1][1], Paper(across=1 / 0.97, along=1 / 0.97))
    assert [each.name for each in lens_figures(found) if not each.passed] == [
        "scale against the cabinet's plan"
    ]


@pytest.mark.parametrize("paper", list(PaperSize))
def test_the_printed_sheet_is_the_measured_one(tmp_path: Path, paper: PaperSize) -> None:
    """Rendered at 200 dots an inch, every corner is where `corner_places` has it."""
    if shutil.which("pdftoppm") is None:
        pytest.skip("needs pdftoppm (poppler-utils)")
    (tmp_path / "sheet.pdf").write_bytes(sheet_pdf(paper))
    command = ["pdftoppm", "-r", "200", "-png", "-f", "1", "-l", "1", "sheet.pdf", "page"]
    subprocess.run(command, cwd=tmp_path, check=True, timeout=60)
    (page,) = tmp_path.glob("page*.png")
    pixels = cv2.imread(str(page))
    assert pixels is not None
    seen = see_sheet(np.asarray(pixels, np.uint8))
    assert len(seen.ids) == CORNER_COUNT
    per_mm = 200 / 25.4
    middle = np.array(paper.size_mm) / 2 * per_mm - 0.5
    off = (seen.corners_px - middle) / per_mm - corner_places()[seen.ids]
    assert np.abs(off).max() < 0.03, np.abs(off).max()
    # The lower line: the middles of its ticks.
    row = round((paper.size_mm[1] - 7.0 - 0.8) * per_mm)
    dark = np.flatnonzero(pixels[row, :, 0] < 128)
    assert abs((dark.max() - dark.min()) / per_mm - ACROSS_MM) < 0.3


def test_from_the_command_to_the_lens_in_use(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["calibrate", "sheet", "--out", str(tmp_path / "sheet.pdf")]) == 0
    assert (tmp_path / "sheet.pdf").read_bytes().startswith(b"%PDF")
    unit = tmp_path / "unit.toml"
    unit.write_text(
        f"[cabinet]\nkind = 'simulated'\n[records]\nfolder = '{tmp_path}/data/records'\n"
    )
    names = []
    for number, sheet in enumerate(chance_sheets(1)[:7]):
        names.append(str(tmp_path / f"{number}.png"))
        cv2.imwrite(names[-1], picture(sheet), [cv2.IMWRITE_PNG_COMPRESSION, 1])
    capsys.readouterr()
    assert main(["calibrate", "lens", *names, "--json", "--config", str(unit)]) == 0
    said = json.loads(capsys.readouterr().out)
    kept = read_camera(tmp_path / "data" / "commissioning").lens
    assert kept is not None
    assert said["mm_per_px"] == kept.mm_per_px
    config = read_config(unit)
    assert lens_in_use(config) == kept.lens
    own = replace(kept.lens, k1=0.0)
    assert lens_in_use(replace(config, lens=own)) == own, "the configuration goes first"
    assert main(["calibrate", "lens", *names, "--across", "194", "--along", "116.4"]) == 2
    assert "printed at 97%" in capsys.readouterr().err
    assert main(["calibrate", "lens", *names[:3]]) == 2
    assert "found 3" in capsys.readouterr().err
    (tmp_path / "data/commissioning/camera.toml").write_text("format = 9\n")
    with pytest.raises(TomlError, match="format 9"):
        lens_in_use(config)
    with pytest.raises(TomlError, match="format 9"):
        Service(config)
