"""Puts the cabinet of a real unit together. Imported only when one is opened."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

from hw.cabinet import Cabinet
from hw.camera_process import CameraProcess
from hw.errors import WiringError
from hw.gpio import GpioBeacon, GpioButton, GpioLight, GpioSlot
from hw.health import BoardHealth
from hw.ports import Clock
from hw.serial_link import SerialPort
from hw.settings import CabinetSettings

KEEPS_OUTPUTS = ("pinctrl_bcm2835", "pinctrl_rp1")


def lgpio_factory() -> Any:
    """The pins of this computer. Raises `WiringError` instead of using another library."""
    # lgpio puts its pipes into the folder it is started in, which may be nobody's to write
    # (gpiozero #1106); the service's unit names one, a technician's shell does not
    os.environ.setdefault("LG_WD", tempfile.gettempdir())
    try:
        from gpiozero.pins.lgpio import LGPIOFactory

        return LGPIOFactory()
    except Exception as error:
        if isinstance(error, MemoryError):
            raise
        raise WiringError(
            f"the pins can't be reached through lgpio: {type(error).__name__}: {error}.",
            action="Install python3-lgpio, and give the service's user the group gpio.",
        ) from error


def require_released_pins_go_dark(root: Path = Path("/")) -> None:
    """Raspberry Pi's kernels leave a pin as it was when the program that drove it dies: a green
    lamp would shine on. `dtparam=strict_gpiod` makes a released pin an input again, and the
    resistor at the lamp's driver switches it off (raspberrypi/linux #6117).

    Raises `WiringError` when the kernel is not told so. A kernel without the parameter always
    releases.
    """
    for module in KEEPS_OUTPUTS:
        file = root / "sys/module" / module / "parameters/persist_gpio_outputs"
        if file.is_file() and file.read_text().strip() != "N":
            raise WiringError(
                "the kernel keeps the lamps as they are when this program dies.",
                action="Add dtparam=strict_gpiod to config.txt and restart the unit.",
            )


def raspberry_pi(settings: CabinetSettings, clock: Clock, *, factory: Any = None) -> Cabinet:
    """The cabinet of a unit; its devices are opened by `with`. `factory` is for tests."""
    require_released_pins_go_dark()
    pins = factory or lgpio_factory()
    return Cabinet(
        slot=GpioSlot(settings.wiring, pins),
        light=GpioLight(settings.wiring, pins),
        beacon=GpioBeacon(settings.wiring, pins),
        button=GpioButton(settings.wiring, pins),
        scanner=SerialPort(settings.scanner_port, baud=settings.scanner_baud, clock=clock),
        camera=_camera(settings, clock),
        health=BoardHealth(records_folder=settings.records_folder),
        clock=clock,
        simulated=False,
    )


def _camera(settings: CabinetSettings, clock: Clock) -> CameraProcess:
    if settings.camera == "uvc":
        options: dict[str, Any] = {"path": settings.camera_device}
        return CameraProcess("hw.uvc:open_uvc", options, clock=clock)
    if settings.camera == "picamera2":
        if not settings.camera_device.isdecimal():
            raise WiringError(
                f"camera_device is {settings.camera_device!r}; picamera2 counts its cameras, so a "
                'number such as "0" is expected.'
            )
        options = {"camera_number": int(settings.camera_device)}
        return CameraProcess("hw.picam:open_picam", options, clock=clock)
    raise WiringError(f'there is no camera {settings.camera!r}; there are "picamera2" and "uvc".')
