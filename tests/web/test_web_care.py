"""The page of the card: open to look at; what is taken home is a technician's."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from appliance.care.archive import Archive
from appliance.care.key import own_fingerprint
from appliance.web import create_app
from tests.web.conftest import Visitor
from tests.web.demo import TECHNICIAN_PIN, Demo


def test_everybody_sees_the_card(filled: tuple[Demo, dict[str, int]]) -> None:
    text = Visitor(filled[0].app.test_client()).text("/care/")
    for words in (
        "DG4032", "at most 50 % of its life used", "6.4 TB so far, 1.28 TB a year",
        "good for 6.7 years", "0 errors since it was last checked", "limit none",
        "Sign in as a technician", "Next to go",
    ):  # fmt: skip
        assert words in text, words
    assert own_fingerprint(filled[0].folder) in text
    assert "Make and download" not in text


def test_the_bundle_is_a_technicians(demo: Demo, technician: Visitor, operator: Visitor) -> None:
    assert operator.post("/care/bundle").status_code == 403
    answer = technician.post("/care/bundle")
    assert answer.headers["Content-Type"] == "application/zip"
    assert ".zip" in answer.headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.data)) as bundle:
        names = set(bundle.namelist())
        everything = b"".join(bundle.read(name) for name in names)
    assert {"unit.json", "status.json", "card.json", "inspections.json"} <= names
    assert "selftest.json" not in names
    assert TECHNICIAN_PIN.encode() not in everything
    assert b"$argon2" not in everything
    assert [(e.kind, e.by) for e in demo.store.events(limit=1)] == [("support_taken", "Teo")]
    assert list(demo.folder.glob(".care-*")) == []


def test_the_backup_is_one(demo: Demo, technician: Visitor, tmp_path: Path) -> None:
    demo.add(None)
    answer = technician.post("/care/backup", passphrase="a long passphrase")
    assert answer.status_code == 200
    file = tmp_path / "taken"
    file.write_bytes(answer.data)
    with Archive(file, lambda theirs: theirs == own_fingerprint(demo.folder)) as archive:
        about = archive.manifest.about
    assert (about.records, about.inspections, about.operators) == ("none", 0, True)
    assert technician.post("/care/backup", passphrase="short").status_code == 409


def test_a_start_clears_away_what_a_cut_left(unit: Path) -> None:
    from tests.web import demo as demos

    (unit / ".care-x").mkdir()
    with demos.make(unit):
        assert not (unit / ".care-x").exists()


def test_pages_without_a_unit_have_no_such_page(demo: Demo) -> None:
    bare = create_app(
        store=demo.store,
        status=demo.board,
        commands=demo.commands,
        recipes=demo.recipes,
        settings=demo.settings,
    )
    visitor = Visitor(bare.test_client())
    assert visitor.get("/care/").status_code == 404
    assert "/care/" not in visitor.text("/technician/")
