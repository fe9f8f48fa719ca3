"""The controller on the simulated cabinet, on a clock that only moves when the test says so.

Everything is real but the judge, whose verdicts the test writes down beforehand: the simulated
devices, the store on disk, the table. One tick is 10 ms of virtual time.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from appliance.commands import CommandQueue
from appliance.controller import Controller
from appliance.controller_settings import ControllerSettings
from appliance.judging import Judged, RecipeInUse
from appliance.machine import Facts
from appliance.recorder import Recorder
from appliance.states import State
from appliance.status import LampView, Status, StatusBoard
from appliance.store import BoardRow, Moment, Store, utc_text
from appliance.terms import Call, Inspection, Verdict, WindowResult
from appliance.worker import InlineWorker
from hw.clock import VirtualClock
from hw.ports import CameraSettings, Frame, Lamps
from hw.sim.cabinet import SimulatedCabinet, Simulation
from hw.sim.generator import GeneratedBoard
from hw.sim.world import Physics

TICK_S = 0.01
START = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
BOARD = GeneratedBoard(seed=1)


def window_result(component: str, call: Call) -> WindowResult:
    score = {Call.GOOD: 0.5, Call.UNSURE: 1.5, Call.DEFECT: 3.0}[call]
    return WindowResult(
        component=component,
        call=call,
        score=score,
        review_above=1.0,
        defect_above=2.0,
        reason="" if call is Call.GOOD else "It looks unlike the golden board.",
    )


def inspection(verdict: Verdict, *, serial: str | None = None) -> Inspection:
    """An inspection of three windows that leads to this verdict."""
    odd = {
        Verdict.PASS: Call.GOOD,
        Verdict.REVIEW: Call.UNSURE,
        Verdict.FAIL: Call.DEFECT,
        Verdict.FAULT: Call.GOOD,
    }[verdict]
    windows = (
        window_result("C1", Call.GOOD),
        window_result("R2", Call.GOOD),
        window_result("U3", odd),
    )
    return Inspection(
        verdict=verdict,
        reason="The picture is too dark." if verdict is Verdict.FAULT else "as scripted",
        alignment=None,
        windows=() if verdict is Verdict.FAULT else windows,
        stages_ms={"total": 1.0},
        serial=serial,
    )


@dataclass(slots=True, kw_only=True)
class ScriptedRecipe:
    """A recipe whose verdicts were written down; an exception in the list is raised."""

    script: deque[Inspection | Exception]
    folder: str = "demo"
    part_number: str = "PN-1"
    version: int = 3
    light_level: float = 1.0
    camera: CameraSettings = field(
        default_factory=lambda: CameraSettings(
            width_px=256,
            height_px=184,
            exposure_us=8000,
            analogue_gain=1.0,
            colour_gains=(2.0, 1.5),
        )
    )
    window_count: int = 3
    model_sha256s: tuple[str, ...] = ("ab" * 32,)
    frames: list[float] = field(default_factory=list)
    """Sensor times of the frames that were judged."""

    def judge(self, frame: Frame) -> Judged:
        self.frames.append(frame.sensor_time_s)
        said = self.script.popleft()
        if isinstance(said, Exception):
            raise said
        return Judged(inspection=said, pictures={"board": b"\xff\xd8 board \xff\xd9"})


class Bench:
    """`with Bench(tmp_path) as bench:` opens the cabinet and the store."""

    def __init__(
        self,
        folder: Path,
        *,
        settings: ControllerSettings | None = None,
        physics: Physics | None = None,
        judge_s: float = 0.3,
        record_s: float = 0.05,
        recipe: str | None = "demo",
        folders: dict[str, Callable[[], RecipeInUse]] | None = None,
        parts: dict[str, str] | None = None,
        alive: Callable[[Status, bool], None] = lambda status, lamps_obey: None,
    ) -> None:
        self.clock = VirtualClock()
        self.cabinet = SimulatedCabinet(
            Simulation(physics=physics or Physics(), camera_in_process=False), self.clock
        )
        self.world = self.cabinet.world
        self.lamps: list[tuple[float, Lamps]] = []
        self.world.on_lamps = lambda at_s, lamps: self.lamps.append((at_s, lamps))
        self.store = Store.open(folder / "records", quota_bytes=10**9, clock=self.moment)
        self.script: deque[Inspection | Exception] = deque()
        self.recipe = ScriptedRecipe(script=self.script)
        self._folders = folders or {"demo": lambda: self.recipe}
        self.judging = InlineWorker(self.clock.monotonic, judge_s)
        self.recording = InlineWorker(self.clock.monotonic, record_s)
        facts = Facts(unit="bench", software_version="0.0.test", simulated=True)
        self.recorder = Recorder(self.store, self.recording, facts)
        self.board = StatusBoard(EMPTY_STATUS)
        self.commands = CommandQueue()
        self._begin = lambda: Controller(
            cabinet=self.cabinet,
            load_recipe=self._load,
            folder_of_part=(parts or {}).get,
            recipe_folder=recipe,
            judge=self.judging,
            recorder=self.recorder,
            board=self.board,
            commands=self.commands,
            facts=facts,
            moment=self.moment,
            settings=settings,
            alive=alive,
        )
        self.states: list[State] = []

    def _load(self, folder: str) -> RecipeInUse:
        if folder not in self._folders:
            raise FileNotFoundError(f"Expected a recipe in {folder}; found none.")
        return self._folders[folder]()

    def moment(self) -> Moment:
        at_s = self.clock.monotonic()
        return Moment(
            utc=utc_text(START + timedelta(seconds=at_s)),
            boot_id="bench",
            monotonic_s=at_s,
            clock_synced=True,
        )

    def __enter__(self) -> Self:
        self.cabinet.__enter__()
        self.controller = self._begin()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.cabinet.__exit__(kind, error, trace)
        self.store.close()

    @property
    def state(self) -> State:
        return self.controller.state

    @property
    def status(self) -> Status:
        return self.board.current()[1]

    def tick(self) -> None:
        self.controller.tick()
        if not self.states or self.states[-1] is not self.state:
            self.states.append(self.state)
        self.clock.sleep(TICK_S)

    def run(self, duration_s: float) -> None:
        for _ in range(round(duration_s / TICK_S)):
            self.tick()

    def run_until(self, *states: State, within_s: float = 10.0) -> None:
        for _ in range(round(within_s / TICK_S)):
            self.tick()
            if self.state in states:
                return
        raise AssertionError(
            f"expected {' or '.join(states)} within {within_s} s, found {self.state}: "
            f"{self.status.faults}"
        )

    def start(self) -> None:
        """Up to ready for the first board."""
        self.run_until(State.EMPTY)

    def insert(self, *said: Inspection | Exception, board: GeneratedBoard = BOARD) -> None:
        """Push a board in; `said` is what the judge will say of it."""
        self.script.extend(said)
        self.world.insert(board)

    def remove(self) -> None:
        self.world.remove()
        self.run(1.0)

    def settle(self) -> None:
        """Let every fact that waits become durable."""
        for _ in range(2000):
            if not self.recorder.waiting:
                return
            self.tick()
        raise AssertionError(f"{self.recorder.waiting} facts still wait for the store")

    def rows(self) -> list[BoardRow]:
        """The recorded boards, oldest first."""
        return list(reversed(self.store.boards(limit=-1)))

    def greens(self) -> int:
        """How often the green lamp was lit alone."""
        alone = [lamps.green and not lamps.red for _, lamps in self.lamps]
        before = [False, *alone[:-1]]
        return sum(now and not was for now, was in zip(alone, before, strict=True))


EMPTY_STATUS = Status(
    state=State.STARTING,
    lamps=LampView(),
    since_utc=utc_text(START),
    word="",
    step="",
    verdict=None,
    inspection_id=None,
    serial=None,
    operator=None,
    recipe=None,
    recipe_version=None,
    part_number=None,
    faults=(),
    devices=(),
    worker=None,
    software_version="",
    simulated=True,
    unit="",
)
