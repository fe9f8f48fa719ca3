"""The whole instrument on the real clock, with hands on its simulated cabinet."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from appliance.config import CabinetConfig, CabinetKind, Config, Judges, Pages, Recipes, Records
from appliance.service import Service
from appliance.states import State
from appliance.status import Status
from hw import CabinetSettings, open_cabinet
from hw.sim.cabinet import SimulatedCabinet
from hw.sim.world import World

DEADLINE_S = 60.0


class Unit:
    """A running service with hands on its simulated cabinet."""

    def __init__(self, recipes: Path, folder: Path, *, use: str = "small") -> None:
        self.config = Config(
            cabinet=CabinetConfig(kind=CabinetKind.SIMULATED),
            pages=Pages(host="127.0.0.1", port=0, tls=False),
            records=Records(folder=folder / "records"),
            recipes=Recipes(folder=recipes, use=use),
            judges=Judges(interpreters=2),
        )
        self._cabinet: SimulatedCabinet | None = None
        self.service = Service(self.config, cabinet=self._make)

    def _make(self) -> SimulatedCabinet:
        made = open_cabinet(CabinetSettings(kind="simulated"))
        assert isinstance(made, SimulatedCabinet)
        self._cabinet = made
        return made

    @property
    def world(self) -> World:
        assert self._cabinet is not None
        return self._cabinet.world

    def wait(self, wanted: Callable[[Status], bool]) -> Status:
        """The first snapshot that is wanted, awaited as the pages do."""
        end_s = time.monotonic() + DEADLINE_S
        version, status = self.service.board.current()
        while not wanted(status):
            newer = self.service.board.wait_newer(version, end_s - time.monotonic())
            assert newer is not None, f"still {status.state}: {status.faults}"
            version, status = newer
        return status

    def wait_for(self, *states: State) -> Status:
        return self.wait(lambda status: status.state in states)

    def get(self, path: str) -> Any:
        with urllib.request.urlopen(self.service.pages.url + path, timeout=10) as answer:
            return json.load(answer)
