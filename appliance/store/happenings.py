"""What happened beside the boards: faults with their durations, and events."""

from __future__ import annotations

import sqlite3

from appliance.store import audit
from appliance.store.clock import Moment
from appliance.store.errors import MissingError
from appliance.store.records import EventRow, FaultRow
from appliance.store.rows import event_of, fault_of, moment_columns

RESTARTED = "the software was started anew"

_FAULT = """
SELECT f.*, CASE
    WHEN cleared_utc IS NULL THEN NULL
    WHEN cleared_boot = boot THEN cleared_mono_s - mono_s
    WHEN synced AND cleared_synced
        THEN round((julianday(cleared_utc) - julianday(utc)) * 86400.0, 3)
    END AS duration_s
FROM fault f
"""


def open_fault(
    connection: sqlite3.Connection, code: str, device: str, found: str, action: str, at: Moment
) -> int:
    """The number of the fault; that of the open one when this device has the same open already."""
    row = connection.execute(
        "SELECT id FROM fault WHERE code = ? AND device = ? AND cleared_utc IS NULL",
        (code, device),
    ).fetchone()
    if row is None:
        columns = {
            "code": code,
            "device": device,
            "found": found,
            "action": action,
            **moment_columns(at),
        }
        names = ", ".join(columns)
        holders = ", ".join(f":{name}" for name in columns)
        row = connection.execute(
            f"INSERT INTO fault ({names}) VALUES ({holders}) RETURNING id", columns
        ).fetchone()
    return int(row[0])


def clear_fault(
    connection: sqlite3.Connection, fault_id: int, by: str | None, how: str, at: Moment
) -> None:
    """Cleared twice, the first time stands. Raises `MissingError`."""
    if not connection.execute("SELECT 1 FROM fault WHERE id = ?", (fault_id,)).fetchone():
        raise MissingError(f"There is no fault {fault_id}.")
    _clear(connection, "id = :id", {"id": fault_id}, by, how, at)


def clear_left_open(connection: sqlite3.Connection, at: Moment) -> None:
    """Faults that the process before this one left open: whoever runs now finds out anew."""
    _clear(connection, "1", {}, None, RESTARTED, at)


def _clear(
    connection: sqlite3.Connection,
    which: str,
    values: dict[str, int],
    by: str | None,
    how: str,
    at: Moment,
) -> None:
    connection.execute(
        "UPDATE fault SET cleared_utc = :cleared_utc, cleared_boot = :cleared_boot,"
        " cleared_mono_s = :cleared_mono_s, cleared_synced = :cleared_synced,"
        f" cleared_by = :by, cleared_how = :how WHERE cleared_utc IS NULL AND {which}",
        {**values, **moment_columns(at, "cleared_"), "by": by, "how": how},
    )


def faults(
    connection: sqlite3.Connection, *, limit: int, before: int | None, open_only: bool
) -> tuple[FaultRow, ...]:
    """Newest first."""
    sql = (
        f"{_FAULT} WHERE (:before IS NULL OR id < :before)"
        " AND (NOT :open OR cleared_utc IS NULL) ORDER BY id DESC LIMIT :limit"
    )
    values = {"before": before, "open": int(open_only), "limit": limit}
    return tuple(fault_of(row) for row in connection.execute(sql, values))


def add_event(
    connection: sqlite3.Connection, kind: str, by: str | None, detail: str, at: Moment
) -> int:
    """Chained to the one before it."""
    return audit.append(connection, kind, by, detail, at)


def events(
    connection: sqlite3.Connection, *, limit: int, before: int | None, kind: str | None
) -> tuple[EventRow, ...]:
    """Newest first."""
    sql = (
        "SELECT * FROM event WHERE (:before IS NULL OR id < :before)"
        " AND (:kind IS NULL OR kind = :kind) ORDER BY id DESC LIMIT :limit"
    )
    values = {"before": before, "kind": kind, "limit": limit}
    return tuple(event_of(row) for row in connection.execute(sql, values))
