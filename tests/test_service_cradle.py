"""The running instrument and a cradle that is wrong: FAULT on the lamps, in words and in the
record, nothing judged; and judging again as soon as the right one lies in."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from appliance.cli import main
from appliance.generated import SIMULATED_CAMERA, photographs
from appliance.inspection import Inspector
from appliance.modelfile import DEFAULT_BACKBONE, models_folder, open_model
from appliance.recipe import load, save, with_thresholds
from appliance.states import State
from appliance.teach import Lesson, teach
from appliance.terms import TestResult, Verdict
from appliance.vision.interpreter import InterpreterPool
from cradles.build import build
from cradles.optics import Camera, Edge, Scene, photograph
from hw.ports import Lamps
from hw.sim.boards import PhotoBoard
from tests.cradles.demo_board import demo_board, demo_cradle, look_of
from tests.service_unit import DEADLINE_S, Unit

EYE = Camera(width_px=1920, height_px=1080, noise=1.0, defocus_px=0.5, falloff=0.1)
COMPONENTS = ("C1", "F1")
ENDS = (State.PASSED, State.REVIEW, State.FAILED, State.FAULT)
RED, AMBER, GREEN = (True, False, False), (False, True, False), (False, False, True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cradles")


def _shown(folder: Path, name: str, seed: int, **changes: Any) -> PhotoBoard:
    """The board that the simulated cabinet shows for this scene."""
    path = folder / f"{name}.png"
    if not path.exists():
        scene = replace(Scene(cradle=demo_cradle(), look=look_of(seed)), **changes)
        pixels = photograph(scene, EYE, seed=seed)
        assert cv2.imwrite(str(path), pixels, [cv2.IMWRITE_PNG_COMPRESSION, 1])
    return PhotoBoard(path=str(path))


@pytest.fixture(scope="module")
def recipes(folder: Path) -> Path:
    """Taught from board.toml and what the simulated cabinet's own camera sees of three boards."""
    board = demo_board()
    parts = tuple(replace(p, inspected=p.designator in COMPONENTS) for p in board.components)
    goldens = []
    boards = [_shown(folder, f"golden{seed}", seed) for seed in range(3)]
    for number, pixels in enumerate(photographs(boards, (EYE.width_px, EYE.height_px))):
        goldens.append(folder / f"taken{number}.png")
        cv2.imwrite(str(goldens[-1]), pixels, [cv2.IMWRITE_PNG_COMPRESSION, 1])
    lesson = Lesson(
        name="demo",
        part_number="DEMO",
        board=replace(board, components=parts),
        goldens=tuple(goldens),
        faults=tuple(frozenset[str]() for _ in goldens),
        camera=SIMULATED_CAMERA,
    )
    with InterpreterPool(open_model(DEFAULT_BACKBONE, models_folder()), 2) as pool:
        made = teach(lesson, pool, folder / "recipes" / "demo")
    # Set by hand far above any good board: this is about the cradle, not about the judge.
    bands = dict.fromkeys(COMPONENTS, (40.0, 50.0))
    save(with_thresholds(made, bands), folder / "recipes" / "demo")
    return folder / "recipes"


class Watching:
    """Every change of the lamps' colours that a person in front of the cabinet saw."""

    def __init__(self, unit: Unit) -> None:
        self.seen: list[tuple[bool, bool, bool]] = []
        self._changed = threading.Condition()
        unit.world.on_lamps = self._look

    def _look(self, _: float, lamps: Lamps) -> None:
        now = (lamps.red, lamps.amber, lamps.green)
        with self._changed:
            if self.seen[-1:] != [now]:  # the buzzer changes nothing of the colours
                self.seen.append(now)
                self._changed.notify_all()

    def wait_until_last_are(self, *choices: list[tuple[bool, bool, bool]]) -> None:
        def shown() -> bool:
            return any(self.seen[-len(choice) :] == choice for choice in choices)

        with self._changed:
            assert self._changed.wait_for(shown, timeout=DEADLINE_S), self.seen


@pytest.fixture(scope="module")
def unit(recipes: Path, folder: Path) -> Iterator[Unit]:
    made = Unit(recipes, folder, use="demo")
    with made.service:
        made.wait_for(State.EMPTY)
        yield made


def _other() -> Any:
    return build(replace(demo_board(), revision="B"))


WRONG: dict[str, tuple[dict[str, Any], str, str]] = {
    "another": ({"cradle": _other}, "found cradle demo-b-", "Put in the recipe's cradle"),
    "turned": ({"turned": True}, "it is turned by 180°", "Turn the cradle round"),
    "half seated": ({"moved_mm": (0.0, -4.0)}, "mm towards the front", "Push the tray fully in"),
    "on something": (
        {"raised_mm": 4.0, "raised_edge": Edge.LEFT},
        "level, its markers within",
        "Look what lies under the cradle",
    ),
    "covered": (
        {"covered": ("marker upper left", "marker lower right")},
        "at least 3 of its four markers",
        "clean its labels",
    ),
    "name covered": ({"covered": ("identity",)}, "no readable code", "Clean the DataMatrix label"),
    "none": ({"covered": ("marker", "identity")}, "no cradle, or one without labels", "Put in"),
}
"""What is wrong; the words that say what was found, and those that say what to do."""


def _wrong(folder: Path, what: str, seed: int) -> PhotoBoard:
    changes = {key: v() if callable(v) else v for key, v in WRONG[what][0].items()}
    return _shown(folder, f"wrong {what}", seed, **changes)


@pytest.mark.parametrize("what", ["another", "turned", "half seated", "on something", "covered"])
def test_a_wrong_cradle_is_a_fault_and_the_right_one_is_judged_after_it(
    unit: Unit, folder: Path, what: str
) -> None:
    _, found, action = WRONG[what]
    lamps = Watching(unit)
    unit.world.insert(_wrong(folder, what, seed=20))
    status = unit.wait_for(*ENDS)
    assert status.state is State.FAULT
    assert status.verdict is None
    (fault,) = status.faults
    assert (fault.code, found in fault.found, action in fault.action) == ("not_judged", True, True)
    assert len(f"{fault.found} {fault.action}") < 300
    lamps.wait_until_last_are([RED, AMBER, RED])
    assert not any(green for _, _, green in lamps.seen)
    page = unit.get("api/status")["status"]
    assert (page["state"], page["faults"][0]["action"]) == ("fault", fault.action)

    unit.world.remove()
    unit.wait_for(State.EMPTY)
    unit.world.insert(_shown(folder, "right", 21))
    assert unit.wait_for(*ENDS).state is State.PASSED
    lamps.wait_until_last_are([GREEN])
    right, wrong = unit.service.store.boards(limit=2)  # the newer first
    assert right.verdict is Verdict.PASS
    record = unit.service.store.inspection(wrong.inspection_id).record
    assert (record.verdict, record.result) == (Verdict.FAULT, TestResult.ERROR)
    assert found in record.reason
    assert record.windows == ()
    assert "judge" not in record.stages_ms
    unit.world.remove()
    unit.wait_for(State.EMPTY)


def test_the_command_says_the_same_of_the_same_pictures(
    recipes: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    boards = [_wrong(folder, what, seed=20) for what in sorted(WRONG)]
    right = _shown(folder, "right", 21)
    paths = [board.path for board in (*boards, right)]
    assert main(["inspect", "--recipe", str(recipes / "demo"), *paths]) == 3
    said = capsys.readouterr().out.splitlines()
    lines = [line for line in said if line.startswith(str(folder))]
    for what, line in zip(sorted(WRONG), lines, strict=False):
        assert ": FAULT. " in line and WRONG[what][1] in line and WRONG[what][2] in line
    assert ": PASS." in lines[-1] and len(lines) == len(paths)


def test_the_very_board_in_the_wrong_cradle_would_pass_without_its_marks(
    recipes: Path, folder: Path
) -> None:
    """So that the tests above are about the cradle and not about the board."""
    recipe = load(recipes / "demo")
    bare = replace(recipe, cradle=None)
    object.__setattr__(bare, "folder", recipe.folder)
    picture = cv2.imread(_wrong(folder, "another", seed=20).path)
    with InterpreterPool(open_model(DEFAULT_BACKBONE, models_folder()), 2) as pool:
        found = Inspector(bare, pool).inspect(np.asarray(picture, np.uint8))
    assert found.verdict is Verdict.PASS
