"""The board in the slot, from seated until it is taken out, and what is known of it so far."""

from __future__ import annotations

from dataclasses import dataclass

from appliance.capture import Capture
from appliance.judging import Judged, RecipeInUse
from appliance.recorder import Ended
from appliance.store import Moment
from appliance.terms import Verdict
from hw.ports import Frame, HealthReading


@dataclass(slots=True, kw_only=True)
class BoardInSlot:
    number: int
    """Counts the boards of this run; results carry it, so that a late one is known as such."""
    seated: Moment
    serial: str | None
    operator: str | None
    recipe: RecipeInUse
    capture: Capture | None = None
    frame: Frame | None = None
    judged: Judged | None = None
    verdict: Verdict | None = None
    inspection_id: int | None = None
    """The store's number, once durable."""

    @property
    def token(self) -> tuple[str, int]:
        """What the record of this board is asked for by."""
        return ("record", self.number)

    def ended(self, health: HealthReading | None, reason: str | None = None) -> Ended:
        """As it goes into the record; `reason` where it ended without a verdict of its own."""
        return Ended(
            seated=self.seated,
            serial=self.serial,
            operator=self.operator,
            recipe=self.recipe,
            frame=self.frame,
            judged=self.judged,
            verdict=self.verdict,
            reason=reason,
            light_level=self.recipe.light_level,
            health=health,
        )
