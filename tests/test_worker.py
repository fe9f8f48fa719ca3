"""Both workers keep one contract: order kept, errors handed over, busy until collected."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from appliance.worker import Done, InlineWorker, ThreadWorker, Worker


@pytest.fixture(params=["thread", "inline"])
def worker(request: pytest.FixtureRequest) -> Iterator[Worker]:
    made: Worker = ThreadWorker("test") if request.param == "thread" else InlineWorker()
    yield made
    made.close()


def _collect(worker: Worker, count: int, deadline_s: float = 20.0) -> list[Done]:
    done: list[Done] = []
    end_s = time.monotonic() + deadline_s
    while len(done) < count and time.monotonic() < end_s:
        if (item := worker.collect()) is not None:
            done.append(item)
    return done


def test_results_come_in_the_order_of_the_jobs(worker: Worker) -> None:
    for number in range(20):
        worker.submit(number, lambda number=number: number * number)
    assert worker.busy
    assert [(d.token, d.value) for d in _collect(worker, 20)] == [(n, n * n) for n in range(20)]
    assert not worker.busy


def test_an_error_is_handed_over_and_the_next_job_runs(worker: Worker) -> None:
    def fails() -> object:
        raise OSError("no space")

    worker.submit("first", fails)
    worker.submit("second", lambda: 2)
    first, second = _collect(worker, 2)
    assert (first.token, str(first.error), second.value) == ("first", "no space", 2)


def test_the_thread_does_not_hold_up_the_one_that_submits() -> None:
    release = threading.Event()
    worker = ThreadWorker("slow")
    worker.submit("slow", release.wait)
    assert worker.collect() is None
    assert worker.busy
    release.set()
    assert [done.token for done in _collect(worker, 1)] == ["slow"]
    worker.close()


def test_the_inline_worker_hands_out_after_its_delay() -> None:
    now: list[float] = [0.0]
    clock: Callable[[], float] = lambda: now[0]  # noqa: E731
    worker = InlineWorker(clock, delay_s=0.5)
    worker.submit("a", lambda: 1)
    assert worker.collect() is None
    assert worker.busy
    now[0] = 0.5
    assert worker.collect() == Done(token="a", value=1)
