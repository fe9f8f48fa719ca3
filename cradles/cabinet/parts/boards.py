"""What stands in the compartment over the ceiling: the computer, the driver board, terminals, and
the plate in the back panel that the cables come through."""

from __future__ import annotations

from dataclasses import dataclass

from shapely import Polygon, box, union_all

from cradles.cabinet.parts.fasteners import M2_5, M3
from cradles.cabinet.parts.outline import bar, disc, plate, slot, through
from cradles.cabinet.parts.values import Hole, Need, PrintedPart, Turn
from cradles.csg import Frustum, Part, Step, add, cut, prism

COMPUTER, DRIVER, TERMINALS, CABLES = (
    "computer_plate",
    "driver_plate",
    "terminal_plate",
    "cable_plate",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComputerSizes:
    """Raspberry Pi 3B+, 4B and 5 (mechanical drawing): 85 × 56 mm, four holes 2.7 mm wide at
    58 × 49 mm, 3.5 mm from three edges. Origin: the middle of the holes; x to the USB sockets."""

    holes_mm: tuple[float, float] = (58.0, 49.0)
    board_mm: tuple[float, float, float, float] = (-32.5, -28.0, 52.5, 28.0)
    """Lowest x and y, highest x and y."""
    stand_mm: float = 7.0
    """Air under the board: leads, and a card that is pulled out."""
    plate_mm: float = 4.0


def computer_plate(sizes: ComputerSizes | None = None) -> PrintedPart:
    s = sizes or ComputerSizes()
    top = s.plate_mm + s.stand_mm
    x0, y0, x1, y1 = s.board_mm
    frame = box(x0 - 8, y0 - 5, x1 + 8, y1 + 5).buffer(-4).buffer(4, quad_segs=16)
    windows = [
        plate(s.holes_mm[0] - 20, s.holes_mm[1] - 16, 4.0),
        plate(10.0, s.holes_mm[1] - 16, 4.0, x=42.0),
    ]
    steps: list[Step] = [add(prism(frame.difference(union_all(windows)), 0.0, s.plate_mm))]
    stands = [(sx * s.holes_mm[0] / 2, sy * s.holes_mm[1] / 2) for sx in (-1, 1) for sy in (-1, 1)]
    for x, y in stands:
        # Wide below for strength, as narrow as the board's bare ring (6.2 mm) at the top.
        cone = Frustum(
            lower=disc(9.0, x, y), upper=disc(6.2, x, y), z0_mm=s.plate_mm - 0.5, z1_mm=top
        )
        steps.append(add(cone))
        hole = disc(M2_5.insert_hole_mm, x, y)
        steps.append(cut(prism(hole, top - M2_5.insert_long_mm - 1.0, top + 1.0)))
    corners = [(x, y) for x in (x0 - 4.0, x1 + 4.0) for y in (y0, y1)]
    steps += [through(disc(M3.through_mm, x, y), 0.0, s.plate_mm) for x, y in corners]
    return PrintedPart(
        name=COMPUTER,
        part=Part(name=COMPUTER, steps=tuple(steps)),
        mount=tuple(
            Hole(x_mm=x, y_mm=y, diameter_mm=M3.through_mm, screw="M3", grip_mm=s.plate_mm)
            for x, y in corners
        ),
        envelope_mm=((x0 - 30.0, y0 - 40.0, 0.0), (x1 + 45.0, y1 + 5.0, top + 22.0)),
        needs=(Need(item="insert M2.5", count=4), Need(item="screw M2.5x6", count=4)),
        notes=(
            "Room is kept for the card (left), the power plug (below), USB and LAN plugs (right).",
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverSizes:
    """A perfboard without a word on its holes is held by its edges."""

    board_mm: tuple[float, float, float] = (70.0, 50.0, 1.6)
    """Perfboard of 5 × 7 cm. Measure this first: some are half a millimetre larger."""
    under_mm: float = 5.0
    """For the solder side."""
    hold_mm: float = 1.2
    """How far the grooves reach over the edges."""
    wall_mm: float = 2.4


def driver_plate(sizes: DriverSizes | None = None) -> PrintedPart:
    """The board slides in along x against a stop; a screw beside its other end keeps it in."""
    s = sizes or DriverSizes()
    length, width, thick = s.board_mm
    base = 3.0
    z0 = base + s.under_mm
    groove = thick + 0.3
    inner, outer = width / 2 + 0.3, width / 2 + 0.3 + s.wall_mm
    top = z0 + groove + s.hold_mm + 0.3 + 1.2
    half = length / 2
    ear = 9.0
    floor = box(-half - 4.0, -outer - ear, half + 12.0, outer + ear).buffer(-3).buffer(3)
    window = plate(length - 16, width - 16, 4.0)
    steps: list[Step] = [add(prism(floor.difference(window), 0.0, base))]
    for sy in (-1, 1):
        # In (y, z): a wall with a ledge below the board and a sloping jaw above it.
        y_in, y_out, ledge = sy * inner, sy * outer, sy * (inner - s.hold_mm)
        rail = Polygon(
            [
                (y_out, base - 0.5),
                (y_out, top),
                (ledge, top),
                (ledge, top - 1.2),
                (y_in, top - 1.2 - s.hold_mm),
                (y_in, z0),
                (ledge, z0),
                (ledge, base - 0.5),
            ]
        )
        steps.append(add(bar(rail, "x", -half - 4.0, half)))
    steps.append(add(prism(box(-half - 4.0, -outer, -half - 0.3, outer), 0.0, z0 + groove)))
    # The screw stands as near to the board's end as the wall beside its insert allows.
    end = half + 0.4
    screw_x = end + 1.2 + M3.insert_hole_mm / 2
    steps.append(add(prism(box(end, -6.0, screw_x + 4.6, 6.0), 0.0, z0 + thick)))
    insert = disc(M3.insert_hole_mm, screw_x, 0.0)
    steps.append(cut(prism(insert, base - 0.5, z0 + thick + 1.0)))
    corners = [(x, sy * (outer + ear / 2)) for x in (-half + 2.0, half + 2.0) for sy in (-1, 1)]
    steps += [through(disc(M3.through_mm, x, y), 0.0, base) for x, y in corners]
    return PrintedPart(
        name=DRIVER,
        part=Part(name=DRIVER, steps=tuple(steps)),
        mount=tuple(
            Hole(x_mm=x, y_mm=y, diameter_mm=M3.through_mm, screw="M3", grip_mm=base)
            for x, y in corners
        ),
        envelope_mm=(
            (-half - 4.0, -outer - ear, 0.0),
            (half + 12.0, outer + ear, z0 + thick + 25.0),
        ),
        needs=(
            Need(item="insert M3", count=1),
            Need(item="screw M3x6", count=1),
            Need(item="washer M3 wide", count=1),
        ),
        notes=("A wide washer (ISO 7093, 9 mm) under the end screw reaches over the board.",),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminalSizes:
    length_mm: float = 100.0
    slot_mm: tuple[float, float] = (12.0, 38.0)
    """From the middle: where a strip's screws may stand. Measure this first: strips of 2.5 mm² have
    12 poles on 90 to 115 mm, shorter when cut."""


def terminal_plate(sizes: TerminalSizes | None = None) -> PrintedPart:
    """Two terminal strips side by side, each screwed through slots into nuts below the plate: it
    stands on two feet so that the nuts have room."""
    s = sizes or TerminalSizes()
    half, wide, base, foot = s.length_mm / 2, 44.0, 4.0, 4.0
    # Printed upside down: the feet point up.
    slab = box(-half, -wide / 2, half, wide / 2)
    top = foot + base
    steps: list[Step] = [add(prism(slab.buffer(-3).buffer(3, quad_segs=16), foot, top))]
    for sx in (-1, 1):
        foot_area = box(sx * half, -wide / 2 + 3, sx * (half - 10.0), wide / 2 - 3)
        steps.append(add(prism(foot_area, 0.0, foot + 0.5)))
    for y in (-11.0, 11.0):
        for sx in (-1, 1):
            ends = (sx * s.slot_mm[0], y), (sx * s.slot_mm[1], y)
            steps.append(through(slot(M3.through_mm, *ends), foot, top))
    corners = [(sx * (half - 5.0), sy * 14.0) for sx in (-1, 1) for sy in (-1, 1)]
    steps += [through(disc(M3.through_mm, x, y), 0.0, top) for x, y in corners]
    return PrintedPart(
        name=TERMINALS,
        part=Part(name=TERMINALS, steps=tuple(steps)),
        mount=tuple(
            Hole(x_mm=x, y_mm=y, diameter_mm=M3.through_mm, screw="M3", grip_mm=top)
            for x, y in corners
        ),
        envelope_mm=((-half, -wide / 2 - 12.0, 0.0), (half, wide / 2 + 12.0, top + 25.0)),
        prints_turned=Turn(x_deg=180),
        needs=(
            Need(item="terminal strip 12", count=2),
            Need(item="screw M3x20", count=4),
            Need(item="nut M3", count=4),
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CableSizes:
    jack_mm: float = 8.2
    """Panel jack 5.5 × 2.1 mm. Measure this first: there are jacks for 8, 11 and 12 mm."""
    plug_mm: tuple[float, float] = (14.0, 9.0)
    """Largest plug that goes through: RJ45 is 11.7 × 8 mm, USB-C with its sleeve 12.4 × 6.5 mm."""
    thick_mm: float = 3.0
    """What the jack's nut clamps."""


def cable_plate(sizes: CableSizes | None = None) -> PrintedPart:
    """In the back panel: the supply's jack, and two ports for the computer's cables, each tied to a
    bridge beside it. Mounting face on the panel's outer face."""
    s = sizes or CableSizes()
    wide, tall = 92.0, 40.0
    steps: list[Step] = [add(prism(plate(wide, tall, 4.0), 0.0, s.thick_mm))]
    steps.append(through(disc(s.jack_mm, -28.0, 0.0), 0.0, s.thick_mm))
    ports = (2.0, 28.0)
    for x in ports:
        steps.append(through(plate(*s.plug_mm, 2.0, x=x, y=3.0), 0.0, s.thick_mm))
        for sx in (-1, 1):
            steps.append(
                through(slot(2.4, (x + sx * 4.0, -9.0), (x + sx * 4.0, -5.5)), 0, s.thick_mm)
            )
    corners = [(sx * 41.0, sy * 15.0) for sx in (-1, 1) for sy in (-1, 1)]
    steps += [through(disc(M3.through_mm, x, y), 0.0, s.thick_mm) for x, y in corners]
    return PrintedPart(
        name=CABLES,
        part=Part(name=CABLES, steps=tuple(steps)),
        mount=(
            Hole(x_mm=-28.0, y_mm=0.0, diameter_mm=22.0),
            *(Hole(x_mm=x, y_mm=1.0, diameter_mm=20.0) for x in ports),
            *(
                Hole(x_mm=x, y_mm=y, diameter_mm=M3.through_mm, screw="M3", grip_mm=s.thick_mm)
                for x, y in corners
            ),
        ),
        envelope_mm=((-wide / 2, -tall / 2, -30.0), (wide / 2, tall / 2, s.thick_mm + 40.0)),
        needs=(Need(item="cable tie", count=2),),
        notes=("Tie each cable to the bridge below its port: a pull must not reach the plug.",),
    )
