"""The plainest judge there is: correlation of small grey pictures with the nearest golden one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import cv2
import numpy as np
import numpy.typing as npt

from appliance.terms import Rect
from appliance.vision.crop import CropRule, Pixels, cut_window
from appliance.vision.pose import Pose

_RULE = CropRule(margin=0.15, size_px=48)
"""The margin of the set's own crops, for which its README quotes this baseline."""

Grey = npt.NDArray[np.float32]


class GreyCorrelation:
    """Golden windows as 48×48 grey pictures of mean 0 and length 1."""

    def __init__(self) -> None:
        self._golden: dict[str, list[Grey]] = {}

    def learn(self, frame: Pixels, pose: Pose, windows: Mapping[str, Rect]) -> None:
        """Add the good windows of one golden frame, (H, W, 3) uint8 BGR."""
        for component, rect in windows.items():
            self._golden.setdefault(component, []).append(_grey(frame, rect, pose))

    def scores(self, frame: Pixels, pose: Pose, windows: Mapping[str, Rect]) -> dict[str, float]:
        """One minus the best correlation: 0 the same, 1 unrelated."""
        return {
            component: 1.0 - max(_correlations(_grey(frame, rect, pose), self._golden[component]))
            for component, rect in windows.items()
        }


def _correlations(seen: Grey, golden: Sequence[Grey]) -> list[float]:
    return [float(np.vdot(seen, each)) for each in golden]


def _grey(frame: Pixels, rect: Rect, pose: Pose) -> Grey:
    crop = cut_window(frame, rect, pose, _RULE)
    grey = cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY).astype(np.float32)
    grey -= grey.mean()
    return np.asarray(grey / max(float(np.linalg.norm(grey)), 1e-6), dtype=np.float32)
