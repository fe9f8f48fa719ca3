"""How far a figure may be off, at 95 %.

Shares: E. B. Wilson, "Probable inference", JASA 22 (1927) 209-212. Kappas: percentiles of
resamples of whole boards (B. Efron, R. Tibshirani, "An introduction to the bootstrap", 1993,
chapter 13): the windows of one board are not independent of each other, its boards are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt

import numpy as np

from appliance.proof.kappa import Array, Kappa, Names

Z_95 = 1.959963984540054
LEAST_BOARDS = 5
"""With fewer boards there are too few different resamples."""
RESAMPLES = 2000
SEED = 1971
MOST_UNDEFINED = 0.05
ONE_CATEGORY = "undefined: every answer was the same"
TOO_FEW = f"no interval: fewer than {LEAST_BOARDS} boards"
NO_SPREAD = "no interval: the boards that were seen do not differ, so they can't tell"
OFTEN_UNDEFINED = "no interval: undefined in too many resamples, for one answer is rare"


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """So many of so many. `value`, `low` and `high` are 0 to 1; None of nothing."""

    count: int
    of: int

    @property
    def value(self) -> float | None:
        return self.count / self.of if self.of else None

    @property
    def low(self) -> float | None:
        return wilson(self.count, self.of)[0] if self.of else None

    @property
    def high(self) -> float | None:
        return wilson(self.count, self.of)[1] if self.of else None


def wilson(count: int, of: int) -> tuple[float, float]:
    """Both ends of the 95 % interval of a share."""
    share, z2 = count / of, Z_95**2
    middle = share + z2 / (2 * of)
    half = Z_95 * sqrt(share * (1 - share) / of + z2 / (4 * of * of))
    low, high = (middle - half) / (1 + z2 / of), (middle + half) / (1 + z2 / of)
    return (0.0 if count == 0 else low), (1.0 if count == of else high)


def kappa_by_board(sums: Array, boards: Names, kappa_of: Callable[[Array], Array]) -> Kappa:
    """`sums` (items, k) of `fleiss_sums` or `cohen_sums`, the number of each item's board, and the
    function that makes a kappa of their sum. Resamples are drawn with a fixed seed."""
    value = kappa_of(sums.sum(axis=0))
    if np.isnan(value):
        return Kappa(value=None, words=ONE_CATEGORY)
    names, place = np.unique(boards, return_inverse=True)
    if len(names) < LEAST_BOARDS:
        return Kappa(value=float(value), words=TOO_FEW)
    by_board = np.zeros((len(names), sums.shape[1]))
    np.add.at(by_board, place, sums)
    drawn = np.random.default_rng(SEED).multinomial(
        len(names), np.full(len(names), 1 / len(names)), size=RESAMPLES
    )
    found = kappa_of(drawn @ by_board)
    defined = found[~np.isnan(found)]
    if len(defined) < (1 - MOST_UNDEFINED) * RESAMPLES:
        return Kappa(value=float(value), words=OFTEN_UNDEFINED)
    if defined.max() - defined.min() < 1e-12:
        return Kappa(value=float(value), words=NO_SPREAD)
    low, high = np.percentile(defined, [2.5, 97.5])
    return Kappa(value=float(value), low=float(low), high=float(high))
