"""One fresh picture of the seated board: light settles, then a frame that began after that.

The driver is asked for a frame newer than "seated" and "light settled"; here its word is checked
again, because a stale frame is a false PASS (field notes, trap 1). The settings that the recipe
locks are compared with what the sensor reports for this very frame (trap 4).
"""

from __future__ import annotations

from dataclasses import dataclass

from hw.errors import CameraError
from hw.ports import Camera, CameraSettings, Frame, Light


class StaleFrameError(CameraError):
    action = "The board is not judged by an old picture. Take it out and insert it again."


class CameraSettingsError(CameraError):
    action = "The camera is set again by itself; if it stays, call a technician."


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureTimes:
    board_settle_s: float = 0.15
    """How long a board rocks in its cradle after the switches have closed."""
    frame_deadline_s: float = 3.0
    """How long after the earliest useful instant a frame may take."""
    trial_deadline_s: float = 10.0
    """The same for the picture that tries a camera again: its driver may have to start anew."""


def check_settings(frame: Frame, wanted: CameraSettings) -> None:
    """Raise `CameraSettingsError` naming the first setting of `frame` that isn't the wanted one.

    Exposure and gain may be off by 2 % (a sensor rounds them to whole rows and gain steps),
    colour gains by 1 %, the lens by 0.05 dioptres.
    """
    height_px, width_px = frame.pixels.shape[:2]
    if (width_px, height_px) != (wanted.width_px, wanted.height_px):
        raise CameraSettingsError(
            f"expected {wanted.width_px}×{wanted.height_px} px, found {width_px}×{height_px} px."
        )
    rows: list[tuple[str, float | None, float | None, float]] = [
        ("exposure in µs", wanted.exposure_us, frame.exposure_us, 0.02 * (wanted.exposure_us or 0)),
        ("gain", wanted.analogue_gain, frame.analogue_gain, 0.02 * (wanted.analogue_gain or 0)),
        ("lens position", wanted.lens_position, frame.lens_position, 0.05),
    ]
    gains = zip(wanted.colour_gains or (None, None), frame.colour_gains, strict=True)
    for name, (gain, seen) in zip(("red gain", "blue gain"), gains, strict=True):
        rows.append((name, gain, seen, 0.01 * (gain or 0)))
    for name, want, found, room in rows:
        if want is not None and (found is None or not abs(found - want) <= room):
            shown = "none" if found is None else f"{found:g}"
            raise CameraSettingsError(f"expected {name} {want:g}, found {shown}.")


class CameraSetup:
    """What the camera was told last. It is told again only when that changes or when a frame
    showed that it was not obeyed: telling may take as long as the camera likes."""

    def __init__(self, camera: Camera) -> None:
        self.camera = camera
        self._told: CameraSettings | None = None

    def ensure(self, settings: CameraSettings) -> None:
        """Raises `CameraError`."""
        if settings != self._told:
            self.camera.configure(settings)
            self._told = settings

    def doubt(self) -> None:
        self._told = None


class Capture:
    """The way to one frame, a step a tick. Used for boards and, without a board, as the probe
    that tells whether a broken camera works again."""

    def __init__(
        self,
        light: Light,
        setup: CameraSetup,
        *,
        settings: CameraSettings,
        light_level: float,
        now_s: float,
        settle_s: float,
        deadline_s: float,
    ) -> None:
        """Sets the light and asks for the frame. Raises `LightError`, `CameraError`."""
        self._setup = setup
        self._camera = setup.camera
        self._settings = settings
        wait_s = settle_s
        if light.level != light_level:
            light.set(light_level)
            wait_s = max(wait_s, light.settle_s)
        self.not_before_s = now_s + wait_s
        self.deadline_s = self.not_before_s + deadline_s
        setup.ensure(settings)
        self._camera.request(not_before_s=self.not_before_s, deadline_s=self.deadline_s)

    def step(self) -> Frame | None:
        """The checked frame, or None while it is under way. Raises `CameraError`."""
        frame = self._camera.poll()
        if frame is None:
            return None
        if not frame.sensor_time_s > self.not_before_s:
            late_s = self.not_before_s - frame.sensor_time_s
            raise StaleFrameError(
                f"the picture began {late_s:.2f} s before the board lay still in settled light."
            )
        try:
            check_settings(frame, self._settings)
        except CameraSettingsError:
            self._setup.doubt()
            raise
        return frame

    def cancel(self) -> None:
        self._camera.cancel()
