"""PASS comes from one place only, and nothing that is missing, strange or no number gets there."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.decide import call_of, decide, judge_score, rejudge
from appliance.terms import Call, Rect, Verdict, Window, WindowResult

BANDS = (1.0, 2.0)


def window(component: str, bands: tuple[float, float] = BANDS) -> Window:
    return Window(
        component=component,
        part_type="r",
        rect=Rect(xmin_px=0, ymin_px=0, xmax_px=10, ymax_px=10),
        model_sha256="0" * 64,
        review_above=bands[0],
        defect_above=bands[1],
    )


def results(scores: dict[str, float]) -> list[WindowResult]:
    return [judge_score(window(name), score, "It differs.") for name, score in scores.items()]


@pytest.mark.parametrize(
    ("score", "call"),
    [
        (0.0, Call.GOOD),
        (1.0, Call.GOOD),
        (math.nextafter(1.0, 2.0), Call.UNSURE),
        (2.0, Call.UNSURE),
        (math.nextafter(2.0, 3.0), Call.DEFECT),
        (math.nan, Call.UNSURE),
        (math.inf, Call.UNSURE),
        (-math.inf, Call.UNSURE),
    ],
)
def test_a_score_becomes_a_call(score: float, call: Call) -> None:
    assert call_of(score, review_above=1.0, defect_above=2.0) is call


@pytest.mark.parametrize("bands", [(2.0, 1.0), (math.nan, 1.0), (1.0, math.nan), (0.0, math.inf)])
def test_bands_that_are_none_never_give_good(bands: tuple[float, float]) -> None:
    assert call_of(0.0, review_above=bands[0], defect_above=bands[1]) is Call.UNSURE


@pytest.mark.parametrize(
    ("scores", "verdict", "words"),
    [
        ({"A": 0.1, "B": 0.2}, Verdict.PASS, "All 2 windows look like the golden board."),
        ({"A": 1.5, "B": 0.2}, Verdict.REVIEW, "1 place to look at: A."),
        ({"A": 1.5, "B": 2.5}, Verdict.FAIL, "1 place DEFECT: B."),
        ({"A": 2.1, "B": 2.5}, Verdict.FAIL, "2 places DEFECT: A, B."),
        ({"A": math.nan, "B": 0.1}, Verdict.FAULT, "Could not be judged: A."),
        ({"A": math.nan, "B": 9.0}, Verdict.FAULT, "Could not be judged: A."),
    ],
)
def test_calls_become_the_verdict(scores: dict[str, float], verdict: Verdict, words: str) -> None:
    assert decide([window(name) for name in scores], results(scores)) == (verdict, words)


GOOD = results({"A": 0.1, "B": 0.1})


@pytest.mark.parametrize(
    ("windows", "found", "words"),
    [
        ([], [], "no windows"),
        ([window("A"), window("B")], GOOD[:1], "Not judged: B"),
        ([window("A")], GOOD, "not in the recipe: B"),
        ([window("A"), window("A")], GOOD[:1] * 2, "names A twice"),
        ([window("A")], GOOD[:1] * 2, "more than once: A"),
        ([window("A"), window("B", (2.0, 1.0))], GOOD, "thresholds of B"),
        ([window("A")], [replace(GOOD[0], score=5.0)], "A is called GOOD"),
        ([window("A")], [replace(GOOD[0], call="good")], "none of GOOD"),
    ],
)
def test_what_is_not_one_judged_result_a_window_is_a_fault(
    windows: list[Window], found: list[WindowResult], words: str
) -> None:
    verdict, reason = decide(windows, found)
    assert verdict is Verdict.FAULT
    assert words in reason


scores_of = st.dictionaries(
    st.sampled_from("ABCDEFG"), st.floats(allow_nan=True, allow_infinity=True), max_size=7
)
bands_of = st.tuples(st.floats(allow_nan=True), st.floats(allow_nan=True))


@given(recipe=st.dictionaries(st.sampled_from("ABCDEFG"), bands_of), scores=scores_of)
def test_pass_means_every_window_was_judged_and_is_good(
    recipe: dict[str, tuple[float, float]], scores: dict[str, float]
) -> None:
    windows = [window(name, bands) for name, bands in recipe.items()]
    verdict, reason, found = rejudge(windows, scores)
    assert reason
    if verdict is Verdict.PASS:
        assert [each.component for each in found] == list(recipe)
        assert found
        for each, (review, defect) in zip(found, recipe.values(), strict=True):
            assert math.isfinite(each.score)
            assert each.score <= review <= defect
    if recipe and recipe.keys() <= scores.keys():
        clean = all(
            math.isfinite(r) and math.isfinite(d) and r <= d and math.isfinite(scores[name])
            and scores[name] <= r
            for name, (r, d) in recipe.items()
        )  # fmt: skip
        assert (verdict is Verdict.PASS) == clean


@given(scores=st.dictionaries(st.sampled_from("ABCD"), st.floats(-5, 5), min_size=1))
def test_raising_a_score_never_makes_the_verdict_better(scores: dict[str, float]) -> None:
    order = [Verdict.PASS, Verdict.REVIEW, Verdict.FAIL]
    windows = [window(name) for name in scores]
    before = order.index(rejudge(windows, scores)[0])
    for name in scores:
        after = rejudge(windows, {**scores, name: scores[name] + 1.0})[0]
        assert order.index(after) >= before


def test_rejudging_keeps_the_reasons_of_what_is_not_good() -> None:
    verdict, _, found = rejudge(
        [window("A"), window("B")], {"A": 0.5, "B": 3.0}, {"B": "It leans."}
    )
    assert verdict is Verdict.FAIL
    assert [(each.component, each.reason) for each in found] == [("A", ""), ("B", "It leans.")]


def test_rejudging_with_a_window_taught_later_is_a_fault() -> None:
    verdict, reason, found = rejudge([window("A"), window("NEW")], {"A": 0.5})
    assert (verdict, reason, len(found)) == (Verdict.FAULT, "Not judged: NEW.", 1)
