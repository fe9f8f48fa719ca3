"""Slot, light, beacon and button on gpiozero, with the pin factory passed in.

On the unit the factory is lgpio's; tests pass gpiozero's mock. There is no fall-back: a factory
that can't be had is an error. Levels are polled, never waited for: edges get lost (gpiozero #550,
lg #18), levels don't. gpiozero raises when a pin can't be driven; that becomes the error of the
device, in words that name its pins.
"""

from __future__ import annotations

import contextlib
import logging
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from gpiozero import DigitalInputDevice, DigitalOutputDevice, PWMOutputDevice
from gpiozero.exc import GPIOZeroError

from hw.device import DeviceBase
from hw.errors import BeaconError, ButtonError, HardwareError, LightError, SlotError
from hw.ports import Lamps, SlotReading
from hw.pwm import SYSFS, HardwarePwm
from hw.wiring import PHYSICAL_PIN, PWM_CHANNEL, BuzzerPin, InputPin, LightPin, OutputPin, Wiring

log = logging.getLogger(__name__)


@contextlib.contextmanager
def _as(kind: type[HardwareError], pins: str) -> Iterator[None]:
    try:
        yield
    except HardwareError:
        raise
    except Exception as error:
        # lgpio's own error is a plain Exception, and lgpio is only there on a Pi
        known = isinstance(error, (GPIOZeroError, OSError, RuntimeError))
        if not known and type(error).__module__ != "lgpio":
            raise
        words = str(error) or type(error).__name__
        raise kind(f"{pins} can't be driven or read: {words}.") from error


def _quietly(step: Callable[[], None]) -> None:
    """For ways out that have to be walked to their end."""
    try:
        step()
    except Exception:
        log.exception("While letting go of a pin:")


def _at(*pins: InputPin | OutputPin | LightPin | BuzzerPin) -> str:
    return ", ".join(f"GPIO {pin.bcm} (header pin {PHYSICAL_PIN[pin.bcm]})" for pin in pins)


def _input(pin: InputPin, factory: Any) -> Any:
    return DigitalInputDevice(pin.bcm, pull_up=not pin.active_high, pin_factory=factory)


def _output(pin: OutputPin | LightPin, factory: Any) -> Any:
    return DigitalOutputDevice(
        pin.bcm, active_high=pin.active_high, initial_value=False, pin_factory=factory
    )


class _GpioDevice(DeviceBase):
    """Holds gpiozero devices and lets go of all of them, in whatever state they are."""

    error: type[HardwareError] = HardwareError
    where = ""

    def __init__(self, factory: Any) -> None:
        super().__init__()
        self._factory = factory
        self._held: list[Any] = []

    def _hold(self, device: Any) -> Any:
        self._held.append(device)
        return device

    def _claim(self) -> None:
        raise NotImplementedError

    def _start(self) -> None:
        try:
            with _as(self.error, self.where):
                self._claim()
        except BaseException:
            self._release()
            raise

    def _release(self) -> None:
        while self._held:
            _quietly(self._held.pop().close)

    def _stop(self) -> None:
        self._release()


class GpioSlot(_GpioDevice):
    """The two seat switches."""

    device = "slot"
    error = SlotError

    def __init__(self, wiring: Wiring, factory: Any) -> None:
        super().__init__(factory)
        self._pins = (wiring.slot_left, wiring.slot_right)
        self.where = _at(*self._pins)

    def _claim(self) -> None:
        self._left, self._right = (self._hold(_input(pin, self._factory)) for pin in self._pins)

    def read(self) -> SlotReading:
        self._require_open()
        with _as(SlotError, self.where):
            return SlotReading(left=bool(self._left.is_active), right=bool(self._right.is_active))


class GpioButton(_GpioDevice):
    """The push button."""

    device = "button"
    error = ButtonError

    def __init__(self, wiring: Wiring, factory: Any) -> None:
        super().__init__(factory)
        self._pin = wiring.button
        self.where = _at(self._pin)

    def _claim(self) -> None:
        self._switch = self._hold(_input(self._pin, self._factory))

    def pressed(self) -> bool:
        self._require_open()
        with _as(ButtonError, self.where):
            return bool(self._switch.is_active)


class GpioLight(_GpioDevice):
    """The LED strip: dimmed by the hardware PWM, or, with `pwm_hz = 0`, on or off only. Then a
    level between is refused with `LightError`; software PWM is not offered."""

    device = "light"
    error = LightError

    def __init__(self, wiring: Wiring, factory: Any, *, pwm_root: Path = SYSFS) -> None:
        super().__init__(factory)
        self._pin = wiring.light
        self.where = _at(self._pin)
        self.settle_s = self._pin.settle_s
        self._level = 0.0
        self._pwm: HardwarePwm | None = None
        if self._pin.pwm_hz:
            self._pwm = HardwarePwm(
                chip=self._pin.pwm_chip,
                channel=PWM_CHANNEL[self._pin.bcm],
                frequency_hz=self._pin.pwm_hz,
                root=pwm_root,
            )

    def _claim(self) -> None:
        # the PWM block owns its pin through the device tree; gpiozero must not touch it then.
        # Its pins all rest low, so Wiring lets only an active-high strip be dimmed.
        if self._pwm is not None:
            self._pwm.open()
            self._pwm.set(0.0)
        else:
            self._switch = self._hold(_output(self._pin, self._factory))
        self._level = 0.0

    def set(self, level: float) -> None:
        self._require_open()
        if not (math.isfinite(level) and 0.0 <= level <= 1.0):
            raise ValueError(f"A light level is between 0 and 1, not {level}.")
        if self._pwm is not None:
            self._pwm.set(level)
        elif level in (0.0, 1.0):
            with _as(LightError, self.where):
                self._switch.value = level == 1.0
        else:
            raise LightError(
                f"it can only be switched, and was asked for {level:g}.",
                action="Use 0 or 1 in the recipe, or wire it to a pin with hardware PWM.",
            )
        self._level = level

    @property
    def level(self) -> float:
        self._require_open()
        return self._level

    def _stop(self) -> None:
        self._level = 0.0
        if self._pwm is not None:
            self._pwm.set(0.0)
            self._pwm.close()
        self._release()


class GpioBeacon(_GpioDevice):
    """Three lamps and a passive piezo. The lamps that go out are switched before those that come
    on, so that green never shines together with a lamp that contradicts it.

    The tone is software PWM, which is good enough for an ear.
    """

    device = "beacon"
    error = BeaconError

    def __init__(self, wiring: Wiring, factory: Any) -> None:
        super().__init__(factory)
        self._pins = {
            "red": wiring.lamp_red,
            "amber": wiring.lamp_amber,
            "green": wiring.lamp_green,
        }
        self._buzzer_pin = wiring.buzzer
        self.where = _at(*self._pins.values(), wiring.buzzer)
        self._shown = Lamps()

    def _claim(self) -> None:
        self._lamps = {
            name: self._hold(_output(pin, self._factory)) for name, pin in self._pins.items()
        }
        self._buzzer = self._hold(
            PWMOutputDevice(
                self._buzzer_pin.bcm,
                active_high=self._buzzer_pin.active_high,
                initial_value=0,
                frequency=self._buzzer_pin.low_hz,
                pin_factory=self._factory,
            )
        )
        self._shown = Lamps()

    def show(self, lamps: Lamps) -> None:
        """A lamp that refuses leaves all of them switched off, as far as they obey."""
        self._require_open()
        try:
            with _as(BeaconError, self.where):
                self._switch(lamps)
        except BeaconError:
            self._shown = Lamps()
            self._all_off()
            raise
        self._shown = lamps

    def _switch(self, lamps: Lamps) -> None:
        wanted = {name: bool(getattr(lamps, name)) for name in self._lamps}
        for name, lamp in sorted(self._lamps.items(), key=lambda item: wanted[item[0]]):
            lamp.value = wanted[name]
        pin = self._buzzer_pin
        if lamps.buzzer:
            self._buzzer.frequency = pin.high_hz if lamps.tone_high else pin.low_hz
        self._buzzer.value = 0.5 if lamps.buzzer else 0.0

    def _all_off(self) -> None:
        for lamp in (*self._lamps.values(), self._buzzer):
            _quietly(lamp.off)

    @property
    def shown(self) -> Lamps:
        self._require_open()
        return self._shown

    def _stop(self) -> None:
        self._shown = Lamps()
        self._all_off()
        self._release()
