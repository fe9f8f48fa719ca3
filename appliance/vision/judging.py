"""What a judge says: of one window, and of its own thresholds."""

from __future__ import annotations

from dataclasses import dataclass

from appliance.terms import HeatMap

EDITION = 1
"""Of the comparison. Rises with every change after which scores of before mean something else;
recipes of another edition are refused, since their thresholds were made for other scores."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Judged:
    """One window's score (higher is more suspect), where it differs, and what that looks like."""

    score: float
    heat: HeatMap
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """(review_above, defect_above) of each component, and what they promise in words."""

    bands: dict[str, tuple[float, float]]
    guarantee: str
