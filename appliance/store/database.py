"""The connections to one SQLite file: one that writes, a few that read, none left behind."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from appliance.store.errors import (
    ClosedError,
    CorruptDatabaseError,
    MissingError,
    RefusedError,
    guarded,
)

FILE = "records.db"
BUSY_TIMEOUT_MS = 10_000
IDLE_READERS = 8
CLOSE_TIMEOUT_S = 10.0
_MAGIC = b"SQLite format 3\x00"


def connect(file: Path, *, mode: str = "rw") -> sqlite3.Connection:
    """A connection in the manner of this store. `mode`: rw, rwc, ro or immutable. Raises
    sqlite3.Error."""
    how = "mode=ro&immutable=1" if mode == "immutable" else f"mode={mode}"
    connection = sqlite3.connect(
        f"file:{quote(str(file.absolute()))}?{how}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=BUSY_TIMEOUT_MS / 1000,
    )
    try:
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA foreign_keys = ON")
        # FULL: in WAL mode NORMAL may lose the last commits in a power cut.
        connection.execute("PRAGMA synchronous = FULL")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def check_file(file: Path) -> None:
    """Refuse a file that can't be our database before SQLite takes it for an empty one.

    Raises `CorruptDatabaseError`, `MissingError`.
    """
    log = file.with_name(file.name + "-wal")
    if not file.exists():
        if log.exists() and log.stat().st_size > 0:
            raise CorruptDatabaseError(f"{log.name} is there and {file.name} is not.")
        raise MissingError(f"There is no {file.name} in {file.parent}.")
    with file.open("rb") as content:
        head = content.read(len(_MAGIC))
    if head != _MAGIC:
        found = "is empty" if not head else "does not begin like a database"
        raise CorruptDatabaseError(f"{file.name} {found}.")


def check_content(connection: sqlite3.Connection) -> None:
    """SQLite's own check of every page. Raises `CorruptDatabaseError` with its first findings."""
    findings = [str(row[0]) for row in connection.execute("PRAGMA quick_check(5)")]
    if findings != ["ok"]:
        raise CorruptDatabaseError(f"The database is damaged: {'; '.join(findings)}.")


class Database:
    """Threads share one writer behind a lock and borrow readers from a pool.

    In WAL mode readers and the writer do not wait for each other. A connection that met an error
    is thrown away, so that the next use begins on a fresh one: after a full disk or a failed
    sync nothing may be trusted to a connection's cache.
    """

    def __init__(
        self,
        file: Path,
        *,
        reader_mode: str = "rw",
        committed: Callable[[float], None] = lambda seconds: None,
    ) -> None:
        """`committed` is told how long each durable commit took."""
        self.file = file
        self._reader_mode = reader_mode
        self._write_lock = threading.RLock()
        self._writer: sqlite3.Connection | None = None
        self._pool = threading.Condition()
        self._idle: list[sqlite3.Connection] = []
        self._borrowed = 0
        self._closed = False
        self._committed = committed

    @contextmanager
    def writing(self, doing: str) -> Iterator[sqlite3.Connection]:
        """One transaction; durable when the block is left without an error, undone otherwise.

        Raises `StoreError` naming what was being done.
        """
        with self._write_lock, guarded(doing, self.file.parent):
            self._refuse_when_closed()
            if self._reader_mode != "rw":
                raise RefusedError(
                    f"{doing}: this record was opened for reading.",
                    expected="A record that the service opened.",
                    action="Ask the service to do it, or stop it first.",
                )
            if self._writer is None:
                self._writer = connect(self.file)
            writer = self._writer
            try:
                writer.execute("BEGIN IMMEDIATE")
                yield writer
                began_s = time.monotonic()
                writer.execute("COMMIT")
                self._committed(time.monotonic() - began_s)
            except sqlite3.Error:
                self._writer = None
                # Closing rolls back what is open.
                writer.close()
                raise
            finally:
                if self._writer is writer and writer.in_transaction:
                    writer.execute("ROLLBACK")

    @contextmanager
    def reading(self, doing: str) -> Iterator[sqlite3.Connection]:
        """One view of the database that does not change while it is read; can't write.

        Raises `StoreError` naming what was being done.
        """
        with guarded(doing, self.file.parent):
            reader = self._borrow()
            broken = True
            try:
                reader.execute("BEGIN")
                yield reader
                reader.execute("COMMIT")
                broken = False
            finally:
                self._give_back(reader, broken=broken)

    def _borrow(self) -> sqlite3.Connection:
        with self._pool:
            self._refuse_when_closed()
            self._borrowed += 1
            if self._idle:
                return self._idle.pop()
        try:
            reader = connect(self.file, mode=self._reader_mode)
            reader.execute("PRAGMA query_only = ON")
        except BaseException:
            with self._pool:
                self._borrowed -= 1
                self._pool.notify_all()
            raise
        return reader

    def _give_back(self, reader: sqlite3.Connection, *, broken: bool) -> None:
        with self._pool:
            self._borrowed -= 1
            keep = not (broken or self._closed) and len(self._idle) < IDLE_READERS
            if keep:
                self._idle.append(reader)
            else:
                reader.close()
            self._pool.notify_all()

    def _refuse_when_closed(self) -> None:
        if self._closed:
            raise ClosedError("The store is closed.")

    def close(self) -> None:
        """Wait for those who read or write, then close every connection. Twice is harmless."""
        with self._pool:
            self._closed = True
            self._pool.wait_for(lambda: self._borrowed == 0, CLOSE_TIMEOUT_S)
            for reader in self._idle:
                reader.close()
            self._idle.clear()
        with self._write_lock:
            # Last, so that the log is folded into the database by a connection that may write.
            if self._writer is not None:
                self._writer.close()
                self._writer = None

    def check(self) -> None:
        """Every page of the database. Raises `CorruptDatabaseError`."""
        with guarded("check the database", self.file.parent):
            check_file(self.file)
            with closing(connect(self.file, mode=self._reader_mode)) as connection:
                check_content(connection)
