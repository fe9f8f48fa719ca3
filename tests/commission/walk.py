"""A technician's walk through every step on the page, in a browser: the bad unit, then the mended
one. What each step said, how it ended, how long it took."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Page, sync_playwright

from appliance.commission.table import STEPS
from appliance.store import Role
from tests.commission.unit import CommissionedUnit

PIN = "correct horse"
PHONE = {"width": 390, "height": 844}
PATIENCE_MS = 60_000
TRIES = 3
"""A computer that is busy with other things starves the looks at the contacts; that is told, and
the step is done again."""
SLOW_S = 1.2

FAULTS = {
    "lamps": ("dark_lamp", "The green lamp stays dark."),
    "slot": ("swapped_switches", "left and the right seat switch are swapped"),
    "camera_focus": ("defocus", "out of focus"),
    "camera_evenness": ("uneven_strip", "The strip is uneven"),
    "storage": ("slow_card", "The card is too slow"),
}
"""What is broken, by the step that has to name it: a bad lamp, a swapped wire, a lens out of focus,
an uneven strip, a slow card."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Walked:
    """One carrying out of a step."""

    step: str
    outcome: str
    said: str
    seconds: float

    @property
    def passed(self) -> bool:
        return self.outcome == "passed"


def break_it(unit: CommissionedUnit) -> None:
    for fault, _ in FAULTS.values():
        if fault == "slow_card":
            unit.slow_s = SLOW_S
        else:
            unit.world.start_fault(fault)


def mend_it(unit: CommissionedUnit) -> None:
    for fault, _ in FAULTS.values():
        if fault == "slow_card":
            unit.slow_s = 0.0
        else:
            unit.world.stop_fault(fault)


@contextmanager
def signed_in(unit: CommissionedUnit, chromium: str) -> Iterator[Page]:
    """The technician's phone. Raises AssertionError for what a browser's console complains of."""
    unit.service.store.add_operator("Teo", Role.TECHNICIAN, pin=PIN)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport=PHONE, ignore_https_errors=True)
        page.set_default_timeout(PATIENCE_MS)
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on(
            "console",
            lambda said: wrong.append(said.text) if said.type in ("error", "warning") else None,
        )
        page.goto(unit.service.pages.url + "sign-in")
        page.fill("#name", "Teo")
        page.fill("#pin", PIN)
        page.keyboard.press("Enter")
        page.wait_for_url(unit.service.pages.url)
        yield page
        assert wrong == []
        browser.close()


def carry_out(unit: CommissionedUnit, page: Page, step: str) -> Walked:
    """Press Begin, do what the page says, press what was seen; what the page says at the end."""
    began_s = time.monotonic()
    page.goto(f"{unit.service.pages.url}commission/{step}/")
    if "Take any board out" in STEPS[step].task and unit.world.board is not None:
        unit.world.remove()  # a sheet of a step before
    before = -1 if unit.view is None else unit.view.number
    page.click("form[action$=begin] button")
    unit.wait(lambda s: s.commission is not None and s.commission.number > before)
    while True:
        view, answer = unit.person_says()
        if not view.running:
            break
        if answer is not None:
            # Only what stands on the page can be pressed, and only for the question it shows.
            page.wait_for_selector(f"input[name=number][value='{view.number}']", state="attached")
            if view.prompt is not None and view.prompt.free_text:
                page.fill("input[name=answer]", answer)
                page.click(".choices button")
            else:
                page.click(f".choices button[value={answer}]")
            unit.wait(
                lambda s, n=view.number: (
                    s.commission is not None  # type: ignore[misc]
                    and (s.commission.number != n or not s.commission.running)
                )
            )
        page.wait_for_timeout(10)
    # The outcome of the run before stands on the page until it has followed the cabinet.
    page.wait_for_selector(f"[data-key$='/{step}/{view.number}/{view.outcome}']")
    return Walked(
        step=step,
        outcome=view.outcome,
        said=page.inner_text(".outcome"),
        seconds=round(time.monotonic() - began_s, 1),
    )


def carry_out_patiently(unit: CommissionedUnit, page: Page, step: str) -> Walked:
    """Again where the computer was too busy to look."""
    for _ in range(TRIES):
        walked = carry_out(unit, page, step)
        if walked.passed or "too busy for this step" not in walked.said:
            break
    return walked


def led_through(
    unit: CommissionedUnit, page: Page, say: Callable[[Walked], None] = lambda walked: None
) -> list[Walked]:
    """From the overview to the next step that has not passed, as the page leads, until there is
    none or one does not pass."""
    walked: list[Walked] = []
    while True:
        page.goto(unit.service.pages.url + "commission/")
        onward = page.query_selector(".head a.button")
        if onward is None:
            return walked
        step = str(onward.get_attribute("href")).split("/")[-2]
        walked.append(carry_out_patiently(unit, page, step))
        say(walked[-1])
        if not walked[-1].passed or len(walked) > len(STEPS):
            return walked
