"""The circuit diagram, drawn from the circuit: one row a wire, the header at the left."""

from __future__ import annotations

from cradles.cabinet.wiring import symbols
from cradles.cabinet.wiring.circuit import GROUND_PINS, RAIL, Branch, Circuit
from cradles.cabinet.wiring.symbols import INK, line, text
from cradles.drawing import Anchor, Circle, Drawing, TitleBlock, rectangle
from cradles.drawing.values import Item
from hw.wiring import BuzzerPin, LightPin

_HEADER_X = (0.0, 52.0)
_NODE_X, _SERIES_X, _SWITCH_X = 60.0, 66.0, 86.0
_ACROSS_X, _OUT_X, _LOAD_X, _IN_X, _RAIL_X = 112.0, 132.0, 150.0, 168.0, 184.0
_MAP_X = -46.0
_SIDE_X = 198.0
_NOTES = (
    "All 0 V are joined on the driver board only.",
    "Wires to supply and strip 0.5 mm², others",
    "0.14 mm² or more.",
    "10 kΩ at every output: a pin that nobody drives",
    "leaves lamps and light dark.",
    "The computer has its own supply; nothing joins",
    "5 V and 12 V.",
    "Contacts are shown open, the drawer drawn out;",
    "their pull-ups are in the computer.",
    "Cut the strip only at its marks. Join + to + and",
    "- to - of a bar's pieces.",
)


def diagram(circuit: Circuit) -> Drawing:
    """At true size on A3."""
    items: list[Item] = []
    rows = _rows(circuit)
    low = min(rows.values()) - 27.0
    items.append(rectangle(INK, _HEADER_X[0], low, _HEADER_X[1], 14.0))
    items.append(text((2.0, 16.0), "Computer, 40-pin header", tall_mm=3.0))
    for branch in circuit.branches:
        y = rows[branch.name]
        items += _label(branch, y)
        items += _contact(circuit, branch, y) if "contact" in branch.components else []
        items += _driver(circuit, branch, y) if "switch" in branch.components else []
    items += _grounds(low + 6.0)
    items += _supply(circuit, 42.0)
    items += _map(circuit)
    items += _terminals(circuit)
    for i, words in enumerate(_NOTES):
        items.append(text((_SIDE_X, -64.0 - 5.0 * i), words))
    return Drawing(
        name="Wiring of the cabinet",
        items=tuple(items),
        title=TitleBlock(
            title="Wiring of the cabinet",
            rows=(
                ("supply", f"12 V, {circuit.load.supply_a:g} A, and 5.1 V, 3 A (USB-C)"),
                ("fuse", f"T {circuit.load.fuse_a:g} A; all on: {circuit.load.all_a:.2f} A"),
                ("strip", f"{circuit.load.strip_m:g} m, {circuit.load.strip_w_per_m:g} W/m"),
            ),
        ),
    )


def _rows(circuit: Circuit) -> dict[str, float]:
    """The height of each wire: contacts close together, more room where a part stands above."""
    rows: dict[str, float] = {}
    y = 0.0
    for branch in circuit.branches:
        if rows:
            tall = "across" in branch.components
            y -= 30.0 if tall else 24.0 if "switch" in branch.components else 15.0
        rows[branch.name] = y
    return rows


def _label(branch: Branch, y: float) -> list[Item]:
    x0, x1 = _HEADER_X
    return [
        text((x0 + 2, y + 2.6), branch.what),
        text((x0 + 2, y - 1.4), f"GPIO {branch.pin.bcm}"),
        text((x0 + 2, y - 5.2), branch.pin.describe().split(",")[0], tall_mm=2.0),
        text((x1 - 2, y - 1.4), f"pin {branch.header_pin}", Anchor.END),
        line((x1, y), (_NODE_X, y)),
    ]


def _named(at: tuple[float, float], ref: str, value: str) -> list[Item]:
    return [text(at, f"{ref}  {value}", tall_mm=2.2)]


def _contact(circuit: Circuit, branch: Branch, y: float) -> list[Item]:
    series, contact = branch.components["series"], branch.components["contact"]
    first, second = (circuit.terminals[(contact.ref, pin)] for pin in contact.pins)
    items: list[Item] = [
        line((_NODE_X, y), (_SERIES_X, y)),
        *symbols.resistor((_SERIES_X, y)),
        *_named((_SERIES_X, y + 3.0), series.ref, series.value),
        line((_SERIES_X + 12, y), (_OUT_X - 1.2, y)),
        *symbols.terminal((_OUT_X, y), first),
        line((_OUT_X + 1.2, y), (_LOAD_X - 10, y)),
        *symbols.contact((_LOAD_X, y)),
        *_named((_LOAD_X - 9, y - 5.0), contact.ref, contact.value),
        line((_LOAD_X + 10, y), (_IN_X - 1.2, y)),
        *symbols.terminal((_IN_X, y), second),
        line((_IN_X + 1.2, y), (_RAIL_X, y)),
    ]
    high = branch.pin.active_high
    items += symbols.rail((_RAIL_X, y), "+3.3V") if high else symbols.ground((_RAIL_X, y))
    return items


def _driver(circuit: Circuit, branch: Branch, y: float) -> list[Item]:
    parts = branch.components
    series, pull, switch, load = (parts[k] for k in ("series", "pull", "switch", "load"))
    draw = symbols.mosfet if isinstance(branch.pin, LightPin) else symbols.npn
    symbol, output, base = draw((_SWITCH_X, y))
    top = output[1]
    minus, plus = (circuit.terminals[(load.ref, pin)] for pin in ("-", "+"))
    items: list[Item] = [
        line((_NODE_X, y), (_SERIES_X, y)),
        symbols.dot((_NODE_X, y)),
        *symbols.resistor((_NODE_X, y), upright=True),
        *symbols.ground((_NODE_X, y - 12)),
        *_named((_NODE_X + 2.2, y - 8.0), pull.ref, pull.value),
        *symbols.resistor((_SERIES_X, y)),
        *_named((_SERIES_X, y + 3.0), series.ref, series.value),
        line((_SERIES_X + 12, y), (_SWITCH_X, y)),
        *symbol,
        *_named((_SWITCH_X + 14.5, y - 1.0), switch.ref, switch.value),
        *symbols.ground(base),
        line(output, (_OUT_X - 1.2, top)),
        *symbols.terminal((_OUT_X, top), minus),
        line((_OUT_X + 1.2, top), (_LOAD_X - 10, top)),
        *_named((_LOAD_X - 9, top - 7.0), load.ref, load.value),
        line((_LOAD_X + 10, top), (_IN_X - 1.2, top)),
        *symbols.terminal((_IN_X, top), plus),
        line((_IN_X + 1.2, top), (_RAIL_X, top)),
        *symbols.rail((_RAIL_X, top), RAIL),
    ]
    if isinstance(branch.pin, LightPin):
        items += symbols.box_with((_LOAD_X, top), "LED")
        items += symbols.diode((_ACROSS_X, top))
    elif isinstance(branch.pin, BuzzerPin):
        items += symbols.buzzer((_LOAD_X, top))
        items += symbols.resistor((_ACROSS_X, top + 12), upright=True)
    else:
        items += symbols.lamp((_LOAD_X, top))
    if "across" in parts:
        items.append(symbols.dot((_ACROSS_X, top)))
        items += symbols.rail((_ACROSS_X, top + 12), RAIL)
        items += _named((_ACROSS_X + 3.5, top + 7.0), parts["across"].ref, parts["across"].value)
    return items


def _grounds(y: float) -> list[Item]:
    x1 = _HEADER_X[1]
    pins = " and ".join(map(str, GROUND_PINS))
    return [
        text((_HEADER_X[0] + 2, y - 1.2), "Ground"),
        text((x1 - 2, y - 1.2), f"pins {pins}", Anchor.END),
        line((x1, y), (_NODE_X, y)),
        *symbols.ground((_NODE_X, y)),
    ]


def _supply(circuit: Circuit, y: float) -> list[Item]:
    jack, fuse, buffer = circuit.common
    plus, minus = (circuit.terminals[(jack.ref, pin)] for pin in ("+", "-"))
    x = 66.0
    return [
        rectangle(INK, 0.0, y - 14, 52.0, y + 4),
        text((2.0, y - 1.2), f"Supply 12 V, {circuit.load.supply_a:g} A"),
        text((2.0, y - 11.2), f"{jack.ref}  jack 5.5 × 2.1 mm"),
        text((50.0, y - 1.2), "+ inside", Anchor.END),
        text((50.0, y - 11.2), "-", Anchor.END),
        line((52.0, y), (x - 1.2, y)),
        *symbols.terminal((x, y), plus),
        line((x + 1.2, y), (78.0, y)),
        *symbols.fuse((78.0, y)),
        *_named((78.0, y + 3.0), fuse.ref, fuse.value),
        line((90.0, y), (124.0, y)),
        symbols.dot((106.0, y)),
        *symbols.capacitor((106.0, y)),
        *_named((110.5, y - 7.0), buffer.ref, buffer.value),
        *symbols.ground((106.0, y - 12)),
        *symbols.rail((124.0, y), RAIL),
        line((52.0, y - 10), (x - 1.2, y - 10)),
        *symbols.terminal((x, y - 10), minus),
        line((x + 1.2, y - 10), (90.0, y - 10)),
        *symbols.ground((90.0, y - 10)),
        rectangle(INK, 134.0, y - 14, 192.0, y + 4),
        text((136.0, y - 1.2), "Supply 5.1 V, 3 A, USB-C"),
        text((136.0, y - 6.2), "into the computer's USB-C socket;"),
        text((136.0, y - 10.2), "limits itself, no fuse of ours", tall_mm=2.2),
    ]


def _map(circuit: Circuit) -> list[Item]:
    """The header as it is seen on the board, the used pins filled; pin 1 at the top left."""
    used = {b.header_pin: f"{b.pin.bcm}" for b in circuit.branches}
    used |= dict.fromkeys(GROUND_PINS, "0 V")
    pitch, top = 6.0, 2.0
    items: list[Item] = [
        rectangle(INK, _MAP_X - 4, top - 19 * pitch - 4, _MAP_X + pitch + 4, top + 4),
        text((_MAP_X + pitch / 2, top + 12.0), "Header from above", Anchor.MIDDLE),
        text((_MAP_X + pitch / 2, top + 8.0), "GPIO or 0 V beside the pin", Anchor.MIDDLE, 2.0),
    ]
    for pin in range(1, 41):
        right = pin % 2 == 0
        x, y = _MAP_X + (pitch if right else 0.0), top - ((pin - 1) // 2) * pitch
        if pin in used:
            items.append(symbols.dot((x, y)))
            items.append(Circle(layer=INK, x=x, y=y, diameter_mm=3.2))
            side, anchor = (x + 6, Anchor.START) if right else (x - 6, Anchor.END)
            items.append(text((side, y - 1.0), f"{pin}: {used[pin]}", anchor, 2.2))
        else:
            items.append(Circle(layer=INK, x=x, y=y, diameter_mm=1.6))
    return items


def _terminals(circuit: Circuit) -> list[Item]:
    """The terminal strip as a list, for the person with the screwdriver."""
    x, y = _SIDE_X, 44.0
    items: list[Item] = [text((x, y), "Terminals", tall_mm=3.0)]
    named = {c.ref: c for c in circuit.components}
    whose = {c.ref: b.what.split(" (")[0] for b in circuit.branches for c in b.components.values()}
    for number, (end, place) in enumerate(
        sorted(circuit.terminals.items(), key=lambda item: item[1])
    ):
        ref, pin = end
        what = whose.get(ref, "Supply 12 V")
        net = next(name for name, ends in circuit.nets.items() if end in ends)
        words = f"{place}   {what}, {named[ref].ref} {pin}"
        items.append(text((x, y - 6.0 - 5.0 * number), words))
        items.append(text((x + 74.0, y - 6.0 - 5.0 * number), net, tall_mm=2.0))
    return items
