"""The campaign of `make evaluate-cradles` in a short form."""

from __future__ import annotations

import pytest

from tests.evaluation.disturbances import DISTURBANCES, K1, disturbed
from tests.evaluation.evaluate_marks import GOAL_MM, registration
from tests.evaluation.wrong_cradles import WRONG, wrong_cradles

SHORT = (
    "parts to 8 mm at the corners of a board that fills the view",
    "specks and scratches on one marker",
    "moving 2 to 8 px during the exposure",
    "sRGB with an S curve over it",
    f"a lens of k1 = {K1}, known",
)
NOT_IN_TEST_MARKS = (
    "turned by 90 degrees",
    "turned by 40 to 70 degrees",
    "half seated: an edge stands on something",
    "a flat copy at another scale",
    "the picture mirrored",
)


def test_every_name_is_read_and_every_corner_registered_within_the_goal() -> None:
    read, errors = registration(4, seed=11)
    assert read == 4
    assert len(errors) == 16
    assert max(errors) <= GOAL_MM


@pytest.mark.parametrize("what", SHORT)
def test_what_a_cabinet_adds_keeps_every_corner_within_the_goal(what: str) -> None:
    found = disturbed(what, 1, seed=13)
    assert found.read == 1
    assert max(found.errors_mm) <= GOAL_MM


def test_a_lens_that_is_not_known_misses_the_goal() -> None:
    """So that the test of the known one says something."""
    found = disturbed(f"a lens of k1 = {K1}, not known", 1, seed=13)
    assert max(found.errors_mm) > GOAL_MM
    assert set(SHORT) <= set(DISTURBANCES)


def test_every_wrong_cradle_is_refused_in_words_that_name_what_is_wrong() -> None:
    found = wrong_cradles(1, seed=12, kinds=NOT_IN_TEST_MARKS)
    assert set(found) == set(NOT_IN_TEST_MARKS) <= set(WRONG)
    for what, row in found.items():
        assert row == {"shown": 1, "refused": 1, "in_the_right_words": 1}, what
