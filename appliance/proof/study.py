"""A study's trials counted: the overall figures, each window's, and the verdict."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from appliance.proof.agreement import Agreement, agreement, by_window
from appliance.proof.limits import Held, Result, hold, verdict
from appliance.proof.scores import ScoreFigures, score_figures
from appliance.proof.trials import Trial, checked


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowFigures:
    component: str
    agreement: Agreement
    scores: ScoreFigures | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyFigures:
    overall: Agreement
    windows: tuple[WindowFigures, ...]
    held: tuple[Held, ...]
    verdict: Result


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """One window of one board: how many answers it had, and how many were odd: other than the
    reference, or where none is known, other than most of its answers."""

    board: str
    component: str
    odd: int
    answers: int


def figures(trials: Iterable[Trial]) -> StudyFigures:
    """Raises `ProofError` when the trials contradict each other or there are none."""
    whole = checked(trials)
    overall = agreement(whole)
    held = hold(overall)
    return StudyFigures(
        overall=overall,
        windows=tuple(
            WindowFigures(component=name, agreement=agreement(group), scores=score_figures(group))
            for name, group in by_window(whole).items()
        ),
        held=held,
        verdict=verdict(held),
    )


def spots(trials: Iterable[Trial]) -> tuple[Spot, ...]:
    """The table window x board of disagreements, windows first."""
    grouped: dict[tuple[str, str], list[Trial]] = {}
    for trial in checked(trials):
        grouped.setdefault((trial.component, trial.board), []).append(trial)
    found = []
    for (component, board), group in grouped.items():
        good = sum(trial.good for trial in group)
        reference = group[0].reference
        usual = good * 2 >= len(group) if reference is None else reference
        odd = len(group) - good if usual else good
        found.append(Spot(board=board, component=component, odd=odd, answers=len(group)))
    return tuple(found)
