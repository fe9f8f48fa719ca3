"""All printed parts of one cabinet, fitted to its sizes."""

from __future__ import annotations

import math

from cradles.cabinet.parts.boards import (
    cable_plate,
    computer_plate,
    driver_plate,
    terminal_plate,
)
from cradles.cabinet.parts.camera import camera_plate, camera_ring
from cradles.cabinet.parts.drawer import (
    GuideSizes,
    SpringSizes,
    StopSizes,
    end_stop,
    handle,
    tray_guide,
    tray_spring,
)
from cradles.cabinet.parts.light_channel import ChannelSizes, led_channel
from cradles.cabinet.parts.panel_holders import button_holder, buzzer_holder, lamp_holder
from cradles.cabinet.parts.seat_switch import switch_holder
from cradles.cabinet.parts.small import cable_clip, foot
from cradles.cabinet.parts.values import PrintedPart
from cradles.cabinet.sizes import Sizes

LONGEST_CHANNEL_MM = 180.0
"""Printed on end: higher ones sway."""


def channel_pieces(bar_mm: float) -> int:
    """Of equal length, none longer than prints well."""
    return math.ceil(bar_mm / LONGEST_CHANNEL_MM)


def printed_parts(
    sizes: Sizes, *, switch: str = "kw12", strip_mm: float = 8.0
) -> tuple[PrintedPart, ...]:
    """`switch` is a key of `seat_switch.SWITCHES`, `strip_mm` the strip's width."""
    camera = sizes.camera
    behind_tray = sizes.behind_tray_mm
    pieces = channel_pieces(sizes.strip_length_mm)
    channel = ChannelSizes(
        strip_mm=strip_mm,
        tilt_deg=sizes.strip_tilt_deg,
        shine_mm=sizes.strip_below_ceiling_mm,
        length_mm=sizes.strip_length_mm / pieces,
    )
    # The tray's upper layer runs at this height over the floor; 2 mm of face above and below it.
    over_floor = -sizes.mdf_mm / 2 - sizes.floor_mm
    return (
        camera_ring(camera.key),
        camera_plate(camera.key, pupil_mm=camera.pupil_above_ceiling_mm),
        led_channel(channel, count=2 * pieces),
        lamp_holder(),
        button_holder(),
        buzzer_holder(),
        switch_holder(switch, meets_mm=behind_tray),
        end_stop(StopSizes(meets_mm=behind_tray)),
        tray_guide(GuideSizes(high_mm=over_floor + sizes.mdf_mm / 2 + 3.0)),
        tray_spring(SpringSizes(high_mm=over_floor + sizes.mdf_mm / 2 + 2.0)),
        handle(),
        computer_plate(),
        driver_plate(),
        terminal_plate(),
        cable_plate(),
        cable_clip(),
        foot(),
    )
