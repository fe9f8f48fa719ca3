"""What was recorded is what is read, and what contradicts itself is not recorded."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from appliance.store import (
    MissingError,
    PictureState,
    RefusedError,
    Selection,
    Store,
    test_result,
)
from appliance.terms import Answer, Call, TestResult, Verdict

from .conftest import Opener
from .factories import RecordFactory, TestClock, fill

VERDICTS: tuple[Verdict | None, ...] = (*Verdict, None)


@pytest.mark.parametrize("verdict", VERDICTS)
def test_an_inspection_is_read_as_it_was_written(
    store: Store, factory: RecordFactory, verdict: Verdict | None
) -> None:
    record = factory.record(verdict, serial="SN1")
    pictures = factory.pictures(record)
    factory.clock.advance(1.25)
    number = store.add_inspection(record, pictures)
    stored = store.inspection(number)
    assert (stored.record, stored.result, stored.duration_s) == (record, record.result, 1.25)
    assert stored.recorded == factory.clock()
    assert {p.name: store.picture(number, p.name) for p in stored.pictures} == pictures
    assert {p.state for p in stored.pictures} == {PictureState.KEPT}


def test_bare_facts_survive_as_none(store: Store, factory: RecordFactory) -> None:
    bare = replace(
        factory.record(Verdict.FAULT), serial=None, operator=None, frame=None, alignment=None
    )
    assert store.inspection(store.add_inspection(bare, {})).record == bare


def test_a_unit_started_anew_in_between_has_no_duration(
    store: Store, factory: RecordFactory, clock: TestClock
) -> None:
    record = factory.record()
    clock.reboot("boot-2")
    assert store.inspection(store.add_inspection(record, {})).duration_s is None


@pytest.mark.parametrize(
    ("calls", "verdict", "result"),
    [
        ({}, Verdict.PASS, TestResult.PASSED),
        ({"C1": Call.GOOD, "C2": Call.UNSURE}, Verdict.PASS, TestResult.PASSED),
        ({"C1": Call.DEFECT}, Verdict.PASS, TestResult.PASSED),
        ({"C1": Call.GOOD}, Verdict.FAIL, TestResult.PASSED),
        ({"C1": Call.GOOD}, Verdict.PASS, TestResult.FAILED),
        ({}, None, TestResult.FAILED),
        ({"C1": Call.GOOD}, Verdict.PASS, TestResult.ABORTED),
    ],
)
def test_a_contradiction_is_refused(
    factory: RecordFactory, calls: dict[str, Call], verdict: Verdict | None, result: TestResult
) -> None:
    with pytest.raises(RefusedError):
        factory.record(verdict, calls=calls, result=result)


@pytest.mark.parametrize("field", ["score", "review_above", "defect_above"])
@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_number_that_is_none_is_refused(factory: RecordFactory, field: str, value: float) -> None:
    window = factory.window("C1", Call.DEFECT)
    with pytest.raises(RefusedError, match=f"C1: {field}"):
        replace(factory.record(Verdict.FAIL), windows=(replace(window, **{field: value}),))


def test_two_windows_of_one_name_are_refused(factory: RecordFactory) -> None:
    window = factory.window("C1", Call.GOOD)
    with pytest.raises(RefusedError, match="Two windows of one name: C1"):
        replace(factory.record(), windows=(window, window))


@pytest.mark.parametrize(
    ("verdict", "result"),
    list(
        zip(
            VERDICTS,
            [
                TestResult.PASSED,
                TestResult.FAILED,
                TestResult.FAILED,
                TestResult.ERROR,
                TestResult.ABORTED,
            ],
            strict=True,
        )
    ),
)
def test_each_verdict_has_one_result(verdict: Verdict | None, result: TestResult) -> None:
    assert test_result(verdict) is result


def test_numbers_rise_over_restarts(open_store: Opener, factory: RecordFactory) -> None:
    numbers = []
    for _ in range(3):
        store = open_store()
        numbers += fill(store, factory, 2)
    assert numbers == [1, 2, 3, 4, 5, 6]


def test_an_aborted_board_keeps_its_verdict_and_its_first_reason(
    store: Store, factory: RecordFactory
) -> None:
    record = factory.record(Verdict.PASS, serial="SN1")
    number = store.add_inspection(record, {})
    store.mark_aborted(number, "pulled out before its lamp")
    store.mark_aborted(number, "again")
    stored = store.inspection(number)
    assert (stored.record, stored.result) == (record, TestResult.ABORTED)
    assert stored.aborted_reason == "pulled out before its lamp"
    row = store.boards()[0]
    assert (row.verdict, row.result) == (Verdict.PASS, TestResult.ABORTED)


def test_what_is_not_there_is_said(store: Store, factory: RecordFactory) -> None:
    number = store.add_inspection(factory.record(), {})
    with pytest.raises(MissingError, match="no inspection 99"):
        store.inspection(99)
    with pytest.raises(MissingError, match="no inspection 99"):
        store.mark_aborted(99, "gone")
    with pytest.raises(MissingError, match="no picture 'board'"):
        store.picture(number, "board")


def test_a_lost_file_is_no_picture(store: Store, factory: RecordFactory, folder: Path) -> None:
    number = store.add_inspection(factory.record(), {"board": b"jpeg"})
    [file] = folder.glob("pictures/*/*-board.jpg")
    file.unlink()
    assert store.picture(number, "board") is None


@pytest.mark.parametrize("name", ["golden:R1/2", "../../etc/passwd", "seen:Ü 1", ".", "a%2Fb"])
def test_any_name_is_a_file_in_its_day(
    store: Store, factory: RecordFactory, folder: Path, name: str
) -> None:
    number = store.add_inspection(factory.record(), {name: b"jpeg"})
    assert store.picture(number, name) == b"jpeg"
    [file] = folder.glob("pictures/*/*")
    assert file.parent == folder / "pictures" / "2026-03-02"


@pytest.mark.parametrize("pictures", [{"": b"jpeg"}, {"x" * 300: b"jpeg"}, {"board": b""}])
def test_pictures_that_can_not_be_kept_are_refused(
    store: Store, factory: RecordFactory, folder: Path, pictures: dict[str, bytes]
) -> None:
    with pytest.raises(RefusedError):
        store.add_inspection(factory.record(), {"golden:C1": b"jpeg", **pictures})
    assert store.boards() == ()
    assert list(folder.glob("pictures/*/*")) == []


def test_pages_follow_each_other(store: Store, factory: RecordFactory) -> None:
    numbers = fill(store, factory, 7)
    pages: list[list[int]] = []
    before = None
    while page := [b.inspection_id for b in store.boards(limit=3, before=before)]:
        pages.append(page)
        before = page[-1]
    assert pages == [[7, 6, 5], [4, 3, 2], [1]]
    assert numbers == [1, 2, 3, 4, 5, 6, 7]


def test_a_selection_asks_for_all_it_names(store: Store, factory: RecordFactory) -> None:
    def add(verdict: Verdict, serial: str, part: str, calls: dict[str, Call]) -> int:
        factory.clock.advance(60)
        record = factory.record(verdict, serial=serial, part_number=part, calls=calls)
        return store.add_inspection(record, {})

    good, unsure, defect = Call.GOOD, Call.UNSURE, Call.DEFECT
    a = add(Verdict.PASS, "S1", "P1", {"C1": good, "C2": good})
    b = add(Verdict.FAIL, "S2", "P1", {"C1": defect, "C2": good})
    c = add(Verdict.REVIEW, "S1", "P2", {"C1": good, "C2": unsure})
    d = add(Verdict.FAIL, "S2", "P2", {"C1": unsure, "C2": defect})
    store.add_review(b, "C1", Answer.TRUE_DEFECT, "Ana")
    at = {row.inspection_id: row.recorded_utc for row in store.boards()}

    def found(**wanted: object) -> list[int]:
        return [row.inspection_id for row in store.boards(Selection(**wanted))]  # type: ignore[arg-type]

    assert found() == [d, c, b, a]
    assert found(serial="S1") == [c, a]
    assert found(serial="S2", part_number="P2") == [d]
    assert found(verdict=Verdict.FAIL) == [d, b]
    assert found(result=TestResult.PASSED) == [a]
    assert found(component="C2") == [d, c]
    assert found(call=unsure) == [d, c]
    assert found(unanswered=True) == [d, c]
    assert found(unanswered=False) == [b, a]
    assert found(since_utc=at[b], until_utc=at[d]) == [c, b]
    assert found(recipe="other") == []
    assert found(operator="Ana", simulated=True) == [d, c, b, a]
    assert found(simulated=False) == []
    assert [r.inspection_id for r in store.boards_of_serial("S1")] == [c, a]
    assert [r.inspection_id for r in store.boards_of_serial("S1", part_number="P1")] == [a]
    assert [s.inspection_id for s in store.every_inspection()] == [a, b, c, d]


def test_a_row_counts_its_windows_and_answers(store: Store, factory: RecordFactory) -> None:
    calls = {"C1": Call.DEFECT, "C2": Call.UNSURE, "D4": Call.UNSURE, "U1": Call.GOOD}
    number = store.add_inspection(factory.record(Verdict.FAIL, calls=calls), {"board": b"jpeg"})
    store.add_review(number, "C1", Answer.TRUE_DEFECT, "Ana")
    store.add_review(number, "C2", Answer.FALSE_CALL, "Ana")
    row = store.boards()[0]
    assert (row.windows, row.defects, row.unsure) == (4, 1, 2)
    assert (row.answered, row.true_defects, row.has_pictures) == (2, 1, True)


def test_pictures_are_durable_before_the_row(
    store: Store, factory: RecordFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The order in which a power cut can do no harm: contents, names, folder, then the row."""
    steps: list[str] = []
    sync, move = os.fsync, Path.replace

    def fsync(handle: int) -> None:
        steps.append(f"sync {Path(f'/proc/self/fd/{handle}').readlink().name}")
        steps.append(f"rows {len(store.boards())}")
        sync(handle)

    def moved(self: Path, target: Path) -> Path:
        steps.append(f"name {target.name}")
        return move(self, target)

    store.add_inspection(factory.record(), {"board": b"first"})
    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(Path, "replace", moved)
    store.add_inspection(factory.record(), {"board": b"a", "seen:C1": b"b"})
    board, seen = "00000002-board.jpg", "00000002-seen%3AC1.jpg"
    assert steps == [
        f"sync .{board}.tmp",
        "rows 1",
        f"sync .{seen}.tmp",
        "rows 1",
        f"name {board}",
        f"name {seen}",
        "sync 2026-03-02",
        "rows 1",
    ]
    assert len(store.boards()) == 2
