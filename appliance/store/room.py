"""What room the record takes from day to day, and what goes next: for the page that is looked at
before the card is full."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from appliance.store.retention import ORDER
from appliance.terms import Verdict

RANKS = ("nobody comes back to", "called, not looked at", "looked at", "with a true defect")
"""Of `retention.ORDER`, first to go first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NextToGo:
    inspection_id: int
    verdict: Verdict | None
    recorded_utc: str
    rank: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Inflow:
    """What one day brings, taken from the last days with boards."""

    days: int
    boards_a_day: float
    picture_bytes_a_day: float


def inflow(connection: sqlite3.Connection, *, days: int) -> Inflow:
    """Of the last `days` days on which boards were recorded."""
    rows = connection.execute(
        "SELECT substr(i.utc, 1, 10) AS day, count(DISTINCT i.id) AS boards,"
        " coalesce(sum(p.bytes), 0) AS bytes"
        " FROM inspection i LEFT JOIN picture p ON p.inspection_id = i.id"
        " WHERE i.id > (SELECT coalesce(max(id), 0) - 20000 FROM inspection)"
        " GROUP BY day ORDER BY max(i.id) DESC LIMIT ?",
        (days,),
    ).fetchall()
    count = len(rows)
    return Inflow(
        days=count,
        boards_a_day=sum(row["boards"] for row in rows) / count if count else 0.0,
        picture_bytes_a_day=sum(row["bytes"] for row in rows) / count if count else 0.0,
    )


def next_to_go(connection: sqlite3.Connection, *, limit: int) -> tuple[NextToGo, ...]:
    """The boards whose pictures go first once the quota is reached."""
    rows = connection.execute(
        f"SELECT o.id, o.rank, i.verdict, i.utc FROM ({ORDER}) o JOIN inspection i ON i.id = o.id"
        " ORDER BY o.rank, o.id LIMIT ?",
        (limit,),
    )
    return tuple(
        NextToGo(
            inspection_id=row["id"],
            verdict=None if row["verdict"] is None else Verdict(row["verdict"]),
            recorded_utc=row["utc"],
            rank=row["rank"],
        )
        for row in rows
    )
