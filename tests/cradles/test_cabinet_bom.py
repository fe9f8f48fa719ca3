"""The bill of materials agrees with the model, and changes with it."""

from __future__ import annotations

import csv
import functools
import io
import math
import tomllib
from dataclasses import replace

import pytest

from cradles.cabinet.bom import Line, bill, bill_files
from cradles.cabinet.bom_items import ITEMS, Kind, describe
from cradles.cabinet.cameras import CAMERAS
from cradles.cabinet.kit import kit_files
from cradles.cabinet.parts import printed_parts
from cradles.cabinet.parts.fasteners import THREADS
from cradles.cabinet.parts.printing import estimate
from cradles.cabinet.sizes import CabinetError, Sizes
from cradles.cabinet.wiring import default_circuit
from cradles.solids import solid_of


@functools.cache
def _bill(sizes: Sizes, switch: str = "kw12") -> dict[str, Line]:
    parts = printed_parts(sizes, switch=switch)
    return {line.key: line for line in bill(sizes, parts, default_circuit(sizes))}


@pytest.mark.parametrize("mdf_mm", [3.0, 6.0, 10.0])
def test_screws_nuts_and_washers_are_those_of_the_holes(mdf_mm: float) -> None:
    sizes = Sizes(mdf_mm=mdf_mm)
    lines, parts = _bill(sizes), printed_parts(sizes)
    for name in ("M3", "M4"):
        holes = sum(p.count for p in parts for h in p.screws if h.screw == name)
        other = sum(
            need.count * p.count
            for p in parts
            for need in p.needs
            if need.item.startswith(f"screw {name}x")
        )
        bought = sum(n.quantity for k, n in lines.items() if k.startswith(f"screw {name}x"))
        assert bought == holes + other
        nuts = sum(n.count * p.count for p in parts for n in p.needs if n.item == f"nut {name}")
        assert lines[f"nut {name}"].quantity == holes + nuts + (6 if name == "M4" else 0)
    assert lines[f"sunk M4x{sizes.screw_mm:g}"].quantity == 6


@pytest.mark.parametrize("mdf_mm", [3.0, 6.0, 10.0])
def test_every_screw_goes_through_panel_part_washers_and_nut(mdf_mm: float) -> None:
    """And does not stand out by more than the gap between two lengths in the shops."""
    for printed in printed_parts(Sizes(mdf_mm=mdf_mm)):
        for hole in printed.screws:
            thread = THREADS[hole.screw]
            washers = (1 if hole.nut_in_part else 2) * thread.washer_thick_mm
            stack = hole.grip_mm + mdf_mm + washers + thread.nut_high_mm
            length = thread.length_for(stack - thread.nut_high_mm - thread.washer_thick_mm)
            assert stack + 0.5 <= length <= stack + 6.0, (printed.name, length)


def test_lengths_come_from_channels_bars_and_circuit() -> None:
    sizes = Sizes()
    lines = _bill(sizes)
    assert lines["led strip"].quantity == pytest.approx(2 * (0.450 + 2 * 0.100))
    assert lines["diffuser"].quantity == pytest.approx(2 * 0.450)
    circuit = default_circuit(sizes)
    tens = [c for c in circuit.components if c.item == "resistor 10k"]
    assert lines["resistor 10k"].quantity == len(tens) == 5
    assert lines["seat switch"].quantity == 2 and lines["npn"].quantity == 4
    assert "T" not in lines["fuse"].name and f"{circuit.load.fuse_a:g} A" in lines["fuse"].spec
    assert lines["terminal strip 12"].quantity * 12 >= len(circuit.terminals)


def test_choices_change_the_list() -> None:
    hq = _bill(Sizes(camera=CAMERAS["hq6"]), switch="v156")
    assert hq["camera hq6"].quantity == 1 and "camera pi3" not in hq
    assert hq["bolt M4x50"].quantity == 3 and "bolt M4x40" not in hq
    assert hq["screw M2.5x20"].quantity == 4
    assert "V-156" in hq["seat switch"].spec
    assert "KW12" in _bill(Sizes())["seat switch"].spec
    brio = _bill(Sizes(camera=CAMERAS["brio"]))
    assert brio["screw 1/4-20x12"].quantity == 1
    assert "9 mm" in _bill(Sizes(mdf_mm=9.0))["mdf"].spec


def test_panels_are_told_as_an_estimate_until_their_drawings_are_counted() -> None:
    sizes = Sizes()
    parts, circuit = printed_parts(sizes), default_circuit(sizes)
    guessed = next(line for line in bill(sizes, parts, circuit) if line.key == "mdf")
    assert "estimate" in guessed.used[0]
    counted = bill(sizes, parts, circuit, panels_m2=1.234, sheets=("3 sheets 600 × 400 mm",))
    mdf = next(line for line in counted if line.key == "mdf")
    assert mdf.quantity == 1.23 and mdf.used == ("panels: 1.23",)
    assert mdf.spec.endswith("6 mm, 3 sheets 600 × 400 mm")


def test_plastic_is_between_a_shell_and_the_solid() -> None:
    sizes = Sizes()
    total = 0.0
    for printed in printed_parts(sizes):
        solid = solid_of(printed.part).volume_mm3 / 1000 * 1.27
        made = estimate(printed)
        assert 0.2 * solid < made.grams <= solid * 1.001
        assert made.hours == pytest.approx(made.grams / 1.27 * 1000 / 4 / 3600)
        total += made.grams * printed.count
    line = _bill(sizes)["filament"]
    assert line.quantity == pytest.approx(total, abs=0.51)
    assert "estimate" in line.spec and "estimate" in _bill(sizes)["printing time"].spec


def test_every_chapter_is_there_every_item_described_and_no_shop_named() -> None:
    sizes = Sizes()
    lines = bill(sizes, printed_parts(sizes), default_circuit(sizes))
    assert {line.kind for line in lines} == set(Kind)
    assert [list(Kind).index(line.kind) for line in lines] == sorted(
        list(Kind).index(line.kind) for line in lines
    )
    assert all(line.quantity > 0 and math.isfinite(line.quantity) for line in lines)
    assert all(line.spec for line in lines if line.kind not in (Kind.TOOLS, Kind.PRINTED))
    text = " ".join(f"{line.name} {line.spec} {line.replace}" for line in lines).lower()
    for shop in ("amazon", "aliexpress", "ebay", "farnell", "mouser", "digikey", "http"):
        assert shop not in text
    with pytest.raises(CabinetError, match="bom_items"):
        describe("flux capacitor")
    assert describe("screw M3x12").name == "Screw M3 × 12"
    assert set(ITEMS) >= {"mosfet", "npn", "led strip"}


def test_the_files_say_the_same_and_repeat() -> None:
    sizes = Sizes()
    lines = bill(sizes, printed_parts(sizes), default_circuit(sizes))
    files = bill_files(lines)
    rows = list(csv.DictReader(io.StringIO(files["bom.csv"].decode("utf-8-sig"))))
    table = tomllib.loads(files["bom.toml"].decode())["line"]
    assert len(rows) == len(table) == len(lines)
    for row, entry, line in zip(rows, table, lines, strict=True):
        assert row["item"] == entry["item"] == line.name
        assert float(row["quantity"]) == pytest.approx(entry["quantity"], rel=1e-4)
    assert files == bill_files(lines)


def test_the_kit_has_all_files_of_a_cabinet() -> None:
    sizes = Sizes()
    parts = tuple(each for each in printed_parts(sizes) if each.name in ("foot", "switch_holder"))
    files = kit_files(sizes, parts=parts, pictures=False)
    assert set(files) == {
        "parts/foot.3mf", "parts/foot.stl",
        "parts/switch_holder-kw12.3mf", "parts/switch_holder-kw12.stl",
        "wiring.svg", "wiring.pdf", "bom.csv", "bom.toml",
    }  # fmt: skip
    more = tuple(replace(each, count=each.count + 1) for each in parts)
    assert kit_files(sizes, parts=more, pictures=False)["bom.csv"] != files["bom.csv"]
