"""The campaign of `make evaluate-cradles` in a short form."""

from __future__ import annotations

from tests.evaluation.evaluate_marks import GOAL_MM, registration
from tests.evaluation.wrong_cradles import WRONG, wrong_cradles


def test_every_name_is_read_and_every_corner_registered_within_the_goal() -> None:
    read, errors = registration(8, seed=11)
    assert read == 8
    assert len(errors) == 32
    assert max(errors) <= GOAL_MM


def test_every_wrong_cradle_is_refused_in_words_that_name_what_is_wrong() -> None:
    found = wrong_cradles(1, seed=12)
    assert set(found) == set(WRONG)
    for what, row in found.items():
        assert row == {"shown": 1, "refused": 1, "in_the_right_words": 1}, what
