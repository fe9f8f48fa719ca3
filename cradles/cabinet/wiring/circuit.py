"""The cabinet's circuit as data, made from `hw.wiring`: parts, and the nets that join their pins.

Every output drives a transistor whose control pin is held low by 10 kΩ, so that a pin that nobody
drives leaves lamps and light dark. Inputs are contacts that pull the pin away from its rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

from cradles.cabinet.sizes import CabinetError
from cradles.cabinet.wiring.supply import Load
from hw.wiring import PHYSICAL_PIN, WHAT, AnyPin, BuzzerPin, InputPin, LightPin, Wiring

GROUND_PINS = (6, 9)
"""Of the header: one for the driver board, one for the contacts."""
PIN_3V3 = 1
GROUND, RAIL, RAW, LOGIC = "GND", "+12V", "+12V in", "+3.3V"

End = tuple[str, str]
"""A part's reference and one of its pins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    ref: str
    item: str
    """Key of the bill of materials."""
    value: str
    pins: tuple[str, ...]
    on_board: bool = True
    """Soldered to the driver board; otherwise each of its pins is led over a terminal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """One wire of `hw.wiring` with all that hangs on it."""

    name: str
    what: str
    pin: AnyPin
    header_pin: int
    components: dict[str, Component]
    """By role: "series", "pull", "switch" (a transistor), "load", "across", "contact"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Circuit:
    branches: tuple[Branch, ...]
    common: tuple[Component, ...]
    """Supply, fuse, capacitor."""
    nets: dict[str, tuple[End, ...]]
    terminals: dict[End, int]
    """Number on the terminal strip of every pin that leaves the driver board."""
    load: Load

    @property
    def components(self) -> tuple[Component, ...]:
        return (*self.common, *(c for b in self.branches for c in b.components.values()))


def circuit_of(wiring: Wiring, load: Load) -> Circuit:
    """Raises `CabinetError` for an output that is on when low: it wants another driver."""
    builder = _Builder()
    jack = builder.part("J", "dc jack", "12 V", ("+", "-"), on_board=False)
    fuse = builder.part("F", "fuse", f"T {load.fuse_a:g} A", ("1", "2"))
    buffer = builder.part("C", "capacitor 470u", "470 µF 25 V", ("+", "-"))
    builder.join(RAW, (jack.ref, "+"), (fuse.ref, "1"))
    builder.join(RAIL, (fuse.ref, "2"), (buffer.ref, "+"))
    builder.join(GROUND, (jack.ref, "-"), (buffer.ref, "-"))
    builder.join(GROUND, *(("HEADER", str(pin)) for pin in GROUND_PINS))
    branches = []
    for each in fields(wiring):
        pin: AnyPin = getattr(wiring, each.name)
        make = _contact if isinstance(pin, InputPin) else _driver
        branches.append(
            Branch(
                name=each.name,
                what=WHAT[each.name],
                pin=pin,
                header_pin=PHYSICAL_PIN[pin.bcm],
                components=make(builder, each.name, pin),
            )
        )
    circuit = Circuit(
        branches=tuple(branches),
        common=(jack, fuse, buffer),
        nets={name: tuple(ends) for name, ends in builder.nets.items()},
        terminals={},
        load=load,
    )
    numbered = enumerate(_leaving(circuit), start=1)
    circuit.terminals.update({end: number for number, end in numbered})
    return circuit


class _Builder:
    """Counts references and collects nets."""

    def __init__(self) -> None:
        self.nets: dict[str, list[End]] = {}
        self._counts: dict[str, int] = {}

    def part(
        self, letter: str, item: str, value: str, pins: tuple[str, ...], *, on_board: bool = True
    ) -> Component:
        number = self._counts[letter] = self._counts.get(letter, 0) + 1
        return Component(
            ref=f"{letter}{number}", item=item, value=value, pins=pins, on_board=on_board
        )

    def join(self, net: str, *ends: End) -> None:
        self.nets.setdefault(net, []).extend(ends)


def _contact(builder: _Builder, name: str, pin: AnyPin) -> dict[str, Component]:
    """A switch, with 1 kΩ that saves the pin from a program that drives it by mistake."""
    assert isinstance(pin, InputPin)
    series = builder.part("R", "resistor 1k", "1 kΩ", ("1", "2"))
    item = "push button" if name == "button" else "seat switch"
    contact = builder.part("S", item, "NO", ("1", "2"), on_board=False)
    rest = LOGIC if pin.active_high else GROUND
    builder.join(f"GPIO{pin.bcm}", ("HEADER", str(PHYSICAL_PIN[pin.bcm])), (series.ref, "1"))
    builder.join(name, (series.ref, "2"), (contact.ref, "1"))
    builder.join(rest, (contact.ref, "2"))
    if pin.active_high and ("HEADER", str(PIN_3V3)) not in builder.nets[LOGIC]:
        builder.join(LOGIC, ("HEADER", str(PIN_3V3)))
    return {"series": series, "contact": contact}


def _driver(builder: _Builder, name: str, pin: AnyPin) -> dict[str, Component]:
    if not pin.active_high:
        raise CabinetError(
            expected=f"{name} on when its pin is high: the drawing's driver switches to ground",
            found=f"{name}.active_high = false",
            action="Draw that driver by hand, or wire it active-high on GPIO 9 to 27.",
        )
    made: dict[str, Component] = {}
    if isinstance(pin, LightPin):
        made["series"] = builder.part("R", "resistor 220", "220 Ω", ("1", "2"))
        made["pull"] = builder.part("R", "resistor 10k", "10 kΩ", ("1", "2"))
        made["switch"] = builder.part("Q", "mosfet", "N-MOSFET", ("G", "D", "S"))
        made["across"] = builder.part("D", "diode", "Schottky 3 A", ("A", "K"))
        made["load"] = builder.part("H", "led strip", "LED strip 12 V", ("+", "-"), on_board=False)
        control, output, base = "G", "D", "S"
    else:
        made["series"] = builder.part("R", "resistor 1k", "1 kΩ", ("1", "2"))
        made["pull"] = builder.part("R", "resistor 10k", "10 kΩ", ("1", "2"))
        made["switch"] = builder.part("Q", "npn", "NPN", ("B", "C", "E"))
        if isinstance(pin, BuzzerPin):
            made["across"] = builder.part("R", "resistor 1k", "1 kΩ", ("1", "2"))
            made["load"] = builder.part("B", "buzzer", "piezo", ("+", "-"), on_board=False)
        else:
            colour = name.removeprefix("lamp_")
            made["load"] = builder.part(
                "H", f"lamp {colour}", f"{colour} 12 V", ("+", "-"), on_board=False
            )
        control, output, base = "B", "C", "E"
    builder.join(
        f"GPIO{pin.bcm}",
        ("HEADER", str(PHYSICAL_PIN[pin.bcm])),
        (made["series"].ref, "1"),
        (made["pull"].ref, "1"),
    )
    builder.join(GROUND, (made["pull"].ref, "2"), (made["switch"].ref, base))
    builder.join(f"{name} control", (made["series"].ref, "2"), (made["switch"].ref, control))
    builder.join(f"{name} out", (made["switch"].ref, output), (made["load"].ref, "-"))
    builder.join(RAIL, (made["load"].ref, "+"))
    if "across" in made:
        low, high = made["across"].pins
        builder.join(f"{name} out", (made["across"].ref, low))
        builder.join(RAIL, (made["across"].ref, high))
    return made


def _leaving(circuit: Circuit) -> Iterator[End]:
    """Pins of what is not on the driver board, in the order of the drawing."""
    for component in circuit.components:
        if not component.on_board:
            for pin in component.pins:
                yield component.ref, pin
