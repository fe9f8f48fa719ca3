"""Every size of a cabinet, millimetres.

The cabinet's frame is the cradle's (`appliance.board.layout`) with the drawer shut: the origin in
the middle of the cradle, on the upper face of the tray; x to the right as one stands before the
cabinet, y to its back, z up. Panels are cut of one board, `mdf_mm` thick.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from appliance.board.layout import FRONT_MARGIN_MM, VIEW_MM
from appliance.refusal import Refusal
from cradles.cabinet.cameras import CAMERAS, CameraChoice
from cradles.dimensions import NUTS_MM

MDF_MM = (3.0, 10.0)
"""Thinnest and thickest board that the joints are drawn for."""
KERF_MM = (0.0, 0.5)
SHEETS_MM = ((600.0, 300.0), (600.0, 400.0))
"""Beds of the common lasers; the smaller one is taken where a sheet's panels fit."""


class CabinetError(Refusal):
    """No cabinet can be drawn so; nothing was written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """Raises `CabinetError` for a board or kerf that no joint is drawn for."""

    camera: CameraChoice = CAMERAS["pi3"]
    mdf_mm: float = 6.0
    kerf_mm: float = 0.15
    """What the laser burns away: half of it on each side of its path."""
    joint_air_mm: float = 0.1
    """How much wider a slot is than its tab: room for glue."""

    # The room inside
    inner_width_mm: float = 470.0
    """Wide for the light's sake: short bars leave the ends of the view dark."""
    outer_depth_mm: float = 392.0
    """Deep enough that a flat board mirrors neither bar of light into the camera, and not deeper
    than a laser of 400 mm."""
    view_mm: tuple[float, float] = VIEW_MM
    face_mm: float = 12.0
    """Upper face of the usual board over the tray: base 5, air and thickness."""
    tallest_mm: float = 60.0
    """Tallest part over the tray that gets through the opening."""
    compartment_mm: float = 62.0
    """Between ceiling and lid: camera, computer, driver, terminals."""

    # The drawer
    cradle_mm: tuple[float, float] = (300.0, 168.75)
    """Largest cradle: no more is seen."""
    opening_air_mm: float = 6.0
    """Each side of the largest cradle in the front opening."""
    behind_tray_mm: float = 26.0
    """Between the shut tray's rear edge and the back: switches and stop."""
    pad_mm: float = 0.8
    """How far the three pads stand over the runners."""
    tray_air_mm: float = 0.8
    """Above the tray in its slots."""
    tray_side_mm: float = 1.0
    """How far the tray stands out of its slots, where guides touch it."""
    front_gap_mm: float = 0.5
    """Between the shut drawer's front and the cabinet's: the end stop decides, not the front."""

    # The light
    strip_tilt_deg: float = 30.0
    """How far the channels turn the strips towards the middle."""
    strip_length_mm: float = 450.0
    """Of a bar: 12 V strips are cut every 50 mm."""
    strip_double_mm: float = 100.0
    """At both ends of a bar the strip lies twice, side by side."""
    channel_mm: tuple[float, float] = (28.0, 22.0)
    """Width on the ceiling, height below it, at most."""
    strip_from_wall_mm: float = 18.5
    """From the shining face's middle: leaves wood outside the channels' screws in the ceiling."""
    shining_mm: float = 20.0
    """Width of a channel's shining face: two strips of 8 mm side by side."""
    strip_below_ceiling_mm: float = 12.0
    """Middle of the shining face."""

    def __post_init__(self) -> None:
        _within("MDF", self.mdf_mm, MDF_MM)
        _within("kerf", self.kerf_mm, KERF_MM)

    @property
    def half_width_mm(self) -> float:
        """Inner face of the right side."""
        return self.inner_width_mm / 2

    @property
    def half_depth_mm(self) -> float:
        """Inner face of the back."""
        return self.outer_depth_mm / 2 - self.mdf_mm

    @property
    def working_distance_mm(self) -> float:
        return self.camera.working_distance_mm(self.view_mm[0])

    @property
    def pupil_mm(self) -> float:
        """The camera's entrance pupil over the tray."""
        return self.face_mm + self.working_distance_mm

    @property
    def ceiling_mm(self) -> float:
        """Lower face of the ceiling."""
        return self.pupil_mm - self.camera.pupil_above_ceiling_mm - self.mdf_mm

    @property
    def ceiling_top_mm(self) -> float:
        return self.ceiling_mm + self.mdf_mm

    @property
    def lid_mm(self) -> float:
        """Lower face of the lid, upper edge of sides, front and back."""
        return self.ceiling_top_mm + self.compartment_mm

    @property
    def floor_mm(self) -> float:
        """Upper face of the floor: below the tray's two layers, and so deep that two thicknesses
        of the front are left between the floor's tabs and the slit for the tray."""
        return -3 * self.mdf_mm - 2.0

    @property
    def camera_hole_mm(self) -> float:
        """Diameter of the ceiling's opening: the lens, or the cone of view at its lower face."""
        widest = math.hypot(*self.view_mm) / 2 / self.working_distance_mm
        cone = 2 * (widest * (self.camera.pupil_above_ceiling_mm + self.mdf_mm) + 0.6)
        return math.ceil(2 * max(self.camera.lens_mm + 3.0, cone)) / 2

    @property
    def board_half_mm(self) -> float:
        """Half the depth of the largest board that a cradle in the view holds."""
        return self.cradle_mm[1] / 2 - FRONT_MARGIN_MM

    @property
    def opening_half_mm(self) -> float:
        """Half the width of the front opening over the tray."""
        return self.cradle_mm[0] / 2 + self.opening_air_mm

    @property
    def rail_mm(self) -> float:
        """Inner face of the right rail: two thicknesses beside the opening, for its tab."""
        return self.opening_half_mm + 2 * self.mdf_mm + 2.0

    @property
    def rail_top_mm(self) -> float:
        """Upper edge of the rails: two thicknesses over the slot, then the tab into the front."""
        return self.tray_air_mm + 1.0 + 2 * self.mdf_mm + 12.0

    @property
    def drawer_mm(self) -> float:
        """Inner face of the drawer's front, which the tray's front edge touches."""
        return -self.half_depth_mm - self.mdf_mm - self.front_gap_mm

    @property
    def tray_half_mm(self) -> float:
        """Half the tray's width: it runs in slots through the rails and stands out of them."""
        return self.rail_mm + self.mdf_mm + self.tray_side_mm

    @property
    def tray_rear_mm(self) -> float:
        """Rear edge of the tray with the drawer shut."""
        return self.half_depth_mm - self.behind_tray_mm

    @property
    def travel_mm(self) -> float:
        """How far the drawer is drawn until the largest cradle is clear of the front's face."""
        return self.half_depth_mm + self.mdf_mm + self.cradle_mm[1] / 2

    @property
    def strip_mm(self) -> tuple[float, float]:
        """Distance of a bar's shining face from the middle, and its height."""
        y = self.half_depth_mm - self.strip_from_wall_mm
        return y, self.ceiling_mm - self.strip_below_ceiling_mm

    @property
    def outer_mm(self) -> tuple[float, float, float]:
        """Width, depth and height, lid included; the drawer's front stands before it."""
        t = self.mdf_mm
        return (
            self.inner_width_mm + 2 * t,
            self.outer_depth_mm,
            self.lid_mm + t - (self.floor_mm - t),
        )

    @property
    def screw_mm(self) -> float:
        """Length of the M4 that holds a cradle: base 5, upper layer, nut 3.2 (ISO 4032)."""
        need = 5.0 + self.mdf_mm + 3.2
        return min(length for length in (12.0, 16.0, 20.0) if length >= need)


NUTS = NUTS_MM
"""The six nuts in the tray, in the cabinet's frame."""


def _within(what: str, value: float, limits: tuple[float, float]) -> None:
    if not limits[0] <= value <= limits[1]:
        raise CabinetError(
            expected=f"{what} of {limits[0]:g} to {limits[1]:g} mm",
            found=f"{value:g} mm",
            action="Choose a board and a laser that these joints are drawn for.",
        )
