"""Bought pieces as plain blocks where they stand: for pictures, and so that nothing collides with
them. Sizes of boards are their makers' or generous."""

from __future__ import annotations

from shapely import Point, box

from cradles.cabinet.bodies import Body, Kind, box_solid
from cradles.cabinet.box import COMPUTER_MM
from cradles.cabinet.drawer import STOP_SHAFT_MM, STOP_X_MM, stop_y_mm
from cradles.cabinet.fasteners import hexagon
from cradles.cabinet.parts.boards import ComputerSizes, DriverSizes
from cradles.cabinet.parts.fasteners import M4
from cradles.cabinet.places import DRIVER_MM, TERMINALS_MM
from cradles.cabinet.sizes import Sizes
from cradles.csg import Part, add, prism
from cradles.solids import solid_of


def bought(sizes: Sizes) -> list[Body]:
    top = sizes.ceiling_top_mm
    made = [
        _on_plate("computer", COMPUTER_MM, top, ComputerSizes().plate_mm + ComputerSizes().stand_mm,
                  (ComputerSizes().board_mm, 1.4), ((21.0, -26.0, 50.0, 26.0), 17.0)),
        _on_plate("driver_board", DRIVER_MM, top, 3.0 + DriverSizes().under_mm,
                  ((-34.9, -24.9, 34.9, 24.9), 1.6), ((-25.0, -18.0, 25.0, 18.0), 18.0)),
        _on_plate("terminals", TERMINALS_MM, top, 8.0, ((-45.0, -20.0, 45.0, 20.0), 4.0),
                  ((-45.0, -20.0, 45.0, -3.0), 17.0), ((-45.0, 3.0, 45.0, 20.0), 17.0)),
    ]  # fmt: skip
    for number, side in enumerate((-1, 1), 1):
        made.append(_stop(sizes, side * STOP_X_MM, number))
    return made


Slab = tuple[tuple[float, float, float, float], float]
"""A rectangle (lowest x and y, highest x and y) and its height."""


def _on_plate(name: str, at: tuple[float, float], top: float, stand: float, *slabs: Slab) -> Body:
    """On a printed plate's stands: a board, and what is soldered onto it."""
    low = top + stand
    steps = []
    for (x0, y0, x1, y1), tall in slabs:
        area = box(at[0] + x0, at[1] + y0, at[0] + x1, at[1] + y1)
        steps.append(add(prism(area, low, low + tall)))
    part = Part(name=name, steps=tuple(steps))
    return Body(name=name, kind=Kind.BOUGHT, solid=solid_of(part))


STOP_BELOW_MM = 3.0
"""How far a stop's tip has to stand out below the tray."""


def stop_screw_mm(sizes: Sizes) -> float:
    """Length of the M4 that stops the drawer: through nut and tray, and out below."""
    need = M4.nut_high_mm + sizes.mdf_mm + STOP_BELOW_MM
    return min(length for length in M4.lengths_mm if length >= need)


def _stop(sizes: Sizes, x_mm: float, number: int) -> Body:
    """An M4 through a nut that is glued onto the tray, its head on the nut."""
    y, nut = stop_y_mm(sizes), M4.nut_high_mm
    shaft = Point(x_mm, y).buffer(STOP_SHAFT_MM / 2, quad_segs=8)
    head = Point(x_mm, y).buffer(3.5, quad_segs=6)
    shapes = (
        prism(shaft, nut - stop_screw_mm(sizes), nut),
        prism(hexagon(x_mm, y, M4.nut_flats_mm), 0.0, nut),
        prism(head, nut, nut + 4.0),
    )
    return Body(
        name=f"stop {number}",
        kind=Kind.BOUGHT,
        solid=solid_of(Part(name="stop", steps=tuple(add(shape) for shape in shapes))),
        moves=True,
        pieces=tuple(solid_of(Part(name="stop", steps=(add(shape),))) for shape in shapes),
    )


def largest_cradle(sizes: Sizes) -> Body:
    """The block that the opening has to let through."""
    w, d = sizes.cradle_mm[0] / 2, sizes.cradle_mm[1] / 2
    tall = sizes.tallest_mm - 2.0
    return Body(
        name="cradle",
        kind=Kind.BOUGHT,
        solid=box_solid((-w, -d, 0.0, w, d, tall)),
        moves=True,
    )
