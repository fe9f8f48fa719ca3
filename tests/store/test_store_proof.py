"""Studies and challenge boards in the record: tagged with the inspection, out of every yield."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from appliance.proof.plan import Plan
from appliance.store import MissingError, Proven, RefusedError, Store
from appliance.store.migrate import create, migrations
from appliance.store.selection import Selection
from appliance.terms import Call, Verdict

from .conftest import Opener
from .factories import RecordFactory

PLAN = Plan(
    boards=("S1", "S2"), operators=("Ana",), repeats=2, seed=4, bad={"S1": (), "S2": ("C1",)}
)
GOOD = {"C1": Call.GOOD, "C2": Call.GOOD}
BAD = {"C1": Call.DEFECT, "C2": Call.GOOD}
Put = Callable[..., int]


@pytest.fixture
def put(store: Store, factory: RecordFactory) -> Put:
    def into(serial: str | None, calls: dict[str, Call], **kwargs: object) -> int:
        verdict = Verdict.PASS if calls == GOOD else Verdict.FAIL
        verdict = kwargs.pop("verdict", verdict)
        factory.clock.advance(20)
        record = factory.record(verdict, serial=serial, calls=calls, **kwargs)
        return store.add_inspection(record, {})

    return into


def begin(store: Store, name: str = "March", plan: Plan = PLAN) -> int:
    return store.begin_study(
        name, recipe="demo", recipe_version=3, part_number="GB-100", plan=plan, by="Teo"
    )


def proven(store: Store, **changes: object) -> Proven:
    key = {
        "recipe": "demo",
        "recipe_version": 3,
        "part_number": "GB-100",
        "software": "0.1.0",
        "simulated": True,
    }
    return store.proven(**{**key, **changes})


def test_a_study_leads_through_its_turns_and_hands_out_its_trials(store: Store, put: Put) -> None:
    number = begin(store)
    asked = []
    while (turn := store.study(number).next) is not None:
        asked.append(turn)
        put(turn.board, BAD if turn.board == "S2" else GOOD)
    assert tuple(asked) == PLAN.turns()
    put("S1", GOOD)  # one more than the plan asks for: tagged, and no trial
    study = store.study(number)
    assert (study.done, study.out_of_order) == (PLAN.turns(), 0)
    trials = store.trials(number)
    assert len(trials) == 8
    assert {(t.board, t.component, t.reference, t.good) for t in trials} == {
        ("S1", "C1", True, True),
        ("S1", "C2", True, True),
        ("S2", "C1", False, False),
        ("S2", "C2", True, True),
    }
    assert [row.purpose for row in store.boards(limit=9)] == ["study"] * 5


def test_what_is_no_turn_is_no_trial(store: Store, put: Put, factory: RecordFactory) -> None:
    number = begin(store)
    others = [t for t in PLAN.turns() if t != PLAN.turns()[0]]
    put(others[0].board, GOOD)
    assert store.study(number).out_of_order == int(others[0].board != PLAN.turns()[0].board)
    before = store.study(number).done
    put("S1", GOOD, operator="Ben")
    put("S1", GOOD, operator=None)
    put("S1", {}, verdict=Verdict.FAULT)
    put("S1", {}, verdict=None)
    put(None, GOOD)
    put("X9", GOOD)
    pulled = put("S1", GOOD)
    store.mark_aborted(pulled, "pulled out")
    assert store.study(number).done == before
    purposes = {row.inspection_id: row.purpose for row in store.boards(limit=99)}
    assert list(purposes.values()).count("study") == 6
    assert purposes[pulled] == "study"
    store.end_study(number, "Teo")
    put("S1", GOOD)
    assert store.boards(limit=1)[0].purpose == ""
    assert store.study(number).next is None


def test_one_study_at_a_time_and_a_name_once(store: Store) -> None:
    number = begin(store)
    with pytest.raises(RefusedError, match="under way"):
        begin(store, "April")
    store.end_study(number, "Teo")
    with pytest.raises(RefusedError, match="There is a study march"):
        begin(store, "march")
    begin(store, "April")
    assert [row.name for row in store.studies()] == ["April", "March"]
    with pytest.raises(MissingError):
        store.study(99)


def test_boards_of_studies_and_challenges_are_in_no_figure(store: Store, put: Put) -> None:
    put("P1", GOOD)
    put("P2", BAD)
    before = store.figures(), store.pareto(), store.figures(Selection(serial="S1"))
    begin(store)
    store.add_challenge_board("GB-100", "BAD1", ("C1",), "Teo")
    for serial in ("S1", "S2", "BAD1"):
        put(serial, BAD)
    put("BAD1", GOOD, verdict=Verdict.FAULT)
    assert (store.figures(), store.pareto(), store.figures(Selection(serial="S1"))) == before
    store.end_study(1, "Teo")
    # The board's first inspection that counts is the one of production.
    put("S1", GOOD)
    assert store.figures().boards.first_inspections == 3
    assert store.figures().boards.first_passes == 2


def test_a_challenge_counts_for_what_judged_it(store: Store, put: Put) -> None:
    store.add_challenge_board("GB-100", "BAD1", ("C1",), "Teo")
    assert proven(store).last_passed is None
    put("BAD1", BAD, part_number="OTHER")
    assert proven(store).last_passed is None
    number = put("BAD1", BAD)
    last = proven(store).last_passed
    assert last is not None
    for other in (
        {"recipe": "else"},
        {"recipe_version": 4},
        {"software": "0.2.0"},
        {"simulated": False},
        {"part_number": "OTHER"},
    ):
        assert proven(store, **other).last_passed is None
    store.mark_aborted(number, "pulled out")
    assert proven(store).last_passed is None


@pytest.mark.parametrize(
    ("calls", "verdict", "outcome"),
    [
        (BAD, Verdict.FAIL, "passed"),
        ({"C1": Call.UNSURE, "C2": Call.GOOD}, Verdict.REVIEW, "passed"),
        (GOOD, Verdict.FAULT, "missed"),
        (GOOD, Verdict.PASS, "missed"),
        ({"C1": Call.GOOD, "C2": Call.DEFECT}, Verdict.FAIL, "missed"),
        ({"C2": Call.DEFECT}, Verdict.FAIL, "not judged"),
        ({"C2": Call.GOOD}, Verdict.PASS, "missed"),
        ({}, Verdict.FAULT, "not judged"),
        ({}, None, "not judged"),
    ],
)
def test_what_became_of_a_challenge(
    store: Store, put: Put, calls: dict[str, Call], verdict: Verdict | None, outcome: str
) -> None:
    store.add_challenge_board("GB-100", "BAD1", ("C1",), "Teo")
    put("BAD1", calls, verdict=verdict)
    assert [each.outcome for each in store.challenges()] == [outcome]
    assert (proven(store).last_passed is not None) == (outcome == "passed")
    assert (proven(store).alarm is not None) == (outcome == "missed")


def test_a_miss_is_an_alarm_until_somebody_wrote_what_was_done(
    store: Store, put: Put, open_store: Opener
) -> None:
    store.add_challenge_board("GB-100", "BAD1", ("C1",), "Teo")
    number = put("BAD1", GOOD, verdict=Verdict.FAULT)
    alarm = proven(store, recipe="another").alarm
    assert alarm is not None
    assert (alarm.inspection_id, alarm.serial, alarm.missed) == (number, "BAD1", ("C1",))
    put("BAD1", BAD)
    again = open_store()
    assert proven(again).alarm == alarm
    with pytest.raises(RefusedError):
        again.release_challenge(number, "Teo", "  ")
    with pytest.raises(MissingError):
        again.release_challenge(number + 1, "Teo", "it is another one")
    again.release_challenge(number, "Teo", "the lens was loose; fixed")
    again.release_challenge(number, "Ana", "me too")
    assert proven(again).alarm is None
    released = again.challenges()[-1]
    assert (released.released_by, released.released_words) == ("Teo", "the lens was loose; fixed")


def test_a_retired_board_is_a_board_as_any_other(store: Store, put: Put) -> None:
    number = store.add_challenge_board("GB-100", "BAD1", ("C1", "C2"), "Teo")
    with pytest.raises(RefusedError, match="is registered"):
        store.add_challenge_board("GB-100", "BAD1", ("C1",), "Teo")
    with pytest.raises(RefusedError):
        store.add_challenge_board("GB-100", "BAD2", (), "Teo")
    assert [board.windows for board in store.challenge_boards()] == [("C1", "C2")]
    store.retire_challenge_board(number, "Teo")
    put("BAD1", BAD)
    assert (store.challenge_boards(), store.challenges()) == ((), ())
    assert store.figures().boards.inspected == 1
    store.add_challenge_board("GB-100", "BAD1", ("C1",), "Teo")


def test_a_record_of_the_first_version_goes_on(
    folder: Path, open_store: Opener, factory: RecordFactory
) -> None:
    folder.mkdir()
    create(folder / "records.db", migrations()[:1])
    with closing(sqlite3.connect(folder / "records.db")) as connection:
        assert connection.execute("PRAGMA user_version").fetchone()[0] == 1
    opened = open_store()
    opened.add_challenge_board("GB-100", "BAD1", ("C1",), "Teo")
    opened.add_inspection(factory.record(Verdict.FAIL, serial="BAD1", calls=BAD), {})
    assert opened.boards()[0].purpose == "challenge"
