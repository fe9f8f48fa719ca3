"""The whole instrument in a system on trial: it judges nothing until the firmware's own file names
that system, whatever any other file says."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.service import Service
from appliance.states import State
from appliance.system_update import autoboot
from appliance.system_update.places import SystemPlaces
from appliance.update.state import Phase, Progress, keep_progress, settled
from appliance.update.watch import EVENT, UpdateWatch, of_systems
from hw.sim.generator import GeneratedBoard
from tests import service_unit
from tests.update.test_watch import small_recipe


class SlotUnit(service_unit.Unit):
    """System b of a card whose first partition is the folder `boot`."""

    def __init__(self, recipes: Path, folder: Path) -> None:
        super().__init__(recipes, folder)
        self.boot = folder / "boot"
        self.boot.mkdir()
        self.places = SystemPlaces(
            data=folder, config=folder / "goldenboard.toml", boot=self.boot, slot="b"
        )
        self.places.folder.mkdir()
        watch = UpdateWatch(of_systems(self.places))
        self.service = Service(self.config, cabinet=self._make, updates=watch)


@pytest.fixture(scope="module")
def recipes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_recipe(tmp_path_factory.mktemp("recipes"))


def test_nothing_is_judged_until_the_system_is_kept(recipes: Path, tmp_path: Path) -> None:
    unit = SlotUnit(recipes, tmp_path)
    autoboot.make_default("a", unit.boot)
    trial = Progress(phase=Phase.TRIAL, before="a", after="b")
    # A state that says it is over changes nothing: only what the firmware reads does.
    keep_progress(
        unit.places.state, settled(trial, good=True, outcome="It runs.", utc="2026-11-27T08:00:00Z")
    )
    with unit.service:
        unit.wait_for(State.SETUP)
        assert unit.service.board.current()[1].recipe is None
        autoboot.make_default("b", unit.boot)
        unit.wait_for(State.EMPTY)
        unit.world.insert(GeneratedBoard(seed=50))
        unit.wait_for(State.PASSED)
        assert len(unit.service.store.boards()) == 1
        told = [row.detail for row in unit.service.store.events(kind=EVENT)]
        assert told == ["2026-11-27T08:00:00Z It runs."]


def test_a_first_partition_that_is_gone_keeps_green_dark(recipes: Path, tmp_path: Path) -> None:
    unit = SlotUnit(recipes, tmp_path)
    with unit.service:
        unit.wait_for(State.SETUP)
        autoboot.make_default("b", unit.boot)
        unit.wait_for(State.EMPTY)


def test_it_holds_still_before_the_restart(recipes: Path, tmp_path: Path) -> None:
    unit = SlotUnit(recipes, tmp_path)
    autoboot.make_default("b", unit.boot)
    with unit.service:
        unit.wait_for(State.EMPTY)
        keep_progress(unit.places.state, Progress(phase=Phase.HOLDING, before="b", after="a"))
        unit.wait_for(State.MAINTENANCE)
