"""What a step of commissioning says: to the person while it runs, and to the record at its end."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured value with what it was held against."""

    name: str
    """What was measured, in words: 'slowest of 200 syncs'."""
    value: float
    unit: str
    limit: str = ""
    """In words with its unit: 'at most 1 s'; empty for a figure that is only told."""
    passed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something found that is no number: an address, a fingerprint, 'synchronised'."""

    name: str
    text: str
    passed: bool = True


class Outcome(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"
    """The person chose to leave it out; no unit is whole with a needed step skipped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one step found."""

    outcome: Outcome
    found: str
    """One or two sentences: what was seen."""
    next_step: str = ""
    """What the person does now, in words; needed where the step failed."""
    figures: tuple[Figure, ...] = ()
    notes: tuple[Note, ...] = ()

    def __post_init__(self) -> None:
        if self.outcome is Outcome.FAILED and not self.next_step:
            raise ValueError("a step that failed says what to do next")
        within = all(f.passed for f in self.figures) and all(n.passed for n in self.notes)
        if self.outcome is Outcome.PASSED and not within:
            raise ValueError("a step does not pass with a figure beyond its limit")

    @property
    def passed(self) -> bool:
        return self.outcome is Outcome.PASSED


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedStep:
    """A step as the pages show it: what it is, without how it is measured."""

    name: str
    title: str
    task: str
    minutes: float
    picture: str
    needed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One of the large buttons under a question."""

    key: str
    """What the program hears: short, stable, lower case."""
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A live value, drawn as a bar from `low` to `high` where both are given."""

    name: str
    text: str
    """With its unit, as a person reads it."""
    value: float | None = None
    low: float | None = None
    high: float | None = None
    limit: float | None = None
    """Where the bar turns good."""
    good: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """What the person sees while a step runs: what to do or to answer, and live values."""

    name: str
    """Stable, for scripts: 'lamp', 'press_left'."""
    text: str
    choices: tuple[Choice, ...] = ()
    """Empty: nothing is asked, or a text is (`free_text`)."""
    free_text: bool = False
    suggestion: str = ""
    """What stands in the field of a free text at first."""
    readings: tuple[Reading, ...] = ()
    progress: float | None = None
    """0 to 1 where the step knows how far it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommissionView:
    """What everybody may see of the step under way or the last one: no secret is ever in it."""

    step: str
    running: bool
    number: int
    """Of the prompt, so that an answer fits one question only."""
    prompt: Prompt | None = None
    outcome: str = ""
    """passed, failed, skipped or stopped, once it has ended."""
    found: str = ""
    next_step: str = ""
