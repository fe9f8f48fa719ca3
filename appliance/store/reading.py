"""Opening the database of someone else to look only."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from appliance.store.database import Database, check_file, connect
from appliance.store.errors import CorruptDatabaseError, StoreError, guarded
from appliance.store.migrate import migrations, refuse_newer, version_of


def _version(file: Path, mode: str) -> int:
    with (
        guarded("open the database for reading", file.parent),
        closing(connect(file, mode=mode)) as connection,
    ):
        return version_of(connection)


def reader_database(file: Path) -> Database:
    """A database that only reads. On a disk that can't be written SQLite has nowhere to put its
    lock, so a database without a pending log is then read as a file that nobody changes.

    Raises `MissingError`, `CorruptDatabaseError`, `NewerDatabaseError` and, when it is older
    than this software, `StoreError`.
    """
    with guarded("open the database for reading", file.parent):
        check_file(file)
        log = file.with_name(file.name + "-wal")
        has_log = log.exists() and log.stat().st_size > 0
    mode = "ro"
    try:
        version = _version(file, mode)
    except CorruptDatabaseError:
        raise
    except StoreError:
        if has_log:
            raise
        mode = "immutable"
        version = _version(file, mode)
    known = len(migrations())
    refuse_newer(version, known)
    if version < known:
        raise StoreError(
            f"The database has version {version}; this software reads version {known}.",
            expected="A database that this software's service has opened once.",
            action="Start the service once: it brings the database to its version.",
        )
    return Database(file, reader_mode=mode)
