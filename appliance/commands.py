"""What people ask of the cabinet from a page: a queue of these is all the web has of it."""

from __future__ import annotations

import queue
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectRecipe:
    """Use this recipe from the next board on. `folder` is its name below the recipes folder."""

    folder: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReloadRecipe:
    """The recipe in use was edited: load it again."""

    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    operator: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOut:
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginMaintenance:
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndMaintenance:
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TestLamps:
    __test__ = False

    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryFault:
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterSerial:
    """Serial of the next board, typed by a person without a scanner."""

    serial: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginStep:
    """Of commissioning; in maintenance alone."""

    step: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SkipStep:
    """Keep that this step of commissioning was left out."""

    step: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerStep:
    """What the person says to the prompt of this number."""

    number: int
    answer: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StopStep:
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofChanged:
    """A challenge board was registered or retired, or a missed one released: read it again."""

    by: str


Command = (
    SelectRecipe
    | ReloadRecipe
    | SignIn
    | SignOut
    | BeginMaintenance
    | EndMaintenance
    | TestLamps
    | RetryFault
    | EnterSerial
    | BeginStep
    | SkipStep
    | AnswerStep
    | StopStep
    | ProofChanged
)


class CommandQueue:
    """Bounded: a page that floods it is refused, the cabinet is not slowed."""

    def __init__(self, capacity: int = 32) -> None:
        self._queue: queue.Queue[Command] = queue.Queue(capacity)

    def put(self, command: Command) -> bool:
        """False when the cabinet has not caught up; nothing was asked then."""
        try:
            self._queue.put_nowait(command)
        except queue.Full:
            return False
        return True

    def get(self) -> Command | None:
        try:
            return self._queue.get_nowait()
        except queue.Empty:
            return None
