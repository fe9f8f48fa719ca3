"""Every figure agrees with a plain recount of the same rows."""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.store import (
    EVERYTHING,
    CallTally,
    ParetoRow,
    Selection,
    Step,
    Store,
    StoredInspection,
    Tally,
    buckets,
    figures,
    inspections,
    retention,
    utc_text,
    zone_of,
)
from appliance.terms import Answer, Call, TestResult, Verdict

from .conftest import QUOTA_BYTES
from .factories import RecordFactory, fill


def counts(row: StoredInspection) -> bool:
    return (
        row.record.verdict in (Verdict.PASS, Verdict.REVIEW, Verdict.FAIL)
        and row.result is not TestResult.ABORTED
    )


def recount(rows: list[StoredInspection], chosen: list[StoredInspection]) -> Tally:
    """As the docstrings of `Tally` say it, in as few words as Python has."""
    seen: set[tuple[str, str, bool]] = set()
    first = set()
    for row in rows:
        serial = row.record.serial
        key = (row.record.part_number, serial or "", row.record.simulated)
        if counts(row) and (serial is None or key not in seen):
            first.add(row.inspection_id)
            seen.add(key)
    boards = [row for row in chosen if counts(row)]
    verdicts = Counter(row.record.verdict for row in boards)
    windows = [w for row in boards for w in row.windows]
    timed = [row.duration_s for row in boards if row.duration_s is not None]
    return Tally(
        inspected=len(boards),
        passed=verdicts[Verdict.PASS],
        review=verdicts[Verdict.REVIEW],
        failed=verdicts[Verdict.FAIL],
        faults=sum(
            r.record.verdict is Verdict.FAULT and r.result is not TestResult.ABORTED for r in chosen
        ),
        aborted=sum(r.result is TestResult.ABORTED for r in chosen),
        unsynced=sum(not r.recorded.clock_synced for r in chosen),
        first_inspections=sum(r.inspection_id in first for r in boards),
        first_passes=sum(
            r.inspection_id in first and r.record.verdict is Verdict.PASS for r in boards
        ),
        windows=len(windows),
        defects=sum(
            (w.result.call is Call.DEFECT and w.answer is not Answer.FALSE_CALL)
            or (w.result.call is Call.UNSURE and w.answer is Answer.TRUE_DEFECT)
            for w in windows
        ),
        mean_s=round(sum(timed) / len(timed), 9) if timed else None,
    )


def recount_calls(chosen: list[StoredInspection], component: str | None = None) -> CallTally:
    windows = [
        w
        for row in chosen
        if counts(row)
        for w in row.windows
        if w.result.call is not Call.GOOD and component in (None, w.result.component)
    ]
    calls = Counter(w.result.call for w in windows)
    answers = Counter(w.answer for w in windows)
    return CallTally(
        called_defect=calls[Call.DEFECT],
        called_unsure=calls[Call.UNSURE],
        false_calls=answers[Answer.FALSE_CALL],
        true_defects=answers[Answer.TRUE_DEFECT],
    )


def rounded(tally: Tally) -> Tally:
    return replace(tally, mean_s=None if tally.mean_s is None else round(tally.mean_s, 9))


board = st.fixed_dictionaries(
    {
        "verdict": st.sampled_from([*Verdict, None]),
        "serial": st.sampled_from([None, "S1", "S2", "S3"]),
        "part_number": st.sampled_from(["P1", "P2"]),
        "simulated": st.booleans(),
        "aborted": st.booleans(),
        "synced": st.booleans(),
        "rebooted": st.booleans(),
        "hours": st.integers(0, 30),
        "answers": st.lists(st.tuples(st.sampled_from(list(Answer)), st.booleans()), max_size=4),
    }
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(boards=st.lists(board, max_size=12))
def test_the_counts_agree_with_a_plain_recount(boards: list[dict[str, object]]) -> None:
    factory = RecordFactory()
    clock = factory.clock
    with (
        tempfile.TemporaryDirectory() as folder,
        Store.open(Path(folder), quota_bytes=QUOTA_BYTES, clock=clock) as store,
    ):
        for n, facts in enumerate(boards):
            clock.clock_synced = bool(facts["synced"])
            record = factory.record(
                facts["verdict"],  # type: ignore[arg-type]
                serial=facts["serial"],  # type: ignore[arg-type]
                part_number=str(facts["part_number"]),
                simulated=bool(facts["simulated"]),
            )
            clock.advance(1.5)
            if facts["rebooted"]:
                clock.reboot(f"boot-{n + 2}")
            number = store.add_inspection(record, {})
            called = [w for w in record.windows if w.call is not Call.GOOD]
            for window, (answer, undone) in zip(called * 2, facts["answers"], strict=False):  # type: ignore[call-overload]
                review = store.add_review(number, window.component, answer, "Ana")
                if undone:
                    store.undo_review(review, "Ana")
            if facts["aborted"]:
                store.mark_aborted(number, "pulled out")
            clock.advance(3600.0 * int(str(facts["hours"])))
        rows = list(store.every_inspection())
        middle = rows[len(rows) // 2].recorded.utc if rows else None
        for selection in (
            EVERYTHING,
            Selection(simulated=False),
            Selection(since_utc=middle),
            Selection(part_number="P1", until_utc=middle),
        ):
            numbers = {b.inspection_id for b in store.boards(selection, limit=-1)}
            chosen = [row for row in rows if row.inspection_id in numbers]
            figures = store.figures(selection)
            assert rounded(figures.boards) == recount(rows, chosen)
            assert figures.calls == recount_calls(chosen)
            parts = {row.record.part_number for row in chosen}
            components = {w.result.component for row in chosen for w in row.windows}
            expected = [
                ParetoRow(part_number=part, component=component, calls=calls)
                for part in parts
                for component in components
                if (
                    calls := recount_calls(
                        [r for r in chosen if r.record.part_number == part], component
                    )
                ).called
            ]
            expected.sort(
                key=lambda r: (-r.calls.called, -r.calls.called_defect, r.part_number, r.component)
            )
            assert list(store.pareto(selection, limit=100)) == expected
            assert list(store.pareto(selection, limit=2)) == expected[:2]
        lisbon = zone_of("Europe/Lisbon")
        since = datetime(2026, 3, 1, tzinfo=UTC)
        bars = buckets(since, since + timedelta(days=20), Step.DAY, lisbon)
        assert [(row.bucket, rounded(row.boards)) for row in store.trend(bars)] == [
            (
                bar,
                recount(rows, [r for r in rows if bar.since_utc <= r.recorded.utc < bar.until_utc]),
            )
            for bar in bars
        ]


def test_the_shares_of_a_small_day_by_hand(store: Store, factory: RecordFactory) -> None:
    def add(verdict: Verdict | None, serial: str | None, calls: dict[str, Call]) -> int:
        record = factory.record(verdict, serial=serial, calls=calls)
        factory.clock.advance(2.0)
        return store.add_inspection(record, {})

    good, unsure, defect = Call.GOOD, Call.UNSURE, Call.DEFECT
    add(Verdict.PASS, "S1", {"C1": good, "C2": good})
    failed = add(Verdict.FAIL, "S2", {"C1": defect, "C2": unsure})
    add(Verdict.PASS, "S2", {"C1": good, "C2": good})
    review = add(Verdict.REVIEW, None, {"C1": good, "C2": unsure})
    add(Verdict.FAULT, "S3", {})
    add(None, "S4", {})
    store.add_review(failed, "C1", Answer.TRUE_DEFECT, "Ana")
    store.add_review(failed, "C2", Answer.FALSE_CALL, "Ana")
    store.add_review(review, "C2", Answer.TRUE_DEFECT, "Ana")
    figures = store.figures()
    assert figures.boards.inspected == 4
    assert figures.boards.fpy == 1 / 3
    assert figures.boards.dpmo == 1e6 * 2 / 8
    assert figures.calls.false_call_share == 1 / 3
    assert figures.calls.unanswered == 0
    assert figures.false_calls_per_million == 1e6 / 8
    assert figures.boards.mean_s == 2.0
    assert (figures.boards.faults, figures.boards.aborted) == (1, 1)


def test_nothing_has_no_shares(store: Store) -> None:
    figures = store.figures()
    boards, calls = figures.boards, figures.calls
    assert (boards.fpy, boards.dpmo, boards.mean_s, calls.false_call_share) == (None,) * 4
    assert figures.false_calls_per_million is None
    assert store.pareto() == ()
    bars = buckets(factory_start := datetime(2026, 3, 2, tzinfo=UTC), factory_start, Step.DAY, UTC)
    assert store.trend(bars) == ()


def test_an_aborted_pass_lets_the_next_one_be_the_first(
    store: Store, factory: RecordFactory
) -> None:
    pulled = store.add_inspection(factory.record(Verdict.PASS, serial="S1"), {})
    store.mark_aborted(pulled, "pulled out before its lamp")
    store.add_inspection(factory.record(Verdict.FAIL, serial="S1"), {})
    boards = store.figures().boards
    assert (boards.first_inspections, boards.first_passes, boards.fpy) == (1, 0, 0.0)


def test_each_bar_is_counted_within_its_ends(store: Store, factory: RecordFactory) -> None:
    fill(store, factory, 40, between_s=900.0)
    bars = buckets(
        datetime(2026, 3, 2, 7, 45, tzinfo=UTC),
        datetime(2026, 3, 2, 20, 0, tzinfo=UTC),
        Step.HOUR,
        UTC,
    )
    assert [bar.since_utc for bar in bars][:2] == [
        "2026-03-02T07:00:00.000Z",
        "2026-03-02T08:00:00.000Z",
    ]
    for row in store.trend(bars):
        span = Selection(since_utc=row.bucket.since_utc, until_utc=row.bucket.until_utc)
        assert row.boards == store.figures(span).boards
    assert (
        sum(row.boards.inspected for row in store.trend(bars))
        == store.figures(
            Selection(until_utc=utc_text(datetime(2026, 3, 2, 20, 0, tzinfo=UTC)))
        ).boards.inspected
    )


def test_no_query_walks_all_windows_or_all_answers(store: Store, factory: RecordFactory) -> None:
    """The pages ask for weeks: windows that were called GOOD and answers to other boards must not
    be read for that."""
    fill(store, factory, 30)
    queries = [
        f"SELECT {figures._TALLY} FROM inspection i WHERE 1) c",
        f"SELECT {figures._CALLS} 1)",
        f"{inspections._BOARD} ORDER BY i.id DESC LIMIT 50",
        retention.ORDER,
    ]
    with store._database.reading("explain") as connection:
        for sql in queries:
            plan = [row["detail"] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}")]
            used = {"w": "window_called", "r": "review_by_window"}
            reads = [(line, used[line.split()[1]]) for line in plan if line.split()[1] in used]
            assert reads, plan
            assert [line for line, index in reads if index not in line] == []
