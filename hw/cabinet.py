"""The set of devices as one thing that is opened and closed together."""

from __future__ import annotations

import logging
from collections.abc import Callable
from types import TracebackType
from typing import Self

from hw.errors import HardwareError
from hw.ports import (
    Beacon,
    Button,
    Camera,
    Clock,
    CradleSlot,
    Device,
    Health,
    Lamps,
    Light,
    SerialLink,
)

log = logging.getLogger(__name__)

FAULT_LAMPS = Lamps(red=True, amber=True)
"""One still picture of the FAULT pattern (which alternates red and amber while we run)."""


class Cabinet:
    """All devices of one unit, opened by `with`.

    Opening order: beacon first (so that its lamps are known to be dark and a failure of the
    others can be shown), then light, slot, button, health, scanner, camera. When one of them
    fails to open, those before it are closed again and its `HardwareError` goes to the caller.

    On every exit the light is switched off and the beacon shows `FAULT_LAMPS` while the other
    devices close, which for a hanging camera takes a moment; the beacon closes last and is dark
    then. Dark, not FAULT, is what the hardware can keep: after the process has ended nobody
    drives the pins, and a beacon that is dark promises nothing. See hw/README.md for the pins'
    state after a kill, and for a red lamp wired to light by itself when nobody drives it.
    """

    def __init__(
        self,
        *,
        slot: CradleSlot,
        light: Light,
        beacon: Beacon,
        button: Button,
        scanner: SerialLink,
        camera: Camera,
        health: Health,
        clock: Clock,
        simulated: bool,
    ) -> None:
        self.slot = slot
        self.light = light
        self.beacon = beacon
        self.button = button
        self.scanner = scanner
        self.camera = camera
        self.health = health
        self.clock = clock
        self.simulated = simulated
        self._open: list[Device] = []

    @property
    def is_open(self) -> bool:
        return bool(self._open)

    def __enter__(self) -> Self:
        for device in (
            self.beacon,
            self.light,
            self.slot,
            self.button,
            self.health,
            self.scanner,
            self.camera,
        ):
            try:
                device.open()
            except BaseException:
                self.close()
                raise
            self._open.append(device)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Light off, beacon on FAULT, everything closed in reverse order, beacon dark. Never
        raises: a device that refuses is logged and the next one is closed all the same."""
        if self.light in self._open:
            self._quietly(lambda: self.light.set(0.0))
        if self.beacon in self._open:
            self._quietly(lambda: self.beacon.show(FAULT_LAMPS))
        while self._open:
            self._open.pop().close()

    @staticmethod
    def _quietly(step: Callable[[], None]) -> None:
        try:
            step()
        except HardwareError:
            log.exception("While closing the cabinet:")
