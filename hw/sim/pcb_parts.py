"""Parts of a generated board, seen from above: one function each, drawn in millimetres.

Every part lies along x with pin 1 or its minus mark to the left. `value` chooses what is printed
or which colours; another value is how a wrong part looks.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from hw.sim.sheet import Colour, Point, Sheet, shade

TIN: Colour = (196, 200, 202)
STEEL: Colour = (150, 154, 158)
BLACK: Colour = (34, 33, 32)
PRINT: Colour = (150, 152, 150)
WHITE: Colour = (226, 230, 232)
BAND: tuple[Colour, ...] = (
    (25, 22, 20), (28, 50, 92), (40, 40, 190), (30, 110, 225), (40, 205, 230),
    (70, 150, 60), (170, 90, 40), (160, 60, 130), (130, 130, 130), (225, 225, 225),
)  # fmt: skip
"""The ten colours of the resistor code, black to white."""
SLEEVES: tuple[Colour, ...] = ((48, 40, 36), (96, 58, 30), (52, 70, 30), (66, 36, 60))


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A type of part: how large, how high, where its pins are and how it is drawn."""

    draw: Callable[[Sheet, int, random.Random], None]
    width_mm: float
    length_mm: float
    height_mm: float
    pins: tuple[Point, ...]
    pad_mm: tuple[float, float] = (1.7, 0.9)
    """Diameter of pad and hole; a hole of 0 is a surface pad `pad_mm[0]` square."""
    polarity: str = "fixed"
    wobble_deg: float = 1.0
    """How far good parts of this kind are turned, standard deviation."""


def _cylinder(sheet: Sheet, length: float, width: float) -> None:
    """Light along a lying cylinder: bright above the middle, dark at the lower side."""
    x, y = sheet.coordinates()
    across = np.clip(y / (width / 2), -1, 1)
    gain = (
        0.62
        + 0.5 * np.sqrt(np.clip(1 - across**2, 0, 1))
        + 0.35 * np.exp(-(((across + 0.35) / 0.16) ** 2))
    )
    along = np.abs(x) < length / 2
    inside = along & (np.abs(y) <= width / 2 + 0.05)
    sheet.shine(np.where(inside, gain, 1.0).astype(np.float32)[..., None])


def _leads(sheet: Sheet, reach: float, width: float = 0.6) -> None:
    sheet.line([(-reach, 0), (reach, 0)], width, STEEL)
    sheet.line([(-reach, -0.1), (reach, -0.1)], width / 3, WHITE)
    for side in (-1, 1):
        sheet.disc((side * reach, 0), 0.62, TIN)
        sheet.disc((side * reach - 0.12, -0.16), 0.2, WHITE)


def resistor(sheet: Sheet, value: int, chance: random.Random) -> None:
    _leads(sheet, 5.1)
    body: Colour = (132, 176, 206) if value % 2 == 0 else (178, 160, 92)
    sheet.rounded((0, 0), 6.4, 2.1, 0.8, body)
    for end in (-2.45, 2.45):
        sheet.rounded((end, 0), 1.5, 2.5, 0.6, body)
    digits = (value % 9 + 1, (value * 7 + 3) % 10, (value * 3) % 7)
    for x, digit in zip((-2.3, -1.0, 0.0), digits, strict=True):
        sheet.box((x, 0), 0.5, 2.45 if x < -2 else 2.05, BAND[digit])
    sheet.box((2.3, 0), 0.5, 2.45, (40, 130, 180))
    _cylinder(sheet, 6.6, 2.5)


def diode(sheet: Sheet, value: int, chance: random.Random) -> None:
    _leads(sheet, 4.6, 0.75)
    sheet.rounded((0, 0), 5.0, 2.7, 0.35, (44, 42, 42))
    sheet.box((-1.65, 0), 0.8, 2.7, (190, 192, 192))
    sheet.text((0.6, 0), ("4007", "5819", "4148")[value % 3], 0.8, (140, 140, 140))
    _cylinder(sheet, 5.0, 2.7)


def electrolytic(sheet: Sheet, value: int, chance: random.Random, radius: float = 4.0) -> None:
    lean_x, lean_y = chance.gauss(0, 0.12), chance.gauss(0, 0.12)
    sleeve = SLEEVES[value % len(SLEEVES)]
    sheet.disc((0, 0), radius, shade(sleeve, 0.7))
    sheet.ellipse((0, 0), radius, radius, (176, 178, 176), from_deg=148, to_deg=212)
    top = (lean_x, lean_y)
    sheet.disc(top, radius * 0.93, sleeve)
    sheet.ellipse(top, radius * 0.93, radius * 0.93, (192, 194, 190), from_deg=150, to_deg=210)
    for angle in (-10, 0, 10):
        a = np.radians(180 + angle)
        at = (top[0] + radius * 0.86 * np.cos(a), top[1] + radius * 0.86 * np.sin(a))
        sheet.line([(at[0], at[1] - 0.25), (at[0], at[1] + 0.25)], 0.16, (60, 60, 60))
    sheet.disc(top, radius * 0.76, (168, 172, 174))
    sheet.disc((top[0] - 0.1, top[1] - 0.1), radius * 0.72, (190, 194, 196))
    for angle in (30, 150, 270):
        a = np.radians(angle)
        end = (
            top[0] + radius * 0.5 * float(np.cos(a)),
            top[1] + radius * 0.5 * float(np.sin(a)),
        )
        sheet.line([top, end], 0.14, (118, 122, 124))
    x, y = sheet.coordinates()
    gain = (
        1.0
        - 0.035 * (x + y)
        + 0.12 * np.exp(-((x + 0.25 * radius) ** 2 + (y + 0.35 * radius) ** 2) / 2.0)
    )
    sheet.shine(gain.astype(np.float32)[..., None])


def small_electrolytic(sheet: Sheet, value: int, chance: random.Random) -> None:
    electrolytic(sheet, value, chance, 2.5)


def film_capacitor(sheet: Sheet, value: int, chance: random.Random) -> None:
    body: Colour = ((44, 44, 176), (40, 168, 208), (150, 84, 30))[value % 3]
    sheet.rounded((0, 0), 10.0, 4.4, 0.4, shade(body, 0.75))
    sheet.rounded((-0.1, -0.12), 9.5, 3.9, 0.4, body)
    text = ("104K 275", "u22 J63", "473J 400")[value % 3]
    sheet.text((-0.1, -0.1), text, 1.25, (225, 228, 230))


def disc_capacitor(sheet: Sheet, value: int, chance: random.Random) -> None:
    body: Colour = ((44, 112, 190), (170, 110, 40))[value % 2]
    sheet.ellipse((0, 0), 3.2, 1.25, shade(body, 0.8))
    sheet.ellipse((-0.08, -0.1), 2.9, 1.0, body)
    sheet.text((0, -0.1), ("104", "222")[value % 2], 0.8, (60, 60, 60))
    _cylinder(sheet, 6.2, 2.6)


def _chip(
    sheet: Sheet, pins: int, pitch: float, width: float, reach: float, text: str, lot: str
) -> None:
    length = pins / 2 * pitch + 0.6
    for n in range(pins // 2):
        x = (n - (pins / 2 - 1) / 2) * pitch
        for side in (-1, 1):
            sheet.box((x, side * (width / 2 + reach / 2 - 0.1)), pitch * 0.38, reach, STEEL)
            sheet.box((x - 0.05, side * (width / 2 + reach / 2)), pitch * 0.14, reach * 0.8, WHITE)
    sheet.rounded((0, 0), length, width, 0.2, (40, 39, 38))
    sheet.rounded((-0.05, -0.05), length - 0.4, width - 0.4, 0.2, (54, 53, 52))
    sheet.disc((-length / 2 + 0.15, 0), 0.12 * width, (26, 25, 25))
    sheet.disc((-length / 2 + 0.9, width / 2 - 0.9), 0.3, (28, 27, 27))
    size = min(length / (len(text) + 1.2) * 1.25, width * 0.26)
    sheet.text((0.25, -width * 0.14), text, size, (172, 174, 172))
    sheet.text((0.25, width * 0.2), lot, size * 0.8, (150, 152, 150))


def dip8(sheet: Sheet, value: int, chance: random.Random) -> None:
    lot = f"{chance.randint(18, 26)}{chance.randint(10, 52)}"
    _chip(sheet, 8, 2.54, 6.3, 1.2, ("TL082", "NE555P", "LM358N")[value % 3], lot)


def dip14(sheet: Sheet, value: int, chance: random.Random) -> None:
    lot = f"H{chance.randint(18, 26)}{chance.randint(10, 52)}B"
    _chip(sheet, 14, 2.54, 6.3, 1.2, ("SG3525AN", "CD4093BE", "LM324N")[value % 3], lot)


def soic8(sheet: Sheet, value: int, chance: random.Random) -> None:
    lot = f"{chance.randint(18, 26)}{chance.randint(10, 52)}"
    _chip(sheet, 8, 1.27, 3.9, 1.1, ("24C02", "MAX485", "AT93")[value % 3], lot)


def opto(sheet: Sheet, value: int, chance: random.Random) -> None:
    for x in (-1.27, 1.27):
        for side in (-1, 1):
            sheet.box((x, side * 3.6), 1.0, 1.3, STEEL)
    sheet.rounded((0, 0), 4.6, 6.2, 0.2, (212, 220, 222))
    sheet.disc((-1.5, 2.2), 0.35, (120, 124, 124))
    sheet.text((0.2, -0.8), ("817C", "4N25")[value % 2], 1.0, (90, 92, 92))
    sheet.text((0.2, 0.9), f"{chance.randint(100, 999)}", 0.9, (110, 112, 112))


def to220(sheet: Sheet, value: int, chance: random.Random) -> None:
    sheet.rounded((0, -1.6), 10.2, 1.5, 0.15, (172, 176, 178))
    sheet.rounded((0, -1.8), 9.8, 0.7, 0.15, (206, 210, 212))
    sheet.rounded((0, 0.7), 10.0, 3.4, 0.2, (42, 41, 40))
    sheet.rounded((-0.05, 0.55), 9.5, 2.8, 0.2, (54, 53, 52))
    sheet.text((0, 0.6), ("IRFZ44N", "L7805CV", "TIP41C")[value % 3], 1.1, PRINT)


def led(sheet: Sheet, value: int, chance: random.Random) -> None:
    body: Colour = ((40, 40, 205), (60, 170, 60), (40, 180, 220))[value % 3]
    sheet.disc((0, 0), 1.95, shade(body, 0.8))
    sheet.box((-1.9, 0), 0.7, 2.4, shade(body, 0.45))
    sheet.disc((0, 0), 1.5, body)
    sheet.disc((-0.45, -0.5), 0.42, (235, 240, 245))


def screw_terminal(sheet: Sheet, value: int, chance: random.Random) -> None:
    body: Colour = ((96, 148, 40), (170, 100, 40))[value % 2]
    sheet.rounded((0, 0), 15.0, 8.0, 0.4, shade(body, 0.8))
    sheet.rounded((0, -0.7), 14.7, 5.9, 0.4, body)
    for x in (-5.0, 0.0, 5.0):
        sheet.box((x + 2.5, 0), 0.25, 8.0, shade(body, 0.65))
        sheet.disc((x, -0.8), 2.05, shade(body, 0.4))
        sheet.disc((x, -0.8), 1.75, (168, 172, 174))
        angle = chance.uniform(0, np.pi)
        dx, dy = 1.5 * np.cos(angle), 1.5 * np.sin(angle)
        sheet.line([(x - dx, -0.8 - dy), (x + dx, -0.8 + dy)], 0.5, (58, 58, 58))
        sheet.box((x, 3.2), 3.2, 1.2, shade(body, 0.35))


def jst(sheet: Sheet, value: int, chance: random.Random) -> None:
    body: Colour = ((218, 228, 232), (60, 60, 200))[value % 2]
    sheet.rounded((0, 0), 12.4, 5.8, 0.3, shade(body, 0.88))
    sheet.rounded((0, 0.5), 11.0, 3.6, 0.3, shade(body, 0.55))
    for x in (-3.75, -1.25, 1.25, 3.75):
        sheet.box((x, 0.5), 0.7, 0.7, (120, 200, 220))
    sheet.box((-4.4, -2.6), 1.4, 0.8, shade(body, 0.5))
    sheet.box((-5.9, 2.4), 0.5, 1.2, shade(body, 0.4))


def header(sheet: Sheet, value: int, chance: random.Random) -> None:
    sheet.rounded((0, 0), 15.3, 2.5, 0.2, (36, 35, 34))
    for n in range(6):
        x = (n - 2.5) * 2.54
        sheet.box((x, 0), 1.9, 1.9, (50, 49, 48))
        sheet.box((x, 0), 0.7, 0.7, (90, 180, 214))
        sheet.box((x - 0.1, -0.1), 0.3, 0.3, (180, 230, 245))
    if value % 2:
        sheet.box((0, 0), 6.0, 2.5, (150, 70, 30))


def toroid(sheet: Sheet, value: int, chance: random.Random) -> None:
    core: Colour = ((70, 120, 90), (40, 190, 214))[value % 2]
    sheet.disc((0, 0), 6.2, shade(core, 0.7))
    turns = 26
    start = chance.uniform(0, 2 * np.pi / turns)
    for n in range(turns):
        a = start + 2 * np.pi * n / turns
        if abs(np.sin(a / 2)) < 0.12:
            continue
        c, s = float(np.cos(a)), float(np.sin(a))
        wire: Colour = (36, 84, 168)
        sheet.line([(2.3 * c, 2.3 * s), (6.4 * c, 6.4 * s)], 0.95, shade(wire, 0.7))
        sheet.line([(2.4 * c, 2.4 * s), (6.3 * c, 6.3 * s)], 0.6, wire)
        sheet.line([(3.4 * c, 3.4 * s), (5.2 * c, 5.2 * s)], 0.22, (150, 190, 235))
    sheet.disc((0, 0), 2.2, (30, 40, 34))


def transformer(sheet: Sheet, value: int, chance: random.Random) -> None:
    tape: Colour = ((52, 190, 222), (60, 140, 60))[value % 2]
    sheet.rounded((0, 0), 17.0, 15.0, 0.4, (48, 47, 46))
    sheet.rounded((0, 0), 16.0, 10.6, 0.4, shade(tape, 0.85))
    sheet.rounded((0, -0.2), 15.6, 9.8, 0.6, tape)
    for y in (-6.2, 6.2):
        sheet.box((0, y), 15.0, 1.8, (62, 61, 60))
    sheet.text((0, -1.4), ("EE19-220", "EE16-110")[value % 2], 1.7, (40, 50, 60))
    sheet.text(
        (0, 2.0), f"{chance.randint(18, 26)}-{chance.randint(1, 12):02d} HI-POT", 1.1, (60, 70, 80)
    )


def relay(sheet: Sheet, value: int, chance: random.Random) -> None:
    body: Colour = ((168, 84, 28), (40, 38, 38))[value % 2]
    sheet.rounded((0, 0), 19.0, 15.4, 0.5, shade(body, 0.7))
    sheet.rounded((-0.15, -0.15), 18.2, 14.6, 0.5, body)
    sheet.text((0, -3.6), "RELAY", 1.9, (225, 220, 214))
    sheet.text((0, 0), "10A 250VAC", 1.35, (215, 210, 205))
    sheet.text((0, 3.4), ("GB-05VDC-1C", "GB-24VDC-1C")[value % 2], 1.25, (215, 210, 205))


def trimmer(sheet: Sheet, value: int, chance: random.Random) -> None:
    body: Colour = ((176, 96, 36), (60, 60, 60))[value % 2]
    sheet.rounded((0, 0), 9.4, 4.8, 0.3, shade(body, 0.8))
    sheet.rounded((-0.1, -0.1), 9.0, 4.4, 0.3, body)
    sheet.text((1.0, 0), ("W103", "W502")[value % 2], 1.2, (225, 225, 225))
    sheet.disc((-3.4, -0.9), 1.0, (70, 150, 190))
    angle = chance.uniform(0, np.pi)
    dx, dy = 0.8 * np.cos(angle), 0.8 * np.sin(angle)
    sheet.line([(-3.4 - dx, -0.9 - dy), (-3.4 + dx, -0.9 + dy)], 0.25, (30, 50, 70))


def crystal(sheet: Sheet, value: int, chance: random.Random) -> None:
    sheet.rounded((0, 0), 11.0, 4.6, 2.25, (134, 138, 140))
    sheet.rounded((-0.1, -0.15), 9.9, 3.5, 1.7, (188, 192, 194))
    sheet.text((-0.1, -0.1), ("16.000", "11.0592")[value % 2], 1.25, (96, 100, 102))
    _cylinder(sheet, 10.6, 5.4)


def chip_resistor(sheet: Sheet, value: int, chance: random.Random) -> None:
    sheet.box((0, 0), 2.1, 1.3, TIN)
    sheet.box((0, 0), 1.3, 1.3, (38, 37, 36))
    sheet.text((0, 0), ("103", "472", "220")[value % 3], 0.62, (215, 218, 218))


def chip_capacitor(sheet: Sheet, value: int, chance: random.Random) -> None:
    sheet.box((0, 0), 2.1, 1.3, TIN)
    sheet.box((0, 0), 1.25, 1.3, ((88, 128, 160), (150, 150, 140))[value % 2])


def sot23(sheet: Sheet, value: int, chance: random.Random) -> None:
    for x, y in ((-0.95, 1.2), (0.95, 1.2), (0.0, -1.2)):
        sheet.box((x, y), 0.5, 0.9, TIN)
    sheet.rounded((0, 0), 3.0, 1.5, 0.1, (46, 45, 44))
    sheet.text((0, 0), ("1AM", "J3Y")[value % 2], 0.7, (190, 192, 190))


def fuse(sheet: Sheet, value: int, chance: random.Random) -> None:
    sheet.rounded((0, 0), 20.0, 5.0, 0.3, (128, 146, 140))
    sheet.line([(-7, 0.15), (7, -0.1)], 0.25, (70, 76, 78))
    for end in (-7.6, 7.6):
        sheet.rounded((end, 0), 5.2, 5.3, 0.3, (172, 178, 182))
    sheet.text((7.5, 0), ("T2A", "F5A")[value % 2], 1.2, (90, 94, 96))
    _cylinder(sheet, 20.4, 5.3)


def _row(count: int, pitch: float, y: float = 0.0) -> tuple[Point, ...]:
    return tuple(((n - (count - 1) / 2) * pitch, y) for n in range(count))


def _rows(count: int, pitch: float, y: float) -> tuple[Point, ...]:
    return _row(count // 2, pitch, -y) + _row(count // 2, pitch, y)


TURNS = "half_turn"
KINDS: dict[str, Kind] = {
    "resistor": Kind(draw=resistor, width_mm=11.6, length_mm=2.8, height_mm=1.6,
                     pins=((-5.1, 0), (5.1, 0)), polarity=TURNS, wobble_deg=1.2),
    "diode": Kind(draw=diode, width_mm=10.6, length_mm=3.0, height_mm=2.0,
                  pins=((-4.6, 0), (4.6, 0))),
    "electrolytic": Kind(draw=electrolytic, width_mm=8.4, length_mm=8.4, height_mm=6.0,
                         pins=((-1.75, 0), (1.75, 0)), wobble_deg=3.0),
    "small_electrolytic": Kind(draw=small_electrolytic, width_mm=5.4, length_mm=5.4,
                               height_mm=4.5, pins=((-1.0, 0), (1.0, 0)), wobble_deg=3.5),
    "film_capacitor": Kind(draw=film_capacitor, width_mm=10.2, length_mm=4.6, height_mm=4.0,
                           pins=((-3.75, 0), (3.75, 0)), polarity=TURNS),
    "disc_capacitor": Kind(draw=disc_capacitor, width_mm=6.6, length_mm=2.8, height_mm=3.0,
                           pins=((-2.5, 0), (2.5, 0)), polarity=TURNS, wobble_deg=3.0),
    "dip8": Kind(draw=dip8, width_mm=11.0, length_mm=8.8, height_mm=2.2,
                 pins=_rows(8, 2.54, 3.81)),
    "dip14": Kind(draw=dip14, width_mm=18.6, length_mm=8.8, height_mm=2.2,
                  pins=_rows(14, 2.54, 3.81)),
    "soic8": Kind(draw=soic8, width_mm=5.9, length_mm=6.3, height_mm=1.0,
                  pins=_rows(8, 1.27, 2.7), pad_mm=(0.75, 0.0), wobble_deg=0.8),
    "opto": Kind(draw=opto, width_mm=4.8, length_mm=8.8, height_mm=2.2,
                 pins=_rows(4, 2.54, 3.81)),
    "to220": Kind(draw=to220, width_mm=10.4, length_mm=5.2, height_mm=6.0,
                  pins=_row(3, 2.54, 1.4)),
    "led": Kind(draw=led, width_mm=4.4, length_mm=4.2, height_mm=2.6,
                pins=((-1.27, 0), (1.27, 0)), wobble_deg=2.5),
    "screw_terminal": Kind(draw=screw_terminal, width_mm=15.2, length_mm=8.2, height_mm=5.0,
                           pins=_row(3, 5.0), pad_mm=(2.4, 1.3)),
    "jst": Kind(draw=jst, width_mm=12.6, length_mm=6.2, height_mm=3.6, pins=_row(4, 2.5, 0.5)),
    "header": Kind(draw=header, width_mm=15.5, length_mm=2.7, height_mm=2.4,
                   pins=_row(6, 2.54), polarity=TURNS),
    "toroid": Kind(draw=toroid, width_mm=13.2, length_mm=13.2, height_mm=4.0,
                   pins=((-5.6, 0), (5.6, 0)), polarity=TURNS, wobble_deg=3.0),
    "transformer": Kind(draw=transformer, width_mm=17.2, length_mm=15.2, height_mm=6.0,
                        pins=_rows(8, 4.0, 6.2)),
    "relay": Kind(draw=relay, width_mm=19.2, length_mm=15.6, height_mm=6.0,
                  pins=((-7.0, 0), (7.0, -6.0), (7.0, 6.0), (-5.0, -6.0), (-5.0, 6.0))),
    "trimmer": Kind(draw=trimmer, width_mm=9.6, length_mm=5.0, height_mm=3.5,
                    pins=_row(3, 2.54)),
    "crystal": Kind(draw=crystal, width_mm=11.2, length_mm=4.8, height_mm=2.2,
                    pins=((-2.44, 0), (2.44, 0)), polarity=TURNS),
    "chip_resistor": Kind(draw=chip_resistor, width_mm=2.6, length_mm=1.8, height_mm=0.5,
                          pins=((-1.0, 0), (1.0, 0)), pad_mm=(1.3, 0.0), polarity=TURNS),
    "chip_capacitor": Kind(draw=chip_capacitor, width_mm=2.6, length_mm=1.8, height_mm=0.7,
                           pins=((-1.0, 0), (1.0, 0)), pad_mm=(1.3, 0.0), polarity=TURNS),
    "sot23": Kind(draw=sot23, width_mm=3.4, length_mm=3.4, height_mm=0.8,
                  pins=((-0.95, 1.3), (0.95, 1.3), (0.0, -1.3)), pad_mm=(0.9, 0.0)),
    "fuse": Kind(draw=fuse, width_mm=20.6, length_mm=5.6, height_mm=3.6,
                 pins=((-7.6, 0), (7.6, 0)), pad_mm=(2.4, 1.3), polarity=TURNS),
}  # fmt: skip
"""All kinds by the name that stands as `part_type` in windows.csv."""
