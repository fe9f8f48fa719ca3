"""The analysis of variance of scores, by hand."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest

from appliance.proof.scores import score_figures, variances
from appliance.proof.trials import Trial
from appliance.terms import Call


def test_two_boards_two_operators_two_repeats_by_hand() -> None:
    # Cells: P1 Ana 1,3 Ben 3,5; P2 Ana 7,9 Ben 9,15. Cell means 2, 4, 8, 12; boards 3, 10;
    # operators 5, 8; all 6.5.
    # error: (2 + 2 + 2 + 18)/4 = 6. boards: 4 (3.5² + 3.5²) = 98. operators: 4 (1.5² + 1.5²) = 18.
    # both: every cell is 0.5 off: 2 * 4 * 0.25 = 2, less than the error: no interaction.
    # operator (18 - 2)/(2*2) = 4; boards (98 - 2)/(2*2) = 24.
    found = variances(np.array([[[1, 3], [3, 5]], [[7, 9], [9, 15]]], dtype=float))
    assert found.repeatability == pytest.approx(6.0)
    assert found.reproducibility == pytest.approx(4.0)
    assert found.boards == pytest.approx(24.0)


def test_an_operator_who_differs_on_one_board_is_reproducibility_too() -> None:
    # Cell means P1 Ana 1, Ben 1; P2 Ana 5, Ben 13; each repeat 1 off its mean: error 8/4 = 2.
    # boards 1, 9; operators 3, 7; all 5. both: every cell 2 off: 2*4*4 = 32.
    # operators: 4 (2² + 2²) = 32: operator (32 - 32)/4 = 0. interaction (32 - 2)/2 = 15.
    found = variances(np.array([[[0, 2], [0, 2]], [[4, 6], [12, 14]]], dtype=float))
    assert (found.repeatability, found.reproducibility) == (
        pytest.approx(2.0),
        pytest.approx(15.0),
    )


def test_one_operator_by_hand() -> None:
    # 1,3 and 7,9: error (2 + 2)/2 = 2; boards 2 (3² + 3²) = 36: (36 - 2)/2 = 17.
    found = variances(np.array([[[1, 3]], [[7, 9]]], dtype=float))
    assert (found.repeatability, found.reproducibility) == (pytest.approx(2.0), None)
    assert found.boards == pytest.approx(17.0)
    with pytest.raises(ValueError, match="two repeats"):
        variances(np.ones((2, 2, 1)))


def _trials(scores: dict[str, tuple[float, ...]], threshold: float | None) -> list[Trial]:
    return [
        Trial(
            board=board,
            operator="Ana",
            repeat=n,
            component="C1",
            call=Call.GOOD,
            score=score,
            review_above=threshold,
        )
        for board, row in scores.items()
        for n, score in enumerate(row, start=1)
    ]


def test_the_noise_is_held_against_the_nearest_board() -> None:
    found = score_figures(_trials({"B1": (1, 3), "B2": (7, 9)}, 15.0))
    assert found is not None
    assert (found.nearest_board, found.nearest_distance) == ("B2", 7.0)
    assert found.together_sd == pytest.approx(sqrt(2))
    assert found.share == pytest.approx(3 * sqrt(2) / 7)
    beyond = score_figures(_trials({"B1": (1, 3), "B2": (7, 9)}, 6.0))
    assert beyond is not None
    assert (beyond.nearest_board, beyond.nearest_distance) == ("B2", 2.0)
    assert (on := score_figures(_trials({"B1": (1, 3)}, 2.0))) is not None and on.share is None


def test_a_board_that_lacks_a_trial_is_left_out() -> None:
    found = score_figures(_trials({"B1": (7,), "B2": (1, 3)}, 15.0))
    assert found is not None
    assert (found.boards, found.nearest_board, found.boards_sd) == (1, "B2", None)
    assert found.repeatability_sd == pytest.approx(sqrt(2))


def test_what_cannot_be_told_has_no_figures() -> None:
    assert score_figures(_trials({"B1": (1,), "B2": (7,)}, 15.0)) is None
    assert score_figures(_trials({"B1": (1, 3)}, None)) is None
    mixed = [*_trials({"B1": (1, 3)}, 5.0), *_trials({"B2": (1, 3)}, 6.0)]
    assert score_figures(mixed) is None
