"""What a step of commissioning is, and what it works with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from appliance.commission.bench import Bench
from appliance.commission.machine import Machine
from appliance.commission.record import FOLDER
from appliance.commission.values import Choice, Finding, PlannedStep, Prompt
from appliance.config import Config
from appliance.store import Store

YES_NO = (Choice(key="yes", text="Yes"), Choice(key="no", text="No"))
DONE = (Choice(key="done", text="Done"),)


class Talk(Protocol):
    """The person at the unit: on the terminal, on the page or a script. Every call raises
    `StoppedError` once the person has left the step."""

    def say(self, prompt: Prompt) -> None:
        """Show this until the next one. Cheap enough to be called many times a second."""

    def heard(self) -> str | None:
        """The answer to the prompt that is shown, once; None while there is none."""

    def ask(self, prompt: Prompt) -> str:
        """`say`, then wait for the answer: the key of a choice, or the text."""

    def show_secret(self, prompt: Prompt) -> None:
        """Show this once, here and nowhere else, until the person has noted it. Raises
        `CommissionError` where others could read it, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What one step is given."""

    bench: Bench
    talk: Talk
    config: Config
    config_path: Path | None
    """Of the file that `config` was read from; None where there is none to be changed."""
    store: Store
    """Of the unit's people: the first technician is made and shown once."""
    page_port: int | None
    """Where this process serves the unit's pages; None where it does not."""
    machine: Machine = field(default_factory=Machine)

    @property
    def folder(self) -> Path:
        """Where commissioning keeps its files; the step's caller has made it."""
        return commissioning_folder(self.config)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One row of the table of steps."""

    name: str
    """Stable: a key of the state file and of the page's address."""
    title: str
    task: str
    """What to do, in words: one to three short sentences."""
    measure: Callable[[Work], Finding]
    """Raises `HardwareError` for a device that fails, `CommissionError`; both become a failed
    finding, `StoppedError` none at all."""
    minutes: float
    """About how long it takes a person."""
    picture: str = "cabinet"
    """Name of its drawing."""
    needed: bool = True
    """Whether a unit without it is not whole; the others may be skipped."""

    @property
    def planned(self) -> PlannedStep:
        return PlannedStep(
            name=self.name,
            title=self.title,
            task=self.task,
            minutes=self.minutes,
            picture=self.picture,
            needed=self.needed,
        )


Steps = Mapping[str, Step]


def commissioning_folder(config: Config) -> Path:
    return config.data / FOLDER
