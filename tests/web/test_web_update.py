"""The page of updates: a bundle comes in piece by piece or on a stick, its signature is looked at,
and only then it can be asked for."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from appliance.update.keys import TrustedKey
from appliance.update.state import Phase, Progress, keep_progress, settled
from appliance.web.site import attach, site_of
from tests.update import tiny
from tests.web import demo as demos
from tests.web.conftest import Visitor
from tests.web.demo import Demo
from tests.web.test_web_browser import PHONE, Open, browser, screen, scrolls

__all__ = ["browser", "screen"]

NOTES = "Reads more boards."


@pytest.fixture
def installed(demo: Demo) -> Path:
    """The unit's folder, with release 0.1.0 running and a maker whom it trusts."""
    release = demo.folder / "opt" / "releases" / "0.1.0"
    release.mkdir(parents=True)
    (release / ".whole").touch()
    (demo.folder / "opt" / "current").symlink_to("releases/0.1.0")
    key = TrustedKey(public=tiny.MAKER.public_key().public_bytes_raw(), comment="the works")
    (demo.folder / "update.pub").write_text(f"{key.line}\n")
    (demo.folder / "stick").mkdir()
    return demo.folder


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return tiny.bundle(tmp_path / "maker", "0.2.0", notes=NOTES)


def _piece(visitor: Visitor, at: int, total: int, data: bytes) -> tuple[int, dict[str, Any]]:
    answer = visitor.client.post(
        f"/update/piece?at={at}&total={total}",
        data=data,
        headers={"X-CSRF-Token": visitor.token, "Accept": "application/json"},
        content_type="application/octet-stream",
    )
    return answer.status_code, answer.get_json()


def test_a_bundle_comes_in_by_pieces_and_is_asked_for(
    installed: Path, bundle: Path, technician: Visitor, demo: Demo
) -> None:
    data = bundle.read_bytes()
    half = len(data) // 2
    assert _piece(technician, 0, len(data), data[:half]) == (200, {"bytes": half})
    # A piece that was sent twice is told where it goes on.
    assert _piece(technician, half + 7, len(data), data[half:][:9]) == (409, {"bytes": half})
    assert _piece(technician, half, len(data), data[half:]) == (200, {"bytes": len(data)})
    page = technician.text("/update/")
    assert "Version 0.2.0" in page
    assert "the works" in page
    assert NOTES in page
    sha256 = page.split('name="sha256" value="')[1].split('"')[0]
    assert technician.post("/update/install", bundle="uploaded", sha256="0" * 64).status_code == 409
    assert not (installed / "updates" / "asked.toml").exists()
    answer = technician.post("/update/install", bundle="uploaded", sha256=sha256)
    assert answer.status_code == 303
    asked = tomllib.loads((installed / "updates" / "asked.toml").read_text())
    assert asked == {"file": str(installed / "updates" / "uploaded.gbu"), "by": "Teo"}
    assert demo.store.events(kind="update_asked")[0].detail == "0.2.0 (uploaded.gbu)"
    assert "begins in a moment" in technician.text("/update/")


def test_what_is_on_a_stick_is_listed_with_its_signature(
    installed: Path, bundle: Path, technician: Visitor, tmp_path: Path
) -> None:
    (installed / "stick" / "updates").mkdir()
    bundle.rename(installed / "stick" / "updates" / "good.gbu")
    strange = tiny.bundle(tmp_path / "strange", "0.3.0", key=tiny.STRANGER)
    strange.rename(installed / "stick" / "strange.gbu")
    (installed / "stick" / "link.gbu").symlink_to("/etc/passwd")
    page = technician.text("/update/")
    assert "Version 0.2.0" in page
    assert "Version 0.3.0" not in page
    assert "Do not install it." in page
    assert "link.gbu" not in page


def test_the_unit_s_page_leads_there_only_where_there_are_releases(
    technician: Visitor, demo: Demo, installed: Path
) -> None:
    assert 'href="/update/"' in technician.text("/technician/")
    attach(demo.app, replace(site_of(demo.app), updates=None))
    assert 'href="/update/"' not in technician.text("/technician/")
    assert technician.get("/update/").status_code == 404


def test_no_other_file_can_be_named(installed: Path, bundle: Path, technician: Visitor) -> None:
    elsewhere = installed / "elsewhere.gbu"
    bundle.rename(elsewhere)
    answer = technician.post("/update/install", bundle=str(elsewhere), sha256="0" * 64)
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("at", "total", "data", "status"),
    [(0, 3 * 1024**3, b"x", 422), (5, 4, b"x", 422), (0, 4, b"", 400), (9, 20, b"x", 409)],
)
def test_a_piece_that_can_t_be_is_refused(
    installed: Path, technician: Visitor, at: int, total: int, data: bytes, status: int
) -> None:
    assert _piece(technician, at, total, data)[0] == status
    assert not (installed / "updates" / "uploaded.gbu").exists()


def test_an_operator_may_not(installed: Path, bundle: Path, operator: Visitor) -> None:
    assert _piece(operator, 0, 10, b"0123456789")[0] == 403
    assert operator.get("/update/").status_code == 403
    assert operator.post("/update/install", bundle="uploaded", sha256="0").status_code == 403
    assert not (installed / "updates").exists()


# -- in a browser -------------------------------------------------------------------------------


@pytest.mark.browser
def test_a_technician_uploads_looks_and_confirms(
    installed: Path, bundle: Path, screen: Open, tmp_path: Path
) -> None:
    opened = screen(PHONE)
    opened.sign_in("Teo", demos.TECHNICIAN_PIN)
    page = opened.go("/update/")
    assert "No bundle here" in page.inner_text("main")
    page.set_input_files("input[name=bundle]", str(bundle))
    page.click("#update-upload button")
    page.wait_for_selector("article h3")
    assert "Version 0.2.0" in page.inner_text("article")
    assert not scrolls(page)[0]
    page.click("article summary")
    page.screenshot(path=str(tmp_path / "offer.png"), full_page=True)
    page.click("article form button")
    page.wait_for_selector("[data-busy]")
    assert (installed / "updates" / "asked.toml").is_file()
    # Root's unit takes it up; the page follows until it is over.
    (installed / "updates" / "asked.toml").unlink()
    state = installed / "opt" / "update.toml"
    trial = Progress(
        phase=Phase.TRIAL, before="0.1.0", after="0.2.0", utc="2026-03-02T08:00:00.000Z"
    )
    keep_progress(state, trial)
    page.get_by_text("is on trial").wait_for()
    why = "The update to 0.2.0 was undone: its service ended. Version 0.1.0 runs on."
    keep_progress(state, settled(trial, good=False, outcome=why, utc=trial.utc))
    page.get_by_text("runs on").wait_for()
    page.screenshot(path=str(tmp_path / "undone.png"), full_page=True)
