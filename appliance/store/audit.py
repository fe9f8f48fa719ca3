"""The audit log: the table of events as a chain that shows what was done to it.

Each row's hash is SHA-256 over the hash of the row before, a line feed, and the row as a JSON array
[id, kind, by, detail, utc, boot, mono_s, synced]. Whoever edits, removes, inserts or moves a row
breaks the chain there. Whoever rewrites everything behind it, or cuts the end off, has a chain that
fits itself: only a head that was published before (on a page, in an export, in a backup, in the
journal) shows it. So heads are given out wherever the record leaves the unit.

What is logged beside sign-ins, sign-outs and refusals: people and PINs, recipes and thresholds,
answers to windows, settings, certificates, maintenance, lamp tests, starts; by the rooms that do
them, updates, backups and commissioning (`Store.add_event`).

The construction is that of a simple hash chain as in Schneier and Kelsey, "Secure Audit Logs to
Support Computer Forensics" (1999), without their secret key: the unit could not keep it from
whoever can write to its disk.
"""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from appliance.store.clock import Moment
from appliance.store.errors import RefusedError
from appliance.store.part import Part
from appliance.store.records import EventRow
from appliance.store.rows import event_of, moment_columns

GUARDS = tuple(
    f"{table}_is_{how}"
    for table in ("event", "review")
    for how in ("added_behind_the_last", "never_changed", "never_deleted")
)
MOST_FINDINGS = 20
_HEAD = re.compile(r"(\d{1,18}):([0-9a-f]{64})")


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditHead:
    """The newest entry: whoever has it can tell later whether the log up to it was touched."""

    number: int
    hash: str

    def __str__(self) -> str:
        return f"{self.number}:{self.hash}"

    @classmethod
    def parse(cls, text: str) -> AuditHead:
        """Raises `RefusedError`."""
        match = _HEAD.fullmatch(text.strip().lower())
        if match is None:
            raise RefusedError(
                f"{text[:100]!r} is no head of an audit log.",
                expected="A number, a colon and 64 hexadecimal digits.",
                action="Copy it whole from the page, the export or the backup.",
            )
        return cls(number=int(match[1]), hash=match[2])


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditReport:
    """What became of the chain."""

    entries: int
    """Chained ones."""
    older: int
    """From before the chain, bound by its first entry as a whole."""
    head: AuditHead | None
    findings: tuple[str, ...]
    """In words, the first `MOST_FINDINGS`; empty when the log is whole."""


def append(
    connection: sqlite3.Connection, kind: str, by: str | None, detail: str, at: Moment
) -> int:
    """Within the caller's transaction, which is the only one that writes. Returns the number."""
    last = connection.execute("SELECT * FROM event ORDER BY id DESC LIMIT 1").fetchone()
    sequence = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'event'").fetchone()
    row = {
        "id": 1 + max(sequence[0] if sequence else 0, last["id"] if last else 0),
        "kind": kind,
        "by": by,
        "detail": detail,
        **moment_columns(at),
        "previous": last["hash"] if last and last["hash"] else _seed(connection),
    }
    row["mono_s"] = float(row["mono_s"])
    row["hash"] = _hash(row["previous"], row)
    names = ", ".join(row)
    holders = ", ".join(f":{name}" for name in row)
    connection.execute(f"INSERT INTO event ({names}) VALUES ({holders})", row)
    return int(row["id"])


def head(connection: sqlite3.Connection) -> AuditHead | None:
    row = connection.execute(
        "SELECT id, hash FROM event WHERE hash IS NOT NULL ORDER BY id DESC LIMIT 1"
    ).fetchone()
    return None if row is None else AuditHead(number=row["id"], hash=row["hash"])


def verify(connection: sqlite3.Connection, published: AuditHead | None) -> AuditReport:
    """Walk the whole chain."""
    findings = [f"The guard {name} is gone." for name in _missing_guards(connection)]
    rows = connection.execute("SELECT * FROM event ORDER BY id")
    older, entries = hashlib.sha256(), 0
    count_older = 0
    before: str | None = None
    number, at_published = 0, None
    for row in rows:
        if row["hash"] is None and before is None:
            older.update(_text(row))
            count_older += 1
            number = row["id"]
            continue
        if before is None:
            before = older.hexdigest()
            if row["previous"] != before:
                findings.append(
                    f"What stands before entry {row['id']} is not what stood there when the chain "
                    "began."
                )
        elif row["previous"] != before:
            findings.append(
                f"Entry {row['id']} does not follow on entry {number}: something between them was "
                "removed, inserted or moved."
            )
        if row["hash"] != _hash(str(row["previous"]), row):
            findings.append(f"Entry {row['id']} was changed.")
        before, number = str(row["hash"]), row["id"]
        entries += 1
        if published is not None and number == published.number:
            at_published = before
    findings += _missing_end(connection, number)
    if published is not None and at_published is None:
        findings.append(f"Entry {published.number}, published as the newest, is missing.")
    elif published is not None and at_published != published.hash:
        findings.append(
            f"Entry {published.number} is another than the published one: the log was written anew."
        )
    return AuditReport(
        entries=entries,
        older=count_older,
        head=head(connection),
        findings=tuple(findings[:MOST_FINDINGS]),
    )


@contextmanager
def answers_unguarded(copy: sqlite3.Connection) -> Iterator[None]:
    """Within a transaction on a copy of the database that leaves boards out, with the answers to
    them; events are never left out."""
    rows = copy.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'review'"
    ).fetchall()
    for row in rows:
        copy.execute(f"DROP TRIGGER {row['name']}")
    yield
    for row in rows:
        copy.execute(row["sql"])


class AuditPart(Part):
    """What the pages, the command line, exports and backups ask of the log."""

    def audit_head(self) -> AuditHead | None:
        """To be given out with whatever leaves the unit. None on a unit where nothing happened."""
        with self._database.reading("read the audit log's head") as connection:
            return head(connection)

    def verify_audit(self, published: AuditHead | None = None) -> AuditReport:
        """Reads the whole log."""
        with self._database.reading("check the audit log") as connection:
            return verify(connection, published)

    def audit_entries(
        self,
        *,
        limit: int,
        before: int | None = None,
        kind: str | None = None,
        by: str | None = None,
    ) -> tuple[EventRow, ...]:
        """Newest first."""
        with self._database.reading("read the audit log") as connection:
            rows = connection.execute(
                "SELECT * FROM event WHERE (:before IS NULL OR id < :before)"
                " AND (:kind IS NULL OR kind = :kind) AND (:by IS NULL OR by = :by)"
                " ORDER BY id DESC LIMIT :limit",
                {"before": before, "kind": kind, "by": by, "limit": limit},
            )
            return tuple(event_of(row) for row in rows)

    def audit_kinds(self) -> tuple[str, ...]:
        """Those that there are."""
        with self._database.reading("list the kinds of events") as connection:
            return tuple(
                row[0] for row in connection.execute("SELECT DISTINCT kind FROM event ORDER BY 1")
            )


def _seed(connection: sqlite3.Connection) -> str:
    """Over every row that is older than the chain."""
    found = hashlib.sha256()
    for row in connection.execute("SELECT * FROM event WHERE hash IS NULL ORDER BY id"):
        found.update(_text(row))
    return found.hexdigest()


def _hash(previous: str, row: sqlite3.Row | dict[str, object]) -> str:
    return hashlib.sha256(previous.encode() + b"\n" + _text(row)).hexdigest()


def _text(row: sqlite3.Row | dict[str, object]) -> bytes:
    names = ("id", "kind", "by", "detail", "utc", "boot", "mono_s", "synced")
    text = json.dumps([row[name] for name in names], ensure_ascii=False, separators=(",", ":"))
    return text.encode()


def _missing_guards(connection: sqlite3.Connection) -> list[str]:
    there = {
        row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type='trigger'")
    }
    return [name for name in GUARDS if name not in there]


def _missing_end(connection: sqlite3.Connection, last: int) -> list[str]:
    """SQLite remembers the highest number that it gave."""
    row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'event'").fetchone()
    given = int(row[0]) if row else 0
    if given == last:
        return []
    return [f"The log ends at entry {last}; number {given} was given."]
