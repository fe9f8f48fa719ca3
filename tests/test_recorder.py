"""The way into the record: what failed is tried again, in order, once, and nothing is doubled."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from appliance.faults import Fault
from appliance.judging import Judged
from appliance.machine import Facts
from appliance.recorder import Ended, Recorder
from appliance.store import Store
from appliance.terms import TestResult, Verdict
from appliance.worker import Done, InlineWorker
from tests.cabinet_bench import ScriptedRecipe, inspection

SCRIPTED = ScriptedRecipe(script=deque())


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "records", quota_bytes=10**9) as made:
        yield made


@pytest.fixture
def recorder(store: Store) -> Recorder:
    return Recorder(store, InlineWorker(), Facts(unit="t", software_version="0", simulated=True))


def _ended(store: Store, verdict: Verdict | None, *, reason: str | None = None) -> Ended:
    judged = None
    if verdict is not None:
        judged = Judged(inspection=inspection(verdict), pictures={"board": b"jpeg"})
    return Ended(
        seated=store._clock(),
        serial="S1",
        operator=None,
        recipe=SCRIPTED,
        frame=None,
        judged=judged,
        verdict=verdict,
        reason=reason,
        light_level=1.0,
        health=None,
    )


class Blocked:
    """The pictures' folder takes no files until the block ends."""

    def __init__(self, store: Store) -> None:
        self._folder = store.folder / "pictures"

    def __enter__(self) -> None:
        self._folder.rename(self._folder.with_name("aside"))
        self._folder.write_bytes(b"")

    def __exit__(self, *_: object) -> None:
        self._folder.unlink()
        self._folder.with_name("aside").rename(self._folder)


def _drain(recorder: Recorder) -> list[Done]:
    done = []
    while (item := recorder.collect()) is not None:
        done.append(item)
    return done


def _settle(recorder: Recorder) -> None:
    while recorder.waiting or recorder._in_flight:
        assert _drain(recorder) == []


def test_facts_that_fail_wait_in_order_and_are_written_once(
    recorder: Recorder, store: Store
) -> None:
    recorder.without_verdict(_ended(store, Verdict.FAULT))
    _settle(recorder)
    with Blocked(store):
        recorder.without_verdict(_ended(store, Verdict.FAULT))
        recorder.without_verdict(_ended(store, None))
        (failed,) = _drain(recorder)
        assert failed.error is not None
        assert (recorder.waiting, _drain(recorder)) == (2, [])
    assert recorder.works() is None
    assert (_drain(recorder), recorder.works()) == ([], True)
    _settle(recorder)
    results = [row.result for row in reversed(store.boards(limit=-1))]
    assert results == [TestResult.ERROR, TestResult.ERROR, TestResult.ABORTED]


def test_a_window_that_could_not_be_judged_is_left_out_of_an_error_record(
    recorder: Recorder, store: Store
) -> None:
    said = inspection(Verdict.FAIL)
    broken = replace(said.windows[0], score=math.nan)
    fault = replace(said, verdict=Verdict.FAULT, windows=(broken, *said.windows[1:]))
    ended = _ended(store, Verdict.FAULT)
    recorder.without_verdict(replace(ended, judged=Judged(inspection=fault, pictures={})))
    _settle(recorder)
    (row,) = store.boards()
    assert (row.result, row.windows) == (TestResult.ERROR, len(said.windows) - 1)


def test_a_disowned_entry_is_marked_whether_it_was_durable_or_had_failed(
    recorder: Recorder, store: Store
) -> None:
    recorder.inspection("first", _ended(store, Verdict.PASS))
    recorder.disown("first", _ended(store, Verdict.PASS, reason="pulled out"))
    assert [done.token for done in _drain(recorder)] == ["first"]
    _settle(recorder)
    with Blocked(store):
        recorder.inspection("second", _ended(store, Verdict.PASS))
        (failed,) = _drain(recorder)
        assert failed.error is not None
    recorder.disown("second", _ended(store, Verdict.FAULT, reason="no room"))
    _settle(recorder)
    rows = list(reversed(store.boards(limit=-1)))
    assert [(row.verdict, row.result) for row in rows] == [
        (Verdict.PASS, TestResult.ABORTED),
        (Verdict.FAULT, TestResult.ERROR),
    ]


def test_a_fault_s_end_that_could_not_be_written_is_written_later(
    recorder: Recorder, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    fault = Fault(
        code="camera",
        device="camera",
        found="gone",
        action="plug it in",
        probe=lambda: True,
        since_s=0.0,
        since_utc="",
    )
    recorder.fault_opened(fault)
    _settle(recorder)
    with store._database.writing("hold the database") as connection:
        connection.execute("PRAGMA query_only = 1")
    recorder.fault_cleared(fault, by=None, how="works again")
    failures = _drain(recorder)
    with store._database.writing("let it go") as connection:
        connection.execute("PRAGMA query_only = 0")
    assert [done.token for done in failures] == [("fact",)]
    recorder.works()
    _drain(recorder)
    assert recorder.works() is True
    _settle(recorder)
    (row,) = store.faults()
    assert row.cleared_how == "works again (camera)"
