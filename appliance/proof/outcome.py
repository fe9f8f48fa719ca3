"""What became of a challenge board: a board with windows that must not be called GOOD."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from appliance.terms import Call, Verdict, WindowResult


class Outcome(StrEnum):
    PASSED = "passed"
    """Every such window was called UNSURE or DEFECT, and the verdict was FAIL or REVIEW."""
    MISSED = "missed"
    """One at least was called GOOD: the machine does not see what it has to."""
    NOT_JUDGED = "not judged"
    """A FAULT or a board pulled out: it shows nothing."""


def missed(windows: Sequence[str], results: Sequence[WindowResult]) -> tuple[str, ...]:
    """Those of the bad windows that were called GOOD."""
    good = {each.component for each in results if each.call is Call.GOOD}
    return tuple(name for name in windows if name in good)


def outcome(
    windows: Sequence[str], results: Sequence[WindowResult], verdict: Verdict | None
) -> Outcome:
    if missed(windows, results):
        return Outcome.MISSED
    judged = {each.component for each in results}
    if verdict in (Verdict.FAIL, Verdict.REVIEW) and judged.issuperset(windows):
        return Outcome.PASSED
    if verdict is Verdict.PASS:
        # The recipe does not have the window any more: nobody looked at what is bad.
        return Outcome.MISSED
    return Outcome.NOT_JUDGED
