"""The simulated slot, light, beacon, button, scanner and health: thin, the physics is the
world's."""

from __future__ import annotations

import math

from hw.device import DeviceBase
from hw.errors import BeaconError, LightError, SerialLinkError, SlotError
from hw.ports import HealthReading, Lamps, SlotReading
from hw.sim.faults import Fault
from hw.sim.world import World

SIMULATED_DISK_BYTES = 32_000_000_000


class _SimDevice(DeviceBase):
    def __init__(self, world: World) -> None:
        super().__init__()
        self._world = world

    def _broken_by(self, fault: Fault) -> bool:
        self._require_open()
        return fault in self._world.faults

    def _start(self) -> None:
        """Nothing to claim in a simulated world."""

    def _stop(self) -> None:
        """Nothing to release either."""


class SimSlot(_SimDevice):
    device = "slot"

    def read(self) -> SlotReading:
        if self._broken_by(Fault.SLOT_GONE):
            raise SlotError("the seat switches can't be read.")
        return self._world.read_slot()


class SimLight(_SimDevice):
    device = "light"

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.settle_s = world.physics.light_settle_s
        self._level = 0.0

    def set(self, level: float) -> None:
        gone = self._broken_by(Fault.LIGHT_GONE)
        if not (math.isfinite(level) and 0.0 <= level <= 1.0):
            raise ValueError(f"A light level is between 0 and 1, not {level}.")
        if gone:
            raise LightError("the strip's driver does not follow.")
        self._level = level
        self._world.set_light(level)

    @property
    def level(self) -> float:
        self._require_open()
        return self._level

    def _stop(self) -> None:
        self._level = 0.0
        self._world.set_light(0.0)


class SimBeacon(_SimDevice):
    device = "beacon"

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._shown = Lamps()

    def show(self, lamps: Lamps) -> None:
        if self._broken_by(Fault.BEACON_GONE):
            raise BeaconError("the lamps can't be driven.")
        self._shown = lamps
        self._world.show_lamps(lamps)

    @property
    def shown(self) -> Lamps:
        self._require_open()
        return self._shown

    def _stop(self) -> None:
        self._shown = Lamps()
        self._world.show_lamps(Lamps())


class SimButton(_SimDevice):
    device = "button"

    def pressed(self) -> bool:
        self._require_open()
        return self._world.read_button()


class SimScanner(_SimDevice):
    device = "scanner"

    def read_line(self) -> str | None:
        self._require_plugged()
        return self._world.next_scan()

    def write_line(self, text: str) -> None:
        self._require_plugged()
        if "\n" in text or "\r" in text:
            raise ValueError("A line to write has no line ending in it.")

    def _require_plugged(self) -> None:
        if self._broken_by(Fault.UNPLUGGED_SCANNER):
            raise SerialLinkError("its port has gone.")


class SimHealth(_SimDevice):
    device = "health"

    def read(self) -> HealthReading:
        self._require_open()
        faults = self._world.faults
        hot = Fault.OVERHEATED in faults
        return HealthReading(
            cpu_c=86.0 if hot else 48.5,
            undervoltage=Fault.UNDERVOLTAGE in faults,
            throttled=hot or Fault.UNDERVOLTAGE in faults,
            disk_free_bytes=0 if Fault.FULL_DISK in faults else SIMULATED_DISK_BYTES // 2,
            disk_total_bytes=SIMULATED_DISK_BYTES,
            memory_available_bytes=2_000_000_000,
        )
