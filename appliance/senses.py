"""Everything the cabinet feels, read once a tick: slot, button, scanner, health.

A device that can't be read says nothing (never its last value) and stands in `errors`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from appliance.debounce import ButtonFacts, ButtonWatch, Debouncer, DebounceTimes, HalfSeated
from hw.cabinet import Cabinet
from hw.errors import HardwareError
from hw.ports import HealthReading, SlotReading


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensed:
    slot: SlotReading | None = None
    """Raw level now; None when the switches can't be read."""
    seated: bool = False
    """Both switches closed, debounced."""
    half_seated_s: float = 0.0
    button: ButtonFacts = field(default_factory=ButtonFacts)
    line: str | None = None
    """A line from the scanner, once."""
    health: HealthReading | None = None
    errors: tuple[HardwareError, ...] = ()

    @property
    def lies_in(self) -> bool:
        """Whether a board is pressed against the stop at this very instant."""
        return self.slot is not None and self.slot.seated

    @property
    def clear(self) -> bool:
        """Whether the slot is empty for certain: both switches open now, and not only bouncing."""
        return self.slot is not None and self.slot.clear and not self.seated

    def broken(self, device: str) -> HardwareError | None:
        return next((error for error in self.errors if error.device == device), None)


class Senses:
    def __init__(
        self, cabinet: Cabinet, *, slot_times: DebounceTimes, health_every_s: float
    ) -> None:
        self._cabinet = cabinet
        self._seat = Debouncer(slot_times)
        self._half = HalfSeated()
        self._button = ButtonWatch()
        self._health_every_s = health_every_s
        self._health_due_s = float("-inf")
        self._health: HealthReading | None = None
        self._health_error: HardwareError | None = None

    def read(self, now_s: float) -> Sensed:
        errors: list[HardwareError] = []
        slot = self._slot(errors)
        left, right = (slot.left, slot.right) if slot else (False, False)
        button = self._pressed(now_s, errors)
        line = self._line(errors)
        self._read_health(now_s)
        if self._health_error is not None:
            errors.append(self._health_error)
        return Sensed(
            slot=slot,
            seated=self._seat.update(left and right, now_s),
            half_seated_s=self._half.update(left, right, now_s),
            button=button,
            line=line,
            health=self._health,
            errors=tuple(errors),
        )

    def _slot(self, errors: list[HardwareError]) -> SlotReading | None:
        try:
            return self._cabinet.slot.read()
        except HardwareError as error:
            errors.append(error)
            return None

    def _pressed(self, now_s: float, errors: list[HardwareError]) -> ButtonFacts:
        try:
            return self._button.update(self._cabinet.button.pressed(), now_s)
        except HardwareError as error:
            errors.append(error)
            return ButtonFacts()

    def _line(self, errors: list[HardwareError]) -> str | None:
        try:
            return self._cabinet.scanner.read_line()
        except HardwareError as error:
            errors.append(error)
            return None

    def _read_health(self, now_s: float) -> None:
        if now_s < self._health_due_s:
            return
        self._health_due_s = now_s + self._health_every_s
        try:
            self._health, self._health_error = self._cabinet.health.read(), None
        except HardwareError as error:
            self._health, self._health_error = None, error
