"""Camera on V4L2/UVC: the 4K webcam of the paper's cabinet, through OpenCV.

A webcam counts in its own units, and its recipe is written in them, as taught with this camera:
the exposure in steps of 100 microseconds, the gain as the bare number of the driver, the focus as
the bare number, and instead of two colour gains one colour temperature, carried as
`colour_gains = (kelvin, 0.0)`.

OpenCV's frame time on V4L2 (CAP_PROP_POS_MSEC) is the buffer's own stamp: CLOCK_MONOTONIC, taken
by the uvcvideo driver when the first packet of the picture arrives. The picture was exposed
before that and went through the camera's compressor; `PIPELINE_S` is taken off, so that a frame
is never called newer than it is.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import cv2

from hw.clock import RealClock
from hw.device import DeviceBase
from hw.errors import CameraError, CameraTimeoutError
from hw.ports import CameraSettings, Clock, Frame, Pixels

EXPOSURE_STEP_US = 100
MANUAL_EXPOSURE = 1
AUTO_EXPOSURE = 3
"""V4L2_EXPOSURE_MANUAL and V4L2_EXPOSURE_APERTURE_PRIORITY."""
PIPELINE_S = 0.070
"""Two frames at 30 a second: exposure of the last row, compression, the bus."""
BEYOND_PX = (15_360, 8_640)
"""More than any webcam has. Asked for it, uvcvideo takes the size that overlaps it most, which is
the largest (uvc_v4l2_try_format in Linux' uvc_v4l2.c)."""
BUFFERS = 2
OLDEST_STAMP_S = 10.0


def _open_v4l2(path: str) -> Any:
    return cv2.VideoCapture(path, cv2.CAP_V4L2)


class UvcCamera(DeviceBase):
    """`open_capture` makes a `cv2.VideoCapture`; tests pass one that plays a camera.

    `poll` waits for the next frame of the stream: some 30 ms, and ten seconds when the camera has
    stopped sending. So this camera runs in `hw.camera_process`, whose deadline ends that.
    """

    device = "camera"

    def __init__(
        self,
        path: str,
        *,
        clock: Clock | None = None,
        open_capture: Callable[[str], Any] = _open_v4l2,
    ) -> None:
        super().__init__()
        self._path = path
        self._clock = clock or RealClock()
        self._open_capture = open_capture
        self._capture: Any = None
        self._full_px: tuple[int, int] = (0, 0)
        self._settings: CameraSettings | None = None
        self._wanted: tuple[float, float] | None = None
        self._sequence = 0

    def _start(self) -> None:
        self._capture = self._open_capture(self._path)
        if not self._capture.isOpened():
            raise CameraError(f"{self._path} can't be opened as a V4L2 camera.")
        try:
            self._full_px = self._offered(BEYOND_PX)
        except CameraError:
            self._capture.release()
            raise

    def _stop(self) -> None:
        self._wanted, self._settings = None, None
        self._capture.release()

    @property
    def full_px(self) -> tuple[int, int]:
        self._require_open()
        return self._full_px

    def configure(self, settings: CameraSettings) -> None:
        self._require_open()
        self._wanted = None
        old = self._settings
        self._settings = None
        if old is None or (old.width_px, old.height_px) != (settings.width_px, settings.height_px):
            self._set_mode(settings)
        self._set_exposure(settings)
        self._set_white_balance(settings)
        self._set_focus(settings)
        self._settings = settings

    def _set_mode(self, settings: CameraSettings) -> None:
        width_px, height_px = self._offered((settings.width_px, settings.height_px))
        if (width_px, height_px) != (settings.width_px, settings.height_px):
            raise CameraError(
                f"it can't do {settings.width_px} x {settings.height_px} pixels and offers "
                f"{width_px} x {height_px}.",
                action="Correct the recipe's camera settings.",
            )
        # fewer buffers, fewer old frames to throw away; a driver may insist on its own number
        self._capture.set(cv2.CAP_PROP_BUFFERSIZE, BUFFERS)

    def _offered(self, wanted_px: tuple[int, int]) -> tuple[int, int]:
        """What it makes of a size that is asked for, in motion JPEG."""
        motion_jpeg = cv2.VideoWriter.fourcc(*"MJPG")
        self._lock("motion JPEG", cv2.CAP_PROP_FOURCC, motion_jpeg)
        # OpenCV takes a width only together with the height that follows it
        sides = (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT)
        for side, px in zip(sides, wanted_px, strict=True):
            self._capture.set(side, px)
        width_px, height_px = (round(self._capture.get(side)) for side in sides)
        return width_px, height_px

    def _set_exposure(self, settings: CameraSettings) -> None:
        if settings.exposure_us is None:
            self._lock("automatic exposure", cv2.CAP_PROP_AUTO_EXPOSURE, AUTO_EXPOSURE)
        else:
            if settings.exposure_us % EXPOSURE_STEP_US:
                raise CameraError(
                    f"it can't do an exposure of {settings.exposure_us} us; it can do multiples "
                    f"of {EXPOSURE_STEP_US} us.",
                    action="Correct the recipe's camera settings.",
                )
            steps = settings.exposure_us // EXPOSURE_STEP_US
            self._lock("manual exposure", cv2.CAP_PROP_AUTO_EXPOSURE, MANUAL_EXPOSURE)
            self._lock("an exposure of 100 us", cv2.CAP_PROP_EXPOSURE, steps)
        if settings.analogue_gain is not None:
            self._lock("a gain", cv2.CAP_PROP_GAIN, settings.analogue_gain)

    def _set_white_balance(self, settings: CameraSettings) -> None:
        if settings.colour_gains is None:
            self._lock("automatic white balance", cv2.CAP_PROP_AUTO_WB, 1)
            return
        kelvin, rest = settings.colour_gains
        if rest != 0.0:
            raise CameraError(
                f"it has no colour gains, and was told {kelvin:g} and {rest:g}; it has a colour "
                "temperature, written as (kelvin, 0).",
                action="Teach the board again with this camera.",
            )
        self._lock("manual white balance", cv2.CAP_PROP_AUTO_WB, 0)
        self._lock("a colour temperature in kelvin", cv2.CAP_PROP_WB_TEMPERATURE, kelvin)

    def _set_focus(self, settings: CameraSettings) -> None:
        if settings.lens_position is not None:
            self._lock("manual focus", cv2.CAP_PROP_AUTOFOCUS, 0)
            self._lock("a focus", cv2.CAP_PROP_FOCUS, settings.lens_position)

    def _lock(self, what: str, control: int, value: float) -> None:
        """Set a control and believe only what it reads back."""
        taken = self._capture.set(control, float(value))
        found = self._capture.get(control)
        if not taken or found != float(value):
            raise CameraError(
                f"it can't lock {what} of {value:g}: it reads back {found:g}.",
                action="Correct the recipe's camera settings, or use a camera that can.",
            )

    def request(self, *, not_before_s: float, deadline_s: float) -> None:
        self._require_open()
        if self._settings is None:
            raise CameraError(
                "a frame was requested before it was configured.",
                action="Configure the camera with the recipe's settings first.",
            )
        self._wanted = (not_before_s, deadline_s)

    def poll(self) -> Frame | None:
        self._require_open()
        if self._wanted is None or self._settings is None:
            raise CameraError(
                "it was asked for a frame that nobody requested.",
                action="Request a frame before polling for it.",
            )
        not_before_s, deadline_s = self._wanted
        if self._clock.monotonic() > deadline_s:
            self._wanted = None
            raise CameraTimeoutError("no frame arrived before the deadline.")
        if not self._capture.grab():
            if Path(self._path).exists():
                return None  # a time-out of OpenCV's, not a loss; our deadline decides
            self._wanted = None
            raise CameraError(f"it has gone: there is no {self._path} any more.")
        self._sequence += 1
        exposure_us = round(self._capture.get(cv2.CAP_PROP_EXPOSURE) * EXPOSURE_STEP_US)
        started_s = self._stamp_s() - exposure_us / 1e6 - PIPELINE_S
        if started_s <= not_before_s:
            return None
        self._wanted = None
        return self._frame(started_s, exposure_us)

    def _stamp_s(self) -> float:
        stamp_s = float(self._capture.get(cv2.CAP_PROP_POS_MSEC)) / 1000.0
        age_s = self._clock.monotonic() - stamp_s
        if not 0.0 <= age_s <= OLDEST_STAMP_S:
            self._wanted = None
            raise CameraError(
                f"the time stamp of its frame lies {age_s:g} s back, so it can't be told whether "
                "the frame is new.",
                action="Load uvcvideo with clock=CLOCK_MONOTONIC and hwtimestamps=0.",
            )
        return stamp_s

    def _frame(self, started_s: float, exposure_us: int) -> Frame:
        taken, pixels = self._capture.retrieve()
        assert self._settings is not None
        expected = (self._settings.height_px, self._settings.width_px, 3)
        if not taken or pixels.shape != expected:
            raise CameraError(f"it gave a frame that is not {expected[1]} x {expected[0]} pixels.")
        get = self._capture.get
        focus = float(get(cv2.CAP_PROP_FOCUS))
        return Frame(
            pixels=cast(Pixels, pixels),
            sensor_time_s=started_s,
            sequence=self._sequence,
            exposure_us=exposure_us,
            analogue_gain=float(get(cv2.CAP_PROP_GAIN)),
            colour_gains=(float(get(cv2.CAP_PROP_WB_TEMPERATURE)), 0.0),
            lens_position=None if focus < 0 else focus,
        )

    def cancel(self) -> None:
        self._require_open()
        self._wanted = None


def open_uvc(path: str) -> UvcCamera:
    """The webcam of a unit, for `hw.camera_process`."""
    return UvcCamera(path)
