"""Take README's pictures of the pages from the running demonstration. `make pictures` runs it."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from appliance.commands import AnswerStep
from appliance.commission.simulated_person import SimulatedPerson
from appliance.commission.values import CommissionView
from appliance.config import CabinetConfig, CabinetKind, Config, Pages, Recipes, Records, Unit
from appliance.demo import Demo
from appliance.service import Service
from appliance.states import State
from appliance.store import Role
from hw import open_cabinet
from hw.sim.cabinet import SimulatedCabinet

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
        with tempfile.TemporaryDirectory(prefix="goldenboard-") as name:
            _shoot_commissioning(browser, Path(name))
        browser.close()


def _shoot_cradle(page: Page, service: Service) -> None:
    """As a technician does it, between the inspections."""
    if all(each.name != "Teo" for each in service.store.operators()):
        service.store.add_operator("Teo", Role.TECHNICIAN, pin=PIN)
    page.set_viewport_size(LAPTOP)
    _sign_in(page, service)
    page.goto(service.pages.url + "cradles/")
    page.set_input_files("input[name=board]", str(CRADLES / "boards" / "demo" / "board.toml"))
    page.click("form.fields button")
    page.wait_for_selector("#turning[data-picture=turns]", timeout=LONGEST_WAIT_S * 1000)
    page.wait_for_timeout(800)
    _shoot(page, "page", CRADLES / "pictures")


def _shoot_commissioning(browser: Browser, folder: Path) -> None:
    """A new unit with faults in its wiring, its lens and its strip, as its technician's phone and
    the wall show it."""
    config = Config(
        unit=Unit(name="line 2"),
        cabinet=CabinetConfig(kind=CabinetKind.SIMULATED, picture_px=(1920, 1080)),
        pages=Pages(host="127.0.0.1", port=0, tls=False),
        records=Records(folder=folder / "records"),
        recipes=Recipes(folder=folder / "recipes"),
    )
    cabinet = open_cabinet(config.cabinet_settings())
    assert isinstance(cabinet, SimulatedCabinet)
    person = SimulatedPerson(cabinet.world, {"name": "line 2"})
    faults = ("dark_lamp", "swapped_switches", "uneven_strip")
    for fault in faults:
        cabinet.world.start_fault(fault)
    with Service(config, cabinet=lambda: cabinet) as service:
        service.store.add_operator("Teo", Role.TECHNICIAN, pin=PIN)
        page = browser.new_page(viewport=PHONE)
        _sign_in(page, service)
        for step in ("name", "people", "lamps", "buzzer", "strip", "slot", "button", "storage"):
            _carry_out(page, service, person, step, {"lamp": "commission-lamp-phone"})
            if step == "slot":
                _shoot(page, "commission-slot-phone")
        page.set_viewport_size(LAPTOP)
        page.goto(service.pages.url + "commission/")
        page.wait_for_timeout(500)
        _shoot(page, "commission")
        page.set_viewport_size(PHONE)
        _carry_out(page, service, person, "camera_evenness", {})
        _shoot(page, "commission-evenness-phone")
        for fault in faults:
            cabinet.world.stop_fault(fault)
        _carry_out(page, service, person, "camera_exposure", {})
        _shoot(page, "commission-exposure-phone")
        _carry_out(page, service, person, "camera_focus", {"focus": "commission-focus-phone"})
        page.set_viewport_size(WALL)
        _carry_out(page, service, person, "camera_lens", {})
        page.click(".outcome summary")
        _shoot(page, "commission-lens-wall")


def _carry_out(
    page: Page, service: Service, person: SimulatedPerson, step: str, shots: dict[str, str]
) -> None:
    """One step as the technician does it; `shots` names a picture by the prompt it is taken of."""
    page.goto(f"{service.pages.url}commission/{step}/")
    before = _commission(service)
    number = -1 if before is None else before.number
    page.click("form[action$=begin] button")
    _wait(lambda: (now := _commission(service)) is not None and now.number > number)
    while (view := _commission(service)) is None or view.running:
        if view is not None and view.prompt is not None:
            name = view.prompt.name
            seen = view.prompt.readings or name == "lamp"
            if name in shots and seen and (name != "lamp" or view.number % 3 == 0):
                page.wait_for_timeout(300)
                _shoot(page, shots.pop(name))
            answer = person.react(view.prompt, view.number)
            if answer is not None:
                service.commands.put(AnswerStep(number=view.number, answer=answer, by="Teo"))
        page.wait_for_timeout(20)
    page.wait_for_selector(f"[data-key$='/{step}/{view.number}/{view.outcome}']")
    page.wait_for_timeout(300)


def _commission(service: Service) -> CommissionView | None:
    return service.board.current()[1].commission


def _sign_in(page: Page, service: Service) -> None:
    page.goto(service.pages.url + "sign-in")
    page.fill("#name", "Teo")
    page.fill("#pin", PIN)
    page.keyboard.press("Enter")
    page.wait_for_url(service.pages.url)


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
