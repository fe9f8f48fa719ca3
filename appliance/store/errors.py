"""What can go wrong with the record, and the one place where sqlite3 and the system are put
into our words."""

from __future__ import annotations

import errno
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ALMOST_NOTHING_BYTES = 128 * 1024
"""SQLite reports a shared-memory file that can't grow as an input/output error; with less than
this free the reason is the full disk."""


class StoreError(Exception):
    """The record can't be kept or read; the cabinet goes to FAULT and never to PASS.

    `code` is a stable word for programs. `expected`, `found` and `action` say what should have
    been, what was seen and what a person can do; the text of the error is made of the three.
    """

    code = "store"
    expected = "The record can be written and read."
    action = "Call a technician."

    def __init__(
        self, found: str, *, expected: str | None = None, action: str | None = None
    ) -> None:
        self.found = found
        self.expected = expected or type(self).expected
        self.action = action or type(self).action
        super().__init__(f"{found} {self.action}")


class DiskFullError(StoreError, OSError):
    code = "disk_full"
    expected = "Room on the disk for one more board."
    action = "Make room on the disk, or set a smaller quota for the pictures."


class ReadOnlyError(StoreError, OSError):
    code = "disk_read_only"
    expected = "The record's folder can be written to."
    action = (
        "Switch the unit off and on; if the disk stays read-only, it is worn out or the service "
        "does not own the folder: call a technician."
    )


class DiskError(StoreError, OSError):
    """The medium failed while it was read or written."""

    code = "disk_error"
    expected = "The disk reads and writes without errors."
    action = "Save the record's folder to another disk and replace this one."


class CorruptDatabaseError(StoreError):
    code = "database_corrupt"
    expected = "A whole database."
    action = (
        "Nothing was deleted. Stop the service, keep a copy of the whole folder, then bring back a "
        "backup of records.db, or move records.db, records.db-wal and records.db-shm out of the "
        "folder to begin a new record (its numbers continue after the kept pictures)."
    )


class NewerDatabaseError(StoreError):
    """The database was written by newer software than this."""

    code = "database_newer"
    expected = "A database of this software's version or older."
    action = (
        "Install the newer software again, or bring back the copy of the database that was made "
        "before the update. Nothing was changed."
    )


class InUseError(StoreError):
    """Another process keeps this record."""

    code = "store_in_use"
    expected = "One process keeps the record."
    action = "Stop the other one first; to read only, open the record for reading."


class BusyError(StoreError):
    code = "database_busy"
    expected = "The database is free within seconds."
    action = "Try again; find out which other program has the database open."


class MissingError(StoreError, LookupError):
    """There is no record in this folder, or no such row."""

    code = "record_missing"
    expected = "A record that exists."
    action = "Check the folder or the number."


class RefusedError(StoreError, ValueError):
    """What was to be recorded contradicts itself or the record; nothing was written."""

    code = "record_refused"
    expected = "A record that fits what is there."
    action = "Correct what was asked."


class ClosedError(StoreError, RuntimeError):
    """The store was used after it was closed: a bug, not a broken disk."""

    code = "store_closed"
    expected = "An open store."
    action = "Open the store before it is used."


_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_READ_ONLY = {errno.EROFS, errno.EACCES, errno.EPERM}


def _is_nearly_full(folder: Path) -> bool:
    try:
        return shutil.disk_usage(folder).free < ALMOST_NOTHING_BYTES
    except OSError:
        return False


def _from_system(failure: OSError, doing: str) -> StoreError:
    where = f" ({failure.filename})" if failure.filename else ""
    found = f"{doing}: {failure.strerror or failure}{where}."
    if failure.errno in _FULL:
        return DiskFullError(found)
    if failure.errno in _READ_ONLY:
        return ReadOnlyError(found)
    if failure.errno == errno.ENOENT:
        return MissingError(found)
    return DiskError(found)


def _from_sqlite(failure: sqlite3.Error, doing: str, folder: Path) -> StoreError:
    # What SQLite quotes of a damaged schema may be anything; it goes to terminals and journals.
    quoted = "".join(each if each.isprintable() else "?" for each in str(failure))
    found = f"{doing}: {quoted}."
    # Errors of the sqlite3 module itself carry no code of SQLite's.
    extended = getattr(failure, "sqlite_errorcode", None)
    primary = None if extended is None else extended & 0xFF
    if primary == sqlite3.SQLITE_FULL:
        return DiskFullError(found)
    if primary in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM):
        return ReadOnlyError(found)
    if primary in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return CorruptDatabaseError(found)
    if primary in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return BusyError(found)
    if primary in (sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_TOOBIG):
        return RefusedError(found)
    if primary in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN):
        if _is_nearly_full(folder):
            return DiskFullError(found)
        refusal = _refusal_of_new_file(folder)
        if refusal in _FULL:
            return DiskFullError(found)
        if refusal in _READ_ONLY:
            return ReadOnlyError(found)
        return DiskError(found)
    return StoreError(found)


def _refusal_of_new_file(folder: Path) -> int | None:
    """Why the folder takes no new file now, None when it does; asking for the permissions instead
    would lie to root."""
    probe = folder / ".can-write"
    try:
        with probe.open("wb"):
            pass
        probe.unlink()
    except OSError as refusal:
        return refusal.errno
    return None


def in_words(failure: sqlite3.Error | OSError, doing: str, folder: Path) -> StoreError:
    """The failure as one of ours. `doing` says what was under way ("write picture 7")."""
    if isinstance(failure, StoreError):
        return failure
    if isinstance(failure, sqlite3.Error):
        return _from_sqlite(failure, doing, folder)
    return _from_system(failure, doing)


@contextmanager
def guarded(doing: str, folder: Path) -> Iterator[None]:
    """Raise whatever sqlite3 or the system says inside as a `StoreError`."""
    try:
        yield
    except UnicodeDecodeError as failure:
        # SQLite quotes a damaged schema in its error, and sqlite3 can't read that as text.
        raise CorruptDatabaseError(f"{doing}: the database is damaged ({failure}).") from failure
    except (sqlite3.Error, OSError) as failure:
        if isinstance(failure, StoreError):
            raise
        raise in_words(failure, doing, folder) from failure
