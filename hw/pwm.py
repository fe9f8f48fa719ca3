"""Hardware PWM through /sys/class/pwm: the one dimmer that leaves no bands in a picture.

The kernel's interface (Documentation/driver-api/pwm.rst): write the channel to `export`, then in
`pwmN` set `period` and `duty_cycle` in nanoseconds and `enable`. On a Raspberry Pi the block is
there once config.txt has `dtoverlay=pwm,pin=18,func=2`.
"""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path

from hw.errors import LightError

SYSFS = Path("/sys/class/pwm")
EXPORT_PATIENCE_S = 1.0


class HardwarePwm:
    """One channel. Raises `LightError` with what to do when the kernel refuses."""

    def __init__(self, *, chip: int, channel: int, frequency_hz: int, root: Path = SYSFS) -> None:
        self._chip = root / f"pwmchip{chip}"
        self._channel = channel
        self._folder = self._chip / f"pwm{channel}"
        self.period_ns = round(1e9 / frequency_hz)

    def open(self) -> None:
        """Claim the channel, off."""
        if not self._chip.is_dir():
            raise LightError(
                f"{self._chip} does not exist: the hardware PWM is not switched on.",
                action="Add dtoverlay=pwm,pin=18,func=2 to config.txt and restart, "
                "or set light.pwm_hz = 0 for a light that is only switched.",
            )
        if not self._folder.is_dir():
            self._write(self._chip / "export", self._channel)
            self._await_channel()
        # a left-over duty cycle longer than the new period would be refused
        self._write(self._folder / "enable", 0)
        self._write(self._folder / "duty_cycle", 0)
        self._write(self._folder / "period", self.period_ns)
        self._write(self._folder / "enable", 1)

    def _await_channel(self) -> None:
        """udev hands the new files to the group gpio a moment after the export."""
        give_up_s = time.monotonic() + EXPORT_PATIENCE_S
        while time.monotonic() < give_up_s:
            if os.access(self._folder / "enable", os.W_OK):
                return
            time.sleep(0.005)

    def set(self, share: float) -> None:
        """Share of the time that the output is on, 0..1. Verified by reading it back."""
        duty_ns = round(share * self.period_ns)
        file = self._folder / "duty_cycle"
        self._write(file, duty_ns)
        try:
            found = file.read_text().strip()
        except OSError as error:
            raise LightError(f"{file} can't be read: {error.strerror}.") from error
        if found != str(duty_ns):
            raise LightError(f"{file} says {found} after {duty_ns} was written to it.")

    def close(self) -> None:
        """Off and released."""
        try:
            self._write(self._folder / "duty_cycle", 0)
            self._write(self._folder / "enable", 0)
        finally:
            with contextlib.suppress(LightError):
                self._write(self._chip / "unexport", self._channel)

    @staticmethod
    def _write(file: Path, value: int) -> None:
        try:
            file.write_text(str(value))
        except OSError as error:
            raise LightError(
                f"{file} can't be written: {error.strerror}.",
                action="Check that the service's user is in the group gpio.",
            ) from error
