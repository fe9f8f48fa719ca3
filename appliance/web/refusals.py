"""Refused sign-ins go into the audit log, but nobody fills the disk by being refused."""

from __future__ import annotations

import threading
from collections.abc import Callable

from appliance.store import MissingError, Store

KIND = "page_sign_in_refused"
MOST_AN_HOUR = 60
_HOUR_S = 3600.0


class Refusals:
    """Each one by itself up to `MOST_AN_HOUR`; what goes beyond is counted and said with the first
    of the next hour."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._since_s = clock()
        self._count = 0

    def note(self, store: Store, *, name: str, address: str) -> None:
        """A name that is nobody's is not written down: it may be a PIN in the wrong field."""
        with self._lock:
            now_s = self._clock()
            unsaid = 0
            if now_s - self._since_s >= _HOUR_S:
                unsaid = max(0, self._count - MOST_AN_HOUR)
                self._since_s, self._count = now_s, 0
            self._count += 1
            if self._count > MOST_AN_HOUR:
                return
        more = f"; {unsaid} more before it were only counted" if unsaid else ""
        store.add_event(KIND, None, f"{_whose(store, name)} from {address}{more}")


def _whose(store: Store, name: str) -> str:
    if not name:
        return "a badge"
    try:
        return store.operator(name).name
    except MissingError:
        return "an unknown name"
