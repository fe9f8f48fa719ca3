"""A study's figures as text, as JSON and as CSV."""

from __future__ import annotations

import csv
import io
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

from appliance.proof.agreement import Agreement
from appliance.proof.intervals import Share
from appliance.proof.kappa import Kappa
from appliance.proof.limits import Held
from appliance.proof.scores import ScoreFigures
from appliance.proof.study import StudyFigures, WindowFigures

COLUMNS = (
    "window",
    "boards",
    "answers",
    "repeatability",
    "reproducibility",
    "kappa_within",
    "kappa_between",
    "effectiveness",
    "miss_rate",
    "false_alarm_rate",
    "kappa_reference",
    "score_repeatability_sd",
    "score_reproducibility_sd",
    "score_noise_of_distance",
)


def plain(value: Any) -> Any:
    """A value of ours as JSON takes it; shares bring their value and interval."""
    if isinstance(value, Share):
        return {name: getattr(value, name) for name in ("count", "of", "value", "low", "high")}
    if isinstance(value, Held):
        limit = value.limit
        return {
            "figure": limit.name,
            "value": value.value,
            "low": value.low,
            "high": value.high,
            "limit": limit.words,
            "result": value.result.value,
            "words": value.words,
            "source": limit.source,
        }
    if is_dataclass(value):
        return {each.name: plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, (tuple, list)):
        return [plain(each) for each in value]
    return value.value if isinstance(value, Enum) else value


def as_csv(found: StudyFigures) -> str:
    """One line a window; what is undefined is empty."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for window in found.windows:
        writer.writerow(["" if each is None else each for each in _cells(window)])
    return text.getvalue()


def _cells(window: WindowFigures) -> list[object]:
    of, scores = window.agreement, window.scores
    return [
        window.component,
        of.boards,
        of.answers,
        of.repeatability.value,
        of.reproducibility.value,
        of.within.value,
        of.between.value,
        of.reference.effectiveness.value,
        of.reference.miss.value,
        of.reference.false_alarm.value,
        of.reference.kappa.value,
        scores and scores.repeatability_sd,
        scores and scores.reproducibility_sd,
        scores and scores.share,
    ]


def as_text(found: StudyFigures) -> str:
    """For a terminal: the verdict, the limits, the operators, then a line a window."""
    of = found.overall
    lines = [
        f"Verdict: {found.verdict}",
        f"{of.items} items (windows of boards) on {of.boards} boards, {of.answers} answers"
        + (f"; {of.left_out} items without all their trials are left out" if of.left_out else ""),
        "",
        *(_line(each) for each in found.held),
        "",
        f"repeatability {share(of.repeatability)}; reproducibility {share(of.reproducibility)}",
    ]
    for each in of.operators:
        lines.append(
            f"{each.operator}: repeatability {share(each.repeatability)}, "
            f"kappa {kappa(each.within)}; reference {share(each.reference.effectiveness)}, "
            f"kappa {kappa(each.reference.kappa)}"
        )
    lines += [f"{pair.first} and {pair.second}: kappa {kappa(pair.kappa)}" for pair in of.pairs]
    lines.append("")
    lines += [f"{w.component}: {_window(w.agreement, w.scores)}" for w in found.windows]
    return "\n".join(lines) + "\n"


def share(found: Share) -> str:
    if found.value is None or found.low is None or found.high is None:
        return "not shown"
    return f"{found.count} of {found.of} = {found.value:.1%} ({found.low:.1%} to {found.high:.1%})"


def kappa(found: Kappa) -> str:
    if found.value is None:
        return found.words
    if found.low is None or found.high is None:
        return f"{found.value:.3f} ({found.words})"
    return f"{found.value:.3f} ({found.low:.3f} to {found.high:.3f})"


def _line(held: Held) -> str:
    percent = held.limit.words.endswith("%")
    value = "–" if held.value is None else f"{held.value:.1%}" if percent else f"{held.value:.3f}"
    words = f" ({held.words})" if held.words else ""
    return f"{held.limit.name:<25} {value:>7}  {held.limit.words:<13} {held.result}{words}"


def _window(found: Agreement, scores: ScoreFigures | None) -> str:
    words = f"repeatability {share(found.repeatability)}, kappa {kappa(found.within)}"
    if scores is None:
        return words
    noise = "on the threshold" if scores.share is None else f"{scores.share:.0%} of the distance"
    return f"{words}; score ±{scores.together_sd:.3g}, 3 of them {noise} to the threshold"
