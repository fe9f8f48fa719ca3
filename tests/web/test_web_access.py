"""Who may do what: looking is free, changing needs a role and a token, GET changes nothing."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.routing import Rule

from appliance.commands import BeginMaintenance, Command, EndMaintenance, RetryFault, TestLamps
from appliance.store import Role
from appliance.terms import Call, Verdict
from appliance.web.access import (
    UnmarkedViewError,
    access_of,
    anyone_may_post,
    check_every_view,
    needs,
    open_to_all,
)
from appliance.web.guard import host_is_ours
from tests.web.conftest import Visitor
from tests.web.demo import Demo

VALUES = {
    "inspection_id": "1",
    "name": "demo",
    "version": "1",
    "component": "C1",
    "filename": "pages.css",
}


def address(rule: Rule) -> str:
    def value(match: re.Match[str]) -> str:
        if rule.endpoint == "boards.picture" and match[1] == "name":
            return "board"
        if rule.endpoint.startswith("commission.") and match[1] == "name":
            return "lamps"
        return VALUES[match[1]]

    return re.sub(r"<(?:\w+:)?(\w+)>", value, rule.rule)


def rules(demo: Demo, method: str) -> list[Rule]:
    return [rule for rule in demo.app.url_map.iter_rules() if method in (rule.methods or ())]


def everything(demo: Demo) -> tuple[list[str], dict[str, bytes], Command | None]:
    """The whole state that a page could change."""
    with sqlite3.connect(demo.folder / "records" / "records.db") as connection:
        rows = list(connection.iterdump())
    connection.close()
    files = {
        str(path.relative_to(demo.folder)): path.read_bytes()
        for part in ("recipes", "records/pictures")
        for path in sorted((demo.folder / part).rglob("*"))
        if path.is_file()
    }
    return rows, files, demo.commands.get()


def test_no_get_changes_anything(demo: Demo, technician: Visitor) -> None:
    demo.add(Verdict.FAIL, {"C1": Call.DEFECT}, serial="S1")
    before = everything(demo)
    answers = {
        address(rule): technician.get(
            address(rule),
            query_string={
                "component": "C1", "review_above": "0.1", "defect_above": "0.2", "serial": "S1",
                "answer": "TRUE_DEFECT", "role": "technician", "active": "no", "pin": "12345678",
            },
        ).status_code
        for rule in rules(demo, "GET")
        if rule.endpoint != "live.events"
    }  # fmt: skip
    assert set(answers.values()) <= {200, 302}, answers
    assert everything(demo) == before


def test_post_addresses_refuse_get(demo: Demo, technician: Visitor) -> None:
    only_post = [
        r for r in rules(demo, "POST") if r.rule not in {g.rule for g in rules(demo, "GET")}
    ]
    codes = {address(rule): technician.get(address(rule)).status_code for rule in only_post}
    assert set(codes.values()) == {405}, codes


def test_every_change_needs_somebody(demo: Demo, visitor: Visitor) -> None:
    visitor.refresh_token()
    before = everything(demo)
    codes = {}
    for rule in rules(demo, "POST"):
        access = access_of(demo.app.view_functions[rule.endpoint])
        assert access is not None
        if access.role is not None:
            codes[address(rule)] = visitor.post(address(rule)).status_code
    assert len(codes) >= 15
    assert set(codes.values()) == {401}, codes
    assert everything(demo) == before


def test_every_change_needs_the_role(demo: Demo, operator: Visitor) -> None:
    before = everything(demo)
    codes = {
        address(rule): operator.post(address(rule)).status_code
        for rule in rules(demo, "POST")
        if (access := access_of(demo.app.view_functions[rule.endpoint])) is not None
        and access.role is Role.TECHNICIAN
    }
    assert len(codes) >= 9
    assert set(codes.values()) == {403}, codes
    assert operator.get("/operators/").status_code == 403
    assert everything(demo) == before


@pytest.mark.parametrize("token", ["", "0" * 64, "ü", "stolen"])
def test_every_change_needs_the_token(demo: Demo, technician: Visitor, token: str) -> None:
    stranger = Visitor(demo.app.test_client())
    stranger.refresh_token()
    technician.token = stranger.token if token == "stolen" else token
    before = everything(demo)
    codes = {
        address(rule): technician.post(address(rule)).status_code for rule in rules(demo, "POST")
    }
    assert set(codes.values()) == {403}, codes
    assert everything(demo) == before


def test_a_form_of_another_site_is_refused(demo: Demo, technician: Visitor) -> None:
    for headers in (
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ):
        answer = technician.client.post(
            "/technician/lamp-test", data={"csrf": technician.token}, headers=headers
        )
        assert answer.status_code == 403
    assert demo.commands.get() is None
    answer = technician.client.post(
        "/technician/lamp-test",
        data={"csrf": technician.token},
        headers={"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"},
    )
    assert (answer.status_code, demo.commands.get()) == (303, TestLamps(by="Teo"))


def test_the_technicians_buttons_ask_the_cabinet(demo: Demo, technician: Visitor) -> None:
    for path in ("maintenance/begin", "maintenance/end", "retry"):
        assert technician.post(f"/technician/{path}").status_code == 303
    asked = [demo.commands.get() for _ in range(4)]
    assert asked == [
        BeginMaintenance(by="Teo"),
        EndMaintenance(by="Teo"),
        RetryFault(by="Teo"),
        None,
    ]


def test_a_full_queue_is_said(demo: Demo, technician: Visitor) -> None:
    while demo.commands.put(RetryFault(by="somebody")):
        pass
    answer = technician.post("/technician/retry")
    assert answer.status_code == 503
    assert "has not caught up" in answer.text


@pytest.mark.parametrize(
    ("host", "ours"),
    [
        ("192.168.1.20", True),
        ("192.168.1.20:8080", True),
        ("[fe80::1]:8080", True),
        ("localhost:8080", True),
        ("cabinet-3", True),
        ("cabinet-3.local", True),
        ("cabinet-3.plant.example", True),
        ("Cabinet-3.Plant.example:80", True),
        ("evil.example", False),
        ("192.168.1.20.evil.example", False),
        ("evil.example:8080", False),
        ("", False),
    ],
)
def test_hosts(host: str, ours: bool) -> None:
    assert host_is_ours(host, ("cabinet-3.plant.example",)) is ours


def test_a_strangers_name_reads_nothing(demo: Demo, visitor: Visitor) -> None:
    answer = visitor.get("/api/status", headers={"Host": "evil.example"})
    assert answer.status_code == 403
    assert answer.json is not None
    assert answer.json["code"] == "host"


def test_a_view_that_does_not_say_is_an_error() -> None:
    def app(mark: object, *methods: str) -> Flask:
        made = Flask("t", static_folder=None)

        def view() -> str:
            return ""

        made.add_url_rule("/x", view_func=mark(view) if callable(mark) else view, methods=methods)
        return made

    for broken in (
        app(None, "GET"),
        app(open_to_all, "POST"),
        app(needs(Role.OPERATOR), "GET", "POST"),
    ):
        with pytest.raises(UnmarkedViewError, match="/x"):
            check_every_view(broken)
    check_every_view(app(open_to_all, "GET"))
    check_every_view(app(needs(Role.OPERATOR), "POST"))
    check_every_view(app(anyone_may_post("because"), "POST"))


def test_paths_stay_inside(demo: Demo, visitor: Visitor, tmp_path: Path) -> None:
    (tmp_path / "recipe.toml").write_text("outside")
    for path in (
        "/recipes/..", "/recipes/%2e%2e", "/recipes/..%2frecords", "/recipes/.hidden",
        "/static/..%2fapp.py", "/static/%2fetc/passwd", "/recipes/demo/golden/1/..%2f..",
        "/boards/1/pictures/..%2f..%2frecords.db", "/recipes/a%00b",
    ):  # fmt: skip
        answer = visitor.get(path)
        assert answer.status_code in (308, 404, 409), (path, answer.status_code)
        assert "outside" not in answer.text
