"""Levels into facts: contact bounce taken out by our own clock, never by edges (edges get lost)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class DebounceTimes:
    close_s: float = 0.08
    """A contact counts as closed after this long without opening."""
    open_s: float = 0.02
    """Opening counts sooner: a board that may be leaving must not be judged."""


class Debouncer:
    """One contact. `update` is called every tick with the raw level; `closed` is the fact."""

    def __init__(self, times: DebounceTimes) -> None:
        self._times = times
        self.closed = False
        self._differs_since_s: float | None = None

    def update(self, raw_closed: bool, now_s: float) -> bool:
        if raw_closed == self.closed:
            self._differs_since_s = None
            return self.closed
        if self._differs_since_s is None:
            self._differs_since_s = now_s
        wait_s = self._times.close_s if raw_closed else self._times.open_s
        if now_s - self._differs_since_s >= wait_s:
            self.closed = raw_closed
            self._differs_since_s = None
        return self.closed


class HalfSeated:
    """Tells how long exactly one of the two seat switches has been closed."""

    def __init__(self) -> None:
        self._since_s: float | None = None

    def update(self, left: bool, right: bool, now_s: float) -> float:
        """Seconds for which the two have differed without a break; 0.0 when they agree."""
        if left == right:
            self._since_s = None
            return 0.0
        if self._since_s is None:
            self._since_s = now_s
        return now_s - self._since_s


@dataclass(frozen=True, slots=True, kw_only=True)
class ButtonFacts:
    pressed: bool = False
    """True once, when the button was let go after a short press."""
    held: bool = False
    """True once, when it has been down for the holding time."""
    stuck: bool = False
    """True for as long as it is down beyond what a person would hold it."""


class ButtonWatch:
    """Short press, long press, stuck button, each told once."""

    def __init__(
        self,
        *,
        times: DebounceTimes | None = None,
        hold_s: float = 2.0,
        stuck_s: float = 20.0,
    ) -> None:
        self._contact = Debouncer(times or DebounceTimes(close_s=0.03, open_s=0.03))
        self._hold_s = hold_s
        self._stuck_s = stuck_s
        self._down_since_s: float | None = None
        self._held_told = False

    def update(self, raw_pressed: bool, now_s: float) -> ButtonFacts:
        was_down = self._contact.closed
        down = self._contact.update(raw_pressed, now_s)
        if down and not was_down:
            self._down_since_s, self._held_told = now_s, False
        if not down:
            short = was_down and not self._held_told
            self._down_since_s = None
            return ButtonFacts(pressed=short)
        assert self._down_since_s is not None
        down_s = now_s - self._down_since_s
        held = down_s >= self._hold_s and not self._held_told
        self._held_told = self._held_told or held
        return ButtonFacts(held=held, stuck=down_s >= self._stuck_s)
