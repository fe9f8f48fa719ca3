"""What can stand in the bill of materials: what it is, what it has to be, what may replace it.

Quantities are never here: `cradles.cabinet.bom` counts them in the model.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from cradles.cabinet.parts.fasteners import THREADS
from cradles.cabinet.sizes import CabinetError


class Kind(StrEnum):
    """The chapters of the list, in their order."""

    PANELS = "panels"
    PRINTED = "printed parts"
    FASTENERS = "fasteners"
    OPTICS = "camera and light"
    ELECTRICAL = "electrical"
    MATERIAL = "printing material"
    TOOLS = "tools"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    kind: Kind
    name: str
    spec: str = ""
    replace: str = ""
    unit: str = "piece"


_E, _O, _F, _T, _P = Kind.ELECTRICAL, Kind.OPTICS, Kind.FASTENERS, Kind.TOOLS, Kind.PANELS

ITEMS: dict[str, Item] = {
    "computer": Item(
        kind=_E,
        name="Raspberry Pi 4 Model B, 4 GB",
        spec="4 GB or more; heat sinks",
        replace="Raspberry Pi 5 with its own 5 A supply",
    ),
    "card": Item(kind=_E, name="micro-SD card", spec="32 GB, high-endurance type, A1 or better"),
    "supply 5v": Item(
        kind=_E,
        name="Supply 5.1 V, 3 A, USB-C",
        spec="the computer maker's own: others sag and throttle it",
    ),
    "supply 12v": Item(
        kind=_E,
        name="Plug-in supply 12 V",
        spec="regulated, safety-approved, plug 5.5 × 2.1 mm, + inside",
        replace="one of a higher current; the fuse stays",
    ),
    "network cable": Item(kind=_E, name="Network cable", spec="Cat 5e or better"),
    "dc jack": Item(
        kind=_E, name="Panel jack 5.5 × 2.1 mm", spec="5 A; for a bore of 8 mm (measure first)"
    ),
    "fuse": Item(
        kind=_E,
        name="Fuse 5 × 20 mm with holder",
        spec="slow (T), IEC 60127-2; holder for wires or for the board",
        replace="a resettable fuse of the same holding current",
    ),
    "capacitor 470u": Item(
        kind=_E, name="Electrolytic capacitor", spec="470 µF, 25 V", replace="330 µF or more"
    ),
    "resistor 220": Item(kind=_E, name="Resistor 220 Ω", spec="0.25 W", replace="150 to 330 Ω"),
    "resistor 1k": Item(kind=_E, name="Resistor 1 kΩ", spec="0.25 W", replace="820 Ω to 1.2 kΩ"),
    "resistor 10k": Item(kind=_E, name="Resistor 10 kΩ", spec="0.25 W", replace="4.7 to 10 kΩ"),
    "mosfet": Item(
        kind=_E,
        name="N-channel MOSFET, TO-220",
        spec="30 V or more; V_GS(th) at most 2.4 V; R_DS(on) at most 20 mΩ at V_GS = 4.5 V; gate "
        "charge at most 15 nC, for 25 kHz",
        replace="any that keeps these figures (IRLB8721 does by its data sheet); no module with an "
        "optocoupler: too slow for 25 kHz",
    ),
    "npn": Item(
        kind=_E,
        name="NPN transistor, TO-92",
        spec="I_C 500 mA, h_FE 100 or more",
        replace="BC337, 2N2222A, PN2222A; mind the order of their legs",
    ),
    "diode": Item(
        kind=_E, name="Schottky diode", spec="40 V, 3 A", replace="1N5822, SB340 or larger"
    ),
    "lamp red": Item(kind=_E, name="Panel lamp 22 mm, red", spec="LED, 12 V DC, at most 20 mA"),
    "lamp amber": Item(
        kind=_E,
        name="Panel lamp 22 mm, amber",
        spec="LED, 12 V DC, at most 20 mA",
        replace="a yellow one",
    ),
    "lamp green": Item(kind=_E, name="Panel lamp 22 mm, green", spec="LED, 12 V DC, at most 20 mA"),
    "buzzer": Item(
        kind=_E,
        name="Passive piezo buzzer, 12 mm",
        spec="without an oscillator; 12 V or more; loud at 1 to 2 kHz",
        replace="no magnetic one: 1 kΩ starves it",
    ),
    "seat switch": Item(
        kind=_E,
        name="Snap switch with roller lever",
        spec="gold-plated (micro-load) contacts: at the 0.07 mA of the computer's pull-up silver "
        "ones get unsure",
    ),
    "push button": Item(
        kind=_E, name="Push button 22 mm", spec="momentary, one normally open contact, flat head"
    ),
    "terminal strip 12": Item(
        kind=_E,
        name="Terminal strip, 12 poles",
        spec="for 0.14 to 2.5 mm²",
        replace="lever terminals",
    ),
    "perfboard": Item(kind=_E, name="Perfboard 70 × 50 mm", spec="pitch 2.54 mm, 1.6 mm thick"),
    "header socket": Item(
        kind=_E,
        name="Socket with leads for the header",
        spec="2.54 mm, single leads 20 cm with a latch or a 40-pin ribbon",
    ),
    "wire thin": Item(kind=_E, name="Stranded wire 0.14 mm²", spec="to 0.25 mm²", unit="m"),
    "wire thick": Item(kind=_E, name="Stranded wire 0.5 mm²", spec="to 0.75 mm²", unit="m"),
    "cable tie": Item(kind=_E, name="Cable tie", spec="2.5 mm wide, 100 mm long"),
    "led strip": Item(
        kind=_O,
        name="LED strip 12 V",
        spec="neutral white, CRI 90 or more, 120 LED a metre, cut every 25 or 50 mm, about "
        "9.6 W a metre; not addressable, no dimmer on the strip",
        replace="up to 14.4 W a metre: ask for the fuse anew",
        unit="m",
    ),
    "diffuser": Item(
        kind=_O,
        name="Opal sheet 1.5 mm",
        spec="polycarbonate, acrylic or PETG, light transmission 50 to 70 %; cut to strips",
        unit="m",
    ),
    "camera pi3": Item(
        kind=_O,
        name="Raspberry Pi Camera Module 3, standard lens",
        spec="IMX708, 66° wide; with a ribbon of 200 mm or more",
    ),
    "camera hq6": Item(
        kind=_O,
        name="Raspberry Pi HQ Camera, CS mount, with the 6 mm lens",
        spec="IMX477; with a ribbon of 200 mm or more",
    ),
    "camera brio": Item(
        kind=_O, name="Logitech BRIO 4K", spec="clip taken off; USB 3 cable of its own"
    ),
    "mdf": Item(
        kind=_P, name="MDF", spec="painted matt black inside", unit="m²"
    ),
    "magnet 10x3": Item(kind=_F, name="Disc magnet 10 × 3 mm", spec="neodymium N35 or stronger"),
    "steel washer": Item(
        kind=_F, name="Steel washer M4, wide", spec="ISO 7093, zinc-plated (no stainless steel)"
    ),
    "washer M3 wide": Item(kind=_F, name="Washer M3, wide", spec="ISO 7093, 9 mm"),
    "rubber pad 25": Item(kind=_F, name="Rubber pad 25 mm", spec="self-adhesive, 2 to 3 mm thick"),
    "slide tape": Item(
        kind=_F, name="Slide tape", spec="PTFE or UHMW-PE, 0.3 mm, 15 to 20 mm wide", unit="m"
    ),
    "screw 1/4-20x12": Item(
        kind=_F, name="Screw 1/4-20 UNC × 12", spec="tripod thread, ISO 1222; 12 to 14 mm long"
    ),
    "filament": Item(
        kind=Kind.MATERIAL,
        name="Filament",
        spec="PETG; white for the channels, black for all else; an estimate: three walls, 20 % "
        "infill",
        replace="ABS or ASA; PLA for all but channels and spring",
        unit="g",
    ),
    "printing time": Item(
        kind=Kind.MATERIAL,
        name="Printing time",
        spec="an estimate at 4 mm³/s; layers of 0.2 mm",
        unit="h",
    ),
    "tool iron": Item(kind=_T, name="Soldering iron", spec="a fine tip, and one for inserts"),
    "tool keys": Item(kind=_T, name="Hexagon keys", spec="1.3, 1.5, 2, 2.5 mm"),
    "tool spanners": Item(kind=_T, name="Spanners", spec="4, 5, 5.5, two of 7, 30 mm"),
    "tool driver": Item(kind=_T, name="Screwdrivers", spec="slotted 2.5 mm, Phillips 1"),
    "tool caliper": Item(
        kind=_T, name="Caliper", spec="0.05 mm: for all that is marked 'measure this first'"
    ),
    "tool meter": Item(kind=_T, name="Multimeter"),
    "tool strippers": Item(kind=_T, name="Side cutter and wire stripper"),
    "tool saw": Item(kind=_T, name="Fine saw", spec="for the diffuser"),
    "tool glue": Item(kind=_T, name="Wood glue and clamps", spec="and epoxy for the magnets"),
    "tool paint": Item(kind=_T, name="Matt black paint", spec="for box and lamp bores"),
}  # fmt: skip

_SCREW = re.compile(r"(screw|sunk|bolt) (M[\d.]+)x(\d+)")
_NORM = {
    "screw": ("Screw", "ISO 4762 or ISO 7380, hexagon socket"),
    "sunk": ("Countersunk screw", "ISO 10642, hexagon socket"),
    "bolt": ("Bolt", "ISO 4017, hexagon head"),
}
_SMALL = {
    "nut": ("Nut", "ISO 4032 or DIN 934"),
    "washer": ("Washer", "ISO 7089"),
    "insert": ("Heat-set insert", "brass, knurled"),
}


def describe(key: str) -> Item:
    """Screws, nuts, washers and inserts by their name, all else from the table. Raises
    `CabinetError` for what is in neither."""
    if key in ITEMS:
        return ITEMS[key]
    if met := _SCREW.fullmatch(key):
        kind, thread, length = met.groups()
        name, spec = _NORM[kind]
        return Item(kind=_F, name=f"{name} {thread} × {length}", spec=spec)
    word, _, thread = key.partition(" ")
    if word in _SMALL and re.fullmatch(r"M[\d.]+", thread):
        name, spec = _SMALL[word]
        if word == "insert":
            size = THREADS[thread]
            spec += f"; for a hole of {size.insert_hole_mm:g} mm, {size.insert_long_mm:g} mm long"
        return Item(kind=_F, name=f"{name} {thread}", spec=spec)
    raise CabinetError(
        expected="an item of the bill of materials",
        found=repr(key),
        action="Add it to bom_items.py with what it has to be.",
    )
