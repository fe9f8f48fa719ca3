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

FOLDER = Path(__file__).resolve().parents[2] / "appliance" / "web" / "screenshots"
WALL, PHONE = {"width": 1920, "height": 1080}, {"width": 390, "height": 844}
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
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
        browser.close()


def _wait(is_so: Callable[[], bool]) -> None:
    end_s = time.monotonic() + LONGEST_WAIT_S
    while not is_so():
        if time.monotonic() > end_s:
            raise SystemExit("The demonstration did not come to it; run it by hand to see why.")
        time.sleep(0.1)


def _shoot(page: Page, name: str) -> None:
    page.screenshot(path=str(FOLDER / f"{name}.png"))
    sys.stderr.write(f"{name}.png\n")


if __name__ == "__main__":
    main()
