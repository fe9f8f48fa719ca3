"""The channel that carries an LED strip under the ceiling: tilted floor, two walls with a slot for
a diffuser, a lip towards the middle, pieces that align each other at their ends.

It is screwed from above, through the ceiling, into nuts that are pushed in from its outer side, so
that nothing has to be reached below the strip. Printed on end: grooves and lip come out clean.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from shapely import Polygon, affinity, box, union_all
from shapely.geometry.base import BaseGeometry

from cradles.cabinet.parts.fasteners import M3
from cradles.cabinet.parts.outline import EPSILON_MM, bar, bar_through, drop, through
from cradles.cabinet.parts.values import Hole, PrintedPart, Turn
from cradles.csg import Part, Step, add, cut

NAME = "led_channel"

SCREW_ROOM_MM = 7.3
"""From the nut's seat: its tip must never meet the strip on the trough's floor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelSizes:
    """Own frame: x along the bar, y towards the cabinet's middle, z away from the ceiling; the
    middle of the shining face lies on the z axis."""

    strip_mm: float = 8.0
    """Width of one strip: 8 or 10 mm are common."""
    strips: int = 2
    """Side by side: at the ends of a bar the strip lies twice."""
    tilt_deg: float = 30.0
    """How far the strip looks towards the middle."""
    shine_mm: float = 12.0
    """Middle of the shining face below the ceiling."""
    strip_high_mm: float = 2.0
    """A 2835 or 5050 chip on its ribbon, glue included, is 1.5 to 2.2 mm high."""
    wall_mm: float = 1.4
    """Behind the groove."""
    base_mm: float = 3.0
    """Plastic between the ceiling and the nuts."""
    air_mm: float = 4.0
    """From the floor to the diffuser."""
    diffuser_mm: float = 1.8
    """Opal sheet of 1.5 mm and air."""
    groove_mm: float = 0.9
    """How far the diffuser lies in each wall."""
    jaw_mm: float = 1.2
    """What holds the diffuser from below."""
    lip_mm: float = 1.5
    """Beyond the inner jaw: hides the bright edge from who stands before the cabinet."""
    length_mm: float = 150.0
    screw_from_end_mm: float = 20.0

    @property
    def trough_mm(self) -> float:
        return self.strips * self.strip_mm + 0.6

    @property
    def diffuser_width_mm(self) -> float:
        """To be cut: half a millimetre of air in all."""
        return self.trough_mm + 2 * self.groove_mm - 0.5


def profile(s: ChannelSizes) -> tuple[Polygon, Polygon]:
    """Across a bar in (y, z): the body, and the trough that is cut out of it."""
    t = math.radians(s.tilt_deg)
    half = s.trough_mm / 2
    outer = half + s.groove_mm + s.wall_mm
    top = s.air_mm + s.diffuser_mm + s.jaw_mm

    def placed(area: BaseGeometry) -> Polygon:
        """From (along the strip towards the middle, away from the floor) to (y, z)."""
        turned = affinity.rotate(area, -s.tilt_deg, origin=(0, 0))
        floor = -s.strip_high_mm * math.sin(t), s.shine_mm - s.strip_high_mm * math.cos(t)
        made = affinity.translate(turned, *floor)
        assert isinstance(made, Polygon)
        return made

    walls = placed(box(-outer, 0.0, outer, top))
    lip = placed(box(half, top - 0.5, outer, top + s.lip_mm))
    # What lies between the tilted walls and the ceiling is filled; the slicer thins it out.
    slab = placed(box(-outer, -40.0, outer, 0.5))
    fill = slab.intersection(box(walls.bounds[0], 0.0, 60.0, 60.0))
    body = union_all([walls, lip, fill])
    trough = placed(
        union_all(
            [
                box(-half, 0.0, half, top + s.lip_mm + 5.0),
                box(
                    -half - s.groove_mm,
                    s.air_mm,
                    half + s.groove_mm,
                    s.air_mm + s.diffuser_mm,
                ),
            ]
        )
    )
    assert isinstance(body, Polygon)
    return body, trough


def led_channel(sizes: ChannelSizes | None = None, *, count: int = 6) -> PrintedPart:
    """One piece of a bar; `count` of them. A ridge at its right end fits the next one's groove."""
    s = sizes or ChannelSizes()
    body, trough = profile(s)
    half = s.length_mm / 2
    plastic = body.difference(trough)
    steps: list[Step] = [add(bar(body, "x", -half, half))]
    y0, z0, y1, z1 = _ridge(plastic)
    steps.append(add(bar(_wedge(half, z0, z1, out_mm=1.6), "y", y0, y1)))
    groove = _wedge(-half, z0 - 0.15, z1 + 0.15, out_mm=1.8)
    steps.append(cut(bar(groove, "y", y0 - 0.2, y1 + 0.2)))
    steps.append(bar_through(trough, "x", -half, half + 3.0))
    at_y = _nut_y(plastic, s.base_mm)
    mount = []
    for x in (-half + s.screw_from_end_mm, half - s.screw_from_end_mm):
        steps.append(
            through(drop(M3.through_mm, x, at_y, up_deg=0.0), 0.0, s.base_mm + SCREW_ROOM_MM)
        )
        inner = at_y + M3.pocket_flats_mm / 2 + 0.4
        steps.append(cut(bar(_nut_way(x, s.base_mm), "y", -60.0, inner)))
        mount.append(
            Hole(
                x_mm=x,
                y_mm=at_y,
                diameter_mm=M3.through_mm,
                screw="M3",
                grip_mm=s.base_mm,
                nut_in_part=True,
            )
        )
    low_y, low_z, high_y, high_z = body.bounds
    return PrintedPart(
        name=NAME,
        part=Part(name=NAME, steps=tuple(steps)),
        mount=tuple(mount),
        envelope_mm=((-half, low_y, low_z), (half + 1.6, high_y, high_z)),
        count=count,
        prints_turned=Turn(y_deg=-90),
        notes=(
            "Print it in white PETG or ABS: a strip above 10 W a metre softens PLA.",
            "Push two M3 nuts into the outer side before the piece goes up; the screws come from "
            "above, through the ceiling.",
            f"Made for strips {s.strip_mm:g} mm wide and a diffuser {s.diffuser_width_mm:g} mm "
            "wide, slid in from an end when all pieces of a bar hang.",
        ),
    )


def _ridge(plastic: BaseGeometry) -> tuple[float, float, float, float]:
    """Where a ridge of 5 × 4 mm has plastic all round it: as far outwards as can be."""
    core = plastic.buffer(-1.2)
    found = [
        box(y / 4, z / 4, y / 4 + 5.0, z / 4 + 4.0)
        for y in range(-60, 60)
        for z in range(80)
        if core.contains(box(y / 4, z / 4, y / 4 + 5.0, z / 4 + 4.0))
    ]
    y0, z0, y1, z1 = found[0].bounds
    return y0, z0, y1, z1


def _wedge(x: float, z0: float, z1: float, *, out_mm: float) -> Polygon:
    """In (x, z): from the face at x along x, narrower by 45 degrees on both sides."""
    return Polygon(
        [
            (x - EPSILON_MM, z0),
            (x + out_mm, z0 + out_mm),
            (x + out_mm, z1 - out_mm),
            (x - EPSILON_MM, z1),
        ]
    )


def _nut_y(plastic: BaseGeometry, base_mm: float) -> float:
    """The nut's middle: 5.5 mm in from the outer face at its height."""
    level = plastic.intersection(box(-60, base_mm, 60, base_mm + M3.pocket_deep_mm))
    return float(level.bounds[0]) + 5.5


def _nut_way(x: float, base_mm: float) -> Polygon:
    """In (x, z): as wide as a nut's flats, a roof of 45 degrees towards +x: up in the print."""
    half, deep = M3.pocket_flats_mm / 2, M3.pocket_deep_mm
    tip = deep / 2 - 0.4
    return Polygon(
        [
            (x - half, base_mm),
            (x + half, base_mm),
            (x + half + tip, base_mm + tip),
            (x + half + tip, base_mm + deep - tip),
            (x + half, base_mm + deep),
            (x - half, base_mm + deep),
        ]
    )
