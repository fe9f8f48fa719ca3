"""Take README's pictures of the pages from the running demonstration. `make pictures` runs it."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from appliance.demo import Demo
from appliance.service import Service
from appliance.states import State
from appliance.store import Role

FOLDER = Path(__file__).resolve().parents[2] / "appliance" / "web" / "screenshots"
WALL, PHONE = {"width": 1920, "height": 1080}, {"width": 390, "height": 844}
CRADLES = FOLDER.parents[2] / "cradles"
LAPTOP = {"width": 1280, "height": 860}
# The picture that turns is drawn by a graphics card made of software.
OPTIONS = [
    "--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--disable-quic",
    "--disable-background-networking",
]  # fmt: skip
PIN = "for these pictures"
LONGEST_WAIT_S = 600.0


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    demo = Demo(Path("var/pictures"), boards=None, recipe=None)
    config = demo.prepare()
    config = replace(config, pages=replace(config.pages, port=0))
    with (
        Service(config, cabinet=demo.cabinet) as service,
        demo.hands(service.is_ready),
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=OPTIONS)
        page = browser.new_page(viewport=WALL)
        page.goto(service.pages.url)
        for state, name in ((State.FAILED, "verdict-fail"), (State.PASSED, "verdict-pass")):
            _wait(lambda state=state: service.board.current()[1].state is state)
            page.wait_for_timeout(800)
            _shoot(page, name)
        _wait(lambda: service.store.figures().boards.inspected >= 12)
        page.goto(service.pages.url + "supervisor")
        page.wait_for_timeout(800)
        _shoot(page, "supervisor")
        page.set_viewport_size(PHONE)
        page.goto(service.pages.url + "technician/")
        page.wait_for_timeout(800)
        _shoot(page, "technician-phone")
        _shoot_cradle(page, service)
        browser.close()


def _shoot_cradle(page: Page, service: Service) -> None:
    """As a technician does it, between the inspections."""
    if all(each.name != "Teo" for each in service.store.operators()):
        service.store.add_operator("Teo", Role.TECHNICIAN, pin=PIN)
    page.set_viewport_size(LAPTOP)
    page.goto(service.pages.url + "sign-in")
    page.fill("#name", "Teo")
    page.fill("#pin", PIN)
    page.keyboard.press("Enter")
    page.wait_for_url(service.pages.url)
    page.goto(service.pages.url + "cradles/")
    page.set_input_files("input[name=board]", str(CRADLES / "boards" / "demo" / "board.toml"))
    page.click("form.fields button")
    page.wait_for_selector("#turning[data-picture=turns]", timeout=LONGEST_WAIT_S * 1000)
    page.wait_for_timeout(800)
    _shoot(page, "page", CRADLES / "pictures")


def _wait(is_so: Callable[[], bool]) -> None:
    end_s = time.monotonic() + LONGEST_WAIT_S
    while not is_so():
        if time.monotonic() > end_s:
            raise SystemExit("The demonstration did not come to it; run it by hand to see why.")
        time.sleep(0.1)


def _shoot(page: Page, name: str, folder: Path = FOLDER) -> None:
    page.screenshot(path=str(folder / f"{name}.png"))
    sys.stderr.write(f"{name}.png\n")


if __name__ == "__main__":
    main()
