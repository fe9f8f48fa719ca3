"""Run by an installed release's own Python: teach a board, start the instrument on the simulated
cabinet, push a good and a faulty board in, and say what the lamps and the record say of them.

    .../releases/0.1.0/bin/python inspect_on_cabinet.py FOLDER

Uses nothing but what is installed. One JSON object on stdout.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import appliance
from appliance.config import (
    CabinetConfig,
    CabinetKind,
    Config,
    Judges,
    Operation,
    Pages,
    Recipes,
    Records,
)
from appliance.generated import generated_lesson
from appliance.modelfile import DEFAULT_BACKBONE, models_folder, open_model
from appliance.recipe import save, with_thresholds
from appliance.service import Service
from appliance.states import State
from appliance.status import Status
from appliance.teach import teach
from appliance.vision.interpreter import InterpreterPool, runtime_name
from hw import CabinetSettings, open_cabinet
from hw.sim.boards import BoardFault
from hw.sim.cabinet import SimulatedCabinet
from hw.sim.generator import GeneratedBoard

SIZE_PX = (1280, 916)
COMPONENTS = ("C1", "Q1")
# Set by hand between good and missing: this is about the installation, not about the judge.
BANDS = (13.0, 16.0)
PATIENCE_S = 900.0
GOOD = GeneratedBoard(seed=50)
FAULTY = GeneratedBoard(seed=51, faults=(BoardFault(component="C1", kind="missing"),))


def taught(folder: Path) -> None:
    lesson = generated_lesson(
        folder / "golden",
        name="small",
        goldens=3,
        size_px=SIZE_PX,
        choose=lambda windows: [w for w in windows if w.component in COMPONENTS],
    )
    with InterpreterPool(open_model(DEFAULT_BACKBONE, models_folder()), 2) as pool:
        made = teach(lesson, pool, folder / "recipes" / "small")
    save(with_thresholds(made, dict.fromkeys(COMPONENTS, BANDS)), folder / "recipes" / "small")


def configuration(folder: Path) -> Config:
    """With deadlines that an emulated processor can keep."""
    return Config(
        cabinet=CabinetConfig(kind=CabinetKind.SIMULATED),
        pages=Pages(host="127.0.0.1", port=0),
        records=Records(folder=folder / "records"),
        recipes=Recipes(folder=folder / "recipes", use="small"),
        judges=Judges(interpreters=2),
        operation=Operation(frame_deadline_s=120.0, judge_deadline_s=300.0),
    )


def wait_for(service: Service, *states: State) -> Status:
    end_s = time.monotonic() + PATIENCE_S
    version, status = service.board.current()
    while status.state not in states:
        newer = service.board.wait_newer(version, end_s - time.monotonic())
        if newer is None:
            raise SystemExit(f"still {status.state}: {status.faults}")
        version, status = newer
    return status


def cabinet_maker() -> tuple[Callable[[], SimulatedCabinet], list[SimulatedCabinet]]:
    """What the service opens, and the list of those that it opened."""
    made: list[SimulatedCabinet] = []

    def cabinet() -> SimulatedCabinet:
        opened = open_cabinet(CabinetSettings(kind="simulated"))
        assert isinstance(opened, SimulatedCabinet)
        made.append(opened)
        return opened

    return cabinet, made


def main(folder: Path) -> dict[str, object]:
    taught(folder)
    cabinet, made = cabinet_maker()
    verdicts = []
    with Service(configuration(folder), cabinet=cabinet) as service:
        for board in (GOOD, FAULTY):
            wait_for(service, State.EMPTY)
            made[-1].world.insert(board)
            shown = wait_for(service, State.PASSED, State.FAILED, State.REVIEW, State.FAULT)
            lamps = made[-1].world.lamps
            verdicts.append(
                {
                    "verdict": shown.verdict,
                    "green": lamps.green,
                    "recorded": shown.inspection_id,
                    "faults": [fault.found for fault in shown.faults],
                }
            )
            made[-1].world.remove()
        wait_for(service, State.EMPTY)
        records = len(service.store.boards(limit=-1))
    return {
        "runtime": runtime_name(),
        "installed_in": str(Path(appliance.__file__).parent),
        "boards": verdicts,
        "records": records,
    }


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]))))
