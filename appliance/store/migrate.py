"""Bringing a database of older software to this one's form, by numbered SQL files.

`migrations/NNNN_what.sql` leads from version NNNN - 1 to NNNN; the version stands in SQLite's
user_version and rises in the same transaction. A file that was released is never changed.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from appliance.durable import TEMPORARY, sync_folder
from appliance.store.database import check_content, check_file, connect
from appliance.store.errors import NewerDatabaseError, guarded

_NAME = re.compile(r"(\d{4})_[a-z0-9_]+\.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    version: int
    name: str
    sql: str


def migrations(folder: Traversable | None = None) -> tuple[Migration, ...]:
    """The steps in their order. Raises ValueError when a number is missing or given twice."""
    where = folder or resources.files("appliance.store") / "migrations"
    steps = []
    for entry in sorted(where.iterdir(), key=lambda e: e.name):
        if match := _NAME.fullmatch(entry.name):
            sql = entry.read_text(encoding="utf-8")
            steps.append(Migration(version=int(match[1]), name=entry.name, sql=sql))
    versions = [step.version for step in steps]
    if versions != list(range(1, len(versions) + 1)):
        raise ValueError(f"expected migrations numbered 1, 2, 3, ..., found {versions}")
    return tuple(steps)


def statements(sql: str) -> Iterator[str]:
    """The statements of a script one by one: sqlite3's own executescript would commit before
    the first."""
    statement = ""
    for line in sql.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if statement.strip():
        raise ValueError(f"a statement has no end: {statement.strip()[:80]}")


def version_of(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def refuse_newer(found: int, known: int) -> None:
    """Raises `NewerDatabaseError` naming both versions."""
    if found > known:
        raise NewerDatabaseError(
            f"The database has version {found}; this software knows up to {known}.",
            expected=f"A database of version {known} or older.",
        )


def _apply(connection: sqlite3.Connection, step: Migration) -> None:
    connection.execute("BEGIN EXCLUSIVE")
    try:
        for statement in statements(step.sql):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {step.version}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def copy_of(connection: sqlite3.Connection, target: Path) -> None:
    """The database as it is now, log included, durably at `target`."""
    temporary = target.with_name(f".{target.name}{TEMPORARY}")
    temporary.unlink(missing_ok=True)
    try:
        with closing(connect(temporary, mode="rwc")) as copy:
            connection.backup(copy)
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(target.parent)


def create(file: Path, steps: tuple[Migration, ...]) -> None:
    """A new database, whole or not at all. Raises `StoreError`."""
    with guarded("create the database", file.parent):
        temporary = file.with_name(f".{file.name}{TEMPORARY}")
        for leftover in ("", "-wal", "-shm", "-journal"):
            temporary.with_name(temporary.name + leftover).unlink(missing_ok=True)
        with closing(connect(temporary, mode="rwc")) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            for step in steps:
                _apply(connection, step)
        temporary.replace(file)
        sync_folder(file.parent)


def check_and_migrate(file: Path, steps: tuple[Migration, ...]) -> Path | None:
    """Check every page of an existing database and bring it to the newest version.

    Before anything is changed a copy is laid beside it; its path is returned, None where nothing
    was to be done. Raises `NewerDatabaseError`, `CorruptDatabaseError` and other `StoreError`s;
    the database is then as it was.
    """
    with guarded("open the database", file.parent):
        check_file(file)
        with closing(connect(file)) as connection:
            version = version_of(connection)
            refuse_newer(version, len(steps))
            check_content(connection)
            if version == len(steps):
                connection.execute("PRAGMA journal_mode = WAL")
                return None
            copy = file.with_name(f"{file.stem}-v{version}-before-v{len(steps)}.db")
            copy_of(connection, copy)
            connection.execute("PRAGMA journal_mode = WAL")
            for step in steps[version:]:
                _apply(connection, step)
            return copy
