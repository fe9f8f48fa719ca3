"""How the camera stands over the ceiling's opening: a ring that turns, three upright bolts, and on
their nuts a plate that fits the camera.

The ring's slots give the turn, the nuts give height and tilt: a turn of one nut (0.7 mm on 43 mm)
tilts by 0.9 degrees. A nut below and a nut above hold the plate.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from shapely import Polygon, box, union_all

from cradles.cabinet.parts.fasteners import M2, M2_5, M4, TRIPOD_THROUGH_MM, Thread
from cradles.cabinet.parts.outline import (
    arc_slot,
    bar,
    bar_through,
    disc,
    drop,
    hexagon,
    plate,
    slot,
    through,
)
from cradles.cabinet.parts.values import Hole, Need, PrintedPart, Turn
from cradles.csg import Part, Step, add, cut, prism

RING, PLATE = "camera_mount", "camera_plate"
CLAMPS_DEG = (30.0, 150.0, 270.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class RingSizes:
    radius_mm: float = 29.0
    """Of bolts and clamping screws."""
    inner_mm: float = 46.0
    outer_mm: float = 70.0
    thick_mm: float = 6.0
    head_mm: float = 3.1
    """Depth of a bolt's pocket: a hexagon head M4 is 2.8 high (ISO 4017)."""
    turn_deg: float = 8.0
    """Each way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """One camera and how it sits on its plate, in the plate's own frame: z = 0 is the face away
    from the camera, the lens looks along the z axis."""

    key: str
    board_mm: tuple[float, float]
    holes_mm: tuple[float, float] | None
    """Distances of its four holes; None for a camera with a tripod thread."""
    board_y_mm: float
    """Middle of the board from the lens's axis; y points to where the ribbon leaves."""
    holes_y_mm: float
    """Middle of the holes from the lens's axis."""
    thread: Thread
    post_mm: tuple[float, float]
    """Diameter and height."""
    window_mm: float
    """Diameter of the plate's opening for the lens; 0 for none."""
    bolt_mm: int
    source: str
    measure_first: tuple[str, ...] = ()
    """Sizes here that have no data sheet behind them."""
    notes: tuple[str, ...] = ()
    hangs: bool
    """The plate lies over the camera (its z points down) or under it."""
    pupil_z_mm: float
    """The entrance pupil in the plate's frame."""
    bolts_deg: tuple[float, float, float] = (90.0, 210.0, 330.0)
    base_from_lens_mm: float = 13.5
    """Tripod camera: its base from the lens's axis."""
    thread_up_mm: tuple[float, float] = (6.0, 20.0)
    """Tripod camera: lowest and highest place of the thread over its front."""


SEATS = {
    seat.key: seat
    for seat in (
        Seat(
            key="pi3",
            board_mm=(25.0, 24.0),
            holes_mm=(21.0, 12.5),
            board_y_mm=-2.4,
            holes_y_mm=-6.25,
            thread=M2,
            post_mm=(6.0, 6.0),
            window_mm=0.0,
            bolt_mm=40,
            hangs=True,
            pupil_z_mm=19.0,
            source="Raspberry Pi Camera Module 3 mechanical drawing: 25 × 24 mm, holes "
            "21 × 12.5 mm, 2.2 mm wide",
            measure_first=("where the lens stands over the holes", "the entrance pupil"),
        ),
        Seat(
            key="hq6",
            board_mm=(38.0, 38.0),
            holes_mm=(30.0, 30.0),
            board_y_mm=0.0,
            holes_y_mm=0.0,
            thread=M2_5,
            post_mm=(7.0, 1.0),
            window_mm=37.0,
            bolt_mm=50,
            hangs=False,
            pupil_z_mm=-28.0,
            source="Raspberry Pi HQ Camera mechanical drawing: 38 × 38 mm, holes 30 × 30 mm, M2.5",
            measure_first=("the width of the lens mount", "the entrance pupil"),
            notes=("Unscrew the camera's tripod foot: it stands in the way of the plate.",),
        ),
        Seat(
            key="brio",
            board_mm=(102.0, 27.0),
            holes_mm=None,
            board_y_mm=0.0,
            holes_y_mm=0.0,
            thread=M4,
            post_mm=(0.0, 0.0),
            window_mm=0.0,
            bolt_mm=50,
            hangs=True,
            pupil_z_mm=31.0,
            bolts_deg=(90.0, 220.0, 320.0),
            source="Logitech BRIO 4K; thread 1/4-20 UNC (ISO 1222); no drawing found",
            measure_first=(
                "the body",
                "its base from the lens's axis",
                "the thread's height over the front",
                "the entrance pupil",
            ),
        ),
    )
}
PLATE_MM = 6.0
_ARM_MM = 12.0
_LUG_MM = 6.0


def camera_ring(key: str, sizes: RingSizes | None = None) -> PrintedPart:
    """The bolts' heads lie in its underside and are held by the ceiling below them."""
    s, seat = sizes or RingSizes(), SEATS[key]
    body = disc(s.outer_mm).difference(disc(s.inner_mm))
    steps: list[Step] = [add(prism(body, 0.0, s.thick_mm))]
    for deg in seat.bolts_deg:
        x, y = _polar(s.radius_mm, deg)
        steps.append(through(disc(M4.through_mm - 0.2, x, y), 0.0, s.thick_mm))
        pocket = hexagon(M4.pocket_flats_mm, x, y, flat_deg=deg)
        steps.append(cut(prism(pocket, -1.0, s.head_mm)))
    for deg in CLAMPS_DEG:
        way = arc_slot(M4.through_mm, s.radius_mm, deg, s.turn_deg)
        steps.append(through(way, 0.0, s.thick_mm))
    mount = tuple(
        Hole(x_mm=x, y_mm=y, diameter_mm=M4.through_mm, screw="M4", grip_mm=s.thick_mm)
        for x, y in (_polar(s.radius_mm, deg) for deg in CLAMPS_DEG)
    )
    r = s.outer_mm / 2
    return PrintedPart(
        name=RING,
        part=Part(name=f"{RING}-{key}", steps=tuple(steps)),
        mount=mount,
        envelope_mm=((-r, -r, 0.0), (r, r, s.head_mm + seat.bolt_mm)),
        prints_turned=Turn(x_deg=180),
        needs=(
            Need(item=f"bolt M4x{seat.bolt_mm}", count=3),
            Need(item="nut M4", count=9),
            Need(item="washer M4", count=6),
        ),
        notes=(
            "Lay the three bolts' heads in the pockets before the ring is screwed down, and lock "
            "each with a nut on top.",
            f"Loosen the three outer screws to turn the camera by up to {s.turn_deg:g}° each way.",
        ),
    )


def camera_plate(key: str, *, pupil_mm: float = 12.0, ring: RingSizes | None = None) -> PrintedPart:
    """`pupil_mm` is the entrance pupil's height over the ceiling. Raises KeyError for a camera that
    has no seat."""
    seat, ring = SEATS[key], ring or RingSizes()
    arms = [slot(_ARM_MM, (0.0, 0.0), _polar(ring.radius_mm, deg)) for deg in seat.bolts_deg]
    board = seat.holes_mm is not None
    width, depth = (seat.board_mm[0] + 6, seat.board_mm[1] + 6) if board else (56.0, 58.0)
    core = plate(width, depth, 3.0, y=seat.board_y_mm)
    steps: list[Step] = [add(prism(union_all([core, *arms]), 0.0, PLATE_MM))]
    more, top = _posts(seat) if board else _lug(seat)
    steps += more
    if seat.window_mm:
        steps.append(through(disc(seat.window_mm), 0.0, top))
    for deg in seat.bolts_deg:
        x, y = _polar(ring.radius_mm, deg)
        steps.append(through(disc(M4.through_mm, x, y), 0.0, PLATE_MM))
    t = seat.thread
    needs = (Need(item=f"insert {t.name}", count=4), Need(item=f"screw {t.name}x6", count=4))
    reach = ring.radius_mm + _ARM_MM / 2
    wide = max(seat.board_mm[0] / 2, reach)
    z0, z1 = min(0.0, seat.pupil_z_mm - 12.0), max(top + 8.0, seat.pupil_z_mm + 4.0)
    return PrintedPart(
        name=PLATE,
        part=Part(name=f"{PLATE}-{key}", steps=tuple(steps)),
        envelope_mm=((-wide, -reach, z0), (wide, reach, z1)),
        rides_on=RING,
        place_mm=(0.0, 0.0, pupil_mm + seat.pupil_z_mm * (1 if seat.hangs else -1)),
        # About y: the bolts lie alike at left and right, and y stays where the ribbon leaves.
        place_turned=Turn(y_deg=180 if seat.hangs else 0),
        needs=needs if board else (Need(item="screw 1/4-20x12"),),
        notes=(
            f"{seat.source}.",
            f"Measure this first: {', '.join(seat.measure_first)}.",
            *seat.notes,
            "Set the three lower nuts for the height, then one or two of them for the tilt, then "
            "tighten the upper nuts.",
        ),
    )


def reach_mm(key: str, ring: RingSizes | None = None) -> tuple[float, float]:
    """Lowest and highest entrance pupil over the ceiling that the bolts allow: above two nuts (one
    locks the bolt), below a washer and a nut."""
    seat, ring = SEATS[key], ring or RingSizes()
    lowest = ring.thick_mm + 2 * M4.nut_high_mm
    highest = ring.head_mm + seat.bolt_mm - M4.nut_high_mm - M4.washer_thick_mm - PLATE_MM
    if seat.hangs:
        return lowest + PLATE_MM - seat.pupil_z_mm, highest + PLATE_MM - seat.pupil_z_mm
    return lowest + seat.pupil_z_mm, highest + seat.pupil_z_mm


def _posts(seat: Seat) -> tuple[list[Step], float]:
    """Four posts with holes for heat-set inserts, set from the camera's side."""
    assert seat.holes_mm is not None
    diameter, high = seat.post_mm
    top = PLATE_MM + high
    posts, holes = [], []
    for sx in (-1, 1):
        for sy in (-1, 1):
            x = sx * seat.holes_mm[0] / 2
            y = seat.holes_y_mm + sy * seat.holes_mm[1] / 2
            posts.append(disc(diameter, x, y))
            holes.append(disc(seat.thread.insert_hole_mm, x, y))
    deep = seat.thread.insert_long_mm + 1.0
    steps = [add(prism(union_all(posts), 0.0, top))]
    steps += [cut(prism(hole, top - deep, top + 1.0)) for hole in holes]
    return steps, top


def _lug(seat: Seat) -> tuple[list[Step], float]:
    """An upright wall that the camera's base lies against, with a slot for the tripod screw."""
    low, high = seat.thread_up_mm
    top = PLATE_MM + high + TRIPOD_THROUGH_MM / 2 + 5.0
    front = -seat.base_from_lens_mm
    half = 14.0
    steps = [add(prism(box(-half, front - _LUG_MM, half, front), 0.0, top))]
    way = union_all(
        [
            drop(TRIPOD_THROUGH_MM, 0.0, PLATE_MM + low),
            drop(TRIPOD_THROUGH_MM, 0.0, PLATE_MM + high),
            box(
                -TRIPOD_THROUGH_MM / 2,
                PLATE_MM + low,
                TRIPOD_THROUGH_MM / 2,
                PLATE_MM + high,
            ),
        ]
    )
    back = front - _LUG_MM
    rib = Polygon(
        [
            (back + 0.5, PLATE_MM - 0.5),
            (back - 9.0, PLATE_MM - 0.5),
            (back - 9.0, PLATE_MM + 2.0),
            (back - 1.5, top - 4.0),
            (back + 0.5, top - 4.0),
        ]
    )
    steps += [add(bar(rib, "x", x, x + 3.0)) for x in (-half, half - 3.0)]
    steps.append(bar_through(way, "y", back, front))
    return steps, top


def _polar(radius_mm: float, deg: float) -> tuple[float, float]:
    return radius_mm * math.cos(math.radians(deg)), radius_mm * math.sin(math.radians(deg))
