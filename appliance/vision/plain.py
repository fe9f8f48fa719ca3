"""The plainest honest comparison: nearest golden board by distance of dense features."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from appliance.vision.crop import CropRule
from appliance.vision.interpreter import Outputs
from appliance.vision.judging import Calibration, Judged
from appliance.vision.samples import WindowSamples

Maps = npt.NDArray[np.float32]


class PlainReference:
    """Unit-length dense features of every golden board, and each window's usual distance."""

    crop = CropRule(margin=0.05)

    def __init__(self, samples: Sequence[WindowSamples]) -> None:
        self._good = {s.component: np.stack([_dense(o) for o in s.good]) for s in samples}
        self._usual = {s.component: self._usual_of(s) for s in samples}

    def _usual_of(self, s: WindowSamples) -> float:
        good = self._good[s.component]
        if s.augmented and s.augmented[0]:
            maps = [_nearest(good, _dense(o)) for board in s.augmented for o in board]
        else:
            maps = [_nearest(np.delete(good, i, 0), good[i]) for i in range(len(good))]
        return max(float(np.median([_pooled(each) for each in maps])), 1e-3)

    def judge(self, component: str, outputs: Outputs) -> Judged:
        heat = _nearest(self._good[component], _dense(outputs)) / self._usual[component]
        score = _pooled(heat)
        reason = "It looks unlike every golden board."
        return Judged(score=score, heat=(heat / 4).astype(np.float32), reason=reason)

    def calibrate(self) -> Calibration:
        return Calibration(
            bands=dict.fromkeys(self._good, (2.0, 3.0)),
            guarantee="Twice and three times the usual distance of good boards; no guarantee.",
        )


def _dense(outputs: Outputs) -> Maps:
    features = outputs["dense8"].astype(np.float32)
    return np.asarray(features / (np.linalg.norm(features, axis=-1, keepdims=True) + 1e-6))


def _nearest(good: Maps, seen: Maps) -> Maps:
    return np.asarray((1 - np.einsum("nhwc,hwc->nhw", good, seen)).min(axis=0))


def _pooled(heat: Maps) -> float:
    worst = np.sort(heat, axis=None)[heat.size // 2 :]
    return float(worst.mean())
