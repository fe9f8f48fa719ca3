"""What is known of one window's good looks, and the evidence that speaks against a new one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from appliance.terms import Polarity
from appliance.vision.interpreter import Outputs
from appliance.vision.judge_maps import (
    Channels,
    Floats,
    Prototypes,
    smoothed,
    spread_out,
    worst_mean,
)
from appliance.vision.samples import WindowSamples

FINE, COARSE = "dense8", "dense16"
"""The outputs that are compared: 16×16 cells for print and polarity marks, 8×8 for the part."""

MOST_PROTOTYPES = 24
MOST_TURNED = 8

_WORST_SHARE = 0.75
_STEADY_BOARDS = 2.0
"""How many boards' worth of trust the even weighting of cells keeps against the learnt one."""

Arrays = Mapping[str, npt.NDArray[np.generic]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """Channel statistics of both outputs over the board's golden windows."""

    fine: Channels
    coarse: Channels


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Evidence:
    """What speaks against one window; larger is more suspect in every value.

    `values` is (…, 3) float32: the fine and the coarse distance to the nearest golden boards, and
    how much nearer it is to a turned golden part than to an upright one. `strangeness` (…) is
    the distance as a share of that of an unrelated part: 0 the same, 1 as unlike as any other
    part of the board. `heat` (…, 16, 16) is the fine distance of each cell.
    """

    values: Floats
    strangeness: Floats
    heat: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WindowReference:
    """The golden looks of one window, ready to compare with.

    `weights_fine`, `weights_coarse`: cells that differ even between good boards (print on a fuse,
    the lean of a capacitor) count less. `weights_turn`: cells count by how much a half turn
    changes them; all zero where a half turn is allowed. `usual_heat`: (16, 16) fine distance
    seen between good boards.
    """

    fine: Prototypes
    coarse: Prototypes
    turned: Prototypes | None
    weights_fine: Floats
    weights_coarse: Floats
    weights_turn: Floats
    unrelated_fine: float
    unrelated_coarse: float
    usual_heat: Floats

    def evidence(self, outputs: Outputs, usual: Usual) -> Evidence:
        """Compare one window's outputs with the golden boards."""
        fine = self.fine.distances(usual.fine.unit(outputs[FINE])[None])[0].min(axis=0)
        seen = usual.coarse.unit(outputs[COARSE])[None]
        coarse = self.coarse.distances(seen)[0].min(axis=0)
        turned = None if self.turned is None else self.turned.distances(seen)[0].min(axis=0)
        return self._weigh(fine, coarse, turned)

    def _weigh(self, fine: Floats, coarse: Floats, turned: Floats | None) -> Evidence:
        nearer_turned = np.zeros(fine.shape[:-2], dtype=np.float32)
        if turned is not None:
            nearer_turned = ((coarse - turned) * self.weights_turn).sum(axis=(-2, -1))
        values = np.stack(
            [
                worst_mean(fine * self.weights_fine, _WORST_SHARE),
                worst_mean(coarse * self.weights_coarse, _WORST_SHARE),
                nearer_turned,
            ],
            axis=-1,
        )
        strangeness = fine.mean(axis=(-2, -1)) / self.unrelated_fine
        strangeness = (strangeness + coarse.mean(axis=(-2, -1)) / self.unrelated_coarse) / 2
        return Evidence(
            values=values.astype(np.float32),
            strangeness=np.asarray(strangeness, dtype=np.float32),
            heat=fine,
        )

    def arrays(self) -> dict[str, npt.NDArray[np.generic]]:
        """Plain arrays for `numpy.savez`; `from_arrays` undoes it."""
        kept: dict[str, npt.NDArray[np.generic]] = {
            "weights_fine": self.weights_fine,
            "weights_coarse": self.weights_coarse,
            "weights_turn": self.weights_turn,
            "unrelated": np.array([self.unrelated_fine, self.unrelated_coarse]),
            "usual_heat": self.usual_heat,
        }
        for name in ("fine", "coarse", "turned"):
            prototypes: Prototypes | None = getattr(self, name)
            if prototypes is not None:
                kept[name] = prototypes.packed
                kept[f"{name}_scale"] = np.array(prototypes.scale)
        return kept

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        """Raises KeyError for an array that is missing."""

        def floats(name: str) -> Floats:
            return np.asarray(arrays[name], dtype=np.float32)

        def prototypes(name: str) -> Prototypes:
            packed = np.asarray(arrays[name], dtype=np.int8)
            return Prototypes(packed=packed, scale=float(np.asarray(arrays[f"{name}_scale"])))

        unrelated = np.asarray(arrays["unrelated"], dtype=np.float64)
        return cls(
            fine=prototypes("fine"),
            coarse=prototypes("coarse"),
            turned=prototypes("turned") if "turned" in arrays else None,
            weights_fine=floats("weights_fine"),
            weights_coarse=floats("weights_coarse"),
            weights_turn=floats("weights_turn"),
            unrelated_fine=float(unrelated[0]),
            unrelated_coarse=float(unrelated[1]),
            usual_heat=floats("usual_heat"),
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LearntWindow:
    """A window's reference, and the evidence against each good view when its own board was left
    out: (n, 3) and (n,) float32, one row a golden board (or an augmented copy where there is but
    one board)."""

    reference: WindowReference
    left_out_values: Floats
    left_out_strangeness: Floats


def learn_window(
    samples: WindowSamples, unrelated: Sequence[Outputs], usual: Usual
) -> LearntWindow:
    """Learn one window from its good views.

    Augmented copies are golden looks as well; where a half turn is allowed, so are the turned
    crops. `unrelated` are windows that show something else, to know how far "something else" is.
    Raises ValueError without a good view.
    """
    if not samples.good:
        raise ValueError(
            f"window {samples.component} has no good view; leave the window out of the recipe "
            "or add a board on which it is good"
        )
    views: list[Outputs] = []
    owners: list[int] = []
    for board, good in enumerate(samples.good):
        either = [good]
        if samples.polarity is Polarity.HALF_TURN:
            either.append(samples.turned[board])
        either += samples.augmented[board] if board < len(samples.augmented) else ()
        views += either
        owners += [board] * len(either)
    alone = len(samples.good) == 1
    # One board has no other to be compared with: each of its copies stands for a board.
    owner = np.arange(len(views)) if alone else np.array(owners)
    judged = np.arange(len(views)) if alone else np.unique(owner, return_index=True)[1]

    fine = usual.fine.unit(np.stack([view[FINE] for view in views]))
    coarse = usual.coarse.unit(np.stack([view[COARSE] for view in views]))
    pairs = Prototypes.of(coarse).distances(coarse)
    kept = spread_out(worst_mean(pairs, 1.0), MOST_PROTOTYPES)
    fine_prototypes, coarse_prototypes = Prototypes.of(fine[kept]), Prototypes.of(coarse[kept])
    turned_prototypes, chosen = None, list[int]()
    if samples.polarity is Polarity.FIXED:
        turned = usual.coarse.unit(np.stack([view[COARSE] for view in samples.turned]))
        chosen = spread_out(worst_mean(Prototypes.of(turned).distances(turned), 1.0), MOST_TURNED)
        turned_prototypes = Prototypes.of(turned[chosen])

    own_fine = _left_out(fine_prototypes, fine[judged], owner[judged], owner[kept])
    own_coarse = _left_out(coarse_prototypes, coarse[judged], owner[judged], owner[kept])
    own_turned = None
    if turned_prototypes is not None:
        turned_owner = np.arange(len(samples.turned))[chosen]
        own_turned = _left_out(turned_prototypes, coarse[judged], owner[judged], turned_owner)
        if not len(own_turned):
            own_turned = turned_prototypes.distances(coarse[judged]).min(axis=1)
    far_fine = usual.fine.unit(np.stack([other[FINE] for other in unrelated]))
    far_coarse = usual.coarse.unit(np.stack([other[COARSE] for other in unrelated]))
    reference = WindowReference(
        fine=fine_prototypes,
        coarse=coarse_prototypes,
        turned=turned_prototypes,
        weights_fine=_steady_weights(own_fine),
        weights_coarse=_steady_weights(own_coarse),
        weights_turn=_turn_weights(own_turned, own_coarse.shape[1:]),
        unrelated_fine=_typical(fine_prototypes, far_fine),
        unrelated_coarse=_typical(coarse_prototypes, far_coarse),
        usual_heat=own_fine.mean(axis=0) if len(own_fine) else np.zeros(fine.shape[1:3], "f4"),
    )
    left_out = reference._weigh(own_fine, own_coarse, own_turned)
    return LearntWindow(
        reference=reference,
        left_out_values=left_out.values,
        left_out_strangeness=left_out.strangeness,
    )


def _left_out(
    prototypes: Prototypes,
    seen: Floats,
    owner: npt.NDArray[np.intp],
    prototype_owner: npt.NDArray[np.intp],
) -> Floats:
    """Distance of each seen view to the nearest prototype of another board: (m, h, w); (0, h, w)
    where there is no other board."""
    distances = prototypes.distances(seen)
    same = owner[:, None] == prototype_owner[None, :]
    if same.all(axis=1).any():
        return distances[:0, 0]
    distances[same] = np.inf
    return np.asarray(distances.min(axis=1), dtype=np.float32)


def _steady_weights(maps: Floats) -> Floats:
    """Cells weigh less where good boards differ: one over the usual distance, with as much again
    of the window's mean added so that no cell rules; few boards move the weights little."""
    count, height, width = maps.shape
    if not count:
        return np.ones((height, width), dtype=np.float32)
    local = smoothed(maps.mean(axis=0))
    level = max(float(local.mean()), 1e-6)
    local = (count * local + _STEADY_BOARDS * level) / (count + _STEADY_BOARDS)
    weights = 1.0 / (local + level)
    return np.asarray(weights / weights.mean(), dtype=np.float32)


def _turn_weights(turned: Floats | None, shape: tuple[int, ...]) -> Floats:
    """Cells by the square of how much a half turn changes them; they add up to one."""
    if turned is None:
        return np.zeros(shape, dtype=np.float32)
    weights = turned.mean(axis=0) ** 2 + 1e-6
    return np.asarray(weights / weights.sum(), dtype=np.float32)


def _typical(prototypes: Prototypes, unrelated: Floats) -> float:
    distances = prototypes.distances(unrelated).min(axis=1).mean(axis=(-2, -1))
    return max(float(np.median(distances)), 0.05)
