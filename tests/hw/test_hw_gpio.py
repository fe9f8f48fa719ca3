"""What is particular to the pins: polarity, order, PWM, and how they are left."""

from __future__ import annotations

import os
import sys
import tempfile
import threading
from pathlib import Path

import pytest
import rigs
from gpiozero.pins.mock import MockFactory, MockPWMPin

from hw.errors import BeaconError, LightError, SlotError, WiringError
from hw.gpio import GpioBeacon, GpioSlot
from hw.ports import Lamps, SlotReading
from hw.pwm import HardwarePwm
from hw.raspberry_pi import lgpio_factory, require_released_pins_go_dark
from hw.wiring import InputPin, Wiring


@pytest.mark.parametrize("active_high", [False, True])
def test_an_open_wire_reads_as_not_pressed(active_high: bool) -> None:
    wiring = Wiring(slot_left=InputPin(bcm=17, active_high=active_high))
    factory = MockFactory(pin_class=MockPWMPin)
    with GpioSlot(wiring, factory) as slot:
        assert slot.read() == SlotReading(left=False, right=False)
        assert factory.pin(17).pull == ("down" if active_high else "up")


def test_closed_lamps_are_inputs() -> None:
    """Undriven: the resistor at the lamp's driver decides, which says dark."""
    rig = rigs.PinBeaconRig()
    with rig.device as beacon:
        beacon.show(Lamps(green=True))
    wiring = rig.wiring
    pins = (wiring.lamp_red, wiring.lamp_amber, wiring.lamp_green, wiring.buzzer)
    assert [rig.pin(pin.bcm).function for pin in pins] == ["input"] * 4


def test_lamps_go_out_before_others_come_on() -> None:
    rig = rigs.PinBeaconRig()
    switched: list[tuple[str, bool]] = []
    with rig.device as beacon:
        beacon.show(Lamps(green=True))
        for name in ("red", "amber", "green"):
            pin = rig.pin(getattr(rig.wiring, f"lamp_{name}").bcm)

            def note(value: float, name: str = name, pin: MockPWMPin = pin) -> None:
                switched.append((name, bool(value)))
                pin._change_state(value)

            pin._set_state = note
        beacon.show(Lamps(red=True))
        beacon.show(Lamps(green=True))
    assert switched[:6] == [
        ("amber", False),
        ("green", False),
        ("red", True),
        ("red", False),
        ("amber", False),
        ("green", True),
    ]


def test_a_lamp_that_refuses_darkens_the_others() -> None:
    rig = rigs.PinBeaconRig()
    with rig.device as beacon:
        beacon.show(Lamps(green=True))
        rig.fail()
        with pytest.raises(BeaconError, match=r"GPIO 24 \(header pin 18\)"):
            beacon.show(Lamps(green=True))
        lamps = (rig.wiring.lamp_red, rig.wiring.lamp_green)
        assert (beacon.shown, [rig.is_on(lamp) for lamp in lamps]) == (Lamps(), [False, False])


def test_a_pin_that_is_taken_is_an_error_and_nothing_stays_claimed() -> None:
    factory = MockFactory(pin_class=MockPWMPin)
    wiring = Wiring()
    with GpioSlot(wiring, factory):
        with pytest.raises(SlotError, match="GPIO 17"):
            GpioSlot(wiring, factory).open()
        doubled = Wiring(lamp_green=wiring.lamp_green, lamp_red=wiring.lamp_red)
        with GpioBeacon(doubled, factory), pytest.raises(BeaconError):
            GpioBeacon(doubled, factory).open()
    with GpioSlot(wiring, factory) as slot:
        assert slot.read().clear


def test_pins_without_pwm_are_an_error_not_a_silent_buzzer() -> None:
    with pytest.raises(BeaconError, match="PWM"):
        GpioBeacon(Wiring(), MockFactory()).open()


def test_a_switched_light_refuses_to_be_dimmed() -> None:
    rig = rigs.PinSwitchedLightRig()
    with rig.device as light:
        light.set(1.0)
        with pytest.raises(LightError, match=r"can only be switched, and was asked for 0\.5"):
            light.set(0.5)
        assert (light.level, rig.shining()) == (1.0, 1.0)


@pytest.mark.parametrize(("level", "duty_ns"), [(0.0, 0), (0.25, 10_000), (1.0, 40_000)])
def test_levels_are_duty_cycles_at_25_khz(tmp_path: Path, level: float, duty_ns: int) -> None:
    rig = rigs.PwmLightRig(tmp_path)
    with rig.device as light:
        light.set(level)
        assert [rig.number(name) for name in ("period", "duty_cycle", "enable")] == [
            40_000,
            duty_ns,
            1,
        ]
    assert [rig.number(name) for name in ("duty_cycle", "enable")] == [0, 0]
    assert (rig.chip / "unexport").read_text() == "0"


def test_a_missing_pwm_names_the_overlay(tmp_path: Path) -> None:
    pwm = HardwarePwm(chip=0, channel=0, frequency_hz=25_000, root=tmp_path)
    with pytest.raises(LightError, match="dtoverlay=pwm,pin=18,func=2"):
        pwm.open()


def test_an_unexported_channel_is_exported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hw.pwm.EXPORT_PATIENCE_S", 0.05)
    chip = tmp_path / "pwmchip0"
    chip.mkdir()
    pwm = HardwarePwm(chip=0, channel=1, frequency_hz=25_000, root=tmp_path)
    with pytest.raises(LightError, match="pwm1/enable can't be written"):
        pwm.open()  # a plain folder doesn't answer to the export
    assert (chip / "export").read_text() == "1"


def test_a_channel_that_udev_is_still_handing_over_is_waited_for(tmp_path: Path) -> None:
    chip = tmp_path / "pwmchip0"
    chip.mkdir()
    os.mkfifo(chip / "export")  # writing to it waits for the other end, as sysfs answers at once

    def kernel() -> None:
        assert (chip / "export").read_text() == "0"
        (chip / "pwm0").mkdir()
        (chip / "pwm0" / "enable").touch()

    pwm = HardwarePwm(chip=0, channel=0, frequency_hz=25_000, root=tmp_path)
    thread = threading.Thread(target=kernel)
    thread.start()
    pwm.open()
    thread.join()
    assert (chip / "pwm0" / "enable").read_text() == "1"


def test_a_pwm_that_forgets_what_it_was_told(tmp_path: Path) -> None:
    rig = rigs.PwmLightRig(tmp_path)
    with rig.device as light:
        (rig.channel / "duty_cycle").unlink()
        (rig.channel / "duty_cycle").symlink_to("/dev/null")
        with pytest.raises(LightError, match="says  after 40000 was written"):
            light.set(1.0)
        (rig.channel / "duty_cycle").unlink()


@pytest.mark.parametrize("module", ["pinctrl_bcm2835", "pinctrl_rp1"])
def test_a_kernel_that_keeps_outputs_is_refused(tmp_path: Path, module: str) -> None:
    file = tmp_path / "sys/module" / module / "parameters/persist_gpio_outputs"
    file.parent.mkdir(parents=True)
    file.write_text("Y\n")
    with pytest.raises(WiringError, match="dtparam=strict_gpiod"):
        require_released_pins_go_dark(tmp_path)
    file.write_text("N\n")
    require_released_pins_go_dark(tmp_path)


def test_without_lgpio_there_is_no_other_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "lgpio", None)
    monkeypatch.setenv("LG_WD", "/run/goldenboard")
    with pytest.raises(WiringError, match="can't be reached through lgpio"):
        lgpio_factory()


@pytest.mark.parametrize(
    ("named", "used"), [("/run/goldenboard", "/run/goldenboard"), (None, tempfile.gettempdir())]
)
def test_lgpio_gets_a_folder_for_its_pipes(
    monkeypatch: pytest.MonkeyPatch, named: str | None, used: str
) -> None:
    monkeypatch.setitem(sys.modules, "lgpio", None)
    monkeypatch.setenv("LG_WD", named or "")
    if named is None:
        monkeypatch.delenv("LG_WD")
    with pytest.raises(WiringError):
        lgpio_factory()
    assert os.environ["LG_WD"] == used
