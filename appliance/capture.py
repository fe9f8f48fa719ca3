"""One fresh picture of the seated board: light settles, then a frame that began after that.

The driver is asked for a frame newer than "seated" and "light settled"; here its word is checked
again, because a stale frame is a false PASS (field notes, trap 1). The settings that the recipe
locks are compared with what the sensor reports for this very frame (trap 4).
"""

from __future__ import annotations

from dataclasses import dataclass

from hw.cabinet import Cabinet
from hw.errors import CameraError
from hw.ports import CameraSettings, Frame


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


_EXPOSURE_TOLERANCE = 0.02
_GAIN_TOLERANCE = 0.02


def check_settings(frame: Frame, wanted: CameraSettings) -> None:
    """Raise `CameraSettingsError` naming the first setting of `frame` that isn't the wanted one.

    Exposure and gains may be off by 2 %: a sensor rounds them to whole lines and steps.
    """
    height_px, width_px = frame.pixels.shape[:2]
    if (width_px, height_px) != (wanted.width_px, wanted.height_px):
        raise CameraSettingsError(
            f"expected {wanted.width_px}×{wanted.height_px} px, found {width_px}×{height_px} px."
        )
    pairs: list[tuple[str, float | None, float | None, float]] = [
        ("exposure (µs)", wanted.exposure_us, frame.exposure_us, _EXPOSURE_TOLERANCE),
        ("gain", wanted.analogue_gain, frame.analogue_gain, _GAIN_TOLERANCE),
        ("lens position", wanted.lens_position, frame.lens_position, _GAIN_TOLERANCE),
    ]
    if wanted.colour_gains is not None:
        pairs += [
            (name, want, found, _GAIN_TOLERANCE)
            for name, want, found in zip(
                ("red gain", "blue gain"), wanted.colour_gains, frame.colour_gains, strict=True
            )
        ]
    for name, want, found, tolerance in pairs:
        if want is None:
            continue
        if found is None or not abs(found - want) <= tolerance * max(abs(want), 1e-6):
            raise CameraSettingsError(f"expected {name} {want:g}, found {found}.")


class Capture:
    """The way to one frame, a step a tick. Used for boards and, without a board, as the probe
    that tells whether a broken camera works again."""

    def __init__(
        self,
        cabinet: Cabinet,
        *,
        settings: CameraSettings,
        light_level: float,
        now_s: float,
        times: CaptureTimes,
    ) -> None:
        """Sets the light and asks for the frame. Raises `LightError`, `CameraError`."""
        self._cabinet = cabinet
        self._settings = settings
        light = cabinet.light
        wait_s = times.board_settle_s
        if light.level != light_level:
            light.set(light_level)
            wait_s = max(wait_s, light.settle_s)
        self.not_before_s = now_s + wait_s
        self.deadline_s = self.not_before_s + times.frame_deadline_s
        cabinet.camera.configure(settings)
        cabinet.camera.request(not_before_s=self.not_before_s, deadline_s=self.deadline_s)

    def step(self) -> Frame | None:
        """The checked frame, or None while it is under way. Raises `CameraError`."""
        frame = self._cabinet.camera.poll()
        if frame is None:
            return None
        if not frame.sensor_time_s > self.not_before_s:
            late_s = self.not_before_s - frame.sensor_time_s
            raise StaleFrameError(
                f"the picture began {late_s:.2f} s before the board lay still in settled light."
            )
        check_settings(frame, self._settings)
        return frame

    def cancel(self) -> None:
        self._cabinet.camera.cancel()
