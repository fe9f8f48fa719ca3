"""Symbols of circuit diagrams (IEC 60617) as drawing items, millimetres on paper."""

from __future__ import annotations

from cradles.drawing import Anchor, Circle, Hatch, Layer, Polyline, Text, rectangle
from cradles.drawing.values import Item

INK = Layer.ENGRAVE
Point = tuple[float, float]
TALL_MM = 2.5


def line(*points: Point) -> Polyline:
    return Polyline(layer=INK, points=tuple((x, y, 0.0) for x, y in points), closed=False)


def text(at: Point, words: str, anchor: Anchor = Anchor.START, tall_mm: float = TALL_MM) -> Text:
    return Text(layer=INK, x=at[0], y=at[1], tall_mm=tall_mm, text=words, anchor=anchor)


def dot(at: Point) -> Hatch:
    """Wires that cross here are joined."""
    x, y = at
    r = 0.7
    around = ((-1, 0), (-0.5, 0.87), (0.5, 0.87), (1, 0), (0.5, -0.87), (-0.5, -0.87))
    ring = tuple((x + r * u, y + r * v) for u, v in around)
    return Hatch(layer=INK, rings=(ring,), level=0)


def ground(at: Point) -> list[Item]:
    x, y = at
    return [
        line((x, y), (x, y - 2.0)),
        *(line((x - w, y - 2.0 - d), (x + w, y - 2.0 - d)) for w, d in ((3, 0), (2, 1), (1, 2))),
    ]


def rail(at: Point, name: str) -> list[Item]:
    """A wire that ends at a supply: its name over a bar."""
    x, y = at
    return [
        line((x, y), (x, y + 3.0)),
        line((x - 2.5, y + 3.0), (x + 2.5, y + 3.0)),
        text((x, y + 4.0), name, Anchor.MIDDLE),
    ]


def resistor(start: Point, *, upright: bool = False) -> list[Item]:
    """12 mm long, from `start` to the right, or down."""
    x, y = start
    if upright:
        return [
            line((x, y), (x, y - 2)),
            rectangle(INK, x - 1.5, y - 10, x + 1.5, y - 2),
            line((x, y - 10), (x, y - 12)),
        ]
    return [
        line((x, y), (x + 2, y)),
        rectangle(INK, x + 2, y - 1.5, x + 10, y + 1.5),
        line((x + 10, y), (x + 12, y)),
    ]


def fuse(start: Point) -> list[Item]:
    x, y = start
    return [rectangle(INK, x + 2, y - 1.5, x + 10, y + 1.5), line((x, y), (x + 12, y))]


def capacitor(top: Point) -> list[Item]:
    """Polarised, 12 mm long, from `top` down."""
    x, y = top
    return [
        line((x, y), (x, y - 5)),
        rectangle(INK, x - 3, y - 6, x + 3, y - 5),
        line((x - 3, y - 7), (x + 3, y - 7)),
        line((x, y - 7), (x, y - 12)),
        text((x + 1.2, y - 4), "+"),
    ]


def diode(anode: Point) -> list[Item]:
    """Upright, 12 mm long, the anode below; Schottky."""
    x, y = anode
    return [
        line((x, y), (x, y + 4)),
        Polyline(layer=INK, points=((x - 2.5, y + 4, 0), (x + 2.5, y + 4, 0), (x, y + 8, 0))),
        line((x - 2.5, y + 7.2), (x - 2.5, y + 8), (x + 2.5, y + 8), (x + 2.5, y + 8.8)),
        line((x, y + 8), (x, y + 12)),
    ]


def npn(base: Point) -> tuple[list[Item], Point, Point]:
    """The symbol, its collector (above) and its emitter (below)."""
    x, y = base
    items: list[Item] = [
        Circle(layer=INK, x=x + 6, y=y, diameter_mm=11),
        line((x, y), (x + 4, y)),
        line((x + 4, y - 3.5), (x + 4, y + 3.5)),
        line((x + 4, y + 1.5), (x + 8, y + 4), (x + 8, y + 8)),
        line((x + 4, y - 1.5), (x + 8, y - 4), (x + 8, y - 8)),
        Hatch(
            layer=INK,
            rings=(((x + 8, y - 4), (x + 6.0, y - 3.6), (x + 6.9, y - 2.3)),),
            level=0,
        ),
    ]
    return items, (x + 8, y + 8), (x + 8, y - 8)


def mosfet(gate: Point) -> tuple[list[Item], Point, Point]:
    """N-channel, enhancement: the symbol, its drain (above) and its source (below)."""
    x, y = gate
    items: list[Item] = [
        Circle(layer=INK, x=x + 6.5, y=y, diameter_mm=13),
        line((x, y), (x + 3.5, y)),
        line((x + 3.5, y - 3.5), (x + 3.5, y + 3.5)),
        *(line((x + 4.6, y + d - 1), (x + 4.6, y + d + 1)) for d in (-3, 0, 3)),
        line((x + 4.6, y + 3), (x + 9, y + 3), (x + 9, y + 8)),
        line((x + 4.6, y - 3), (x + 9, y - 3), (x + 9, y - 8)),
        line((x + 4.6, y), (x + 9, y), (x + 9, y - 3)),
        Hatch(layer=INK, rings=(((x + 4.6, y), (x + 6.6, y + 0.8), (x + 6.6, y - 0.8)),), level=0),
    ]
    return items, (x + 9, y + 8), (x + 9, y - 8)


def lamp(middle: Point) -> list[Item]:
    """20 mm long, lying."""
    x, y = middle
    r = 4.0
    d = r * 0.7071
    return [
        Circle(layer=INK, x=x, y=y, diameter_mm=2 * r),
        line((x - d, y - d), (x + d, y + d)),
        line((x - d, y + d), (x + d, y - d)),
        line((x - 10, y), (x - r, y)),
        line((x + r, y), (x + 10, y)),
    ]


def box_with(middle: Point, words: str) -> list[Item]:
    """20 mm long, lying: the LED strip."""
    x, y = middle
    return [
        rectangle(INK, x - 8, y - 3, x + 8, y + 3),
        text((x, y - 1.2), words, Anchor.MIDDLE),
        line((x - 10, y), (x - 8, y)),
        line((x + 8, y), (x + 10, y)),
    ]


def buzzer(middle: Point) -> list[Item]:
    x, y = middle
    return [
        rectangle(INK, x - 1.0, y - 3.5, x + 1.0, y + 3.5),
        line((x - 2.2, y - 3), (x - 2.2, y + 3)),
        line((x + 2.2, y - 3), (x + 2.2, y + 3)),
        line((x - 10, y), (x - 2.2, y)),
        line((x + 2.2, y), (x + 10, y)),
    ]


def contact(middle: Point) -> list[Item]:
    """Normally open, 20 mm long, lying."""
    x, y = middle
    return [
        line((x - 10, y), (x - 4, y)),
        line((x - 4, y), (x + 3.5, y + 3.8)),
        line((x + 4, y), (x + 10, y)),
        Circle(layer=INK, x=x - 4, y=y, diameter_mm=1.2),
        Circle(layer=INK, x=x + 4, y=y, diameter_mm=1.2),
    ]


def terminal(at: Point, number: int) -> list[Item]:
    x, y = at
    return [
        Circle(layer=INK, x=x, y=y, diameter_mm=2.4),
        line((x - 1.2, y - 1.2), (x + 1.2, y + 1.2)),
        text((x, y + 2.2), str(number), Anchor.MIDDLE, 2.0),
    ]
