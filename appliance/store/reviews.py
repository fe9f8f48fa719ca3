"""Answers of people to windows that the judge did not call GOOD; rows are only ever added."""

from __future__ import annotations

import sqlite3

from appliance.store.clock import Moment
from appliance.store.errors import MissingError, RefusedError
from appliance.store.rows import moment_columns
from appliance.terms import Answer, Call


def add(
    connection: sqlite3.Connection,
    inspection_id: int,
    component: str,
    answer: Answer,
    by: str,
    at: Moment,
) -> int:
    """Raises `MissingError` for an unknown window, `RefusedError` for one that was called GOOD."""
    row = connection.execute(
        "SELECT call FROM window WHERE inspection_id = ? AND component = ?",
        (inspection_id, component),
    ).fetchone()
    if row is None:
        raise MissingError(f"Inspection {inspection_id} has no window {component}.")
    if row["call"] == Call.GOOD:
        raise RefusedError(
            f"{component} of inspection {inspection_id} was called GOOD.",
            expected="An answer to a window that was called UNSURE or DEFECT.",
        )
    return _insert(
        connection,
        {
            "inspection_id": inspection_id,
            "component": component,
            "answer": answer,
            "undoes": None,
            "by": by,
            **moment_columns(at),
        },
    )


def undo(connection: sqlite3.Connection, review_id: int, by: str, at: Moment) -> int:
    """Raises `MissingError` for an unknown number, `RefusedError` for an answer that was taken
    back already or a row that is no answer."""
    row = connection.execute("SELECT * FROM review WHERE id = ?", (review_id,)).fetchone()
    if row is None:
        raise MissingError(f"There is no review {review_id}.")
    if row["undoes"] is not None:
        raise RefusedError(f"Review {review_id} takes an answer back; answer anew instead.")
    if connection.execute("SELECT 1 FROM review WHERE undoes = ?", (review_id,)).fetchone():
        raise RefusedError(f"Review {review_id} was taken back already.")
    return _insert(
        connection,
        {
            "inspection_id": row["inspection_id"],
            "component": row["component"],
            "answer": None,
            "undoes": review_id,
            "by": by,
            **moment_columns(at),
        },
    )


def _insert(connection: sqlite3.Connection, columns: dict[str, object]) -> int:
    names = ", ".join(columns)
    holders = ", ".join(f":{name}" for name in columns)
    row = connection.execute(
        f"INSERT INTO review ({names}) VALUES ({holders}) RETURNING id", columns
    ).fetchone()
    return int(row[0])
