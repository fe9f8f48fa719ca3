"""What the database is made of and how it is, for whoever helps from afar: nothing of its rows
but their number."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from appliance.store.database import check_file, connect
from appliance.store.errors import guarded
from appliance.store.migrate import version_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    version: int
    integrity: tuple[str, ...]
    """SQLite's findings; `ok` alone for a whole database."""
    schema: tuple[str, ...]
    rows: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """What of the database must never leave the unit."""

    values: tuple[bytes, ...]
    people: tuple[str, ...]


def describe(file: Path) -> Description:
    """Also of a database of another form or a damaged one, as far as SQLite can say. Raises
    `StoreError`."""
    with guarded("describe the database", file.parent):
        check_file(file)
        with closing(connect(file, mode="ro")) as connection:
            connection.execute("PRAGMA query_only = ON")
            schema = connection.execute(
                "SELECT name, type, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name"
            ).fetchall()
            tables = [row["name"] for row in schema if row["type"] == "table"]
            return Description(
                version=version_of(connection),
                integrity=tuple(str(r[0]) for r in connection.execute("PRAGMA quick_check(20)")),
                schema=tuple(row["sql"] for row in schema),
                rows={
                    name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]
                    for name in tables
                },
            )


def secrets_of(file: Path) -> Secrets:
    """PIN hashes, badge hashes and names. Raises `StoreError`."""
    with guarded("look the people up", file.parent):
        check_file(file)
        with closing(connect(file, mode="ro")) as connection:
            rows = connection.execute(
                "SELECT name, pin_hash, badge_hash FROM operator ORDER BY id"
            ).fetchall()
    values = [row["pin_hash"].encode() for row in rows if row["pin_hash"]]
    values += [row["badge_hash"] for row in rows if row["badge_hash"]]
    return Secrets(values=tuple(values), people=tuple(row["name"] for row in rows))
