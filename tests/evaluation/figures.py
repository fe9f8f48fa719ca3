"""Rates with their intervals, and how well scores rank: what the evaluations report."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

_Z95 = 1.959963984540054
_RESAMPLES = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """`count` of `total`, with two 95 % intervals of the share: Wilson's (JASA 22, 1927), as if
    windows were independent, and a bootstrap over boards, since windows of one board are not."""

    count: int
    total: int
    wilson: tuple[float, float]
    by_board: tuple[float, float]

    @property
    def share(self) -> float:
        return self.count / self.total if self.total else math.nan


def rate(hits_by_board: Mapping[str, Sequence[bool]]) -> Rate:
    """The share of hits among all windows of all boards."""
    counts = np.array([[sum(hits), len(hits)] for hits in hits_by_board.values() if hits])
    if not len(counts):
        return Rate(count=0, total=0, wilson=(0.0, 1.0), by_board=(0.0, 1.0))
    count, total = (int(each) for each in counts.sum(axis=0))
    random = np.random.default_rng(20251122)
    drawn = counts[random.integers(len(counts), size=(_RESAMPLES, len(counts)))].sum(axis=1)
    low, high = np.quantile(drawn[:, 0] / drawn[:, 1], (0.025, 0.975))
    return Rate(
        count=count,
        total=total,
        wilson=wilson(count, total),
        by_board=(float(low), float(high)),
    )


def wilson(count: int, total: int) -> tuple[float, float]:
    """The 95 % score interval of `count` of `total`."""
    share, z2 = count / total, _Z95**2
    middle = (share + z2 / (2 * total)) / (1 + z2 / total)
    half = _Z95 / (1 + z2 / total) * math.sqrt(share * (1 - share) / total + z2 / (4 * total**2))
    # The bounds at none and all are exactly 0 and 1, which rounding would miss.
    low = 0.0 if count == 0 else middle - half
    high = 1.0 if count == total else middle + half
    return low, high


def auroc(suspect: Sequence[float], good: Sequence[float]) -> float:
    """Chance that a suspect scores above a good one, ties half; NaN where either is missing."""
    if not suspect or not good:
        return math.nan
    high: npt.NDArray[np.float64] = np.asarray(suspect)[:, None]
    low: npt.NDArray[np.float64] = np.asarray(good)[None, :]
    return float(np.mean((high > low) + 0.5 * (high == low)))


def share_lost(suspect: Sequence[float], good: Sequence[float], escapes: int) -> float:
    """Share of good windows not called good by the threshold that lets exactly `escapes` of the
    suspects through: what a score costs when its threshold is chosen with hindsight."""
    ordered = sorted(suspect)
    if escapes >= len(ordered):
        return 0.0
    return float(np.mean(np.asarray(good) >= ordered[escapes]))
