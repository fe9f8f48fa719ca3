"""The budget's replay, short: the promise at usual rates, a stalled card, and their controls."""

from __future__ import annotations

import pytest

from appliance.takt import COST
from tests.bench.budget import GOAL_S, Machine, quantile, replay, stalled


@pytest.mark.parametrize(("clock_hz", "ipc"), [(1.5e9, 1.4), (1.5e9, 1.9), (1.0e9, 0.9)])
def test_a_hundred_windows_are_ready_in_time(clock_hz: float, ipc: float) -> None:
    """On a virtual clock: what is predicted by the counts, not what this computer takes."""
    taken = replay(Machine(clock_hz=clock_hz, ipc=ipc), COST, boards=40, seed=3)
    assert len(taken) == 40
    assert min(taken) > 0.4
    assert quantile(taken, 0.95) <= GOAL_S[clock_hz]


def test_a_slower_processor_is_seen_in_the_replay() -> None:
    """The control: a judge that costs ten times as much misses the goal."""
    slow = Machine(clock_hz=0.15e9, ipc=1.4)
    assert quantile(replay(slow, COST, boards=3, seed=3), 0.95) > 2 * GOAL_S[1.5e9]


def test_a_stalled_card_shows_recording_within_two_seconds_and_green_after_the_record() -> None:
    found = stalled()
    assert found.recording_shown_s <= 2.0
    assert found.green_s > 5.0
    assert not found.green_before_the_record


def test_a_recorder_that_speaks_too_early_is_found_out() -> None:
    assert stalled(told_early=True).green_before_the_record
