"""Inspections: written once, marked when they were aborted, read as a list or complete."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from appliance.store.clock import Moment
from appliance.store.errors import MissingError
from appliance.store.pictures import Written
from appliance.store.proofs import tag
from appliance.store.records import BoardRow, InspectionRecord, StoredInspection
from appliance.store.rows import (
    board_of,
    inspection_columns,
    moment_of,
    picture_of,
    record_of,
    review_of,
    window_of,
)
from appliance.store.selection import Selection
from appliance.terms import TestResult

UNCONFIRMED = "the disk failed while it was recorded, so no lamp was lit for it"

_BOARD = """
SELECT i.*,
    (SELECT count(*) FROM standing_answer a WHERE a.inspection_id = i.id) AS answered,
    (SELECT count(*) FROM standing_answer a
        WHERE a.inspection_id = i.id AND a.answer = 'TRUE_DEFECT') AS true_defects,
    EXISTS (SELECT 1 FROM picture p
        WHERE p.inspection_id = i.id AND p.expired_utc IS NULL) AS has_pictures,
    (SELECT iif(t.study_id IS NULL, 'challenge', 'study') FROM tag t
        WHERE t.inspection_id = i.id) AS purpose
FROM inspection i
"""


def insert(
    connection: sqlite3.Connection,
    number: int,
    record: InspectionRecord,
    recorded: Moment,
    pictures: Iterable[Written],
) -> None:
    """The row of the inspection with its windows and pictures, inside the caller's transaction."""
    columns = inspection_columns(number, record, recorded)
    names = ", ".join(columns)
    holders = ", ".join(f":{name}" for name in columns)
    connection.execute(f"INSERT INTO inspection ({names}) VALUES ({holders})", columns)
    connection.executemany(
        "INSERT INTO window VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                number,
                position,
                window.component,
                window.call,
                window.score,
                window.review_above,
                window.defect_above,
                window.reason,
            )
            for position, window in enumerate(record.windows)
        ],
    )
    connection.executemany(
        "INSERT INTO picture (inspection_id, name, path, bytes, sha256) VALUES (?, ?, ?, ?, ?)",
        [(number, p.name, p.path, p.bytes, p.sha256) for p in pictures],
    )
    tag(connection, number, record)


def mark_aborted(connection: sqlite3.Connection, number: int, reason: str) -> None:
    """The result becomes Aborted, the verdict stays visible; the first reason stands.

    Raises `MissingError`.
    """
    connection.execute(
        "UPDATE inspection SET result_before = result, result = 'Aborted', aborted_reason = ?"
        " WHERE id = ? AND result <> 'Aborted'",
        (reason, number),
    )
    if not connection.execute("SELECT 1 FROM inspection WHERE id = ?", (number,)).fetchone():
        raise MissingError(f"There is no inspection {number}.")


def boards(
    connection: sqlite3.Connection, selection: Selection, *, limit: int, before: int | None
) -> tuple[BoardRow, ...]:
    """Newest first; `before` continues after the page whose last number it was."""
    where, values = selection.where()
    if before is not None:
        where += " AND i.id < :before"
        values["before"] = before
    sql = f"{_BOARD} WHERE {where} ORDER BY i.id DESC LIMIT :limit"
    return tuple(board_of(row) for row in connection.execute(sql, {**values, "limit": limit}))


def ids_after(
    connection: sqlite3.Connection, selection: Selection, *, after: int, limit: int
) -> list[int]:
    """Numbers in their order, for reading everything page by page."""
    where, values = selection.where()
    sql = f"SELECT i.id FROM inspection i WHERE {where} AND i.id > :after ORDER BY i.id LIMIT :n"
    return [row[0] for row in connection.execute(sql, {**values, "after": after, "n": limit})]


def complete(connection: sqlite3.Connection, number: int) -> StoredInspection:
    """One inspection with its windows in the recipe's order, its reviews and pictures.

    Raises `MissingError`.
    """
    row = connection.execute("SELECT * FROM inspection WHERE id = ?", (number,)).fetchone()
    if row is None:
        raise MissingError(f"There is no inspection {number}.")
    windows = tuple(
        window_of(w)
        for w in connection.execute(
            "SELECT w.*, a.answer, a.by AS answered_by, a.review_id FROM window w"
            " LEFT JOIN standing_answer a"
            " ON a.inspection_id = w.inspection_id AND a.component = w.component"
            " WHERE w.inspection_id = ? ORDER BY w.position",
            (number,),
        )
    )
    return StoredInspection(
        inspection_id=number,
        record=record_of(row, tuple(window.result for window in windows)),
        recorded=moment_of(row),
        result=TestResult(row["result"]),
        aborted_reason=row["aborted_reason"],
        purpose=_purpose(connection, number),
        duration_s=row["duration_s"],
        windows=windows,
        reviews=tuple(
            review_of(r)
            for r in connection.execute(
                "SELECT * FROM review WHERE inspection_id = ? ORDER BY id", (number,)
            )
        ),
        pictures=tuple(
            picture_of(p)
            for p in connection.execute(
                "SELECT * FROM picture WHERE inspection_id = ? ORDER BY name", (number,)
            )
        ),
    )


def _purpose(connection: sqlite3.Connection, number: int) -> str:
    row = connection.execute(
        "SELECT iif(study_id IS NULL, 'challenge', 'study') FROM tag WHERE inspection_id = ?",
        (number,),
    ).fetchone()
    return "" if row is None else str(row[0])
