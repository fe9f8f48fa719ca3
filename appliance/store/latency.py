"""How long the record's commits take: what the card makes a board wait for before its lamp."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil

EDGES_MS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
"""Upper ends of the classes; the last class has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """Of one day (UTC), since the start if that was later."""

    day: str
    count: int
    p50_ms: int | None
    """Upper end of the class that it falls into, no more than the slowest; None without commits or
    above the last class."""
    p95_ms: int | None
    worst_ms: float
    counts: tuple[int, ...]
    """One a class of `EDGES_MS`, and one above."""


class LatencyCounter:
    """Any thread may add; a new day begins anew."""

    def __init__(self, today: Callable[[], str] = lambda: str(datetime.now(UTC).date())) -> None:
        """`today` only labels."""
        self._today = today
        self._lock = threading.Lock()
        self._begin("")

    def _begin(self, day: str) -> None:
        self._day = day
        self._counts = [0] * (len(EDGES_MS) + 1)
        self._worst_ms = 0.0

    def add(self, seconds: float) -> None:
        day = self._today()
        with self._lock:
            if day != self._day:
                self._begin(day)
            self._counts[bisect_left(EDGES_MS, seconds * 1000)] += 1
            self._worst_ms = max(self._worst_ms, seconds * 1000)

    def read(self) -> Latency:
        with self._lock:
            counts = tuple(self._counts)
            return Latency(
                day=self._day,
                count=sum(counts),
                p50_ms=_percentile(counts, 0.50, self._worst_ms),
                p95_ms=_percentile(counts, 0.95, self._worst_ms),
                worst_ms=self._worst_ms,
                counts=counts,
            )


def _percentile(counts: tuple[int, ...], share: float, worst_ms: float) -> int | None:
    wanted, seen = share * sum(counts), 0
    for edge, count in zip(EDGES_MS, counts, strict=False):
        seen += count
        if count and seen >= wanted:
            return min(edge, ceil(worst_ms))
    return None
