"""A new unit takes the place of a broken one: the whole instrument runs on both of them."""

from __future__ import annotations

import shutil
from pathlib import Path

from appliance.care.backup import Wish, back_up
from appliance.care.restore import restore
from appliance.service import Service
from appliance.states import State
from appliance.store import Role
from appliance.terms import Call
from hw.sim.boards import BoardFault
from hw.sim.generator import GeneratedBoard
from tests.service_unit import Unit

from .units import NOW, PASSPHRASE, TestUnit, bare_unit, trusting

BOARDS = (
    GeneratedBoard(seed=60),
    GeneratedBoard(seed=61, faults=(BoardFault(component="C1", kind="missing"),)),
)
Calls = dict[str, tuple[Call, float]]


class RunningUnit(Unit):
    """A unit that was laid out on the disk."""

    def __init__(self, unit: TestUnit) -> None:
        super().__init__(unit.data / "recipes", unit.data)
        self.config = unit.config
        self.service = Service(unit.config, cabinet=self._make)


def _inspect(unit: Unit) -> list[tuple[int, Calls]]:
    """Number and calls of every board."""
    found = []
    for board in BOARDS:
        unit.world.insert(board)
        status = unit.wait_for(State.PASSED, State.REVIEW, State.FAILED)
        assert status.inspection_id is not None
        stored = unit.service.store.inspection(status.inspection_id)
        calls = {w.result.component: (w.result.call, w.result.score) for w in stored.windows}
        found.append((status.inspection_id, calls))
        unit.world.remove()
        unit.wait_for(State.EMPTY)
    return found


def test_the_same_boards_get_the_same_calls(recipe: Path, tmp_path: Path) -> None:
    old, archive = bare_unit(tmp_path / "old", "line 3"), tmp_path / "line-3.goldenboard"
    shutil.copytree(recipe, old.data / "recipes" / "small")
    running = RunningUnit(old)
    with running.service as service:
        running.wait_for(State.SETUP, State.EMPTY)
        service.store.add_operator("Ana", Role.OPERATOR, pin="4711", badge="BADGE-ANA")
        service.store.add_event("recipe_selected", by="Ana", detail="asked: small")
    with (running := RunningUnit(old)).service as service:
        running.wait_for(State.EMPTY)
        there = _inspect(running)
        # While it runs, as it would be done every night.
        back_up(old.config, old.settings, archive, Wish(passphrase=PASSPHRASE), NOW)
        pictures = {
            p.name: service.store.picture(2, p.name) for p in service.store.inspection(2).pictures
        }
    shutil.rmtree(old.folder)

    new = bare_unit(tmp_path / "new", "spare")
    restore(archive, new.config, new.settings, trusting())
    running = RunningUnit(new)
    with running.service as service:
        running.wait_for(State.EMPTY)
        assert service.first_login is None
        assert service.config.unit.name == "line 3"
        assert {name: service.store.picture(2, name) for name in pictures} == pictures
        assert all(pictures.values())
        assert service.store.verify_pin("Ana", "4711") is not None
        assert service.store.find_badge("BADGE-ANA") is not None
        here = _inspect(running)
    assert [number for number, _ in there + here] == [1, 2, 3, 4]
    assert [_called(calls) for _, calls in here] == [_called(calls) for _, calls in there]
    assert here[0][1]["C1"][0] is Call.GOOD
    assert here[1][1]["C1"][0] is not Call.GOOD


def _called(calls: Calls) -> dict[str, Call]:
    return {component: call for component, (call, _) in calls.items()}
