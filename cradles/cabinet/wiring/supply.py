"""What the cabinet draws from its 12 V supply, and the fuse and supply that follow."""

from __future__ import annotations

from dataclasses import dataclass

from cradles.cabinet.sizes import CabinetError

FUSES_A = (0.5, 0.63, 0.8, 1.0, 1.25, 1.6, 2.0, 2.5, 3.15, 4.0)
"""Rated currents of IEC 60127-2."""
SUPPLIES_A = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0)
"""Of common plug-in supplies for 12 V."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """All that hangs on 12 V."""

    strip_m: float
    strip_w_per_m: float = 9.6
    """A common strip of 120 chips 2835 a metre. Measure this first: 4.8 to 14.4 are sold."""
    lamps: int = 3
    lamp_a: float = 0.02
    """A 22 mm panel lamp, by its makers' word at most."""
    buzzer_a: float = 0.012
    """12 V over its resistor of 1 kΩ."""
    volts: float = 12.0

    @property
    def strip_a(self) -> float:
        return self.strip_m * self.strip_w_per_m / self.volts

    @property
    def all_a(self) -> float:
        """Everything on at once, as in the lamp test."""
        return self.strip_a + self.lamps * self.lamp_a + self.buzzer_a

    @property
    def fuse_a(self) -> float:
        """The next rating above 1.25 times the current, so that it does not age. Slow (T): the
        strip's drivers draw more for a moment."""
        return _least(FUSES_A, 1.25 * self.all_a, "fuse")

    @property
    def supply_a(self) -> float:
        """The next size above the fuse: a short must blow the fuse before the supply gives up."""
        return _least(SUPPLIES_A, 1.1 * self.fuse_a, "supply")


def _least(sizes: tuple[float, ...], needed: float, what: str) -> float:
    for size in sizes:
        if size >= needed:
            return size
    raise CabinetError(
        expected=f"a {what} of at most {sizes[-1]:g} A",
        found=f"{needed:.1f} A needed",
        action="Take a strip of fewer watts a metre, or a shorter one.",
    )
