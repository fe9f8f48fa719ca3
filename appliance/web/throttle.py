"""Wrong PINs cost time: counted per name and per address, forgotten after a success."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

FREE_TRIES = 5
FIRST_WAIT_S = 30.0
LONGEST_WAIT_S = 1800.0
FORGET_AFTER_S = 3600.0
MOST_KEYS = 2048


@dataclass(frozen=True, slots=True, kw_only=True)
class _Count:
    failures: int
    last_s: float

    @property
    def wait_s(self) -> float:
        if self.failures < FREE_TRIES:
            return 0.0
        return float(min(LONGEST_WAIT_S, FIRST_WAIT_S * 2.0 ** min(self.failures - FREE_TRIES, 12)))


class LoginThrottle:
    """After five failures of one key each further one doubles the wait: 30 s, 60 s, ... 30 min.

    An address gets no more tries by changing the name, a name no more by changing the address.
    Anyone on the LAN can make a name wait; that is the lesser evil, and the wait is bounded.

    Counts are kept in memory alone. Who can restart the unit gets five tries a start, some ten
    thousand a day: nothing against a technician's eight characters, and each refusal stands in
    the audit log. Kept on the disk, they would let a stranger's guesses lock people out for good.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._counts: OrderedDict[str, _Count] = OrderedDict()

    def wait_s(self, *keys: str) -> float:
        """Seconds until the next try is allowed; 0 when it is allowed now."""
        now_s = self._clock()
        with self._lock:
            return max((self._left_s(key, now_s) for key in keys), default=0.0)

    def failed(self, *keys: str) -> None:
        now_s = self._clock()
        with self._lock:
            for key in keys:
                count = self._counts.pop(key, None)
                stale = count is None or now_s - count.last_s > FORGET_AFTER_S
                failures = 1 if stale or count is None else count.failures + 1
                self._counts[key] = _Count(failures=failures, last_s=now_s)
            while len(self._counts) > MOST_KEYS:
                self._counts.popitem(last=False)

    def succeeded(self, *keys: str) -> None:
        with self._lock:
            for key in keys:
                self._counts.pop(key, None)

    def _left_s(self, key: str, now_s: float) -> float:
        count = self._counts.get(key)
        if count is None or now_s - count.last_s > FORGET_AFTER_S:
            return 0.0
        return max(0.0, count.last_s + count.wait_s - now_s)
