"""The contracts of the cabinet's devices: what every driver, real or simulated, promises.

Rules that hold for all of them:

* Before `open()` and after `close()` every other call raises `NotOpenError`.
* `open()` on an open device and `close()` on a closed one do nothing.
* `close()` never raises and leaves the device in its safe state: light off, lamps dark.
* A device that fails raises its own `HardwareError` at the call that found out; it never
  returns an old or invented value.
* No call blocks for longer than 20 ms, except `open`, `close` and `Camera.configure`, which take
  as long as the device does and belong outside the loop. A frame is asked for and polled.
* All times are seconds of the clock handed to `open_cabinet`, which is `time.monotonic` on a
  unit (CLOCK_MONOTONIC; a camera's sensor time is on the same clock).
"""

from __future__ import annotations

from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]


class Clock(Protocol):
    """The one source of durations; injected, so that tests decide what time it is."""

    def monotonic(self) -> float: ...

    def sleep(self, duration_s: float) -> None: ...


class Device(Protocol):
    def open(self) -> None: ...

    def close(self) -> None: ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotReading:
    """Level of the two seat switches: True where the cradle presses the switch."""

    left: bool
    right: bool

    @property
    def seated(self) -> bool:
        return self.left and self.right

    @property
    def clear(self) -> bool:
        return not (self.left or self.right)


class CradleSlot(Device, Protocol):
    """Two switches at the back stop that a fully inserted cradle presses. Raw level, no debounce:
    debouncing is the appliance's, with its own clock (edges get lost, levels do not)."""

    def read(self) -> SlotReading: ...


class Light(Device, Protocol):
    """The LED strip. Level 0.0 (off) to 1.0; dimmed by hardware PWM or not at all."""

    settle_s: float
    """How long after `set` the brightness has settled."""

    def set(self, level: float) -> None:
        """Raises `ValueError` outside 0..1, `LightError` when the strip does not follow."""

    @property
    def level(self) -> float: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Lamps:
    """One instant of the beacon. Blinking is a sequence of these, made by the appliance."""

    red: bool = False
    amber: bool = False
    green: bool = False
    buzzer: bool = False
    tone_high: bool = False
    """Pitch of the buzzer while it sounds: high (True) or low."""


class Beacon(Device, Protocol):
    """Three lamps and a buzzer. All dark when closed and whenever the process isn't alive."""

    def show(self, lamps: Lamps) -> None: ...

    @property
    def shown(self) -> Lamps: ...


class Button(Device, Protocol):
    """The one push button. Raw level, no debounce."""

    def pressed(self) -> bool: ...


class SerialLink(Device, Protocol):
    """A line-based serial device: the barcode scanner, later the line controller."""

    def read_line(self) -> str | None:
        """The next complete line without its ending, or None when there is none yet.

        Raises `SerialLinkError` when the device is gone or a line is longer than 512 bytes.
        A later call tries to open the port again, so a replugged scanner works by itself.
        """

    def write_line(self, text: str) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraSettings:
    """What a recipe locks. None leaves a control to the camera (for teaching only)."""

    width_px: int
    height_px: int
    exposure_us: int | None = None
    analogue_gain: float | None = None
    colour_gains: tuple[float, float] | None = None
    """Red and blue gain: the only lock of the white balance that holds."""
    lens_position: float | None = None
    """Dioptres; None for a lens that can't be moved."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Frame:
    """One picture and what the sensor said about it."""

    pixels: Pixels
    """(height, width, 3) uint8, BGR. May be shared memory: valid until the next `request`."""
    sensor_time_s: float
    """Start of exposure of the first row, on the cabinet's clock."""
    sequence: int
    exposure_us: int
    analogue_gain: float
    colour_gains: tuple[float, float]
    lens_position: float | None = None


class Camera(Device, Protocol):
    """A still camera that stays in one mode. At most one request is under way."""

    @property
    def full_px(self) -> tuple[int, int]:
        """Width and height of its pictures at the sensor's full resolution."""

    def configure(self, settings: CameraSettings) -> None:
        """Lock the controls; takes effect for frames requested afterwards. Raises `CameraError`
        when the camera can't do it, with what it can."""

    def request(self, *, not_before_s: float, deadline_s: float) -> None:
        """Ask for the first frame whose sensor time is later than `not_before_s`. Forgets the
        request before it. `deadline_s` is an instant on the cabinet's clock."""

    def poll(self) -> Frame | None:
        """The requested frame once, None while it is under way.

        Raises `CameraTimeoutError` after the deadline (the driver is killed and restarted by the
        next request), `CameraError` when the device is gone or none was requested.
        """

    def cancel(self) -> None:
        """Drop the request under way, if any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthReading:
    """What the board says about itself. None where this machine can't tell."""

    cpu_c: float | None
    undervoltage: bool | None
    throttled: bool | None
    """The clock is being held down now (heat or supply)."""
    disk_free_bytes: int
    disk_total_bytes: int
    memory_available_bytes: int | None


class Health(Device, Protocol):
    def read(self) -> HealthReading: ...
