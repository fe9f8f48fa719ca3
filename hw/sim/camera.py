"""The simulated camera: ten frames a second of whatever the scene shows at their instant."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from hw.device import DeviceBase
from hw.errors import CameraError, CameraTimeoutError
from hw.ports import CameraSettings, Clock, Frame
from hw.sim.faults import Fault
from hw.sim.render import (
    IN_FOCUS_DIOPTRES,
    REFERENCE_COLOUR_GAINS,
    REFERENCE_EXPOSURE_US,
    REFERENCE_GAIN,
    Exposure,
    Renderer,
)
from hw.sim.scene import Scene

FRAME_PERIOD_S = 0.1
READOUT_S = 0.06
"""From the end of the exposure until the frame is in memory."""
BUFFERS = 2
"""Frames of the past that may still answer a request."""
STALE_AGE_S = 1.5

FULL_PX = (3840, 2160)
WIDTHS_PX = (64, 3840)
HEIGHTS_PX = (64, 2748)
"""Higher than its sensor: photographs of real boards come so."""
EXPOSURES_US = (50, 90_000)
GAINS = (1.0, 16.0)
COLOUR_GAINS = (0.1, 8.0)
LENS_DIOPTRES = (0.0, 15.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pending:
    start_s: float
    deadline_s: float


class SimCamera(DeviceBase):
    """Behaves as a rolling camera with two buffers: a request is answered by the first frame of
    its rhythm that starts after `not_before_s`, some 70 ms after that frame's start.

    `poll` makes the picture when the frame is due; at 10 megapixels that takes longer than the
    20 ms of the contract, so on the real clock this camera runs in its own process.
    """

    device = "camera"

    def __init__(
        self,
        clock: Clock,
        scene: Callable[[], Scene],
        *,
        ambient: float,
        cache_bytes: int = 64_000_000,
    ) -> None:
        super().__init__()
        self._clock = clock
        self._scene = scene
        self._ambient = ambient
        self._cache_bytes = cache_bytes
        self._settings: CameraSettings | None = None
        self._renderer: Renderer | None = None
        self._pending: _Pending | None = None
        self._origin_s = 0.0

    def _start(self) -> None:
        self._require_plugged()
        self._origin_s = self._clock.monotonic()

    def _stop(self) -> None:
        self._pending = None
        self._renderer = None
        self._settings = None

    def _require_plugged(self) -> None:
        if Fault.CAMERA_GONE in self._scene().faults:
            raise CameraError("it does not answer.")

    @property
    def full_px(self) -> tuple[int, int]:
        self._require_open()
        return FULL_PX

    def configure(self, settings: CameraSettings) -> None:
        self._require_open()
        self._require_plugged()
        _check(settings)
        renderer = self._renderer
        size = (settings.width_px, settings.height_px)
        if renderer is None or (renderer.width_px, renderer.height_px) != size:
            self._renderer = Renderer(*size, ambient=self._ambient, cache_bytes=self._cache_bytes)
        self._settings = settings
        self._pending = None

    def prepare(self) -> None:
        """Use a pause to make what the next frame would wait for."""
        if self._renderer is not None:
            self._renderer.prepare(self._scene())

    def request(self, *, not_before_s: float, deadline_s: float) -> None:
        self._require_open()
        self._require_plugged()
        if self._settings is None:
            raise CameraError("a frame was requested before it was configured.")
        oldest_s = self._clock.monotonic() - BUFFERS * FRAME_PERIOD_S
        after_s = max(not_before_s, oldest_s) - self._origin_s
        number = max(math.floor(after_s / FRAME_PERIOD_S) + 1, 0)
        start_s = self._origin_s + number * FRAME_PERIOD_S
        if start_s <= not_before_s:  # the product may round down to the very instant
            start_s += FRAME_PERIOD_S
        self._pending = _Pending(start_s=start_s, deadline_s=deadline_s)

    def poll(self) -> Frame | None:
        self._require_open()
        self._require_plugged()
        pending, settings, renderer = self._pending, self._settings, self._renderer
        if pending is None or settings is None or renderer is None:
            raise CameraError(
                "it was asked for a frame that nobody requested.",
                action="Request a frame before polling for it.",
            )
        now_s = self._clock.monotonic()
        scene = self._scene()
        due_s = pending.start_s + self._exposure_us(scene, settings) / 1e6 + READOUT_S
        if Fault.HUNG_CAMERA not in scene.faults and due_s <= min(now_s, pending.deadline_s):
            self._pending = None
            start_s = pending.start_s
            if Fault.STALE_FRAME in scene.faults:
                start_s -= STALE_AGE_S
            return self._expose(scene, settings, renderer, start_s)
        if now_s > pending.deadline_s:
            self._pending = None
            raise CameraTimeoutError("no frame arrived before the deadline.")
        return None

    def cancel(self) -> None:
        self._require_open()
        self._pending = None

    def _expose(
        self, scene: Scene, settings: CameraSettings, renderer: Renderer, start_s: float
    ) -> Frame:
        red, blue = settings.colour_gains or REFERENCE_COLOUR_GAINS
        if Fault.WRONG_COLOUR in scene.faults:
            red, blue = red * 1.25, blue * 0.85
        lens = settings.lens_position
        did = Exposure(
            start_s=start_s,
            exposure_us=self._exposure_us(scene, settings),
            analogue_gain=settings.analogue_gain or REFERENCE_GAIN,
            colour_gains=(red, blue),
            lens_position=IN_FOCUS_DIOPTRES if lens is None else lens,
        )
        return Frame(
            pixels=renderer.frame(scene, did),
            sensor_time_s=did.start_s,
            sequence=round((start_s - self._origin_s) / FRAME_PERIOD_S),
            exposure_us=did.exposure_us,
            analogue_gain=did.analogue_gain,
            colour_gains=did.colour_gains,
            lens_position=did.lens_position,
        )

    @staticmethod
    def _exposure_us(scene: Scene, settings: CameraSettings) -> int:
        told = settings.exposure_us or REFERENCE_EXPOSURE_US
        return 2 * told if Fault.WRONG_EXPOSURE in scene.faults else told


def _check(settings: CameraSettings) -> None:
    """Raises `CameraError` naming the first control that this camera can't do."""
    red, blue = settings.colour_gains or (None, None)
    controls: tuple[tuple[str, float | None, tuple[float, float]], ...] = (
        ("a width in pixels", settings.width_px, WIDTHS_PX),
        ("a height in pixels", settings.height_px, HEIGHTS_PX),
        ("an exposure in microseconds", settings.exposure_us, EXPOSURES_US),
        ("an analogue gain", settings.analogue_gain, GAINS),
        ("a red gain", red, COLOUR_GAINS),
        ("a blue gain", blue, COLOUR_GAINS),
        ("a lens position in dioptres", settings.lens_position, LENS_DIOPTRES),
    )
    for what, value, (least, most) in controls:
        if value is not None and not least <= value <= most:
            raise CameraError(
                f"it can't do {what} of {value}; it can do {least} to {most}.",
                action="Correct the recipe's camera settings.",
            )
