"""What may be set about how the cabinet is run."""

from __future__ import annotations

from dataclasses import dataclass, field

from appliance.capture import CaptureTimes
from appliance.debounce import DebounceTimes
from appliance.identity import ScanPatterns


@dataclass(frozen=True, slots=True, kw_only=True)
class ControllerSettings:
    slot_times: DebounceTimes = field(default_factory=DebounceTimes)
    capture_times: CaptureTimes = field(default_factory=CaptureTimes)
    patterns: ScanPatterns = field(default_factory=ScanPatterns)
    idle_light: float = 0.15
    half_seated_s: float = 10.0
    """How long one switch alone may be pressed before the slot counts as jammed."""
    judge_deadline_s: float = 20.0
    record_deadline_s: float = 60.0
    slow_record_s: float = 1.0
    """After this long the screen says that the card is slow."""
    stall_s: float = 3.0
    """A gap between two ticks after which no verdict is vouched for any more."""
    health_every_s: float = 0.5
    min_free_bytes: int = 200_000_000
    hot_c: float = 80.0
    serial_required: bool = False
    operator_required: bool = False
    scanner_required: bool = False
    challenge_every_h: float | None = None
    """Without a challenge board recognised within this time no board passes; None: not asked."""
