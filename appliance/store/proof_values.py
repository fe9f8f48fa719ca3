"""Studies and challenge boards as the store hands them out."""

from __future__ import annotations

from dataclasses import dataclass

from appliance.proof.plan import Plan, Turn
from appliance.store.clock import Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyRow:
    study_id: int
    name: str
    recipe: str
    recipe_version: int
    part_number: str
    """Inspections by another recipe or version are none of its trials."""
    plan: Plan
    by: str
    begun: Moment
    ended_utc: str | None
    """None while it is under way."""
    done: tuple[Turn, ...]
    """The turns with a verdict, in the order in which they were made."""
    out_of_order: int
    """How many of them were not the one asked for."""

    @property
    def size(self) -> int:
        """Insertions that the plan asks for."""
        return len(self.plan.boards) * len(self.plan.operators) * self.plan.repeats

    @property
    def next(self) -> Turn | None:
        left = self.plan.left(self.done)
        return left[0] if left and self.ended_utc is None else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengeBoard:
    board_id: int
    part_number: str
    serial: str
    windows: tuple[str, ...]
    """They must not be called GOOD."""
    by: str
    utc: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """One challenge board put in."""

    inspection_id: int
    serial: str
    utc: str
    outcome: str
    missed: tuple[str, ...]
    """Windows that are bad and were called GOOD."""
    released_by: str | None
    released_words: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven:
    """What stands about one recipe's version with one version of the software."""

    boards: tuple[ChallengeBoard, ...]
    """Registered for its part number."""
    last_passed: Moment | None
    alarm: Challenge | None
    """The oldest missed challenge of this unit that nobody released, whatever the recipe."""
    last_missed: int | None
    """The newest missed challenge, released or not."""
    study: StudyRow | None
    """The one under way, if it is of this recipe."""
