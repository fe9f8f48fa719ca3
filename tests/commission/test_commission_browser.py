"""Commissioning as a technician does it: a phone, large buttons, hands at the simulated cabinet."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from appliance.commission.table import STEPS
from tests.commission.time_server import NoTimeServerError, time_server
from tests.commission.unit import CommissionedUnit
from tests.commission.walk import (
    FAULTS,
    PHONE,
    break_it,
    carry_out,
    led_through,
    mend_it,
    signed_in,
)

pytestmark = pytest.mark.browser


@pytest.fixture
def unit(tmp_path: Path) -> Iterator[CommissionedUnit]:
    made = CommissionedUnit(tmp_path)
    with made.service:
        yield made


@pytest.fixture
def page(unit: CommissionedUnit) -> Iterator[Page]:
    found = shutil.which("chromium")
    if found is None:
        pytest.skip("no Chromium on this machine: install the package chromium")
    with signed_in(unit, found) as page:
        yield page


def test_a_bad_unit_is_led_to_a_good_one(
    unit: CommissionedUnit, page: Page, tmp_path: Path
) -> None:
    """All steps, on the real clock, with a time server behind it."""
    break_it(unit)
    for step, (_, named) in FAULTS.items():
        told = carry_out(unit, page, step)
        assert (told.outcome, named in told.said, "→" in told.said) == ("failed", True, True), told
    assert page.get_attribute(".marks [aria-current]", "class") == "failed"

    # The technician mends what was named and is led on from where it was left.
    mend_it(unit)
    try:
        with time_server(tmp_path / "time"):
            walked = led_through(unit, page)
    except NoTimeServerError as error:
        pytest.skip(f"the step 'clock' needs a time server: {error}")
    if walked[-1].step == "slot" and "too busy for this step" in walked[-1].said:
        pytest.skip("this computer is too busy to look at contacts as often as the step wants")
    assert [each for each in walked if not each.passed] == []
    assert [each.step for each in walked] == list(STEPS)
    assert set(unit.outcomes().values()) == {"passed"}
    assert len(STEPS) == page.locator(".commissionlist li.passed").count()
    assert "Every step has passed." in page.inner_text(".notice.good")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_a_page_that_comes_back_shows_the_same_question(unit: CommissionedUnit, page: Page) -> None:
    page.goto(unit.service.pages.url + "commission/lamps/")
    page.click("form[action$=begin] button")
    page.wait_for_selector(".choices button[value=green]")
    unit.wait(lambda s: s.lamps.red or s.lamps.amber or s.lamps.green)
    assert page.locator(".minilamps .lit").count() == 0, "the page does not tell which lamp it is"
    page.goto(unit.service.pages.url + "commission/buzzer/")
    assert "Another step is under way." in page.inner_text("#now")
    page.click("#now a")
    page.wait_for_selector(".choices button[value=green]")
    sizes = page.eval_on_selector_all(
        ".choices button", "all => all.map(each => each.getBoundingClientRect().height)"
    )
    assert min(sizes) >= 44, "a gloved finger"
    page.click("#now button.quiet")
    page.wait_for_selector("text=The step was stopped")
    assert unit.outcomes() == {}


def test_the_bars_of_the_focus_fit_on_a_phone(unit: CommissionedUnit, page: Page) -> None:
    page.goto(unit.service.pages.url + "commission/camera_focus/")
    page.click("form[action$=begin] button")
    page.wait_for_selector(".choices button[value=done]")
    while page.locator(".readings meter").count() < 2:
        view, answer = unit.person_says()
        if answer is not None and view.prompt is not None and view.prompt.name == "sheet_flat":
            page.click(".choices button[value=done]")
        page.wait_for_timeout(50)
    for part in (".readings meter", ".choices button"):
        box = page.locator(part).last.bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= PHONE["width"]
        assert box["width"] > PHONE["width"] / 2
        assert box["y"] + box["height"] <= PHONE["height"], "seen without scrolling"
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
