"""Who is signed in: a table in memory, so that signing out and expiry really end a session.

The cookie holds a random number, signed; name and role stay here. A restart signs everybody out.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from appliance.store import Role

MOST_SESSIONS = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who asks."""

    name: str
    role: Role
    must_change_pin: bool = False
    """Signed in with the PIN that the unit made; may do nothing else before changing it."""


@dataclass(slots=True, kw_only=True)
class _Session:
    person: Person
    began_s: float
    seen_s: float


class Sessions:
    def __init__(
        self, *, secret: bytes, session_s: float, idle_s: float, clock: Callable[[], float]
    ) -> None:
        self._secret = secret
        self._session_s = session_s
        self._idle_s = idle_s
        self._clock = clock
        self._lock = threading.Lock()
        self._table: OrderedDict[str, _Session] = OrderedDict()

    @staticmethod
    def new_id() -> str:
        return secrets.token_urlsafe(32)

    def begin(self, person: Person) -> str:
        """Signs `person` in under a fresh number: one known before the sign-in is worth nothing."""
        number = self.new_id()
        now_s = self._clock()
        with self._lock:
            self._table[number] = _Session(person=person, began_s=now_s, seen_s=now_s)
            while len(self._table) > MOST_SESSIONS:
                self._table.popitem(last=False)
        return number

    def person(self, number: str) -> Person | None:
        """Who is signed in under this number now; None when nobody or no longer."""
        now_s = self._clock()
        with self._lock:
            session = self._table.get(number)
            if session is None:
                return None
            idle = now_s - session.seen_s > self._idle_s
            if idle or now_s - session.began_s > self._session_s:
                del self._table[number]
                return None
            session.seen_s = now_s
            return session.person

    def end(self, number: str) -> None:
        with self._lock:
            self._table.pop(number, None)

    def end_all_of(self, name: str) -> None:
        """After a change of role or PIN."""
        with self._lock:
            for number in [n for n, s in self._table.items() if s.person.name == name]:
                del self._table[number]

    def csrf(self, number: str) -> str:
        """The token that a form of this session must carry."""
        return hmac.new(self._secret, b"csrf:" + number.encode(), hashlib.sha256).hexdigest()

    def csrf_fits(self, number: str, token: str) -> bool:
        return hmac.compare_digest(self.csrf(number).encode(), token.encode())
