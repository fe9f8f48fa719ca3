"""The reference comparison: is this window like the same window on the golden boards?

Each window's dense features are compared with those of every golden board, cell by cell. Three
distances come of it: fine, coarse, and how much nearer a golden part turned by 180° is than an
upright one. Each is put against its mean and spread between golden boards, every board compared
with the others only (leave one out). With few boards a window's own mean and spread are not to
be trusted, so they are drawn towards what is usual over all windows of the board (James-Stein's
idea: Efron & Morris, JASA 70, 1975). What counts is the stronger of two: how unlike the window
looks, and how much like a turned part. To this comes how strange the window is as a share of the
distance to unrelated parts, a scale that needs no spread and so counts more the fewer boards
there are. The sum is the score; it has one meaning in all windows, so that one threshold a band,
found over all windows together, does for all.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from appliance.terms import Polarity
from appliance.vision.crop import CropRule
from appliance.vision.interpreter import Outputs
from appliance.vision.judge_maps import Channels, Floats
from appliance.vision.judge_window import (
    COARSE,
    FINE,
    Evidence,
    LearntWindow,
    Usual,
    WindowReference,
    learn_window,
)
from appliance.vision.judge_words import reason_for
from appliance.vision.judging import Calibration, Judged
from appliance.vision.samples import WindowSamples

CROP = CropRule(margin=0.0, keep_aspect=False)
"""The window itself, stretched to the model's square. Neighbours lean and are exchanged; what
lies outside the window is their window's matter. Stretching gives a narrow part all cells."""

_FINE_SHARE, _COARSE_SHARE = 0.3, 0.7
"""Of the fine and the coarse distance in how unlike a window looks."""
_PRIOR_MEANS = 2.0
_PRIOR_SPREADS = 5.0
"""How many golden boards the board's usual mean and spread are worth against a window's own."""
_LEAST_SPREAD = 0.05
"""Of the usual value. Golden boards taken one after the other are more alike than those of next
month will be, and a window must not shout because its golden boards hardly differ."""
_STRANGE = 3.0
_STRANGE_FEW = 10.0
"""Weight of the strangeness: the first, and the second divided by the number of boards."""
_MIRRORED = 0.5
"""Share of a good part's usual lead of upright over turned that a turned one has the other way."""
_UNRELATED = 10
"""Windows that are looked at to learn how far unrelated parts are."""

REVIEW_SHARE = 0.01
DEFECT_SHARE = 0.0025
_REVIEW_LEAST_ABOVE = 12
_REVIEW_SHARE_MOST = 0.10


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Scale:
    """What the evidence of one window is measured by: `mean` and `spread` (3,) float32."""

    mean: Floats
    spread: Floats
    may_turn: bool
    strange: float

    def score(self, values: Floats, strangeness: Floats) -> Floats:
        """A part is faulty because it looks unlike or because it is turned, so the stronger of
        the two counts: adding them would let either dilute the other."""
        unlike, turned = self._deviations(values)
        known = np.maximum(unlike, turned) if not self.may_turn else unlike
        return np.asarray(known + self.strange * strangeness, dtype=np.float32)

    def looks_turned(self, values: Floats) -> bool:
        """Whether more speaks for a turned part than for one that looks unlike; or it is as near
        to a turned golden part as a good one usually is to an upright one."""
        unlike, turned = self._deviations(values)
        lead = -float(self.mean[2])
        mirrored = lead > 4.0 * self.spread[2] and values[2] > _MIRRORED * lead
        return not self.may_turn and bool(turned > unlike or mirrored)

    def _deviations(self, values: Floats) -> tuple[Floats, Floats]:
        spreads = (values - self.mean) / self.spread
        return _FINE_SHARE * spreads[..., 0] + _COARSE_SHARE * spreads[..., 1], spreads[..., 2]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Pooled:
    """Usual mean and variance of the evidence between good boards, over all windows."""

    mean: Floats
    variance: Floats

    @classmethod
    def of(cls, windows: Sequence[Floats]) -> Self:
        """Of (n, 3) left-out values, one array a window."""
        many = [each for each in windows if len(each) > 1]
        if not many:
            raise ValueError(
                "no window has two good views to tell good variation from; teach with augmented "
                "copies or with a second golden board"
            )
        variances = np.stack([each.var(axis=0, ddof=1) for each in many])
        mean = np.stack([each.mean(axis=0) for each in many]).mean(axis=0)
        return cls(
            mean=mean, variance=np.maximum(np.median(variances, axis=0), _least_variance(mean))
        )

    def scale(self, values: Floats, polarity: Polarity, boards: int) -> _Scale:
        """Of a window with these (n, 3) left-out values on so many boards."""
        n = len(values)
        mean = (values.sum(axis=0) + _PRIOR_MEANS * self.mean) / (n + _PRIOR_MEANS)
        squares = ((values - mean) ** 2).sum(axis=0)
        variance = (squares + _PRIOR_SPREADS * self.variance) / (n + _PRIOR_SPREADS)
        variance = np.maximum(variance, _least_variance(self.mean))
        # The mean itself is known only so well: a new value lies about it that much wider.
        variance *= 1.0 + 1.0 / (n + _PRIOR_MEANS)
        return _Scale(
            mean=mean.astype(np.float32),
            spread=np.sqrt(variance).astype(np.float32),
            may_turn=polarity is Polarity.HALF_TURN,
            strange=_STRANGE + _STRANGE_FEW / boards,
        )


def _least_variance(mean: Floats) -> Floats:
    return np.asarray((_LEAST_SPREAD * mean) ** 2 + 1e-8, dtype=np.float32)


def _pooled(samples: Sequence[WindowSamples], learnt: Sequence[LearntWindow]) -> _Pooled:
    """Over all windows; for the turned part's evidence over those that have it."""
    pooled = _Pooled.of([window.left_out_values for window in learnt])
    turning = [
        window.left_out_values
        for each, window in zip(samples, learnt, strict=True)
        if each.polarity is Polarity.FIXED and len(window.left_out_values) > 1
    ]
    if not turning or len(turning) == len(learnt):
        return pooled
    fixed = _Pooled.of(turning)
    return _Pooled(
        mean=np.append(pooled.mean[:2], fixed.mean[2]),
        variance=np.append(pooled.variance[:2], fixed.variance[2]),
    )


class ReferenceJudge:
    """All windows of one board, learnt; judges windows in any number of threads."""

    crop = CROP

    def __init__(self, samples: Sequence[WindowSamples]) -> None:
        """Learn from the golden crops' outputs. Raises ValueError for no windows, for a window
        without a good view, and where nothing shows how good boards vary."""
        if not samples:
            raise ValueError("at least one window is needed to learn from")
        self._usual = Usual(
            fine=Channels.of([good[FINE] for each in samples for good in each.good]),
            coarse=Channels.of([good[COARSE] for each in samples for good in each.good]),
        )
        learnt = [
            learn_window(each, _unrelated(samples, number), self._usual)
            for number, each in enumerate(samples)
        ]
        pooled = _pooled(samples, learnt)
        self._boards = max(len(each.good) for each in samples)
        self._windows: dict[str, WindowReference] = {}
        self._scales: dict[str, _Scale] = {}
        self._good_scores: dict[str, Floats] = {}
        for each, window in zip(samples, learnt, strict=True):
            boards = len(each.good)
            self._windows[each.component] = window.reference
            self._scales[each.component] = pooled.scale(
                window.left_out_values, each.polarity, boards
            )
            self._good_scores[each.component] = _left_out_scores(
                window, pooled, each.polarity, boards
            )

    def judge(self, component: str, outputs: Outputs) -> Judged:
        """Compare one window. Raises KeyError for a component that was not learnt."""
        window, scale = self._windows[component], self._scales[component]
        evidence = window.evidence(outputs, self._usual)
        heat = _heat(evidence, window)
        return Judged(
            score=float(scale.score(evidence.values, evidence.strangeness)),
            heat=heat,
            reason=reason_for(
                heat,
                strangeness=float(evidence.strangeness),
                turned=scale.looks_turned(evidence.values),
            ),
        )

    def calibrate(self) -> Calibration:
        """Thresholds from the golden boards alone.

        Each golden window was scored with its own board left out of the prototypes and of its
        window's mean and spread, so its score is one that a new good board could have got. The
        threshold is the conformal quantile of these scores over all windows (Vovk, Gammerman &
        Shafer, Algorithmic Learning in a Random World, 2005): a further good window is above it
        with at most the stated probability, as far as good boards to come vary like the golden
        ones. At least a dozen golden windows stay above the review threshold, so that
        single odd windows on golden boards do not set it.
        """
        scores = np.sort(np.concatenate(list(self._good_scores.values())))
        share = min(max(REVIEW_SHARE, _REVIEW_LEAST_ABOVE / len(scores)), _REVIEW_SHARE_MOST)
        review, review_share = _conformal(scores, share)
        defect, defect_share = _conformal(scores, share * DEFECT_SHARE / REVIEW_SHARE)
        how = (
            f"leave-one-board-out over {self._boards} golden boards"
            if self._boards > 1
            else "over moved, turned and relit copies of the only golden board, which show "
            "nothing of how parts vary from board to board"
        )
        return Calibration(
            bands=dict.fromkeys(self._windows, (review, max(review, defect))),
            guarantee=f"At most {review_share:.2%} of good windows above the review threshold "
            f"and {defect_share:.2%} above the defect threshold, by conformal quantiles of "
            f"{len(scores)} scores of good windows, {how}; defects were not used.",
        )

    def arrays(self) -> dict[str, npt.NDArray[np.generic]]:
        """All that was learnt as plain arrays, for `numpy.savez`: a cache that spares running
        the model on every golden crop at each start."""
        kept: dict[str, npt.NDArray[np.generic]] = {
            "components": np.array(list(self._windows)),
            "boards": np.array(self._boards),
            "fine": np.stack([self._usual.fine.mean, self._usual.fine.spread]),
            "coarse": np.stack([self._usual.coarse.mean, self._usual.coarse.spread]),
        }
        for number, (component, window) in enumerate(self._windows.items()):
            scale = self._scales[component]
            kept[f"{number}/scale"] = np.stack([scale.mean, scale.spread])
            kept[f"{number}/may_turn"] = np.array(scale.may_turn)
            kept[f"{number}/strange"] = np.array(scale.strange)
            kept[f"{number}/good_scores"] = self._good_scores[component]
            kept |= {f"{number}/{name}": array for name, array in window.arrays().items()}
        return kept

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[np.generic]]) -> Self:
        """Undo `arrays`. Raises KeyError for an array that is missing."""
        judge = cls.__new__(cls)
        judge._boards = int(np.asarray(arrays["boards"], dtype=np.int64))
        judge._usual = Usual(fine=_channels(arrays["fine"]), coarse=_channels(arrays["coarse"]))
        judge._windows, judge._scales, judge._good_scores = {}, {}, {}
        grouped: dict[str, dict[str, npt.NDArray[np.generic]]] = {}
        for name, array in arrays.items():
            window, slash, rest = name.partition("/")
            if slash:
                grouped.setdefault(window, {})[rest] = array
        for number, component in enumerate(arrays["components"].tolist()):
            own = grouped[str(number)]
            mean, spread = np.asarray(own["scale"], dtype=np.float32)
            judge._windows[component] = WindowReference.from_arrays(own)
            judge._scales[component] = _Scale(
                mean=mean,
                spread=spread,
                may_turn=bool(np.asarray(own["may_turn"])),
                strange=float(np.asarray(own["strange"], dtype=np.float64)),
            )
            judge._good_scores[component] = np.asarray(own["good_scores"], dtype=np.float32)
        return judge


def _channels(array: npt.NDArray[np.generic]) -> Channels:
    mean, spread = np.asarray(array, dtype=np.float32)
    return Channels(mean=mean, spread=spread)


def _unrelated(samples: Sequence[WindowSamples], number: int) -> list[Outputs]:
    """Good views of other parts, a fixed choice; of a board with one part type only, the window
    itself with its halves exchanged, which is unlike it in every place."""
    own = samples[number]
    others = [each for each in samples if each.part_type != own.part_type and each.good]
    if not others:
        return [
            {name: np.roll(own.good[0][name], (shift, shift), (0, 1)) for name, shift in halves}
            for halves in [((FINE, 8), (COARSE, 4))]
        ]
    random = np.random.default_rng([number, len(samples)])
    picked = random.choice(len(others), min(_UNRELATED, len(others)), replace=False)
    return [others[int(i)].good[int(random.integers(len(others[int(i)].good)))] for i in picked]


def _left_out_scores(
    window: LearntWindow, pooled: _Pooled, polarity: Polarity, boards: int
) -> Floats:
    """The score of each good view by the mean and spread of the others: (n,) float32."""
    values, strangeness = window.left_out_values, window.left_out_strangeness
    scores = [
        pooled.scale(np.delete(values, i, axis=0), polarity, boards).score(
            values[i], strangeness[i]
        )
        for i in range(len(values))
    ]
    return np.array(scores, dtype=np.float32)


def _conformal(scores: Floats, share: float) -> tuple[float, float]:
    """The smallest score that at most `share` of further ones exceed, and that share as it can
    be promised: with n scores never less than 1 / (n + 1)."""
    n = len(scores)
    rank = min(math.ceil((n + 1) * (1.0 - share)), n)
    return float(scores[rank - 1]), 1.0 - rank / (n + 1)


def _heat(evidence: Evidence, window: WindowReference) -> Floats:
    """0 where it is as on good boards, 1 where it is as strange as an unrelated part."""
    usual = np.minimum(window.usual_heat, 0.8 * window.unrelated_fine)
    excess = (evidence.heat - usual) / (window.unrelated_fine - usual)
    return np.asarray(np.maximum(excess, 0.0), dtype=np.float32)
