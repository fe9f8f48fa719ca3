"""How much a window's score varies when nothing changed, held against its threshold.

Analysis of variance of the crossed study boards x operators x repeats with all factors random, as
in AIAG, Measurement Systems Analysis, 4th edition, chapter III section B ("ANOVA method") and
D. C. Montgomery, "Design and analysis of experiments", two-factor random model:

    repeatability²    MS(error)
    reproducibility²  operator + interaction, where
        interaction   (MS(boards x operators) - MS(error)) / r
        operator      (MS(operators) - MS(boards x operators)) / (b r)
    boards²           (MS(boards) - MS(boards x operators)) / (o r)

negative ones taken as nothing; the interaction is always kept (the manual pools it into the error
where a test does not find it). With one operator there is no reproducibility and the boards are
held against the error.

What %GRR is to a tolerance, `share` is to a threshold with one side: three standard deviations of
repeatability and reproducibility together over the distance from the threshold to the mean score
of the board that lies nearest to it, on whichever side. From 1 (100 %) on the noise alone can flip
that board's call.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from appliance.proof.kappa import Array
from appliance.proof.trials import Trial

SIGMAS = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Variances:
    """Squares of standard deviations, in squares of the score's unit."""

    repeatability: float
    reproducibility: float | None
    """None with one operator."""
    boards: float | None
    """None with one board."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreFigures:
    """One window's scores. Standard deviations are in the score's own unit."""

    boards: int
    repeatability_sd: float
    reproducibility_sd: float | None
    together_sd: float
    boards_sd: float | None
    nearest_board: str
    nearest_distance: float
    """From the mean score of that board to the threshold."""
    share: float | None
    """`SIGMAS` x together_sd / nearest_distance; None where the mean lies on the threshold."""


def variances(scores: Array) -> Variances:
    """(boards, operators, repeats). Raises ValueError with fewer than two repeats."""
    b, o, r = scores.shape
    if r < 2:
        raise ValueError("expected two repeats at least: nothing else shows the repeatability")
    mean = scores.mean()
    by_board, by_operator = scores.mean(axis=(1, 2)), scores.mean(axis=(0, 2))
    cells = scores.mean(axis=2)
    error = ((scores - cells[:, :, None]) ** 2).sum() / (b * o * (r - 1))
    of_boards = o * r * ((by_board - mean) ** 2).sum() / (b - 1) if b > 1 else None
    if o == 1:
        boards = None if of_boards is None else max(0.0, (of_boards - error) / r)
        return Variances(repeatability=float(error), reproducibility=None, boards=_plain(boards))
    of_operators = b * r * ((by_operator - mean) ** 2).sum() / (o - 1)
    if of_boards is None:
        operator = max(0.0, (of_operators - error) / r)
        return Variances(repeatability=float(error), reproducibility=float(operator), boards=None)
    crossed = cells - by_board[:, None] - by_operator[None, :] + mean
    of_both = r * (crossed**2).sum() / ((b - 1) * (o - 1))
    interaction = max(0.0, (of_both - error) / r)
    operator = max(0.0, (of_operators - of_both) / (b * r))
    return Variances(
        repeatability=float(error),
        reproducibility=float(interaction + operator),
        boards=float(max(0.0, (of_boards - of_both) / (o * r))),
    )


def score_figures(trials: Sequence[Trial]) -> ScoreFigures | None:
    """Of the trials of one window, by the boards that have every one of them. None where there is
    no such board, where the threshold changed, or with one repeat."""
    limits = {trial.review_above for trial in trials}
    threshold = next(iter(limits))
    if len(limits) > 1 or threshold is None:
        return None
    boards, operators, repeats = (
        sorted({getattr(trial, name) for trial in trials})
        for name in ("board", "operator", "repeat")
    )
    table = np.full((len(boards), len(operators), len(repeats)), np.nan)
    for trial in trials:
        if trial.score is not None:
            place = boards.index(trial.board), operators.index(trial.operator)
            table[(*place, repeats.index(trial.repeat))] = trial.score
    whole = ~np.isnan(table).any(axis=(1, 2))
    if not whole.any() or len(repeats) < 2:
        return None
    table = table[whole]
    boards = [board for board, kept in zip(boards, whole, strict=True) if kept]
    found = variances(table)
    together = sqrt(found.repeatability + (found.reproducibility or 0.0))
    distances = np.abs(table.mean(axis=(1, 2)) - threshold)
    nearest = int(distances.argmin())
    distance = float(distances[nearest])
    return ScoreFigures(
        boards=len(boards),
        repeatability_sd=sqrt(found.repeatability),
        reproducibility_sd=None if found.reproducibility is None else sqrt(found.reproducibility),
        together_sd=together,
        boards_sd=None if found.boards is None else sqrt(found.boards),
        nearest_board=boards[nearest],
        nearest_distance=distance,
        share=SIGMAS * together / distance if distance > 0 else None,
    )


def _plain(value: float | None) -> float | None:
    return None if value is None else float(value)
