"""The page of updates on a unit with two systems: what a stick holds is read by the real RAUC, and
asked for; root's own unit does the rest."""

from __future__ import annotations

import os
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from appliance.system_update import autoboot
from appliance.system_update.certificate import make_key
from appliance.system_update.desk import SystemDesk
from appliance.system_update.places import SystemPlaces
from appliance.update.desk import UpdateDesk
from appliance.update.state import Phase, Progress, keep_progress, settled
from appliance.web.site import attach, site_of
from tests.system_update.rauc_unit import RaucUnit, skip_unless_possible
from tests.web import demo as demos
from tests.web.conftest import Visitor
from tests.web.demo import Demo
from tests.web.test_web_browser import PHONE, Open, browser, screen, scrolls

__all__ = ["browser", "screen"]

TRIAL = Progress(phase=Phase.TRIAL, before="a", after="b", utc="2026-03-02T08:00:00.000Z")


class Card:
    """The demonstration's unit with two systems, a stick, and the maker's bundles."""

    def __init__(self, demo: Demo, folder: Path) -> None:
        (folder / "maker").mkdir()
        self.maker = RaucUnit(folder / "maker")
        self.stick = demo.folder / "stick"
        release = demo.folder / "opt" / "releases" / "0.1.0"
        release.mkdir(parents=True)
        (release / ".whole").touch()
        (demo.folder / "opt" / "current").symlink_to("releases/0.1.0")
        boot = demo.folder / "boot"
        boot.mkdir()
        self.stick.mkdir()
        autoboot.make_default("a", boot)
        self.places = SystemPlaces(
            data=demo.folder, config=demo.folder / "none.toml", boot=boot, slot="a"
        )
        self.places.folder.mkdir()
        systems = SystemDesk(self.places, self.maker.rauc, sticks=(self.stick,))
        desk = UpdateDesk(
            demo.folder / "opt", demo.folder / "update.pub", demo.folder,
            sticks=(self.stick,), systems=systems, lasting=False,
        )  # fmt: skip
        attach(demo.app, replace(site_of(demo.app), updates=desk))

    @property
    def wish(self) -> Path:
        return self.places.data / "updates" / "asked-system.toml"

    def bring(self, bundle: Path) -> Path:
        return bundle.rename(self.stick / bundle.name)


@pytest.fixture
def card(demo: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Card:
    monkeypatch.setenv("PATH", f"{os.environ['PATH']}:/sbin:/usr/sbin")
    skip_unless_possible()
    return Card(demo, tmp_path)


def test_a_bundle_on_a_stick_is_shown_and_asked_for(
    card: Card, technician: Visitor, demo: Demo
) -> None:
    page = technician.text("/update/")
    assert "<dt>System</dt><dd><b>a</b></dd>" in page
    assert "No system bundle here" in page
    assert 'name="bundle" accept=".gbu"' not in page, "a version would be gone at the next start"
    bundle = card.bring(card.maker.bundle("next"))
    key = card.maker.folder / "stranger.pem"
    card.bring(card.maker.bundle("strange", key=key, certificate=make_key(key, name="Stranger")))
    page = technician.text("/update/")
    assert page.count("Yes, install system 0.2.0") == 1
    assert "Bundle next." in page
    assert "signed by the maker" in page, "the stranger's is named and refused"
    mark = page.split('name="mark" value="')[1].split('"')[0]
    assert technician.post("/update/system", bundle=str(bundle), mark="1-1").status_code == 409
    assert technician.post("/update/system", bundle="/etc/passwd", mark=mark).status_code == 404
    assert not card.wish.exists()
    assert technician.post("/update/system", bundle=str(bundle), mark=mark).status_code == 303
    assert tomllib.loads(card.wish.read_text()) == {"file": str(bundle), "by": "Teo"}
    assert demo.store.events(kind="system_update_asked")[0].detail == "0.2.0 (next.raucb)"
    assert "begins in a moment" in technician.text("/update/")


def test_an_operator_may_not(card: Card, operator: Visitor) -> None:
    bundle = card.bring(card.maker.bundle("next"))
    assert operator.post("/update/system", bundle=str(bundle), mark="1").status_code == 403
    assert not card.wish.exists()


def test_a_unit_with_one_system_has_none_to_exchange(demo: Demo, technician: Visitor) -> None:
    release = demo.folder / "opt" / "releases" / "0.1.0"
    release.mkdir(parents=True)
    (demo.folder / "opt" / "current").symlink_to("releases/0.1.0")
    assert "System" not in technician.text("/update/now")
    assert technician.post("/update/system", bundle="x", mark="1").status_code == 404


def test_a_first_partition_that_can_t_be_read_is_said(card: Card, technician: Visitor) -> None:
    (card.places.boot / autoboot.FILE).unlink()
    assert "on trial" in technician.text("/update/now")


@pytest.mark.browser
def test_a_technician_looks_confirms_and_sees_how_it_ends(
    card: Card, screen: Open, tmp_path: Path
) -> None:
    card.bring(card.maker.bundle("next"))
    opened = screen(PHONE)
    opened.sign_in("Teo", demos.TECHNICIAN_PIN)
    page = opened.go("/update/")
    page.click("article summary")
    assert not scrolls(page)[0]
    page.screenshot(path=str(tmp_path / "system-offer.png"), full_page=True)
    page.click("article form button")
    page.wait_for_selector("[data-busy]")
    assert card.wish.is_file()
    card.wish.unlink()
    keep_progress(card.places.state, replace(TRIAL, phase=Phase.PREPARING))
    page.get_by_text("is being written").wait_for()
    why = "The system update was undone: its service ended. System a runs on."
    keep_progress(card.places.state, settled(TRIAL, good=False, outcome=why, utc=TRIAL.utc))
    page.get_by_text("System a runs on").wait_for()
    page.screenshot(path=str(tmp_path / "system-undone.png"), full_page=True)
