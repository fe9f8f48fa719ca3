"""`goldenboard inspect` as another program sees it: exact fields, exit codes, nothing else."""

from __future__ import annotations

import argparse
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from teaching import COMPONENTS, HEIGHT_PX, WIDTH_PX, Pictures, backbone, picture, window_rows

from appliance import cli_inspect, cli_teach
from appliance.inspection import Inspector
from appliance.recipe import FORMAT, Recipe, RecipeError, load, revised, save, with_thresholds
from appliance.takt import PROMISED_S, check_takt
from appliance.terms import Call, Verdict
from appliance.vision.interpreter import InterpreterPool, runtime_name
from appliance.vision.picture import golden_picture, seen_picture, side_by_side
from hw.sim.cradle_picture import empty_cradle
from hw.sim.generator import GeneratedBoard


def goldenboard(*words: str | Path) -> int:
    parser = argparse.ArgumentParser(prog="goldenboard")
    commands = parser.add_subparsers(required=True)
    cli_teach.add_parser(commands)
    cli_inspect.add_parser(commands)
    args = parser.parse_args([str(word) for word in words])
    return int(args.run(args))


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Pictures:
    return Pictures(folder=tmp_path_factory.mktemp("pictures"))


@pytest.fixture(scope="module")
def recipe_folder(pictures: Pictures, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Taught by the command itself, from boards of which two have a marked fault."""
    folder = tmp_path_factory.mktemp("recipes") / "demo"
    missing = pictures.board(3, faults=(("C1", "missing"),))
    faults = pictures.folder / "faults.csv"
    faults.write_text(f"image,component\n{missing.name},C1\nnot-taught.png,Q1\n")
    code = goldenboard(
        "teach", "--name", "Demo", "--windows", pictures.windows_csv(),
        "--golden", *(pictures.board(seed) for seed in range(3)), missing,
        "--faults", faults, "--out", folder, "--interpreters", "2",
    )  # fmt: skip
    assert code == 0
    return folder


@pytest.fixture(scope="module")
def pool() -> InterpreterPool:
    with InterpreterPool(backbone(), 2) as pool:
        yield pool


@pytest.fixture(scope="module")
def inspector(recipe_folder: Path, pool: InterpreterPool) -> Inspector:
    return Inspector(load(recipe_folder), pool)


def test_teach_tells_what_it_did_in_one_json_object(
    pictures: Pictures, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["teach", "--name", "One", "--windows", pictures.windows_csv(), "--json"]
    out = tmp_path / "one"
    assert goldenboard(*words, "--golden", pictures.board(0), "--out", out) == 0
    told = json.loads(capsys.readouterr().out)
    recipe = load(out)
    assert told.pop("seconds") > 0
    assert told == {
        "recipe": str(out),
        "name": "One",
        "version": 1,
        "windows": len(COMPONENTS),
        "goldens": 1,
        "left_out": 0,
        "cradle": None,
        "camera_above_mm": None,
        "notes": [],
        "takt": check_takt(len(COMPONENTS), PROMISED_S),
        "anchors": len(recipe.anchors),
        "guarantee": recipe.guarantee,
    }


def test_one_line_a_board_in_the_order_given(
    recipe_folder: Path, pictures: Pictures, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = pictures.board(7, faults=(("Q1", "missing"),))
    turned = pictures.board(8, faults=(("D1", "turned"),))
    boards = [missing, pictures.board(1), turned]
    assert goldenboard("inspect", "--recipe", recipe_folder, *boards, "--json") == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["image"] for line in lines] == [str(each) for each in boards]
    assert [line["verdict"] for line in lines] == ["FAIL", "PASS", "FAIL"]
    assert [line["serial"] for line in lines] == [GeneratedBoard(seed=s).serial for s in (7, 1, 8)]
    for line in lines:
        assert set(line) == {
            "image", "verdict", "reason", "action", "serial", "alignment", "windows", "stages_ms",
        }  # fmt: skip
        assert set(line["alignment"]) == {"shift_px", "rotation_deg", "scale", "residual_px"}
        assert set(line["stages_ms"]) == {
            "quality", "cradle", "align", "crop", "judge", "compare", "decide", "code", "total",
        }  # fmt: skip
        assert [window["component"] for window in line["windows"]] == [
            window.component for window in load(recipe_folder).windows
        ]
        for window in line["windows"]:
            assert set(window) == {
                "component", "call", "score", "review_above", "defect_above", "reason",
            }  # fmt: skip
            assert window["call"] in ("GOOD", "UNSURE", "DEFECT")
            assert bool(window["reason"]) == (window["call"] != "GOOD")
    worst = [max(line["windows"], key=lambda each: each["score"]) for line in lines]
    assert [(each["component"], each["call"]) for each in (worst[0], worst[2])] == [
        ("Q1", "DEFECT"),
        ("D1", "DEFECT"),
    ]


def unreadable(pictures: Pictures) -> Path:
    path = pictures.folder / "text.png"
    path.write_text("no picture")
    return path


BAD_PICTURES: dict[str, tuple[Callable[[Pictures], Path], str]] = {
    "wrong size": (
        lambda p: p.save("small.png", picture(5)[:458, :640]),
        "Expected a colour picture of 1280×916 px; found 640×458 px",
    ),
    "black": (lambda p: p.save("black.png", np.zeros_like(picture(5))), "too dark"),
    "white": (lambda p: p.save("white.png", np.full_like(picture(5), 255)), "too bright"),
    "blurred": (
        lambda p: p.save("blurred.png", cv2.GaussianBlur(picture(5), (0, 0), 3)), "blurred"
    ),
    "another board": (lambda p: p.board(3, variant=3), "too few that fit together"),
    "another colour": (lambda p: p.board(3, variant=2), "the board's colour"),
    "upside down": (lambda p: p.save("down.png", picture(5)[::-1, ::-1]), "half a turn"),
    "mirrored": (lambda p: p.save("mirror.png", picture(5)[:, ::-1]), "too few that fit"),
    "empty cradle": (
        lambda p: p.save("empty.png", empty_cradle(WIDTH_PX, HEIGHT_PX)), "Expected"
    ),
    "no picture": (unreadable, "can't be decoded"),
    "missing": (lambda p: p.folder / "none.png", "No such file"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_PICTURES)
def test_a_picture_that_can_not_be_judged_is_a_fault_and_the_others_are_judged(
    recipe_folder: Path, pictures: Pictures, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    make, words = BAD_PICTURES[name]
    bad = make(pictures)
    boards = [bad, pictures.board(1)] if name != "missing" else [bad]
    assert goldenboard("inspect", "--recipe", recipe_folder, *boards, "--json") == 3
    first, *others = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (first["image"], first["verdict"], first["windows"]) == (str(bad), "FAULT", [])
    assert first["alignment"] is None
    assert words in first["reason"]
    assert first["action"]
    assert [line["verdict"] for line in others] == ["PASS"] * len(others)


def spoil_version(folder: Path) -> None:
    path = folder / "recipe.toml"
    path.write_text(path.read_text().replace(f"format = {FORMAT}", "format = 7", 1))


BAD_RECIPES: dict[str, tuple[Callable[[Path], object], str]] = {
    "newer": (spoil_version, "found format 7"),
    "half written": (
        lambda f: (f / "recipe.toml").write_text((f / "recipe.toml").read_text()[:900]), "Expected"
    ),
    "no recipe": (lambda folder: (folder / "recipe.toml").unlink(), "no such file"),
    "missing crop": (lambda f: next(f.glob("references/*/*.png")).unlink(), "no such file"),
    "missing anchor": (lambda f: next(f.glob("anchors/*.png")).unlink(), "no such file"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_RECIPES)
def test_an_unusable_recipe_ends_with_2_and_nothing_on_stdout(
    recipe_folder: Path,
    pictures: Pictures,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    name: str,
) -> None:
    spoil, words = BAD_RECIPES[name]
    copy = shutil.copytree(recipe_folder, tmp_path / "copy")
    spoil(copy)
    assert goldenboard("inspect", "--recipe", copy, pictures.board(1), "--json") == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert words in told.err


def test_a_recipe_of_another_model_is_refused(
    recipe_folder: Path,
    pictures: Pictures,
    tmp_path: Path,
    pool: InterpreterPool,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "models").mkdir()
    words = ("inspect", "--recipe", recipe_folder, pictures.board(1), "--json")
    assert goldenboard(*words, "--models", tmp_path / "models") == 2
    told = capsys.readouterr()
    assert (told.out, "Install the recipe's model" in told.err) == ("", True)
    recipe = load(recipe_folder)
    other = revised(
        recipe,
        models=(replace(recipe.models[0], sha256="0" * 64),),
        windows=tuple(replace(each, model_sha256="0" * 64) for each in recipe.windows),
    )
    with pytest.raises(RecipeError, match="sha256 000000000000"):
        Inspector(other, pool)


def test_thresholds_of_another_edition_of_the_judge_are_refused(
    recipe_folder: Path, pool: InterpreterPool
) -> None:
    recipe = load(recipe_folder)
    older = revised(recipe, models=(replace(recipe.models[0], edition=0),))
    with pytest.raises(RecipeError, match=r"edition 0.*Teach the board again"):
        Inspector(older, pool)


def test_thresholds_of_another_runtime_are_refused(
    recipe_folder: Path, pool: InterpreterPool
) -> None:
    """Its kernels round in another way: scores near a threshold change sides."""
    recipe = load(recipe_folder)
    assert recipe.models[0].runtime == runtime_name()
    other = revised(recipe, models=(replace(recipe.models[0], runtime="another"),))
    with pytest.raises(RecipeError, match=r"taught with, another.*Teach the board again"):
        Inspector(other, pool)


def test_arguments_that_do_not_fit_end_with_2(
    recipe_folder: Path, pictures: Pictures, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    boards = [pictures.board(1), pictures.board(2)]
    target = tmp_path / "one.png"
    assert goldenboard("inspect", "--recipe", recipe_folder, *boards, "--picture", target) == 2
    told = capsys.readouterr()
    assert (told.out, "a folder for --picture" in told.err) == ("", True)
    words = ("teach", "--name", "X", "--golden", boards[0], "--out", tmp_path / "x")
    assert goldenboard(*words, "--windows", tmp_path / "none.csv") == 2
    assert "a readable table" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
    for wrong in (("inspect",), ("teach", "--name", "X"), (*words, "--interpreters", "0")):
        with pytest.raises(SystemExit) as ended:
            goldenboard(*wrong)
        assert ended.value.code == 2
    assert capsys.readouterr().out == ""


def test_the_table_for_people_names_the_places_worst_first(
    recipe_folder: Path, pictures: Pictures, capsys: pytest.CaptureFixture[str]
) -> None:
    board = pictures.board(7, faults=(("Q1", "missing"),))
    assert goldenboard("inspect", "--recipe", recipe_folder, board) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"{board}: FAIL.")
    assert lines[1] == f"  serial {GeneratedBoard(seed=7).serial}"
    assert lines[3].split()[:2] == ["Q1", "DEFECT"]


def test_pictures_are_written_with_the_suspect_drawn_in(
    recipe_folder: Path, pictures: Pictures, tmp_path: Path
) -> None:
    bad = pictures.board(7, faults=(("Q1", "missing"),))
    black = pictures.save("black.png", np.zeros_like(picture(5)))
    words = ("inspect", "--recipe", recipe_folder, "--json", "--picture")
    goldenboard(*words, tmp_path / "many", bad, black, pictures.board(1), bad)
    assert sorted(path.name for path in (tmp_path / "many").iterdir()) == [
        "b0-01.jpg", "b0-07Q1-missing-1.jpg", "b0-07Q1-missing-4.jpg", "black.jpg",
    ]  # fmt: skip
    goldenboard(*words, tmp_path / "one.png", bad)
    drawn = cv2.imread(str(tmp_path / "one.png"))
    rect = load(recipe_folder).window("Q1").rect
    edge = drawn[72 + round(rect.ymax_px) - 1, round(rect.centre_px[0])]
    assert edge[2] > 150, "the suspect's frame is red"
    assert edge[2] - int(edge[1]) > 60


def test_golden_and_seen_show_the_same_place(inspector: Inspector) -> None:
    shifted = cv2.warpAffine(
        picture(1), np.array([[1.0, 0.0, 21.0], [0.0, 1.0, -13.0]]), (WIDTH_PX, HEIGHT_PX)
    )
    inspection = inspector.inspect(shifted)
    window = inspector.recipe.window("C1")
    golden = golden_picture(inspector.recipe, "C1")
    seen = seen_picture(shifted, inspector.recipe, window, inspection)
    assert golden.shape == seen.shape
    correlation = cv2.matchTemplate(golden, seen, cv2.TM_CCOEFF_NORMED)[0, 0]
    assert correlation > 0.8
    assert side_by_side(golden, seen).shape[0] == 320 + 36
    with pytest.raises(ValueError, match="not found in this frame"):
        black = inspector.inspect(np.zeros_like(shifted))
        seen_picture(shifted, inspector.recipe, window, black)


def test_a_moved_board_is_judged_as_one_at_rest(inspector: Inspector) -> None:
    matrix = cv2.getRotationMatrix2D((WIDTH_PX / 2, HEIGHT_PX / 2), 1.5, 1.0)
    matrix[:, 2] += (48.0, -37.0)
    moved = cv2.warpAffine(picture(1), matrix, (WIDTH_PX, HEIGHT_PX), flags=cv2.INTER_CUBIC)
    rest, found = inspector.inspect(picture(1)), inspector.inspect(moved)
    assert rest.verdict is Verdict.PASS
    assert found.verdict in (Verdict.PASS, Verdict.REVIEW)
    assert found.alignment is not None
    assert found.alignment.shift_px == pytest.approx((48.0, -37.0), abs=0.5)


def test_a_window_outside_the_frame_is_never_a_pass(
    inspector: Inspector, pool: InterpreterPool
) -> None:
    moved = cv2.warpAffine(
        picture(1), np.array([[1.0, 0.0, -60.0], [0.0, 1.0, 0.0]]), (WIDTH_PX, HEIGHT_PX)
    )
    recipe = inspector.recipe
    rect = replace(recipe.windows[0].rect, xmin_px=1.0, xmax_px=30.0)
    windows = (replace(recipe.windows[0], rect=rect), *recipe.windows[1:])
    inspection = Inspector(revised(recipe, windows=windows), pool).inspect(moved)
    assert inspection.verdict is Verdict.FAULT
    first = inspection.windows[0]
    assert (first.call, first.reason) == (Call.UNSURE, "This window could not be judged.")
    assert cli_inspect.as_json("x", inspection)["windows"][0]["score"] is None


def test_a_moved_threshold_moves_the_call(
    recipe_folder: Path, inspector: Inspector, pool: InterpreterPool, tmp_path: Path
) -> None:
    copy = shutil.copytree(recipe_folder, tmp_path / "copy")
    scores = {each.component: each.score for each in inspector.inspect(picture(1)).windows}
    low = {"C1": (scores["C1"] - 2.0, scores["C1"] - 1.0)}
    changed: Recipe = save(with_thresholds(load(copy), low), copy)
    inspection = Inspector(changed, pool).inspect(picture(1))
    assert [each.component for each in inspection.windows if each.call is Call.DEFECT] == ["C1"]
    assert inspection.verdict is Verdict.FAIL


def test_the_camera_lock_and_the_grey_patch_are_taught_and_checked(
    pictures: Pictures, tmp_path: Path, capsys: pytest.CaptureFixture[str], pool: InterpreterPool
) -> None:
    lock = tmp_path / "camera.toml"
    lock.write_text("exposure_us = 8000\ncolour_gains = [1.9, 1.6]\n")
    windows = pictures.windows_csv(window_rows()[:1])
    board = picture(1).copy()
    board[20:60, 20:60] = (120, 122, 124)
    golden = pictures.save("grey.png", board)
    words = ("teach", "--name", "G", "--windows", windows, "--golden", golden)
    further = ("--camera", lock, "--grey", "25,25,55,55")
    assert goldenboard(*words, "--out", tmp_path / "g", *further) == 0
    recipe = load(tmp_path / "g")
    assert (recipe.camera.exposure_us, recipe.camera.colour_gains) == (8000, (1.9, 1.6))
    assert recipe.quality.grey is not None
    assert recipe.quality.grey.bgr == (120.0, 122.0, 124.0)
    inspector = Inspector(recipe, pool)
    assert inspector.inspect(board).verdict is Verdict.PASS
    board[20:60, 20:60] = (120, 122, 150)
    found = inspector.inspect(board)
    assert (found.verdict, "grey patch" in found.reason) == (Verdict.FAULT, True)
    lock.write_text("exposure_ms = 8\n")
    assert goldenboard(*words, "--out", tmp_path / "h", "--camera", lock) == 2
    assert "Did you mean 'exposure_us'" in capsys.readouterr().err
    assert goldenboard(*words, "--out", tmp_path / "h", "--grey", "0,0,9999,10") == 2
    assert "grey patch inside the picture" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        goldenboard(*words, "--out", tmp_path / "h", "--grey", "0,0,9")
