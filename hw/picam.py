"""Camera on picamera2: one mode for the whole run, controls locked, only frames that are new.

Runs inside `hw.camera_process` on the unit, because libcamera can hang.

What the driver relies on (picamera2's source, `wait_for_timestamp_` and `capture_request`):
`SensorTimestamp` is in nanoseconds on the clock of `time.monotonic_ns` and marks the start of the
first row's readout, so the exposure began `ExposureTime` earlier. libcamera documents the value as
CLOCK_BOOTTIME while the Pi's receiver stamps with CLOCK_MONOTONIC; the two are equal until a
machine has been suspended, and one that has is refused rather than guessed about.
"""

from __future__ import annotations

import contextlib
import importlib
import queue
import time
from collections.abc import Callable, Mapping
from typing import Any

from hw.clock import RealClock
from hw.device import DeviceBase
from hw.errors import CameraError, CameraTimeoutError
from hw.ports import CameraSettings, Clock, Frame

BUFFERS = 3
FRAME_DURATION_US = 100_000
"""Ten frames a second: the sensor's full resolution does no more, and each frame costs memory
bandwidth that the judges need."""
SETTLING_FRAMES = 12
"""New controls reach a frame some frames later. Until they have, frames are skipped; after this
many the frame is handed out with its honest metadata, for the appliance to refuse."""
EXPOSURE_TOLERANCE = 0.02
GAIN_TOLERANCE = 0.02
UNBOUNDED = frozenset({"AeEnable", "AwbEnable", "AfMode", "FrameDurationLimits"})
"""Controls that are switches, or whose bounds belong to the mode before."""
MANUAL_FOCUS = 0
"""libcamera's AfModeManual."""


def _suspended_s() -> float:
    """How long the machine has been suspended since it was switched on."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) - time.clock_gettime(time.CLOCK_MONOTONIC)


class PicameraCamera(DeviceBase):
    """`picamera2` is the module, passed in by tests.

    The pixels of a frame are the camera's own buffer, without a copy; it goes back to the camera
    with the next `request`.
    """

    device = "camera"

    def __init__(
        self,
        picamera2: Any,
        *,
        camera_number: int = 0,
        clock: Clock | None = None,
        suspended_s: Callable[[], float] = _suspended_s,
    ) -> None:
        super().__init__()
        self._module = picamera2
        self._camera_number = camera_number
        self._clock = clock or RealClock()
        self._suspended_s = suspended_s
        self._camera: Any = None
        self._settings: CameraSettings | None = None
        self._settling = 0
        self._number = 0
        self._wanted: tuple[float, float] | None = None
        self._done: queue.SimpleQueue[tuple[int, Any]] = queue.SimpleQueue()
        self._held = contextlib.ExitStack()

    def _start(self) -> None:
        if abs(self._suspended_s()) > 0.001:
            raise CameraError(
                "the unit was suspended, so the camera's times can't be trusted.",
                action="Restart the unit and switch suspending off.",
            )
        with _as_camera_error("can't be opened"):
            self._camera = self._module.Picamera2(self._camera_number)

    def _stop(self) -> None:
        self._held.close()
        self._wanted = None
        self._settings = None
        camera, self._camera = self._camera, None
        try:
            camera.stop()
        finally:
            camera.close()
        self._release_finished()

    @property
    def full_px(self) -> tuple[int, int]:
        self._require_open()
        with _as_camera_error("does not say its size"):
            width, height = self._camera.sensor_resolution
            return int(width), int(height)

    def configure(self, settings: CameraSettings) -> None:
        self._require_open()
        self._give_up_request()
        with _as_camera_error("can't be configured"):
            controls = _controls(settings, self._camera.camera_controls)
            old = self._settings
            same_mode = old is not None and (old.width_px, old.height_px) == (
                settings.width_px,
                settings.height_px,
            )
            if same_mode:
                self._camera.set_controls(controls)
            else:
                self._settings = None
                self._switch_mode(settings, controls)
        self._settings = settings
        self._settling = SETTLING_FRAMES

    def _switch_mode(self, settings: CameraSettings, controls: Mapping[str, Any]) -> None:
        camera = self._camera
        camera.stop()
        size = (settings.width_px, settings.height_px)
        # libcamera's "RGB888" is blue, green, red in memory
        camera.configure(
            camera.create_still_configuration(
                main={"size": size, "format": "RGB888"},
                buffer_count=BUFFERS,
                queue=False,
                controls=dict(controls),
            )
        )
        given = tuple(camera.camera_configuration()["main"]["size"])
        if given != size:
            raise CameraError(
                f"it can't do {size[0]} x {size[1]} pixels and offers {given[0]} x {given[1]}.",
                action="Correct the recipe's camera settings.",
            )
        camera.start()

    def request(self, *, not_before_s: float, deadline_s: float) -> None:
        self._require_open()
        if self._settings is None:
            raise CameraError(
                "a frame was requested before it was configured.",
                action="Configure the camera with the recipe's settings first.",
            )
        self._give_up_request()
        self._wanted = (not_before_s, deadline_s)
        self._ask(not_before_s)

    def _ask(self, not_before_s: float) -> None:
        self._number += 1
        number = self._number
        done = self._done
        with _as_camera_error("does not take a request"):
            self._camera.capture_request(
                wait=False,
                signal_function=lambda job: done.put((number, job)),
                flush=max(int(not_before_s * 1e9), 0) + 1,
            )

    def poll(self) -> Frame | None:
        self._require_open()
        if self._wanted is None:
            raise CameraError(
                "it was asked for a frame that nobody requested.",
                action="Request a frame before polling for it.",
            )
        not_before_s, deadline_s = self._wanted
        frame = self._finished(not_before_s)
        if frame is not None:
            self._wanted = None
            return frame
        if self._clock.monotonic() > deadline_s:
            self._give_up_request()
            raise CameraTimeoutError("no frame arrived before the deadline.")
        return None

    def cancel(self) -> None:
        self._require_open()
        self._give_up_request()

    def _give_up_request(self) -> None:
        """What is still under way is released when it arrives."""
        self._wanted = None
        self._number += 1
        self._held.close()
        self._release_finished()

    def _release_finished(self) -> None:
        while not self._done.empty():
            _, job = self._done.get()
            with contextlib.suppress(Exception):
                job.get_result().release()

    def _finished(self, not_before_s: float) -> Frame | None:
        while not self._done.empty():
            number, job = self._done.get()
            with _as_camera_error("failed to take a frame"):
                request = job.get_result()
                if number == self._number:
                    frame = self._accept(request, not_before_s)
                    if frame is not None:
                        return frame
                    request.release()
                    self._ask(not_before_s)
                else:
                    request.release()
        return None

    def _accept(self, request: Any, not_before_s: float) -> Frame | None:
        """The frame of a finished request, unless it is too old or not yet as configured."""
        assert self._settings is not None
        said = request.get_metadata()
        started_s = said["SensorTimestamp"] / 1e9 - said["ExposureTime"] / 1e6
        if started_s <= not_before_s:
            return None
        if self._settling and not _as_told(self._settings, said):
            self._settling -= 1
            return None
        self._settling = 0
        width, height = self._settings.width_px, self._settings.height_px
        self._held.callback(request.release)
        mapped = self._held.enter_context(self._module.MappedArray(request, "main", write=False))
        red, blue = said["ColourGains"]
        return Frame(
            pixels=mapped.array[:height, :width],  # the buffer's rows may be padded
            sensor_time_s=started_s,
            sequence=int(request.request.sequence),
            exposure_us=int(said["ExposureTime"]),
            analogue_gain=float(said["AnalogueGain"]),
            colour_gains=(float(red), float(blue)),
            lens_position=_optional(said.get("LensPosition")),
        )


@contextlib.contextmanager
def _as_camera_error(what: str) -> Any:
    """picamera2 raises RuntimeError, IndexError, KeyError and others; all of them mean that this
    camera isn't usable now."""
    try:
        yield
    except CameraError:
        raise
    except Exception as error:
        raise CameraError(f"it {what}: {type(error).__name__}: {error}.") from error


def _optional(value: Any) -> float | None:
    return None if value is None else float(value)


def _controls(settings: CameraSettings, known: Mapping[str, Any]) -> dict[str, Any]:
    """libcamera's controls for our settings; `known` is name to (least, most, default)."""
    controls: dict[str, Any] = {
        "AeEnable": settings.exposure_us is None or settings.analogue_gain is None,
        "AwbEnable": settings.colour_gains is None,
        "FrameDurationLimits": (max(FRAME_DURATION_US, (settings.exposure_us or 0) + 5000),) * 2,
    }
    if settings.exposure_us is not None:
        controls["ExposureTime"] = settings.exposure_us
    if settings.analogue_gain is not None:
        controls["AnalogueGain"] = settings.analogue_gain
    if settings.colour_gains is not None:
        controls["ColourGains"] = settings.colour_gains
    if settings.lens_position is not None:
        controls["LensPosition"] = settings.lens_position
        controls["AfMode"] = MANUAL_FOCUS
    for name, value in controls.items():
        if name not in known:
            raise CameraError(
                f"it has no control {name}; it has {', '.join(sorted(known))}.",
                action="Leave it out of the recipe's camera settings.",
            )
        least, most = known[name][:2]
        parts = value if isinstance(value, tuple) else (value,)
        if name not in UNBOUNDED and not all(least <= part <= most for part in parts):
            raise CameraError(
                f"it can't do {name} = {value}; it can do {least} to {most}.",
                action="Correct the recipe's camera settings.",
            )
    return controls


def _as_told(settings: CameraSettings, said: Mapping[str, Any]) -> bool:
    """The frame was taken with the locked controls; the sensor rounds to its own steps."""
    pairs: list[tuple[float, float, float]] = []
    if settings.exposure_us is not None:
        pairs.append((settings.exposure_us, said["ExposureTime"], EXPOSURE_TOLERANCE))
    if settings.analogue_gain is not None:
        pairs.append((settings.analogue_gain, said["AnalogueGain"], GAIN_TOLERANCE))
    if settings.colour_gains is not None:
        for told, found in zip(settings.colour_gains, said["ColourGains"], strict=True):
            pairs.append((told, found, GAIN_TOLERANCE))
    if settings.lens_position is not None and "LensPosition" in said:
        pairs.append((settings.lens_position, said["LensPosition"], GAIN_TOLERANCE))
    return all(abs(found - told) <= tolerance * abs(told) for told, found, tolerance in pairs)


def open_picam(camera_number: int = 0) -> PicameraCamera:
    """The camera of a unit, for `hw.camera_process`. Raises `CameraError` without picamera2."""
    try:
        module = importlib.import_module("picamera2")
    except ImportError as error:
        raise CameraError(
            f"picamera2 is not installed for this Python: {error}.",
            action="Install python3-picamera2 with apt and let the environment see it "
            "(--system-site-packages).",
        ) from error
    return PicameraCamera(module, camera_number=camera_number)
