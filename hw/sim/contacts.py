"""Contacts as they are: they bounce when they close and when they open, and never together."""

from __future__ import annotations

import bisect
import random
from dataclasses import dataclass, field

KEPT = 64
"""Toggles kept of one contact; the older ones can't matter any more."""


@dataclass(slots=True)
class Contact:
    """One switch: a list of instants at which its level changes."""

    chance: random.Random
    bounce_s: float
    _times_s: list[float] = field(default_factory=list)
    _levels: list[bool] = field(default_factory=list)

    def settle(self, level: bool, *, from_s: float) -> float:
        """Bounce from `from_s` on and stay at `level`. Returns the instant of the last toggle.
        Toggles that were planned for later than `from_s` don't happen any more, and a contact
        that is at `level` already isn't touched."""
        keep = bisect.bisect_left(self._times_s, from_s)
        del self._times_s[keep:], self._levels[keep:]
        if self.level(from_s) == level:
            return from_s
        toggles = sorted(self.chance.uniform(0.0, self.bounce_s) for _ in range(self._count()))
        instants = [from_s, *(from_s + toggle for toggle in toggles)]
        for n, instant in enumerate(instants):
            self._times_s.append(instant)
            self._levels.append(level == (n % 2 == 0))
        del self._times_s[:-KEPT], self._levels[:-KEPT]
        return instants[-1]

    def _count(self) -> int:
        """An even number of toggles after the first touch, so that the burst ends where it
        should; none for a contact that doesn't bounce."""
        return 2 * self.chance.randint(1, 4) if self.bounce_s > 0.0 else 0

    def level(self, at_s: float) -> bool:
        found = bisect.bisect_right(self._times_s, at_s)
        return self._levels[found - 1] if found else False
