"""A unit without its cabinet: a filled store, a recipe, a status board that a test can move.

Run it to look at the pages: `python -m tests.web.demo` prints the address and walks through the
states of the cabinet.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Self

import cv2
import numpy as np
from flask import Flask

from appliance.care.desk import Desk
from appliance.commands import CommandQueue
from appliance.commission.table import STEPS
from appliance.config import CabinetConfig, CabinetKind, Config, Recipes, Records
from appliance.recipe import (
    AlignmentBounds,
    Anchor,
    Golden,
    ModelUse,
    PictureSize,
    QualityBounds,
    Recipe,
    create,
    reference_file,
)
from appliance.states import State
from appliance.status import Status, StatusBoard
from appliance.store import Role, Store
from appliance.terms import Answer, Call, Polarity, Rect, Verdict, Window
from appliance.update.desk import UpdateDesk
from appliance.vision.crop import CropRule, Pixels
from appliance.vision.pose import Pose
from appliance.web import PageServer, WebSettings, create_app
from appliance.web.extra_pages import ExtraPages
from appliance.web.plugins import load_extra_pages
from hw.card import CardReading
from hw.sim.boards import BoardFault
from hw.sim.generator import GeneratedBoard
from tests.store.factories import RecordFactory, TestClock
from tests.web.looks import (
    FAULT,
    READY,
    RECIPE,
    at_work,
    broken,
    failed,
    lamp_test,
    maintenance,
    passed,
    review,
    setup,
)

SECRET = bytes(range(32))
SHA = "ab" * 32
OPERATOR_PIN, TECHNICIAN_PIN = "4711", "correct horse"
WIDTH_PX, HEIGHT_PX = 1280, 916
NAMES = ("C1", "C2", "L1", "Q1", "D1", "J2", "F1", "T1")


CARD = CardReading(
    device="mmcblk0",
    kind="MMC",
    model="DG4032",
    serial="0x3f5c1a2b",
    made="04/2024",
    size_bytes=31_268_536_320,
    life_used_percent=50,
    spare="normal",
    spare_low=False,
    written_bytes=21 * 10**9,
    uptime_s=6 * 86_400.0,
    written_ever_bytes=6_400 * 10**9,
    errors=0,
)


@cache
def picture(seed: int, *missing: str) -> Pixels:
    faults = tuple(BoardFault(component=name, kind="missing") for name in missing)
    board = GeneratedBoard(seed=seed, faults=faults)
    return np.asarray(board.picture(WIDTH_PX, HEIGHT_PX).pixels, dtype=np.uint8)


@cache
def windows() -> tuple[Window, ...]:
    found = {w.component: w for w in GeneratedBoard(seed=1).picture(WIDTH_PX, HEIGHT_PX).windows}
    return tuple(
        Window(
            component=name,
            part_type=found[name].part_type,
            rect=Rect(
                xmin_px=found[name].xmin_px,
                ymin_px=found[name].ymin_px,
                xmax_px=found[name].xmax_px,
                ymax_px=found[name].ymax_px,
            ),
            polarity=Polarity(found[name].polarity),
            model_sha256=SHA,
            review_above=0.5,
            defect_above=0.8,
        )
        for name in NAMES
    )


def crop(pixels: Pixels, window: Window) -> Pixels:
    r, margin = window.rect, 12
    y0, y1 = max(0, int(r.ymin_px) - margin), int(r.ymax_px) + margin
    x0, x1 = max(0, int(r.xmin_px) - margin), int(r.xmax_px) + margin
    return pixels[y0:y1, x0:x1]


def encoded(pixels: Pixels, kind: str = ".jpg") -> bytes:
    return cv2.imencode(kind, pixels)[1].tobytes()


def teach(recipes: Path, name: str = RECIPE) -> Recipe:
    golden = picture(1)
    pictures = {"anchors/00.png": encoded(golden[40:72, 40:72], ".png")}
    for number, window in enumerate(windows()):
        pictures[reference_file(number, 0)] = encoded(crop(golden, window), ".png")
    return create(
        Recipe(
            name=name,
            part_number="GB-100",
            version=1,
            taught_at="2026-03-02T07:00:00+00:00",
            picture=PictureSize(width_px=WIDTH_PX, height_px=HEIGHT_PX),
            guarantee="At most 1 of 100 good windows is called unsure.",
            crop=CropRule(),
            models=(ModelUse(check="reference", name="efficientnet_lite0", sha256=SHA),),
            alignment=AlignmentBounds(max_shift_px=60.0, max_residual_px=2.0, min_anchors=1),
            quality=QualityBounds(
                brightness_min=20.0,
                brightness_max=200.0,
                saturated_share_max=0.2,
                sharpness_min=0.01,
                colour=(0.3, 0.4, 0.3),
                colour_tolerance=0.1,
            ),
            anchors=(Anchor(file="00.png", x_px=40, y_px=40, size_px=32),),
            goldens=(Golden(source="golden.png", pose=Pose()),),
            windows=windows(),
            files={},
        ),
        pictures,
        recipes / name,
    )


@dataclass
class Demo:
    """One unit's pages with everything a test may want to move."""

    folder: Path
    settings: WebSettings
    store: Store
    board: StatusBoard
    commands: CommandQueue
    recipes: Path
    app: Flask
    clock: TestClock
    factory: RecordFactory
    extras: tuple[ExtraPages, ...] = ()
    _beating: threading.Event = field(default_factory=threading.Event)
    _gone: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def show(self, status: Status) -> None:
        self.board.publish(status)

    def add(
        self,
        verdict: Verdict | None,
        calls: dict[str, Call] | None = None,
        *,
        serial: str | None = None,
        seed: int = 2,
    ) -> int:
        """Record a generated board; parts called DEFECT are missing on it."""
        calls = dict.fromkeys(NAMES, Call.GOOD) | (calls or {})
        judged = calls if verdict not in (None, Verdict.FAULT) else {}
        record = self.factory.record(verdict, serial=serial, calls=judged)
        record = replace(
            record,
            recipe=RECIPE,
            recipe_version=1,
            alignment=None
            if record.alignment is None
            else replace(record.alignment, shift_px=(0.0, 0.0), rotation_deg=0.0),
            frame=None
            if record.frame is None
            else replace(record.frame, width_px=WIDTH_PX, height_px=HEIGHT_PX),
        )
        missing = tuple(name for name, call in judged.items() if call is Call.DEFECT)
        pixels = picture(seed, *missing)
        pictures = {"board": encoded(pixels)}
        for window in windows():
            if judged.get(window.component, Call.GOOD) is not Call.GOOD:
                pictures[f"seen:{window.component}"] = encoded(crop(pixels, window))
                pictures[f"heat:{window.component}"] = encoded(
                    cv2.bitwise_not(crop(pixels, window))
                )
                pictures[f"golden:{window.component}"] = encoded(crop(picture(1), window))
        self.clock.advance(1.4)
        number = self.store.add_inspection(record, pictures)
        self.clock.advance(20.0)
        return number

    def beat(self) -> None:
        """The controller's heartbeat from now on, four times a second."""
        self._beating.set()
        if self._thread is None:
            self._thread = threading.Thread(target=self._pulse, daemon=True)
            self._thread.start()

    def stop_beating(self) -> None:
        """The controller hangs; the server lives on."""
        self._beating.clear()

    def _pulse(self) -> None:
        while not self._gone.wait(0.25):
            if self._beating.is_set():
                self.board.publish(self.board.current()[1])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        failure: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._gone.set()
        if self._thread is not None:
            self._thread.join()
        for extra in self.extras:
            extra.close()
        self.board.close()
        self.store.close()


def prepare(folder: Path) -> None:
    """What is on the disk of a new unit: one recipe, an operator, a technician, no boards."""
    with Store.open(folder / "records", quota_bytes=10**9, clock=TestClock()) as store:
        store.add_operator("Ana", Role.OPERATOR, pin=OPERATOR_PIN, badge="BADGE-7")
        store.add_operator("Teo", Role.TECHNICIAN, pin=TECHNICIAN_PIN)
    teach(folder / "recipes")


def make(folder: Path, *, plugins: bool = False, **changes: object) -> Demo:
    """The pages of the unit in `folder`, prepared if it is new, those of installed plug-ins too if
    asked for; `changes` are of the settings."""
    if not (folder / "records").is_dir():
        prepare(folder)
    clock, recipes = TestClock(), folder / "recipes"
    store = Store.open(folder / "records", quota_bytes=10**9, clock=clock)
    settings = replace(
        WebSettings(secret_key=SECRET, utc_now=lambda: clock.instant),
        **changes,  # type: ignore[arg-type]
    )
    board, commands = StatusBoard(READY), CommandQueue()
    extras = load_extra_pages(folder, status=board, store=store) if plugins else ()
    return Demo(
        folder=folder,
        settings=settings,
        store=store,
        board=board,
        commands=commands,
        recipes=recipes,
        app=create_app(
            store=store,
            status=board,
            commands=commands,
            recipes=recipes,
            settings=settings,
            extras=extras,
            steps=[step.planned for step in STEPS.values()],
            updates=UpdateDesk(
                folder / "opt",
                folder / "update.pub",
                folder,
                sticks=(folder / "stick",),
            ),
            care=care(folder, store, board),
        ),
        clock=clock,
        factory=RecordFactory(clock=clock),
        extras=extras,
    )


def care(folder: Path, store: Store, board: StatusBoard) -> Desk:
    """Of the unit on an eMMC that has half of its life behind it."""
    settings = folder / "goldenboard.toml"
    settings.write_text('[cabinet]\nkind = "simulated"\n')
    config = Config(
        cabinet=CabinetConfig(kind=CabinetKind.SIMULATED),
        records=Records(folder=folder / "records"),
        recipes=Recipes(folder=folder / "recipes"),
    )
    return Desk(config, settings, store, board, card=lambda where: CARD)


def fill(demo: Demo, days: int = 7, a_day: int = 30) -> dict[str, int]:
    """A made-up week; returns the numbers of some boards worth looking at."""
    numbers: dict[str, int] = {}
    verdicts = demo.factory.verdicts()
    demo.clock.instant -= timedelta(days=days - 1)
    for day in range(days):
        start = demo.clock.instant
        for count in range(a_day - day * 2):
            verdict = next(verdicts)
            calls: dict[str, Call] = {}
            if verdict is Verdict.REVIEW:
                calls = {("D1", "C1", "Q1")[count % 3]: Call.UNSURE}
            if verdict is Verdict.FAIL:
                calls = {("C1", "J2")[count % 2]: Call.DEFECT, "L1": Call.UNSURE}
            serial = f"GB01-{day:02d}{count:04d}"
            number = demo.add(verdict, calls, serial=serial, seed=2 + count % 3)
            for at, (component, call) in enumerate(calls.items()):
                if count % 3:
                    wrong = call is Call.UNSURE and at == 0
                    said = Answer.FALSE_CALL if wrong else Answer.TRUE_DEFECT
                    demo.store.add_review(number, component, said, "Ana")
            if verdict is not None:
                numbers[verdict] = number
        if day < days - 1:
            demo.clock.instant = start + timedelta(days=1)
    many = dict.fromkeys(("C1", "J2", "Q1"), Call.DEFECT)
    many |= dict.fromkeys(("D1", "L1", "F1", "T1"), Call.UNSURE)
    numbers["many"] = demo.add(Verdict.FAIL, many, serial="GB01-000077")
    numbers["two"] = demo.add(
        Verdict.FAIL, {"C1": Call.DEFECT, "D1": Call.UNSURE}, serial="GB01-000077"
    )
    demo.store.add_review(numbers["two"], "C1", Answer.TRUE_DEFECT, "Ana")
    demo.store.add_review(numbers["two"], "D1", Answer.FALSE_CALL, "Ana")
    numbers["one"] = demo.add(Verdict.REVIEW, {"Q1": Call.UNSURE}, serial="GB01-000078")
    fault = demo.store.open_fault("camera_timeout", "camera", FAULT.found, FAULT.action)
    demo.clock.advance(95)
    demo.store.clear_fault(fault, by=None, how="The camera answers again.")
    demo.store.open_fault("disk_full", "storage", "The disk is full.", "Make room on the disk.")
    demo.store.add_event("operator_signed_in", "Ana", "badge")
    return numbers


def serve(demo: Demo, port: int = 0) -> PageServer:
    server = PageServer(demo.app, "127.0.0.1", port)
    server.start()
    return server


def _look() -> None:
    """Walks through the states until it is interrupted."""
    import tempfile

    with tempfile.TemporaryDirectory() as name, make(Path(name), plugins=True) as demo:
        demo.clock.instant = datetime.now(UTC)
        numbers = fill(demo)
        demo.beat()
        server = serve(demo)
        print(f"{server.url}  (Ana {OPERATOR_PIN}, Teo {TECHNICIAN_PIN!r}; Ctrl-C ends)")
        walk = (
            READY, at_work(State.SEATED), at_work(State.INSPECTING), passed(), READY,
            failed(numbers["two"]), review(numbers["one"]), broken(), maintenance(), setup(),
            lamp_test(),
        )  # fmt: skip
        waiting = threading.Event()
        try:
            while True:
                for status in walk:
                    demo.show(status)
                    waiting.wait(6.0)
        except KeyboardInterrupt:
            server.stop()


if __name__ == "__main__":
    _look()
