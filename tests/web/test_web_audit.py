"""The page Audit: who sees it, what is asked of it, and that refusals land in it, within bounds."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from appliance.config import CabinetConfig, CabinetKind, Config, Pages, Records
from appliance.settings_mark import KIND as SETTINGS
from appliance.settings_mark import note_settings
from appliance.store import AuditHead, Role
from appliance.web.refusals import KIND, MOST_AN_HOUR, Refusals
from tests.web import demo as demos
from tests.web.conftest import Visitor
from tests.web.demo import Demo


def test_a_supervisor_reads_filters_checks_and_takes_it_away(demo: Demo) -> None:
    demo.store.add_operator("Sue", Role.SUPERVISOR, pin="12345678")
    visitor = Visitor(demo.app.test_client())
    assert visitor.sign_in("Sue", "12345678").status_code == 303
    for count in range(60):
        demo.store.add_event("lamp_test", "Teo", f"<b>{count}</b>")
    head = demo.store.audit_head()
    page = visitor.text("/audit/")
    assert head is not None
    assert str(head) in page.replace("<wbr>", "")
    assert "&lt;b&gt;59&lt;/b&gt;" in page
    assert "before=12" in page
    page = visitor.text("/audit/?kind=page_signed_in&by=Sue")
    assert ("Sue" in page, "lamp_test</td>" in page) == (True, False)
    assert "No entry fits" in visitor.text("/audit/?by=nobody")
    assert f"Whole: {head.number} entries" in visitor.text("/audit/?check=1")
    kept = visitor.text(f"/audit/?check=1&head={head}")
    assert "The head that you kept is in it." in kept
    strange = AuditHead(number=head.number, hash="0" * 64)
    assert "written anew" in visitor.text(f"/audit/?check=1&head={strange}")
    assert visitor.get("/audit/?check=1&head=abc").status_code == 409
    lines = [json.loads(line) for line in visitor.text("/audit/log.jsonl").splitlines()]
    assert lines[0] == {"unit": "demo", "head": str(head)} | {"unit": lines[0]["unit"]}
    assert [line["number"] for line in lines[1:]] == list(range(head.number, 0, -1))
    assert lines[1]["hash"] == head.hash


def test_an_edit_past_the_software_is_shown(demo: Demo, technician: Visitor) -> None:
    with closing(sqlite3.connect(demo.folder / "records/records.db")) as connection, connection:
        connection.execute("DROP TRIGGER event_is_never_changed")
        connection.execute("UPDATE event SET by = 'Ana' WHERE id = 1")
    page = technician.text("/audit/?check=1")
    assert "NOT whole" in page
    assert "Entry 1 was changed." in page
    assert "The guard event_is_never_changed is gone." in page


def test_refused_sign_ins_are_logged_without_what_was_typed(demo: Demo, visitor: Visitor) -> None:
    visitor.sign_in("teo", "wrong pin")
    visitor.sign_in("4711", "Ana")
    visitor.refresh_token()
    visitor.post("/sign-in", badge="BADGE-99")
    events = demo.store.events(kind=KIND)
    assert [(event.by, event.detail) for event in reversed(events)] == [
        (None, "Teo from 127.0.0.1"),
        (None, "an unknown name from 127.0.0.1"),
        (None, "a badge from 127.0.0.1"),
    ]


def test_refusals_fill_no_disk(demo: Demo) -> None:
    clock = [0.0]
    refusals = Refusals(lambda: clock[0])
    for _ in range(MOST_AN_HOUR + 40):
        refusals.note(demo.store, name="Ana", address="10.0.0.9")
    assert len(demo.store.events(kind=KIND, limit=1000)) == MOST_AN_HOUR
    clock[0] = 3600.0
    refusals.note(demo.store, name="Ana", address="10.0.0.9")
    (newest,) = demo.store.events(kind=KIND, limit=1)
    assert newest.detail == "Ana from 10.0.0.9; 40 more before it were only counted"


def test_changed_settings_are_logged_by_table(unit: Path) -> None:
    config = Config(
        cabinet=CabinetConfig(kind=CabinetKind.SIMULATED), records=Records(folder=unit / "records")
    )
    with demos.make(unit) as demo:
        for each in (config, config, replace(config, pages=Pages(tls=False)), config):
            note_settings(demo.store, each)
        details = [event.detail for event in reversed(demo.store.events(kind=SETTINGS))]
    assert [detail.split(": ")[0] for detail in details] == ["first start", "pages", "pages"]
