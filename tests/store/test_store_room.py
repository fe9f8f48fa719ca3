"""How long commits take, what a day brings, and what goes next."""

from __future__ import annotations

from appliance.store import Store
from appliance.store.latency import EDGES_MS, LatencyCounter
from appliance.terms import Answer, Call, Verdict

from .conftest import Opener
from .factories import RecordFactory, TestClock


def test_percentiles_are_upper_ends_of_classes() -> None:
    counter = LatencyCounter(lambda: "2026-03-02")
    assert (counter.read().p50_ms, counter.read().count) == (None, 0)
    for time_ms in (0.4, 1.0, 1.1, 9.0, 10.0, 10.1, 4999.0, 5001.0):
        counter.add(time_ms / 1000)
    found = counter.read()
    assert dict(zip((*EDGES_MS, "above"), found.counts, strict=True)) == {
        1: 2, 2: 1, 5: 0, 10: 2, 20: 1, 50: 0, 100: 0, 200: 0, 500: 0, 1000: 0, 2000: 0, 5000: 1,
        "above": 1,
    }  # fmt: skip
    assert (found.p50_ms, found.p95_ms, found.worst_ms) == (10, None, 5001.0)


def test_a_new_day_begins_anew() -> None:
    days = iter(["2026-03-02", "2026-03-02", "2026-03-03"])
    counter = LatencyCounter(lambda: next(days))
    for _ in range(3):
        counter.add(0.001)
    assert (counter.read().day, counter.read().count) == ("2026-03-03", 1)


def test_every_commit_of_the_record_is_measured(store: Store, factory: RecordFactory) -> None:
    before = store.commit_latency().count
    for _ in range(3):
        store.add_inspection(factory.record(), {})
    store.add_event("lamp_test")
    assert store.commit_latency().count == before + 4


def test_what_a_day_brings(store: Store, factory: RecordFactory, clock: TestClock) -> None:
    assert store.inflow().picture_bytes_a_day == 0.0
    for day, boards in enumerate((9, 2, 4)):
        for _ in range(boards):
            store.add_inspection(factory.record(), {"board": b"x" * 100, "seen:C1": b"y" * 50})
        clock.advance(86_400 * (1 + day))
    found = store.inflow(days=2)
    assert (found.days, found.boards_a_day, found.picture_bytes_a_day) == (2, 3.0, 450.0)


def test_what_goes_next_is_what_goes(open_store: Opener, factory: RecordFactory) -> None:
    store = open_store()
    verdicts = (
        Verdict.FAIL,
        Verdict.PASS,
        Verdict.REVIEW,
        Verdict.PASS,
        Verdict.FAIL,
        Verdict.PASS,
    )
    for verdict in verdicts:
        calls = None if verdict is Verdict.PASS else {"C1": Call.DEFECT}
        store.add_inspection(factory.record(verdict, calls=calls), {"board": b"x" * 100})
    store.add_review(1, "C1", Answer.TRUE_DEFECT, "Ana")
    foreseen = [each.inspection_id for each in store.next_to_go(limit=9)]
    assert foreseen == [2, 4, 3, 5, 1]
    store = open_store(quota_bytes=300)
    assert list(store.make_room().inspections) == foreseen[:3]
