"""Commissioning on the simulated cabinet: a good unit passes every step, and each thing that was
broken on purpose is found and named."""

from __future__ import annotations

import hashlib
import http.client
import os
import ssl
import stat
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from appliance.commission.errors import CommissionError
from appliance.commission.table import STEPS
from appliance.commission.values import Outcome
from appliance.config import read_config
from hw.ports import HealthReading
from hw.sim.faults import Fault
from tests.commission.rig import Rig


def test_a_good_unit_passes_every_step(rig: Rig) -> None:
    found = {name: rig.do(name) for name in STEPS if not name.startswith("camera")}
    assert {name: each.outcome for name, each in found.items()} == dict.fromkeys(
        found, Outcome.PASSED
    ), found
    bounces = {
        each.name: each.value
        for name in ("slot", "button")
        for each in found[name].figures
        if "longest bounce" in each.name
    }
    # The simulated contacts bounce for up to 6 ms; the clock's steps are 0.4 ms.
    assert all(0.4 <= value <= 6.4 for value in bounces.values()), bounces
    assert len(bounces) == 3


@pytest.mark.parametrize(
    ("step", "fault", "named"),
    [
        ("lamps", Fault.DARK_LAMP, "The green lamp stays dark."),
        ("lamps", Fault.SWAPPED_LAMPS, "The wires of the red and the amber lamp are swapped."),
        ("buzzer", Fault.SILENT_BUZZER, "The buzzer was not heard."),
        ("strip", Fault.DARK_LIGHT, "The strip stays dark."),
        ("strip", Fault.FLICKER, "The strip flickers."),
        (
            "slot",
            Fault.SWAPPED_SWITCHES,
            "The wires of the left and the right seat switch are swapped: each moves the other.",
        ),
        ("slot", Fault.DEAD_SWITCH, "The right seat switch did not move in 30 s."),
        ("slot", Fault.STUCK_SWITCH, "The left seat switch stays closed although nothing presses"),
        (
            "slot",
            Fault.JOINED_SWITCHES,
            "With the left seat switch the right seat switch moved, too.",
        ),
        ("slot", Fault.WORN_SWITCH, "left seat switch: longest bounce: "),
        ("button", Fault.STUCK_BUTTON, "The button stays closed although nothing presses it."),
        ("heat", Fault.OVERHEATED, "The processor becomes too hot: 86 °C are foreseen."),
        ("heat", Fault.UNDERVOLTAGE, "The supply sags under load."),
    ],
)
def test_what_is_broken_is_named(rig: Rig, step: str, fault: Fault, named: str) -> None:
    finding = rig.do(step, fault)
    assert finding.outcome is Outcome.FAILED
    assert finding.found.startswith(named), finding.found
    assert finding.next_step
    assert rig.do(step).passed, "without the fault the same step passes"


def test_a_card_that_is_slow_now_and_then_is_refused(rig: Rig) -> None:
    rig.change(sync=rig.sync_in(*[0.005] * 40, 1.6))
    finding = rig.do("storage")
    figures = {each.name: each for each in finding.figures}
    slowest = figures["slowest of 60 syncs of 4 KiB"]
    assert (slowest.value, slowest.passed) == (1600.0, False)
    assert figures["19 of 20 syncs of 4 KiB within"].value == 5.0
    assert finding.found == (
        "The card is too slow: slowest of 60 syncs of 4 KiB 1600 ms, at most 1000 ms."
    )
    assert "Replace it" in finding.next_step


def test_a_card_that_is_always_slow_is_refused(rig: Rig) -> None:
    rig.change(sync=rig.sync_in(0.35))
    finding = rig.do("storage")
    beyond = [each.name for each in finding.figures if not each.passed]
    # 3 MB in the 0.35 s of their one sync are 8.6 MB/s.
    assert beyond == ["writing in one go", "19 of 20 syncs of 4 KiB within"]
    assert not list(rig.config.records.folder.glob(".card-test*"))


def test_a_card_that_forgets_is_refused(rig: Rig) -> None:
    def forget(handle: int) -> None:
        rig.clock.sleep(0.004)
        os.pwrite(handle, b"gone", 1_500_000)

    rig.change(sync=forget)
    assert rig.do("storage").found == "The card gave back something else than was written."


def test_a_card_without_room_is_told_and_nothing_is_left(rig: Rig) -> None:
    rig.change(sequential_bytes=10**18)
    with pytest.raises(CommissionError, match="MB free where the records are"):
        rig.do("storage")


def test_a_clock_without_a_server_needs_a_chip(rig: Rig) -> None:
    rig.change(now=lambda: rig.moment(synced=False))
    assert rig.do("clock").found.startswith("Nothing stands behind the time")
    wall_s = rig.machine.wall_s
    rig.rtc.write_text(f"{wall_s() + 10:.0f}\n")
    finding = rig.do("clock")
    assert finding.found == "The clock chip stands behind the time."
    rig.rtc.write_text(f"{wall_s() - 3600:.0f}\n")
    finding = rig.do("clock")
    assert finding.found.startswith("Clock chip's difference: 36"), finding.found


def test_a_clock_that_is_set_while_watched_is_told(rig: Rig) -> None:
    start_s, wall_s = rig.clock.monotonic(), rig.machine.wall_s
    rig.change(wall_s=lambda: wall_s() + 3.0 * (rig.clock.monotonic() > start_s + 5.0))
    assert rig.do("clock").found == "Clock's jump while watched: 3 s, at most 0.1 s."


def test_a_crystal_that_is_off_is_told(rig: Rig) -> None:
    rig.change(raw_s=lambda: rig.clock.monotonic() * 1.0003)
    assert rig.do("clock").found == "Crystal's error: 300 ppm, at most 100 ppm."


def test_a_clock_that_a_time_server_still_pulls_is_watched_on(rig: Rig) -> None:
    """A correction of 300 ppm that is over after half a minute; afterwards 20 ppm."""
    start_s = rig.clock.monotonic()

    def raw_s() -> float:
        lasted_s = rig.clock.monotonic() - start_s
        return lasted_s * 1.00002 + min(lasted_s, 33.0) * 0.0003

    rig.change(raw_s=raw_s)
    finding = rig.do("clock")
    assert finding.passed, finding
    assert 40.0 <= rig.clock.monotonic() - start_s <= 60.0
    assert any("still pulls the clock" in each.text for each in rig.talk.said)
    (rate,) = [each for each in finding.figures if each.unit == "ppm"]
    assert round(rate.value) == 20


def test_heat_is_foreseen_from_the_slope(rig: Rig) -> None:
    from appliance.commission.heat import TIME_CONSTANT_S, foresee, judge

    # Warms from 40 °C towards 90 °C with the assumed constant: after 120 s it is at 64 °C only.
    curve = [(float(s), 90.0 - 50.0 * 2.718281828 ** (-s / TIME_CONSTANT_S)) for s in range(120)]
    assert curve[-1][1] < 65.0
    # The tail's slope is that of 20 s before its end: a little more than the slope at the end.
    assert 89.0 < foresee(curve) < 94.0
    readings = [
        (
            s,
            HealthReading(
                cpu_c=c,
                undervoltage=None,
                throttled=None,
                disk_free_bytes=1,
                disk_total_bytes=1,
                memory_available_bytes=None,
            ),
        )
        for s, c in curve
    ]
    assert not judge(readings, cores=4).passed
    assert foresee([(0.0, 50.0), (1.0, 49.0), (2.0, 48.0)]) == 48.0


def test_load_ends_with_the_step(rig: Rig) -> None:
    before = threading.active_count()
    assert rig.do("heat").passed
    assert threading.active_count() == before


def test_without_a_network_there_is_no_page(rig: Rig) -> None:
    rig.change(addresses=lambda: ())
    assert rig.do("network").found == "The unit has no address: no network is connected."


def test_an_address_that_does_not_answer_is_named(rig: Rig) -> None:
    # 127.0.0.2 is this computer, too, but the pages listen at 127.0.0.1 alone.
    rig.change(addresses=lambda: ("127.0.0.1", "127.0.0.2"))
    assert rig.do("network").found == "The page does not answer at 127.0.0.2."


def test_a_name_that_leads_elsewhere_is_told(rig: Rig) -> None:
    rig.change(mdns=lambda _: ("10.9.9.9",))
    assert "does not lead to this unit" in rig.do("network").found
    rig.change(mdns=lambda _: ("127.0.0.1",))
    assert rig.do("network").passed


def test_the_name_is_written_and_nothing_else(rig: Rig, tmp_path: Path) -> None:
    path = tmp_path / "goldenboard.toml"
    text = (
        "# line 2's unit\n[cabinet]\nkind = 'simulated'\n\n[unit]  # who\n"
        'name = "old"  # to be changed\n\n[pages]\nport = 8081 # kept\n'
    )
    path.write_text(text)
    path.chmod(0o640)
    rig.config_path = path
    rig.answers["name"] = '  cell "4"  é '
    assert rig.do("name").outcome is Outcome.PASSED
    assert read_config(path).unit.name == 'cell "4" é'
    assert path.read_text() == text.replace(
        'name = "old"  # to be changed', 'name = "cell \\"4\\" é"'
    )
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_name_is_added_where_there_is_none(rig: Rig, tmp_path: Path) -> None:
    path = tmp_path / "goldenboard.toml"
    for text in ("[cabinet]\nkind = 'simulated'\n", "[unit]\n[cabinet]\nkind = 'simulated'\n"):
        path.write_text(text)
        rig.config_path = path
        rig.answers["name"] = "cell 4"
        assert rig.do("name").passed
        assert read_config(path).unit.name == "cell 4"


@pytest.mark.parametrize("name", ["", "cabinet", "x" * 41, "a\x00b"])
def test_a_bad_name_is_refused(rig: Rig, tmp_path: Path, name: str) -> None:
    path = tmp_path / "goldenboard.toml"
    path.write_text("[cabinet]\nkind = 'simulated'\n")
    rig.config_path = path
    rig.answers["name"] = name
    assert rig.do("name").outcome is Outcome.FAILED
    assert path.read_text() == "[cabinet]\nkind = 'simulated'\n"


def test_a_configuration_in_another_form_is_left_alone(rig: Rig, tmp_path: Path) -> None:
    path = tmp_path / "goldenboard.toml"
    text = "unit.name = 'old'\n[cabinet]\nkind = 'simulated'\n"
    path.write_text(text)
    rig.config_path = path
    rig.answers["name"] = "cell 4"
    with pytest.raises((CommissionError, ValueError)):
        rig.do("name")
    assert path.read_text() == text


def test_the_first_pin_is_shown_once_and_has_to_be_changed(rig: Rig) -> None:
    assert rig.do("people").passed
    (shown,) = rig.talk.secrets
    (who,) = rig.store.operators()
    assert who.must_change_pin
    pin = shown.partition("PIN ")[2].partition(".")[0]
    assert rig.store.verify_pin(who.name, pin)
    again = rig.do("people")
    assert again.passed
    assert rig.talk.secrets == []
    assert pin not in repr(again)


def test_the_fingerprint_is_that_of_the_certificate_that_was_made(rig: Rig) -> None:
    finding = rig.do("certificate")
    assert finding.passed
    pem = (rig.config.data / "tls" / "page.pem").read_text()
    block = pem[pem.index("-----BEGIN CERTIFICATE") :]
    digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(block)).hexdigest()
    told = finding.notes[0].text
    assert "".join(letter for letter in told.lower() if letter in "0123456789abcdef") == digest
    assert told in rig.talk.said[-1].text


def test_pages_in_the_clear_are_told(rig: Rig) -> None:
    rig.config = replace(rig.config, pages=replace(rig.config.pages, tls=False))
    assert rig.do("certificate").found.startswith("The pages are not encrypted")


def test_the_stand_in_page_is_gone_with_the_step(rig: Rig) -> None:
    finding = rig.do("network")
    port = int(finding.notes[0].name.rstrip("/").rpartition(":")[2])
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    with pytest.raises(OSError, match="refused"):
        connection.request("GET", "/")
    connection.close()
