"""What people at the cabinet and on the page ask for, and who they are."""

from __future__ import annotations

from collections.abc import Callable

from appliance import commands as ask
from appliance.commission.desk import Desk
from appliance.identity import Kind, ScanPatterns, read_scan
from appliance.recipe_slot import RecipeSlot
from appliance.recorder import Recorder
from appliance.states import Cell, Event, State
from appliance.store import Operator
from appliance.worker import Done


class People:
    """Turns commands and scans into events, and keeps operator, technician and next serial."""

    def __init__(
        self,
        *,
        handle: Callable[[Event], Cell],
        recipes: RecipeSlot,
        recorder: Recorder,
        patterns: ScanPatterns,
        folder_of_part: Callable[[str], str | None],
        serial_here: Callable[[str], bool],
        proof_changed: Callable[[], None],
        commissioning: Desk | None = None,
    ) -> None:
        """`serial_here` gives a serial to the board that is being looked at, False if none is."""
        self._commissioning = commissioning
        self._handle = handle
        self._recipes = recipes
        self._recorder = recorder
        self._patterns = patterns
        self._folder_of_part = folder_of_part
        self._serial_here = serial_here
        self._proof_changed = proof_changed
        self.operator: str | None = None
        self.technician: str | None = None
        self.next_serial: str | None = None

    def take_serial(self) -> str | None:
        """The serial scanned for the board that is being inserted, once."""
        serial, self.next_serial = self.next_serial, None
        return serial

    def scanned(self, line: str) -> None:
        scan = read_scan(line, self._patterns)
        match scan.kind:
            case Kind.BADGE:
                self._recorder.ask(("badge",), lambda store: store.find_badge(scan.text))
            case Kind.PART:
                self._recorder.ask(("part", scan.text), lambda _: self._folder_of_part(scan.text))
            case Kind.SERIAL:
                self._serial(scan.text)
            case Kind.UNKNOWN:
                self._recorder.event("scan_unknown", self.operator, scan.text)

    def found(self, done: Done) -> None:
        """The answer to a badge or part number that was looked up."""
        match done.token:
            case ("badge",) if isinstance(done.value, Operator):
                self._sign_in(done.value.name)
            case ("badge",):
                self._recorder.event("badge_unknown", None, "")
            case ("part", part) if isinstance(done.value, str):
                self._select(done.value, self.operator, f"part {part}: {done.value}")
            case ("part", part):
                self._recorder.event("part_unknown", self.operator, str(part))

    def obey(self, command: ask.Command) -> None:
        match command:
            case ask.SelectRecipe(folder=folder, by=by):
                self._select(folder, by, folder)
            case ask.ReloadRecipe(by=by):
                self._recipes.reload()
                self._recorder.event("recipe_reloaded", by, "")
            case ask.SignIn(operator=operator):
                self._sign_in(operator)
            case ask.SignOut(by=by):
                self.operator = None
                self._recorder.event("signed_out", by, "")
            case ask.BeginMaintenance(by=by):
                if self._handle(Event.MAINTENANCE_ASKED).next is State.MAINTENANCE:
                    self.technician = by
                    self._recorder.event("maintenance_begun", by, "")
            case ask.EndMaintenance(by=by):
                if self._handle(Event.MAINTENANCE_ENDED).next is State.LAMP_TEST:
                    self.technician = None
                    self._recorder.event("maintenance_ended", by, "")
            case ask.TestLamps(by=by):
                if self._handle(Event.BUTTON_HELD).next is State.LAMP_TEST:
                    self._recorder.event("lamp_test", by, "")
            case ask.RetryFault():
                self._handle(Event.BUTTON_PRESSED)
            case ask.EnterSerial(serial=serial):
                self._serial(serial)
            case ask.ProofChanged():
                self._proof_changed()
            case ask.BeginStep() | ask.SkipStep() | ask.AnswerStep() | ask.StopStep():
                self._commission(command)

    def _commission(
        self, command: ask.BeginStep | ask.SkipStep | ask.AnswerStep | ask.StopStep
    ) -> None:
        """In maintenance alone, which a technician has begun; elsewhere it is not heard."""
        desk = self._commissioning
        if desk is None or self.technician is None:
            return
        match command:
            case ask.BeginStep(step=step, by=by):
                desk.begin(step, by)
            case ask.SkipStep(step=step, by=by):
                desk.skip(step, by)
            case ask.AnswerStep(number=number, answer=answer):
                desk.answer(number, answer)
            case ask.StopStep():
                desk.stop()

    def _serial(self, serial: str) -> None:
        if not self._serial_here(serial):
            self.next_serial = serial

    def _select(self, folder: str, by: str | None, detail: str) -> None:
        self._recipes.want(folder)
        self._recorder.event("recipe_selected", by, detail)

    def _sign_in(self, operator: str) -> None:
        self.operator = operator
        self._recorder.event("signed_in", operator, "")
