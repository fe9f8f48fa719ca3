"""The way into the record, off the controller's thread.

Two kinds of entries: the verdict of a board, which the lamp waits for, and facts (faults, events,
boards that ended without a verdict), which nothing waits for and which are kept in order and
tried again until the store takes them.
"""

from __future__ import annotations

import logging
import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from appliance.faults import Fault
from appliance.judging import Judged, RecipeInUse
from appliance.machine import Facts
from appliance.store import (
    FrameFacts,
    Health,
    InspectionRecord,
    Moment,
    RefusedError,
    Store,
    StoreError,
    test_result,
)
from appliance.terms import Inspection, Verdict, WindowResult
from appliance.worker import Done, Worker
from hw.ports import Frame, HealthReading

log = logging.getLogger(__name__)

LONGEST_BACKLOG = 1000
Job = Callable[[Store], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """One inspection as the controller knows it when it ends, in whatever way."""

    seated: Moment
    serial: str | None
    operator: str | None
    recipe: RecipeInUse
    frame: Frame | None
    judged: Judged | None
    verdict: Verdict | None
    """None for a board that left before it had one."""
    reason: str | None = None
    """Why it ended without a verdict of its own; None takes the judge's words."""
    light_level: float
    health: HealthReading | None


class Recorder:
    """Not thread-safe: the controller's thread owns it; the store is touched by the worker."""

    def __init__(self, store: Store, worker: Worker, facts: Facts) -> None:
        self._store = store
        self._worker = worker
        self._facts = facts
        self._ids: dict[object, int] = {}
        self._fault_ids: dict[int, int] = {}
        self._backlog: deque[Job] = deque()
        self._in_flight = False
        self._stuck = False
        self._room_asked = False
        self._probe_under_way = False
        self._probe_answer: bool | None = None

    # -- entries ----------------------------------------------------------------------------

    def inspection(self, token: object, ended: Ended) -> None:
        """Record a verdict; `collect` hands out `Done(token, inspection id)` when it is durable."""

        def job() -> int:
            number = self._store.add_inspection(self._record(ended), _pictures(ended))
            self._ids[token] = number
            return number

        self._worker.submit(token, job)

    def disown(self, token: object, ended: Ended) -> None:
        """The board of this entry left, or a fault came, before its lamp: the record says so,
        whether the entry is durable already, still being written or failed."""
        words = ended.reason or "Ended before the lamp."

        def job(store: Store) -> object:
            # Forgotten only when done: the job runs again where the store fails.
            number = self._ids.get(token)
            if number is None:
                return store.add_inspection(self._record(ended), {})
            store.mark_aborted(number, words)
            return self._ids.pop(token)

        self._fact(job)

    def without_verdict(self, ended: Ended) -> None:
        """Record a board that was pulled out or that the machine could not judge."""
        self._fact(lambda store: store.add_inspection(self._record(ended), _pictures(ended)))

    def shown(self, token: object) -> None:
        """The lamp of this entry is lit: nothing can disown it any more."""
        self._ids.pop(token, None)

    def fault_opened(self, fault: Fault) -> None:
        key = id(fault)

        def job(store: Store) -> None:
            self._fault_ids[key] = store.open_fault(
                code=fault.code, device=fault.device, found=fault.found, action=fault.action
            )

        self._fact(job)

    def fault_cleared(self, fault: Fault, by: str | None, how: str) -> None:
        key = id(fault)

        def job(store: Store) -> None:
            # `fault` lives in this closure, so that its key can't be another fault's by then.
            if key in self._fault_ids:
                store.clear_fault(self._fault_ids[key], by=by, how=f"{how} ({fault.code})")
                del self._fault_ids[key]

        self._fact(job)

    def event(self, kind: str, by: str | None, detail: str) -> None:
        self._fact(lambda store: store.add_event(kind, by=by, detail=detail))

    def ask(self, token: object, job: Job) -> None:
        """Something to be looked up; the answer comes by `collect`."""
        self._worker.submit(token, lambda: job(self._store))

    def make_room(self) -> None:
        """Delete old pictures by the rules of retention; asked again only when done."""
        if not self._room_asked:
            self._room_asked = True
            self._worker.submit(("room",), self._store.make_room)

    # -- answers ----------------------------------------------------------------------------

    def collect(self) -> Done | None:
        """The next finished entry or answer. Of the facts only failures are handed out."""
        while (done := self._worker.collect()) is not None:
            if done.token == ("room",):
                self._room_asked = False
                if done.error is not None:
                    log.error("No room could be made: %s", done.error)
                continue
            if done.token == ("probe",):
                self._probe_under_way, self._probe_answer = False, done.error is None
                continue
            if done.token != ("fact",):
                return done
            self._in_flight = False
            if done.error is None or isinstance(done.error, RefusedError):
                self._stuck = False
                self._backlog.popleft()
                if done.error is not None:
                    log.error("The store refused a fact for good: %s", done.error)
                self._pump()
                continue
            self._stuck = True
            return done
        return None

    def works(self) -> bool | None:
        """Whether the store takes writes, by trying one. None while the answer is not there
        yet. When it does, the facts that waited go on."""
        if self._probe_under_way:
            return None
        answer, self._probe_answer = self._probe_answer, None
        if answer is None:
            self._probe_under_way = True
            self._worker.submit(("probe",), self._store.probe)
        elif answer:
            self._stuck = False
            self._pump()
        return answer

    @property
    def waiting(self) -> int:
        """Facts that are not durable yet."""
        return len(self._backlog)

    @staticmethod
    def explain(error: Exception) -> tuple[str, str, str]:
        """Code, what was found, what to do."""
        if isinstance(error, StoreError):
            return error.code, error.found, error.action
        found = f"The record could not be written: {type(error).__name__}: {error}."
        return "store", found, "Call a technician."

    # -- inside -----------------------------------------------------------------------------

    def _fact(self, job: Job) -> None:
        if len(self._backlog) >= LONGEST_BACKLOG:
            log.error("Too many facts wait for the store; the newest is dropped.")
            return
        self._backlog.append(job)
        self._pump()

    def _pump(self) -> None:
        if self._backlog and not self._in_flight and not self._stuck:
            self._in_flight = True
            job = self._backlog[0]
            self._worker.submit(("fact",), lambda: job(self._store))

    def _record(self, ended: Ended) -> InspectionRecord:
        inspection = ended.judged.inspection if ended.judged else None
        health, frame, recipe = ended.health, ended.frame, ended.recipe
        verdict = ended.verdict
        judged = inspection is not None and verdict is not None
        return InspectionRecord(
            recipe=recipe.folder,
            recipe_version=recipe.version,
            part_number=recipe.part_number,
            serial=ended.serial,
            operator=ended.operator,
            verdict=verdict,
            result=test_result(verdict),
            reason=ended.reason or (inspection.reason if inspection else ""),
            alignment=inspection.alignment if inspection else None,
            windows=_judged_windows(inspection) if inspection and judged else (),
            stages_ms=inspection.stages_ms if inspection else {},
            model_sha256s=recipe.model_sha256s,
            software_version=self._facts.software_version,
            seated=ended.seated,
            simulated=self._facts.simulated,
            health=Health(
                cpu_c=health.cpu_c if health else None,
                throttled=health.throttled if health else None,
                undervoltage=health.undervoltage if health else None,
            ),
            frame=_frame_facts(frame, ended.light_level) if frame else None,
        )


def _judged_windows(inspection: Inspection) -> tuple[WindowResult, ...]:
    """Without those that could not be judged; the inspection's reason names them."""
    return tuple(window for window in inspection.windows if math.isfinite(window.score))


def _frame_facts(frame: Frame, light_level: float) -> FrameFacts:
    height_px, width_px = frame.pixels.shape[:2]
    return FrameFacts(
        sensor_time_s=frame.sensor_time_s,
        exposure_us=frame.exposure_us,
        analogue_gain=frame.analogue_gain,
        colour_gains=frame.colour_gains,
        lens_position=frame.lens_position,
        light_level=light_level,
        width_px=width_px,
        height_px=height_px,
    )


def _pictures(ended: Ended) -> dict[str, bytes]:
    return dict(ended.judged.pictures) if ended.judged else {}
