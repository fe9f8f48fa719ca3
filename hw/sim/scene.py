"""What the simulated camera looks at: a small, frozen history that can be sent to its process.

A frame shows the world at the instant of its exposure, which lies in the past when the frame is
handed out and in the future when it is asked for; therefore changes are kept with their times.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TypeVar

from hw.sim.boards import Board
from hw.sim.faults import Fault

Change = TypeVar("Change", "LightChange", "CradleMove")

HISTORY = 12
"""Changes kept of each kind: more than happen within the age of a stale frame."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LightChange:
    """From `at_s` the brightness runs exponentially from `start` to `target`."""

    at_s: float
    start: float
    target: float
    time_constant_s: float

    def brightness(self, at_s: float) -> float:
        if self.time_constant_s <= 0.0:
            return self.target
        passed = max(at_s - self.at_s, 0.0) / self.time_constant_s
        return self.target + (self.start - self.target) * math.exp(-passed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """How this insertion lies against a perfect one; shifts as shares of the frame's width."""

    dx_share: float = 0.0
    dy_share: float = 0.0
    rotation_deg: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CradleMove:
    """The cradle with `board` goes from one depth to another; 0 is outside, 1 at the back stop."""

    at_s: float
    duration_s: float
    from_depth: float
    to_depth: float
    board: Board | None
    placement: Placement = field(default_factory=Placement)

    def depth(self, at_s: float) -> float:
        if self.duration_s <= 0.0:
            return self.to_depth
        share = min(max((at_s - self.at_s) / self.duration_s, 0.0), 1.0)
        return self.from_depth + (self.to_depth - self.from_depth) * share

    def speed(self, at_s: float) -> float:
        """Depths a second; 0 at rest."""
        if self.duration_s <= 0.0 or not self.at_s <= at_s < self.at_s + self.duration_s:
            return 0.0
        return (self.to_depth - self.from_depth) / self.duration_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Everything a frame depends on. `next_board` is on the bench: its picture may be prepared."""

    light: tuple[LightChange, ...]
    cradle: tuple[CradleMove, ...]
    faults: frozenset[Fault] = frozenset()
    next_board: Board | None = None

    def brightness(self, at_s: float) -> float:
        """Light on the board at an instant, 0..1."""
        if Fault.DARK_LIGHT in self.faults:
            return 0.0
        return _latest(self.light, at_s).brightness(at_s)

    def move(self, at_s: float) -> CradleMove:
        """The cradle's movement that decides where it is at an instant."""
        return _latest(self.cradle, at_s)


def _latest(changes: tuple[Change, ...], at_s: float) -> Change:
    """The last change at or before an instant; the oldest known one for anything before it."""
    for change in reversed(changes):
        if change.at_s <= at_s:
            return change
    return changes[0]
