"""Contacts out of many looks at their level: presses, how they bounce, what only flickered.

A look that came late hides what happened before it: a good contact would look worn, or a worn one
good. So bounces are measured on touches alone that were seen clearly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

BURST_GAP_S = 0.04
"""Changes closer together than this belong to one touch. Worn switches bounce for up to about
30 ms; a finger does not come and go within 40."""
BLUR_S = 0.002
"""A longer gap between two looks is a late look."""
CALM_S = 0.01
"""A touch was seen clearly if no look was late from so long before its first change until so long
after its last one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    at_s: float
    """Of the first look that saw it."""
    closed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch:
    """One burst of changes: a press, a release, or a flicker that ended where it began."""

    closed: bool
    """The level at its end."""
    flicker: bool
    bounce_s: float
    """From the first change to the last; 0 for a clean one."""
    changes: int
    clear: bool


class ContactWatch:
    """Takes the looks at one contact in the order of time and keeps its changes."""

    def __init__(self) -> None:
        self.changes: list[Change] = []
        self.late: list[tuple[float, float]] = []
        """The gaps that were too long: from one look to the next."""
        self._last: tuple[float, bool] | None = None

    def look(self, at_s: float, closed: bool) -> None:
        if self._last is not None:
            if at_s - self._last[0] > BLUR_S:
                self.late.append((self._last[0], at_s))
            if closed != self._last[1]:
                self.changes.append(Change(at_s=at_s, closed=closed))
        self._last = (at_s, closed)

    def was_clear(self, from_s: float, until_s: float) -> bool:
        return not any(start < until_s and end >= from_s for start, end in self.late)


def touches(watch: ContactWatch) -> tuple[Touch, ...]:
    """A burst that is still under way at the end is told as far as it was seen."""
    bursts: list[list[Change]] = []
    for change in watch.changes:
        if bursts and change.at_s - bursts[-1][-1].at_s < BURST_GAP_S:
            bursts[-1].append(change)
        else:
            bursts.append([change])
    return tuple(
        Touch(
            closed=burst[-1].closed,
            flicker=burst[-1].closed != burst[0].closed,
            bounce_s=burst[-1].at_s - burst[0].at_s,
            changes=len(burst),
            clear=watch.was_clear(burst[0].at_s - CALM_S, burst[-1].at_s + CALM_S),
        )
        for burst in bursts
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactFigures:
    presses: int
    """Pressed and let go again."""
    clear: int
    """Of them, seen clearly."""
    flickers: int
    """Touches too short for a finger, seen clearly: a late look makes a press look short."""
    longest_bounce_s: float
    """Of the touches seen clearly."""
    most_changes: int
    """In one touch; 1 for a contact that does not bounce."""


def figures_of(watch: ContactWatch) -> ContactFigures:
    seen = touches(watch)
    whole = [touch for touch in seen if not touch.flicker]
    clear = [touch for touch in whole if touch.clear]
    return ContactFigures(
        presses=_pairs(whole),
        clear=_pairs(clear),
        flickers=sum(touch.flicker and touch.clear for touch in seen),
        longest_bounce_s=max((touch.bounce_s for touch in clear), default=0.0),
        most_changes=max((touch.changes for touch in whole), default=0),
    )


def _pairs(whole: Sequence[Touch]) -> int:
    closings = sum(touch.closed for touch in whole)
    return min(closings, len(whole) - closings)


def looks_a_second(instants_s: Sequence[float]) -> float:
    """By the median gap: what is usual."""
    gaps_s = [b - a for a, b in pairwise(instants_s) if b > a]
    return 1.0 / median(gaps_s) if gaps_s else 0.0
