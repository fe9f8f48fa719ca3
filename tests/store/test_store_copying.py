"""A copy without some of its boards leaves nothing pointing to them."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

from appliance.store import Store
from appliance.store.copying import OF_BOARDS, copy_database

from .factories import RecordFactory


def _pointing_to_boards(connection: sqlite3.Connection) -> set[str]:
    """Every table that leads to `inspection`, over others too."""
    tables = [r[0] for r in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")]
    to = {t: {r[2] for r in connection.execute(f'PRAGMA foreign_key_list("{t}")')} for t in tables}
    found = {"inspection"}
    while more := {t for t in tables if t not in found and to[t] & found}:
        found |= more
    return found


def test_no_table_that_points_to_a_board_is_forgotten(
    store: Store, factory: RecordFactory, folder: Path
) -> None:
    store.add_inspection(factory.record(), factory.pictures(factory.record(), size_bytes=100))
    with closing(sqlite3.connect(folder / "records.db")) as connection:
        wanted = _pointing_to_boards(connection)
    target = folder.parent / "copy.db"
    deleted = {table for each in OF_BOARDS for table in re.findall(r"DELETE FROM (\w+)", each)}
    assert deleted == wanted
    copied = copy_database(
        folder / "records.db", target, since_utc=None, operators=True, badges=True
    )
    assert (copied.inspections, copied.pictures) == (0, ())
