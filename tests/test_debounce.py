"""Contact bounce, lost time, short and long presses, a stuck button; all on our own clock."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from appliance.debounce import ButtonWatch, Debouncer, DebounceTimes, HalfSeated

TIMES = DebounceTimes(close_s=0.08, open_s=0.02)


def _run(debouncer: Debouncer, samples: list[tuple[float, bool]]) -> list[bool]:
    return [debouncer.update(level, at_s) for at_s, level in samples]


def test_a_bouncing_contact_counts_once_when_it_has_been_still() -> None:
    chance = random.Random(7)
    bounce = [(i * 0.001, chance.random() < 0.5) for i in range(20)]
    still = [(0.02 + i * 0.01, True) for i in range(12)]
    facts = _run(Debouncer(TIMES), bounce + still)
    assert facts.count(True) == len(facts) - facts.index(True), "closed once, never open again"
    assert facts.index(True) >= 20 + 7, "not before 80 ms of stillness"


def test_opening_counts_sooner_than_closing() -> None:
    contact = Debouncer(TIMES)
    assert _run(contact, [(0.0, True), (0.08, True)]) == [False, True]
    assert _run(contact, [(0.09, False), (0.10, False), (0.11, False)]) == [True, True, False]


def test_a_single_wrong_sample_is_no_fact() -> None:
    contact = Debouncer(TIMES)
    _run(contact, [(0.0, True), (0.1, True)])
    assert _run(contact, [(0.11, False), (0.12, True), (0.13, False), (0.14, True)]) == [True] * 4


@given(st.lists(st.booleans(), max_size=80))
def test_a_level_that_never_lasts_is_never_a_fact(levels: list[bool]) -> None:
    contact = Debouncer(TIMES)
    longest, run = 0, 0
    for i, level in enumerate(levels):
        contact.update(level, i * 0.01)
        run = run + 1 if level else 0
        longest = max(longest, run)
        if longest <= 8:
            assert not contact.closed


def test_one_switch_alone_is_timed_and_forgotten() -> None:
    half = HalfSeated()
    assert half.update(True, False, 1.0) == 0.0
    assert half.update(True, False, 4.0) == 3.0
    assert half.update(True, True, 5.0) == 0.0
    assert half.update(False, True, 6.0) == 0.0


def _press(watch: ButtonWatch, levels: list[tuple[float, bool]]) -> list[str]:
    told = []
    for at_s, level in levels:
        facts = watch.update(level, at_s)
        told += [name for name in ("pressed", "held") if getattr(facts, name)]
    return told


def test_a_short_press_is_told_once_when_let_go() -> None:
    levels = [(i * 0.01, 10 <= i < 40) for i in range(60)]
    assert _press(ButtonWatch(), levels) == ["pressed"]


def test_a_long_press_is_told_once_and_is_no_short_press() -> None:
    levels = [(i * 0.01, 10 <= i < 900) for i in range(1000)]
    assert _press(ButtonWatch(hold_s=2.0), levels) == ["held"]


def test_a_button_that_is_never_let_go_counts_as_stuck() -> None:
    watch = ButtonWatch(hold_s=2.0, stuck_s=20.0)
    stuck = [watch.update(True, i * 0.5).stuck for i in range(60)]
    assert stuck == [False] * 41 + [True] * 19
