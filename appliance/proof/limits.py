"""What a study is held against, as data, each limit with its source.

The manual itself is sold by AIAG and was not at hand: **its own text was not compared.** What was
read of it at second hand, on 2026-11-26:

- 90/80 %, 2/5 %, 5/10 %: a course on attribute gage studies that quotes the table from the third
  edition (dybbs8.com/tongji1/30796.html). A thread of Elsmar's quality forum puts the summary of
  effectiveness on page 139 of the fourth edition, SigmaXL's help the example on its page 134.
- kappa of 0.75: Minitab's help for attribute agreement analysis, as AIAG's suggestion. Below 0.40
  poor: quoted with it as a widely used guideline; Queen's University teaches the same three ranges.
  That they are Fleiss' was not looked up either.

Other houses ask for more (SigmaXL: 0.9). Compare the manual before a customer relies on the words.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from appliance.proof.agreement import NO_REFERENCE, Agreement
from appliance.proof.intervals import Share
from appliance.proof.kappa import Kappa

_EFFECTIVENESS = (
    "AIAG, Measurement Systems Analysis, 4th ed. (2010), chapter III section C, guidelines for "
    "effectiveness, miss rate and false alarm rate; at second hand, not compared with the manual"
)
_KAPPA = (
    "AIAG, Measurement Systems Analysis, 4th ed. (2010), chapter III section C: above 0.75 good "
    "to excellent, below 0.40 poor; after J. L. Fleiss, Statistical methods for rates and "
    "proportions (1981); at second hand, not compared with the manual"
)


class Result(StrEnum):
    ACCEPTABLE = "acceptable"
    MARGINAL = "marginal"
    """The manual: may be acceptable, wants improvement."""
    NOT_ACCEPTABLE = "not acceptable"
    NOT_SHOWN = "not shown"
    """The study can't tell; the words say why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    name: str
    figure: Callable[[Agreement], Share | Kappa]
    acceptable: float
    marginal: float
    more_is_better: bool
    source: str

    @property
    def words(self) -> str:
        if self.figure in (_miss, _false_alarm, _effective):
            return f"{'at least' if self.more_is_better else 'at most'} {self.acceptable:.0%}"
        return f"above {self.acceptable:.2f}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One figure held against its limit."""

    limit: Limit
    value: float | None
    low: float | None
    high: float | None
    result: Result
    words: str
    """What the value rests on, or why there is none."""


def _effective(found: Agreement) -> Share:
    return found.reference.effectiveness


def _miss(found: Agreement) -> Share:
    return found.reference.miss


def _false_alarm(found: Agreement) -> Share:
    return found.reference.false_alarm


LIMITS = (
    Limit(
        name="effectiveness",
        figure=_effective,
        acceptable=0.90,
        marginal=0.80,
        more_is_better=True,
        source=_EFFECTIVENESS,
    ),
    Limit(
        name="miss rate",
        figure=_miss,
        acceptable=0.02,
        marginal=0.05,
        more_is_better=False,
        source=_EFFECTIVENESS,
    ),
    Limit(
        name="false alarm rate",
        figure=_false_alarm,
        acceptable=0.05,
        marginal=0.10,
        more_is_better=False,
        source=_EFFECTIVENESS,
    ),
    Limit(
        name="kappa within operators",
        figure=lambda found: found.within,
        acceptable=0.75,
        marginal=0.40,
        more_is_better=True,
        source=_KAPPA,
    ),
    Limit(
        name="kappa between operators",
        figure=lambda found: found.between,
        acceptable=0.75,
        marginal=0.40,
        more_is_better=True,
        source=_KAPPA,
    ),
    Limit(
        name="kappa with the reference",
        figure=lambda found: found.reference.kappa,
        acceptable=0.75,
        marginal=0.40,
        more_is_better=True,
        source=_KAPPA,
    ),
)
_WORST_FIRST = (Result.NOT_ACCEPTABLE, Result.NOT_SHOWN, Result.MARGINAL, Result.ACCEPTABLE)


def hold(found: Agreement) -> tuple[Held, ...]:
    """Every figure against its limit, in the order of `LIMITS`."""
    return tuple(_held(limit, limit.figure(found)) for limit in LIMITS)


def verdict(held: tuple[Held, ...]) -> Result:
    """The worst of them: what was not shown is not acceptable yet."""
    return min((each.result for each in held), key=_WORST_FIRST.index)


def _held(limit: Limit, figure: Share | Kappa) -> Held:
    value = figure.value
    if value is None:
        result = Result.NOT_SHOWN
    elif limit.more_is_better:
        result = _result(value >= limit.acceptable, value >= limit.marginal)
        if isinstance(figure, Kappa):
            result = _result(value > limit.acceptable, value >= limit.marginal)
    else:
        result = _result(value <= limit.acceptable, value <= limit.marginal)
    return Held(
        limit=limit,
        value=value,
        low=figure.low,
        high=figure.high,
        result=result,
        words=_words(limit, figure),
    )


def _result(acceptable: bool, marginal: bool) -> Result:
    if acceptable:
        return Result.ACCEPTABLE
    return Result.MARGINAL if marginal else Result.NOT_ACCEPTABLE


def _words(limit: Limit, figure: Share | Kappa) -> str:
    if isinstance(figure, Kappa):
        return figure.words
    if not figure.of:
        kind = {_miss: "no window known to be bad", _false_alarm: "no window known to be good"}
        return f"not shown: {kind[limit.figure]}" if limit.figure in kind else NO_REFERENCE
    words = f"{figure.count} of {figure.of}"
    high = figure.high
    if not limit.more_is_better and high is not None and high > limit.acceptable:
        words += f"; so few that {high:.1%} can't be ruled out"
    return words
