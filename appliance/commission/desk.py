"""Commissioning at work: one step at a time, between the person who answers and the thread that
owns the cabinet.

A step runs on a thread of its own. What it wants of the devices the owner does for it, who calls
`serve` once a tick and lends them only while it may: in the service that is in maintenance alone,
where no verdict can be shown. What the person is to see lies in `view`; answers come by `answer`.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path

from appliance.commission import record
from appliance.commission.bench import Bench
from appliance.commission.errors import StoppedError
from appliance.commission.machine import Machine
from appliance.commission.run import Run
from appliance.commission.steps import Steps, Work, commissioning_folder
from appliance.commission.values import CommissionView, Finding, Outcome, PlannedStep, Prompt
from appliance.config import CabinetKind, Config
from appliance.refusal import Refusal
from appliance.store import Store, StoreError
from hw.cabinet import Cabinet
from hw.clock import RealClock
from hw.errors import HardwareError
from hw.ports import Clock, Lamps

log = logging.getLogger(__name__)

STOPPED = "stopped"


class Desk:
    """`serve`, `begin`, `answer`, `skip` and `stop` are for the thread that owns the cabinet."""

    def __init__(
        self,
        *,
        steps: Steps,
        config: Config,
        config_path: Path | None,
        store: Store,
        software_version: str,
        clock: Clock | None = None,
        machine: Machine | None = None,
        page_port: Callable[[], int | None] = lambda: None,
        secret_screen: Callable[[Prompt], None] | None = None,
    ) -> None:
        """`secret_screen` shows a text where only the person sees it, if there is such a place."""
        self._steps = steps
        self._config = config
        self._config_path = config_path
        self._store = store
        self._software_version = software_version
        self._clock = clock or RealClock()
        self._machine = machine or Machine()
        self._page_port = page_port
        self._secret_screen = secret_screen
        self._run: Run | None = None
        self._thread: threading.Thread | None = None
        self._ended: CommissionView | None = None

    @property
    def plan(self) -> tuple[PlannedStep, ...]:
        return tuple(step.planned for step in self._steps.values())

    @property
    def running(self) -> bool:
        return self._run is not None and self._ended is None

    @property
    def view(self) -> CommissionView | None:
        """None until a first step was begun."""
        ended, run = self._ended, self._run
        if ended is not None or run is None:
            return ended
        number, prompt = run.shown
        return CommissionView(step=run.step.name, running=True, number=number, prompt=prompt)

    def begin(self, name: str, by: str) -> bool:
        """False, and nothing begun, while a step runs and for a name that is none."""
        run = self._new(name, by)
        if run is None:
            return False
        self._run, self._ended = run, None
        self._thread = threading.Thread(
            target=self._measure, args=(run,), name=f"commission {name}", daemon=True
        )
        self._thread.start()
        return True

    def skip(self, name: str, by: str) -> bool:
        """Keep that the person left this step out. False as with `begin`."""
        run = self._new(name, by)
        if run is None:
            return False
        self._run, self._ended = run, None
        self._keep(run, record.skipped())
        return True

    def answer(self, number: int, text: str) -> None:
        if self._run is not None:
            self._run.answer(number, text)

    def stop(self, why: str = "it was stopped") -> None:
        """Leave the step under way; its earlier result stands."""
        if self._run is not None:
            self._run.stop(why)

    def close(self) -> None:
        self.stop("the unit was switched off")
        if self._thread is not None:
            self._thread.join(timeout=10)

    def serve(self, cabinet: Cabinet, *, lends: bool) -> bool:
        """Once a tick: do what the step asks of the devices. Whether any were used."""
        if self._run is None or not self.running:
            return False
        if not lends:
            self._run.stop("maintenance has ended")
            return False
        return self._run.serve(cabinet)

    def lamps(self) -> Lamps | None:
        """What the beacon shows in place of maintenance's own pattern, if anything."""
        return self._run.lamps() if self._run is not None and self.running else None

    # -- inside -----------------------------------------------------------------------------

    def _new(self, name: str, by: str) -> Run | None:
        step = self._steps.get(name)
        if step is None or self.running:
            return None
        before = self._run.shown[0] if self._run is not None else 0
        return Run(
            step,
            by=by,
            clock=self._clock,
            first_number=before + 1,
            secret_screen=self._secret_screen,
        )

    @property
    def _simulated(self) -> bool:
        return self._config.cabinet.kind is CabinetKind.SIMULATED

    def _measure(self, run: Run) -> None:
        bench = Bench(run, clock=self._clock, simulated=self._simulated)
        try:
            work = Work(
                bench=bench,
                talk=run,
                config=self._config,
                config_path=self._config_path,
                store=self._store,
                page_port=self._page_port(),
                machine=self._machine,
            )
            finding = run.step.measure(work)
            bench.rest()
        except StoppedError as error:
            run.signal(None)
            self._end(run, STOPPED, error.finding, error.action)
            return
        except Exception as error:  # noqa: BLE001  told to the person, not lost with the thread
            run.signal(None)
            finding = self._broken(run, error)
        self._keep(run, finding)

    @staticmethod
    def _broken(run: Run, error: Exception) -> Finding:
        if isinstance(error, Refusal):
            found, action = error.finding, error.action
        elif isinstance(error, HardwareError | StoreError):
            found, action = error.found, error.action
        else:
            log.error("The step '%s' broke", run.step.name, exc_info=error)
            found = f"The step broke: {type(error).__name__}: {error}."
            action = "Do it again; if it happens again, send a support bundle to the maker."
        return Finding(outcome=Outcome.FAILED, found=found, next_step=action)

    def _keep(self, run: Run, finding: Finding) -> None:
        result = record.result_of(
            run.step.name,
            finding,
            at=self._machine.now(),
            by=run.by,
            software_version=self._software_version,
            simulated=self._simulated,
        )
        try:
            record.keep(commissioning_folder(self._config), result, unit=self._config.unit.name)
            self._store.add_event(
                "commission_step", by=run.by, detail=f"{run.step.name}: {finding.outcome}"
            )
        except (Refusal, StoreError) as error:
            self._end(run, STOPPED, str(error), "The result is not kept.")
            return
        self._end(run, finding.outcome.value, finding.found, finding.next_step)

    def _end(self, run: Run, outcome: str, found: str, next_step: str) -> None:
        self._ended = CommissionView(
            step=run.step.name,
            running=False,
            number=run.shown[0],
            outcome=outcome,
            found=found,
            next_step=next_step,
        )
