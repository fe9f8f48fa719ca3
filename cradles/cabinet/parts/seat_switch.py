"""The switch that the drawer closes: it stands on the back panel and is met along z.

Its screws run in upright slots, so that the point of switching can be moved; the nuts sit in
grooves behind them and can't turn. The lower (panel's) side stays open for the terminals.
"""

from __future__ import annotations

from dataclasses import dataclass

from shapely import Polygon, box, union_all

from cradles.cabinet.parts.fasteners import M2, M2_5, M3, Thread
from cradles.cabinet.parts.outline import bar, disc, drop, plate, through
from cradles.cabinet.parts.values import Hole, Need, PrintedPart
from cradles.csg import Part, Step, add, cut, prism

NAME = "switch_holder"


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """A snap switch with a hinged roller lever."""

    key: str
    body_mm: tuple[float, float, float]
    """Long side, side along which it is operated, thickness."""
    holes_mm: tuple[tuple[float, float], ...]
    """From the hole that is nearest the terminals: (along the long side, towards the lever)."""
    hole_above_bottom_mm: float
    operated_mm: float
    """From that hole to the roller's top at the moment of switching. Measure this first."""
    terminals_mm: float
    """Below the body. Measure this first."""
    thread: Thread
    screw_mm: int
    source: str


SWITCHES = {
    switch.key: switch
    for switch in (
        Switch(
            key="kw12",
            body_mm=(19.8, 10.2, 6.4),
            holes_mm=((0.0, 0.0), (9.5, 0.0)),
            hole_above_bottom_mm=2.5,
            operated_mm=14.5,
            terminals_mm=4.0,
            thread=M2,
            screw_mm=16,
            source="Subminiature class (KW12, SS-5): body 19.8 × 6.4 mm, holes 9.5 mm apart "
            "(0.375 in, in MIL listings of this class)",
        ),
        Switch(
            key="v156",
            body_mm=(27.8, 15.9, 10.3),
            holes_mm=((0.0, 0.0), (22.2, 10.3)),
            hole_above_bottom_mm=2.8,
            operated_mm=20.6,
            terminals_mm=7.0,
            thread=M2_5,
            screw_mm=20,
            source="Miniature class (V-156, V-15): body 27.8 × 15.9 × 10.2 mm, holes 22.2 × 10.3 "
            "mm apart, 2.9 mm wide (1.094, 0.625, 0.400, 0.875 and 0.406 in, in MIL listings)",
        ),
    )
}
_WALL_MM = 5.0
_FOOT_MM = 4.0
SCREWS_X_MM = 18.5


def switch_holder(
    key: str = "kw12", *, meets_mm: float = 26.0, adjust_mm: float = 2.0, count: int = 2
) -> PrintedPart:
    """`meets_mm` is how far from the panel the roller stands when the switch switches."""
    switch = SWITCHES[key]
    thread = switch.thread
    face = switch.body_mm[2] / 2 + 0.2
    """Of the wall: the roller lies in the plane y = 0."""
    low = meets_mm - switch.operated_mm
    span = max(h for _, h in switch.holes_mm)
    middle = max(x for x, _ in switch.holes_mm) / 2
    top = low + span + adjust_mm + thread.through_mm + thread.nut_flats_mm / 2 + 2.5
    back = face + _WALL_MM
    half = max(middle + 3.9, 13.5)
    steps: list[Step] = [
        add(prism(plate(44.0, 12.0, 3.0, y=face + 3.0), 0.0, _FOOT_MM)),
        add(prism(box(-half, face, half, back), 0.0, top)),
    ]
    for sx in (-1, 1):
        x = sx * SCREWS_X_MM
        steps.append(through(disc(M3.through_mm, x, face + 3.0), 0.0, _FOOT_MM))
    rib = Polygon(
        [(back - 0.5, 0.0), (back + 4.0, 0.0), (back + 4.0, _FOOT_MM), (back - 0.5, top - 6.0)]
    )
    steps += [add(bar(rib, "x", x - 1.2, x + 1.2)) for x in (-half + 1.2, half - 1.2)]
    for x, z in switch.holes_mm:
        way = _way(thread.through_mm, x - middle, low + z, adjust_mm)
        steps.append(cut(bar(way, "y", face - 1.0, back + 1.0)))
        groove = _way(thread.pocket_flats_mm, x - middle, low + z, adjust_mm)
        steps.append(cut(bar(groove, "y", back - thread.pocket_deep_mm, back + 6.0)))
    below = low - switch.hole_above_bottom_mm - switch.terminals_mm
    openings: tuple[Hole, ...] = ()
    if below < adjust_mm:
        openings = (Hole(x_mm=0.0, y_mm=0.0, diameter_mm=26.0 if key == "v156" else 16.0),)
    return PrintedPart(
        name=NAME,
        part=Part(name=f"{NAME}-{key}", steps=tuple(steps)),
        mount=(
            *openings,
            *(
                Hole(
                    x_mm=sx * SCREWS_X_MM,
                    y_mm=face + 3.0,
                    diameter_mm=M3.through_mm,
                    screw="M3",
                    grip_mm=_FOOT_MM,
                )
                for sx in (-1, 1)
            ),
        ),
        envelope_mm=((-22.0, -face, min(0.0, below)), (22.0, back + 6.0, meets_mm + 4.0)),
        count=count,
        needs=(
            Need(item=f"screw {thread.name}x{switch.screw_mm}", count=2),
            Need(item=f"nut {thread.name}", count=2),
            Need(item=f"washer {thread.name}", count=2),
        ),
        notes=(
            f"{switch.source}.",
            "Measure this first: the roller's height over the lower hole when the switch clicks "
            f"({switch.operated_mm:g} mm assumed), and the terminals.",
            "Set each switch so that it clicks 1 mm before the drawer meets its stop.",
        ),
    )


def _way(diameter_mm: float, x: float, z: float, adjust_mm: float) -> Polygon:
    """In (x, z): a hole that is moved up and down by `adjust_mm`."""
    r = diameter_mm / 2
    made = union_all(
        [
            disc(diameter_mm, x, z - adjust_mm),
            drop(diameter_mm, x, z + adjust_mm),
            box(x - r, z - adjust_mm, x + r, z + adjust_mm),
        ]
    )
    assert isinstance(made, Polygon)
    return made
