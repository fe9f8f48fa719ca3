"""The room that the cabinet leaves for each printed part, and what it has to reach there.

A part's own frame: its mounting face is z = 0, z away from the panel, the origin where the table
says. `assembly` puts it there and cuts its mounting holes into the panel; a part that does not stay
within its room is an error.
"""

from __future__ import annotations

from dataclasses import dataclass

from cradles.cabinet.sizes import Sizes


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """`box_mm` is along the part's x, y and z: at most so much of it, the middle of x and y on the
    part's origin, unless `reach` says otherwise."""

    name: str
    count: int
    panel: str
    box_mm: tuple[float, float, float]
    reach: str


def rooms_of(sizes: Sizes) -> dict[str, Room]:
    """By the part's name."""
    t = sizes.mdf_mm
    behind_tray = sizes.behind_tray_mm
    to_side = sizes.half_width_mm - sizes.tray_half_mm
    over_floor = -t / 2 - sizes.floor_mm
    tall = sizes.compartment_mm
    return {
        room.name: room
        for room in (
            Room(
                name="camera_mount",
                count=1,
                panel="ceiling, upper face",
                box_mm=(130.0, 70.0, tall - 2.0),
                reach=f"pupil on the z axis at {sizes.camera.pupil_above_ceiling_mm:g} mm, to be "
                f"moved by ±{sizes.camera.adjust_mm:g} mm; nothing above the ceiling's hole below",
            ),
            Room(
                name="led_channel",
                count=6,
                panel="ceiling, lower face, three in a row at the front and at the back",
                box_mm=(sizes.strip_length_mm / 3, *sizes.channel_mm),
                reach="along x; y towards the middle of the cabinet; shining face at the origin, "
                f"z = {sizes.strip_below_ceiling_mm:g} mm, turned {sizes.strip_tilt_deg:g}° to +y; "
                "two strips of 8 mm side by side under a diffuser; open at both ends",
            ),
            Room(
                name="lamp_holder",
                count=3,
                panel="front, inner face, in the compartment",
                box_mm=(44.0, 44.0, 45.0),
                reach="lamp on the z axis; its hole is one of the holes of `mount`",
            ),
            Room(
                name="button_holder",
                count=1,
                panel="front, inner face, in the compartment",
                box_mm=(44.0, 44.0, 60.0),
                reach="button on the z axis; its hole is one of the holes of `mount`",
            ),
            Room(
                name="buzzer_holder",
                count=1,
                panel="front, inner face, in the compartment",
                box_mm=(44.0, 44.0, 30.0),
                reach="sound holes are among `mount`",
            ),
            Room(
                name="switch_holder",
                count=2,
                panel="back, inner face, at the height of the tray's middle",
                box_mm=(44.0, 44.0, behind_tray + 4.0),
                reach=f"the lever just operated at the origin, z = {behind_tray:g} mm, to be moved "
                f"by ±2 mm; below y = {sizes.floor_mm + t / 2:g} is the floor",
            ),
            Room(
                name="end_stop",
                count=1,
                panel="back, inner face, at the height of the tray's middle",
                box_mm=(60.0, 44.0, behind_tray),
                reach=f"a screw's tip at the origin, z = {behind_tray:g} mm, that the tray meets; "
                "a magnet each side of it",
            ),
            Room(
                name="tray_guide",
                count=2,
                panel="floor, at the left of the tray",
                box_mm=(2 * (to_side - 4.0), 44.0, 40.0),
                reach="wholly at x <= 0; a flat face in the plane x = 0 from "
                f"z = {over_floor - t / 2 - 1:g} to {over_floor + t / 2 + 1:g} mm, which the tray "
                "slides along (y)",
            ),
            Room(
                name="tray_spring",
                count=1,
                panel="floor, at the right of the tray",
                box_mm=(2 * (to_side - 4.0), 60.0, 40.0),
                reach="wholly at x >= 0 when pressed; a ball plunger or leaf whose tip stands at "
                f"x = -1 free and x = 0 pressed, z = {over_floor:g} mm",
            ),
            Room(
                name="handle",
                count=1,
                panel="drawer front, outer face",
                box_mm=(160.0, 40.0, 60.0),
                reach="along x; at least 100 × 35 mm inside for a gloved hand",
            ),
        )
    }
