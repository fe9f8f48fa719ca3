"""Where each printed part stands, and the holes that it asks of its panel."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from cradles.cabinet.bodies import Body, Kind
from cradles.cabinet.box import COMPUTER_MM
from cradles.cabinet.frames import Frame, facing_back, facing_front, hanging, on_top, turned, under
from cradles.cabinet.joints import PLANE, Bore, Panel
from cradles.cabinet.parts import PrintedPart
from cradles.cabinet.parts.catalogue import channel_pieces, printed_parts
from cradles.cabinet.sizes import Sizes
from cradles.solids import solid_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    name: str
    """With a number where there are several."""
    part: PrintedPart
    frame: Frame
    panel: str
    """That it is screwed to; empty when it rides on another part."""
    moves: bool = False

    def body(self) -> Body:
        return Body(
            name=self.name,
            kind=Kind.PRINTED,
            solid=self.frame.placed(solid_of(self.part.part)),
            moves=self.moves,
        )

    def bores(self, axis: str) -> tuple[Bore, ...]:
        """In the plane of a panel that lies across `axis`."""
        made = []
        for hole in self.part.mount:
            at = dict(zip("xyz", self.frame.point(hole.x_mm, hole.y_mm), strict=True))
            u, v = PLANE[axis]
            use = f"{hole.screw} of {self.name}" if hole.screw else self.name
            made.append(Bore(u_mm=at[u], v_mm=at[v], diameter_mm=hole.diameter_mm, use=use))
        return tuple(made)


def drilled(panels: Mapping[str, Panel], printed: tuple[Placed, ...]) -> Mapping[str, Panel]:
    """The panels with the holes of the parts that stand on them."""
    made = dict(panels)
    for each in printed:
        if each.panel:
            panel = made[each.panel]
            made[each.panel] = replace(panel, bores=(*panel.bores, *each.bores(panel.axis)))
    return made


LAMPS_X_MM = (-60.0, 0.0, 60.0)
"""Red, amber, green."""
BUTTON_X_MM, BUZZER_X_MM = 150.0, -150.0
SWITCHES_X_MM = 100.0
GUIDES_Y_MM = (-140.0, 120.0)
SPRING_Y_MM = 3.0
"""Of its origin: the nose then presses between the guides."""

DRIVER_MM, TERMINALS_MM = (130.0, 110.0), (130.0, 15.0)
CABLE_PLATE_X_MM = 20.0
FEET_MM = (205.0, 14.5)
"""From the middle along x; from the inner faces of front and back."""


def placed_parts(sizes: Sizes) -> tuple[Placed, ...]:
    """In the order in which they are made; several of a kind are numbered."""
    parts = {part.name: part for part in printed_parts(sizes)}
    made: list[Placed] = []
    numbers: Counter[str] = Counter()
    for name, panel, frames in _stands(sizes):
        for frame in frames:
            numbers[name] += 1
            made.append(
                Placed(
                    name=name if parts[name].count == 1 else f"{name} {numbers[name]}",
                    part=parts[name],
                    frame=frame,
                    panel=panel,
                    moves=panel == "drawer_front",
                )
            )
    by_name = {each.part.name: each for each in made}
    for part in parts.values():
        if part.rides_on:
            below = by_name[part.rides_on]
            frame = turned(part.place_mm, part.place_turned).within(below.frame)
            made.append(Placed(name=part.name, part=part, frame=frame, panel="", moves=below.moves))
    counts = Counter(each.part.name for each in made)
    assert counts == {part.name: part.count for part in parts.values()}
    return tuple(made)


def _stands(sizes: Sizes) -> Iterator[tuple[str, str, list[Frame]]]:
    """Name, panel and places."""
    d, half = sizes.half_depth_mm, sizes.tray_half_mm
    row = sizes.ceiling_top_mm + sizes.compartment_mm / 2
    tray = -sizes.mdf_mm / 2
    pieces = channel_pieces(sizes.strip_length_mm)
    long = sizes.strip_length_mm / pieces
    bar = [(i - (pieces - 1) / 2) * long for i in range(pieces)]
    y = sizes.strip_mm[0]
    yield "camera_mount", "ceiling", [on_top((0.0, 0.0, sizes.ceiling_top_mm))]
    yield (
        "led_channel",
        "ceiling",
        [
            hanging((x, side * y, sizes.ceiling_mm), inward=-side)
            for side in (-1.0, 1.0)
            for x in bar
        ],
    )
    yield "lamp_holder", "front", [facing_back((x, -d, row)) for x in LAMPS_X_MM]
    yield "button_holder", "front", [facing_back((BUTTON_X_MM, -d, row))]
    yield "buzzer_holder", "front", [facing_back((BUZZER_X_MM, -d, row))]
    yield (
        "switch_holder",
        "back",
        [facing_front((x, d, tray)) for x in (-SWITCHES_X_MM, SWITCHES_X_MM)],
    )
    yield "end_stop", "back", [facing_front((0.0, d, tray))]
    yield "tray_guide", "floor", [on_top((-half, v, sizes.floor_mm)) for v in GUIDES_Y_MM]
    yield "tray_spring", "floor", [on_top((half, SPRING_Y_MM, sizes.floor_mm))]
    middle = (sizes.floor_mm - sizes.mdf_mm + sizes.tallest_mm) / 2 + 8.0
    yield (
        "handle",
        "drawer_front",
        [facing_front((0.0, sizes.drawer_mm - sizes.mdf_mm, middle))],
    )
    top = sizes.ceiling_top_mm
    yield "computer_plate", "ceiling", [on_top((*COMPUTER_MM, top))]
    yield "driver_plate", "ceiling", [on_top((*DRIVER_MM, top))]
    yield "terminal_plate", "ceiling", [on_top((*TERMINALS_MM, top))]
    yield "cable_plate", "back", [facing_back((CABLE_PLATE_X_MM, d + sizes.mdf_mm, row))]
    yield "cable_clip", "ceiling", [on_top((x, v, top)) for x in (-200.0, 200.0) for v in (-90, 60)]
    yield (
        "cable_clip",
        "back",
        [facing_front((x, d, z)) for x in (-195.0, 195.0) for z in (70.0, 150.0)],
    )
    x, y = FEET_MM[0], d - FEET_MM[1]
    yield (
        "foot",
        "floor",
        [
            under((sx * x, sy * y, sizes.floor_mm - sizes.mdf_mm))
            for sx in (-1, 1)
            for sy in (-1, 1)
        ],
    )
