"""The running instrument's side of an update: it holds still between two boards, and on trial it
judges nothing. The whole service on its simulated cabinet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.generated import generated_lesson
from appliance.modelfile import DEFAULT_BACKBONE, models_folder, open_model
from appliance.recipe import save, with_thresholds
from appliance.service import Service
from appliance.states import State
from appliance.teach import teach
from appliance.update.places import STATE_FILE
from appliance.update.state import Phase, Progress, keep_progress, read_progress, settled
from appliance.update.trial import UPDATER
from appliance.update.watch import EVENT, UpdateWatch, of_versions
from appliance.vision.interpreter import InterpreterPool
from hw.sim.generator import GeneratedBoard
from tests import service_unit

COMPONENTS = ("C1", "Q1")


@pytest.fixture(scope="module")
def recipes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_recipe(tmp_path_factory.mktemp("recipes"))


def small_recipe(folder: Path) -> Path:
    lesson = generated_lesson(
        folder / ".golden",
        name="small",
        goldens=3,
        size_px=(1280, 916),
        choose=lambda windows: [w for w in windows if w.component in COMPONENTS],
    )
    with InterpreterPool(open_model(DEFAULT_BACKBONE, models_folder()), 2) as pool:
        made = teach(lesson, pool, folder / "small")
    save(with_thresholds(made, dict.fromkeys(COMPONENTS, (13.0, 16.0))), folder / "small")
    return folder


class WatchedUnit(service_unit.Unit):
    """As release 0.2.0 below `folder`, with an updater's file."""

    def __init__(self, recipes: Path, folder: Path, progress: Progress | None) -> None:
        super().__init__(recipes, folder)
        self.file = folder / STATE_FILE
        if progress is not None:
            keep_progress(self.file, progress)
        watch = UpdateWatch(of_versions(folder, "0.2.0"))
        self.service = Service(self.config, cabinet=self._make, updates=watch)

    def says(self, progress: Progress) -> None:
        keep_progress(self.file, progress)

    def settle(self) -> None:
        before = read_progress(self.file)
        self.says(settled(before, good=True, outcome="It runs.", utc="2026-11-25T08:00:00.000Z"))


HOLDING = Progress(phase=Phase.HOLDING, before="0.2.0", after="0.3.0")
TRIAL = Progress(phase=Phase.TRIAL, before="0.1.0", after="0.2.0")


@pytest.fixture
def unit(recipes: Path, tmp_path: Path) -> Iterator[WatchedUnit]:
    made = WatchedUnit(recipes, tmp_path, None)
    with made.service:
        made.wait_for(State.EMPTY)
        yield made


def test_it_holds_between_two_boards_and_goes_on_when_it_is_let(unit: WatchedUnit) -> None:
    unit.world.insert(GeneratedBoard(seed=50))
    unit.wait_for(State.PASSED)
    unit.says(HOLDING)
    # The board that lies in keeps its verdict; the hold comes when it is taken out.
    unit.world.remove()
    held = unit.wait_for(State.MAINTENANCE)
    assert held.worker == UPDATER
    assert unit.service.store.boards()[0].verdict == "PASS"
    unit.world.insert(GeneratedBoard(seed=51))
    unit.settle()
    # The board that came while it was held is judged now, and not before.
    unit.wait_for(State.PASSED)
    assert len(unit.service.store.boards()) == 2


def test_on_trial_nothing_is_judged_until_it_is_over(recipes: Path, tmp_path: Path) -> None:
    unit = WatchedUnit(recipes, tmp_path, TRIAL)
    with unit.service:
        unit.wait_for(State.SETUP)
        unit.world.insert(GeneratedBoard(seed=50))
        unit.world.remove()
        assert unit.service.board.current()[1].recipe is None
        assert unit.service.store.boards() == ()
        unit.settle()
        unit.wait_for(State.EMPTY)
        unit.world.insert(GeneratedBoard(seed=50))
        unit.wait_for(State.PASSED)
        assert len(unit.service.store.boards()) == 1


def test_another_release_s_trial_is_none_of_ours(recipes: Path, tmp_path: Path) -> None:
    """The version before runs again and its updater could not write that it is over."""
    unit = WatchedUnit(
        recipes, tmp_path, Progress(phase=Phase.TRIAL, before="0.2.0", after="0.3.0")
    )
    with unit.service:
        unit.wait_for(State.EMPTY)


def test_the_diary_says_once_how_it_ended(recipes: Path, tmp_path: Path) -> None:
    done = settled(TRIAL, good=True, outcome="Version 0.2.0 runs.", utc="2026-11-25T08:00:00.000Z")
    for _ in range(2):
        unit = WatchedUnit(recipes, tmp_path, done)
        with unit.service:
            told = unit.service.store.events(kind=EVENT)
            assert [row.detail for row in told] == ["2026-11-25T08:00:00.000Z Version 0.2.0 runs."]


def test_a_file_that_is_none_keeps_nobody_from_judging(recipes: Path, tmp_path: Path) -> None:
    """Only a hand or a broken card can do that; the guard has mended it before the next start."""
    unit = WatchedUnit(recipes, tmp_path, None)
    unit.file.write_text("phase = ")
    with unit.service:
        unit.wait_for(State.EMPTY)
