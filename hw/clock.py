"""Where durations come from: the machine's own clock, or one that a test moves by hand."""

from __future__ import annotations

import threading
import time


class RealClock:
    """CLOCK_MONOTONIC, the clock that the camera drivers' sensor times are on as well."""

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, duration_s: float) -> None:
        time.sleep(max(duration_s, 0.0))


class VirtualClock:
    """A clock that stands still until somebody sleeps on it: an hour passes at once, and the
    same script gives the same instants every time. Safe to use from several threads."""

    def __init__(self, start_s: float = 1000.0) -> None:
        self._now_s = start_s
        self._lock = threading.Lock()

    def monotonic(self) -> float:
        with self._lock:
            return self._now_s

    def sleep(self, duration_s: float) -> None:
        with self._lock:
            self._now_s += max(duration_s, 0.0)
