"""Made-up records, the same for the same seed, for every test that needs a filled store."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from appliance.store import (
    FrameFacts,
    Health,
    InspectionRecord,
    Moment,
    Store,
    test_result,
    utc_text,
)
from appliance.terms import Alignment, Call, TestResult, Verdict, WindowResult

COMPONENTS = ("C1", "C2", "D4", "R12", "R13", "U1")
START = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)


@dataclass
class TestClock:
    """A clock that obeys: `advance` moves both of its times, `reboot` begins a new boot."""

    __test__ = False

    instant: datetime = START
    monotonic_s: float = 100.0
    boot_id: str = "boot-1"
    clock_synced: bool = True
    step_s: float = 0.0
    """Moved by this on every reading."""

    def __call__(self) -> Moment:
        moment = Moment(
            utc=utc_text(self.instant),
            boot_id=self.boot_id,
            monotonic_s=self.monotonic_s,
            clock_synced=self.clock_synced,
        )
        self.advance(self.step_s)
        return moment

    def advance(self, seconds: float) -> None:
        self.instant += timedelta(seconds=seconds)
        self.monotonic_s += seconds

    def reboot(self, boot_id: str) -> None:
        self.boot_id = boot_id
        self.monotonic_s = 5.0


@dataclass
class RecordFactory:
    """Records and pictures of a made-up board, drawn from one seed."""

    seed: int = 7
    clock: TestClock = field(default_factory=TestClock)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def window(self, component: str, call: Call) -> WindowResult:
        low, high = {
            Call.GOOD: (0.0, 0.49),
            Call.UNSURE: (0.51, 0.79),
            Call.DEFECT: (0.81, 1.0),
        }[call]
        reason = "" if call is Call.GOOD else f"{component} looks unlike the golden boards"
        return WindowResult(
            component=component,
            call=call,
            score=round(self._random.uniform(low, high), 4),
            review_above=0.5,
            defect_above=0.8,
            reason=reason,
        )

    def calls(self, verdict: Verdict | None) -> dict[str, Call]:
        """One call for each component that leads to the verdict."""
        calls = dict.fromkeys(COMPONENTS, Call.GOOD)
        if verdict in (Verdict.REVIEW, Verdict.FAIL):
            for component in self._random.sample(COMPONENTS, self._random.randint(1, 3)):
                calls[component] = Call.UNSURE
        if verdict is Verdict.FAIL:
            calls[self._random.choice(COMPONENTS)] = Call.DEFECT
        return calls

    def record(
        self,
        verdict: Verdict | None = Verdict.PASS,
        *,
        serial: str | None = None,
        part_number: str = "GB-100",
        operator: str | None = "Ana",
        calls: dict[str, Call] | None = None,
        simulated: bool = True,
        result: TestResult | None = None,
    ) -> InspectionRecord:
        """`calls` decides the windows; without it they are drawn to fit the verdict. A board
        without a verdict or with a FAULT has none."""
        if calls is None:
            calls = {} if verdict in (None, Verdict.FAULT) else self.calls(verdict)
        reasons = {
            Verdict.PASS: "every window is good",
            Verdict.REVIEW: "a window is unsure",
            Verdict.FAIL: "a window is a defect",
            Verdict.FAULT: "the picture is too dark",
            None: "pulled out before the verdict",
        }
        return InspectionRecord(
            recipe="demo",
            recipe_version=3,
            part_number=part_number,
            serial=serial,
            operator=operator,
            verdict=verdict,
            result=result or test_result(verdict),
            reason=reasons[verdict],
            alignment=Alignment(
                shift_px=(self._random.uniform(-4, 4), self._random.uniform(-4, 4)),
                rotation_deg=self._random.uniform(-0.5, 0.5),
                scale=1.0,
                residual_px=self._random.uniform(0.1, 0.6),
            )
            if calls
            else None,
            windows=tuple(self.window(component, call) for component, call in calls.items()),
            stages_ms={"align": 81.5, "judge": round(self._random.uniform(400, 600), 1)},
            model_sha256s=("ab" * 32,),
            software_version="0.1.0",
            seated=self.clock(),
            simulated=simulated,
            health=Health(cpu_c=48.5, throttled=False, undervoltage=False),
            frame=FrameFacts(
                sensor_time_s=self.clock.monotonic_s,
                exposure_us=8000,
                analogue_gain=1.0,
                colour_gains=(2.1, 1.6),
                light_level=1.0,
                width_px=640,
                height_px=480,
            ),
        )

    def pictures(self, record: InspectionRecord, size_bytes: int = 2000) -> dict[str, bytes]:
        """The board and a pair for every window that was not called GOOD. Noise between the
        marks of a JPEG: whole or not is all the store can tell."""
        called = [w.component for w in record.windows if w.call is not Call.GOOD]
        names = ["board", *(f"{kind}:{c}" for c in called for kind in ("golden", "seen"))]
        return {
            name: b"\xff\xd8" + self._random.randbytes(size_bytes - 4) + b"\xff\xd9"
            for name in names
        }

    def verdicts(self) -> Iterator[Verdict | None]:
        """An endless shift: mostly PASS, something of everything."""
        kinds = [Verdict.PASS, Verdict.REVIEW, Verdict.FAIL, Verdict.FAULT, None]
        while True:
            yield self._random.choices(kinds, weights=[80, 9, 7, 2, 2])[0]

    def serial(self, among: int) -> str | None:
        """One of so many serials; now and then none."""
        if self._random.random() < 0.1:
            return None
        return f"SN{self._random.randrange(among):05d}"


def fill(store: Store, factory: RecordFactory, count: int, *, between_s: float = 20.0) -> list[int]:
    """Record a made-up shift of `count` boards; their numbers."""
    numbers = []
    for _, verdict in zip(range(count), factory.verdicts(), strict=False):
        record = factory.record(verdict, serial=factory.serial(among=max(1, count)))
        factory.clock.advance(1.5)
        numbers.append(store.add_inspection(record, factory.pictures(record)))
        factory.clock.advance(between_s)
    return numbers
