"""Which pictures go when the quota is reached, and how.

The quota alone decides: a disk that someone else filled is a fault for a person to see to, no
reason to throw the record's evidence away.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from appliance.store.clock import Clock
from appliance.store.database import Database
from appliance.store.errors import StoreError
from appliance.store.pictures import Pictures

_BATCH = 64
_KEPT = "SELECT coalesce(sum(bytes), 0) FROM picture WHERE expired_utc IS NULL"
# First to last: boards nobody has to come back to (PASS, pulled out, not judged), then those that
# failed or are unsure, then those a person looked at, last those with a true defect. Within each,
# the oldest first by number, for the clock may lie.
ORDER = """
SELECT i.id, CASE
    WHEN EXISTS (SELECT 1 FROM standing_answer a
        WHERE a.inspection_id = i.id AND a.answer = 'TRUE_DEFECT') THEN 3
    WHEN EXISTS (SELECT 1 FROM review r WHERE r.inspection_id = i.id) THEN 2
    WHEN i.verdict IN ('REVIEW', 'FAIL') THEN 1
    ELSE 0 END AS rank
FROM inspection i
WHERE i.id < (SELECT max(id) FROM inspection)
  AND EXISTS (SELECT 1 FROM picture p WHERE p.inspection_id = i.id AND p.expired_utc IS NULL)
ORDER BY rank, i.id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What one run of the retention did."""

    inspections: tuple[int, ...]
    """The boards whose pictures went, in the order in which they went."""
    freed_bytes: int
    kept_bytes: int
    quota_bytes: int
    trouble: StoreError | None
    """Why the rows could not be marked; the files are gone all the same, and the next run or the
    next start marks them."""


class Retention:
    """Keeps the pictures below the quota; the newest inspection's are never taken. Needs to read
    the database and to delete files, not to write the database: a full disk is when it matters."""

    def __init__(
        self, database: Database, pictures: Pictures, *, quota_bytes: int, clock: Clock
    ) -> None:
        self._database = database
        self._pictures = pictures
        self._quota_bytes = quota_bytes
        self._clock = clock
        self._unmarked: dict[int, int] = {}
        """Bytes of the inspections whose files are gone and whose rows do not know it yet."""

    def run(self) -> Room:
        """Delete files until the quota is kept, then mark their rows. Not for two threads at
        once. Raises `StoreError` when the database can't be read or a file can't be deleted."""
        removed: list[int] = []
        freed = 0
        with self._database.reading("choose the pictures to delete") as connection:
            kept = int(connection.execute(_KEPT).fetchone()[0]) - sum(self._unmarked.values())
            if kept > self._quota_bytes:
                for number in self._candidates(connection):
                    size = self._remove(connection, number)
                    removed.append(number)
                    freed += size
                    kept -= size
                    if kept <= self._quota_bytes:
                        break
        return Room(
            inspections=tuple(removed),
            freed_bytes=freed,
            kept_bytes=kept,
            quota_bytes=self._quota_bytes,
            trouble=self._mark(),
        )

    def _candidates(self, connection: sqlite3.Connection) -> Iterator[int]:
        rows = connection.execute(ORDER)
        while batch := rows.fetchmany(_BATCH):
            yield from (row[0] for row in batch if row[0] not in self._unmarked)

    def _remove(self, connection: sqlite3.Connection, number: int) -> int:
        size = 0
        for row in connection.execute(
            "SELECT path, bytes FROM picture WHERE inspection_id = ? AND expired_utc IS NULL",
            (number,),
        ).fetchall():
            self._pictures.remove(row["path"])
            size += row["bytes"]
        self._unmarked[number] = size
        return size

    def _mark(self) -> StoreError | None:
        if not self._unmarked:
            return None
        try:
            with self._database.writing("mark deleted pictures") as connection:
                mark_expired(connection, list(self._unmarked), self._clock().utc)
        except StoreError as trouble:
            return trouble
        self._unmarked.clear()
        return None


def mark_expired(connection: sqlite3.Connection, numbers: list[int], utc: str) -> None:
    """The pictures of these inspections are gone; the rows stay."""
    connection.executemany(
        "UPDATE picture SET expired_utc = ? WHERE inspection_id = ? AND expired_utc IS NULL",
        [(utc, number) for number in numbers],
    )
