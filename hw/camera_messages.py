"""What the cabinet and the camera's process say to each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hw.ports import CameraSettings


@dataclass(frozen=True, slots=True)
class Start:
    """The first message: which camera to make."""

    factory: str
    options: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Note:
    what: object


@dataclass(frozen=True, slots=True)
class Configure:
    number: int
    settings: CameraSettings


@dataclass(frozen=True, slots=True)
class Request:
    number: int
    not_before_s: float


@dataclass(frozen=True, slots=True)
class Cancel:
    pass


@dataclass(frozen=True, slots=True)
class Close:
    pass


Message = Start | Note | Configure | Request | Cancel | Close


@dataclass(frozen=True, slots=True)
class Ready:
    """The camera is open. Its full size does not change while it is."""

    full_px: tuple[int, int]
    number: int = 0


@dataclass(frozen=True, slots=True)
class Configured:
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A frame lies in the shared memory."""

    number: int
    shape: tuple[int, int, int]
    sensor_time_s: float
    sequence: int
    exposure_us: int
    analogue_gain: float
    colour_gains: tuple[float, float]
    lens_position: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """A `HardwareError` in parts; number 0 belongs to opening."""

    number: int
    kind: str
    found: str
    device: str
    action: str


Answer = Ready | Configured | Taken | Failed
