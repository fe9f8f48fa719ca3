"""Many who look and one who writes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

from appliance.store import ClosedError, Store, StoreError
from appliance.terms import Answer, Call, Verdict

from .conftest import QUOTA_BYTES
from .factories import RecordFactory, fill

READERS = 8
BOARDS = 200


def in_threads(jobs: list[Callable[[], None]]) -> list[BaseException]:
    """Run them all to their ends; what they raised."""
    raised: list[BaseException] = []

    def guard(job: Callable[[], None]) -> None:
        try:
            job()
        except BaseException as error:  # noqa: BLE001  handed to the test
            raised.append(error)

    threads = [threading.Thread(target=guard, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def test_readers_and_the_writer_do_not_disturb_each_other(
    store: Store, factory: RecordFactory
) -> None:
    done = threading.Event()
    written: list[int] = []
    looks = [0] * READERS

    def write() -> None:
        try:
            written.extend(fill(store, factory, BOARDS))
        finally:
            done.set()

    def look(n: int) -> None:
        last = 0
        while True:
            finished = done.is_set()
            boards = store.boards(limit=5)
            figures = store.figures()
            numbers = [b.inspection_id for b in boards]
            # Every view is one instant: whole rows, in order, never fewer than before.
            assert numbers == sorted(numbers, reverse=True)
            newest = numbers[0] if numbers else 0
            assert newest >= last
            last = newest
            rows = figures.boards
            assert rows.inspected == rows.passed + rows.review + rows.failed
            assert rows.inspected + rows.faults + rows.aborted >= newest
            for board in boards:
                stored = store.inspection(board.inspection_id)
                assert len(stored.windows) == board.windows
                for picture in stored.pictures:
                    data = store.picture(board.inspection_id, picture.name)
                    assert data is not None
                    assert len(data) == picture.bytes
            store.pareto()
            looks[n] += 1
            if finished:
                return
            # Pages look now and then; eight threads that only look would measure the processor.
            done.wait(0.02)

    assert in_threads([write, *(lambda n=n: look(n) for n in range(READERS))]) == []
    assert written == list(range(1, BOARDS + 1))
    assert all(looks)
    store.check()


def test_pages_write_while_boards_are_recorded(store: Store, factory: RecordFactory) -> None:
    calls = {"C1": Call.DEFECT}
    board = store.add_inspection(factory.record(Verdict.FAIL, calls=calls), {})

    def answer(by: str) -> None:
        for _ in range(25):
            store.undo_review(store.add_review(board, "C1", Answer.FALSE_CALL, by), by)
            store.add_event("lamp_test", by)

    jobs: list[Callable[[], None]] = [lambda by=by: answer(by) for by in ("Ana", "Bo", "Cy")]  # type: ignore[misc]
    assert in_threads([lambda: fill(store, factory, 40) and None, *jobs]) == []
    assert len(store.boards(limit=-1)) == 41
    assert len(store.inspection(board).reviews) == 150
    assert len(store.events(kind="lamp_test", limit=-1)) == 75
    assert (store.verify_audit().entries, store.verify_audit().findings) == (225, ())


def test_closing_waits_for_those_who_read(tmp_path: Path, factory: RecordFactory) -> None:
    store = Store.open(tmp_path / "r", quota_bytes=QUOTA_BYTES, clock=factory.clock)
    fill(store, factory, 20)
    inside = threading.Event()
    seen: list[int] = []

    def read() -> None:
        with store._database.reading("read slowly") as connection:
            inside.set()
            while not store._database._closed:
                time.sleep(0)
            # The store is being closed, and this view stands all the same.
            seen.append(connection.execute("SELECT count(*) FROM inspection").fetchone()[0])

    def close() -> None:
        inside.wait()
        store.close()
        assert seen == [20]

    assert in_threads([read, close]) == []
    assert [f.name for f in (tmp_path / "r").glob("records.db*")] == ["records.db"]


def test_readers_that_come_late_are_told(store: Store, factory: RecordFactory) -> None:
    fill(store, factory, 5)
    started = threading.Barrier(5)
    refused: list[StoreError] = []

    def look() -> None:
        started.wait()
        while True:
            try:
                store.figures()
            except ClosedError as error:
                refused.append(error)
                return

    def close() -> None:
        started.wait()
        store.close()

    assert in_threads([look, look, look, look, close]) == []
    assert len(refused) == 4
