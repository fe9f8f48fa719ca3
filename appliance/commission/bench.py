"""The devices as a step of commissioning uses them: one at a time, in short holds.

Only the thread that owns the cabinet touches its devices. A step runs on another thread; it
hands a job over and waits for what comes back. On the terminal and in the service the owner is a
loop that also keeps the lamps and the heartbeat going, so a job holds it for a fraction of a
second at most: whatever takes longer is cut into several jobs here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from typing import Protocol, TypeVar

from hw.cabinet import Cabinet
from hw.ports import CameraSettings, Clock, Frame, HealthReading, Lamps

T = TypeVar("T")

HOLD_S = 0.25
"""For so long one job may keep the cabinet's loop."""
SAMPLE_S = 0.0004
"""Rest between two looks at the contacts: with what a look costs, more than 1000 a second."""
FRAME_DEADLINE_S = 10.0


class Colour(StrEnum):
    RED = "red"
    AMBER = "amber"
    GREEN = "green"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """What the beacon shows instead of maintenance: one lamp that blinks, or tones."""

    lamp: Colour | None = None
    tone_high: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """The three contacts at one instant, raw."""

    at_s: float
    left: bool
    right: bool
    button: bool


class Owner(Protocol):
    """Who drives the cabinet."""

    def on_devices(self, job: Callable[[Cabinet], T]) -> T:
        """Carry the job out on the owner's thread and give back what it returned or raised.
        Raises `StoppedError` when the owner no longer lends its devices."""

    def signal(self, signal: Signal | None) -> None:
        """What the beacon shows from now on; None for maintenance's own pattern."""


class Bench:
    """The devices, for steps. Raises `HardwareError` where a device fails, `StoppedError` when
    the step was left."""

    def __init__(self, owner: Owner, *, clock: Clock, simulated: bool) -> None:
        self._owner = owner
        self.clock = clock
        self.simulated = simulated

    def signal(self, signal: Signal | None) -> None:
        self._owner.signal(signal)

    def light(self, level: float) -> None:
        """The LED strip, 0 to 1; returns when its brightness has settled."""
        settle_s = self._owner.on_devices(lambda cabinet: _set_light(cabinet, level))
        self.clock.sleep(settle_s)

    def levels(self) -> Levels:
        return self._owner.on_devices(_levels)

    def watch(self, duration_s: float = HOLD_S) -> tuple[Levels, ...]:
        """Every look at the contacts within `duration_s`, at more than 1000 a second."""
        seen: list[Levels] = []
        end_s = self.clock.monotonic() + duration_s
        while (left_s := end_s - self.clock.monotonic()) > 0:
            hold_s = min(left_s, HOLD_S)
            seen += self._owner.on_devices(partial(_watch, duration_s=hold_s))
        return tuple(seen)

    def health(self) -> HealthReading:
        return self._owner.on_devices(lambda cabinet: cabinet.health.read())

    def camera_px(self) -> tuple[int, int]:
        """Width and height of the camera's pictures at its full resolution."""
        return self._owner.on_devices(lambda cabinet: cabinet.camera.full_px)

    def picture(self, settings: CameraSettings) -> Frame:
        """One fresh frame, begun after this call. The pixels are the caller's to keep."""
        begun_s = self.clock.monotonic()
        self._owner.on_devices(lambda cabinet: _ask_picture(cabinet, settings, begun_s))
        while (frame := self._owner.on_devices(_poll_picture)) is None:
            self.clock.sleep(0.01)
        return frame

    def rest(self, light_level: float = 0.0) -> None:
        """At the end of every step: own pattern on the beacon, light low."""
        self._owner.signal(None)
        self._owner.on_devices(lambda cabinet: cabinet.light.set(light_level))


def lamps_of(signal: Signal, lasted_s: float) -> Lamps:
    """The beacon `lasted_s` after the signal began.

    A lamp that is tried alone blinks, two and a half times a second, and is never lit for longer
    than 0.2 s: PASS is green and steady, and the one lamp under test can't be taken for it. Slow
    enough for people whom flashes harm: WCAG 2.3.1 allows three a second. A tone is a short one
    every second, high or low.
    """
    lit = lasted_s % 0.4 < 0.2
    lamps = Lamps(
        red=lit and signal.lamp is Colour.RED,
        amber=lit and signal.lamp is Colour.AMBER,
        green=lit and signal.lamp is Colour.GREEN,
    )
    if signal.tone_high is None:
        return lamps
    return replace(lamps, buzzer=lasted_s % 1.0 < 0.3, tone_high=signal.tone_high)


def _set_light(cabinet: Cabinet, level: float) -> float:
    cabinet.light.set(level)
    return cabinet.light.settle_s


def _levels(cabinet: Cabinet) -> Levels:
    slot = cabinet.slot.read()
    return Levels(
        at_s=cabinet.clock.monotonic(),
        left=slot.left,
        right=slot.right,
        button=cabinet.button.pressed(),
    )


def _watch(cabinet: Cabinet, duration_s: float) -> list[Levels]:
    seen = [_levels(cabinet)]
    end_s = seen[0].at_s + duration_s
    while seen[-1].at_s < end_s:
        cabinet.clock.sleep(SAMPLE_S)
        seen.append(_levels(cabinet))
    return seen


def _ask_picture(cabinet: Cabinet, settings: CameraSettings, not_before_s: float) -> None:
    cabinet.camera.configure(settings)
    deadline_s = cabinet.clock.monotonic() + FRAME_DEADLINE_S
    cabinet.camera.request(not_before_s=not_before_s, deadline_s=deadline_s)


def _poll_picture(cabinet: Cabinet) -> Frame | None:
    frame = cabinet.camera.poll()
    return None if frame is None else replace(frame, pixels=frame.pixels.copy())
