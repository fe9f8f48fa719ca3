"""Teaching on generated boards: what the recipe holds, and what is refused without a trace."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
import pytest
from teaching import COMPONENTS, HEIGHT_PX, WIDTH_PX, Pictures, backbone, picture, window_rows

from appliance.cli_common import Ticker
from appliance.inspection import Inspector
from appliance.picture_files import PictureError, read_picture
from appliance.recipe import Golden, PictureSize, Recipe, RecipeError, load, reference_bytes
from appliance.refusal import Refusal
from appliance.tables import TableError, WindowRow, read_faults, read_windows
from appliance.teach import Lesson, teach
from appliance.terms import Polarity, Rect, Verdict
from appliance.vision import learnt
from appliance.vision.interpreter import InterpreterPool
from appliance.vision.learnt import cache_key, open_judge
from appliance.vision.pose import Pose

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture(scope="module")
def pool() -> InterpreterPool:
    with InterpreterPool(backbone(), 2) as pool:
        yield pool


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Pictures:
    return Pictures(folder=tmp_path_factory.mktemp("pictures"))


def lesson(pictures: Pictures, seeds: tuple[int, ...] = (0, 1, 2), **change: object) -> Lesson:
    goldens = tuple(pictures.board(seed) for seed in seeds)
    whole = Lesson(
        name="Demo",
        part_number="GB01",
        windows=window_rows(),
        goldens=goldens,
        faults=tuple(frozenset() for _ in goldens),
    )
    return replace(whole, **change)


@pytest.fixture(scope="module")
def taught(
    pictures: Pictures, pool: InterpreterPool, tmp_path_factory: pytest.TempPathFactory
) -> Recipe:
    folder = tmp_path_factory.mktemp("recipes") / "demo"
    faults = (frozenset({"D1"}), frozenset(), frozenset({"C1", "D1"}))
    steps: list[tuple[str, int, int]] = []
    recipe = teach(
        lesson(pictures, faults=faults),
        pool,
        folder,
        progress=lambda *step: steps.append(step),
        now=lambda: NOW,
    )
    assert [what for what, done, total in steps if done == total] == [
        "Finding the boards", "Cutting windows", "Learning windows",
    ]  # fmt: skip
    return recipe


def test_the_recipe_holds_what_was_taught(taught: Recipe) -> None:
    assert taught.folder is not None
    assert load(taught.folder) == taught
    assert (taught.name, taught.part_number, taught.version) == ("Demo", "GB01", 1)
    assert taught.taught_at == "2026-01-02T03:04:05+00:00"
    assert taught.picture == PictureSize(width_px=WIDTH_PX, height_px=HEIGHT_PX)
    assert [window.component for window in taught.windows] == [
        row.component for row in window_rows()
    ]
    assert {window.component: window.polarity for window in taught.windows} == {
        row.component: row.polarity for row in window_rows()
    }
    assert {window.model_sha256 for window in taught.windows} == {backbone().sha256}
    assert [golden.left_out for golden in taught.goldens] == [("D1",), (), ("C1", "D1")]
    assert taught.goldens[0] == Golden(source="b0-00.png", pose=Pose(), left_out=("D1",))
    assert 6 <= len(taught.anchors) <= 16
    assert taught.alignment.min_anchors >= 0.6 * len(taught.anchors)
    assert all(0 < w.review_above <= w.defect_above for w in taught.windows)
    assert "good windows" in taught.guarantee
    assert taught.serial_code is not None


def test_reference_crops_are_the_golden_pictures_own_pixels(taught: Recipe) -> None:
    found = cv2.imdecode(np.frombuffer(reference_bytes(taught, "C1", 0), np.uint8), 1)
    rect = taught.window("C1").rect
    x, y = int(rect.xmin_px), int(rect.ymin_px)
    own = picture(0)[y + 5 : y + 25, x + 5 : x + 25]
    match = cv2.matchTemplate(found, np.ascontiguousarray(own), cv2.TM_SQDIFF)
    assert match.min() == 0.0


def test_thresholds_do_not_move_what_was_learnt_and_pictures_do(taught: Recipe) -> None:
    moved = replace(taught, windows=tuple(replace(w, defect_above=99.0) for w in taught.windows))
    assert cache_key(moved) == cache_key(taught)
    other = replace(taught, files={**taught.files, "anchors/00.png": "0" * 64})
    assert cache_key(other) != cache_key(taught)
    turned = replace(taught.windows[0], polarity=Polarity.HALF_TURN)
    if taught.windows[0].polarity is not Polarity.HALF_TURN:
        assert cache_key(replace(taught, windows=(turned, *taught.windows[1:]))) != cache_key(
            taught
        )


@pytest.mark.parametrize("damage", ["missing", "cut short", "one bit", "older judge"])
def test_what_was_learnt_is_made_again_when_its_file_is_no_good(
    taught: Recipe, pool: InterpreterPool, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    assert taught.folder is not None
    path = taught.folder / "features.npz"
    before = path.read_bytes()
    scores = inspect_scores(taught, pool)
    if damage == "missing":
        path.unlink()
    elif damage == "cut short":
        path.write_bytes(before[: len(before) // 2])
    elif damage == "one bit":
        path.write_bytes(before[:5000] + bytes([before[5000] ^ 1]) + before[5001:])
    else:
        monkeypatch.setattr(learnt, "judge_version", lambda: "newer")
    done: list[int] = []
    open_judge(taught, pool, progress=lambda number, total: done.append(number))
    assert done == list(range(1, len(COMPONENTS) + 1)), "it was not learnt again"
    done.clear()
    open_judge(taught, pool, progress=lambda number, total: done.append(number))
    assert done == [], "it was not kept"
    assert inspect_scores(taught, pool) == scores
    path.write_bytes(before)


def inspect_scores(recipe: Recipe, pool: InterpreterPool) -> list[float]:
    inspection = Inspector(recipe, pool).inspect(picture(7))
    return [each.score for each in inspection.windows]


def test_one_golden_board_is_enough(
    pictures: Pictures, pool: InterpreterPool, tmp_path: Path
) -> None:
    recipe = teach(lesson(pictures, (0,)), pool, tmp_path / "one", now=lambda: NOW)
    assert "only golden board" in recipe.guarantee
    inspector = Inspector(recipe, pool)
    assert inspector.inspect(picture(0)).verdict is Verdict.PASS
    missing = inspector.inspect(picture(0, 0, (("Q1", "missing"),)))
    assert missing.verdict is Verdict.FAIL
    assert max(missing.windows, key=lambda each: each.score).component == "Q1"


def test_teaching_twice_gives_the_same_recipe(
    pictures: Pictures, pool: InterpreterPool, tmp_path: Path
) -> None:
    two = lesson(pictures, (0, 1), windows=window_rows()[:2])
    first = teach(two, pool, tmp_path / "a", now=lambda: NOW)
    second = teach(two, pool, tmp_path / "b", now=lambda: NOW)
    assert first == second


def rows_with(rect: Rect) -> tuple[WindowRow, ...]:
    return (replace(window_rows()[0], rect=rect), *window_rows()[1:])


def rect(x0: float, y0: float, x1: float, y1: float) -> Rect:
    return Rect(xmin_px=x0, ymin_px=y0, xmax_px=x1, ymax_px=y1)


def refused_lessons(pictures: Pictures) -> dict[str, tuple[Lesson, str]]:
    first = pictures.board(0)
    nan = float("nan")
    small = pictures.save("small.png", picture(1)[:458, :640])
    black = pictures.save("black.png", np.zeros_like(picture(1)))
    upside_down = pictures.save("turned.png", picture(1)[::-1, ::-1])
    text = pictures.folder / "text.png"
    text.write_text("no picture")
    cut = pictures.folder / "cut.jpg"
    whole = cv2.imencode(".jpg", picture(1))[1].tobytes()
    cut.write_bytes(whole[: len(whole) // 2])
    nothing: tuple[frozenset[str], ...] = (frozenset(), frozenset())

    def windows(first_rect: Rect) -> Lesson:
        return lesson(pictures, windows=rows_with(first_rect))

    def beside(other: Path) -> Lesson:
        return lesson(pictures, goldens=(first, other), faults=nothing)

    return {
        "outside": (windows(rect(0, 0, 1300, 50)), "inside the picture"),
        "negative": (windows(rect(-5, 0, 30, 50)), "inside the picture"),
        "NaN": (windows(rect(nan, 0, 30, 50)), "numbers for the corners"),
        "inverted": (windows(rect(90, 0, 30, 50)), "at least 4 px"),
        "no windows": (lesson(pictures, windows=()), "at least one window"),
        "twice": (lesson(pictures, windows=window_rows() * 2), "2 times"),
        "same rectangle": (
            windows(window_rows()[1].rect), "each rectangle once"
        ),
        "no good sample": (
            lesson(pictures, (0, 1), faults=(frozenset({"C1"}),) * 2), "on which C1 is good"
        ),
        "another board": (beside(pictures.board(3, variant=3)), "b3-03.png to show the same"),
        "wrong size": (beside(small), "small.png to show .* found 640×458 px"),
        "black": (beside(black), "black.png to show"),
        "upside down": (beside(upside_down), "turned by half a turn"),
        "no picture": (beside(text), "can't be decoded"),
        "cut short": (beside(cut), "cut short"),
        "missing picture": (beside(pictures.folder / "none.png"), "No such file"),
        "featureless": (
            lesson(pictures, goldens=(black,), faults=(frozenset(),)), "at least 6 distinct patches"
        ),
    }  # fmt: skip


@pytest.mark.parametrize(
    "name",
    [
        "outside", "negative", "NaN", "inverted", "no windows", "twice", "same rectangle",
        "no good sample", "another board", "wrong size", "black", "upside down", "no picture",
        "cut short", "missing picture", "featureless",
    ],
)  # fmt: skip
def test_what_can_not_be_taught_is_refused_and_nothing_is_written(
    pictures: Pictures, pool: InterpreterPool, tmp_path: Path, name: str
) -> None:
    bad, words = refused_lessons(pictures)[name]
    with pytest.raises(Refusal, match=words):
        teach(bad, pool, tmp_path / "recipe")
    assert list(tmp_path.iterdir()) == []


def test_windows_csv_takes_further_columns_and_a_polarity(tmp_path: Path) -> None:
    path = tmp_path / "windows.csv"
    path.write_text(
        "remark,component,part_type,xmin,ymin,xmax,ymax,polarity\n"
        "x,R1,r,1,2.5,30,40,half_turn\n"
        ',"C 2",c, 5,6,70,80,\n'
    )
    assert read_windows(path) == (
        WindowRow(
            component="R1", part_type="r", rect=rect(1, 2.5, 30, 40), polarity=Polarity.HALF_TURN
        ),
        WindowRow(component="C 2", part_type="c", rect=rect(5, 6, 70, 80), polarity=Polarity.FIXED),
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("component,xmin\nR1,1\n", "no part_type, ymin, xmax, ymax"),
        ("component,part_type,xmin,ymin,xmax,ymax\nR1,r,1,2,3\n", "line 2; found fewer"),
        ("component,part_type,xmin,ymin,xmax,ymax\nR1,r,1,two,3,4\n", "ymin in windows.csv line 2"),
        ("component,part_type,xmin,ymin,xmax,ymax\n,r,1,2,3,4\n", "a component in windows.csv"),
        (
            "component,part_type,xmin,ymin,xmax,ymax,polarity\nR,r,1,2,3,4,up\n",
            "fixed or half_turn",
        ),
        ("", "no component"),
    ],
)
def test_a_windows_table_that_is_none(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "windows.csv"
    path.write_text(text)
    with pytest.raises(TableError, match=words):
        read_windows(path)
    with pytest.raises(TableError, match="a readable table"):
        read_windows(tmp_path / "none.csv")


def test_faults_are_matched_by_path_name_or_stem(tmp_path: Path) -> None:
    path = tmp_path / "faults.csv"
    path.write_text(
        "image,component\nboards/a.jpg,R1\nb.jpg,R2\nc,R3\nelse/where/a.jpg,R2\nother.jpg,R9\n"
    )
    goldens = [Path("boards/a.jpg"), Path("/x/b.jpg"), Path("c.png"), Path("d.png")]
    assert read_faults(path, goldens, ["R1", "R2", "R3"]) == (
        frozenset({"R1", "R2"}), frozenset({"R2"}), frozenset({"R3"}), frozenset(),
    )  # fmt: skip
    with pytest.raises(TableError, match="found 'R1'"):
        read_faults(path, goldens, ["R2", "R3"])


def test_pictures_are_read_whole_or_not(tmp_path: Path) -> None:
    jpeg = cv2.imencode(".jpg", picture(1))[1].tobytes()
    for name, data, words in (
        ("cut.jpg", jpeg[:-5000], "cut short"),
        ("empty.png", b"", "can't be decoded"),
        ("text.jpg", b"hello", "can't be decoded"),
    ):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(PictureError, match=words):
            read_picture(tmp_path / name)
    (tmp_path / "whole.jpg").write_bytes(jpeg)
    assert read_picture(tmp_path / "whole.jpg").shape == picture(1).shape
    with pytest.raises(PictureError, match="Is a directory"):
        read_picture(tmp_path)
    with (tmp_path / "huge.jpg").open("wb") as file:
        file.truncate(201_000_000)
    with pytest.raises(PictureError, match="at most 200 MB"):
        read_picture(tmp_path / "huge.jpg")


def test_progress_is_told_after_two_seconds_only() -> None:
    now = [0.0]
    stream = io.StringIO()
    with Ticker(stream, clock=lambda: now[0]) as ticker:
        for at, done in ((0.5, 1), (1.9, 2), (2.1, 3), (4.0, 4), (7.2, 5)):
            now[0] = at
            ticker("Learning", done, 9)
    assert stream.getvalue() == "Learning: 3 of 9\nLearning: 5 of 9\n"


def test_a_window_no_board_can_show_how_it_varies_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(samples: object) -> None:
        raise ValueError("no window has two good views")

    monkeypatch.setattr(learnt, "ReferenceJudge", refuse)
    with pytest.raises(RecipeError, match="no window has two good views"):
        learnt.learn(())
