"""The bill of materials of one cabinet: every quantity counted in the model."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import tomli_w

from cradles.cabinet.bom_items import ITEMS, Kind, describe
from cradles.cabinet.parts import PrintedPart
from cradles.cabinet.parts.fasteners import M4, THREADS
from cradles.cabinet.parts.printing import estimate
from cradles.cabinet.parts.seat_switch import SWITCHES
from cradles.cabinet.sizes import NUTS, Sizes
from cradles.cabinet.wiring import Circuit

Use = tuple[str, float, str]
"""Key, quantity, where."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    key: str
    kind: Kind
    name: str
    spec: str
    quantity: float
    unit: str
    replace: str
    used: tuple[str, ...]
    """Where, and how many there."""


STRIP = "led strip"
_DIGITS = {"g": 0, "h": 1, "m": 2, "m²": 2, "piece": 0}
"""Decimals of a quantity, by its unit."""


def bill(
    sizes: Sizes,
    parts: tuple[PrintedPart, ...],
    circuit: Circuit,
    *,
    panels_m2: float | None = None,
    sheets: tuple[str, ...] = (),
    more: tuple[Use, ...] = (),
) -> tuple[Line, ...]:
    """`panels_m2` is the area of the panels' drawings, `sheets` what each sheet to buy is; without
    them the panels are told as an estimate. `more` is what the panels themselves are joined
    with."""
    uses = [
        *_fastened(sizes, parts),
        *_wired(circuit),
        *_lit(sizes, parts, circuit),
        *_panels(sizes, panels_m2),
        *_printed(parts),
        *more,
        *((key, 1.0, "to build it") for key, item in ITEMS.items() if item.kind is Kind.TOOLS),
    ]
    amounts: dict[str, float] = defaultdict(float)
    places: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for key, amount, where in uses:
        amounts[key] += amount
        places[key][where] += amount
    values = _values(sizes, parts, circuit, sheets)
    lines = [
        *_bodies(parts),
        *(
            Line(
                key=key,
                kind=describe(key).kind,
                name=describe(key).name,
                spec="; ".join(filter(None, (describe(key).spec, values.get(key)))),
                quantity=round(amount, _DIGITS[describe(key).unit]),
                unit=describe(key).unit,
                replace=describe(key).replace,
                used=tuple(
                    f"{where}: {round(n, 2 - (describe(key).unit == 'g')):g}"
                    for where, n in places[key].items()
                ),
            )
            for key, amount in amounts.items()
        ),
    ]
    order = list(Kind)
    return tuple(sorted(lines, key=lambda line: (order.index(line.kind), line.key)))


def _fastened(sizes: Sizes, parts: tuple[PrintedPart, ...]) -> Iterator[Use]:
    """Screws of the mounting holes by what they clamp, with nut and washers; what parts need."""
    for printed in parts:
        for hole in printed.screws:
            thread = THREADS[hole.screw]
            washers = 1 if hole.nut_in_part else 2
            clamped = hole.grip_mm + sizes.mdf_mm + (washers - 1) * thread.washer_thick_mm
            length = thread.length_for(clamped)
            yield f"screw {thread.name}x{length}", printed.count, printed.name
            yield f"nut {thread.name}", printed.count, printed.name
            yield f"washer {thread.name}", washers * printed.count, printed.name
        for need in printed.needs:
            yield need.item, need.count * printed.count, printed.name
        if printed.name == "end_stop":
            yield "steel washer", 2 * printed.count, "drawer, facing the magnets"
        if printed.name == "tray_guide":
            (_, y0, _), (_, y1, _) = printed.envelope_mm
            yield "slide tape", (y1 - y0) / 1000 * printed.count, printed.name
    yield f"sunk {M4.name}x{sizes.screw_mm:g}", len(NUTS), "cradle on the tray"
    yield f"nut {M4.name}", len(NUTS), "cradle on the tray"


def _wired(circuit: Circuit) -> Iterator[Use]:
    for component in circuit.components:
        if component.item != STRIP:  # bought by the metre
            yield component.item, 1, component.ref
    yield from (
        ("computer", 1, "compartment"),
        ("card", 1, "computer"),
        ("supply 5v", 1, "computer"),
        ("supply 12v", 1, circuit.common[0].ref),
        ("network cable", 1, "computer"),
        ("perfboard", 1, "driver_plate"),
        ("header socket", len(circuit.branches) + 2, "computer"),
    )
    # Estimate: from the compartment to the front, the back or the ceiling and back.
    for (ref, _), _ in circuit.terminals.items():
        thick = ref.startswith("J") or ref == _strip_ref(circuit)
        yield ("wire thick" if thick else "wire thin"), 0.6, f"{ref} (estimate)"


def _strip_ref(circuit: Circuit) -> str:
    return next(c.ref for c in circuit.components if c.item == STRIP)


def _lit(sizes: Sizes, parts: tuple[PrintedPart, ...], circuit: Circuit) -> Iterator[Use]:
    yield STRIP, circuit.load.strip_m, f"{_strip_ref(circuit)}, both bars"
    channels = [each for each in parts if each.name == "led_channel"]
    for each in channels:
        (x0, _, _), (x1, _, _) = each.envelope_mm
        yield "diffuser", each.count * round(x1 - x0 - 1.6, 3) / 1000, each.name
    yield f"camera {sizes.camera.key}", 1, "camera_plate"


def _panels(sizes: Sizes, panels_m2: float | None) -> Iterator[Use]:
    if panels_m2 is not None:
        yield "mdf", panels_m2, "panels"
        return
    wide, deep, high = sizes.outer_mm
    box = 2 * (wide * deep + wide * high + deep * high) + wide * deep
    tray = 2 * 2 * sizes.tray_half_mm * (sizes.tray_rear_mm - sizes.drawer_mm)
    yield "mdf", round((box + tray) / 1e6, 2), "panels (estimate from the outer sizes)"


def _printed(parts: tuple[PrintedPart, ...]) -> Iterator[Use]:
    for each in parts:
        made = estimate(each)
        yield "filament", made.grams * each.count, each.name
        yield "printing time", made.hours * each.count, each.name


def _bodies(parts: tuple[PrintedPart, ...]) -> Iterator[Line]:
    for each in parts:
        yield Line(
            key=each.part.name,
            kind=Kind.PRINTED,
            name=each.part.name,
            spec=f"{each.prints_turned.words()}; {' '.join(each.notes)}".rstrip("; "),
            quantity=each.count,
            unit="piece",
            replace="",
            used=(each.rides_on or "cabinet",),
        )


def _values(
    sizes: Sizes, parts: tuple[PrintedPart, ...], circuit: Circuit, sheets: tuple[str, ...]
) -> dict[str, str]:
    """What only this cabinet's figures can say, by key."""
    load = circuit.load
    switch = next(
        switch.source
        for switch in SWITCHES.values()
        if any(each.part.name == f"switch_holder-{switch.key}" for each in parts)
    )
    channel = " ".join(each.notes[-1] for each in parts if each.name == "led_channel")
    return {
        "fuse": f"{load.fuse_a:g} A (all on at once: {load.all_a:.2f} A)",
        "supply 12v": f"{load.supply_a:g} A or more",
        "mdf": ", ".join((f"{sizes.mdf_mm:g} mm", *sheets)),
        "seat switch": switch,
        "diffuser": channel,
        STRIP: channel,
    }


def bill_files(lines: tuple[Line, ...]) -> dict[str, bytes]:
    """As a table for a spreadsheet and as TOML for programs."""
    table = io.StringIO(newline="")
    writer = csv.writer(table, lineterminator="\r\n")
    writer.writerow(
        ("chapter", "item", "quantity", "unit", "has to be", "may be replaced by", "used for")
    )
    for line in lines:
        writer.writerow(
            (
                line.kind.value,
                line.name,
                f"{line.quantity:g}",
                line.unit,
                line.spec,
                line.replace,
                ", ".join(line.used),
            )
        )
    data = {
        "line": [
            {
                "key": line.key,
                "chapter": line.kind.value,
                "item": line.name,
                "quantity": line.quantity,
                "unit": line.unit,
                "spec": line.spec,
                "replace": line.replace,
                "used": list(line.used),
            }
            for line in lines
        ]
    }
    return {
        "bom.csv": table.getvalue().encode("utf-8-sig"),
        "bom.toml": tomli_w.dumps(data).encode(),
    }
