"""The record's database put aside before a newer version brings it forward, and put back.

Everything here takes hold of the folder: it raises `InUseError` while a service owns the record.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from appliance.durable import sync_folder, write_durably
from appliance.store.database import FILE, check_content, check_file, connect
from appliance.store.errors import CorruptDatabaseError, MissingError, StoreError, guarded
from appliance.store.migrate import copy_of, version_of
from appliance.store.owner import own

_NUMBERS = "SELECT coalesce(max(id), 0) FROM inspection"


def database_version(folder: Path) -> int | None:
    """Of the record in `folder`, also while it is in use; None where there is none yet."""
    file = folder / FILE
    with guarded("read the database's version", folder):
        if not file.exists():
            return None
        check_file(file)
        with closing(connect(file, mode="ro")) as connection:
            return version_of(connection)


def put_aside(folder: Path, name: str) -> tuple[int, int]:
    """Lay a copy of the database beside it, durably; its version and its highest inspection."""
    with (
        _held(folder),
        guarded("copy the database", folder),
        closing(connect(folder / FILE)) as connection,
    ):
        check_content(connection)
        copy_of(connection, folder / name)
        return version_of(connection), int(connection.execute(_NUMBERS).fetchone()[0])


def put_back(folder: Path, name: str, version: int, last_inspection: int) -> str:
    """Make the copy the database again, in one step that needs no room on the disk.

    May be done again after a cut: where the copy is gone it is the database already. Raises
    `StoreError` unless a database of `version` is there at the end. A database that holds
    inspections newer than the copy's last one is never thrown away: it stays beside, under the
    name that is returned; empty when there was none such.
    """
    file, copy, kept = folder / FILE, folder / name, ""
    with _held(folder), guarded("put the database's copy back", folder):
        if copy.exists():
            with closing(connect(copy, mode="ro")) as connection:
                check_content(connection)
            kept = _keep_newer(file, last_inspection)
            # Its log first: a log that outlives its database is played into the next one.
            for ending in ("-wal", "-shm"):
                file.with_name(file.name + ending).unlink(missing_ok=True)
            sync_folder(folder)
            copy.replace(file)
            sync_folder(folder)
    if database_version(folder) != version:
        raise StoreError(
            f"{name} is not there, and {FILE} has another version than {version}.",
            expected="The copy that was made before the update.",
            action="Restore the record from a backup.",
        )
    return kept


def _keep_newer(file: Path, last_inspection: int) -> str:
    """The name of the kept copy; a database that can't be read is kept as it lies."""
    try:
        check_file(file)
        with closing(connect(file)) as connection:
            newest = int(connection.execute(_NUMBERS).fetchone()[0])
            if newest <= last_inspection:
                return ""
            name = f"{file.stem}-with-{newest}.db"
            copy_of(connection, file.with_name(name))
            return name
    except MissingError:
        return ""
    except (CorruptDatabaseError, StoreError):
        name = f"{file.stem}-damaged.db"
        write_durably(file.with_name(name), file.read_bytes())
        return name


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    handle = own(folder)
    try:
        yield
    finally:
        os.close(handle)
