"""The audit log: nothing in the store changes it, and what is done past the store is found."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from appliance import cli
from appliance.store import AuditHead, AuditReport, MissingError, RefusedError, Store
from appliance.store.audit import GUARDS
from appliance.store.database import FILE
from appliance.store.migrate import create, migrations
from appliance.terms import Answer, Call, Verdict

from .conftest import Opener
from .factories import RecordFactory, TestClock

KINDS = ("software_started", "page_signed_in", "recipe_changed", "lamp_test", "page_signed_out")


def fill(store: Store, clock: TestClock) -> AuditHead:
    for count, kind in enumerate(KINDS):
        store.add_event(kind, "Ana" if count else None, f"detail {count} äöü")
        clock.advance(1)
    head = store.audit_head()
    assert head is not None
    return head


def tamper(folder: Path, *statements: str) -> None:
    """Somebody who holds the file, and takes the guards away first and puts them back after."""
    with closing(sqlite3.connect(folder / FILE)) as connection, connection:
        guards = [
            (name, sql)
            for name, sql in connection.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
            ).fetchall()
        ]
        assert len(guards) == len(GUARDS)
        for name, _ in guards:
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(statement)
        for _, sql in guards:
            connection.execute(sql)


def verified(folder: Path, published: AuditHead | None = None) -> AuditReport:
    with Store.open_for_reading(folder) as store:
        return store.verify_audit(published)


def hash_by_hand(previous: str, *row: object) -> str:
    text = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(f"{previous}\n{text}".encode()).hexdigest()


def test_the_chain_is_what_its_description_says(store: Store, clock: TestClock) -> None:
    assert store.audit_head() is None
    assert store.verify_audit() == AuditReport(entries=0, older=0, head=None, findings=())
    head = fill(store, clock)
    previous = hashlib.sha256().hexdigest()
    for event in reversed(store.events()):
        assert event.previous == previous
        previous = hash_by_hand(
            previous, event.event_id, event.kind, event.by, event.detail, event.at.utc,
            event.at.boot_id, event.at.monotonic_s, int(event.at.clock_synced),
        )  # fmt: skip
        assert event.hash == previous
    assert head == AuditHead(number=5, hash=previous)
    assert AuditHead.parse(f" {str(head).upper()}\n") == head
    assert store.verify_audit(head) == AuditReport(entries=5, older=0, head=head, findings=())


@pytest.mark.parametrize("text", ["", "5", "5:abc", "x:" + "0" * 64, "5:" + "g" * 64])
def test_what_is_no_head_is_refused(text: str) -> None:
    with pytest.raises(RefusedError, match="no head"):
        AuditHead.parse(text)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET detail = 'nothing' WHERE id = 3",
        "UPDATE event SET hash = NULL",
        "DELETE FROM event WHERE id = 5",
        "DELETE FROM event",
        "REPLACE INTO event SELECT * FROM event WHERE id = 3",
        "INSERT INTO event SELECT 3, kind, by, detail, utc, boot, mono_s, synced, previous, hash"
        " FROM event WHERE id = 5 ON CONFLICT (id) DO UPDATE SET detail = ''",
        "INSERT INTO event (kind, detail, utc, boot, mono_s, synced)"
        " VALUES ('a', '', '', '', 0, 0)",
        "INSERT INTO event (kind, detail, utc, boot, mono_s, synced, previous, hash)"
        " VALUES ('a', '', '', '', 0, 0, 'wrong', 'x')",
        "DELETE FROM review",
        "UPDATE review SET answer = 'FALSE_CALL'",
        "REPLACE INTO review SELECT * FROM review",
    ],
)
def test_sqlite_itself_refuses_to_change_what_happened(
    open_store: Opener, folder: Path, clock: TestClock, factory: RecordFactory, statement: str
) -> None:
    """Also for a program that knows nothing of the store."""
    store = open_store()
    number = store.add_inspection(factory.record(Verdict.FAIL, calls={"C1": Call.DEFECT}), {})
    store.add_review(number, "C1", Answer.TRUE_DEFECT, "Ana")
    fill(store, clock)
    before = store.events(), store.inspection(number)
    with (
        closing(sqlite3.connect(folder / FILE)) as connection,
        connection,
        pytest.raises(sqlite3.IntegrityError, match=r"only ever added|never (changed|deleted)"),
    ):
        connection.execute(statement)
    assert (store.events(), store.inspection(number)) == before
    assert store.verify_audit().findings == ()


@pytest.mark.parametrize(
    ("statements", "found"),
    [
        (["UPDATE event SET detail = 'nothing' WHERE id = 3"], ["Entry 3 was changed."]),
        (["UPDATE event SET by = NULL WHERE id = 5"], ["Entry 5 was changed."]),
        (["UPDATE event SET mono_s = mono_s + 1 WHERE id = 1"], ["Entry 1 was changed."]),
        (
            ["DELETE FROM event WHERE id = 3"],
            [
                "Entry 4 does not follow on entry 2: something between them was removed, inserted "
                "or moved."
            ],
        ),
        (
            ["DELETE FROM event WHERE id = 1"],
            ["What stands before entry 2 is not what stood there when the chain began."],
        ),
        (["DELETE FROM event WHERE id = 5"], ["The log ends at entry 4; number 5 was given."]),
        (["DELETE FROM event"], ["The log ends at entry 0; number 5 was given."]),
        (
            [
                "UPDATE event SET id = 99 WHERE id = 2",
                "UPDATE event SET id = 2 WHERE id = 3",
                "UPDATE event SET id = 3 WHERE id = 99",
            ],
            [
                "Entry 2 does not follow on entry 1: something between them was removed, inserted "
                "or moved.",
                "Entry 2 was changed.",
                "Entry 3 does not follow on entry 2: something between them was removed, inserted "
                "or moved.",
                "Entry 3 was changed.",
                "Entry 4 does not follow on entry 3: something between them was removed, inserted "
                "or moved.",
            ],
        ),
        (
            [
                "INSERT INTO event (kind, detail, utc, boot, mono_s, synced)"
                " VALUES ('a', '', '2026-01-01T00:00:00.000Z', '', 0, 0)"
            ],
            [
                "Entry 6 does not follow on entry 5: something between them was removed, inserted "
                "or moved.",
                "Entry 6 was changed.",
            ],
        ),
        (
            ["UPDATE event SET hash = NULL, previous = NULL WHERE id <= 2"],
            ["What stands before entry 3 is not what stood there when the chain began."],
        ),
    ],
)
def test_what_is_done_past_the_store_is_found(
    open_store: Opener, folder: Path, clock: TestClock, statements: list[str], found: list[str]
) -> None:
    fill(open_store(), clock)
    tamper(folder, *statements)
    assert list(verified(folder).findings) == found


def test_a_guard_that_is_gone_is_found(open_store: Opener, folder: Path, clock: TestClock) -> None:
    fill(open_store(), clock)
    with closing(sqlite3.connect(folder / FILE)) as connection:
        connection.execute("DROP TRIGGER event_is_never_changed")
    assert verified(folder).findings == ("The guard event_is_never_changed is gone.",)


def test_a_cut_that_covers_its_traces_is_found_by_the_published_head_alone(
    open_store: Opener, folder: Path, clock: TestClock
) -> None:
    head = fill(open_store(), clock)
    tamper(
        folder,
        "DELETE FROM event WHERE id > 3",
        "UPDATE sqlite_sequence SET seq = 3 WHERE name = 'event'",
    )
    assert verified(folder).findings == ()  # the chain fits itself: that is why heads are given out
    assert verified(folder, head).findings == ("Entry 5, published as the newest, is missing.",)


def test_a_chain_written_anew_is_found_by_the_published_head_alone(
    open_store: Opener, folder: Path, clock: TestClock
) -> None:
    store = open_store()
    head = fill(store, clock)
    rows = []
    previous = hashlib.sha256().hexdigest()
    for event in reversed(store.events()):
        detail = "nothing" if event.event_id == 3 else event.detail
        new = hash_by_hand(
            previous, event.event_id, event.kind, event.by, detail, event.at.utc,
            event.at.boot_id, event.at.monotonic_s, int(event.at.clock_synced),
        )  # fmt: skip
        rows.append(
            f"UPDATE event SET detail = '{detail}', previous = '{previous}', hash = '{new}'"
            f" WHERE id = {event.event_id}"
        )
        previous = new
    tamper(folder, *rows)
    assert verified(folder).findings == ()
    assert verified(folder, head).findings == (
        "Entry 5 is another than the published one: the log was written anew.",
    )


def test_what_happened_before_the_chain_is_bound_by_its_first_entry(
    folder: Path, open_store: Opener, clock: TestClock
) -> None:
    folder.mkdir()
    create(folder / FILE, migrations()[:1])
    with closing(sqlite3.connect(folder / FILE)) as connection, connection:
        for count in range(3):
            connection.execute(
                "INSERT INTO event (kind, detail, utc, boot, mono_s, synced)"
                " VALUES ('lamp_test', ?, '2026-01-01T00:00:00.000Z', 'b', 1.5, 1)",
                (f"old {count}",),
            )
    fill(open_store(), clock)
    whole = verified(folder)
    assert (whole.older, whole.entries, whole.findings) == (3, 5, ())
    tamper(folder, "UPDATE event SET detail = 'other' WHERE id = 2")
    assert verified(folder).findings == (
        "What stands before entry 4 is not what stood there when the chain began.",
    )


def test_answers_and_first_technicians_are_logged_with_what_they_are(
    store: Store, factory: RecordFactory
) -> None:
    number = store.add_inspection(factory.record(Verdict.FAIL, calls={"C1": Call.DEFECT}), {})
    review = store.add_review(number, "C1", Answer.TRUE_DEFECT, "Ana")
    store.undo_review(review, "Bo")
    with pytest.raises(MissingError):
        store.undo_review(99, "Bo")
    store.ensure_first_technician()
    assert [(e.kind, e.by, e.detail) for e in reversed(store.events())] == [
        ("review_given", "Ana", f"inspection {number} C1: TRUE_DEFECT"),
        ("review_taken_back", "Bo", f"answer {review}"),
        ("first_technician_made", None, "technician"),
    ]
    assert store.audit_kinds() == ("first_technician_made", "review_given", "review_taken_back")
    assert [e.event_id for e in store.audit_entries(limit=9, by="Ana")] == [1]
    assert [e.event_id for e in store.audit_entries(limit=1, before=3)] == [2]


def test_the_command_says_whole_or_where_it_is_not(
    open_store: Opener, folder: Path, clock: TestClock, capsys: pytest.CaptureFixture[str]
) -> None:
    head = fill(open_store(), clock)
    command = ["audit", "verify", "--folder", str(folder)]
    assert cli.main(command) == 0
    assert capsys.readouterr().out == f"The audit log is whole: 5 entries.\nHead: {head}\n"
    assert cli.main([*command, "--head", str(head)]) == 0
    assert "the published head is in it" in capsys.readouterr().out
    assert cli.main([*command, "--head", "nonsense"]) == 2
    assert "no head" in capsys.readouterr().err
    tamper(folder, "UPDATE event SET detail = 'nothing' WHERE id = 3")
    assert cli.main(command) == 1
    assert "Entry 3 was changed." in capsys.readouterr().err
    assert cli.main(["audit", "show", "--folder", str(folder), "--limit", "2"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [json.loads(line)["number"] for line in lines] == [5, 4]
    assert cli.main(["audit", "verify", "--folder", str(folder / "none")]) == 2
