"""The cameras that a cabinet can be drawn for: how wide they see, by whose word."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraChoice:
    """Angles of the whole picture's width; a picture of 16:9 is taken out of a taller one."""

    key: str
    name: str
    hfov_deg: float | None = None
    """Horizontal angle of view, for a lens that is part of the camera."""
    focal_mm: float | None = None
    sensor_width_mm: float | None = None
    """Both, for a lens that is screwed on."""
    source: str
    sourced: bool = True
    """False: the angle is assumed, and has to be measured before anything is cut."""
    pixels: tuple[int, int]
    body_mm: tuple[float, float, float]
    """Along x, y and up, lens included."""
    lens_mm: float
    """Diameter of what points down through the ceiling."""
    pupil_above_ceiling_mm: float = 12.0
    """Where its mount holds the entrance pupil, over the ceiling's upper face; adjustable."""
    adjust_mm: float = 6.0
    """How far the mount lets it be moved up and down from there."""

    def working_distance_mm(self, width_mm: float) -> float:
        """From the entrance pupil to a plane of which `width_mm` fill the picture.

        A pinhole for a given angle; with focal length f and sensor width s, u = f (1 + w / s)
        (thin lens)."""
        if self.hfov_deg is not None:
            return width_mm / 2 / math.tan(math.radians(self.hfov_deg) / 2)
        assert self.focal_mm is not None and self.sensor_width_mm is not None
        return self.focal_mm * (1 + width_mm / self.sensor_width_mm)


CAMERAS = {
    each.key: each
    for each in (
        CameraChoice(
            key="pi3",
            name="Raspberry Pi Camera Module 3 (standard, IMX708)",
            hfov_deg=66.0,
            source="Raspberry Pi camera documentation, table of hardware: 66° × 41°",
            pixels=(4608, 2592),
            body_mm=(25.0, 24.0, 11.5),
            lens_mm=10.0,
        ),
        CameraChoice(
            key="hq6",
            name="Raspberry Pi HQ Camera (IMX477) with the 6 mm CS lens",
            focal_mm=6.0,
            sensor_width_mm=6.287,
            source="Raspberry Pi camera documentation: sensor 6.287 × 4.712 mm; lens 6 mm, CS",
            pixels=(4056, 3040),
            body_mm=(38.0, 38.0, 52.0),
            lens_mm=30.0,
            adjust_mm=3.0,
        ),
        CameraChoice(
            key="brio",
            name="Logitech BRIO 4K webcam",
            hfov_deg=70.0,
            source="to be measured: no data sheet with a horizontal angle found; 70° assumed",
            sourced=False,
            pixels=(3840, 2160),
            body_mm=(102.0, 27.0, 27.0),
            lens_mm=16.0,
            pupil_above_ceiling_mm=16.0,
            adjust_mm=1.5,
        ),
    )
}
"""By the name that the command takes."""
