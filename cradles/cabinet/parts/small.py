"""Cable clips and feet."""

from __future__ import annotations

from dataclasses import dataclass

from shapely import Polygon, box, union_all

from cradles.cabinet.parts.fasteners import M3, M4
from cradles.cabinet.parts.outline import bar, disc, drop, through
from cradles.cabinet.parts.values import Hole, Need, PrintedPart, Turn
from cradles.csg import Frustum, Part, Step, add, cut, prism

CLIP, FOOT = "cable_clip", "foot"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipSizes:
    cable_mm: float = 6.0
    """Diameter of the bundle."""
    wall_mm: float = 1.8
    gap: float = 0.7
    """Mouth over diameter: the bundle is pushed in and stays."""
    wide_mm: float = 9.0
    """Along the cable."""


def cable_clip(sizes: ClipSizes | None = None, *, count: int = 8) -> PrintedPart:
    """The cable runs along y at x = 0; the screw stands beside it. Printed on its side, so that the
    ring bends along its lines."""
    s = sizes or ClipSizes()
    outer = s.cable_mm / 2 + s.wall_mm
    z, half = outer, s.wide_mm / 2
    ring = disc(2 * outer, 0.0, z).difference(disc(s.cable_mm, 0.0, z))
    mouth = box(-s.gap * s.cable_mm / 2, z, s.gap * s.cable_mm / 2, z + 2 * outer)
    foot = box(-outer, 0.0, outer + 10.0, 3.0).difference(disc(s.cable_mm, 0.0, z))
    profile = union_all([ring.difference(mouth), foot])
    assert isinstance(profile, Polygon)
    x = outer + 5.0
    steps: list[Step] = [
        add(bar(profile, "y", -half, half)),
        through(drop(M3.through_mm, x, 0.0), 0.0, 3.0),
    ]
    return PrintedPart(
        name=CLIP,
        part=Part(name=CLIP, steps=tuple(steps)),
        mount=(Hole(x_mm=x, y_mm=0.0, diameter_mm=M3.through_mm, screw="M3", grip_mm=3.0),),
        envelope_mm=((-outer, -half, 0.0), (outer + 10.0, half, 2 * outer + s.cable_mm)),
        count=count,
        prints_turned=Turn(x_deg=90),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class FootSizes:
    wide_mm: float = 40.0
    tip_mm: float = 34.0
    high_mm: float = 14.0
    pad_mm: tuple[float, float] = (25.4, 1.2)
    """Recess for a stick-on rubber pad."""
    grip_mm: float = 5.0


def foot(sizes: FootSizes | None = None, *, count: int = 4) -> PrintedPart:
    s = sizes or FootSizes()
    steps: list[Step] = [
        add(prism(disc(s.wide_mm), 0.0, 2.0)),
        add(Frustum(lower=disc(s.wide_mm), upper=disc(s.tip_mm), z0_mm=2.0, z1_mm=s.high_mm)),
        through(disc(M4.through_mm), 0.0, s.high_mm),
        cut(prism(disc(M4.washer_mm + 1.0), s.grip_mm, s.high_mm + 1.0)),
        cut(prism(disc(s.pad_mm[0]), s.high_mm - s.pad_mm[1], s.high_mm + 1.0)),
    ]
    half = s.wide_mm / 2
    return PrintedPart(
        name=FOOT,
        part=Part(name=FOOT, steps=tuple(steps)),
        mount=(Hole(x_mm=0, y_mm=0, diameter_mm=M4.through_mm, screw="M4", grip_mm=s.grip_mm),),
        envelope_mm=((-half, -half, 0.0), (half, half, s.high_mm + 1.5)),
        count=count,
        needs=(Need(item="rubber pad 25"),),
        notes=("Stick the rubber pad in after the screw is tight: it hides the screw.",),
    )
