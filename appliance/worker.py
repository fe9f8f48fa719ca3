"""Work that takes longer than a tick: judging and recording, each on one thread of its own.

The controller submits a job with a token and collects what is done; it never waits.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A finished job: its token and either its value or the error that ended it."""

    token: object
    value: object = None
    error: Exception | None = None


class Worker(Protocol):
    def submit(self, token: object, job: Callable[[], object]) -> None: ...

    @property
    def busy(self) -> bool:
        """Whether any submitted job has not been collected or has not ended."""

    def collect(self) -> Done | None: ...

    def close(self) -> None: ...


def _run(token: object, job: Callable[[], object]) -> Done:
    try:
        return Done(token=token, value=job())
    except Exception as error:  # noqa: BLE001  handed to the controller, which makes it a FAULT
        return Done(token=token, error=error)


class ThreadWorker:
    """Jobs in the order given, one at a time, on a thread of its own."""

    def __init__(self, name: str) -> None:
        self._jobs: queue.Queue[tuple[object, Callable[[], object]] | None] = queue.Queue()
        self._done: queue.Queue[Done] = queue.Queue()
        self._pending = 0
        self._thread = threading.Thread(target=self._loop, name=name, daemon=True)
        self._thread.start()

    def _loop(self) -> None:
        while (item := self._jobs.get()) is not None:
            self._done.put(_run(*item))

    def submit(self, token: object, job: Callable[[], object]) -> None:
        self._pending += 1
        self._jobs.put((token, job))

    @property
    def busy(self) -> bool:
        return self._pending > 0

    def collect(self) -> Done | None:
        try:
            done = self._done.get_nowait()
        except queue.Empty:
            return None
        self._pending -= 1
        return done

    def close(self, timeout_s: float = 30.0) -> None:
        """Let the jobs submitted so far end, then stop the thread."""
        self._jobs.put(None)
        self._thread.join(timeout_s)


class InlineWorker:
    """The same contract without a thread: a job runs when it is submitted and is collected on
    the next tick, or after `delay_s` of the injected clock. For replays on a virtual clock."""

    def __init__(self, now_s: Callable[[], float] | None = None, delay_s: float = 0.0) -> None:
        self._now_s = now_s or (lambda: 0.0)
        self.delay_s = delay_s
        self._done: list[tuple[float, Done]] = []

    def submit(self, token: object, job: Callable[[], object]) -> None:
        ready_s = self._now_s() + self.delay_s
        self._done.append((ready_s, _run(token, job)))

    @property
    def busy(self) -> bool:
        return bool(self._done)

    @property
    def ready(self) -> bool:
        """Whether `collect` would hand something out now."""
        return bool(self._done) and self._done[0][0] <= self._now_s()

    def collect(self) -> Done | None:
        return self._done.pop(0)[1] if self.ready else None

    def close(self) -> None:
        self._done.clear()
