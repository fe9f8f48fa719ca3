"""What the pipeline asks of a judge: learn a board, judge a window, state its thresholds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from appliance.terms import HeatMap
from appliance.vision.interpreter import Outputs


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Judged:
    score: float
    heat: HeatMap
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """(review_above, defect_above) of each component, and what they promise in words."""

    bands: dict[str, tuple[float, float]]
    guarantee: str


class BoardReference(Protocol):
    def judge(self, component: str, outputs: Outputs) -> Judged: ...

    def calibrate(self) -> Calibration: ...
