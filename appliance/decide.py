"""From scores to calls, and from calls to the verdict of the board. Pure; no I/O.

PASS is only ever returned from one place, after everything that could speak against it was
looked at: each window of the recipe was judged once, by a finite score, and is GOOD.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from appliance.terms import Call, Verdict, Window, WindowResult

NOT_JUDGED = "This window could not be judged."


def call_of(score: float, *, review_above: float, defect_above: float) -> Call:
    """The call of one window. A score that is no number is never GOOD."""
    if not math.isfinite(score) or not _bands_fit(review_above, defect_above):
        return Call.UNSURE
    if score > defect_above:
        return Call.DEFECT
    if score > review_above:
        return Call.UNSURE
    return Call.GOOD


def judge_score(window: Window, score: float, reason: str) -> WindowResult:
    """One window's result. `reason` is what the judge says of it, kept unless GOOD."""
    call = call_of(score, review_above=window.review_above, defect_above=window.defect_above)
    if not math.isfinite(score):
        reason = NOT_JUDGED
    return WindowResult(
        component=window.component,
        call=call,
        score=score,
        review_above=window.review_above,
        defect_above=window.defect_above,
        reason="" if call is Call.GOOD else reason or "It looks unlike the golden board.",
    )


def decide(windows: Sequence[Window], results: Sequence[WindowResult]) -> tuple[Verdict, str]:
    """The verdict of the board and what it rests on, in words.

    `windows` are the recipe's, `results` what was found. FAULT when the results are not exactly
    one for each window or contradict the recipe's bands: then the machine did not judge this
    board, whatever the calls say.
    """
    problem = _incomplete(windows, results)
    if problem:
        return Verdict.FAULT, problem
    unjudged = [each.component for each in results if not math.isfinite(each.score)]
    if unjudged:
        return Verdict.FAULT, f"Could not be judged: {_names(unjudged)}."
    defects = [each.component for each in results if each.call is Call.DEFECT]
    unsure = [each.component for each in results if each.call is Call.UNSURE]
    if defects:
        return Verdict.FAIL, f"{_places(defects)} DEFECT: {_names(defects)}."
    if unsure:
        return Verdict.REVIEW, f"{_places(unsure)} to look at: {_names(unsure)}."
    if all(each.call is Call.GOOD for each in results):
        return Verdict.PASS, f"All {len(results)} windows look like the golden board."
    return Verdict.FAULT, "A window carries a call that is none of GOOD, UNSURE and DEFECT."


def rejudge(
    windows: Sequence[Window],
    scores: Mapping[str, float],
    reasons: Mapping[str, str] | None = None,
) -> tuple[Verdict, str, tuple[WindowResult, ...]]:
    """Judge an archived board again by its stored scores, with the bands of `windows`.

    For the page where a threshold is moved. A window without a stored score (taught later) is
    left out and makes the verdict FAULT, since that board was never judged there.
    """
    known = reasons or {}
    results = tuple(
        judge_score(window, scores[window.component], known.get(window.component, ""))
        for window in windows
        if window.component in scores
    )
    verdict, words = decide(windows, results)
    return verdict, words, results


def _incomplete(windows: Sequence[Window], results: Sequence[WindowResult]) -> str:
    if not windows:
        return "The recipe has no windows, so nothing was judged."
    recipe = {window.component: window for window in windows}
    if len(recipe) != len(windows):
        return f"The recipe names {_names(_repeated(w.component for w in windows))} twice."
    repeated = _repeated(each.component for each in results)
    if repeated:
        return f"Judged more than once: {_names(repeated)}."
    judged = {each.component for each in results}
    missing = [name for name in recipe if name not in judged]
    if missing:
        return f"Not judged: {_names(missing)}."
    strange = [each.component for each in results if each.component not in recipe]
    if strange:
        return f"Judged but not in the recipe: {_names(strange)}."
    for each in results:
        window = recipe[each.component]
        if not _bands_fit(window.review_above, window.defect_above):
            return f"The thresholds of {each.component} are not in order."
        expected = call_of(
            each.score, review_above=window.review_above, defect_above=window.defect_above
        )
        if each.call is Call.GOOD and expected is not Call.GOOD:
            return f"{each.component} is called GOOD, which its score does not allow."
    return ""


def _bands_fit(review_above: float, defect_above: float) -> bool:
    return (
        math.isfinite(review_above) and math.isfinite(defect_above) and review_above <= defect_above
    )


def _repeated(names: Iterable[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]


def _places(names: Sequence[str]) -> str:
    return f"{len(names)} place{'s' if len(names) != 1 else ''}"


def _names(names: Sequence[str], limit: int = 8) -> str:
    shown = ", ".join(names[:limit])
    return shown if len(names) <= limit else f"{shown} and {len(names) - limit} more"
