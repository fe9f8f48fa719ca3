"""The database for a backup, and the check of one that comes from a backup."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from appliance.store import audit
from appliance.store.database import check_content, check_file, connect
from appliance.store.errors import CorruptDatabaseError, guarded
from appliance.store.migrate import check_and_migrate, migrations, refuse_newer, version_of
from appliance.store.reading import reader_database

_PICTURE = re.compile(r"\d{4}-\d\d-\d\d/\d{8,}-[A-Za-z0-9_.~%-]+\.jpg")
# A challenge that was missed and that nobody has released locks PASS: no age lets it be forgotten.
_LOCKING = (
    "SELECT inspection_id FROM tag WHERE outcome = 'missed'"
    " AND inspection_id NOT IN (SELECT inspection_id FROM release)"
)
_LEFT_OUT = f"""
CREATE TEMP TABLE left_out AS SELECT id FROM inspection
WHERE (:since IS NULL OR utc < :since) AND id NOT IN ({_LOCKING})
"""
_THOSE = "IN (SELECT id FROM left_out)"
# Whatever points to a board goes before it.
OF_BOARDS = (
    f"DELETE FROM review WHERE undoes IS NOT NULL AND inspection_id {_THOSE}",
    f"DELETE FROM review WHERE inspection_id {_THOSE}",
    f"DELETE FROM release WHERE inspection_id {_THOSE}",
    f"DELETE FROM tag WHERE inspection_id {_THOSE}",
    f"DELETE FROM picture WHERE inspection_id {_THOSE}",
    f"DELETE FROM window WHERE inspection_id {_THOSE}",
    f"DELETE FROM inspection WHERE id {_THOSE}",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPicture:
    path: str
    """Below the folder of the pictures."""
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    version: int
    inspections: int
    newest: int
    """Number of the newest board in it, 0 for none."""
    locking: int
    """Missed challenges in it that nobody has released."""
    has_badges: bool
    audit_head: str
    """Of the audit log, as far as it had come; empty where nothing had happened."""
    pictures: tuple[KeptPicture, ...]
    """Those that had not expired when the copy was made, oldest board first."""


def copy_database(
    file: Path, target: Path, *, since_utc: str | None, operators: bool, badges: bool
) -> Copied:
    """The database at one instant, also while the service records, as one file at `target`.

    Boards recorded before `since_utc` are left out ("" keeps all, None none), but never a missed
    challenge that nobody has released: without it PASS would be free again. Numbers go on after
    the original's all the same. What is left out is in no corner of the file. Raises `StoreError`;
    nothing stays at `target` then.
    """
    source = reader_database(file)
    try:
        with source.reading("copy the database") as reading:
            _copy(reading, target)
        with guarded("copy the database", target.parent), closing(connect(target)) as copy:
            copy.execute("PRAGMA synchronous = OFF")
            # One file without a log beside it.
            copy.execute("PRAGMA journal_mode = DELETE")
            _leave_out(copy, since_utc=since_utc, operators=operators, badges=badges)
            check_content(copy)
            return _copied(copy)
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    finally:
        source.close()


def _copy(reading: sqlite3.Connection, target: Path) -> None:
    target.unlink(missing_ok=True)
    with closing(connect(target, mode="rwc")) as copy:
        target.chmod(0o600)
        copy.execute("PRAGMA synchronous = OFF")
        reading.backup(copy)


def _leave_out(
    copy: sqlite3.Connection, *, since_utc: str | None, operators: bool, badges: bool
) -> None:
    copy.execute("BEGIN IMMEDIATE")
    with audit.answers_unguarded(copy):
        if since_utc != "":
            # Told once, before anything goes: a release goes before the miss that it is of.
            copy.execute(_LEFT_OUT, {"since": since_utc})
            for statement in OF_BOARDS:
                copy.execute(statement)
            copy.execute("DROP TABLE left_out")
    if not operators:
        copy.execute("DELETE FROM operator")
    if not badges:
        copy.execute("UPDATE operator SET badge_hash = NULL")
    copy.execute("COMMIT")
    copy.execute("VACUUM")


def _copied(copy: sqlite3.Connection) -> Copied:
    count, newest = copy.execute("SELECT count(*), max(id) FROM inspection").fetchone()
    rows = copy.execute(
        "SELECT path, bytes, sha256 FROM picture WHERE expired_utc IS NULL"
        " ORDER BY inspection_id, name"
    )
    pictures = tuple(
        KeptPicture(path=row["path"], bytes=row["bytes"], sha256=row["sha256"]) for row in rows
    )
    badges = copy.execute("SELECT count(*) FROM operator WHERE badge_hash IS NOT NULL").fetchone()
    return Copied(
        version=version_of(copy),
        inspections=count,
        newest=newest or 0,
        locking=copy.execute(f"SELECT count(*) FROM ({_LOCKING})").fetchone()[0],
        has_badges=bool(badges[0]),
        audit_head=str(audit.head(copy) or ""),
        pictures=pictures,
    )


def known_version() -> int:
    """The newest form of the database that this software knows."""
    return len(migrations())


def check_copy(file: Path) -> None:
    """Whole, of a form that this software knows, with pictures nowhere but in their folder; then
    brought to the newest form. Raises `StoreError`."""
    with guarded("check the database of the archive", file.parent):
        check_file(file)
        with closing(connect(file)) as connection:
            version = version_of(connection)
            refuse_newer(version, known_version())
            if version < 1:
                raise CorruptDatabaseError(f"The database says that it has version {version}.")
            check_content(connection)
            lost = connection.execute("PRAGMA foreign_key_check").fetchone()
            if lost is not None:
                raise CorruptDatabaseError(f"A row of {lost[0]} belongs to nothing.")
            for (path,) in connection.execute("SELECT path FROM picture"):
                if not isinstance(path, str) or not _PICTURE.fullmatch(path):
                    raise CorruptDatabaseError(f"A picture is said to lie at {path!r:.80}.")
        check_and_migrate(file, migrations())


def forget_badges(file: Path) -> None:
    """Nobody has a badge any more: for a record whose badge key stayed elsewhere. Raises
    `StoreError`."""
    with guarded("forget the badges", file.parent), closing(connect(file)) as connection:
        connection.execute("UPDATE operator SET badge_hash = NULL")


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What stands in a record that a restore would replace."""

    inspections: int
    newest: int
    newest_utc: str


def held(file: Path) -> Held:
    """Of a record that its caller owns. Raises `StoreError`."""
    with guarded("count the boards", file.parent):
        check_file(file)
        with closing(connect(file)) as connection:
            count, newest, utc = connection.execute(
                "SELECT count(*), coalesce(max(id), 0), coalesce(max(utc), '') FROM inspection"
            ).fetchone()
    return Held(inspections=count, newest=newest, newest_utc=utc)
