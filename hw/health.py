"""How the computer itself is doing: heat, supply, disk, memory. All from files of the kernel."""

from __future__ import annotations

import shutil
from pathlib import Path

from hw.device import DeviceBase
from hw.errors import HardwareError
from hw.ports import HealthReading

THERMAL = "sys/class/thermal/thermal_zone0/temp"
THROTTLED = "sys/devices/platform/soc/soc:firmware/get_throttled"
MEMORY = "proc/meminfo"

UNDERVOLTAGE_NOW = 1 << 0
HELD_DOWN_NOW = 1 << 1 | 1 << 2 | 1 << 3
"""Frequency capped, throttled, soft temperature limit."""
UNDERVOLTAGE_SEEN = 1 << 16
"""Bits of `vcgencmd get_throttled` (Raspberry Pi documentation, "vcgencmd")."""


class BoardHealth(DeviceBase):
    """Reads small kernel files, no subprocess. What this machine doesn't have is None.

    A dip of the supply between two readings is reported too, once: the firmware keeps a bit for
    "has happened", which the kernel's raspberrypi-hwmon clears every two seconds (without it the
    bit stands until the next boot, and only the first dip is seen that way).
    """

    device = "health"

    def __init__(self, *, records_folder: Path, root: Path = Path("/")) -> None:
        super().__init__()
        self._records_folder = records_folder
        self._root = root
        self._dip_known = False

    def _start(self) -> None:
        bits = self._throttled()
        self._dip_known = bool(bits and bits & UNDERVOLTAGE_SEEN)

    def _stop(self) -> None:
        """Nothing is held open."""

    def read(self) -> HealthReading:
        """Raises `HardwareError` when the disk of the records can't be asked."""
        self._require_open()
        try:
            disk = shutil.disk_usage(self._records_folder)
        except OSError as error:
            raise HardwareError(
                f"the disk of {self._records_folder} can't be asked: {error.strerror}.",
                device="disk",
                action="Check the memory card or disk and that the folder exists.",
            ) from error
        bits = self._throttled()
        return HealthReading(
            cpu_c=self._temperature_c(),
            undervoltage=None if bits is None else self._undervoltage(bits),
            throttled=None if bits is None else bool(bits & HELD_DOWN_NOW),
            disk_free_bytes=disk.free,
            disk_total_bytes=disk.total,
            memory_available_bytes=self._memory_available(),
        )

    def _undervoltage(self, bits: int) -> bool:
        dipped = bool(bits & UNDERVOLTAGE_SEEN) and not self._dip_known
        self._dip_known = bool(bits & UNDERVOLTAGE_SEEN)
        return dipped or bool(bits & UNDERVOLTAGE_NOW)

    def _text(self, name: str) -> str | None:
        try:
            return (self._root / name).read_text(encoding="ascii")
        except (OSError, UnicodeDecodeError):
            return None

    def _temperature_c(self) -> float | None:
        text = self._text(THERMAL)
        try:
            return None if text is None else int(text) / 1000.0
        except ValueError:
            return None

    def _throttled(self) -> int | None:
        text = self._text(THROTTLED)
        try:
            return None if text is None else int(text, 16)
        except ValueError:
            return None

    def _memory_available(self) -> int | None:
        for line in (self._text(MEMORY) or "").splitlines():
            name, _, amount = line.partition(":")
            if name == "MemAvailable" and amount.split():
                return int(amount.split()[0]) * 1024
        return None
