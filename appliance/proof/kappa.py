"""Agreement beyond chance: kappa = (seen - by chance) / (1 - by chance).

`cohen`: two judges of the same items; J. Cohen, "A coefficient of agreement for nominal scales",
Educational and Psychological Measurement 20 (1960) 37-46. By chance: the judges answer
independently, each with its own shares of the categories.

`fleiss`: m answers to each item, whoever gave them; J. L. Fleiss, "Measuring nominal scale
agreement among many raters", Psychological Bulletin 76 (1971) 378-382. By chance: all answer with
the same shares.

Both are computed from sums over the items, so that the bootstrap adds up boards instead of going
through the items again. Where chance alone gives full agreement (one category only was ever used)
kappa is 0/0: undefined, which is None here and is told in words.

With m answers an item, fleiss can't fall below -1/(m - 1).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Names = npt.NDArray[np.str_]
Whole = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kappa:
    """A kappa with its interval, or the words why there is none."""

    value: float | None
    low: float | None = None
    high: float | None = None
    words: str = ""
    """Why the value or the interval is missing; empty where both are there."""


def fleiss_sums(counts: npt.ArrayLike) -> Array:
    """(items, categories) -> (items, 1 + 1 + categories): one, the share of agreeing pairs among
    the item's answers, and its answers by category. Summed over items they give `fleiss_of`.

    Raises ValueError unless every item has the same number of answers, two at least.
    """
    table = np.asarray(counts, dtype=np.float64)
    answers = table.sum(axis=1)
    if len(table) == 0 or answers.min() != answers.max() or answers.min() < 2:
        raise ValueError("expected the same number of answers, two at least, to every item")
    m = answers[0]
    agreeing = (table * (table - 1)).sum(axis=1) / (m * (m - 1))
    return np.column_stack([np.ones(len(table)), agreeing, table]).astype(np.float64)


def fleiss_of(sums: Array) -> Array:
    """(..., 2 + categories) -> (...): kappa, NaN where it is undefined."""
    seen = sums[..., 1] / sums[..., 0]
    shares = sums[..., 2:] / sums[..., 2:].sum(axis=-1, keepdims=True)
    return _beyond_chance(seen, (shares**2).sum(axis=-1))


def cohen_sums(first: npt.ArrayLike, second: npt.ArrayLike, categories: int = 2) -> Array:
    """Two judges' answers (numbers below `categories`) to n items -> (n, categories²): a one where
    the pair of answers stands in the square table."""
    cells = np.asarray(first, dtype=np.intp) * categories + np.asarray(second, dtype=np.intp)
    rows: Array = np.eye(categories * categories)[cells]
    return rows


def cohen_of(sums: Array) -> Array:
    """(..., categories²), the square table of pairs row by row -> (...): kappa, NaN where it is
    undefined."""
    categories = round(sums.shape[-1] ** 0.5)
    table = sums.reshape(*sums.shape[:-1], categories, categories)
    total = table.sum(axis=(-2, -1))
    seen = np.trace(table, axis1=-2, axis2=-1) / total
    chance = (table.sum(axis=-1) * table.sum(axis=-2)).sum(axis=-1) / total**2
    return _beyond_chance(seen, chance)


def fleiss(counts: npt.ArrayLike) -> float | None:
    """Kappa of a table (items, categories) of counts; None where it is undefined."""
    return _or_none(fleiss_of(fleiss_sums(counts).sum(axis=0)))


def cohen(table: npt.ArrayLike) -> float | None:
    """Kappa of a square table of counts, rows the first judge; None where it is undefined."""
    return _or_none(cohen_of(np.asarray(table, dtype=np.float64).ravel()))


def _or_none(kappa: Array) -> float | None:
    return None if np.isnan(kappa) else float(kappa)


def _beyond_chance(seen: Array, chance: Array) -> Array:
    # By division of whole numbers a chance of one is exactly one: one category only.
    undefined = chance >= 1.0
    room = np.where(undefined, np.nan, 1.0 - chance)
    return np.asarray((seen - chance) / room)
