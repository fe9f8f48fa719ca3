"""The evaluation's own arithmetic, against values worked out elsewhere."""

from __future__ import annotations

import math

import pytest

from tests.evaluation.evaluate_pcba import Row, figures
from tests.evaluation.figures import auroc, rate, share_lost, wilson


@pytest.mark.parametrize(
    ("count", "total", "low", "high"),
    [
        # Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (29, 29, 0.8830, 1.0),
    ],
)
def test_wilsons_interval(count: int, total: int, low: float, high: float) -> None:
    assert wilson(count, total) == pytest.approx((low, high), abs=5e-5)


def test_a_rate_counts_windows_and_its_bootstrap_boards() -> None:
    found = rate({"b1": [True] * 5, "b2": [False] * 5, "b3": []})
    assert (found.count, found.total, found.share) == (5, 10, 0.5)
    assert found.by_board == (0.0, 1.0), "with two boards either may be drawn twice"
    assert found.wilson[0] > 0.2 and found.wilson[1] < 0.8


def test_a_rate_of_nothing_is_unknown() -> None:
    found = rate({})
    assert (found.count, found.total, found.wilson) == (0, 0, (0.0, 1.0))
    assert math.isnan(found.share)


def test_auroc_counts_pairs_and_halves_ties() -> None:
    assert auroc([3.0, 2.0], [1.0, 2.0]) == pytest.approx(3.5 / 4)
    assert math.isnan(auroc([], [1.0]))


def test_hindsight_gives_the_threshold_that_lets_so_many_escape() -> None:
    suspect, good = [5.0, 3.0, 9.0], [1.0, 2.0, 3.0, 4.0]
    assert [share_lost(suspect, good, escapes) for escapes in range(4)] == [0.5, 0.0, 0.0, 0.0]


def row(label: str, call: str, score: float, *, defect: str = "none", touched: bool = False) -> Row:
    return Row(
        board="b1",
        split="val",
        component="C1",
        label=label,
        defect=defect,
        touched=touched,
        call=call,
        score=score,
        review_above=2.0,
        defect_above=4.0,
        reason="",
        baseline=-score,
    )


def test_figures_put_each_window_where_it_belongs() -> None:
    found = figures(
        [
            row("fail", "DEFECT", 9.0, defect="missing"),
            row("fail", "GOOD", 1.5, defect="rotated"),
            row("pass", "GOOD", 1.0),
            row("pass", "UNSURE", 3.0, touched=True),
            row("pass", "DEFECT", 5.0, touched=True),
            row("uncertain", "UNSURE", 2.5),
        ]
    )
    counted = {
        (name, group): (each["count"], each["total"])
        for name in ("escapes", "faults_called_defect", "false_calls", "reviews", "not_good")
        for group, each in found[name].items()
    }
    assert counted == {
        ("escapes", "all"): (1, 2),
        ("escapes", "missing"): (0, 1),
        ("escapes", "rotated"): (1, 1),
        ("faults_called_defect", "all"): (1, 2),
        ("faults_called_defect", "missing"): (1, 1),
        ("faults_called_defect", "rotated"): (0, 1),
        ("false_calls", "all"): (1, 3),
        ("false_calls", "touched"): (1, 2),
        ("reviews", "all"): (1, 3),
        ("reviews", "touched"): (1, 2),
        ("not_good", "all"): (2, 3),
        ("not_good", "touched"): (2, 2),
    }
    assert found["auroc"]["all_all"] == pytest.approx([4 / 6, 2 / 6])
    assert found["share_lost_with_hindsight"]["escapes"] == 1
    assert found["share_lost_with_hindsight"]["judge"] == 0.0
    assert [each["call"] for each in found["uncertain"]] == ["UNSURE"]
