"""The pages in a real Chromium, as the people at the cabinet use them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

import pytest

from appliance.commands import ReloadRecipe
from appliance.recipe import load
from appliance.states import State
from appliance.status import LampView
from appliance.store import Selection
from appliance.terms import Answer, Call, Verdict
from appliance.web import PageServer
from tests.web import demo as demos
from tests.web.demo import Demo, passed

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = pytest.mark.browser

ARGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
WALL = {"width": 1920, "height": 1080}
PHONE = {"width": 390, "height": 844}
SMALL = {"width": 360, "height": 640}
PATIENCE_MS = 30_000
HOSTILE = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=ARGS)
        yield launched
        launched.close()


@dataclass
class Screen:
    """One browser window on one unit, with everything it complained about."""

    page: Any
    base: str
    complaints: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)

    def go(self, path: str) -> Any:
        self.page.goto(self.base + path)
        return self.page

    def live(self, path: str = "/") -> Any:
        """Open a page and wait until the cabinet spoke to it."""
        self.go(path)
        self.page.wait_for_selector("#mini[data-link=live]", state="attached")
        return self.page

    def sign_in(self, name: str, pin: str) -> None:
        self.go("/sign-in")
        self.page.fill("#name", name)
        self.page.fill("#pin", pin)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(self.base + "/")


Open = Callable[..., Screen]


@pytest.fixture
def screen(browser: Any, demo: Demo, server: PageServer) -> Iterator[Open]:
    contexts = []
    screens: list[Screen] = []

    def opened(size: dict[str, int] = WALL, **options: Any) -> Screen:
        context = browser.new_context(viewport=size, timezone_id="Europe/Lisbon", **options)
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        made = Screen(page=context.new_page(), base=server.url.rstrip("/"))
        made.page.on("pageerror", lambda error: made.complaints.append(str(error)))
        made.page.on(
            "console",
            lambda said: made.complaints.append(said.text) if said.type == "error" else None,
        )
        made.page.on("request", lambda asked: made.hosts.add(urlsplit(asked.url).netloc))
        screens.append(made)
        return made

    demo.beat()
    yield opened
    for each in screens:
        assert each.complaints == []
        assert each.hosts <= {urlsplit(each.base).netloc}
    for context in contexts:
        context.close()


def state_is(page: Any, state: str) -> None:
    page.wait_for_selector(f"#main[data-state={state}]")


def lit(page: Any) -> list[str]:
    return [
        name
        for name, lamp in (("red", ".r"), ("amber", ".a"), ("green", ".g"))
        if "lit" in (page.get_attribute(f"#beacon {lamp}", "class") or "")
    ]


def scrolls(page: Any) -> tuple[bool, bool]:
    """Whether the page is wider, and whether it is higher than the window."""
    wide, high = page.evaluate(
        "[document.documentElement.scrollWidth > innerWidth,"
        " document.documentElement.scrollHeight > innerHeight]"
    )
    return bool(wide), bool(high)


def test_the_lamp_follows_the_cabinet(demo: Demo, screen: Open) -> None:
    page = screen().live()
    assert (page.inner_text("#head"), page.inner_text("#tail")) == ("Ready", "insert a board")
    for status, state, lamps in (
        (demos.at_work(State.INSPECTING), "inspecting", ["amber"]),
        (passed(), "passed", ["green"]),
        (demos.READY, "empty", []),
        (demos.broken(), "fault", ["red"]),
        (demos.lamp_test(), "lamp_test", ["red", "amber", "green"]),
    ):
        demo.show(status)
        state_is(page, state)
        assert lit(page) == lamps
        assert page.title() == status.word
    # Only the lamps change: it blinks.
    demo.show(demos.broken())
    state_is(page, "fault")
    page.wait_for_selector("#beacon .r.lit")
    demo.show(replace(demos.broken(), lamps=LampView(amber=True)))
    page.wait_for_selector("#beacon .a.lit")
    assert lit(page) == ["amber"]
    assert "amber" in page.get_attribute("#beacon", "aria-label")


@pytest.mark.parametrize("cause", ["server gone", "controller stands still"])
def test_without_its_cabinet_the_page_shows_no_verdict(
    demo: Demo, screen: Open, server: PageServer, cause: str
) -> None:
    opened = screen()
    page = opened.live()
    number = demo.add(Verdict.FAIL, {"C1": Call.DEFECT})
    demo.show(demos.failed(number, places=1))
    page.wait_for_selector(".places li")
    demo.show(passed())
    state_is(page, "passed")
    if cause == "server gone":
        server.stop()
    else:
        demo.stop_beating()
    state_is(page, "offline")
    assert "PASS" not in page.inner_text("#main")
    assert "No contact" in page.inner_text("#main")
    assert lit(page) == []
    assert page.locator(".places li").count() == 0
    assert page.title().startswith("No contact")
    if cause == "controller stands still":
        demo.beat()
        state_is(page, "passed")
    else:
        opened.complaints.clear()  # the browser itself says that the connection was refused


def test_a_page_opened_on_a_dead_controller_never_shows_its_last_verdict(
    demo: Demo, screen: Open
) -> None:
    demo.show(passed())
    demo.stop_beating()
    page = screen().go("/")
    seen = page.evaluate(
        """() => new Promise((done) => {
            const seen = new Set();
            const main = document.getElementById("main");
            const look = () => {
                seen.add(main.dataset.state);
                if (seen.has("offline")) done([...seen]);
            };
            new MutationObserver(look).observe(main, { attributes: true });
            look();
        })"""
    )
    assert set(seen) <= {"loading", "offline"}
    assert lit(page) == []


def test_other_pages_say_that_they_may_be_out_of_date(demo: Demo, screen: Open) -> None:
    page = screen().live("/boards/")
    assert page.is_hidden("#lost")
    demo.stop_beating()
    page.wait_for_selector("#lost", state="visible")
    demo.beat()
    page.wait_for_selector("#lost", state="hidden")


def test_when_every_stream_is_taken_the_page_asks_instead(demo: Demo, screen: Open) -> None:
    gate = demo.app.extensions["goldenboard"].gate
    while gate.enter():
        pass
    opened = screen()
    page = opened.live()
    demo.show(passed())
    state_is(page, "passed")
    assert lit(page) == ["green"]
    opened.complaints.clear()  # the refused stream


@pytest.mark.parametrize("size", [WALL, PHONE], ids=["wall", "phone"])
def test_the_verdict_is_read_from_two_metres(
    demo: Demo, screen: Open, size: dict[str, int]
) -> None:
    number = demo.add(Verdict.FAIL, {"C1": Call.DEFECT, "D1": Call.UNSURE})
    page = screen(size).live()
    for status, state in (
        (passed(), "passed"),
        (demos.failed(number), "failed"),
        (demos.review(number), "review"),
        (demos.broken(), "fault"),
    ):
        demo.show(status)
        state_is(page, state)
        if state in ("failed", "review"):
            page.wait_for_selector("#main[data-evidence=yes]")
        box = page.locator("#head").bounding_box()
        assert box["height"] >= size["height"] / 6, state
        assert box["x"] + box["width"] <= size["width"], state
        assert box["y"] + box["height"] <= size["height"], state
        assert scrolls(page)[0] is False, state


def test_nothing_scrolls_on_the_verdict_page(demo: Demo, screen: Open) -> None:
    many = dict.fromkeys(("C1", "J2", "Q1"), Call.DEFECT)
    many |= dict.fromkeys(("D1", "L1", "F1", "T1"), Call.UNSURE)
    page = screen(WALL).live()
    shown = [
        demos.READY, demos.at_work(State.SEATED), demos.at_work(State.RECORDING), passed(),
        demos.broken(), demos.maintenance(), demos.setup(), demos.lamp_test(),
    ]  # fmt: skip
    for status in shown:
        demo.show(status)
        state_is(page, status.state)
        assert scrolls(page) == (False, False), status.state
    for count in range(1, len(many) + 1):
        number = demo.add(Verdict.FAIL, dict(list(many.items())[:count]))
        demo.show(demos.failed(number, places=count))
        page.wait_for_selector(f'.places[data-count="{min(count, 6)}"] li')
        assert scrolls(page) == (False, False)
        # Nothing is cut off inside either.
        cut = page.evaluate(
            """() => [...document.querySelectorAll('.places, .places li, .says')]
                .filter((e) => e.scrollHeight > e.clientHeight + 2
                    || e.scrollWidth > e.clientWidth + 2)
                .map((e) => `${e.className} ${e.scrollHeight}/${e.clientHeight}`)"""
        )
        assert cut == [], count


def test_golden_and_seen_stand_side_by_side(demo: Demo, screen: Open) -> None:
    number = demo.add(Verdict.FAIL, {"C1": Call.DEFECT, "D1": Call.UNSURE})
    page = screen().live()
    demo.show(demos.failed(number))
    page.wait_for_selector("#main[data-evidence=yes] .places img")
    page.wait_for_function(
        "() => [...document.querySelectorAll('.places img')].every((i) => i.naturalWidth > 0)"
    )
    golden, seen = (page.locator(".places li").first.locator("img").nth(n) for n in (0, 1))
    assert "golden:C1" in golden.get_attribute("src")
    assert "seen:C1" in seen.get_attribute("src")
    left, right = golden.bounding_box(), seen.bounding_box()
    assert left["x"] + left["width"] <= right["x"]
    assert abs(left["y"] - right["y"]) < 1
    assert page.locator(".picture text").all_text_contents() == ["1", "2"]


@pytest.mark.parametrize("size", [SMALL, WALL], ids=["small phone", "wall"])
def test_no_page_is_wider_than_its_screen(demo: Demo, screen: Open, size: dict[str, int]) -> None:
    numbers = [demo.add(Verdict.FAIL, {"C1": Call.DEFECT, "D1": Call.UNSURE}, serial="S" * 60)]
    demo.add(Verdict.PASS, serial="GB01-000001")
    opened = screen(size)
    opened.sign_in("Teo", demos.TECHNICIAN_PIN)
    for path in (
        "/", "/supervisor", "/boards/", f"/boards/{numbers[0]}", f"/boards/{numbers[0]}/review",
        "/technician/", "/recipes/", "/recipes/demo?window=C1", "/sign-in", "/operators/",
    ):  # fmt: skip
        page = opened.go(path)
        assert scrolls(page)[0] is False, path
    for status in (demos.broken(), demos.at_work(State.INSPECTING), demos.maintenance()):
        demo.show(status)
        page = opened.live("/")
        state_is(page, status.state)
        assert scrolls(page)[0] is False, status.state


def test_by_keyboard_alone(demo: Demo, screen: Open) -> None:
    page = screen().live("/boards/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.locator(".skip").bounding_box()["x"] >= 0
    for _ in range(30):
        page.keyboard.press("Tab")
        ring = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert ring != "none", page.evaluate("document.activeElement.outerHTML")
        if page.evaluate("document.activeElement.textContent.trim()") == "Sign in":
            break
    page.keyboard.press("Enter")
    page.wait_for_selector("#name:focus")
    page.keyboard.type("Ana")
    page.keyboard.press("Tab")
    page.keyboard.type(demos.OPERATOR_PIN)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector(".who b")
    assert page.inner_text(".who b") == "Ana"
    assert urlsplit(page.url).path == "/boards/"


def test_review_by_keys(demo: Demo, screen: Open) -> None:
    number = demo.add(Verdict.FAIL, {"C1": Call.DEFECT, "D1": Call.UNSURE})
    opened = screen()
    opened.sign_in("Ana", demos.OPERATOR_PIN)
    page = opened.live(f"/boards/{number}/review")
    seen, heat = (page.locator(f".one img[src$='{kind}:C1']") for kind in ("seen", "heat"))
    shown = []
    for _ in range(2):
        page.keyboard.press("h")
        shown.append((seen.is_visible(), heat.is_visible()))
    assert shown == [(False, True), (True, False)]
    for key, told in (
        ("d", "1 of 2 places answered"),
        ("g", "Every place is answered"),
        ("u", "1 of 2 places answered"),
    ):
        page.keyboard.press(key)
        page.wait_for_selector(f"text={told}")
        # Every answer is a new page, and its text stands there before its keys are heard.
        page.wait_for_load_state("domcontentloaded")
    windows = demo.store.inspection(number).windows
    answers = {w.result.component: w.answer for w in windows if w.result.call is not Call.GOOD}
    assert answers == {"C1": Answer.TRUE_DEFECT, "D1": None}


def test_a_threshold_is_moved_judged_again_and_saved(demo: Demo, screen: Open) -> None:
    for n in range(6):
        demo.add(Verdict.PASS, serial=f"P{n}")
    opened = screen()
    opened.sign_in("Teo", demos.TECHNICIAN_PIN)
    page = opened.live("/recipes/demo?window=C1")
    page.fill("#review_above", "0.0001")
    page.keyboard.press("Tab")
    page.wait_for_selector("#preview >> text=6 boards would be called otherwise.")
    assert page.locator("#preview tbody tr").count() == 6
    assert load(demo.recipes / "demo").version == 1
    page.click("text=Save as a new version")
    page.wait_for_selector("text=Saved as version 2.")
    window = load(demo.recipes / "demo").window("C1")
    assert (window.review_above, window.defect_above) == (0.0001, 0.8)
    assert demo.commands.get() == ReloadRecipe(by="Teo")
    # The lower band takes the upper one along rather than crossing it.
    page.fill("#review_above", "0.9")
    page.keyboard.press("Tab")
    assert page.input_value("#defect_above") == "0.9"


def test_new_figures_come_by_themselves(demo: Demo, screen: Open) -> None:
    demo.add(Verdict.PASS)
    page = screen().live("/supervisor")
    assert page.inner_text(".figure .value >> nth=0") == "1"
    number = demo.add(Verdict.PASS)
    demo.show(passed(inspection_id=number))
    page.wait_for_function("() => document.querySelector('.figure .value').textContent === '2'")
    assert demo.store.figures(Selection()).boards.inspected == 2


def test_light_and_dark(screen: Open) -> None:
    papers = {}
    for scheme in ("light", "dark"):
        page = screen(color_scheme=scheme).live("/boards/")
        papers[scheme] = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert papers == {"light": "rgb(243, 244, 242)", "dark": "rgb(15, 19, 22)"}


def test_with_reduced_motion_a_blink_stands_still(demo: Demo, screen: Open) -> None:
    page = screen(reduced_motion="reduce").live()
    demo.show(demos.broken())
    state_is(page, "fault")
    assert lit(page) == ["red", "amber"]


def test_times_are_in_the_viewers_zone(demo: Demo, screen: Open) -> None:
    demo.add(Verdict.PASS)  # recorded 07:30 UTC on 2 March 2026
    page = screen().live("/boards/")
    assert "07:30" in page.inner_text("tbody time")
    assert page.inner_text("[data-zone]") == "Europe/Lisbon"


def test_hostile_words_do_nothing(demo: Demo, screen: Open) -> None:
    number = demo.add(Verdict.FAIL, {"C1": Call.DEFECT}, serial=HOSTILE)
    fault = replace(demos.FAULT, found=HOSTILE, action=HOSTILE)
    opened = screen()
    for status, path in (
        (replace(demos.failed(number), serial=HOSTILE, operator=HOSTILE), "/"),
        (replace(demos.broken(), faults=(fault,), step=HOSTILE), "/"),
        (replace(demos.READY, word=HOSTILE), "/boards/"),
        (demos.READY, f"/boards/{number}"),
        (replace(demos.broken(), faults=(fault,)), "/technician/"),
    ):
        demo.show(status)
        page = opened.live(path)
        page.wait_for_load_state("load")
        assert page.title() != "owned"
        assert page.locator("img[src=x]").count() == 0


def test_a_kiosk_takes_new_pages_by_itself(
    demo: Demo, screen: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = screen().live("/?kiosk=1")
    assert page.is_hidden("header")
    for module in ("streams", "app"):
        monkeypatch.setattr(f"appliance.web.{module}.release", lambda: "updated")
    demo.show(passed())
    page.wait_for_selector("html[data-release=updated]", state="attached")
    state_is(page, "passed")
