"""From board.toml and pictures of boards in their cradle to a recipe that knows both."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from appliance.board import Hole, board_text, read_board
from appliance.cli import main
from appliance.inspection import Inspector
from appliance.modelfile import DEFAULT_BACKBONE, models_folder, open_model
from appliance.recipe import RecipeError, load
from appliance.teach_board import place_windows
from appliance.terms import Verdict
from appliance.vision.cradle import CradleError
from appliance.vision.crop import Pixels
from appliance.vision.interpreter import InterpreterPool
from cradles.build import build
from cradles.optics import Camera, Scene, photograph
from hw.sim.generator import windows as true_windows
from hw.sim.pcb_design import scale_px_per_mm
from tests.conftest import ROOT
from tests.cradles.demo_board import demo_board, demo_cradle, look_of

CAMERA = Camera(noise=1.5, defocus_px=0.8, falloff=0.1)
COMPONENTS = ("C1", "Q1", "F1", "J2", "T1", "L1")
GOLDENS = 4


def _board_file() -> object:
    board = demo_board()
    parts = tuple(replace(p, inspected=p.designator in COMPONENTS) for p in board.components)
    return replace(board, components=parts)


def _picture(seed: int, *faults: tuple[str, str], **changes: object) -> Pixels:
    chance = np.random.default_rng(100 + seed)
    scene = Scene(
        cradle=demo_cradle(),
        look=look_of(seed, *faults),
        moved_mm=tuple(chance.uniform(-0.2, 0.2, 2).tolist()),
        board_play_mm=tuple(chance.uniform(-0.15, 0.15, 2).tolist()),
    )
    return photograph(replace(scene, **changes), CAMERA, seed=seed)  # type: ignore[arg-type]


def _save(path: Path, pixels: Pixels) -> Path:
    cv2.imwrite(str(path), pixels, [cv2.IMWRITE_PNG_COMPRESSION, 1])
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """board.toml, golden pictures, and the recipe that the command makes of them."""
    where = tmp_path_factory.mktemp("taught")
    (where / "board.toml").write_text(board_text(_board_file()), encoding="utf-8")  # type: ignore[arg-type]
    goldens = [_save(where / f"g{n}.png", _picture(n)) for n in range(GOLDENS)]
    arguments = ["teach", "--name", "demo", "--board", str(where / "board.toml"), "--golden"]
    code = main([*arguments, *map(str, goldens), "--out", str(where / "recipe"), "--json"])
    assert code == 0
    return where


@pytest.fixture(scope="module")
def inspector(folder: Path) -> Iterator[Inspector]:
    model = open_model(DEFAULT_BACKBONE, models_folder(None))
    with InterpreterPool(model, 2) as pool:
        yield Inspector(load(folder / "recipe"), pool)


def test_the_shipped_board_file_is_the_simulated_board() -> None:
    assert read_board(ROOT / "cradles/boards/demo/board.toml") == demo_board()


def test_the_recipe_knows_its_cradle_its_size_and_its_source(folder: Path) -> None:
    recipe = load(folder / "recipe")
    assert recipe.cradle is not None
    assert recipe.cradle.identity == demo_cradle().identity
    assert recipe.cradle.px_per_mm == pytest.approx(12.8, rel=1e-3)
    assert recipe.board is not None
    assert (recipe.board.width_mm, recipe.board.height_mm) == pytest.approx((100, 70.5))
    assert recipe.quality.grey is not None
    assert read_board(folder / "recipe" / "board.toml") == _board_file()
    assert recipe.part_number == "DEMO"


def test_the_windows_are_the_parts_places_to_a_tenth_of_a_millimetre(folder: Path) -> None:
    """The simulation's own windows, in millimetres from the board's middle, are the truth."""
    recipe = load(folder / "recipe")
    assert recipe.cradle is not None
    width, height = 2000, 1400
    k = scale_px_per_mm(width, height)
    # The first golden picture shows the board a little aside: in the cradle, and the cradle.
    chance = np.random.default_rng(100)
    moved = chance.uniform(-0.2, 0.2, 2)
    truth = {w.component: w for w in true_windows(0, width, height) if w.component in COMPONENTS}
    assert {w.component for w in recipe.windows} == set(truth)
    assert {w.component: w.polarity.value for w in recipe.windows} == {
        name: w.polarity for name, w in truth.items()
    }
    for window in recipe.windows:
        true = truth[window.component]
        middle = np.array([true.xmin_px + true.xmax_px, true.ymin_px + true.ymax_px]) / 2
        at_mm = (middle - (np.array([width, height]) - 1) / 2) / k + moved * (1, -1)
        seen = (np.array(window.rect.centre_px) - (1920, 1080)) / 12.8
        assert seen == pytest.approx(at_mm, abs=0.1), window.component


def test_anchors_stand_on_the_board_and_not_on_the_cradle(folder: Path) -> None:
    recipe = load(folder / "recipe")
    for anchor in recipe.anchors:
        x = (anchor.x_px + anchor.size_px / 2 - 1920) / 12.8
        y = (anchor.y_px + anchor.size_px / 2 - 1080) / 12.8
        assert abs(x) < 50 and abs(y) < 35.25


def test_good_boards_are_judged_and_a_missing_part_is_not_passed(inspector: Inspector) -> None:
    good = inspector.inspect(_picture(20))
    assert good.verdict is not Verdict.FAULT
    assert good.stages_ms["cradle"] > 0
    missing = inspector.inspect(_picture(21, ("F1", "missing")))
    assert missing.verdict in (Verdict.FAIL, Verdict.REVIEW)
    scores = {r.component: r.score / r.review_above for r in missing.windows}
    assert max(scores, key=lambda name: scores[name]) == "F1"


WRONG = {
    "another cradle": {"cradle": "B"},
    "turned": {"turned": True},
    "half pulled out": {"moved_mm": (0.0, -3.0)},
    "name covered": {"covered": ("identity",)},
    "no labels": {"covered": ("marker", "identity")},
}


@pytest.mark.parametrize("what", sorted(WRONG))
def test_the_right_board_in_a_wrong_cradle_is_never_judged(inspector: Inspector, what: str) -> None:
    """The very board that is judged when its cradle is right."""
    changes = dict(WRONG[what])
    if "cradle" in changes:
        changes["cradle"] = build(replace(demo_board(), revision="B"))
    found = inspector.inspect(_picture(20, **changes))
    assert found.verdict is Verdict.FAULT
    assert found.windows == ()
    assert "cradle" in found.reason


def test_without_the_marks_check_that_board_would_have_been_judged(inspector: Inspector) -> None:
    """So that the test above tests the marks and not something else."""
    bare = replace(inspector.recipe, cradle=None)
    object.__setattr__(bare, "folder", inspector.recipe.folder)
    model = open_model(DEFAULT_BACKBONE, models_folder(None))
    with InterpreterPool(model, 2) as pool:
        other = build(replace(demo_board(), revision="B"))
        found = Inspector(bare, pool).inspect(_picture(20, cradle=other))
    assert found.verdict is not Verdict.FAULT


def test_inspect_says_fault_for_a_wrong_cradle(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    picture = _save(folder / "turned.png", _picture(20, turned=True))
    code = main(["inspect", "--recipe", str(folder / "recipe"), str(picture), "--json"])
    line = json.loads(capsys.readouterr().out.splitlines()[0])
    assert (code, line["verdict"]) == (3, "FAULT")


def test_a_golden_board_in_another_cradle_is_refused_and_nothing_written(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = build(replace(demo_board(), revision="B"))
    odd = _save(tmp_path / "odd.png", _picture(3, cradle=other))
    code = main(
        ["teach", "--name", "x", "--board", str(folder / "board.toml"),
         "--golden", str(folder / "g0.png"), str(odd), "--out", str(tmp_path / "recipe")]
    )  # fmt: skip
    said = capsys.readouterr().err
    assert code == 2
    assert "odd.png" in said and other.identity in said
    assert not (tmp_path / "recipe").exists()


def test_with_the_focal_length_the_windows_reach_the_tops_and_the_cameras_height_is_told(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "camera.toml").write_text(f"focal_px = {CAMERA.focal_px}\n", encoding="utf-8")
    words = ["teach", "--name", "tall", "--board", str(folder / "board.toml")]
    words += ["--golden", str(folder / "g0.png"), "--out", str(tmp_path / "recipe")]
    assert main([*words, "--camera", str(tmp_path / "camera.toml")]) == 0
    said = capsys.readouterr().out
    assert "the camera stands 260 mm above the board" in said
    assert "focal length is not known" not in said
    tall, flat = load(tmp_path / "recipe"), load(folder / "recipe")
    assert tall.camera.focal_px == CAMERA.focal_px
    heights = {part.designator: part.tall_mm for part in demo_board().components}
    for name in COMPONENTS:
        large, small = tall.window(name).rect, flat.window(name).rect
        reach = large.width_px * large.height_px / (small.width_px * small.height_px)
        assert 1 < reach < 1 + heights[name] / 2, name


def test_teaching_a_changed_board_in_its_old_cradle_names_the_change(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    board = demo_board()
    more = replace(board, holes=(*board.holes, Hole(x_mm=1.5, y_mm=2.0, diameter_mm=1.0)))
    (tmp_path / "more.toml").write_text(board_text(more), encoding="utf-8")
    before = load(folder / "recipe")
    code = main(
        ["teach", "--name", "x", "--board", str(tmp_path / "more.toml"),
         "--golden", str(folder / "g0.png"), "--out", str(folder / "recipe")]
    )  # fmt: skip
    said = capsys.readouterr().err
    assert code == 2
    assert f"found cradle {demo_cradle().identity}, of the board as it was taught before" in said
    assert "1 hole more (the first at (1.5, 2) of 1 mm)" in said
    assert load(folder / "recipe") == before


def test_windows_and_board_exclude_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    common = ["teach", "--name", "x", "--golden", "a.png", "--out", "y"]
    for extra in ([], ["--windows", "w.csv", "--board", "b.toml"]):
        with pytest.raises(SystemExit) as stop:
            main([*common, *extra])
        assert stop.value.code == 2
    assert "not allowed with" in capsys.readouterr().err


def test_a_board_without_parts_or_with_one_outside_the_picture_is_refused() -> None:
    picture = _picture(0)
    board = demo_board()
    with pytest.raises(RecipeError, match="parts to inspect"):
        place_windows(replace(board, components=()), picture)
    far = replace(board.components[0], x_mm=-170.0)
    with pytest.raises(RecipeError, match="inside the picture"):
        place_windows(replace(board, components=(far,)), picture)
    with pytest.raises(CradleError, match="found cradle demo-a-"):
        place_windows(replace(board, revision="Z"), picture)
