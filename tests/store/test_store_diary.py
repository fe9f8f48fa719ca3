"""Answers, faults and events: added, never changed."""

from __future__ import annotations

import pytest

from appliance.store import MissingError, RefusedError, Store
from appliance.store.happenings import RESTARTED
from appliance.terms import Answer, Call, Verdict

from .conftest import Opener
from .factories import RecordFactory, TestClock

CALLS = {"C1": Call.DEFECT, "C2": Call.UNSURE, "U1": Call.GOOD}


@pytest.fixture
def number(store: Store, factory: RecordFactory) -> int:
    return store.add_inspection(factory.record(Verdict.FAIL, calls=CALLS), {})


def standing(store: Store, number: int) -> dict[str, tuple[Answer | None, str | None, int | None]]:
    return {
        w.result.component: (w.answer, w.answered_by, w.review_id)
        for w in store.inspection(number).windows
    }


def test_the_last_answer_that_was_not_taken_back_stands(store: Store, number: int) -> None:
    nobody = (None, None, None)
    first = store.add_review(number, "C1", Answer.TRUE_DEFECT, "Ana")
    second = store.add_review(number, "C1", Answer.FALSE_CALL, "Bo")
    by_bo = (Answer.FALSE_CALL, "Bo", second)
    assert standing(store, number) == {"C1": by_bo, "C2": nobody, "U1": nobody}
    store.undo_review(second, "Bo")
    assert standing(store, number)["C1"] == (Answer.TRUE_DEFECT, "Ana", first)
    store.undo_review(first, "Ana")
    assert standing(store, number)["C1"] == nobody
    third = store.add_review(number, "C1", Answer.TRUE_DEFECT, "Bo")
    assert standing(store, number)["C1"] == (Answer.TRUE_DEFECT, "Bo", third)
    rows = store.inspection(number).reviews
    assert [(r.component, r.answer, r.undoes, r.by) for r in rows] == [
        ("C1", Answer.TRUE_DEFECT, None, "Ana"),
        ("C1", Answer.FALSE_CALL, None, "Bo"),
        ("C1", None, second, "Bo"),
        ("C1", None, first, "Ana"),
        ("C1", Answer.TRUE_DEFECT, None, "Bo"),
    ]


def test_answers_that_fit_nothing_are_refused(store: Store, number: int) -> None:
    with pytest.raises(RefusedError, match="U1 of inspection 1 was called GOOD"):
        store.add_review(number, "U1", Answer.TRUE_DEFECT, "Ana")
    with pytest.raises(MissingError, match="no window Q9"):
        store.add_review(number, "Q9", Answer.TRUE_DEFECT, "Ana")
    with pytest.raises(MissingError, match="Inspection 99"):
        store.add_review(99, "C1", Answer.TRUE_DEFECT, "Ana")
    with pytest.raises(MissingError, match="no review 7"):
        store.undo_review(7, "Ana")
    given = store.add_review(number, "C1", Answer.TRUE_DEFECT, "Ana")
    back = store.undo_review(given, "Ana")
    with pytest.raises(RefusedError, match="taken back already"):
        store.undo_review(given, "Ana")
    with pytest.raises(RefusedError, match="takes an answer back"):
        store.undo_review(back, "Ana")
    assert len(store.inspection(number).reviews) == 2


def test_a_fault_lasts_until_it_is_cleared_once(store: Store, clock: TestClock) -> None:
    dark = store.open_fault("light_dark", "light", "The picture is dark.", "Check the strip.")
    clock.advance(10)
    assert store.open_fault("light_dark", "light", "Still dark.", "Check.") == dark
    other = store.open_fault("light_dark", "second light", "Dark, too.", "Check.")
    assert [f.fault_id for f in store.faults(open_only=True)] == [other, dark]
    clock.advance(50.5)
    store.clear_fault(dark, by="Ana", how="tried again and works")
    clock.advance(5)
    store.clear_fault(dark, by="Bo", how="again")
    [fault] = [f for f in store.faults() if f.fault_id == dark]
    assert (fault.found, fault.duration_s) == ("The picture is dark.", 60.5)
    assert (fault.cleared_by, fault.cleared_how) == ("Ana", "tried again and works")
    assert [f.fault_id for f in store.faults(open_only=True)] == [other]
    assert store.open_fault("light_dark", "light", "Dark again.", "Check.") == other + 1
    with pytest.raises(MissingError, match="no fault 99"):
        store.clear_fault(99, by=None, how="gone")


@pytest.mark.parametrize(
    ("synced", "duration_s"), [((True, True), 75.0), ((True, False), None), ((False, True), None)]
)
def test_a_fault_over_a_restart_lasts_as_long_as_the_clock_can_vouch_for(
    open_store: Opener, clock: TestClock, synced: tuple[bool, bool], duration_s: float | None
) -> None:
    clock.clock_synced = synced[0]
    open_store().open_fault("camera_timeout", "camera", "No picture.", "Check the cable.")
    clock.advance(75)
    clock.reboot("boot-2")
    clock.clock_synced = synced[1]
    [fault] = open_store().faults()
    assert fault.cleared == clock()
    assert (fault.cleared_by, fault.cleared_how) == (None, RESTARTED)
    assert fault.duration_s == duration_s


def test_events_are_listed_newest_first(store: Store, clock: TestClock) -> None:
    store.add_event("software_started", detail="0.1.0")
    signed_in = clock()
    store.add_event("operator_signed_in", "Ana", "badge")
    clock.advance(1)
    store.add_event("lamp_test", "Ana")
    assert [(e.event_id, e.kind, e.by, e.detail) for e in store.events()] == [
        (3, "lamp_test", "Ana", ""),
        (2, "operator_signed_in", "Ana", "badge"),
        (1, "software_started", None, "0.1.0"),
    ]
    assert [e.event_id for e in store.events(limit=1, before=3)] == [2]
    assert [e.at for e in store.events(kind="operator_signed_in")] == [signed_in]
