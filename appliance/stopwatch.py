"""How long each stage of an inspection took."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Stopwatch:
    """Stages one after another, in milliseconds; `total` runs from the start to the reading."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._start_s = clock()
        self._stages_ms: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Count the time in the block to `name`, also when it raises."""
        before_s = self._clock()
        try:
            yield
        finally:
            spent_ms = (self._clock() - before_s) * 1000
            self._stages_ms[name] = self._stages_ms.get(name, 0.0) + spent_ms

    def stages_ms(self) -> dict[str, float]:
        return {**self._stages_ms, "total": (self._clock() - self._start_s) * 1000}
