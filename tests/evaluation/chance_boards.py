"""Boards by chance, of the kinds that people lay out: the same seed gives the same board.

Outlines, drills, leads, parts on both sides and plugs over the edge are drawn independently, so
that the cradle meets what nobody thought of. Sizes are 20 to 250 mm, evenly in their logarithm.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import shapely
from shapely import Polygon

from appliance.board import BoardFile, Component, CradleWishes, Hole, Protrusion, Side, Unit
from appliance.board.ring import Ring, box, circle, flatten

Chance = np.random.Generator
LEAST_MM, MOST_MM, HIGHEST_MM = 20.0, 250.0, 145.0
"""Along the longer and the shorter side: what the camera sees is 300 by 169 mm with its marks."""


def chance_board(seed: int) -> tuple[str, BoardFile]:
    """(kind, board)."""
    chance = np.random.default_rng([20261125, seed])
    kind = KINDS[int(chance.integers(len(KINDS)))]
    wide, high = _size(chance)
    outline, cutouts = OUTLINES[kind](chance, wide, high)
    ground = Polygon(flatten(outline)).difference(
        shapely.union_all([Polygon(flatten(ring)).buffer(0.5) for ring in cutouts])
    )
    holes = _holes(chance, ground, panel=kind == "panel")
    bare = ground.difference(
        shapely.union_all(
            [shapely.Point(h.x_mm, h.y_mm).buffer(h.diameter_mm / 2 + 0.5) for h in holes]
        )
    )
    plugs, leads = _plugs(chance, ground, bare)
    return kind, BoardFile(
        name=f"chance {seed}",
        thickness_mm=float(chance.choice([0.8, 1.0, 1.6, 1.6, 1.6, 2.0])),
        outline=outline,
        cutouts=cutouts,
        holes=holes,
        components=(*plugs, *_parts(chance, bare)),
        protrusions=(*leads, *_leads(chance, bare)),
        units=(Unit(name="A", x_mm=0, y_mm=0),) if kind == "panel" else (),
        cradle=CradleWishes(
            clearance_mm=float(chance.choice([0.2, 0.25, 0.25, 0.3])),
            tolerance_mm=float(chance.choice([0.1, 0.15, 0.15, 0.2])),
        ),
    )


def _size(chance: Chance) -> tuple[float, float]:
    long = float(np.exp(chance.uniform(math.log(LEAST_MM), math.log(MOST_MM))))
    short = float(long * chance.uniform(0.3, 1.0))
    short = min(max(short, min(18.0, long)), HIGHEST_MM)
    return round(long, 1), round(short, 1)


# Outlines: (outline, cut-outs)

Drawn = tuple[Ring, tuple[Ring, ...]]


def _rectangle(chance: Chance, w: float, h: float) -> Drawn:
    return box(0, 0, w, h), ()


def _rounded(chance: Chance, w: float, h: float) -> Drawn:
    radius = chance.uniform(0.5, min(10.0, 0.45 * h))
    return box(0, 0, w, h, radius_mm=round(float(radius), 2)), ()


def _chamfered(chance: Chance, w: float, h: float) -> Drawn:
    cuts = chance.uniform(0, min(12.0, 0.3 * h), 4) * (chance.random(4) < 0.8)
    corners = (((0, 0), (1, 1)), ((w, 0), (-1, 1)), ((w, h), (-1, -1)), ((0, h), (1, -1)))
    ring: list[tuple[float, ...]] = []
    for number, (((x, y), (ux, uy)), cut) in enumerate(zip(corners, cuts, strict=True)):
        if cut < 0.3:
            ring.append((x, y))
            continue
        ends = [(x, y + uy * float(cut)), (x + ux * float(cut), y)]
        ring += ends if number % 2 == 0 else ends[::-1]
    return tuple(ring), ()


def _notched(chance: Chance, w: float, h: float) -> Drawn:
    """One or two notches, each in a side of its own."""
    ring: list[tuple[float, ...]] = []
    sides = [((0, 0), (1, 0), w), ((w, 0), (0, 1), h), ((w, h), (-1, 0), w), ((0, h), (0, -1), h)]
    cut = set(chance.choice(4, int(chance.integers(1, 3)), replace=False).tolist())
    for number, ((x, y), (ux, uy), long) in enumerate(sides):
        ring.append((x, y))
        if number in cut:
            across = float(chance.uniform(0.08, 0.4)) * long
            at = float(chance.uniform(0.1 * long, 0.9 * long - across))
            deep = float(chance.uniform(1.0, min(8.0, 0.3 * h)))
            for along, inward in ((at, 0.0), (at, deep), (at + across, deep), (at + across, 0.0)):
                ring.append((x + ux * along - uy * inward, y + uy * along + ux * inward))
    return tuple(ring), ()


def _slotted(chance: Chance, w: float, h: float) -> Drawn:
    outline, _ = _rounded(chance, w, h)
    across = float(chance.uniform(1.0, 3.0))
    x0, x1 = sorted(chance.uniform(0.25 * w, 0.75 * w, 2).tolist())
    y, r = float(chance.uniform(0.3 * h, 0.7 * h)), across / 2
    slot = ((x0, y - r), (x1 + 2, y - r, 1.0), (x1 + 2, y + r), (x0, y + r, 1.0))
    return outline, (slot,)


def _disc(chance: Chance, w: float, h: float) -> Drawn:
    across = min(w, HIGHEST_MM)
    hole = (circle(0, 0, 0.4 * across),) if across > 50 and chance.random() < 0.3 else ()
    return circle(0, 0, across), hole


def _dee(chance: Chance, w: float, h: float) -> Drawn:
    """A disc with a straight side."""
    across = min(w, HIGHEST_MM)
    r, cut = across / 2, float(chance.uniform(0.15, 0.8))
    half = r * math.sqrt(1 - cut**2)
    sweep = 2 * math.pi - 2 * math.acos(cut)
    return ((-half, -cut * r), (half, -cut * r, math.tan(sweep / 4))), ()


def _stadium(chance: Chance, w: float, h: float) -> Drawn:
    return box(0, 0, w, min(h, 0.8 * w), radius_mm=min(h, 0.8 * w) / 2 - 0.01), ()


def _regular(corners: int) -> Callable[[Chance, float, float], Drawn]:
    def drawn(chance: Chance, w: float, h: float) -> Drawn:
        r, turn = min(w, HIGHEST_MM) / 2, float(chance.choice([0.0, 0.5])) * 2 * math.pi / corners
        angles = [turn + 2 * math.pi * i / corners for i in range(corners)]
        return tuple((r * math.cos(a), r * math.sin(a)) for a in angles), ()

    return drawn


def _triangle(chance: Chance, w: float, h: float) -> Drawn:
    return (
        (0, 0),
        (w, 0),
        (float(chance.uniform(0, 1)) * w, max(h, 0.5 * min(w, 250))),
    ), ()


def _ell(chance: Chance, w: float, h: float) -> Drawn:
    x, y = float(chance.uniform(0.3, 0.7)) * w, float(chance.uniform(0.35, 0.7)) * h
    return ((0, 0), (w, 0), (w, y), (x, y), (x, h), (0, h)), ()


def _card(chance: Chance, w: float, h: float) -> Drawn:
    """An edge connector that stands out at the bottom between two shoulders."""
    a, b = 0.12 * w, float(chance.uniform(0.5, 0.88)) * w
    deep = float(chance.uniform(3, 8))
    return (
        (0, deep), (a, deep), (a, 1), (a + 1, 0), (b - 1, 0), (b, 1), (b, deep), (w, deep),
        (w, h + deep), (0, h + deep),
    ), ()  # fmt: skip


def _panel(chance: Chance, w: float, h: float) -> Drawn:
    """A frame with routed slots between two units, tabs left standing."""
    w, h = max(w, 60.0), max(h, 45.0)
    x = w / 2
    slots = (box(x - 1, 8, x + 1, h / 2 - 3), box(x - 1, h / 2 + 3, x + 1, h - 8))
    return box(0, 0, w, h), slots


OUTLINES: dict[str, Callable[[Chance, float, float], Drawn]] = {
    "rectangle": _rectangle,
    "rounded": _rounded,
    "chamfered": _chamfered,
    "notched": _notched,
    "slotted": _slotted,
    "circle": _disc,
    "D": _dee,
    "stadium": _stadium,
    "hexagon": _regular(6),
    "octagon": _regular(8),
    "triangle": _triangle,
    "ell": _ell,
    "edge card": _card,
    "panel": _panel,
}
KINDS = tuple(
    kind
    for kind, share in {
        "rectangle": 3, "rounded": 4, "chamfered": 2, "notched": 2, "slotted": 1, "circle": 2,
        "D": 1, "stadium": 1, "hexagon": 1, "octagon": 1, "triangle": 1, "ell": 2, "edge card": 1,
        "panel": 2,
    }.items()
    for _ in range(share)
)  # fmt: skip


# What is on it


def _holes(chance: Chance, ground: Polygon, *, panel: bool) -> tuple[Hole, ...]:
    x0, y0, x1, y1 = ground.bounds
    if min(x1 - x0, y1 - y0) < 18 or (chance.random() < 0.4 and not panel):
        return ()
    tooling = panel or chance.random() < 0.15
    across, inset = float(chance.choice([2.2, 2.7, 3.2])), float(chance.uniform(3.0, 5.0))
    room = ground.buffer(-(across / 2 + 0.8))
    corners = [(x0 + inset, y0 + inset), (x1 - inset, y0 + inset), (x0 + inset, y1 - inset),
               (x1 - inset, y1 - inset)]  # fmt: skip
    keep = int(chance.integers(2, 5))
    return tuple(
        Hole(x_mm=x, y_mm=y, diameter_mm=across, tooling=bool(tooling))
        for x, y in corners[:keep]
        if room.contains(shapely.Point(x, y))
    )


def _plugs(
    chance: Chance, ground: Polygon, bare: Polygon
) -> tuple[list[Component], list[Protrusion]]:
    """None to three connectors at the sides, most over the edge, some with leads below."""
    plugs: list[Component] = []
    leads: list[Protrusion] = []
    x0, y0, x1, y1 = ground.bounds
    for number in range(int(chance.choice([0, 0, 1, 1, 2, 3]))):
        side, share = int(chance.integers(4)), float(chance.uniform(0.25, 0.75))
        along, inward = float(chance.uniform(6, 14)), float(chance.uniform(5, 9))
        over, has_leads = float(chance.choice([0, 0.5, 1.0, 1.5, 3.0])), chance.random() < 0.5
        level = side % 2 == 0
        x, y = x0 + share * (x1 - x0), y0 + share * (y1 - y0)
        line = (
            shapely.LineString([(x, y0 - 1), (x, y1 + 1)])
            if level
            else shapely.LineString([(x0 - 1, y), (x1 + 1, y)])
        )
        cut = line.intersection(ground)
        if cut.is_empty or min(x1 - x0, y1 - y0) < 22:
            continue
        ax, ay, bx, by = cut.bounds
        at = {
            0: (x, ay - over + inward / 2), 2: (x, by + over - inward / 2),
            1: (ax - over + inward / 2, y), 3: (bx + over - inward / 2, y),
        }[side]  # fmt: skip
        w, h = (along, inward) if level else (inward, along)
        if shapely.box(at[0] - w / 2, at[1] - h / 2, at[0] + w / 2, at[1] + h / 2).intersects(
            ground.difference(bare)
        ):
            continue  # over a hole
        plugs.append(
            Component(
                designator=f"J{number + 1}",
                x_mm=at[0],
                y_mm=at[1],
                width_mm=w,
                height_mm=h,
                tall_mm=float(chance.uniform(2, 11)),
            )
        )
        lead = shapely.box(at[0] - w / 3, at[1] - h / 3, at[0] + w / 3, at[1] + h / 3)
        if has_leads and bare.contains(lead):
            leads.append(
                Protrusion(
                    x_mm=at[0],
                    y_mm=at[1],
                    width_mm=2 * w / 3,
                    height_mm=2 * h / 3,
                    deep_mm=float(chance.uniform(1, 3)),
                )
            )
    return plugs, leads


def _leads(chance: Chance, bare: Polygon) -> list[Protrusion]:
    """Rows of header pins along edges and leads of parts anywhere."""
    x0, y0, x1, y1 = bare.bounds
    found: list[Protrusion] = []
    if chance.random() < 0.35:
        for y in (y0 + 1.8, y1 - 1.8)[: int(chance.integers(1, 3))]:
            half = float(chance.uniform(0.2, 0.42)) * (x1 - x0)
            row = shapely.box((x0 + x1) / 2 - half, y - 0.8, (x0 + x1) / 2 + half, y + 0.8)
            if bare.contains(row):
                found.append(_lead(row, chance))
    for _ in range(int(chance.integers(0, 6))):
        x, y = float(chance.uniform(x0, x1)), float(chance.uniform(y0, y1))
        w, h = chance.uniform(1.5, 8, 2).tolist()
        spot = shapely.box(x - w / 2, y - h / 2, x + w / 2, y + h / 2)
        if bare.buffer(-0.5).contains(spot) and w * h < 0.1 * bare.area:
            found.append(_lead(spot, chance))
    return found


def _lead(spot: Polygon, chance: Chance) -> Protrusion:
    x0, y0, x1, y1 = spot.bounds
    return Protrusion(
        x_mm=(x0 + x1) / 2, y_mm=(y0 + y1) / 2, width_mm=x1 - x0, height_mm=y1 - y0,
        deep_mm=float(chance.uniform(0.9, 3.5)),
    )  # fmt: skip


def _parts(chance: Chance, bare: Polygon) -> list[Component]:
    x0, y0, x1, y1 = bare.bounds
    found = []
    for number in range(int(chance.integers(1, 9))):
        x, y = float(chance.uniform(x0, x1)), float(chance.uniform(y0, y1))
        w, h = chance.uniform(1, 12, 2).tolist()
        below = chance.random() < 0.2
        spot = shapely.box(x - w / 2, y - h / 2, x + w / 2, y + h / 2)
        if bare.buffer(-0.3).contains(spot) and w * h < 0.15 * bare.area:
            found.append(
                Component(
                    designator=f"U{number + 1}",
                    x_mm=x,
                    y_mm=y,
                    width_mm=w,
                    height_mm=h,
                    tall_mm=float(chance.uniform(0.5, 8 if not below else 2)),
                    side=Side.BOTTOM if below else Side.TOP,
                )
            )
    return found
