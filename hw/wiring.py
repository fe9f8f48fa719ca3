"""Which wire goes to which pin: one value, checked as a whole before any pin is touched."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any, Final

from hw.errors import WiringError

PHYSICAL_PIN: Final[Mapping[int, int]] = MappingProxyType(
    {
        2: 3, 3: 5, 4: 7, 14: 8, 15: 10, 17: 11, 18: 12, 27: 13, 22: 15, 23: 16, 24: 18,
        10: 19, 9: 21, 25: 22, 11: 23, 8: 24, 7: 26, 5: 29, 6: 31, 12: 32, 13: 33, 19: 35,
        16: 36, 26: 37, 20: 38, 21: 40,
    }
)  # fmt: skip
"""Position on the 40-pin header of every BCM number that is led out for free use. GPIO 0 and 1
belong to the HAT's identity memory."""

PULLED_UP_AT_BOOT: Final = frozenset(range(2, 9))
"""These rest high until a program drives them, all others low (BCM2711 peripherals, table of
alternative functions: default pull)."""

PWM_CHANNEL: Final[Mapping[int, int]] = MappingProxyType({12: 0, 18: 0, 13: 1, 19: 1})
"""The channel of the hardware PWM block that reaches a pin (BCM2711: PWM0_0 and PWM0_1)."""

LEAST_PWM_HZ: Final = 20_000
"""Slower dimming shows as bands in a short rolling-shutter exposure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InputPin:
    """A switch. The pin is pulled away from its active level, so a broken wire reads as open."""

    bcm: int
    active_high: bool = False

    def describe(self) -> str:
        return "high when pressed, pull-down" if self.active_high else "low when pressed, pull-up"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputPin:
    """A transistor or relay input."""

    bcm: int
    active_high: bool = True

    def describe(self) -> str:
        if self.active_high:
            return "high = on, 10 kΩ to ground"
        return "low = on, 10 kΩ to 3.3 V"


@dataclass(frozen=True, slots=True, kw_only=True)
class LightPin:
    """The LED strip's driver."""

    bcm: int = 18
    active_high: bool = True
    pwm_hz: int = 25_000
    """Frequency of the hardware PWM; 0 for a strip that is only switched on and off."""
    pwm_chip: int = 0
    """Number N of /sys/class/pwm/pwmchipN that drives the pin (0 on a Raspberry Pi 4)."""
    settle_s: float = 0.12
    """How long after a change the brightness has settled."""

    def describe(self) -> str:
        level = "high" if self.active_high else "low"
        rest = "ground" if self.active_high else "3.3 V"
        how = f"hardware PWM at {self.pwm_hz / 1000:g} kHz" if self.pwm_hz else "on or off"
        return f"{level} = on, {how}, 10 kΩ to {rest}"


@dataclass(frozen=True, slots=True, kw_only=True)
class BuzzerPin:
    """A passive piezo: its pitch is the frequency we drive it with."""

    bcm: int = 16
    active_high: bool = True
    low_hz: int = 880
    high_hz: int = 1760

    def describe(self) -> str:
        return f"tone of {self.low_hz} or {self.high_hz} Hz, 10 kΩ to ground"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wiring:
    """All wires of one cabinet, by BCM number. The defaults are the wiring table of the README.

    Outputs rest dark without us: an active-high output needs a pin that is pulled down at boot,
    an active-low one a pin that is pulled up. Raises `WiringError` for anything impossible.
    """

    slot_left: InputPin = field(default_factory=lambda: InputPin(bcm=17))
    slot_right: InputPin = field(default_factory=lambda: InputPin(bcm=27))
    button: InputPin = field(default_factory=lambda: InputPin(bcm=22))
    light: LightPin = field(default_factory=LightPin)
    lamp_red: OutputPin = field(default_factory=lambda: OutputPin(bcm=23))
    lamp_amber: OutputPin = field(default_factory=lambda: OutputPin(bcm=24))
    lamp_green: OutputPin = field(default_factory=lambda: OutputPin(bcm=25))
    buzzer: BuzzerPin = field(default_factory=BuzzerPin)

    def __post_init__(self) -> None:
        taken: dict[int, str] = {}
        for name, pin in _pins(self):
            _check_range(name, pin)
            if pin.bcm not in PHYSICAL_PIN:
                raise WiringError(
                    f"{name}.bcm = {pin.bcm} is not on the 40-pin header; free pins there are "
                    f"{', '.join(map(str, sorted(PHYSICAL_PIN)))}."
                )
            if pin.bcm in taken:
                raise WiringError(f"GPIO {pin.bcm} is given to both {taken[pin.bcm]} and {name}.")
            taken[pin.bcm] = name
            if not isinstance(pin, InputPin):
                _check_rest(name, pin)
        if self.light.pwm_hz and self.light.bcm not in PWM_CHANNEL:
            raise WiringError(
                f"light.bcm = {self.light.bcm} has no hardware PWM; GPIO "
                f"{', '.join(map(str, sorted(PWM_CHANNEL)))} have it. Or set light.pwm_hz = 0 for "
                "a light that is only switched."
            )


AnyPin = InputPin | OutputPin | LightPin | BuzzerPin


def _pins(wiring: Wiring) -> tuple[tuple[str, AnyPin], ...]:
    return tuple((part.name, getattr(wiring, part.name)) for part in fields(wiring))


def _check_range(name: str, pin: AnyPin) -> None:
    if isinstance(pin, LightPin):
        if pin.pwm_hz and not LEAST_PWM_HZ <= pin.pwm_hz <= 200_000:
            raise WiringError(
                f"{name}.pwm_hz = {pin.pwm_hz} is outside {LEAST_PWM_HZ} to 200000: slower dimming "
                "shows as bands in the picture. Use 0 to switch the light only."
            )
        if not 0.0 <= pin.settle_s <= 5.0:
            raise WiringError(f"{name}.settle_s = {pin.settle_s} is outside 0 to 5 seconds.")
        if not 0 <= pin.pwm_chip <= 15:
            raise WiringError(f"{name}.pwm_chip = {pin.pwm_chip} is outside 0 to 15.")
    if isinstance(pin, BuzzerPin) and not 50 <= pin.low_hz < pin.high_hz <= 5000:
        raise WiringError(
            f"{name}: low_hz = {pin.low_hz} and high_hz = {pin.high_hz} must be two rising pitches "
            "between 50 and 5000 Hz."
        )


def _check_rest(name: str, pin: OutputPin | LightPin | BuzzerPin) -> None:
    rests_high = pin.bcm in PULLED_UP_AT_BOOT
    if rests_high == pin.active_high:
        rest, level = ("high", "high") if rests_high else ("low", "low")
        raise WiringError(
            f"{name}.bcm = {pin.bcm} rests {rest} at boot, which would switch the active-{level} "
            f"{name} on before any program runs. Active-high outputs belong on GPIO 9 to 27, "
            "active-low ones on GPIO 2 to 8."
        )


def load_wiring(table: Mapping[str, Any]) -> Wiring:
    """The wiring of a machine's configuration: a table per wire, each key optional.

    Raises `WiringError` for a key or a value that can't be, naming it and what it could be.
    """
    known = {part.name: type(getattr(Wiring(), part.name)) for part in fields(Wiring)}
    defaults = dict(_pins(Wiring()))
    chosen: dict[str, AnyPin] = {}
    for name, value in table.items():
        if name not in known:
            raise WiringError(_unknown(f"{name}", known))
        if not isinstance(value, Mapping):
            raise WiringError(f"{name} is {value!r}; expected a table such as {{bcm = 17}}.")
        chosen[name] = _load_pin(name, known[name], value, defaults[name])
    return Wiring(**chosen)  # type: ignore[arg-type]


def _load_pin(name: str, kind: type[Any], table: Mapping[str, Any], default: AnyPin) -> AnyPin:
    values = {part.name: getattr(default, part.name) for part in fields(kind)}
    for key, value in table.items():
        if key not in values:
            raise WiringError(_unknown(f"{name}.{key}", {f"{name}.{part}" for part in values}))
        expected = type(values[key])
        fits = type(value) is expected or (expected is float and type(value) is int)
        if not fits:
            raise WiringError(
                f"{name}.{key} is {value!r}; expected {_WORDS[expected]} such as {values[key]!r}."
            )
        values[key] = expected(value)
    pin: AnyPin = kind(**values)
    return pin


_WORDS = {int: "a whole number", bool: "true or false", float: "a number"}


def _unknown(name: str, known: Mapping[str, Any] | set[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    hint = f" Did you mean {close[0]}?" if close else ""
    return f"{name} is unknown; there are {', '.join(sorted(known))}.{hint}"


WHAT = {
    "slot_left": "Seat switch, left (to ground)",
    "slot_right": "Seat switch, right (to ground)",
    "button": "Push button (to ground)",
    "light": "LED strip driver",
    "lamp_red": "Beacon, red",
    "lamp_amber": "Beacon, amber",
    "lamp_green": "Beacon, green",
    "buzzer": "Buzzer (passive piezo)",
}


def wiring_table(wiring: Wiring | None = None) -> str:
    """The wires as a Markdown table."""
    rows = ["| wire | GPIO (BCM) | header pin | polarity and rest |", "|---|---|---|---|"]
    for name, pin in _pins(wiring or Wiring()):
        where = PHYSICAL_PIN[pin.bcm]
        rows.append(f"| {WHAT[name]} | {pin.bcm} | {where} | {pin.describe()} |")
    return "\n".join(rows) + "\n"
