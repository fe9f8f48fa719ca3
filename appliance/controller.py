"""The one thread that owns the cabinet: what is felt and what workers finished go in, events go
through the table, actions come out. It never waits.

Longer than its neighbours on purpose: what happens in which order within one tick is the whole
point, and stands here from top to bottom.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from appliance import conditions, indicate
from appliance.board_in_slot import BoardInSlot
from appliance.capture import CameraSetup, Capture
from appliance.commands import CommandQueue
from appliance.commission.desk import Desk
from appliance.controller_settings import ControllerSettings
from appliance.fault_desk import FaultDesk, at_once
from appliance.faults import Probe
from appliance.identity import identity_problem
from appliance.judging import Judged, RecipeInUse
from appliance.machine import Facts
from appliance.people import People
from appliance.proof import guard as proof
from appliance.recipe_slot import RecipeSlot
from appliance.recorder import Recorder
from appliance.senses import Sensed, Senses
from appliance.states import Action, Cell, Event, State, decide
from appliance.status import Status, StatusBoard
from appliance.store import Moment
from appliance.terms import Verdict
from appliance.view import View
from appliance.worker import Done, Worker
from hw.cabinet import Cabinet
from hw.errors import HardwareError
from hw.ports import Lamps

log = logging.getLogger(__name__)

_WITH_BOARD = frozenset(
    {
        State.SEATED,
        State.INSPECTING,
        State.RECORDING,
        State.PASSED,
        State.FAILED,
        State.REVIEW,
    }
)
_SHOWN = frozenset({State.PASSED, State.FAILED, State.REVIEW})
_FREE = frozenset({State.STARTING, State.SETUP, State.EMPTY, State.MAINTENANCE})
_RECORDED = {
    Verdict.PASS: Event.RECORDED_PASS,
    Verdict.FAIL: Event.RECORDED_FAIL,
    Verdict.REVIEW: Event.RECORDED_REVIEW,
}
_INSERT_AGAIN = "Take the board out and insert it again; if it stays, call a technician."


class Controller:
    """Give it an open cabinet and call `run`, or `tick` with a clock of your own."""

    def __init__(
        self,
        *,
        cabinet: Cabinet,
        load_recipe: Callable[[str], RecipeInUse],
        folder_of_part: Callable[[str], str | None],
        recipe_folder: str | None,
        judge: Worker,
        recorder: Recorder,
        board: StatusBoard,
        commands: CommandQueue,
        facts: Facts,
        moment: Callable[[], Moment],
        settings: ControllerSettings | None = None,
        alive: Callable[[Status, bool], None] = lambda status, lamps_obey: None,
        commissioning: Desk | None = None,
    ) -> None:
        """`alive` is told at the end of every tick what is shown and whether the lamps obey."""
        self._alive = alive
        self._commissioning = commissioning
        self._cabinet = cabinet
        self._clock = cabinet.clock
        self._judge = judge
        self._recorder = recorder
        self._board = board
        self._commands = commands
        self._moment = moment
        self._settings = settings or ControllerSettings()

        self.state = State.STARTING
        self._entered_s = self._last_tick_s = self._clock.monotonic()
        self._entered_utc = moment().utc
        self._senses = Senses(
            cabinet,
            slot_times=self._settings.slot_times,
            health_every_s=self._settings.health_every_s,
        )
        self._sensed = Sensed()
        self._recipes = RecipeSlot(load_recipe, judge)
        if recipe_folder is not None:
            self._recipes.want(recipe_folder)
        self._setup = CameraSetup(cabinet.camera)
        self._desk = FaultDesk(
            cabinet,
            self._setup,
            recorder,
            utc=lambda: moment().utc,
            recipe=lambda: self._recipes.recipe,
            judging=lambda: judge.busy,
            times=self._settings.capture_times,
            idle_light=self._settings.idle_light,
        )
        self._lamps_follow = True
        self._view = View(self._settings, facts)
        self._people = People(
            handle=self._handle,
            recipes=self._recipes,
            recorder=recorder,
            patterns=self._settings.patterns,
            folder_of_part=folder_of_part,
            serial_here=self._serial_here,
            commissioning=commissioning,
            proof_changed=self._proof_changed,
        )
        self._guard = proof.ChallengeGuard(
            recorder, every_h=self._settings.challenge_every_h, facts=facts, moment=moment
        )
        self._count = 0
        self._current: BoardInSlot | None = None
        self.late_results = 0
        """Results that came for a board that was gone: counted, never shown."""

    # -- the loop ---------------------------------------------------------------------------

    def run(self, stop: threading.Event, *, tick_s: float = 0.01) -> None:
        """Tick until `stop`. The caller has opened the cabinet and closes it."""
        while not stop.is_set():
            self.tick()
            self._clock.sleep(tick_s)

    def tick(self) -> None:
        """One look at everything; returns within milliseconds."""
        now_s = self._clock.monotonic()
        self._watch_the_loop(now_s)
        self._feel(now_s)
        self._obey()
        self._lend()
        self._collect()
        self._take_picture(now_s)
        self._watch_deadlines(now_s)
        self._follow_levels(now_s)
        self._tend_faults(now_s)
        self._show(now_s)
        self._last_tick_s = now_s

    def _handle(self, event: Event) -> Cell:
        """The only place where the state changes."""
        cell = decide(self.state, event)
        if cell.next is not self.state:
            log.info("%s -> %s on %s: %s", self.state, cell.next, event, cell.why)
            self.state = cell.next
            self._entered_s, self._entered_utc = self._clock.monotonic(), self._moment().utc
        match cell.action:
            case Action.CAPTURE:
                self._begin()
            case Action.JUDGE:
                self._submit_judging()
            case Action.RECORD:
                assert self._current is not None
                current = self._current
                self._recorder.inspection(current.token, current.ended(self._sensed.health))
            case Action.ABORT:
                self._abort(event)
            case Action.RETRY:
                self._desk.try_now()
            case Action.REST:
                self._rest()
            case Action.NOTHING:
                pass
        return cell

    # -- what is felt -----------------------------------------------------------------------

    def _watch_the_loop(self, now_s: float) -> None:
        gap_s = now_s - self._last_tick_s
        if gap_s > self._settings.stall_s and self.state in _WITH_BOARD:
            found = f"The inspection loop stood still for {gap_s:.1f} s."
            self._raise("loop_stalled", "computer", found, _INSERT_AGAIN, at_once)

    def _feel(self, now_s: float) -> None:
        self._sensed = sensed = self._senses.read(now_s)
        for error in sensed.errors:
            if error.device != "scanner" or self._settings.scanner_required:
                self._raise_device(error, self._reads_again(error.device))
        for condition in conditions.found(sensed, self.state, self._settings):
            code = condition.code
            self._raise(code, condition.device, condition.found, condition.action, self._gone(code))
        if sensed.button.pressed:
            self._handle(Event.BUTTON_PRESSED)
        if sensed.button.held:
            self._handle(Event.BUTTON_HELD)
        if sensed.line is not None and sensed.line.strip():
            self._people.scanned(sensed.line)

    def _reads_again(self, device: str) -> Probe:
        return lambda: self._sensed.broken(device) is None

    def _gone(self, code: str) -> Probe:
        """The probe of a condition: it is not the case any more."""

        return lambda: conditions.is_over(code, self._sensed, self._settings)

    def _serial_here(self, serial: str) -> bool:
        """Take a scanned serial for the board that is being looked at."""
        if self._current is None or self.state not in {State.SEATED, State.INSPECTING}:
            return False
        self._current.serial = serial
        return True

    def _obey(self) -> None:
        while (command := self._commands.get()) is not None:
            self._people.obey(command)

    def _lend(self) -> None:
        """The devices to a step of commissioning, in maintenance alone. Afterwards the camera may
        be set in another way than we told it."""
        desk = self._commissioning
        if desk is not None and desk.serve(self._cabinet, lends=self.state is State.MAINTENANCE):
            self._setup.doubt()

    # -- work that was done elsewhere -------------------------------------------------------

    def _collect(self) -> None:
        while (done := self._judge.collect()) is not None:
            match done.token:
                case ("recipe", _):
                    self._recipes.take(done)
                case ("judge", number):
                    self._take_judged(number, done)
        while (done := self._recorder.collect()) is not None:
            match done.token:
                case ("record", number):
                    self._take_recorded(number, done)
                case (proof.TOKEN, _):
                    self._guard.take(done)
                    if done.error is not None:
                        self._raise_store(done.error)
                case _ if done.error is not None:
                    self._raise_store(done.error)
                case _:
                    self._people.found(done)
        self._light_verdict()

    def _of_this_board(self, number: object, state: State) -> BoardInSlot | None:
        """The board a result is for, if it still lies there waiting for it."""
        current = self._current
        if current is not None and current.number == number and self.state is state:
            return current
        self.late_results += 1
        return None

    def _take_judged(self, number: object, done: Done) -> None:
        current = self._of_this_board(number, State.INSPECTING)
        if current is None:
            return
        if not isinstance(done.value, Judged):
            log.error("Judging failed", exc_info=done.error)
            found = f"The judge stopped: {type(done.error).__name__}: {done.error}."
            self._raise("judge_failed", "judge", found, _INSERT_AGAIN, at_once)
            return
        current.judged = done.value
        inspection = done.value.inspection
        if inspection.verdict is Verdict.FAULT:
            action = "Check that it is the right board and lies flat, then insert it again."
            action = inspection.action or action
            self._raise("not_judged", "picture", inspection.reason, action, at_once)
            return
        problem = identity_problem(
            scanned=current.serial,
            seen=inspection.serial,
            required=self._settings.serial_required,
        )
        if problem is not None:
            self._raise(problem.code, "identity", problem.found, problem.action, at_once)
            return
        current.serial = current.serial or inspection.serial
        locked = self._guard.objection(current.serial, inspection)
        if locked is not None:
            self._raise_locked(locked)
            return
        current.verdict = inspection.verdict
        self._handle(Event.JUDGED)

    def _take_recorded(self, number: object, done: Done) -> None:
        current = self._of_this_board(number, State.RECORDING)
        if done.error is not None:
            self._raise_store(done.error)
        elif current is not None:
            assert isinstance(done.value, int)
            current.inspection_id = done.value
            self._guard.recorded(current.serial)

    def _light_verdict(self) -> None:
        """The record is durable; the verdict shows only if the board lies in at this instant."""
        current = self._current
        if self.state is not State.RECORDING or current is None or current.inspection_id is None:
            return
        if self._sensed.lies_in and not self._desk.open and current.verdict is not None:
            self._recorder.shown(current.token)
            self._handle(_RECORDED[current.verdict])

    # -- an inspection ----------------------------------------------------------------------

    def _begin(self) -> None:
        recipe = self._recipes.recipe
        assert recipe is not None, "EMPTY without a recipe goes to SETUP before a board counts"
        self._count += 1
        self._current = BoardInSlot(
            number=self._count,
            seated=self._moment(),
            serial=self._people.take_serial(),
            operator=self._people.operator,
            recipe=recipe,
        )
        if self._settings.operator_required and self._people.operator is None:
            self._raise(
                "operator_missing",
                "operator",
                "Nobody is signed in.",
                "Scan your badge, then insert the board again.",
                lambda: self._people.operator is not None,
            )

    def _take_picture(self, now_s: float) -> None:
        """Begin once the judge has let go of the frame memory, then wait for a fresh frame."""
        current = self._current
        if self.state is not State.SEATED or current is None:
            return
        try:
            if current.capture is None:
                if self._judge.busy:
                    return
                times = self._settings.capture_times
                current.capture = Capture(
                    self._cabinet.light,
                    self._setup,
                    settings=current.recipe.camera,
                    light_level=current.recipe.light_level,
                    now_s=now_s,
                    settle_s=times.board_settle_s,
                    deadline_s=times.frame_deadline_s,
                )
            current.frame = current.capture.step()
        except HardwareError as error:
            self._desk.add_capture(error)
            self._handle(Event.FAULT_RAISED)
            return
        if current.frame is not None:
            self._handle(Event.FRAME_TAKEN)

    def _set_camera(self, recipe: RecipeInUse) -> None:
        """While nobody waits: after this the first board is as quick as any other."""
        try:
            self._setup.ensure(recipe.camera)
        except HardwareError as error:
            self._desk.add_capture(error)

    def _submit_judging(self) -> None:
        current = self._current
        assert current is not None and current.frame is not None
        recipe, frame = current.recipe, current.frame
        self._judge.submit(("judge", current.number), lambda: recipe.judge(frame))

    def _abort(self, event: Event) -> None:
        """The board left or a fault came before its lamp: whatever still arrives for it is late."""
        current = self._current
        assert current is not None
        if current.capture is not None and current.frame is None:
            try:
                current.capture.cancel()
            except HardwareError as error:
                log.warning("While dropping a picture: %s", error)
        pulled = event is Event.BOARD_REMOVED
        found = " ".join(fault.found for fault in self._desk.open)
        reason = "The board was taken out before the verdict was shown." if pulled else found
        recorded = current.verdict is not None
        if not pulled:
            current.verdict = Verdict.FAULT
        ended = current.ended(self._sensed.health, reason)
        if recorded:
            self._recorder.disown(current.token, ended)
        else:
            self._recorder.without_verdict(ended)
        self._current = None
        if pulled:
            self._rest()

    def _rest(self) -> None:
        self._current = None
        self._recorder.make_room()
        try:
            self._cabinet.light.set(self._settings.idle_light)
        except HardwareError as error:
            self._raise_device(error, self._desk.light_works)

    def _watch_deadlines(self, now_s: float) -> None:
        lasted_s = now_s - self._entered_s
        if self.state is State.INSPECTING and lasted_s > self._settings.judge_deadline_s:
            self._raise(
                "judge_timeout",
                "judge",
                f"No verdict after {lasted_s:.0f} s.",
                "Take the board out; if it stays, switch the unit off and on.",
                lambda: not self._judge.busy,
            )
        if self.state is State.RECORDING and lasted_s > self._settings.record_deadline_s:
            self._raise(
                "record_timeout",
                "storage",
                f"The record was not on the card after {lasted_s:.0f} s.",
                "Replace the card; its records can be exported from the page.",
                self._recorder.works,
            )

    # -- levels and faults ------------------------------------------------------------------

    def _follow_levels(self, now_s: float) -> None:
        """Events that are the case rather than happen: an edge that got lost does no harm."""
        if self.state in _FREE:
            self._recipes.step()
            self._guard.step(self._recipes.recipe)
        self._follow_proof()
        recipe, seated = self._recipes.recipe, self._sensed.seated
        match self.state:
            case State.STARTING if not self._recipes.pending:
                self._handle(Event.STARTED)
            case State.LAMP_TEST if seated:
                self._handle(Event.BOARD_SEATED)
            case State.LAMP_TEST if now_s - self._entered_s >= indicate.LAMP_TEST_S:
                self._handle(Event.LAMPS_TESTED)
            case State.SETUP if recipe is not None:
                self._handle(Event.RECIPE_READY)
            case State.EMPTY if recipe is None:
                self._handle(Event.RECIPE_MISSING)
            case State.EMPTY if seated and self._sensed.lies_in and not self._desk.open:
                self._handle(Event.BOARD_SEATED)
            case State.EMPTY if recipe is not None and not self._desk.open:
                self._set_camera(recipe)
            case state if state in _WITH_BOARD and not seated:
                self._handle(Event.BOARD_REMOVED)
        if self._desk.open and self.state is not State.FAULT:
            self._handle(Event.FAULT_RAISED)

    def _raise(self, code: str, device: str, found: str, action: str, probe: Probe) -> None:
        self._desk.add(code, device, found, action, probe)
        if self.state is not State.FAULT:
            self._handle(Event.FAULT_RAISED)

    def _follow_proof(self) -> None:
        """A missed challenge stops the unit until it is released; a PASS that is lit when the next
        challenge falls due goes dark."""
        locked = self._guard.alarm
        if locked is None and self.state is State.PASSED:
            locked = self._guard.due()
        if locked is not None and locked.code not in self._desk.open:
            self._raise_locked(locked)

    def _raise_locked(self, locked: proof.Locked) -> None:
        probe = self._guard.released if locked.code == proof.MISSED else at_once
        self._raise(locked.code, proof.DEVICE, locked.found, locked.action, probe)

    def _proof_changed(self) -> None:
        self._guard.look_again()
        if proof.MISSED in self._desk.open:
            self._desk.try_now()

    def _raise_device(self, error: HardwareError, probe: Probe) -> None:
        self._desk.add_device(error, probe)
        if self.state is not State.FAULT:
            self._handle(Event.FAULT_RAISED)

    def _raise_store(self, error: Exception) -> None:
        self._desk.add_store(error)
        if self.state is not State.FAULT:
            self._handle(Event.FAULT_RAISED)

    def _tend_faults(self, now_s: float) -> None:
        if self.state is not State.FAULT:
            self._desk.rest()
        elif self._desk.tend(now_s, slot_clear=self._sensed.clear):
            self._handle(Event.FAULTS_GONE)

    # -- outputs ----------------------------------------------------------------------------

    def _show(self, now_s: float) -> None:
        vouched = self._sensed.lies_in and not self._desk.open
        wanted = indicate.lamps(self.state, now_s - self._entered_s, vouched=vouched)
        if self.state is State.MAINTENANCE and self._commissioning is not None:
            wanted = self._commissioning.lamps() or wanted
        try:
            if self._cabinet.beacon.shown != wanted or not self._lamps_follow:
                self._cabinet.beacon.show(wanted)
            self._lamps_follow = True
        except HardwareError as error:
            self._lamps_follow = False
            wanted = Lamps()
            self._raise_device(error, lambda: self._lamps_follow)
        status = self._status(now_s, wanted)
        self._board.publish(status)
        self._alive(status, self._lamps_follow)

    def _status(self, now_s: float, lamps: Lamps) -> Status:
        shown = self._current if self.state in _SHOWN else None
        serial = self._current.serial if self._current else self._people.next_serial
        return self._view.status(
            state=self.state,
            since_utc=self._entered_utc,
            now_utc=self._moment().utc,
            lasted_s=now_s - self._entered_s,
            lamps=lamps,
            sensed=self._sensed,
            recipes=self._recipes,
            people=self._people,
            faults=self._desk.open,
            serial=serial,
            verdict=shown.verdict if shown else None,
            inspection_id=shown.inspection_id if shown else None,
            suspects=shown.judged.suspects if shown and shown.judged else 0,
            commission=self._commissioning.view if self._commissioning else None,
            challenge=self._guard.words,
            study=self._guard.next_turn,
        )
