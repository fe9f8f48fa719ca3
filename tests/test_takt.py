"""Whether a recipe's boards can be ready in time: told before anything is taught."""

from __future__ import annotations

import pytest

from appliance.takt import (
    COST,
    IPC_LEAST,
    IPC_MOST,
    OTHERWISE_S,
    PROMISED_S,
    Cost,
    TaktError,
    check_takt,
    most_windows,
    predict,
)

MADE_UP = Cost(
    window_inference=20_000_000,
    window_parallel=40_000_000,
    window_alone=0,
    board_parallel=0,
    board_alone=270_000_000,
)


def test_time_is_instructions_by_rate_and_clock() -> None:
    """50 windows on four cores: 0.5 G of them, and 0.27 G on one; by hand."""
    found = predict(50, cost=MADE_UP)
    work = 270e6 + 50 * 40e6 / 4
    assert found.least_s == pytest.approx(OTHERWISE_S + work / (IPC_MOST * 1.5e9))
    assert found.most_s == pytest.approx(OTHERWISE_S + work / (IPC_LEAST * 1.5e9))
    one_core = predict(50, cores=1, cost=MADE_UP)
    assert one_core.most_s > found.most_s


def test_the_most_windows_that_are_sure_to_fit_do_fit_and_one_more_does_not() -> None:
    for budget_s in (1.0, PROMISED_S, 4.0):
        most = most_windows(budget_s)
        assert predict(most).most_s <= budget_s < predict(most + 1).most_s


def test_no_window_fits_where_the_board_itself_does_not() -> None:
    assert most_windows(OTHERWISE_S) == 0


def test_a_recipe_that_fits_is_told_so_and_one_that_may_not_too() -> None:
    sure = most_windows(PROMISED_S)
    assert "fits 2 s." in check_takt(sure, PROMISED_S)
    assert f"may not fit 2 s: about {sure} windows" in check_takt(sure + 5, PROMISED_S)


def test_a_recipe_that_can_not_fit_is_refused_with_the_way_out() -> None:
    with pytest.raises(TaktError, match="--takt-s") as refused:
        check_takt(2000, PROMISED_S)
    assert f"about {most_windows(PROMISED_S)} are sure to fit" in str(refused.value)
    assert "fits 60 s." in check_takt(2000, 60.0)


def test_a_hundred_windows_keep_the_promise() -> None:
    """By the counts that the cost gate holds: this fails where a dearer judge breaks it."""
    assert predict(100).most_s <= PROMISED_S


def test_what_can_not_be_is_refused() -> None:
    with pytest.raises(ValueError, match="windows from 0"):
        predict(-1)
    assert COST.window_parallel > COST.window_inference > 0
