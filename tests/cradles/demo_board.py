"""The demonstration's board as a design file would tell it, and how it looks in its cradle."""

from __future__ import annotations

import functools

import numpy as np

from appliance.board import BoardFile, Component, Hole, Protrusion
from appliance.board.ring import box
from appliance.terms import Polarity
from cradles.build import Cradle, build
from cradles.optics import BoardLook
from hw.sim.boards import BoardFault
from hw.sim.generator import GeneratedBoard
from hw.sim.pcb_design import BOARD_MM, HOLES, Place, design, scale_px_per_mm

TRIM_MM = 1.8
_SIZE_PX = (2560, 1832)


def demo_board() -> BoardFile:
    """The simulation draws with y downwards from the board's middle; design files with y up."""
    w, h = BOARD_MM[0] / 2, BOARD_MM[1] / 2
    places = design(0)
    return BoardFile(
        name="demo",
        part_number="DEMO",
        revision="A",
        outline=box(-w, -h, w, h, radius_mm=1.5),
        holes=tuple(
            Hole(x_mm=float(x), y_mm=float(-y), diameter_mm=3.3, tooling=False) for x, y in HOLES
        ),
        protrusions=tuple(lead for place in places for lead in _leads(place)),
        components=tuple(_part(place) for place in places),
        source="the simulated cabinet's generated board",
    )


def _part(place: Place) -> Component:
    kind = place.kind
    return Component(
        designator=place.component,
        part_type=place.part_type,
        x_mm=float(place.at_mm[0]),
        y_mm=float(-place.at_mm[1]),
        width_mm=kind.width_mm,
        height_mm=kind.length_mm,
        turn_deg=float(-place.angle_deg),
        tall_mm=kind.height_mm,
        polarity=Polarity(kind.polarity),
        inspected=place.inspected,
    )


def _leads(place: Place) -> list[Protrusion]:
    drill = place.kind.pad_mm[1]
    if drill == 0:
        return []
    return [
        Protrusion(
            x_mm=round(float(x), 3),
            y_mm=round(float(-y), 3),
            width_mm=drill,
            height_mm=drill,
            deep_mm=TRIM_MM,
        )
        for x, y in place.pins_mm()
    ]


@functools.cache
def demo_cradle() -> Cradle:
    return build(demo_board())


def look_of(seed: int, *faults: tuple[str, str]) -> BoardLook:
    """One made board, with these parts wrong (component, kind of fault)."""
    wrong = tuple(BoardFault(component=name, kind=kind) for name, kind in faults)
    picture = GeneratedBoard(seed=seed, faults=wrong).picture(*_SIZE_PX).pixels
    k = scale_px_per_mm(*_SIZE_PX)
    cx, cy = (_SIZE_PX[0] - 1) / 2, (_SIZE_PX[1] - 1) / 2
    x0, y0 = round(cx - BOARD_MM[0] / 2 * k), round(cy - BOARD_MM[1] / 2 * k)
    x1, y1 = round(cx + BOARD_MM[0] / 2 * k), round(cy + BOARD_MM[1] / 2 * k)
    return BoardLook(pixels=np.ascontiguousarray(picture[y0:y1, x0:x1]), px_per_mm=k)
