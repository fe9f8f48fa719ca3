"""The running instrument without a recipe, its technician at the simulated cabinet."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

from appliance.commands import BeginMaintenance, Command
from appliance.commission import record
from appliance.commission.machine import Machine
from appliance.commission.simulated_person import SimulatedPerson
from appliance.commission.steps import commissioning_folder
from appliance.commission.values import CommissionView, Finding, Outcome
from appliance.config import CabinetConfig, CabinetKind, Config, Pages, Recipes, Records, Unit
from appliance.service import Service
from appliance.states import State
from appliance.status import Status
from appliance.store.clock import system_clock
from hw import CabinetSettings, open_cabinet
from hw.clock import RealClock
from hw.sim.cabinet import SimulatedCabinet
from hw.sim.world import World

DEADLINE_S = 90.0


class CommissionedUnit:
    """`whole`: as long and as large as on a real unit; otherwise a short clock and load, a small
    card test and small pictures."""

    def __init__(self, folder: Path, *, whole: bool = False) -> None:
        self.slow_s = 0.0
        """What the card adds to every tenth sync."""
        self._syncs = 0
        self.config = Config(
            unit=Unit(name="line 2"),
            cabinet=CabinetConfig(
                kind=CabinetKind.SIMULATED, picture_px=None if whole else (1280, 720)
            ),
            pages=Pages(host="0.0.0.0" if whole else "127.0.0.1", port=0),
            records=Records(folder=folder / "records"),
            recipes=Recipes(folder=folder / "recipes"),
        )
        shorter = {
            "load_s": 2.0,
            "clock_watch_s": 1.0,
            "clock_patience_s": 60.0,
            "sequential_bytes": 2_000_000,
            "syncs": 20,
            "addresses": lambda: ("127.0.0.1",),
            "mdns": lambda _: None,
            "root": folder,
        }
        self.service = Service(
            self.config,
            cabinet=self._make,
            machine=Machine(sync=self._sync, **({} if whole else shorter)),  # type: ignore[arg-type]
        )
        self._cabinet: SimulatedCabinet | None = None
        self._person: SimulatedPerson | None = None

    def _make(self) -> SimulatedCabinet:
        made = open_cabinet(CabinetSettings(kind="simulated"))
        assert isinstance(made, SimulatedCabinet)
        self._cabinet, self._person = made, SimulatedPerson(made.world)
        return made

    def _sync(self, handle: int) -> None:
        os.fsync(handle)
        self._syncs += 1
        if self._syncs % 10 == 0:
            RealClock().sleep(self.slow_s)

    @property
    def world(self) -> World:
        assert self._cabinet is not None
        return self._cabinet.world

    @property
    def view(self) -> CommissionView | None:
        return self.service.board.current()[1].commission

    def wait(self, wanted: Callable[[Status], bool]) -> Status:
        end_s = time.monotonic() + DEADLINE_S
        version, status = self.service.board.current()
        while not wanted(status):
            newer = self.service.board.wait_newer(version, end_s - time.monotonic())
            assert newer is not None, f"still {status.state}: {status.commission}"
            version, status = newer
        return status

    def ask(self, command: Command) -> None:
        assert self.service.commands.put(command)

    def maintain(self) -> None:
        self.wait(lambda status: status.state is State.SETUP)
        self.ask(BeginMaintenance(by="Teo"))
        self.wait(lambda status: status.state is State.MAINTENANCE)

    def person_says(self) -> tuple[CommissionView, str | None]:
        """What the technician does and says about the prompt that is shown now."""
        view = self.view
        assert view is not None
        assert self._person is not None
        if not view.running or view.prompt is None:
            return view, None
        return view, self._person.react(view.prompt, view.number)

    def has_passed(self, step: str) -> None:
        """Somebody did it at another time."""
        finding = Finding(outcome=Outcome.PASSED, found="It was good.")
        result = record.result_of(
            step,
            finding,
            at=system_clock()(),
            by="Ana",
            software_version="0.1.0",
            simulated=True,
        )
        record.keep(commissioning_folder(self.config), result, unit=self.config.unit.name)

    def outcomes(self) -> dict[str, str]:
        kept = record.read(commissioning_folder(self.config), unit="")
        return {each.step: each.finding.outcome.value for each in kept.results}

    def found(self, step: str) -> str:
        result = record.read(commissioning_folder(self.config), unit="").result(step)
        assert result is not None
        return result.finding.found
