"""A short form of the campaign of chance boards: each is held, and passes its own checks."""

from __future__ import annotations

import pytest

from tests.evaluation.chance_boards import KINDS, chance_board
from tests.evaluation.evaluate_cradles import Outcome, outcome, summary

SEEDS = (2, 7, 8, 10, 16, 21, 25, 33, 63, 75, 93, 104)
"""Most of them were once refused, failed a check or were held loosely."""


@pytest.mark.parametrize("seed", SEEDS)
def test_a_chance_board_is_held(seed: int) -> None:
    found = outcome(seed)
    assert found.refused is None
    assert found.failed == ()


def test_the_same_seed_draws_the_same_board_and_every_kind_comes_up() -> None:
    assert chance_board(7) == chance_board(7)
    drawn = [chance_board(seed) for seed in range(120)]
    assert {kind for kind, _ in drawn} == set(KINDS)
    sizes = [max(board.size_mm) for _, board in drawn]
    assert min(sizes) < 25
    assert max(sizes) > 220


def test_the_summary_counts_each_board_once() -> None:
    outcomes = [
        Outcome(seed=1, kind="D", size_mm=(9, 9), seconds=1.0, how="two pins", one_way_only=True),
        Outcome(seed=2, kind="D", size_mm=(9, 9), seconds=2.0, failed=("fit: 1 of 4",)),
        Outcome(seed=3, kind="ell", size_mm=(9, 9), seconds=0.1, refused="too large"),
    ]
    made = summary(outcomes)
    shares = [made[name] for name in ("built and passed", "failed", "refused")]
    assert [share["count"] for share in shares] == [1, 1, 1]  # type: ignore[index]
    assert made["kinds"] == {"D": "1 of 2", "ell": "0 of 1"}
    assert made["refusals"] == [{"seed": 3, "kind": "ell", "size_mm": (9, 9), "why": "too large"}]
