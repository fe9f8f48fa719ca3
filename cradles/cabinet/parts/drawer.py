"""What guides, stops and moves the drawer: guides at its left, a spring at its right that presses
it against them, the stop with its screw and magnets, the handle."""

from __future__ import annotations

from dataclasses import dataclass

from shapely import Polygon, box, union_all

from cradles.cabinet.parts.fasteners import M4
from cradles.cabinet.parts.outline import (
    bar,
    disc,
    drop,
    nut_slot,
    plate,
    slot,
    through,
)
from cradles.cabinet.parts.values import Hole, Need, PrintedPart, Turn
from cradles.csg import Part, Step, add, cut, prism

GUIDE, SPRING, STOP, HANDLE = "tray_guide", "tray_spring", "end_stop", "handle"


@dataclass(frozen=True, slots=True, kw_only=True)
class GuideSizes:
    high_mm: float = 19.0
    """Of the face that the tray slides along."""
    long_mm: float = 42.0
    wall_mm: float = 6.0
    foot_mm: float = 5.0
    reach_mm: float = 32.0
    """How far the foot goes away from the tray."""
    adjust_mm: float = 2.0
    tape_mm: float = 0.3
    """A strip of PTFE or UHMW-PE tape; the slots take up its thickness."""


def tray_guide(sizes: GuideSizes | None = None, *, count: int = 2) -> PrintedPart:
    """On the floor, wholly at x <= 0: the tray slides along the face x = 0."""
    s = sizes or GuideSizes()
    half = s.long_mm / 2
    steps: list[Step] = [
        add(prism(box(-s.reach_mm, -half, 0.0, half), 0.0, s.foot_mm)),
        add(prism(box(-s.wall_mm, -half, 0.0, half), 0.0, s.high_mm)),
    ]
    rib = Polygon(
        [
            (-s.wall_mm + 0.5, s.foot_mm - 0.5),
            (-s.reach_mm + 4.0, s.foot_mm - 0.5),
            (-s.reach_mm + 4.0, s.foot_mm + 1.5),
            (-s.wall_mm - 1.0, s.high_mm - 1.0),
            (-s.wall_mm + 0.5, s.high_mm - 1.0),
        ]
    )
    steps.append(add(bar(rib, "y", -2.0, 2.0)))
    # Lead-in at both ends: 45 degrees seen from above.
    for sy in (-1, 1):
        corner = Polygon(
            [(0.5, sy * (half + 0.5)), (-2.5, sy * (half + 0.5)), (0.5, sy * (half - 2.5))]
        )
        steps.append(cut(prism(corner, -1.0, s.high_mm + 1.0)))
    x = -(s.reach_mm + s.wall_mm) / 2
    places = [(x, sy * (half - 7.0)) for sy in (-1, 1)]
    for px, py in places:
        way = slot(M4.through_mm, (px - s.adjust_mm, py), (px + s.adjust_mm, py))
        steps.append(through(way, 0.0, s.foot_mm))
    return PrintedPart(
        name=GUIDE,
        part=Part(name=GUIDE, steps=tuple(steps)),
        mount=tuple(
            Hole(x_mm=px, y_mm=py, diameter_mm=M4.through_mm, screw="M4", grip_mm=s.foot_mm)
            for px, py in places
        ),
        envelope_mm=((-s.reach_mm, -half, 0.0), (0.0, half, s.high_mm)),
        count=count,
        notes=(
            f"Stick PTFE or UHMW-PE tape of {s.tape_mm:g} mm on the face; push both guides against "
            "the tray before their screws are tightened.",
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SpringSizes:
    leaf_mm: float = 2.4
    """Thickness of the leaf."""
    long_mm: float = 40.0
    """From its root to the middle of its nose."""
    high_mm: float = 17.0
    press_mm: float = 1.0
    """How far the tray presses it in."""
    modulus_mpa: float = 2000.0
    """PETG along its lines; PLA creeps under a lasting load."""

    @property
    def force_n(self) -> float:
        """Of a cantilever: F = 3 E I d / L^3, I = h t^3 / 12."""
        inertia = self.high_mm * self.leaf_mm**3 / 12
        return 3 * self.modulus_mpa * inertia * self.press_mm / self.long_mm**3

    @property
    def strain(self) -> float:
        """Greatest, at the root: 3 t d / (2 L^2)."""
        return 1.5 * self.leaf_mm * self.press_mm / self.long_mm**2


def tray_spring(sizes: SpringSizes | None = None) -> PrintedPart:
    """A leaf that stands on the floor beside the tray; its nose reaches x = -1 when free."""
    s = sizes or SpringSizes()
    x0, x1 = 3.0, 3.0 + s.leaf_mm
    root, nose = 22.0, 22.0 - s.long_mm
    block = plate(34.0, 14.0, 2.0, x=3.0 + 17.0, y=root)
    leaf = box(x0, nose - 6.0, x1, root)
    tip = Polygon(
        [(x0 + 0.2, nose - 5.0), (-1.0, nose - 1.0), (-1.0, nose + 1.0), (x0 + 0.2, nose + 5.0)]
    )
    # A round at the root takes the notch out of the bend.
    round_root = box(x1 - 0.1, root - 10.0, x1 + 3.0, root - 6.9).difference(
        disc(6.0, x1 + 3.0, root - 10.0)
    )
    area = union_all([block, leaf, tip, round_root])
    steps: list[Step] = [
        add(prism(block, 0.0, 8.0)),
        add(
            prism(
                union_all([leaf, tip, round_root, box(x0, root - 7, x0 + 8.0, root + 7)]),
                0.0,
                s.high_mm,
            )
        ),
    ]
    places = [(18.0, root), (31.0, root)]
    steps += [through(disc(M4.through_mm, px, py), 0.0, 8.0) for px, py in places]
    low_x, low_y, high_x, high_y = area.bounds
    return PrintedPart(
        name=SPRING,
        part=Part(name=SPRING, steps=tuple(steps)),
        mount=tuple(
            Hole(x_mm=px, y_mm=py, diameter_mm=M4.through_mm, screw="M4", grip_mm=8.0)
            for px, py in places
        ),
        envelope_mm=((low_x, low_y, 0.0), (high_x, high_y, s.high_mm)),
        notes=(
            f"Print it in PETG. It presses with about {s.force_n:.1f} N when pushed in by "
            f"{s.press_mm:g} mm (computed).",
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class StopSizes:
    meets_mm: float = 26.0
    """Where the screw's head meets the tray."""
    head_mm: float = 2.2
    """Of a button head M4 (ISO 7380)."""
    magnet_mm: tuple[float, float] = (10.0, 3.0)
    """Diameter and height of the two disc magnets."""
    magnet_gap_mm: float = 1.0
    """Between magnet and the steel on the tray: it holds the drawer shut without touching."""


def end_stop(sizes: StopSizes | None = None) -> PrintedPart:
    """On the back panel. Between the magnets' towers the screw with its lock nut."""
    s = sizes or StopSizes()
    towers = s.meets_mm - s.magnet_gap_mm
    # Head, lock nut and 1.4 mm of thread for the adjustment stand before the block.
    block = s.meets_mm - s.head_mm - M4.nut_high_mm - 1.4
    outline = Polygon(
        [
            (-28.0, 0.0), (28.0, 0.0), (28.0, towers), (10.5, towers), (10.5, block),
            (-10.5, block), (-10.5, towers), (-28.0, towers),
        ]
    )  # fmt: skip
    depth = 9.0
    steps: list[Step] = [
        add(bar(outline, "y", -depth, depth)),
        add(prism(plate(56.0, 22.0, 3.0, y=depth + 1.0), 0.0, 5.0)),
    ]
    steps.append(through(disc(M4.through_mm), 0.0, block))
    steps += _nut_pocket(block, depth)
    for sx in (-1, 1):
        magnet = disc(s.magnet_mm[0] + 0.2, sx * 19.25, 0.0)
        steps.append(cut(prism(magnet, towers - s.magnet_mm[1], towers + 1.0)))
    places = [(sx * 19.0, depth + 6.0) for sx in (-1, 1)]
    steps += [through(disc(M4.through_mm, px, py), 0.0, 5.0) for px, py in places]
    return PrintedPart(
        name=STOP,
        part=Part(name=STOP, steps=tuple(steps)),
        mount=tuple(
            Hole(x_mm=px, y_mm=py, diameter_mm=M4.through_mm, screw="M4", grip_mm=5.0)
            for px, py in places
        ),
        envelope_mm=((-28.0, -depth, 0.0), (28.0, depth + 12.0, s.meets_mm)),
        needs=(
            Need(item="screw M4x20", count=1),
            Need(item="nut M4", count=2),
            Need(item="magnet 10x3", count=2),
        ),
        notes=(
            "Glue the magnets in with the same pole outwards; two steel washers on the tray face "
            "them.",
            "Turn the screw until the drawer's front lies on the cabinet when the tray meets it, "
            "then lock it.",
        ),
    )


def _nut_pocket(block: float, depth: float) -> list[Step]:
    """A nut slid in from below (y); its roof slopes by 45 degrees, so that it prints."""
    half, deep = M4.pocket_flats_mm / 2, M4.pocket_deep_mm
    z0 = block - 8.5 - half
    area = Polygon(
        [(-half, z0), (half, z0), (half, z0 + deep), (0.4, z0 + deep + half - 0.4),
         (-0.4, z0 + deep + half - 0.4), (-half, z0 + deep)]
    )  # fmt: skip
    return [cut(bar(area, "y", -depth - 1.0, half + 0.6))]


@dataclass(frozen=True, slots=True, kw_only=True)
class HandleSizes:
    inner_mm: tuple[float, float] = (112.0, 38.0)
    """Width and depth for a hand in a glove: at least 100 × 35 mm."""
    grip_mm: tuple[float, float] = (14.0, 20.0)
    """Thickness (away from the panel) and height (y)."""
    leg_mm: float = 18.0
    edge_mm: float = 2.5
    """Chamfer of the grip's four long edges."""
    nut_from_panel_mm: float = 8.0


def handle(sizes: HandleSizes | None = None) -> PrintedPart:
    """Along x, screwed from behind into nuts that lie in its legs."""
    s = sizes or HandleSizes()
    half, deep = s.inner_mm[0] / 2, s.inner_mm[1]
    top, y = deep + s.grip_mm[0], s.grip_mm[1] / 2
    outer = half + s.leg_mm
    outside = box(-outer, -20.0, outer, top).buffer(-10.0).buffer(10.0, quad_segs=16)
    inside = box(-half, -20.0, half, deep).buffer(-8.0).buffer(8.0, quad_segs=16)
    profile = outside.difference(inside).intersection(box(-outer, 0.0, outer, top))
    assert isinstance(profile, Polygon)
    steps: list[Step] = [add(bar(profile, "y", -y, y))]
    e = s.edge_mm
    for sy in (-1, 1):
        out = Polygon(
            [
                (sy * (y + 0.01), top + 0.01),
                (sy * (y - e), top + 0.01),
                (sy * (y + 0.01), top - e),
            ]
        )
        steps.append(cut(bar(out, "x", -outer - 1.0, outer + 1.0)))
        within = Polygon(
            [
                (sy * (y + 0.01), deep - 0.01),
                (sy * (y - e), deep - 0.01),
                (sy * (y + 0.01), deep + e),
            ]
        )
        steps.append(cut(bar(within, "x", -half + 10.0, half - 10.0)))
    places = [(sx * (half + s.leg_mm / 2), 0.0) for sx in (-1, 1)]
    z = s.nut_from_panel_mm
    for px, py in places:
        steps.append(cut(prism(drop(M4.through_mm, px, py), -1.0, z + 16.0)))
        way = nut_slot(M4.pocket_flats_mm, px, py, towards=(0.0, y + 1.0))
        steps.append(cut(prism(way, z, z + M4.pocket_deep_mm)))
    return PrintedPart(
        name=HANDLE,
        part=Part(name=HANDLE, steps=tuple(steps)),
        mount=tuple(
            Hole(
                x_mm=px,
                y_mm=py,
                diameter_mm=M4.through_mm,
                screw="M4",
                grip_mm=z,
                nut_in_part=True,
            )
            for px, py in places
        ),
        envelope_mm=((-outer, -y, 0.0), (outer, y, top)),
        prints_turned=Turn(x_deg=90),
        notes=(
            f"{s.inner_mm[0]:g} × {s.inner_mm[1]:g} mm inside, for a hand in a glove.",
            "Slide a nut into each leg before the handle is screwed on from behind.",
        ),
    )
