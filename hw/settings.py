"""What has to be said about a unit before its cabinet can be opened."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from hw.sim.cabinet import Simulation
from hw.wiring import Wiring


@dataclass(frozen=True, slots=True, kw_only=True)
class CabinetSettings:
    """One unit's machine. `kind` and `camera` are chosen by name and never fall back."""

    kind: Literal["raspberry-pi", "simulated"]
    camera: Literal["picamera2", "uvc"] = "picamera2"
    camera_device: str = "0"
    """The number of the camera (picamera2) or the path of its device, such as
    /dev/v4l/by-id/... (uvc)."""
    wiring: Wiring = field(default_factory=Wiring)
    scanner_port: str = "/dev/ttyACM0"
    scanner_baud: int = 9600
    records_folder: Path = Path("/var/lib/goldenboard")
    """Its disk is the one whose free space `Health` reports."""
    simulation: Simulation = field(default_factory=Simulation)
