"""A simulated cabinet on a virtual clock, its technician, and a computer that is as good or bad
as a test wants it."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from appliance.commission.bench import Bench, Signal, lamps_of
from appliance.commission.errors import StoppedError
from appliance.commission.machine import Machine
from appliance.commission.simulated_person import SimulatedPerson
from appliance.commission.steps import Work
from appliance.commission.table import STEPS
from appliance.commission.values import Finding, Prompt
from appliance.config import CabinetConfig, CabinetKind, Config, Pages, Records, Unit
from appliance.store import Moment, Store
from hw import CabinetSettings, open_cabinet
from hw.cabinet import Cabinet
from hw.clock import VirtualClock
from hw.ports import Lamps
from hw.sim.cabinet import SimulatedCabinet, Simulation
from hw.sim.faults import Fault

T = TypeVar("T")
PATIENCE_S = 120.0


class SameThread:
    """The owner of a cabinet that nothing else drives: jobs at once, lamps at their brightest."""

    def __init__(self, cabinet: Cabinet) -> None:
        self._cabinet = cabinet

    def on_devices(self, job: Callable[[Cabinet], T]) -> T:
        return job(self._cabinet)

    def signal(self, signal: Signal | None) -> None:
        self._cabinet.beacon.show(Lamps() if signal is None else lamps_of(signal, 0.0))


@dataclass
class Conversation:
    """The simulated technician in the same thread; time passes while it thinks."""

    person: SimulatedPerson
    clock: VirtualClock
    said: list[Prompt] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list)
    _heard: str | None = None

    def say(self, prompt: Prompt) -> None:
        if not self.said or self.said[-1].name != prompt.name:
            self.said.append(prompt)
        self._heard = self.person.react(prompt, len(self.said))

    def heard(self) -> str | None:
        heard, self._heard = self._heard, None
        return heard

    def ask(self, prompt: Prompt) -> str:
        self.said.append(prompt)
        end_s = self.clock.monotonic() + PATIENCE_S
        while (answer := self.person.react(prompt, len(self.said))) is None:
            self.clock.sleep(0.01)
            if self.clock.monotonic() > end_s:
                raise StoppedError("nobody answered")
        return answer

    def show_secret(self, prompt: Prompt) -> None:
        self.secrets.append(prompt.text)
        self.ask(prompt)


class Rig:
    def __init__(self, folder: Path) -> None:
        self.clock = VirtualClock()
        made = open_cabinet(
            CabinetSettings(kind="simulated", simulation=Simulation(camera_in_process=False)),
            clock=self.clock,
        )
        assert isinstance(made, SimulatedCabinet)
        self.cabinet = made
        self.config = Config(
            unit=Unit(name="line 2"),
            cabinet=CabinetConfig(kind=CabinetKind.SIMULATED),
            pages=Pages(host="127.0.0.1", port=0),
            records=Records(folder=folder / "records"),
        )
        self.config_path: Path | None = None
        self.store = Store.open(self.config.records.folder, quota_bytes=10**9)
        (folder / "root/sys/class/rtc/rtc0").mkdir(parents=True)
        self.rtc = folder / "root/sys/class/rtc/rtc0/since_epoch"
        self.machine = Machine(
            now=lambda: self.moment(synced=True),
            wall_s=lambda: 1_795_000_000.0 + self.clock.monotonic(),
            raw_s=self.clock.monotonic,
            sync=self.sync_in(0.004),
            root=folder / "root",
            addresses=lambda: ("127.0.0.1",),
            mdns=lambda _: None,
            cores=2,
            sequential_bytes=3_000_000,
            syncs=60,
        )
        self.answers: dict[str, str] = {}
        self.talk: Conversation

    def moment(self, *, synced: bool) -> Moment:
        return Moment(
            utc="2026-11-25T10:00:00.000Z",
            boot_id="boot",
            monotonic_s=self.clock.monotonic(),
            clock_synced=synced,
        )

    def sync_in(self, *seconds: float) -> Callable[[int], None]:
        """The real sync, as a card does it that takes these times, in turn."""
        count = 0

        def sync(handle: int) -> None:
            nonlocal count
            os.fsync(handle)
            self.clock.sleep(seconds[count % len(seconds)])
            count += 1

        return sync

    def change(self, **machine: object) -> None:
        self.machine = replace(self.machine, **machine)  # type: ignore[arg-type]

    def do(self, step: str, *faults: Fault) -> Finding:
        """One step with these faults in the cabinet."""
        with self.cabinet as cabinet:
            for fault in faults:
                self.cabinet.world.start_fault(fault)
            self.talk = Conversation(SimulatedPerson(self.cabinet.world, self.answers), self.clock)
            work = Work(
                bench=Bench(SameThread(cabinet), clock=self.clock, simulated=True),
                talk=self.talk,
                config=self.config,
                config_path=self.config_path,
                store=self.store,
                page_port=None,
                machine=self.machine,
            )
            try:
                return STEPS[step].measure(work)
            finally:
                for fault in faults:
                    self.cabinet.world.stop_fault(fault)
