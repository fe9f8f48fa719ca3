"""The other side of each device: fingers on mock pins, a scanner on a pseudo-terminal, a scripted
world, a camera under picamera2's names, a webcam under OpenCV's."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fake_picamera2 import FakeSystem
from fake_webcam import FakeWebcam
from gpiozero.exc import PinInvalidState
from gpiozero.pins.mock import MockFactory, MockPWMPin

from hw.camera_process import CameraProcess
from hw.clock import RealClock, VirtualClock
from hw.errors import BeaconError, ButtonError, SlotError
from hw.gpio import GpioBeacon, GpioButton, GpioLight, GpioSlot
from hw.picam import PicameraCamera
from hw.ports import CameraSettings, Clock, Frame, Lamps
from hw.serial_link import SerialPort
from hw.sim.camera import SimCamera
from hw.sim.devices import SimBeacon, SimButton, SimHealth, SimLight, SimScanner, SimSlot
from hw.sim.faults import Fault
from hw.sim.process import SimCameraProcess
from hw.sim.world import Physics, World
from hw.uvc import UvcCamera
from hw.wiring import LightPin, OutputPin, Wiring

PATIENCE_S = 30.0
"""For things of the real world; a test fails by it only when the thing never happens."""


def wait_for(happened: Callable[[], Any]) -> Any:
    """Poll until something true comes back."""
    give_up_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < give_up_s:
        found = happened()
        if found:
            return found
        time.sleep(0.005)
    raise AssertionError(f"It did not happen within {PATIENCE_S:g} s.")


# Simulated


class SimRig:
    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.world = World(self.clock, Physics(jitter_px=0.0, jitter_deg=0.0))

    def settle(self) -> None:
        self.clock.sleep(1.0)


class SimSlotRig(SimRig):
    error = SlotError

    def __init__(self) -> None:
        super().__init__()
        self.device = SimSlot(self.world)

    def press(self, left: bool, right: bool) -> None:
        """The faults that press one switch alone are the only way to have just one."""
        if right or left:
            self.world.insert(_NO_BOARD)
        if left and not right:
            self.world.start_fault(Fault.JAMMED_SLOT)
        if right and not left:
            self.world._left.settle(False, from_s=self.clock.monotonic() + 0.9)

    def fail(self) -> None:
        self.world.start_fault(Fault.SLOT_GONE)


class SimButtonRig(SimRig):
    def __init__(self) -> None:
        super().__init__()
        self.device = SimButton(self.world)

    def press(self, pressed: bool) -> None:
        if pressed:
            self.world.press_button(1.5)


class SimLightRig(SimRig):
    def __init__(self) -> None:
        super().__init__()
        self.device = SimLight(self.world)

    def shining(self) -> float:
        return self.world.scene().brightness(self.clock.monotonic())

    def fail(self) -> None:
        self.world.start_fault(Fault.LIGHT_GONE)


class SimBeaconRig(SimRig):
    error = BeaconError

    def __init__(self) -> None:
        super().__init__()
        self.device = SimBeacon(self.world)

    def lit(self) -> Lamps:
        return self.world.lamps

    def fail(self) -> None:
        self.world.start_fault(Fault.BEACON_GONE)


class SimScannerRig(SimRig):
    def __init__(self) -> None:
        super().__init__()
        self.device = SimScanner(self.world)

    def send(self, text: str) -> None:
        self.world.scan(text)

    def next_line(self, link: Any) -> str | None:
        line: str | None = link.read_line()
        return line

    def unplug(self) -> None:
        self.world.start_fault(Fault.UNPLUGGED_SCANNER)

    def plug(self) -> None:
        self.world.stop_fault(Fault.UNPLUGGED_SCANNER)


class SimHealthRig(SimRig):
    def __init__(self) -> None:
        super().__init__()
        self.device = SimHealth(self.world)


class _NoBoard:
    name = "none"

    def picture(self, width_px: int, height_px: int) -> Any:
        raise AssertionError("the slot's rig takes no pictures")


_NO_BOARD: Any = _NoBoard()

SETTINGS = CameraSettings(
    width_px=320, height_px=240, exposure_us=8000, analogue_gain=1.0, colour_gains=(1.9, 1.6)
)


class CameraRig:
    device: Any
    clock: Clock
    settings = SETTINGS
    impossible = CameraSettings(width_px=320, height_px=240, exposure_us=5_000_000)
    can_do = r"exposure in microseconds of 5000000; it can do 50 to 90000"

    def frame(self, camera: Any) -> Frame:
        give_up_s = self.clock.monotonic() + PATIENCE_S
        while self.clock.monotonic() < give_up_s:
            frame: Frame | None = camera.poll()
            if frame is not None:
                return frame
            self.tick()
        raise AssertionError("No frame and no error came.")

    def tick(self) -> None:
        self.clock.sleep(0.005)


class SimCameraRig(CameraRig):
    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.world = World(self.clock)
        self.device = SimCamera(self.clock, self.world.scene, ambient=0.01)

    def hang(self, yes: bool) -> None:
        (self.world.start_fault if yes else self.world.stop_fault)(Fault.HUNG_CAMERA)

    def unplug(self, yes: bool) -> None:
        (self.world.start_fault if yes else self.world.stop_fault)(Fault.CAMERA_GONE)


class SimCameraProcessRig(SimCameraRig):
    def __init__(self) -> None:
        self.clock = RealClock()
        self.world = World(self.clock)
        self.device: CameraProcess = SimCameraProcess(self.world)


# Mock pins


class PinRig:
    def __init__(self, wiring: Wiring | None = None) -> None:
        self.wiring = wiring or Wiring()
        self.factory = MockFactory(pin_class=MockPWMPin)

    def settle(self) -> None:
        """Pins need no time."""

    def pin(self, number: int) -> Any:
        return self.factory.pin(number)

    def drive(self, pin: Any, active: bool) -> None:
        high = active == pin.active_high
        mock = self.pin(pin.bcm)
        mock.drive_high() if high else mock.drive_low()

    def is_on(self, pin: Any) -> bool:
        """What the lamp's transistor sees: an undriven pin follows its resistor, which is off."""
        mock = self.pin(pin.bcm)
        return mock.function == "output" and bool(mock.state) == pin.active_high

    def break_pin(self, number: int) -> None:
        def refuse(*_: object) -> None:
            raise PinInvalidState("the line is gone")

        mock = self.pin(number)
        mock._get_state = refuse
        mock._set_state = refuse


class PinSlotRig(PinRig):
    error = SlotError

    def __init__(self) -> None:
        super().__init__()
        self.device = GpioSlot(self.wiring, self.factory)

    def press(self, left: bool, right: bool) -> None:
        self.drive(self.wiring.slot_left, left)
        self.drive(self.wiring.slot_right, right)

    def fail(self) -> None:
        self.break_pin(self.wiring.slot_right.bcm)


class PinButtonRig(PinRig):
    error = ButtonError

    def __init__(self) -> None:
        super().__init__()
        self.device = GpioButton(self.wiring, self.factory)

    def press(self, pressed: bool) -> None:
        self.drive(self.wiring.button, pressed)

    def fail(self) -> None:
        self.break_pin(self.wiring.button.bcm)


class PinBeaconRig(PinRig):
    error = BeaconError

    def __init__(self, *, active_low: bool = False) -> None:
        pins: dict[str, Any] = {}
        if active_low:
            pins = {
                "lamp_red": OutputPin(bcm=5, active_high=False),
                "lamp_amber": OutputPin(bcm=6, active_high=False),
                "lamp_green": OutputPin(bcm=7, active_high=False),
            }
        super().__init__(Wiring(**pins))
        self.device = GpioBeacon(self.wiring, self.factory)

    def lit(self) -> Lamps:
        wiring = self.wiring
        buzzer = self.pin(wiring.buzzer.bcm)
        sounds = buzzer.function == "output" and buzzer.state == 0.5
        return Lamps(
            red=self.is_on(wiring.lamp_red),
            amber=self.is_on(wiring.lamp_amber),
            green=self.is_on(wiring.lamp_green),
            buzzer=sounds,
            tone_high=sounds and buzzer.frequency == wiring.buzzer.high_hz,
        )

    def fail(self) -> None:
        self.break_pin(self.wiring.lamp_amber.bcm)


class PinSwitchedLightRig(PinRig):
    def __init__(self) -> None:
        super().__init__(Wiring(light=LightPin(pwm_hz=0)))
        self.device = GpioLight(self.wiring, self.factory)

    def shining(self) -> float:
        return float(self.is_on(self.wiring.light))

    def fail(self) -> None:
        self.break_pin(self.wiring.light.bcm)


class PwmLightRig(PinRig):
    """The kernel's PWM folder, as far as a plain folder can be it: the files are there once the
    channel was exported."""

    def __init__(self, root: Path) -> None:
        super().__init__()
        self.chip = root / "pwmchip0"
        self.channel = self.chip / "pwm0"
        self.channel.mkdir(parents=True)
        self.device = GpioLight(self.wiring, self.factory, pwm_root=root)

    def number(self, name: str) -> int:
        return int((self.channel / name).read_text())

    def shining(self) -> float:
        return self.number("enable") * self.number("duty_cycle") / self.number("period")

    def fail(self) -> None:
        (self.channel / "duty_cycle").unlink()
        (self.channel / "duty_cycle").mkdir()


# A real pseudo-terminal


class PtyRig:
    def __init__(self, folder: Path) -> None:
        self.clock = VirtualClock()
        self.path = folder / "scanner"
        self._master = -1
        self.plug()
        self.device = SerialPort(str(self.path), clock=self.clock)

    def plug(self) -> None:
        self._master, slave = os.openpty()
        os.set_blocking(self._master, False)
        self.path.symlink_to(os.ttyname(slave))
        os.close(slave)

    def unplug(self) -> None:
        self.path.unlink()
        os.close(self._master)
        self._master = -1

    def settle(self) -> None:
        self.clock.sleep(1.0)

    def send_bytes(self, data: bytes) -> None:
        os.write(self._master, data)

    def send(self, text: str) -> None:
        self.send_bytes(text.encode() + b"\r\n")

    def received(self) -> bytes:
        with contextlib.suppress(BlockingIOError):
            return os.read(self._master, 4096)
        return b""

    def next_line(self, link: Any) -> str:
        """A pseudo-terminal is the kernel's and takes its own time."""
        line: str = wait_for(link.read_line)
        return line

    def close(self) -> None:
        self.device.close()
        if self._master >= 0:
            os.close(self._master)


# Cameras under other people's names


class PicamRig(CameraRig):
    impossible = CameraSettings(width_px=320, height_px=240, exposure_us=5_000_000)
    can_do = r"ExposureTime = 5000000; it can do 60 to 667244"

    def __init__(self, *, movable_lens: bool = False, suspended_s: float = 0.0) -> None:
        self.clock: VirtualClock = VirtualClock()
        self.system = FakeSystem(self.clock, movable_lens=movable_lens)
        self.device = PicameraCamera(self.system, clock=self.clock, suspended_s=lambda: suspended_s)

    def tick(self) -> None:
        self.clock.sleep(0.005)
        self.system.tick()

    def hang(self, yes: bool) -> None:
        self.system.hung = yes

    def unplug(self, yes: bool) -> None:
        self.system.plugged = not yes


class UvcRig(CameraRig):
    settings = CameraSettings(
        width_px=320, height_px=240, exposure_us=8000, analogue_gain=32.0, colour_gains=(4600.0, 0)
    )
    impossible = CameraSettings(width_px=320, height_px=240, exposure_us=5_000_000)
    can_do = r"can't lock an exposure .* of 50000: it reads back 2047"

    def __init__(self, folder: Path) -> None:
        self.clock: VirtualClock = VirtualClock()
        self.webcam = FakeWebcam(self.clock)
        self.path = folder / "video0"
        self.path.touch()
        self.device = UvcCamera(
            str(self.path), clock=self.clock, open_capture=lambda path: self.webcam
        )

    def hang(self, yes: bool) -> None:
        self.webcam.hung = yes

    def unplug(self, yes: bool) -> None:
        self.webcam.plugged = not yes
        if yes:
            self.path.unlink()
