"""The cabinet's snapshots that tests show on the pages, one for each look."""

from __future__ import annotations

from dataclasses import replace

from appliance.states import State
from appliance.status import DeviceView, FaultView, LampView, Status
from appliance.terms import Verdict

SINCE = "2026-03-02T07:29:58.000Z"
RECIPE = "demo"

READY = Status(
    state=State.EMPTY,
    lamps=LampView(),
    since_utc=SINCE,
    word="Ready: insert a board",
    step="",
    verdict=None,
    inspection_id=None,
    serial=None,
    operator="Ana",
    recipe=RECIPE,
    recipe_version=1,
    part_number="GB-100",
    faults=(),
    devices=(
        DeviceView(
            name="camera", level="ok", value="answers", limit="", next_step="", since_utc=SINCE
        ),
        DeviceView(
            name="processor",
            level="warn",
            value="81 °C, held down",
            limit="below 80 °C",
            next_step="Clear the vents; check the fan.",
            since_utc=SINCE,
        ),
        DeviceView(
            name="storage",
            level="ok",
            value="21.4 of 29.8 GB free",
            limit="at least 1.0 GB",
            next_step="",
            since_utc=SINCE,
        ),
        DeviceView(
            name="slot",
            level="bad",
            value="left pressed, right open",
            limit="both alike",
            next_step="Push the board fully in; if it stays, check the right switch's wire.",
            since_utc=SINCE,
        ),
    ),
    worker=None,
    software_version="0.1.0",
    simulated=True,
    unit="Cabinet 3",
)
FAULT = FaultView(
    code="camera_timeout",
    device="camera",
    found="The camera gave no picture for 5 seconds.",
    action="Check the ribbon cable at the camera, then press the button.",
    since_utc=SINCE,
)


def passed(**changes: object) -> Status:
    """A board has just passed."""
    status = replace(
        READY,
        state=State.PASSED,
        lamps=LampView(green=True),
        word="PASS",
        step="Take the board out.",
        verdict=Verdict.PASS,
        serial="GB01-000001",
    )
    return replace(status, **changes)  # type: ignore[arg-type]


def failed(inspection_id: int, *, places: int = 2) -> Status:
    return replace(
        READY,
        state=State.FAILED,
        lamps=LampView(red=True),
        word=f"FAIL: {places} places",
        step="Take the board out.",
        verdict=Verdict.FAIL,
        inspection_id=inspection_id,
        serial="GB01-000077",
    )


def review(inspection_id: int, *, places: int = 1) -> Status:
    return replace(
        READY,
        state=State.REVIEW,
        lamps=LampView(amber=True),
        word=f"LOOK: {places} place{'' if places == 1 else 's'}",
        step="Take the board out.",
        verdict=Verdict.REVIEW,
        inspection_id=inspection_id,
        serial="GB01-000078",
    )


def broken() -> Status:
    return replace(
        READY,
        state=State.FAULT,
        lamps=LampView(red=True),
        word="FAULT",
        step="Trying again by itself. The button tries at once.",
        faults=(FAULT,),
    )


def at_work(state: State) -> Status:
    steps = {
        State.SEATED: "Waiting for settled light and a fresh picture",
        State.INSPECTING: "Judging 8 windows",
        State.RECORDING: "Writing the record",
    }
    word = "Recording…" if state is State.RECORDING else "Inspecting…"
    return replace(READY, state=state, word=word, step=steps[state], lamps=LampView(amber=True))


def maintenance() -> Status:
    return replace(
        READY,
        state=State.MAINTENANCE,
        word="Maintenance",
        step="No boards are judged.",
        worker="Teo",
        lamps=LampView(amber=True),
    )


def setup() -> Status:
    return replace(
        READY,
        state=State.SETUP,
        word="Setup",
        step="Choose a recipe on the page or scan a part number.",
        recipe=None,
        recipe_version=None,
        part_number=None,
    )


def lamp_test() -> Status:
    return replace(
        READY,
        state=State.LAMP_TEST,
        word="Lamp test",
        step="All three lamps are lit. Is one dark?",
        lamps=LampView(red=True, amber=True, green=True),
    )
