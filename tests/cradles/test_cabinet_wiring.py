"""The wiring is what `hw.wiring` says: every net, every pin, on the drawing too."""

from __future__ import annotations

import io
import re
from collections import Counter
from dataclasses import fields, replace

import pytest

from cradles.cabinet.sizes import CabinetError, Sizes
from cradles.cabinet.wiring import Load, circuit_of, default_circuit, strip_m, wiring_files
from cradles.cabinet.wiring.circuit import Circuit
from cradles.cabinet.wiring.diagram import diagram
from cradles.drawing import Text
from cradles.drawing.pdf import sheet_for
from hw.wiring import PHYSICAL_PIN, BuzzerPin, InputPin, LightPin, OutputPin, Wiring

LOAD = Load(strip_m=1.3)


def _net_of(circuit: Circuit, ref: str, pin: str) -> str:
    found = [name for name, ends in circuit.nets.items() if (ref, pin) in ends]
    assert len(found) == 1, (ref, pin, found)
    return found[0]


def test_every_pin_of_every_part_is_in_exactly_one_net() -> None:
    circuit = circuit_of(Wiring(), LOAD)
    for component in circuit.components:
        for pin in component.pins:
            _net_of(circuit, component.ref, pin)
    known = {c.ref for c in circuit.components} | {"HEADER"}
    assert {ref for ends in circuit.nets.values() for ref, _ in ends} == known
    assert all(len(ends) >= 2 for ends in circuit.nets.values())
    refs = [c.ref for c in circuit.components]
    assert len(refs) == len(set(refs))


def test_every_wire_of_the_machine_goes_to_its_header_pin() -> None:
    wiring = Wiring(button=InputPin(bcm=5), lamp_green=OutputPin(bcm=26))
    circuit = circuit_of(wiring, LOAD)
    assert [b.name for b in circuit.branches] == [each.name for each in fields(wiring)]
    for branch in circuit.branches:
        bcm = getattr(wiring, branch.name).bcm
        net = _net_of(circuit, "HEADER", str(PHYSICAL_PIN[bcm]))
        assert net == f"GPIO{bcm}"
        assert (branch.components["series"].ref, "1") in circuit.nets[net]


def test_an_undriven_output_is_held_off_by_10_kilohm_and_switches_to_ground() -> None:
    circuit = circuit_of(Wiring(), LOAD)
    for branch in circuit.branches:
        if isinstance(branch.pin, InputPin):
            continue
        pull, switch, load = (branch.components[k] for k in ("pull", "switch", "load"))
        assert pull.value == "10 kΩ"
        assert _net_of(circuit, pull.ref, "1") == f"GPIO{branch.pin.bcm}"
        assert _net_of(circuit, pull.ref, "2") == "GND"
        control, output, base = switch.pins
        assert _net_of(circuit, switch.ref, base) == "GND"
        assert _net_of(circuit, load.ref, "-") == _net_of(circuit, switch.ref, output)
        assert _net_of(circuit, load.ref, "+") == "+12V"
        assert _net_of(circuit, branch.components["series"].ref, "2") == _net_of(
            circuit, switch.ref, control
        )


def test_no_header_pin_ever_meets_12_volts() -> None:
    circuit = circuit_of(Wiring(), LOAD)
    for name, ends in circuit.nets.items():
        if name.startswith("+12V"):
            assert "HEADER" not in {ref for ref, _ in ends}
    assert _net_of(circuit, "J1", "+") == "+12V in"
    assert set(circuit.nets["+12V in"]) == {("J1", "+"), ("F1", "1")}


def test_contacts_pull_their_pin_away_from_its_rest() -> None:
    circuit = circuit_of(Wiring(slot_left=InputPin(bcm=17, active_high=True)), LOAD)
    left, right = circuit.branches[:2]
    assert _net_of(circuit, left.components["contact"].ref, "2") == "+3.3V"
    assert ("HEADER", "1") in circuit.nets["+3.3V"]
    assert _net_of(circuit, right.components["contact"].ref, "2") == "GND"


def test_an_output_that_is_on_when_low_is_refused() -> None:
    wiring = Wiring(lamp_red=OutputPin(bcm=5, active_high=False))
    with pytest.raises(CabinetError, match=r"lamp_red\.active_high = false"):
        circuit_of(wiring, LOAD)


def test_terminals_count_every_pin_that_leaves_the_board_once() -> None:
    circuit = circuit_of(Wiring(), LOAD)
    leaving = {(c.ref, pin) for c in circuit.components if not c.on_board for pin in c.pins}
    assert set(circuit.terminals) == leaving
    assert sorted(circuit.terminals.values()) == list(range(1, len(leaving) + 1))
    assert len(leaving) <= 24  # two strips of twelve


def test_fuse_and_supply_follow_from_what_is_drawn() -> None:
    assert pytest.approx(1.3 * 9.6 / 12 + 3 * 0.02 + 0.012) == LOAD.all_a
    assert LOAD.all_a * 1.25 <= LOAD.fuse_a == 1.6
    assert LOAD.supply_a == 2.0
    strong = replace(LOAD, strip_w_per_m=14.4)
    assert strong.fuse_a == 2.5 and strong.supply_a == 3.0
    with pytest.raises(CabinetError, match="fewer watts"):
        _ = replace(LOAD, strip_m=6.0).fuse_a
    assert strip_m(Sizes()) == pytest.approx(2 * (0.45 + 0.2))


def _words(circuit: Circuit) -> list[str]:
    return [item.text for item in diagram(circuit).items if isinstance(item, Text)]


def test_the_drawing_names_every_part_pin_and_terminal() -> None:
    wiring = Wiring(light=LightPin(bcm=13), buzzer=BuzzerPin(bcm=21))
    circuit = circuit_of(wiring, LOAD)
    words = _words(circuit)
    for component in circuit.components:
        assert any(re.match(rf"{component.ref}\b", each) for each in words), component.ref
    for branch in circuit.branches:
        assert words.count(f"GPIO {branch.pin.bcm}") == 1
        assert words.count(f"pin {branch.header_pin}") == 1
        assert f"{branch.header_pin}: {branch.pin.bcm}" in words
    counted = Counter(words)
    for number in circuit.terminals.values():
        assert counted[str(number)] == 1
    assert f"pin {PHYSICAL_PIN[18]}" not in words


def test_texts_of_the_drawing_do_not_run_into_each_other() -> None:
    """Boxes of the words, by an estimated width of 0.6 of the height a letter."""
    texts = [item for item in diagram(default_circuit(Sizes())).items if isinstance(item, Text)]
    boxes = []
    for each in texts:
        wide = 0.6 * each.tall_mm * len(each.text)
        x0 = each.x - {"start": 0.0, "middle": wide / 2, "end": wide}[each.anchor]
        boxes.append((x0, each.y, x0 + wide, each.y + each.tall_mm, each.text))
    for i, a in enumerate(boxes):
        for b in boxes[i + 1 :]:
            apart = a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
            assert apart, (a[4], b[4])


def test_the_drawing_is_an_a3_sheet_and_repeats_byte_for_byte() -> None:
    circuit = default_circuit(Sizes())
    assert sheet_for(diagram(circuit)) == "A3"
    files = wiring_files(circuit)
    assert files == wiring_files(default_circuit(Sizes()))
    assert files["wiring.pdf"].startswith(b"%PDF") and io.BytesIO(files["wiring.svg"]).read(5) == (
        b"<?xml"
    )
