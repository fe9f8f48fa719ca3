"""The figures of an attribute agreement study.

As AIAG, Measurement Systems Analysis, 4th edition, chapter III section C counts them, and as
ISO/TR 14468 illustrates them. An item is one window of one board; its answer is GOOD or not GOOD.

    repeatability     items and operators where all repeats of the operator gave one answer
    reproducibility   items where all repeats of all operators gave one answer
    effectiveness     items and operators where all repeats gave the reference's answer; this is
                      how the manual's worked example counts (42 of 50). `decisions` counts single
                      answers instead, which is never stricter.
    miss              answers GOOD to windows that are bad, of all answers to bad windows
    false alarm       answers not GOOD to windows that are good, of all answers to good windows

Kappas (see kappa.py): within, the repeats of an operator as m answers to an item; between, all
answers to an item; pairs, two operators' answers to the same item and repeat; reference, each
answer beside the reference's.

Only whole items are counted: those with every repeat of every operator in the study.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from appliance.proof.intervals import Share, kappa_by_board
from appliance.proof.kappa import Kappa, Names, Whole, cohen_of, cohen_sums, fleiss_of, fleiss_sums
from appliance.proof.trials import Trial

ONE_REPEAT = "not shown: each operator inserted each board once"
ONE_OPERATOR = "not shown: one operator only"
NO_REFERENCE = "not shown: no reference answer is known"
NOTHING_WHOLE = "not shown: no window has every trial yet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Against:
    """Answers held against the reference."""

    effectiveness: Share
    decisions: Share
    miss: Share
    false_alarm: Share
    kappa: Kappa


@dataclass(frozen=True, slots=True, kw_only=True)
class OfOperator:
    operator: str
    repeatability: Share
    within: Kappa
    reference: Against


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    first: str
    second: str
    kappa: Kappa


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Of one window or of all together."""

    boards: int
    items: int
    left_out: int
    """Items that lack a trial."""
    answers: int
    repeatability: Share
    within: Kappa
    reproducibility: Share
    between: Kappa
    pairs: tuple[Pair, ...]
    reference: Against
    operators: tuple[OfOperator, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Items:
    """Whole items. `good` (items, operators, repeats) is 1 where the answer was GOOD; `known`
    (items,) is 1 good, 0 bad, -1 unknown; `boards` (items,) names."""

    good: Whole
    known: Whole
    boards: Names

    def of(self, operator: int) -> _Items:
        return _Items(good=self.good[:, [operator]], known=self.known, boards=self.boards)


def agreement(trials: Iterable[Trial]) -> Agreement:
    """The figures of trials that were `checked`; undefined ones say why."""
    grouped: dict[tuple[str, str], list[Trial]] = defaultdict(list)
    for trial in trials:
        grouped[trial.component, trial.board].append(trial)
    everyone = sorted({t.operator for group in grouped.values() for t in group})
    repeats = sorted({t.repeat for group in grouped.values() for t in group})
    whole = [g for g in grouped.values() if len(g) == len(everyone) * len(repeats)]
    items = _items(whole, everyone, repeats)
    enough = len(repeats) > 1
    return Agreement(
        boards=len(set(items.boards)),
        items=len(whole),
        left_out=len(grouped) - len(whole),
        answers=items.good.size,
        repeatability=_alike(items) if enough else Share(count=0, of=0),
        within=_within(items),
        reproducibility=_all_alike(items) if len(everyone) > 1 else Share(count=0, of=0),
        between=_between(items),
        pairs=tuple(
            Pair(first=everyone[a], second=everyone[b], kappa=_pair(items, a, b))
            for a, b in combinations(range(len(everyone)), 2)
        ),
        reference=_against(items),
        operators=tuple(
            OfOperator(
                operator=name,
                repeatability=_alike(items.of(n)) if enough else Share(count=0, of=0),
                within=_within(items.of(n)),
                reference=_against(items.of(n)),
            )
            for n, name in enumerate(everyone)
        ),
    )


def by_window(trials: Iterable[Trial]) -> dict[str, tuple[Trial, ...]]:
    found: dict[str, list[Trial]] = defaultdict(list)
    for trial in trials:
        found[trial.component].append(trial)
    return {name: tuple(group) for name, group in found.items()}


def _items(whole: Sequence[Sequence[Trial]], everyone: list[str], repeats: list[int]) -> _Items:
    good = np.zeros((len(whole), len(everyone), len(repeats)), dtype=np.intp)
    known = np.full(len(whole), -1, dtype=np.intp)
    for n, group in enumerate(whole):
        for trial in group:
            place = everyone.index(trial.operator), repeats.index(trial.repeat)
            good[(n, *place)] = int(trial.good)
        reference = group[0].reference
        known[n] = -1 if reference is None else int(reference)
    return _Items(good=good, known=known, boards=np.array([g[0].board for g in whole], dtype=str))


def _alike(items: _Items) -> Share:
    same = items.good.min(axis=2) == items.good.max(axis=2)
    return Share(count=int(same.sum()), of=same.size)


def _all_alike(items: _Items) -> Share:
    flat = items.good.reshape(len(items.good), -1)
    same = flat.min(axis=1) == flat.max(axis=1) if len(flat) else np.zeros(0, dtype=bool)
    return Share(count=int(same.sum()), of=same.size)


def _within(items: _Items) -> Kappa:
    count, operators, repeats = items.good.shape
    if count == 0:
        return Kappa(value=None, words=NOTHING_WHOLE)
    if repeats < 2:
        return Kappa(value=None, words=ONE_REPEAT)
    good = items.good.sum(axis=2).ravel()
    sums = fleiss_sums(np.column_stack([good, repeats - good]))
    return kappa_by_board(sums, np.repeat(items.boards, operators), fleiss_of)


def _between(items: _Items) -> Kappa:
    count, operators, repeats = items.good.shape
    if count == 0:
        return Kappa(value=None, words=NOTHING_WHOLE)
    if operators < 2:
        return Kappa(value=None, words=ONE_OPERATOR)
    good = items.good.sum(axis=(1, 2))
    sums = fleiss_sums(np.column_stack([good, operators * repeats - good]))
    return kappa_by_board(sums, items.boards, fleiss_of)


def _pair(items: _Items, first: int, second: int) -> Kappa:
    count, _, repeats = items.good.shape
    if count == 0:
        return Kappa(value=None, words=NOTHING_WHOLE)
    sums = cohen_sums(items.good[:, first].ravel(), items.good[:, second].ravel())
    return kappa_by_board(sums, np.repeat(items.boards, repeats), cohen_of)


def _against(items: _Items) -> Against:
    has = items.known >= 0
    good, known = items.good[has], items.known[has]
    right = good == known[:, None, None]
    bad_ones, good_ones = good[known == 0], good[known == 1]
    return Against(
        effectiveness=Share(count=int(right.all(axis=2).sum()), of=right[:, :, 0].size),
        decisions=Share(count=int(right.sum()), of=right.size),
        miss=Share(count=int(bad_ones.sum()), of=bad_ones.size),
        false_alarm=Share(count=int((1 - good_ones).sum()), of=good_ones.size),
        kappa=_with_reference(good, known, items.boards[has]),
    )


def _with_reference(good: Whole, known: Whole, boards: Names) -> Kappa:
    if len(known) == 0:
        return Kappa(value=None, words=NO_REFERENCE)
    answers = good[0].size
    sums = cohen_sums(good.ravel(), np.repeat(known, answers))
    return kappa_by_board(sums, np.repeat(boards, answers), cohen_of)
