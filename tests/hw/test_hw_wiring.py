"""Wiring that can't be is refused by name; the table is made from the defaults."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hw.errors import WiringError
from hw.wiring import (
    PHYSICAL_PIN,
    InputPin,
    LightPin,
    OutputPin,
    Wiring,
    load_wiring,
    wiring_table,
)


def test_nothing_said_is_the_default() -> None:
    assert load_wiring({}) == Wiring()


def test_a_table_changes_only_what_it_names() -> None:
    loaded = load_wiring(
        {
            "button": {"bcm": 26, "active_high": True},
            "light": {"pwm_hz": 0, "settle_s": 1},
            "lamp_red": {"bcm": 5, "active_high": False},
        }
    )
    assert loaded == Wiring(
        button=InputPin(bcm=26, active_high=True),
        light=LightPin(pwm_hz=0, settle_s=1.0),
        lamp_red=OutputPin(bcm=5, active_high=False),
    )


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"lamp_rde": {"bcm": 23}}, "lamp_rde is unknown.*lamp_red.*Did you mean lamp_red"),
        ({"button": {"pin": 22}}, "button.pin is unknown.*button.active_high, button.bcm"),
        ({"button": 22}, "button is 22; expected a table"),
        ({"button": {"bcm": "22"}}, "button.bcm is '22'; expected a whole number such as 22"),
        ({"button": {"bcm": True}}, "button.bcm is True; expected a whole number"),
        ({"button": {"active_high": 1}}, "expected true or false"),
        ({"button": {"bcm": 17}}, "GPIO 17 is given to both slot_left and button"),
        ({"button": {"bcm": 1}}, "button.bcm = 1 is not on the 40-pin header.*2, 3, 4"),
        ({"button": {"bcm": 28}}, "button.bcm = 28 is not on"),
        ({"light": {"bcm": 21}}, "light.bcm = 21 has no hardware PWM; GPIO 12, 13, 18, 19"),
        ({"light": {"pwm_hz": 500}}, "light.pwm_hz = 500 is outside 20000"),
        ({"light": {"settle_s": -1.0}}, "light.settle_s = -1.0"),
        ({"light": {"settle_s": float("nan")}}, "light.settle_s = nan"),
        ({"light": {"pwm_chip": 99}}, "light.pwm_chip = 99"),
        ({"lamp_green": {"bcm": 5}}, "lamp_green.bcm = 5 rests high at boot.*GPIO 9 to 27"),
        ({"lamp_green": {"active_high": False}}, "lamp_green.bcm = 25 rests low at boot"),
        ({"buzzer": {"low_hz": 2000}}, "low_hz = 2000 and high_hz = 1760"),
    ],
)
def test_what_can_not_be_is_refused_by_name(table: dict[str, Any], words: str) -> None:
    with pytest.raises(WiringError, match=words):
        load_wiring(table)


def test_a_light_that_is_only_switched_may_be_on_any_pin() -> None:
    assert load_wiring({"light": {"bcm": 21, "pwm_hz": 0}}).light == LightPin(bcm=21, pwm_hz=0)


@given(st.dictionaries(st.text(max_size=12), st.integers() | st.text() | st.none(), min_size=1))
def test_no_table_of_nonsense_gets_through(table: dict[str, Any]) -> None:
    with pytest.raises(WiringError):
        load_wiring(table)


def test_the_table_names_every_wire_once() -> None:
    assert wiring_table() == (
        "| wire | GPIO (BCM) | header pin | polarity and rest |\n"
        "|---|---|---|---|\n"
        "| Seat switch, left (to ground) | 17 | 11 | low when pressed, pull-up |\n"
        "| Seat switch, right (to ground) | 27 | 13 | low when pressed, pull-up |\n"
        "| Push button (to ground) | 22 | 15 | low when pressed, pull-up |\n"
        "| LED strip driver | 18 | 12 | high = on, hardware PWM at 25 kHz, 10 kΩ to ground |\n"
        "| Beacon, red | 23 | 16 | high = on, 10 kΩ to ground |\n"
        "| Beacon, amber | 24 | 18 | high = on, 10 kΩ to ground |\n"
        "| Beacon, green | 25 | 22 | high = on, 10 kΩ to ground |\n"
        "| Buzzer (passive piezo) | 16 | 36 | tone of 880 or 1760 Hz, 10 kΩ to ground |\n"
    )


def test_header_pins_agree_with_gpiozero() -> None:
    """gpiozero knows the header of a Pi 4 (revision c03111) by itself."""
    from gpiozero.pins.mock import MockFactory

    header = MockFactory(revision="c03111").board_info.headers["J8"]
    named = {
        int(pin.name.removeprefix("GPIO")): number
        for number, pin in header.pins.items()
        if pin.name.startswith("GPIO")
    }
    assert {bcm: at for bcm, at in named.items() if bcm > 1} == dict(PHYSICAL_PIN)
