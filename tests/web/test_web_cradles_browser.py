"""The cradles' page in a real Chromium: a file goes in, a picture turns, a print file comes out."""

from __future__ import annotations

import io
import xml.etree.ElementTree
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from appliance.states import State
from appliance.vision.crop import Pixels
from tests.web import demo as demos
from tests.web.cradle_demo import KICAD, children
from tests.web.demo import Demo
from tests.web.test_web_browser import ARGS, PHONE, SMALL, Open, Screen, screen, scrolls, sync_api

pytestmark = pytest.mark.browser
__all__ = ["screen"]

WEBGL = ["--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
LAPTOP = {"width": 1280, "height": 900}
NO_WEBGL = "HTMLCanvasElement.prototype.getContext = () => null"


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Any]:
    """With a graphics card made of software: what is drawn is drawn by the page's own shaders."""
    args = [each for each in ARGS if each != "--disable-gpu"] + WEBGL
    with sync_api.sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=args)
        yield launched
        launched.close()


@pytest.fixture
def demo(unit: Path) -> Iterator[Demo]:
    with demos.make(unit, plugins=True) as made:
        yield made
    assert children(unit) == []


def ordered(opened: Screen, name: str, data: bytes) -> Any:
    """The technician gives a file and presses the button."""
    opened.sign_in("Teo", demos.TECHNICIAN_PIN)
    page = opened.go("/cradles/")
    page.set_input_files(
        "input[name=board]", {"name": name, "mimeType": "application/octet-stream", "buffer": data}
    )
    page.click("form.fields button")
    return page


def seen(page: Any) -> Pixels:
    """The canvas as the screen shows it, after the frame that was asked for, without the ring round
    what has the focus."""
    page.evaluate("document.activeElement.blur()")
    page.evaluate("new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)))")
    shot = page.locator("#turning canvas").screenshot()
    decoded = cv2.imdecode(np.frombuffer(shot, np.uint8), cv2.IMREAD_COLOR)
    assert decoded is not None
    return np.asarray(decoded, np.uint8)


def differs(one: Pixels, other: Pixels) -> float:
    """Share of pixels that are clearly others."""
    apart = np.abs(one.astype(np.int16) - other.astype(np.int16)).max(axis=2)
    return float((apart > 24).mean())


def test_a_board_file_becomes_a_cradle_that_turns_and_is_taken_home(
    demo: Demo, screen: Open, tmp_path: Path
) -> None:
    opened = screen(LAPTOP, reduced_motion="reduce")
    page = ordered(opened, "sensor.kicad_pcb", KICAD)
    page.wait_for_selector("[data-state=building] .steps [aria-current=step]")
    # No reload: the page follows, and goes on to the cradle by itself.
    page.wait_for_url("**/cradles/made/sensor-a-b-*", timeout=120_000)
    page.wait_for_selector("#turning[data-picture=turns]")
    assert "Every check holds" in page.inner_text("main")
    assert page.is_hidden("#turning img")
    start = seen(page)
    green = (start[..., 1] > start[..., 2].astype(int) + 40).mean()
    assert green > 0.01, "the board, laid in"
    # The edges of the picture are empty, its middle is not: there is something, and it is whole.
    assert differs(start, np.full_like(start, start[0, 0])) > 0.2
    for edge in (start[0], start[-1], start[:, 0], start[:, -1]):
        assert np.abs(edge.astype(int) - start[0, 0]).max() < 24
    box = page.locator("#turning canvas").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 120, y - 60, steps=4)
    page.mouse.up()
    dragged = seen(page)
    assert differs(start, dragged) > 0.05
    page.mouse.move(x, y)  # no button: nothing turns
    assert differs(dragged, seen(page)) == 0
    page.press("#turning canvas", "ArrowLeft")
    by_key = seen(page)
    assert differs(dragged, by_key) > 0.02
    page.press("#turning canvas", "+")
    assert differs(by_key, seen(page)) > 0.02
    page.press("#turning canvas", "0")  # at once: this person wants no motion
    assert differs(start, seen(page)) < 0.001
    page.click("[data-do=board]")
    bare = seen(page)
    assert (bare[..., 1] > bare[..., 2].astype(int) + 40).mean() < green / 10
    page.click("[data-do=below]")
    assert differs(bare, seen(page)) > 0.1
    # The file that is printed.
    with page.expect_download() as taking:
        page.click("text=cradle.3mf")
    assert taking.value.suggested_filename.endswith("-cradle.3mf")
    taken = tmp_path / "taken.3mf"
    taking.value.save_as(taken)
    model = zipfile.ZipFile(taken).read("3D/3dmodel.model")
    root = xml.etree.ElementTree.parse(io.BytesIO(model)).getroot()
    space = "{http://schemas.microsoft.com/3dmanufacturing/core/2015/02}"
    corners = [[float(v.get(k, "nan")) for k in "xyz"] for v in root.iter(space + "vertex")]
    size = np.ptp(np.array(corners), axis=0)
    assert root.get("unit") == "millimeter"
    assert size[:2].tolist() == [180.0, 150.0]
    path = page.url.removeprefix(opened.base)
    # Elsewhere: a phone; a browser without WebGL; somebody who only looks.
    for window in (PHONE, SMALL):
        phone = screen(window, has_touch=True)
        page = phone.live(path)
        page.wait_for_selector("#turning[data-picture=turns]")
        assert not scrolls(page)[0]
        assert page.locator("text=Delete this cradle").count() == 0
        phone.live("/cradles/")
        assert not scrolls(page)[0]
    still = screen(LAPTOP)
    still.page.add_init_script(NO_WEBGL)
    page = still.live(path)
    page.wait_for_selector("#turning[data-picture=still]")
    assert page.is_visible("#turning img")
    assert page.evaluate("document.querySelector('#turning img').naturalWidth") == 1200
    assert "can't turn the picture" in page.inner_text("main")
    assert page.is_hidden("#turns")


def test_without_javascript_the_page_asks_again_by_itself(demo: Demo, screen: Open) -> None:
    demo.show(demos.at_work(State.SEATED))  # so that it waits, and the page is seen
    page = ordered(screen(java_script_enabled=False), "psu.dxf", b"hello")
    assert "Without JavaScript" in page.inner_text("main")
    demo.show(demos.READY)
    page.wait_for_selector("[data-state=failed]")
    assert "psu.dxf to be a DXF drawing" in page.inner_text("main")


def test_waiting_and_stopping(demo: Demo, screen: Open) -> None:
    demo.show(demos.at_work(State.INSPECTING))
    page = ordered(screen(), "sensor.kicad_pcb", KICAD)
    page.wait_for_selector("text=Waits: a board is being inspected.")
    page.click("text=Stop building")
    page.wait_for_selector("[data-state=failed]")
    assert "Building was stopped" in page.inner_text("main")
    assert page.title().startswith("Building a cradle")
