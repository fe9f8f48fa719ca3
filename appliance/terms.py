"""The words of the house, each with one meaning."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
import numpy.typing as npt

HeatMap = npt.NDArray[np.float32]
"""(rows, columns) over what the judge saw of a window; 0 as on good boards, 1 as far off as a
defect, unbounded above."""


class Call(StrEnum):
    """What the judge says of one window."""

    GOOD = "GOOD"
    UNSURE = "UNSURE"
    DEFECT = "DEFECT"


class Verdict(StrEnum):
    """What the cabinet says of one board. FAULT: the machine could not judge; it is no verdict
    on the board and counts neither as FAIL nor as PASS."""

    PASS = "PASS"
    REVIEW = "REVIEW"
    FAIL = "FAIL"
    FAULT = "FAULT"


class Answer(StrEnum):
    """What a person says of a window that the judge did not call GOOD."""

    TRUE_DEFECT = "TRUE_DEFECT"
    FALSE_CALL = "FALSE_CALL"


class TestResult(StrEnum):
    """IPC-CFX CFX.Structures.TestResult: how an inspection ended, as other machines read it."""

    __test__ = False

    PASSED = "Passed"
    FAILED = "Failed"
    ERROR = "Error"
    ABORTED = "Aborted"
    SKIPPED = "Skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rect:
    """A rectangle in pixels of the recipe's reference picture; the maximum is exclusive."""

    xmin_px: float
    ymin_px: float
    xmax_px: float
    ymax_px: float

    @property
    def width_px(self) -> float:
        return self.xmax_px - self.xmin_px

    @property
    def height_px(self) -> float:
        return self.ymax_px - self.ymin_px

    @property
    def centre_px(self) -> tuple[float, float]:
        return (self.xmin_px + self.xmax_px) / 2, (self.ymin_px + self.ymax_px) / 2


class Polarity(StrEnum):
    """Which turns of a part are as good as the taught one."""

    FIXED = "fixed"
    """Only the taught orientation (a capacitor, a diode, an IC)."""
    HALF_TURN = "half_turn"
    """Also turned by 180 degrees (a resistor)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """One inspected rectangle: a reference designator and a check. One window is one
    opportunity in DPMO."""

    component: str
    part_type: str
    rect: Rect
    check: str = "reference"
    polarity: Polarity = Polarity.FIXED
    model_sha256: str
    review_above: float
    """A score above this is at least UNSURE."""
    defect_above: float
    """A score above this is DEFECT; never below `review_above`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowResult:
    """What was found in one window."""

    component: str
    call: Call
    score: float
    """Higher is more suspect; comparable across windows of one recipe."""
    review_above: float
    defect_above: float
    reason: str
    """In words for the operator; empty when the call is GOOD."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alignment:
    """Where the board lies against the recipe's reference picture."""

    shift_px: tuple[float, float]
    rotation_deg: float
    scale: float
    residual_px: float
    """Root mean square distance of the fiducials from the fitted pose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """One board judged, as the pipeline hands it to the record. `reason` says in words what the
    verdict rests on; for FAULT what stopped the machine from judging."""

    verdict: Verdict
    reason: str
    alignment: Alignment | None
    windows: tuple[WindowResult, ...]
    stages_ms: dict[str, float]
    serial: str | None = None
    """Serial read from a code in the picture, where the recipe asks for it."""
    action: str = ""
    """For FAULT what a person can do about it, where that is known."""
    heat_maps: dict[str, HeatMap] = field(default_factory=dict, compare=False, repr=False)
    """For each component that was judged, where in its window it differs."""
