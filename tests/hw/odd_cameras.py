"""Cameras that do what no camera should, for the process that has to survive them."""

from __future__ import annotations

import os
import time

from hw.errors import CameraError
from hw.ports import CameraSettings, Frame
from hw.sim.camera import SimCamera
from hw.sim.scene import Scene


class OddCamera(SimCamera):
    """A simulated camera that ends its process when asked for an exposure of 666 us, and holds
    on to the processor for ever when asked for 999 us."""

    def __init__(self, scene: Scene) -> None:
        from hw.clock import RealClock

        super().__init__(RealClock(), lambda: scene, ambient=0.0)

    def note(self, what: object) -> None:
        """Looks at one scene only."""

    def poll(self) -> Frame | None:
        exposure_us = self._settings.exposure_us if self._settings else None
        if exposure_us == 666:
            os._exit(7)
        while exposure_us == 999:
            time.sleep(1.0)
        return super().poll()

    def configure(self, settings: CameraSettings) -> None:
        while settings.exposure_us == 998:
            time.sleep(1.0)
        super().configure(settings)


def open_odd(scene: Scene) -> OddCamera:
    return OddCamera(scene)


def open_none() -> OddCamera:
    raise CameraError("there is none.", action="Plug one in.")
