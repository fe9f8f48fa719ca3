"""Pages of plug-ins: taken in through the same door, or left out; never in the way of the start."""

from __future__ import annotations

import logging
from collections.abc import Callable
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from flask import Blueprint

from appliance.store import Role
from appliance.web.access import needs, open_to_all
from appliance.web.app import create_app
from appliance.web.extra_pages import GROUP, ExtraPages, Surroundings
from appliance.web.plugins import load_extra_pages
from tests.web.demo import Demo

TEXTS = {"en": {"other.nav": "Other"}}


def blueprint(prefix: str = "/other", name: str = "other", mark: object = open_to_all) -> Blueprint:
    made = Blueprint(name, __name__, url_prefix=prefix)

    def index() -> str:
        return "here"

    made.add_url_rule("/", "index", mark(index) if callable(mark) else index)
    return made


def extra(pages: Blueprint, texts: dict[str, dict[str, str]] = TEXTS, nav: str = "index") -> object:
    def opened(_: Surroundings) -> ExtraPages:
        return ExtraPages(blueprint=pages, texts=texts, nav=nav, desk=1, close=lambda: None)

    return opened


def broken(_: Surroundings) -> ExtraPages:
    raise RuntimeError("a bug of the plug-in")


class Plugin:
    """An entry point whose module is this one."""

    name = "other"

    def __init__(self, load: Callable[[], object]) -> None:
        self.load = load


def missing() -> object:
    return EntryPoint("other", "no_such_module_anywhere:pages", GROUP).load()


@pytest.mark.parametrize(
    ("load", "why"),
    [
        (missing, "no_such_module_anywhere"),
        (lambda: broken, "a bug of the plug-in"),
        (lambda: extra(blueprint(mark=None)), "does not say who may ask"),
        (lambda: extra(blueprint(name="boards")), "named 'boards'"),
        (lambda: extra(blueprint(prefix="/boards")), "not below /other/"),
        (lambda: extra(blueprint(), nav="nothing"), "no view other.nothing"),
        (lambda: extra(blueprint(), {"en": {}}), "other.nav"),
        (lambda: extra(blueprint(), {"en": TEXTS["en"] | {"nav.boards": "!"}}), "nav.boards"),
        (lambda: extra(blueprint(), TEXTS | {"pt": {"other.x": "!"}}), "other.x"),
        (lambda: 7, "not callable"),
    ],
)
def test_what_can_not_be_taken_in_is_left_out_and_named(
    demo: Demo, caplog: pytest.LogCaptureFixture, load: Callable[[], object], why: str
) -> None:
    with caplog.at_level(logging.ERROR):
        found = load_extra_pages(
            demo.folder,
            status=demo.board,
            store=demo.store,
            plugins=[Plugin(load)],  # type: ignore[list-item]
        )
    assert found == ()
    assert "the pages of 'other' are left out" in caplog.text
    assert why in caplog.text


def _with(demo: Demo, *extras: ExtraPages) -> str:
    app = create_app(
        store=demo.store, status=demo.board, commands=demo.commands, recipes=demo.recipes,
        settings=demo.settings, extras=extras,
    )  # fmt: skip
    client = app.test_client()
    assert client.get("/other/").status_code == (200 if extras else 404)
    return client.get("/technician/").text


def test_what_is_taken_in_stands_in_the_navigation(demo: Demo, tmp_path: Path) -> None:
    seen: list[Surroundings] = []

    def opened(around: Surroundings) -> ExtraPages:
        seen.append(around)
        return ExtraPages(
            blueprint=blueprint(), texts=TEXTS, nav="index", desk=1, close=lambda: None
        )

    plugin = Plugin(lambda: opened)
    found = load_extra_pages(
        tmp_path,
        status=demo.board,
        store=demo.store,
        plugins=[plugin],  # type: ignore[list-item]
    )
    assert seen[0].folder == tmp_path / "other"
    assert '<a href="/other/" >Other</a>' in _with(demo, *found)
    assert "Other" not in _with(demo)


def test_one_that_is_not_installed_is_no_fault(
    demo: Demo, caplog: pytest.LogCaptureFixture
) -> None:
    plugin = Plugin(lambda: lambda _: None)
    with caplog.at_level(logging.INFO):
        found = load_extra_pages(
            demo.folder,
            status=demo.board,
            store=demo.store,
            plugins=[plugin],  # type: ignore[list-item]
        )
    assert found == ()
    assert [record.levelname for record in caplog.records] == ["INFO"]


def test_a_role_is_asked_for_as_everywhere(demo: Demo) -> None:
    pages = blueprint(mark=needs(Role.TECHNICIAN))
    opened = extra(pages)
    assert callable(opened)
    app = create_app(
        store=demo.store, status=demo.board, commands=demo.commands, recipes=demo.recipes,
        settings=demo.settings, extras=[opened(None)],
    )  # fmt: skip
    answer = app.test_client().get("/other/")
    assert (answer.status_code, "/sign-in?next=/other/" in answer.location) == (302, True)
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
