"""The lock on PASS, through the controller on the simulated cabinet and a clock that obeys."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from appliance import controller as controlling
from appliance.commands import ProofChanged, RetryFault, SignIn
from appliance.controller_settings import ControllerSettings
from appliance.proof.guard import ChallengeGuard
from appliance.proof.intervals import Share
from appliance.proof.plan import Plan
from appliance.proof.study import figures
from appliance.states import State
from appliance.store import Moment, utc_text
from appliance.store.clock import utc_from_text
from appliance.terms import Inspection, Verdict
from tests.cabinet_bench import Bench, inspection

SHIFT = ControllerSettings(challenge_every_h=0.01)  # 36 s
BAD = ("U3",)


def _register(bench: Bench) -> None:
    bench.store.add_challenge_board("PN-1", "BAD1", BAD, "Teo")
    bench.commands.put(ProofChanged(by="Teo"))
    bench.run(0.5)


def _put_in(bench: Bench, said: Inspection, *states: State) -> None:
    bench.insert(said)
    bench.run_until(*states)
    bench.run(0.5)


def _take_out(bench: Bench) -> None:
    bench.remove()
    bench.run_until(State.EMPTY)
    bench.settle()
    bench.run(0.5)


def _codes(bench: Bench) -> list[str]:
    return [fault.code for fault in bench.status.faults]


def test_no_board_passes_before_the_challenge_and_none_after_the_shift(tmp_path: Path) -> None:
    with Bench(tmp_path, settings=SHIFT) as bench:
        bench.start()
        bench.run(0.5)
        assert bench.status.word == "Challenge board due"
        assert "A technician registers" in bench.status.step
        _register(bench)
        assert "Insert challenge board BAD1" in bench.status.step
        _put_in(bench, inspection(Verdict.PASS, serial="P1"), State.FAULT)
        assert (_codes(bench), bench.greens()) == (["challenge_due"], 0)
        _take_out(bench)
        # What is not PASS is shown as ever.
        _put_in(bench, inspection(Verdict.FAIL, serial="P2"), State.FAILED)
        _take_out(bench)
        _put_in(bench, inspection(Verdict.FAIL, serial="BAD1"), State.FAILED)
        _take_out(bench)
        assert (bench.status.word, bench.status.step) == ("Ready: insert a board", "")
        _put_in(bench, inspection(Verdict.PASS, serial="P1"), State.PASSED)
        assert bench.greens() == 1
        _take_out(bench)
        bench.run(40)
        assert bench.status.word == "Challenge board due"
        _put_in(bench, inspection(Verdict.PASS, serial="P3"), State.FAULT)
        assert bench.greens() == 1
        _take_out(bench)
        verdicts = [(row.serial, row.verdict, row.purpose) for row in bench.rows()]
        assert verdicts == [
            ("P1", Verdict.FAULT, ""),
            ("P2", Verdict.FAIL, ""),
            ("BAD1", Verdict.FAIL, "challenge"),
            ("P1", Verdict.PASS, ""),
            ("P3", Verdict.FAULT, ""),
        ]


def test_a_lit_pass_goes_dark_when_the_next_challenge_falls_due(tmp_path: Path) -> None:
    with Bench(tmp_path, settings=SHIFT) as bench:
        bench.start()
        _register(bench)
        _put_in(bench, inspection(Verdict.REVIEW, serial="BAD1"), State.REVIEW)
        _take_out(bench)
        _put_in(bench, inspection(Verdict.PASS, serial="P1"), State.PASSED)
        bench.run_until(State.FAULT, within_s=40)
        bench.run(0.1)
        assert not bench.world.lamps.green
        assert _codes(bench) == ["challenge_due"]


@pytest.mark.parametrize("settings", [SHIFT, None], ids=["asked for", "not asked for"])
def test_a_missed_challenge_stops_the_unit_until_it_is_released(
    tmp_path: Path, settings: ControllerSettings | None
) -> None:
    with Bench(tmp_path, settings=settings) as bench:
        bench.start()
        _register(bench)
        _put_in(bench, inspection(Verdict.PASS, serial="BAD1"), State.FAULT)
        assert (_codes(bench), bench.greens()) == (["challenge_missed"], 0)
        assert "BAD1 was called good where it is bad: U3" in bench.status.faults[0].found
        bench.remove()
        bench.commands.put(RetryFault(by="Ana"))
        bench.run(70)
        assert bench.state is State.FAULT
        row = bench.rows()[0]
        assert (row.verdict, row.purpose, row.windows) == (Verdict.FAULT, "challenge", 3)
        # A restart forgets nothing.
        bench.controller = bench._begin()
        bench.run_until(State.FAULT)
        bench.run(3)
        assert _codes(bench) == ["challenge_missed"]
        bench.store.release_challenge(row.inspection_id, "Teo", "lens cleaned")
        bench.commands.put(ProofChanged(by="Teo"))
        bench.run_until(State.EMPTY, within_s=5)
        assert bench.status.faults == ()


def test_one_of_two_bad_windows_called_good_is_a_miss_whatever_the_verdict(tmp_path: Path) -> None:
    with Bench(tmp_path) as bench:
        bench.start()
        bench.store.add_challenge_board("PN-1", "BAD2", ("C1", "U3"), "Teo")
        bench.commands.put(ProofChanged(by="Teo"))
        bench.run(0.5)
        _put_in(bench, inspection(Verdict.FAIL, serial="BAD2"), State.FAULT)
        assert _codes(bench) == ["challenge_missed"]


def test_the_cabinets_screen_leads_through_a_study(tmp_path: Path) -> None:
    plan = Plan(boards=("S1", "S2"), operators=("Ana",), repeats=2, seed=5, bad={"S2": ("U3",)})
    with Bench(tmp_path) as bench:
        bench.start()
        number = bench.store.begin_study(
            "March", recipe="demo", recipe_version=3, part_number="PN-1", plan=plan, by="Teo"
        )
        bench.commands.put(ProofChanged(by="Teo"))
        bench.commands.put(SignIn(operator="Ana"))
        bench.run(0.5)
        for done, turn in enumerate(plan.turns(), start=1):
            wanted = f"Study March: Ana inserts board {turn.board} ({done} of 4)."
            assert bench.status.step == wanted
            verdict = Verdict.FAIL if turn.board == "S2" else Verdict.PASS
            states = (State.FAILED, State.PASSED)
            _put_in(bench, inspection(verdict, serial=turn.board), *states)
            _take_out(bench)
        assert bench.status.step == ""
        found = figures(bench.store.trials(number))
        assert (found.overall.answers, found.overall.reference.miss) == (12, Share(count=0, of=2))
        assert bench.store.figures().boards.inspected == 0


def test_without_the_setting_boards_pass_as_ever(tmp_path: Path) -> None:
    with Bench(tmp_path) as bench:
        bench.start()
        bench.run(0.2)
        assert bench.status.word == "Ready: insert a board"
        _put_in(bench, inspection(Verdict.PASS, serial="P1"), State.PASSED)


def test_the_control_with_the_lock_taken_out_green_is_lit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What keeps green dark in the tests above is the guard and nothing else."""

    class Open(ChallengeGuard):
        def objection(self, serial: str | None, found: Inspection) -> None:
            return None

        def due(self) -> None:
            return None

    monkeypatch.setattr(controlling.proof, "ChallengeGuard", Open)
    with Bench(tmp_path, settings=SHIFT) as bench:
        bench.start()
        _register(bench)
        bench.insert(inspection(Verdict.PASS, serial="BAD1"))
        for _ in range(400):
            bench.tick()
        assert bench.greens() == 1


def test_over_a_restart_only_a_clock_that_was_set_keeps_a_challenge(tmp_path: Path) -> None:
    with Bench(tmp_path, settings=ControllerSettings(challenge_every_h=1.0)) as bench:
        bench.start()
        _register(bench)
        _put_in(bench, inspection(Verdict.FAIL, serial="BAD1"), State.FAILED)
        _take_out(bench)
        guard = bench.controller._guard
        assert guard.due() is None
        now = bench.moment
        for boot, synced, later_s, due in (
            ("other", True, 60.0, False),
            ("other", False, 60.0, True),
            ("other", True, 3700.0, True),
            ("other", True, -3700.0, True),
            ("bench", False, 60.0, False),
        ):
            guard._moment = lambda b=boot, s=synced, t=later_s: _shifted(now(), b, s, t)
            assert (guard.due() is not None) == due, (boot, synced, later_s)


def _shifted(moment: Moment, boot: str, synced: bool, later_s: float) -> Moment:
    return replace(
        moment,
        boot_id=boot,
        clock_synced=synced,
        monotonic_s=moment.monotonic_s + later_s,
        utc=utc_text(utc_from_text(moment.utc) + timedelta(seconds=later_s)),
    )
