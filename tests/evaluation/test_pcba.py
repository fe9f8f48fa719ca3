"""The real set is read as its README says; nothing bad is ever taught."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.evaluation.pcba import Boards


@pytest.fixture(scope="module")
def boards(shared_data: Path) -> Boards:
    folder = shared_data / "pcba-fixed-pose"
    if not folder.is_dir():
        pytest.skip("pcba-fixed-pose is missing")
    return Boards.read(folder)


@pytest.mark.real_data
def test_counts_are_those_of_the_readme(boards: Boards) -> None:
    splits = boards.splits
    defects = Counter(
        (splits[board], truth.defect)
        for (board, _), truth in boards.truths.items()
        if truth.label == "fail"
    )
    assert defects == {
        ("train", "missing"): 17,
        ("val", "missing"): 4,
        ("test", "missing"): 5,
        ("train", "rotated"): 21,
        ("val", "rotated"): 4,
        ("test", "rotated"): 6,
    }
    assert len(boards.components) == 61
    assert "36_i" in boards.not_good("b00")


@pytest.mark.real_data
@pytest.mark.parametrize("count", [1, 2, 5, None])
def test_goldens_are_train_boards_and_teach_only_what_is_good(
    boards: Boards, count: int | None
) -> None:
    chosen = boards.goldens(count, seed=0)
    assert chosen == boards.goldens(count, seed=0)
    assert len(chosen) == (count or 21) and set(chosen) <= set(boards.of("train"))
    taught = {row.component for row in boards.windows(chosen)}
    bad_on_all = frozenset.intersection(*(boards.not_good(board) for board in chosen))
    assert taught == {component for component, _, _ in boards.components} - bad_on_all
