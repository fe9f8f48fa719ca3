"""Commissioning while the service runs: in maintenance alone, on the controller's own thread."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.commands import AnswerStep, BeginStep, EndMaintenance, SkipStep, StopStep
from appliance.commission.bench import Colour, Signal, lamps_of
from appliance.states import State
from hw.ports import Lamps
from tests.commission.unit import CommissionedUnit


@pytest.fixture
def unit(tmp_path: Path) -> Iterator[CommissionedUnit]:
    made = CommissionedUnit(tmp_path)
    with made.service:
        yield made


# No step of these takes half as long, on a busy machine either; one that never ends fails here.
STEP_S = 300.0


def _carry_out(unit: CommissionedUnit, step: str) -> str:
    before = -1 if unit.view is None else unit.view.number
    unit.ask(BeginStep(step=step, by="Teo"))
    unit.wait(lambda s: s.commission is not None and s.commission.number > before)
    end_s = time.monotonic() + STEP_S
    while time.monotonic() < end_s:
        view, answer = unit.person_says()
        if not view.running:
            return view.outcome
        if answer is not None:
            unit.ask(AnswerStep(number=view.number, answer=answer, by="Teo"))
            unit.wait(
                lambda s, n=view.number: (
                    s.commission is not None  # type: ignore[misc]
                    and (s.commission.number != n or not s.commission.running)
                )
            )
        time.sleep(0.01)
    raise AssertionError(f"{step} did not end within {STEP_S:.0f} s: {unit.view}")


def test_a_bad_lamp_is_found_and_the_green_one_is_never_a_verdict(unit: CommissionedUnit) -> None:
    unit.maintain()
    seen: list[Lamps] = []
    unit.world.on_lamps = lambda _, lamps: seen.append(lamps)
    assert _carry_out(unit, "lamps") == "passed"
    green = [n for n, lamps in enumerate(seen) if lamps == Lamps(green=True)]
    assert len(green) >= 2, "it blinks"
    assert unit.service.board.current()[1].state is State.MAINTENANCE
    assert unit.service.board.current()[1].verdict is None

    unit.world.start_fault("dark_lamp")
    assert _carry_out(unit, "lamps") == "failed"
    assert unit.found("lamps") == "The green lamp stays dark."
    events = [row.detail for row in unit.service.store.events(kind="commission_step")]
    assert events == ["lamps: failed", "lamps: passed"]


def test_a_step_runs_in_maintenance_alone(unit: CommissionedUnit) -> None:
    unit.wait(lambda status: status.state is State.SETUP)
    unit.ask(BeginStep(step="lamps", by="Teo"))
    unit.ask(SkipStep(step="lamps", by="Teo"))
    unit.maintain()
    assert unit.view is None
    assert unit.outcomes() == {}


def test_the_end_of_maintenance_ends_the_step(unit: CommissionedUnit) -> None:
    unit.maintain()
    unit.ask(BeginStep(step="slot", by="Teo"))
    unit.wait(lambda s: s.commission is not None and s.commission.prompt is not None)
    unit.ask(EndMaintenance(by="Teo"))
    unit.wait(lambda s: s.state is State.SETUP)
    assert unit.outcomes() == {}
    unit.maintain()
    unit.wait(lambda s: s.commission is not None and s.commission.outcome == "stopped")


def test_a_step_that_is_stopped_keeps_the_result_before(unit: CommissionedUnit) -> None:
    unit.maintain()
    assert _carry_out(unit, "storage") == "passed"
    unit.ask(BeginStep(step="lamps", by="Teo"))
    unit.wait(lambda s: s.commission is not None and s.commission.prompt is not None)
    unit.ask(BeginStep(step="buzzer", by="Teo"))
    unit.ask(AnswerStep(number=0, answer="red", by="Teo"))
    unit.ask(StopStep(by="Teo"))
    status = unit.wait(lambda s: s.commission is not None and not s.commission.running)
    assert status.commission is not None
    assert (status.commission.step, status.commission.outcome) == ("lamps", "stopped")
    unit.ask(SkipStep(step="heat", by="Teo"))
    unit.wait(lambda s: s.commission is not None and s.commission.step == "heat")
    assert unit.outcomes() == {"storage": "passed", "heat": "skipped"}


def test_a_slow_card_is_found_while_the_service_runs(unit: CommissionedUnit) -> None:
    unit.maintain()
    unit.slow_s = 1.2
    assert _carry_out(unit, "storage") == "failed"
    assert unit.found("storage").startswith("The card is too slow: ")


@pytest.mark.parametrize("colour", list(Colour))
def test_a_lamp_that_is_tried_alone_can_not_be_taken_for_a_verdict(colour: Colour) -> None:
    """In half a minute, looked at every 5 ms: never lit for longer than 0.2 s, and no more than
    three flashes in any second (WCAG 2.3.1)."""
    looks = [lamps_of(Signal(lamp=colour), n * 0.005) for n in range(6000)]
    lit = [look == Lamps(**{colour.value: True}) for look in looks]
    assert all(look in (Lamps(), Lamps(**{colour.value: True})) for look in looks)
    longest = max(len(run) for run in "".join("x" if each else " " for each in lit).split())
    assert longest <= 41
    begins = [n * 0.005 for n in range(1, 6000) if lit[n] and not lit[n - 1]]
    assert max(sum(at <= each < at + 1.0 for each in begins) for at in begins) <= 3
