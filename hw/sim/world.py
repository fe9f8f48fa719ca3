"""The simulated cabinet's physics and the operator's hands, shared by all simulated devices."""

from __future__ import annotations

import random
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from hw.ports import Clock, Lamps, SlotReading
from hw.sim.boards import Board
from hw.sim.contacts import Contact
from hw.sim.faults import Fault, fault_named
from hw.sim.scene import HISTORY, CradleMove, LightChange, Placement, Scene

HALFWAY = 0.5
WORN = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Physics:
    """How the simulated machine and its operator move. Times in seconds, seeded chance."""

    seed: int = 1
    light_settle_s: float = 0.12
    """The brightness is within 1 % of its end after this."""
    travel_s: float = 0.35
    """From outside to the back stop."""
    bounce_s: float = 0.006
    switch_skew_s: float = 0.015
    """The two seat switches touch up to this far apart."""
    jitter_px: float = 3.0
    """Standard deviation of where a board comes to lie, at a frame width of 3840."""
    jitter_deg: float = 0.08
    ambient: float = 0.004
    """Room light that leaks in, against the strip at full."""


class World:
    """One cabinet's world. Thread-safe: the operator may act from another thread."""

    def __init__(self, clock: Clock, physics: Physics | None = None) -> None:
        self.clock = clock
        self.physics = physics or Physics()
        self._lock = threading.RLock()
        self._chance = random.Random(self.physics.seed)
        now_s = clock.monotonic()
        rest = CradleMove(at_s=now_s, duration_s=0.0, from_depth=0.0, to_depth=0.0, board=None)
        dark = LightChange(at_s=now_s, start=0.0, target=0.0, time_constant_s=0.0)
        self._cradle: deque[CradleMove] = deque([rest], maxlen=HISTORY)
        self._light: deque[LightChange] = deque([dark], maxlen=HISTORY)
        self._faults: frozenset[Fault] = frozenset()
        self._next_board: Board | None = None
        self._left, self._right, self._button = (self._contact() for _ in range(3))
        self._lamps = Lamps()
        self._scanned: deque[str] = deque()
        self.on_scene: Callable[[Scene], None] | None = None
        """Called after every change of what the camera sees."""
        self.on_lamps: Callable[[float, Lamps], None] | None = None
        """Called with the instant and the lamps whenever what a person sees changes."""

    def _contact(self) -> Contact:
        seed = self._chance.getrandbits(32)
        return Contact(chance=random.Random(seed), bounce_s=self.physics.bounce_s)

    # The operator's hands

    def prepare(self, board: Board) -> None:
        """Lay the next board on the bench: its picture may be made ready meanwhile."""
        with self._lock:
            self._next_board = board
            self._changed()

    def insert(self, board: Board, *, lies: Placement | None = None) -> float:
        """Push a board in up to the back stop; it comes to lie by chance unless told how. Returns
        the instant at which both contacts have stopped bouncing (for a jammed slot, the instant of
        arrival)."""
        with self._lock:
            physics = self.physics
            placement = lies or Placement(
                dx_share=self._chance.gauss(0.0, physics.jitter_px) / 3840,
                dy_share=self._chance.gauss(0.0, physics.jitter_px) / 3840,
                rotation_deg=self._chance.gauss(0.0, physics.jitter_deg),
            )
            depth = 0.0 if self.board is not board else self.depth
            arrived_s = self._move(depth, 1.0, board, placement)
            return self._touch(arrived_s)

    def push_in(self) -> float:
        """Push the cradle that was pulled halfway back to the stop."""
        with self._lock:
            move = self._cradle[-1]
            arrived_s = self._move(self.depth, 1.0, move.board, move.placement)
            return self._touch(arrived_s)

    def remove(self) -> float:
        """Pull the board out. Returns the instant at which it is outside."""
        return self._pull(0.0)

    def remove_halfway(self) -> float:
        """Pull the board out by half and leave it there."""
        return self._pull(HALFWAY)

    def _pull(self, to_depth: float) -> float:
        with self._lock:
            now_s = self.clock.monotonic()
            move = self._cradle[-1]
            outside_s = self._move(self.depth, to_depth, move.board, move.placement)
            skew_s = self._chance.uniform(0.0, self.physics.switch_skew_s)
            for contact, at_s in ((self._left, now_s), (self._right, now_s + skew_s)):
                contact.settle(False, from_s=at_s)
            return outside_s

    def _move(self, start: float, end: float, board: Board | None, placement: Placement) -> float:
        now_s = self.clock.monotonic()
        duration_s = self.physics.travel_s * abs(end - start)
        self._cradle.append(
            CradleMove(
                at_s=now_s,
                duration_s=duration_s,
                from_depth=start,
                to_depth=end,
                board=board,
                placement=placement,
            )
        )
        self._changed()
        return now_s + duration_s

    def _touch(self, arrived_s: float) -> float:
        skew_s = self._chance.uniform(0.0, self.physics.switch_skew_s)
        first, second = self._left, self._right
        if self._chance.random() < 0.5:
            first, second = second, first
        end_s = first.settle(True, from_s=arrived_s)
        return max(end_s, second.settle(True, from_s=arrived_s + skew_s))

    def press_button(self, duration_s: float, *, after_s: float = 0.0) -> None:
        with self._lock:
            now_s = self.clock.monotonic() + after_s
            self._button.settle(True, from_s=now_s)
            self._button.settle(False, from_s=now_s + duration_s)

    def press_switch(
        self, side: Literal["left", "right"], duration_s: float, *, after_s: float = 0.0
    ) -> None:
        """Press one seat switch with a finger, as a technician does on an empty slot."""
        with self._lock:
            now_s = self.clock.monotonic() + after_s
            contact = self._left if side == "left" else self._right
            contact.bounce_s = self.physics.bounce_s
            if side == "left" and Fault.WORN_SWITCH in self._faults:
                contact.bounce_s *= WORN
            contact.settle(True, from_s=now_s)
            contact.settle(False, from_s=now_s + duration_s)

    def scan(self, text: str) -> None:
        """Hold a code under the scanner; nothing is read while its plug is out."""
        with self._lock:
            if Fault.UNPLUGGED_SCANNER not in self._faults:
                self._scanned.append(text)

    def start_fault(self, name: str | Fault) -> None:
        self._set_faults(self._faults | {fault_named(name)})

    def stop_fault(self, name: str | Fault) -> None:
        self._set_faults(self._faults - {fault_named(name)})

    def _set_faults(self, faults: frozenset[Fault]) -> None:
        with self._lock:
            self._faults = faults
            if Fault.UNPLUGGED_SCANNER in faults:
                self._scanned.clear()
            if Fault.BEACON_GONE in faults:
                self.show_lamps(Lamps())
            self._changed()

    # What can be seen from outside

    @property
    def faults(self) -> frozenset[Fault]:
        return self._faults

    @property
    def lamps(self) -> Lamps:
        """What a person in front of the cabinet sees now."""
        return self._lamps

    @property
    def depth(self) -> float:
        with self._lock:
            return self._cradle[-1].depth(self.clock.monotonic())

    @property
    def board(self) -> Board | None:
        """The board whose cradle is in the slot, wholly or in part."""
        with self._lock:
            return self._cradle[-1].board if self.depth > 0.0 else None

    def scene(self) -> Scene:
        with self._lock:
            return Scene(
                light=tuple(self._light),
                cradle=tuple(self._cradle),
                faults=self._faults,
                next_board=self._next_board,
            )

    def _changed(self) -> None:
        if self.on_scene is not None:
            self.on_scene(self.scene())

    # What the devices do to the world and read from it

    def read_slot(self) -> SlotReading:
        with self._lock:
            now_s = self.clock.monotonic()
            left = self._left.level(now_s) or Fault.STUCK_SWITCH in self._faults
            right = self._right.level(now_s) and Fault.JAMMED_SLOT not in self._faults
            if Fault.SWAPPED_SWITCHES in self._faults:
                left, right = right, left
            if Fault.DEAD_SWITCH in self._faults:
                right = False
            if Fault.JOINED_SWITCHES in self._faults:
                left = right = left or right
            return SlotReading(left=left, right=right)

    def read_button(self) -> bool:
        with self._lock:
            pressed = self._button.level(self.clock.monotonic())
            return pressed or Fault.STUCK_BUTTON in self._faults

    def set_light(self, level: float) -> None:
        with self._lock:
            now_s = self.clock.monotonic()
            self._light.append(
                LightChange(
                    at_s=now_s,
                    start=self._light[-1].brightness(now_s),
                    target=level,
                    time_constant_s=self.physics.light_settle_s / 5.0,
                )
            )
            self._changed()

    def show_lamps(self, lamps: Lamps) -> None:
        with self._lock:
            lamps = self._as_seen(lamps)
            changed = lamps != self._lamps
            self._lamps = lamps
            if changed and self.on_lamps is not None:
                self.on_lamps(self.clock.monotonic(), lamps)

    def _as_seen(self, driven: Lamps) -> Lamps:
        """What a person sees and hears of what the pins drive."""
        seen = driven
        if Fault.SWAPPED_LAMPS in self._faults:
            seen = replace(seen, red=seen.amber, amber=seen.red)
        if Fault.DARK_LAMP in self._faults:
            seen = replace(seen, green=False)
        if Fault.SILENT_BUZZER in self._faults:
            seen = replace(seen, buzzer=False)
        return seen

    def next_scan(self) -> str | None:
        with self._lock:
            return self._scanned.popleft() if self._scanned else None
