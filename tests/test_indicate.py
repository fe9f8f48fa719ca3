"""Lamps: green alone is lit in PASSED, vouched for, and nowhere else, at any time."""

from __future__ import annotations

from itertools import product

import pytest

from appliance import indicate
from appliance.states import State
from hw.ports import Lamps

INSTANTS_S = [i * 0.05 for i in range(200)]


def _green_alone(lamps: Lamps) -> bool:
    return lamps.green and not lamps.red and not lamps.amber


@pytest.mark.parametrize(("state", "vouched"), list(product(State, [True, False])))
def test_green_alone_means_passed_and_vouched(state: State, vouched: bool) -> None:
    lit = [_green_alone(indicate.lamps(state, at_s, vouched=vouched)) for at_s in INSTANTS_S]
    assert lit == [state is State.PASSED and vouched] * len(INSTANTS_S)


def test_no_two_states_that_a_person_must_tell_apart_look_alike() -> None:
    seen = {
        state: tuple(
            (lamps.red, lamps.amber, lamps.green)
            for lamps in (indicate.lamps(state, at_s, vouched=True) for at_s in INSTANTS_S)
        )
        for state in State
    }
    groups = [
        {State.STARTING, State.EMPTY},
        {State.SEATED, State.INSPECTING, State.RECORDING},
        {State.SETUP, State.MAINTENANCE},
        *({state} for state in (State.PASSED, State.REVIEW, State.FAILED, State.FAULT)),
        {State.LAMP_TEST},
    ]
    assert len({seen[next(iter(group))] for group in groups}) == len(groups)
    for group in groups:
        assert len({seen[state] for state in group}) == 1


def _tones(state: State) -> list[tuple[float, bool]]:
    """Length in seconds and pitch of each tone, on a millisecond grid."""
    tones: list[tuple[float, bool]] = []
    before = False
    for ms in range(4000):
        lamps = indicate.lamps(state, ms / 1000, vouched=True)
        if lamps.buzzer and not before:
            tones.append((0.0, lamps.tone_high))
        if lamps.buzzer:
            tones[-1] = (round(tones[-1][0] + 0.001, 3), lamps.tone_high)
        before = lamps.buzzer
    return tones


def test_sounds_are_those_that_operators_learn() -> None:
    sounds = {state: _tones(state) for state in State}
    assert sounds == {
        **{state: [] for state in State},
        State.PASSED: [(0.12, True)],
        State.REVIEW: [(0.12, False)] * 2,
        State.FAILED: [(0.6, False)],
        State.FAULT: [(0.6, False)] * 3,
    }


def test_a_fault_alternates_red_and_amber() -> None:
    lamps = [indicate.lamps(State.FAULT, at_s, vouched=False) for at_s in (0.1, 0.6, 1.1, 1.6)]
    assert [(each.red, each.amber, each.green) for each in lamps] == [
        (True, False, False),
        (False, True, False),
    ] * 2


def test_the_lamp_test_lights_all_three_together() -> None:
    lamps = indicate.lamps(State.LAMP_TEST, 0.5, vouched=False)
    assert (lamps.red, lamps.amber, lamps.green) == (True, True, True)
