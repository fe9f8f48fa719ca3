"""What the generated board is: where its parts sit and how the bare board looks."""

from __future__ import annotations

import functools
import random
from dataclasses import dataclass

import cv2
import numpy as np

from hw.ports import Pixels
from hw.sim.cradle_picture import POCKET, empty_cradle
from hw.sim.pcb_parts import KINDS, Kind
from hw.sim.sheet import Colour, Point, Sheet, shade

BOARD_MM = (100.0, 70.5)
WEAVE_TILE = 640
LABEL_AT: Point = (25.0, 20.5)
LABEL_MM = (21.0, 9.6)
HOLES: tuple[Point, ...] = ((-46.8, -32.0), (46.8, -32.0), (-46.8, 32.0), (46.8, 32.0))
FIDUCIALS: tuple[Point, ...] = ((-39.6, -31.6), (37.5, -27.0), (-38.6, 14.6))


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One part of the design."""

    component: str
    part_type: str
    at_mm: Point
    angle_deg: float = 0.0
    value: int = 0
    inspected: bool = True

    @property
    def kind(self) -> Kind:
        return KINDS[self.part_type]

    def size_mm(self) -> tuple[float, float]:
        """Along x and y as it lies on the board."""
        size = (self.kind.width_mm, self.kind.length_mm)
        return (size[1], size[0]) if self.angle_deg % 180 == 90 else size

    def pins_mm(self) -> tuple[Point, ...]:
        angle = np.radians(self.angle_deg)
        c, s = float(np.cos(angle)), float(np.sin(angle))
        x, y = self.at_mm
        return tuple((x + c * px - s * py, y + s * px + c * py) for px, py in self.kind.pins)


def _place(
    component: str, part_type: str, x: float, y: float, angle: float = 0.0, value: int = 0
) -> Place:
    return Place(
        component=component, part_type=part_type, at_mm=(x, y), angle_deg=angle, value=value
    )


def _extra(
    component: str, part_type: str, x: float, y: float, angle: float = 0.0, value: int = 0
) -> Place:
    """A part that stands on the board and is not inspected."""
    return Place(
        component=component, part_type=part_type, at_mm=(x, y), angle_deg=angle, value=value,
        inspected=False,
    )  # fmt: skip


DESIGN: tuple[Place, ...] = (
    _place("J1", "screw_terminal", -44.0, -19.5, 90),
    _place("F1", "fuse", -26.5, -30.4),
    _place("T1", "transformer", -27.5, -17.6),
    _place("C1", "electrolytic", -10.5, -28.0, 0, 0),
    _place("C2", "electrolytic", -12.0, -17.0, 90, 1),
    _place("L1", "toroid", 2.0, -26.5),
    _place("Q1", "to220", 16.0, -30.0, 0, 0),
    _place("Q2", "to220", 28.5, -30.0, 0, 1),
    _place("J2", "jst", 43.0, -20.5, 90),
    _place("D1", "diode", 16.0, -22.8),
    _extra("D2", "diode", 29.0, -22.8, 180),
    _place("U1", "dip14", 20.0, -12.5),
    _place("C3", "film_capacitor", 2.0, -14.2, 0, 0),
    _place("Y1", "crystal", 39.5, -8.0),
    _place("K1", "relay", -35.0, 3.2),
    _place("J3", "screw_terminal", -44.0, 22.0, 270),
    _place("R1", "resistor", -16.0, -8.0, 0, 2),
    _place("R2", "resistor", -16.0, -4.2, 0, 3),
    _extra("R3", "resistor", -16.0, -0.4, 0, 4),
    _place("U2", "opto", -4.5, 0.5),
    _place("U3", "opto", 4.5, 0.5, 180),
    _place("C4", "small_electrolytic", -4.0, -8.0, 180, 0),
    _place("C5", "small_electrolytic", 4.5, -8.0, 0, 0),
    _place("U4", "dip8", 17.0, 1.5, 180),
    _place("RV1", "trimmer", 30.5, -0.6),
    _place("D3", "led", 43.0, -1.0, 0, 0),
    _extra("D4", "led", 43.0, 5.0, 0, 1),
    _place("U5", "soic8", 29.0, 9.0),
    _extra("R5", "chip_resistor", 22.5, 9.0, 90),
    _extra("R6", "chip_resistor", 19.2, 9.0, 90, 1),
    _extra("C6", "chip_capacitor", 35.0, 7.4, 90),
    _extra("C7", "chip_capacitor", 35.0, 11.4, 90, 1),
    _place("Q3", "sot23", 14.0, 10.0),
    _extra("R7", "chip_resistor", 9.6, 10.0, 90, 2),
    _place("D5", "diode", -17.0, 5.0, 180),
    _place("D6", "diode", -17.0, 9.2, 0),
    _place("C8", "electrolytic", -29.0, 20.0, 180, 2),
    _place("C9", "electrolytic", -18.5, 17.5, 0, 2),
    _extra("C10", "disc_capacitor", -4.0, 9.5),
    _place("C11", "disc_capacitor", -4.0, 14.0, 0, 1),
    _place("R8", "resistor", -3.5, 19.0, 0, 5),
    _extra("R9", "resistor", -3.5, 22.8, 0, 6),
    _place("C12", "film_capacitor", 9.5, 20.0, 90, 1),
    _place("R10", "resistor", -22.5, 29.5, 0, 7),
    _extra("C13", "small_electrolytic", 42.5, 12.5, 90, 3),
    _place("C14", "small_electrolytic", 42.5, 20.0, 270, 3),
    _place("J4", "header", 29.5, 31.0),
    _place("J5", "jst", 2.5, 30.5, 180),
)

MASKS: tuple[Colour, ...] = ((48, 92, 26), (104, 56, 18), (38, 34, 30), (34, 28, 132))
"""Solder masks of the variants: green, blue, black, red."""


def design(variant: int) -> tuple[Place, ...]:
    """The parts of a variant: the same circuit on another mask, for odd variants turned round
    and for every fourth with the other set of values."""
    if not variant % 2 and variant < 4:
        return DESIGN
    turned = []
    for place in DESIGN:
        x, y = place.at_mm
        turned.append(
            Place(
                component=place.component,
                part_type=place.part_type,
                at_mm=(-x, -y) if variant % 2 else (x, y),
                angle_deg=(place.angle_deg + 180 * (variant % 2)) % 360,
                value=place.value + variant // 4,
                inspected=place.inspected,
            )
        )
    return tuple(turned)


def turn(at: Point, variant: int) -> Point:
    return (-at[0], -at[1]) if variant % 2 else at


def scale_px_per_mm(width_px: int, height_px: int) -> float:
    """The largest scale at which the board fits its pocket."""
    left, top, right, bottom = POCKET
    return min(
        (right - left) * width_px * 0.992 / BOARD_MM[0],
        (bottom - top) * height_px * 0.992 / BOARD_MM[1],
    )


@functools.lru_cache(maxsize=2)
def bare_board(variant: int, width_px: int, height_px: int) -> Pixels:
    """The unpopulated board in its cradle: (height, width, 3) uint8 BGR. Not to be written to."""
    chance = random.Random(9000 + variant)
    picture = empty_cradle(width_px, height_px)
    sheet = Sheet(0, 0, scale_px_per_mm(width_px, height_px), pixels=picture)
    mask = MASKS[variant % len(MASKS)]
    places = design(variant)
    _substrate(sheet, mask)
    _copper(sheet, mask, places, chance)
    _cloud(picture, variant)
    for place in places:
        _pads(sheet, place, chance)
    _silkscreen(sheet, places, variant)
    for at in (turn(point, variant) for point in HOLES):
        sheet.disc(at, 2.9, (150, 176, 184))
        sheet.disc((at[0] - 0.1, at[1] - 0.1), 2.6, (176, 200, 206))
        sheet.disc(at, 1.65, (26, 26, 27))
    for at in (turn(point, variant) for point in FIDUCIALS):
        sheet.disc(at, 1.5, shade(mask, 0.55))
        sheet.disc(at, 0.75, (176, 204, 214))
    picture.setflags(write=False)
    return picture


def _substrate(sheet: Sheet, mask: Colour) -> None:
    width, height = BOARD_MM
    sheet.rounded((0.35, 0.35), width + 0.3, height + 0.3, 1.6, (14, 14, 15))
    sheet.rounded((0, 0), width, height, 1.5, shade((96, 140, 132), 0.9))
    sheet.rounded((0, 0), width - 0.5, height - 0.5, 1.3, shade(mask, 0.8))
    sheet.rounded((0, 0), width - 1.6, height - 1.6, 1.0, mask)


def _copper(sheet: Sheet, mask: Colour, places: tuple[Place, ...], chance: random.Random) -> None:
    """Traces with their clearance in the poured ground, seen through the mask."""
    gap, copper = shade(mask, 0.74), shade(mask, 1.22)
    pins = [(place, pin) for place in places for pin in place.pins_mm()]
    routes = []
    for place, pin in pins:
        others = sorted(
            (abs(pin[0] - q[0]) + abs(pin[1] - q[1]), q) for p, q in pins if p is not place
        )
        target = chance.choice(others[:6])[1]
        routes.append((_route(pin, target, chance), chance.choice((0.35, 0.45, 0.45, 0.9, 1.4))))
    for path, width in routes:
        sheet.line(path, width + 0.7, gap)
    for place, pin in pins:
        sheet.disc(pin, place.kind.pad_mm[0] * 0.72 + 0.25, gap)
    for path, width in routes:
        sheet.line(path, width, copper)
    for _ in range(130):
        at = (chance.uniform(-47, 47), chance.uniform(-32, 32))
        sheet.disc(at, 0.42, shade(mask, 1.35))
        sheet.disc(at, 0.18, shade(mask, 0.4))


def _route(start: Point, end: Point, chance: random.Random) -> list[Point]:
    """Two straight runs with a corner of 45 degrees between them."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    diagonal = min(abs(dx), abs(dy))
    sx, sy = np.sign(dx), np.sign(dy)
    share = chance.uniform(0.2, 0.8)
    if abs(dx) > abs(dy):
        first = (start[0] + sx * (abs(dx) - diagonal) * share, start[1])
    else:
        first = (start[0], start[1] + sy * (abs(dy) - diagonal) * share)
    second = (first[0] + sx * diagonal, first[1] + sy * diagonal)
    return [start, (float(first[0]), float(first[1])), (float(second[0]), float(second[1])), end]


def _cloud(picture: Pixels, variant: int) -> None:
    """Mask is never even: a soft cloud and a fine weave over board and cradle alike."""
    chance = np.random.default_rng(variant + 50)
    height, width = picture.shape[:2]
    soft = cv2.resize(
        chance.normal(0, 1, (9, 12)).astype(np.float32), (width, height),
        interpolation=cv2.INTER_CUBIC,
    )  # fmt: skip
    tile = chance.normal(0, 1, (WEAVE_TILE, WEAVE_TILE)).astype(np.float32)
    woven = cv2.GaussianBlur(tile, (0, 0), max(width / 1600, 0.6), borderType=cv2.BORDER_REFLECT)
    times = (height // WEAVE_TILE + 1, width // WEAVE_TILE + 1)
    weave = np.tile(woven, times)[:height, :width]
    gain = 1.0 + 0.03 * soft + 0.05 * weave
    cv2.multiply(picture, cv2.merge([gain, gain, gain]), dst=picture, dtype=cv2.CV_8U)


def _pads(sheet: Sheet, place: Place, chance: random.Random) -> None:
    """Tinned lands; a hole that no part has filled is seen as one."""
    pad, hole = place.kind.pad_mm
    for n, at in enumerate(place.pins_mm()):
        if hole == 0.0:
            sheet.box(at, pad * 1.15, pad * 1.15, (150, 160, 164))
            sheet.box((at[0] - 0.06, at[1] - 0.06), pad * 0.8, pad * 0.8, (196, 204, 206))
            continue
        if n == 0:
            sheet.box(at, pad, pad, (128, 150, 158))
        else:
            sheet.disc(at, pad / 2, (128, 150, 158))
        sheet.disc((at[0] - 0.08, at[1] - 0.08), pad * 0.43, (178, 192, 198))
        sheet.disc(at, hole / 2, (24, 26, 26))
        glint = (at[0] - 0.3 * pad + chance.uniform(-0.05, 0.05), at[1] - 0.28 * pad)
        sheet.disc(glint, 0.1, (236, 240, 242))


def _silkscreen(sheet: Sheet, places: tuple[Place, ...], variant: int) -> None:
    ink: Colour = (206, 212, 208)
    for place in places:
        x, y = place.at_mm
        w, h = place.size_mm()
        w, h = w / 2 + 0.35, h / 2 + 0.35
        round_part = "electrolytic" in place.part_type or place.part_type in ("led", "toroid")
        if round_part:
            sheet.arc((x, y), w - 0.1, 0.18, ink)
        else:
            corners = [(x - w, y - h), (x + w, y - h), (x + w, y + h), (x - w, y + h)]
            sheet.line([*corners, corners[0]], 0.18, ink)
        if place.kind.polarity == "fixed":
            _pin_mark(sheet, place, ink)
        above = y - h - 1.0 if y - h - 2.0 > -BOARD_MM[1] / 2 else y + h + 1.0
        sheet.text((x - w + 1.4, above), place.component, 1.15, ink)
    title = turn((-22.0, 33.6), variant)
    sheet.text(title, f"GOLDENBOARD GB-{variant + 1:02d}  REV C", 1.3, ink)
    sheet.text(turn((20.0, 27.4), variant), "5V 12V GND TX RX EN", 1.0, ink)
    label = turn(LABEL_AT, variant)
    w, h = LABEL_MM[0] / 2 + 0.3, LABEL_MM[1] / 2 + 0.3
    x, y = label
    box = [(x - w, y - h), (x + w, y - h), (x + w, y + h), (x - w, y + h), (x - w, y - h)]
    sheet.line(box, 0.15, ink)


def _pin_mark(sheet: Sheet, place: Place, ink: Colour) -> None:
    """The printed mark at pin 1 or the minus side, where the part's own mark has to be."""
    angle = np.radians(place.angle_deg)
    reach = place.kind.width_mm / 2 + 0.9
    x = place.at_mm[0] - reach * float(np.cos(angle))
    y = place.at_mm[1] - reach * float(np.sin(angle))
    sheet.disc((x, y), 0.32, ink)
