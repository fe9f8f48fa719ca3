"""The values that go into the record and come out of it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from appliance.store.clock import Moment
from appliance.store.errors import RefusedError
from appliance.terms import Alignment, Answer, Call, TestResult, Verdict, WindowResult


def test_result(verdict: Verdict | None) -> TestResult:
    """The verdict as other machines read it. REVIEW is Failed until a person has answered (its
    verification is then outstanding); None, a board that left before its verdict, is Aborted."""
    match verdict:
        case Verdict.PASS:
            return TestResult.PASSED
        case Verdict.FAIL | Verdict.REVIEW:
            return TestResult.FAILED
        case Verdict.FAULT:
            return TestResult.ERROR
        case None:
            return TestResult.ABORTED


# So that pytest does not take the function for a test where it is imported.
test_result.__test__ = False  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What the unit said of itself while the board lay in; None where it can't tell."""

    cpu_c: float | None = None
    throttled: bool | None = None
    undervoltage: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameFacts:
    """How the frame that was judged came about."""

    sensor_time_s: float
    exposure_us: int
    analogue_gain: float
    colour_gains: tuple[float, float]
    lens_position: float | None = None
    light_level: float | None = None
    width_px: int | None = None
    height_px: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectionRecord:
    """One board as it is to be recorded.

    A board that left before its verdict has `verdict` None and `result` ABORTED. Contradictions
    are refused here, before anything is written: PASS without a window or with a window that is
    not GOOD, a result that says Passed for anything but PASS, a number that is not finite.
    """

    recipe: str
    recipe_version: int
    part_number: str
    serial: str | None
    operator: str | None
    verdict: Verdict | None
    result: TestResult
    reason: str
    """In words; for FAULT what stopped the machine, for Aborted why it was dropped."""
    alignment: Alignment | None
    windows: tuple[WindowResult, ...]
    stages_ms: Mapping[str, float]
    model_sha256s: tuple[str, ...]
    software_version: str
    seated: Moment
    """When the board lay in, debounced: the inspection's time runs from here."""
    simulated: bool
    health: Health = field(default_factory=Health)
    frame: FrameFacts | None = None

    def __post_init__(self) -> None:
        if (self.verdict is Verdict.PASS) != (self.result is TestResult.PASSED):
            raise RefusedError(f"The verdict is {self.verdict} and the result {self.result}.")
        if (self.verdict is None) != (self.result is TestResult.ABORTED):
            raise RefusedError(f"The verdict is {self.verdict} and the result {self.result}.")
        if self.verdict is Verdict.PASS:
            suspects = [w.component for w in self.windows if w.call is not Call.GOOD]
            if suspects or not self.windows:
                what = ", ".join(suspects) or "no window at all"
                raise RefusedError(f"PASS with {what} not judged GOOD.")
        components = [window.component for window in self.windows]
        if len(set(components)) != len(components):
            twice = sorted({c for c in components if components.count(c) > 1})
            raise RefusedError(f"Two windows of one name: {', '.join(twice)}.")
        for window in self.windows:
            for name in ("score", "review_above", "defect_above"):
                if not math.isfinite(getattr(window, name)):
                    raise RefusedError(f"{window.component}: {name} is not a finite number.")


class PictureState(StrEnum):
    KEPT = "kept"
    EXPIRED = "expired"
    """Deleted to keep the quota; the row stays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureFacts:
    """What the record knows of one picture; its bytes come from `Store.picture`."""

    name: str
    """board, golden:<component>, seen:<component>, ..."""
    bytes: int
    sha256: str
    state: PictureState


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRow:
    """One answer of a person, or the taking back of one. Rows are only ever added."""

    review_id: int
    inspection_id: int
    component: str
    answer: Answer | None
    """None where the row takes back `undoes`."""
    undoes: int | None
    by: str
    at: Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredWindow:
    """A window's result with the answer that stands now."""

    result: WindowResult
    answer: Answer | None
    answered_by: str | None
    review_id: int | None
    """The number to take the standing answer back by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardRow:
    """One line of a list of boards."""

    inspection_id: int
    """The strictly rising sequence number."""
    recorded_utc: str
    clock_synced: bool
    recipe: str
    recipe_version: int
    part_number: str
    serial: str | None
    operator: str | None
    verdict: Verdict | None
    """What the machine said, also where the inspection was aborted afterwards."""
    result: TestResult
    aborted_reason: str
    reason: str
    windows: int
    defects: int
    unsure: int
    answered: int
    true_defects: int
    duration_s: float | None
    """From seated to recorded; None when the unit was started anew in between."""
    simulated: bool
    has_pictures: bool
    purpose: str
    """study or challenge where it was put in to try the machine, and counts in no yield; else
    empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredInspection:
    """One inspection complete: what was recorded, and what happened to it since."""

    inspection_id: int
    record: InspectionRecord
    recorded: Moment
    result: TestResult
    """As it stands now: Aborted where the record's own was taken back."""
    aborted_reason: str
    """Not empty when the board was pulled out after its verdict and before its lamp."""
    purpose: str
    """study or challenge where it was put in to try the machine, and counts in no yield; else
    empty."""
    duration_s: float | None
    windows: tuple[StoredWindow, ...]
    reviews: tuple[ReviewRow, ...]
    pictures: tuple[PictureFacts, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultRow:
    fault_id: int
    code: str
    device: str
    found: str
    action: str
    opened: Moment
    cleared: Moment | None
    cleared_by: str | None
    cleared_how: str | None
    duration_s: float | None
    """By the monotonic clock within one boot, else by UTC where both ends were synchronised;
    None while it is open or when nobody can tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    event_id: int
    kind: str
    by: str | None
    detail: str
    at: Moment
    previous: str | None = None
    """The hash of the event before; both None for events from before the chain (see `audit`)."""
    hash: str | None = None
