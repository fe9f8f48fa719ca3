"""The lock on PASS: without a challenge board called bad within the shift no board passes, and a
challenge board that is called good stops the unit until a technician acts.

The controller's thread owns it. What it knows it reads from the record, off that thread; what it
has not read yet counts as not proven.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from appliance.judging import RecipeInUse
from appliance.machine import Facts
from appliance.proof.outcome import Outcome, missed, outcome
from appliance.recorder import Recorder
from appliance.store import Moment, Proven
from appliance.store.clock import utc_from_text
from appliance.terms import Inspection, Verdict
from appliance.worker import Done

TOKEN = "proof"
DUE, MISSED = "challenge_due", "challenge_missed"
DEVICE = "proof"
_RELEASE = "A technician looks for the cause and releases the unit on the page Proof."


@dataclass(frozen=True, slots=True, kw_only=True)
class Locked:
    """Why no board may pass: a fault's words."""

    code: str
    found: str
    action: str


class ChallengeGuard:
    def __init__(
        self,
        recorder: Recorder,
        *,
        every_h: float | None,
        facts: Facts,
        moment: Callable[[], Moment],
    ) -> None:
        """`every_h` None: challenges are asked for by nobody; one that is missed counts all the
        same."""
        self._recorder = recorder
        self._every_h = every_h
        self._facts = facts
        self._moment = moment
        self._recipe: RecipeInUse | None = None
        self._proven: Proven | None = None
        self._asked = False
        self._again = False
        self._unseen: Locked | None = None
        """A miss that the record does not show yet."""
        self._seen_missed: int | None = None

    # -- what stands in the record -----------------------------------------------------------

    def step(self, recipe: RecipeInUse | None) -> None:
        """Read anew when another recipe is in use or something changed. Called while nothing is
        judged."""
        if recipe is not self._recipe:
            self._recipe, self._proven, self._again = recipe, None, True
        if recipe is None or self._asked or not self._again:
            return
        self._asked, self._again = True, False
        key = (recipe.folder, recipe.version, recipe.part_number)
        self._recorder.ask(
            (TOKEN, id(recipe)),
            lambda store: store.proven(
                recipe=key[0],
                recipe_version=key[1],
                part_number=key[2],
                software=self._facts.software_version,
                simulated=self._facts.simulated,
            ),
        )

    def look_again(self) -> None:
        """Something of it was changed: a board registered, a challenge recorded, a release."""
        self._again = True

    def take(self, done: Done) -> None:
        """The answer to what `step` asked; one for a recipe that is gone is dropped."""
        self._asked = False
        if done.error is not None or done.token != (TOKEN, id(self._recipe)):
            self._again = True
            return
        assert isinstance(done.value, Proven)
        self._proven = done.value
        if done.value.last_missed != self._seen_missed:
            self._unseen, self._seen_missed = None, done.value.last_missed

    # -- what follows from it ----------------------------------------------------------------

    @property
    def alarm(self) -> Locked | None:
        """A challenge board was called good and nobody has released the unit."""
        if self._unseen is not None:
            return self._unseen
        alarm = self._proven.alarm if self._proven else None
        return None if alarm is None else _alarm(alarm.serial, alarm.missed)

    def released(self) -> bool | None:
        """The probe of the alarm's fault: reads the record again, None until it was read."""
        if self._asked or self._again:
            self.step(self._recipe)
            return None
        self._again = True
        return self.alarm is None and self._proven is not None

    def due(self) -> Locked | None:
        """Whether PASS is locked at this instant for want of a challenge."""
        if self._proven is None:
            return Locked(
                code=DUE,
                found="What proves this recipe has not been read from the record yet.",
                action="Take the board out and insert it again.",
            )
        if self._every_h is None or self._is_fresh(self._proven.last_passed):
            return None
        serials = ", ".join(board.serial for board in self._proven.boards)
        if not serials:
            part = self._recipe.part_number if self._recipe else "this board"
            return Locked(
                code=DUE,
                found=f"No challenge board is registered for {part}; none may pass.",
                action="A technician registers a known bad board on the page Proof.",
            )
        return Locked(
            code=DUE,
            found=f"No challenge board was recognised within {self._every_h:g} h.",
            action=f"Insert challenge board {serials}; until it is called bad no board passes.",
        )

    def objection(self, serial: str | None, found: Inspection) -> Locked | None:
        """Why this verdict must not be shown; None where nothing stands against it."""
        boards = self._proven.boards if self._proven else ()
        board = next((each for each in boards if each.serial == serial), None)
        if board is None:
            return self.due() if found.verdict is Verdict.PASS else None
        if outcome(board.windows, found.windows, found.verdict) is Outcome.MISSED:
            self._unseen = _alarm(board.serial, missed(board.windows, found.windows))
            self._again = True
            return self._unseen
        return None

    def recorded(self, serial: str | None) -> None:
        """A verdict is durable: of a challenge board it may end the lock; a study's next turn
        follows."""
        known = self._proven
        if known and (known.study or any(board.serial == serial for board in known.boards)):
            self._again = True

    @property
    def words(self) -> str:
        """For the screen while it waits for a board; empty where nothing is due."""
        locked = self.due() if self._every_h is not None and self._proven else None
        return "" if locked is None else f"{locked.found} {locked.action}"

    @property
    def next_turn(self) -> str:
        """Of the study under way, in words for the screen; empty where there is none."""
        study = self._proven.study if self._proven else None
        turn = study.next if study else None
        if study is None or turn is None:
            return ""
        return (
            f"Study {study.name}: {turn.operator} inserts board {turn.board} "
            f"({len(study.done) + 1} of {study.size})."
        )

    def _is_fresh(self, last: Moment | None) -> bool:
        """Within one boot by the monotonic clock; over a restart only where a time server stood
        behind both times. What nobody can tell is not fresh."""
        if last is None or self._every_h is None:
            return False
        now = self._moment()
        if now.boot_id == last.boot_id:
            age = timedelta(seconds=now.monotonic_s - last.monotonic_s)
        elif now.clock_synced and last.clock_synced:
            age = utc_from_text(now.utc) - utc_from_text(last.utc)
        else:
            return False
        return timedelta(0) <= age <= timedelta(hours=self._every_h)


def _alarm(serial: str, windows: tuple[str, ...]) -> Locked:
    what = ", ".join(windows) or "a window that the recipe does not have"
    return Locked(
        code=MISSED,
        found=f"Challenge board {serial} was called good where it is bad: {what}.",
        action=_RELEASE,
    )
