"""The one door to the record: open it, write to it from the controller, read it from pages."""

from __future__ import annotations

import os
import shutil
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from appliance.durable import make_folder, write_temporary
from appliance.store import happenings, inspections
from appliance.store.audit import AuditPart
from appliance.store.clock import Clock, system_clock
from appliance.store.database import FILE, Database, check_file
from appliance.store.diary import PAGE, DiaryPart
from appliance.store.errors import (
    MissingError,
    guarded,
)
from appliance.store.figures import FiguresPart
from appliance.store.latency import Latency, LatencyCounter
from appliance.store.migrate import check_and_migrate, create, migrations
from appliance.store.operators import OperatorsPart
from appliance.store.owner import own
from appliance.store.pictures import FOLDER, Pictures, Written
from appliance.store.proofs import ProofPart
from appliance.store.reading import reader_database
from appliance.store.records import BoardRow, InspectionRecord, StoredInspection
from appliance.store.retention import Retention, Room, mark_expired
from appliance.store.room import Inflow, NextToGo, inflow, next_to_go
from appliance.store.selection import EVERYTHING, Selection

MOST_ORPHANS = 8
"""A power cut leaves the pictures of at most a few inspections without their row. More of them
say that the database is older than the pictures: they are kept."""
LEAST_PROBE_BYTES = 64 * 1024
_PICTURES_BEFORE = "pictures_before"


@dataclass(frozen=True, slots=True, kw_only=True)
class Space:
    """Room taken and left, for the technician's page."""

    pictures_bytes: int
    quota_bytes: int
    database_bytes: int
    disk_free_bytes: int
    disk_total_bytes: int


class Store(AuditPart, DiaryPart, FiguresPart, OperatorsPart, ProofPart):
    """The record of one unit in one folder: `records.db`, `pictures/`, `badge.key`.

    The service opens it with `Store.open` and is then its only owner; whoever only reads while
    the service runs (an export) uses `Store.open_for_reading`. Every method may be called from
    any thread and raises `StoreError`.
    """

    def __init__(
        self,
        folder: Path,
        database: Database,
        *,
        quota_bytes: int,
        clock: Clock,
        owner: int | None,
        latency: LatencyCounter | None = None,
    ) -> None:
        self.folder = folder
        self.quota_bytes = quota_bytes
        self._database = database
        self._clock = clock
        self._owner = owner
        self._latency = latency or LatencyCounter()
        self._pictures = Pictures(folder / FOLDER)
        self._retention = Retention(database, self._pictures, quota_bytes=quota_bytes, clock=clock)
        self._recording = threading.Lock()
        self._making_room = threading.Lock()
        self._next_number = 0
        self._unconfirmed: list[int] = []
        self._failed_bytes = 0

    # -- opening and closing ---------------------------------------------------------------

    @classmethod
    def open(cls, folder: Path, *, quota_bytes: int, clock: Clock | None = None) -> Self:
        """Open or begin the record in `folder` and bring it in order.

        Checks every page of the database, migrates older ones after a copy, sweeps what a power
        cut left half written, and closes the faults that the last run left open.
        `quota_bytes` limits the pictures; `clock` is this machine's unless given. Raises
        `CorruptDatabaseError`, `NewerDatabaseError`, `InUseError`, `DiskFullError`,
        `ReadOnlyError`; the folder is then as it was.
        """
        if quota_bytes <= 0:
            raise ValueError(f"expected a quota of at least one byte, found {quota_bytes}")
        with guarded("open the record's folder", folder):
            make_folder(folder)
        owner = own(folder)
        latency = LatencyCounter()
        database = Database(folder / FILE, committed=latency.add)
        try:
            steps = migrations()
            is_new = _is_new(folder / FILE)
            if is_new:
                create(folder / FILE, steps)
            else:
                check_and_migrate(folder / FILE, steps)
            store = cls(
                folder,
                database,
                quota_bytes=quota_bytes,
                clock=clock or system_clock(),
                owner=owner,
                latency=latency,
            )
            store._bring_in_order(is_new=is_new)
        except BaseException:
            database.close()
            os.close(owner)
            raise
        return store

    @classmethod
    def open_for_reading(cls, folder: Path, *, clock: Clock | None = None) -> Self:
        """Open the record to look only, also while the service runs. Raises `MissingError`,
        `CorruptDatabaseError`, `NewerDatabaseError`."""
        database = reader_database(folder / FILE)
        return cls(folder, database, quota_bytes=0, clock=clock or system_clock(), owner=None)

    def close(self) -> None:
        """Wait for those who read or write, close every connection and let the folder go. Twice
        is harmless."""
        with self._recording:
            self._database.close()
            if self._owner is not None:
                os.close(self._owner)
                self._owner = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        failure: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _bring_in_order(self, *, is_new: bool) -> None:
        self._pictures.sweep_temporaries()
        lying = self._pictures.by_number()
        with self._database.writing("begin the record") as connection:
            happenings.clear_left_open(connection, self._clock())
            row = connection.execute(
                "SELECT value FROM meta WHERE key = ?", (_PICTURES_BEFORE,)
            ).fetchone()
            before = int(row[0]) if row else 0
            recorded = {r[0] for r in connection.execute("SELECT id FROM inspection")}
            orphans = {n for n in lying if n > before and n not in recorded}
            if is_new or len(orphans) > MOST_ORPHANS:
                before = max(lying, default=0)
                orphans = set()
                connection.execute(
                    "INSERT OR REPLACE INTO meta VALUES (?, ?)", (_PICTURES_BEFORE, str(before))
                )
            missing = self._missing(connection, lying)
            mark_expired(connection, missing, self._clock().utc)
            if missing:
                detail = f"inspections {', '.join(map(str, missing[:20]))}"
                happenings.add_event(connection, "pictures_missing", None, detail, self._clock())
            last = connection.execute(
                "SELECT max(seq) FROM sqlite_sequence WHERE name = 'inspection'"
            ).fetchone()[0]
        self._next_number = max(last or 0, before) + 1
        for number in sorted(orphans):
            for path in lying[number]:
                self._pictures.remove(path)

    @staticmethod
    def _missing(connection: sqlite3.Connection, lying: Mapping[int, list[str]]) -> list[int]:
        """Inspections of which no picture lies there any more although their rows say so."""
        rows = connection.execute(
            "SELECT DISTINCT inspection_id FROM picture WHERE expired_utc IS NULL"
        )
        return [row[0] for row in rows if row[0] not in lying]

    # -- inspections -----------------------------------------------------------------------

    def add_inspection(self, record: InspectionRecord, pictures: Mapping[str, bytes]) -> int:
        """Record one board; returns its number only when pictures and row are durable.

        `pictures` are JPEG bytes by name: board, golden:<component>, seen:<component>. Numbers
        rise strictly, over restarts too; a failed recording may leave a gap. Raises `StoreError`;
        the board is then not recorded.
        """
        with self._recording:
            number = self._next_number
            self._next_number += 1
            written: tuple[Written, ...] = ()
            try:
                written = self._pictures.write(number, self._clock().utc[:10], pictures)
                # A commit whose sync failed may still come to life when the file is opened anew.
                self._unconfirmed.append(number)
                with self._database.writing(f"record inspection {number}") as connection:
                    self._disown_unconfirmed(connection)
                    inspections.insert(connection, number, record, self._clock(), written)
            except BaseException:
                self._failed_bytes = sum(len(data) for data in pictures.values())
                self._pictures.remove_quietly(picture.path for picture in written)
                raise
            self._unconfirmed.clear()
            self._failed_bytes = 0
            return number

    def _disown_unconfirmed(self, connection: sqlite3.Connection) -> None:
        """No lamp was lit for them, so the record must not say that one was. The last of the list
        is the one that is being recorded."""
        for number in self._unconfirmed[:-1]:
            with suppress(MissingError):
                inspections.mark_aborted(connection, number, inspections.UNCONFIRMED)

    def mark_aborted(self, inspection_id: int, reason: str) -> None:
        """The board was pulled out before its lamp: the result becomes Aborted and counts no
        longer, the verdict stays visible. Raises `MissingError`."""
        with self._database.writing(f"mark inspection {inspection_id} as aborted") as connection:
            inspections.mark_aborted(connection, inspection_id, reason)

    def boards(
        self, selection: Selection = EVERYTHING, *, limit: int = PAGE, before: int | None = None
    ) -> tuple[BoardRow, ...]:
        """Newest first by sequence number. The next page: `before` is the last number of this."""
        with self._database.reading("list the boards") as connection:
            return inspections.boards(connection, selection, limit=limit, before=before)

    def boards_of_serial(
        self, serial: str, *, part_number: str | None = None
    ) -> tuple[BoardRow, ...]:
        """Every inspection of one serial, newest first."""
        return self.boards(Selection(serial=serial, part_number=part_number), limit=-1)

    def inspection(self, inspection_id: int) -> StoredInspection:
        """One inspection complete. Raises `MissingError`."""
        with self._database.reading(f"read inspection {inspection_id}") as connection:
            return inspections.complete(connection, inspection_id)

    def every_inspection(self, selection: Selection = EVERYTHING) -> Iterator[StoredInspection]:
        """All of a selection complete, oldest number first, a few at a time: a long export holds
        neither memory nor a view of the database that would keep its log from being folded in."""
        after = 0
        while True:
            with self._database.reading("read the inspections") as connection:
                numbers = inspections.ids_after(connection, selection, after=after, limit=PAGE)
                page = [inspections.complete(connection, number) for number in numbers]
            yield from page
            if not page:
                return
            after = numbers[-1]

    def picture(self, inspection_id: int, name: str) -> bytes | None:
        """JPEG bytes; None when it expired or its file is gone. Raises `MissingError` when the
        inspection never had a picture of this name."""
        with self._database.reading(f"find picture {name} of {inspection_id}") as connection:
            row = connection.execute(
                "SELECT path FROM picture WHERE inspection_id = ? AND name = ?",
                (inspection_id, name),
            ).fetchone()
        if row is None:
            raise MissingError(f"Inspection {inspection_id} has no picture {name!r}.")
        return self._pictures.read(row["path"])

    # -- the disk --------------------------------------------------------------------------

    def probe(self) -> None:
        """Try to write durably now, as much as failed last time: whether a fault of the disk is
        gone. Raises `StoreError`."""
        probe = self.folder / "probe"
        with guarded("try to write", self.folder):
            size = max(LEAST_PROBE_BYTES, self._failed_bytes)
            write_temporary(probe, bytes(size)).unlink()
        with self._database.writing("try to write to the database") as connection:
            connection.execute(
                "INSERT OR REPLACE INTO meta VALUES ('probed_utc', ?)", (self._clock().utc,)
            )

    def make_room(self) -> Room:
        """Delete the least needed pictures until the quota is kept: to be called after boards,
        off the way to the lamp. Works also while the database can't be written. Raises
        `StoreError` when it can't be read or a file can't be deleted."""
        with self._making_room:
            return self._retention.run()

    def check(self) -> None:
        """SQLite's check of every page. Raises `CorruptDatabaseError`."""
        self._database.check()

    def commit_latency(self) -> Latency:
        """How long today's commits took, as far as this process made them."""
        return self._latency.read()

    def inflow(self, *, days: int = 7) -> Inflow:
        """What a day brings, from the last days with boards."""
        with self._database.reading("measure what a day brings") as connection:
            return inflow(connection, days=days)

    def next_to_go(self, *, limit: int = 5) -> tuple[NextToGo, ...]:
        """Whose pictures go first once the quota is reached."""
        with self._database.reading("look for what goes next") as connection:
            return next_to_go(connection, limit=limit)

    def space(self) -> Space:
        with self._database.reading("measure the pictures") as connection:
            kept = connection.execute(
                "SELECT coalesce(sum(bytes), 0) FROM picture WHERE expired_utc IS NULL"
            ).fetchone()[0]
        with guarded("measure the disk", self.folder):
            disk = shutil.disk_usage(self.folder)
            size = (self.folder / FILE).stat().st_size
        return Space(
            pictures_bytes=kept,
            quota_bytes=self.quota_bytes,
            database_bytes=size,
            disk_free_bytes=disk.free,
            disk_total_bytes=disk.total,
        )


def _is_new(file: Path) -> bool:
    try:
        with guarded("open the database", file.parent):
            check_file(file)
    except MissingError:
        return True
    return False
