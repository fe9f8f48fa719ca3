"""The devices of a real unit, and the person in front of it who presses and looks."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest
import rigs

from hw import Cabinet, CabinetSettings, open_cabinet
from hw.clock import RealClock
from hw.ports import CameraSettings, Lamps

REAL = os.environ.get("GOLDENBOARD_REAL", "")
TERMINAL = Path("/dev/tty")


def unit() -> Cabinet:
    """The cabinet of the unit we run on; the test is skipped where there is none."""
    if not REAL:
        pytest.skip("needs a unit: set GOLDENBOARD_REAL=1 there")
    webcam = REAL.startswith("/")
    return open_cabinet(
        CabinetSettings(
            kind="raspberry-pi",
            camera="uvc" if webcam else "picamera2",
            camera_device=REAL if webcam else "0",
            records_folder=Path.cwd(),
        )
    )


def tell(what: str) -> None:
    with TERMINAL.open("w") as terminal:
        terminal.write(f"\n>>> {what} ")


def ask(what: str) -> str:
    tell(what)
    with TERMINAL.open() as terminal:
        return terminal.readline().strip()


class RealRig:
    part = ""

    def __init__(self) -> None:
        self.cabinet = unit()
        self.device: Any = getattr(self.cabinet, self.part)

    def settle(self) -> None:
        time.sleep(0.3)


class RealSlotRig(RealRig):
    part = "slot"

    def press(self, left: bool, right: bool) -> None:
        held = [name for name, yes in (("left", left), ("right", right)) if yes]
        ask(f"Hold down these seat switches and press Enter: {' and '.join(held) or 'none'}.")


class RealButtonRig(RealRig):
    part = "button"

    def press(self, pressed: bool) -> None:
        ask(f"{'Hold' if pressed else 'Let go of'} the button and press Enter.")


class RealLightRig(RealRig):
    part = "light"

    def shining(self) -> float:
        return float(ask("How bright is the strip, 0 (off) to 1 (full)?"))


class RealBeaconRig(RealRig):
    part = "beacon"

    def lit(self) -> Lamps:
        seen = ask("Type what is on: r, a, g, b (low tone), h (high tone), or nothing:")
        return Lamps(
            red="r" in seen,
            amber="a" in seen,
            green="g" in seen,
            buzzer="b" in seen or "h" in seen,
            tone_high="h" in seen,
        )


class RealScannerRig(RealRig):
    part = "scanner"


class RealHealthRig(RealRig):
    part = "health"


class RealCameraRig(rigs.CameraRig):
    settings = CameraSettings(
        width_px=1920,
        height_px=1080,
        exposure_us=8000,
        analogue_gain=32.0 if REAL.startswith("/") else 2.0,
        colour_gains=(4600.0, 0.0) if REAL.startswith("/") else (2.0, 1.5),
    )

    def __init__(self) -> None:
        self.device = unit().camera
        self.clock = RealClock()
