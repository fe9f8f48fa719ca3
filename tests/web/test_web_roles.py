"""Who may ask for what: the whole list, so that a view that is added or opened is seen here.

Operator < supervisor < technician: who stands higher may what the lower may.
"""

from __future__ import annotations

import re

import pytest

from appliance.store import Role
from appliance.web.access import SAFE_METHODS, access_of
from tests.web.conftest import Visitor
from tests.web.demo import Demo

EVERYBODY = None
WHO_MAY = {
    "GET /": EVERYBODY,
    "GET /api/boards": EVERYBODY,
    "GET /api/boards/<int:inspection_id>": EVERYBODY,
    "GET /api/status": EVERYBODY,
    "GET /audit/": Role.SUPERVISOR,
    "GET /audit/log.jsonl": Role.SUPERVISOR,
    "GET /boards/": EVERYBODY,
    "GET /boards/<int:inspection_id>": EVERYBODY,
    "GET /boards/<int:inspection_id>/pictures/<path:name>": EVERYBODY,
    "GET /boards/<int:inspection_id>/review": EVERYBODY,
    "POST /boards/<int:inspection_id>/review": Role.OPERATOR,
    "POST /boards/<int:inspection_id>/review/undo": Role.OPERATOR,
    "GET /boards/search": EVERYBODY,
    "GET /care/": EVERYBODY,
    "POST /care/backup": Role.TECHNICIAN,
    "POST /care/bundle": Role.TECHNICIAN,
    "GET /commission/": Role.TECHNICIAN,
    "GET /commission/<name>/": Role.TECHNICIAN,
    "POST /commission/<name>/answer": Role.TECHNICIAN,
    "POST /commission/<name>/begin": Role.TECHNICIAN,
    "GET /commission/<name>/now": Role.TECHNICIAN,
    "POST /commission/<name>/skip": Role.TECHNICIAN,
    "POST /commission/<name>/stop": Role.TECHNICIAN,
    "POST /duty/begin": Role.OPERATOR,
    "POST /duty/end": Role.OPERATOR,
    "POST /duty/serial": Role.OPERATOR,
    "GET /events": EVERYBODY,
    "GET /export/boards.csv": EVERYBODY,
    "GET /export/boards.jsonl": EVERYBODY,
    "GET /favicon.ico": EVERYBODY,
    "GET /live/board/<int:inspection_id>": EVERYBODY,
    "GET /operators/": Role.TECHNICIAN,
    "POST /operators/active": Role.TECHNICIAN,
    "POST /operators/add": Role.TECHNICIAN,
    "POST /operators/change": Role.TECHNICIAN,
    "POST /pin": Role.OPERATOR,
    "GET /proof/": Role.SUPERVISOR,
    "GET /proof/acceptance.pdf": Role.SUPERVISOR,
    "POST /proof/acceptance.pdf": Role.SUPERVISOR,
    "POST /proof/challenge/add": Role.TECHNICIAN,
    "POST /proof/challenge/release": Role.TECHNICIAN,
    "POST /proof/challenge/retire": Role.TECHNICIAN,
    "GET /proof/study": Role.SUPERVISOR,
    "GET /proof/study.csv": Role.SUPERVISOR,
    "GET /proof/study.json": Role.SUPERVISOR,
    "POST /proof/study/begin": Role.SUPERVISOR,
    "POST /proof/study/end": Role.SUPERVISOR,
    "GET /proof/trials.csv": Role.SUPERVISOR,
    "GET /recipes/": EVERYBODY,
    "GET /recipes/<name>": EVERYBODY,
    "GET /recipes/<name>/golden/<int:version>/<path:component>": EVERYBODY,
    "GET /recipes/<name>/preview": EVERYBODY,
    "POST /recipes/<name>/select": Role.TECHNICIAN,
    "POST /recipes/<name>/thresholds": Role.TECHNICIAN,
    "GET /sign-in": EVERYBODY,
    "POST /sign-in": EVERYBODY,
    "POST /sign-out": EVERYBODY,
    "GET /static/<path:filename>": EVERYBODY,
    "GET /supervisor": EVERYBODY,
    "GET /supervisor/figures": EVERYBODY,
    "GET /technician/": EVERYBODY,
    "POST /technician/lamp-test": Role.TECHNICIAN,
    "POST /technician/maintenance/begin": Role.TECHNICIAN,
    "POST /technician/maintenance/end": Role.TECHNICIAN,
    "GET /technician/now": EVERYBODY,
    "POST /technician/retry": Role.TECHNICIAN,
    "GET /update/": Role.TECHNICIAN,
    "POST /update/install": Role.TECHNICIAN,
    "POST /update/system": Role.TECHNICIAN,
    "GET /update/now": EVERYBODY,
    "POST /update/piece": Role.TECHNICIAN,
}


def table(demo: Demo) -> dict[str, Role | None]:
    found: dict[str, Role | None] = {}
    for rule in demo.app.url_map.iter_rules():
        access = access_of(demo.app.view_functions[rule.endpoint])
        assert access is not None
        methods = (set(rule.methods or ()) - SAFE_METHODS) or {"GET"}
        found.update(dict.fromkeys((f"{method} {rule.rule}" for method in methods), access.role))
    return found


def test_the_table_is_the_pages(demo: Demo) -> None:
    assert table(demo) == WHO_MAY


def asked(visitor: Visitor, view: str) -> int:
    """The answer's code; addresses with a made-up value where they want one."""
    method, rule = view.split(" ", 1)
    path = re.sub(r"<(?:int:)(\w+)>", "1", rule)
    path = re.sub(r"<[^>]+>", "demo", path)
    return (visitor.get(path) if method == "GET" else visitor.post(path)).status_code


@pytest.mark.parametrize("role", [None, *Role])
def test_who_stands_too_low_gets_no_further_than_the_door(demo: Demo, role: Role | None) -> None:
    order = (None, Role.OPERATOR, Role.SUPERVISOR, Role.TECHNICIAN)
    visitor = Visitor(demo.app.test_client())
    if role is None:
        visitor.refresh_token()
    else:
        demo.store.add_operator("Lou", role, pin="12345678")
        assert visitor.sign_in("Lou", "12345678").status_code == 303
    above = [view for view, least in WHO_MAY.items() if order.index(least) > order.index(role)]
    codes = {view: asked(visitor, view) for view in above}
    expected = {
        view: (401 if view.startswith("POST") else 302) if role is None else 403 for view in above
    }
    assert codes == expected


def test_with_the_units_first_pin_no_door_opens_but_that_of_its_change(demo: Demo) -> None:
    demo.store.add_operator("Ona", Role.TECHNICIAN, pin="12345678")
    with demo.store._database.writing("mark") as connection:
        connection.execute("UPDATE operator SET pin_is_first = 1 WHERE name = 'Ona'")
    visitor = Visitor(demo.app.test_client())
    assert visitor.sign_in("Ona", "12345678").status_code == 303
    closed = [view for view, least in WHO_MAY.items() if least and view != "POST /pin"]
    codes = {view: asked(visitor, view) for view in closed}
    assert codes == {view: 403 if view.startswith("POST") else 302 for view in closed}
    changed = visitor.post("/pin", old="12345678", new="my own words", again="my own words")
    assert changed.status_code == 303
    assert asked(visitor, "GET /audit/") == 200
