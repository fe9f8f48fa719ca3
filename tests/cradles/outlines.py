"""Boards as other people lay them out, written here: name → the board and its exact area.

The areas are worked out by hand beside each outline, so that the readers, the geometry and the
cradle are held against arithmetic and not against each other."""

from __future__ import annotations

import math
from dataclasses import dataclass

from appliance.board import (
    BoardFile,
    Component,
    CradleWishes,
    Hole,
    Location,
    Protrusion,
    Side,
    Unit,
)
from appliance.board.ring import Ring, box, circle


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    board: BoardFile
    area_mm2: float
    size_mm: tuple[float, float]
    keyed: bool
    """Whether mechanics alone can keep every wrong way out."""


def _holes(diameter: float, *at: tuple[float, float], tooling: bool = False) -> tuple[Hole, ...]:
    return tuple(Hole(x_mm=x, y_mm=y, diameter_mm=diameter, tooling=tooling) for x, y in at)


def _slot(x0: float, x1: float, y: float, width: float) -> Ring:
    r = width / 2
    return ((x0, y - r), (x1, y - r, 1.0), (x1, y + r), (x0, y + r, 1.0))


def _part(
    name: str, x: float, y: float, w: float, h: float, tall: float = 1.0, **more: object
) -> Component:
    return Component(
        designator=name,
        x_mm=x,
        y_mm=y,
        width_mm=w,
        height_mm=h,
        tall_mm=tall,
        **more,  # type: ignore[arg-type]
    )


ROUNDED = Known(
    board=BoardFile(
        name="rounded sensor",
        outline=box(0, 0, 80, 50, radius_mm=4),
        holes=_holes(3.2, (4, 4), (76, 4), (76, 46), (4, 46)),
        components=(
            _part("U1", 40, 25, 10, 10),
            _part("C1", 20, 10, 2, 1.2),
            _part("J1", 72, 25, 8, 12, 9),
        ),
        protrusions=(Protrusion(x_mm=70, y_mm=25, width_mm=2, height_mm=10),),
    ),
    area_mm2=80 * 50 - (4 - math.pi) * 4**2,
    size_mm=(80, 50),
    keyed=True,
)
NOTCHED = Known(
    board=BoardFile(
        name="notched relay",
        outline=((0, 0), (90, 0), (90, 60), (55, 60), (55, 48), (35, 48), (35, 60), (0, 60)),
        components=(_part("K1", 20, 30, 19, 15, 15), _part("U1", 70, 20, 6, 5)),
        protrusions=(Protrusion(x_mm=20, y_mm=30, width_mm=15, height_mm=8),),
    ),
    area_mm2=90 * 60 - 20 * 12,
    size_mm=(90, 60),
    keyed=True,
)
CIRCULAR = Known(
    board=BoardFile(
        name="led ring",
        outline=circle(50, 50, 70),
        cutouts=(circle(50, 50, 30),),
        holes=_holes(3.2, (50, 81), (23.2, 34.5), (76.8, 34.5), tooling=True),
        components=(_part("D1", 50, 72, 5, 5), _part("J1", 27, 60, 6, 4, 5)),
        protrusions=(Protrusion(x_mm=27, y_mm=60, width_mm=5, height_mm=2),),
    ),
    area_mm2=math.pi * (35**2 - 15**2),
    size_mm=(70, 70),
    keyed=True,
)
SLOTTED = Known(
    board=BoardFile(
        name="slotted mains",
        outline=box(0, 0, 120, 45),
        cutouts=(_slot(20, 60, 22, 3), _slot(80, 100, 30, 2)),
        components=(_part("T1", 90, 15, 20, 18, 14), _part("R1", 10, 10, 3, 1.6)),
        protrusions=(Protrusion(x_mm=90, y_mm=15, width_mm=16, height_mm=12, deep_mm=2.5),),
    ),
    area_mm2=120 * 45 - (40 * 3 + math.pi * 1.5**2) - (20 * 2 + math.pi * 1.0**2),
    size_mm=(120, 45),
    keyed=True,
)
CUT_OUT = Known(
    board=BoardFile(
        name="display frame",
        revision="C",
        outline=box(-50, -40, 50, 40, radius_mm=2),
        cutouts=(box(-30, -20, 30, 20, radius_mm=5),),
        components=(_part("J1", -42, 0, 6, 20, 3, side=Side.BOTTOM), _part("U1", 40, 0, 7, 7)),
    ),
    area_mm2=100 * 80 - (4 - math.pi) * 2**2 - (60 * 40 - (4 - math.pi) * 5**2),
    size_mm=(100, 80),
    keyed=True,
)
PANEL = Known(
    board=BoardFile(
        name="panel of four",
        outline=box(0, 0, 110, 90),
        holes=_holes(4.0, (5, 5), (105, 5), (5, 85), tooling=True),
        components=(_part("R1", 10, 10, 2, 1.2), _part("U1", 30, 20, 5, 4)),
        units=tuple(
            Unit(name=name, x_mm=x, y_mm=y)
            for name, x, y in (("A", 5, 10), ("B", 55, 10), ("C", 5, 45), ("D", 55, 45))
        ),
        v_cuts=(
            (0, 10, 110, 10), (0, 45, 110, 45), (0, 80, 110, 80),
            (5, 0, 5, 90), (55, 0, 55, 90), (105, 0, 105, 90),
        ),
    ),
    area_mm2=110 * 90,
    size_mm=(110, 90),
    keyed=True,
)  # fmt: skip


def _segmented() -> Ring:
    """Round ends of 20 mm radius, each drawn as 180 straight pieces."""
    right = [(80 + 20 * math.cos(a), 20 + 20 * math.sin(a)) for a in _angles(-90)]
    left = [(20 + 20 * math.cos(a), 20 + 20 * math.sin(a)) for a in _angles(90)]
    return tuple(right + left)


def _angles(start_deg: float) -> list[float]:
    return [math.radians(start_deg + i) for i in range(181)]


SEGMENTED = Known(
    board=BoardFile(
        name="stadium lamp",
        outline=_segmented(),
        components=(_part("D1", 30, 20, 5, 5), _part("J1", 85, 20, 6, 12, 8)),
        protrusions=(Protrusion(x_mm=85, y_mm=20, width_mm=2, height_mm=10),),
    ),
    # 360 triangles of one degree instead of two half circles
    area_mm2=60 * 40 + 360 * 20**2 / 2 * math.sin(math.radians(1)),
    size_mm=(100, 40),
    keyed=True,
)
FEATHER = Known(
    board=BoardFile(
        name="feather",
        outline=box(0, 0, 51, 23, radius_mm=2.5),
        holes=_holes(2.5, (2.5, 2.5), (2.5, 20.5), (48.5, 2.5), (48.5, 20.5)),
        components=(_part("J1", 2.5, 11.5, 7.5, 9, 3.2), _part("U1", 36, 11.5, 18, 15, 3)),
        protrusions=(
            Protrusion(x_mm=26, y_mm=1.3, width_mm=36, height_mm=1.5),
            Protrusion(x_mm=31, y_mm=21.7, width_mm=28, height_mm=1.5),
        ),
    ),
    area_mm2=51 * 23 - (4 - math.pi) * 2.5**2,
    size_mm=(51, 23),
    keyed=True,
)
CARD = Known(
    board=BoardFile(
        name="edge card",
        thickness_mm=1.0,
        outline=((0, 2), (2, 0), (58, 0), (60, 2), (60, 30), (0, 30)),
        cutouts=(),
        holes=_holes(3.5, (30, 26)),
        # Parts too low for a board to ride on
        components=(_part("U1", 30, 15, 12, 12, 0.7), _part("C1", 10, 20, 1.6, 0.8, 0.7)),
    ),
    area_mm2=60 * 30 - 2 * (2 * 2 / 2),
    size_mm=(60, 30),
    keyed=False,
)
PINNED = Known(
    board=BoardFile(
        name="controller",
        outline=box(0, 0, 160, 100),
        holes=_holes(3.2, (4, 4), (156, 96), tooling=True),
        components=(_part("J1", 10, 50, 8, 60, 10), _part("U1", 90, 50, 14, 14)),
        protrusions=(Protrusion(x_mm=10, y_mm=50, width_mm=3, height_mm=50),),
        cradle=CradleWishes(location=Location.PINS),
    ),
    area_mm2=160 * 100,
    size_mm=(160, 100),
    keyed=True,
)

CREDIT_CARD = Known(
    board=BoardFile(
        name="credit card computer",
        outline=box(0, 0, 85, 56, radius_mm=3),
        holes=_holes(2.75, (3.5, 3.5), (61.5, 3.5), (61.5, 52.5), (3.5, 52.5)),
        components=(_part("J1", 78, 10, 17, 14, 16), _part("U1", 30, 30, 14, 14, 2.4)),
        protrusions=(Protrusion(x_mm=32.5, y_mm=52.5, width_mm=50, height_mm=5),),
    ),
    area_mm2=85 * 56 - (4 - math.pi) * 3**2,
    size_mm=(85, 56),
    keyed=True,
)
_MIL = 0.0254
ARDUINO_LIKE = Known(
    board=BoardFile(
        name="arduino shaped",
        outline=tuple(
            (x * _MIL, y * _MIL)
            for x, y in (
                (0, 0), (2600, 0), (2700, 100), (2700, 1390), (2600, 1490), (2600, 2040),
                (2540, 2100), (0, 2100),
            )
        ),
        holes=_holes(3.2, (13.97, 2.54), (15.24, 50.8), (66.04, 7.62), (66.04, 35.56)),
        components=(_part("J1", 3, 38, 14, 12, 11), _part("U1", 45, 17, 35, 10, 8)),
        protrusions=(
            Protrusion(x_mm=44, y_mm=2.54, width_mm=37, height_mm=2),
            Protrusion(x_mm=42, y_mm=50.8, width_mm=45, height_mm=2),
        ),
    ),
    # Of the strip of 100 mil at the right the middle is left, with its two slopes
    area_mm2=(2600 * 2100 + 100 * 1290 + 100**2 - 60**2 / 2) * _MIL**2,
    size_mm=(2700 * _MIL, 2100 * _MIL),
    keyed=True,
)  # fmt: skip
L_SHAPED = Known(
    board=BoardFile(
        name="l-shaped drive",
        outline=((0, 0), (100, 0), (100, 35), (40, 35), (40, 80), (0, 80)),
        holes=_holes(3.2, (4, 4), (96, 31), (4, 76), (36, 76)),
        components=(_part("K1", 20, 55, 15, 20, 14), _part("U1", 60, 18, 10, 10)),
        protrusions=(Protrusion(x_mm=20, y_mm=55, width_mm=10, height_mm=15),),
    ),
    area_mm2=100 * 35 + 40 * 45,
    size_mm=(100, 80),
    keyed=True,
)
M2_CARD = Known(
    board=BoardFile(
        name="m.2 card",
        thickness_mm=0.8,
        # Contacts at the left with the key's notch, half a hole for the screw at the right
        outline=(
            (4, 0), (80, 0), (80, 9.25, -1.0), (80, 12.75), (80, 22), (4, 22), (4, 20.925),
            (0, 20.925), (0, 17.725), (2.9, 17.725, -1.0), (2.9, 16.525), (0, 16.525),
            (0, 1.075), (4, 1.075),
        ),
        components=(_part("U1", 25, 11, 14, 14, 0.7), _part("U2", 55, 11, 14, 18, 0.7)),
    ),
    area_mm2=22 * 76
    + 19.85 * 4
    - math.pi * 1.75**2 / 2
    - (2.9 * 1.2 + math.pi * 0.6**2 / 2),
    size_mm=(80, 22),
    keyed=False,
)  # fmt: skip
CASTELLATED = Known(
    board=BoardFile(
        name="castellated module",
        thickness_mm=1.0,
        outline=box(0, 0, 48, 30),
        components=(_part("U1", 30, 15, 18, 18, 2.5), _part("R1", 8, 20, 1.6, 0.8, 0.5)),
        cradle=CradleWishes(lies_turned_deg=0),
    ),
    area_mm2=48 * 30,
    size_mm=(48, 30),
    keyed=False,
)
CASTELLATIONS = tuple((6 + 2.54 * i, y) for y in (0.0, 30.0) for i in range(15))
"""Middles of the half holes of 1 mm along the module's long sides."""

KNOWN = {
    known.board.name: known
    for known in (
        ROUNDED, NOTCHED, CIRCULAR, SLOTTED, CUT_OUT, PANEL, SEGMENTED, FEATHER, CARD, PINNED,
        CREDIT_CARD, ARDUINO_LIKE, L_SHAPED, M2_CARD, CASTELLATED,
    )
}  # fmt: skip
