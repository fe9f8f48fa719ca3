"""The record: what stands of every board, durably, before any lamp is lit.

One folder holds it, and one process owns it:

    records.db          SQLite, WAL, synchronous FULL; its version in user_version
    records-v1-before-v2.db   the copy made before a migration
    pictures/2026-11-22/00000042-board.jpg   JPEG, a folder a day (UTC)
    badge.key           the unit's secret for telling badges, mode 0600

The order of a recording: pictures to temporary files, each synced; renamed; their folder synced;
then one transaction with the inspection, its windows and its pictures. `Store.add_inspection`
returns the number only after that, and a lamp may be lit only after it returned. What a power cut
leaves of an unfinished recording has no row and is swept at the next start.

A number is never given to two acknowledged boards, not even when the database is lost and begun
anew beside the old pictures. Order is that of the numbers; wall clocks are labels, for the unit
may have no battery for one.

Every failure is a `StoreError` with a stable `code`, what was expected, what was found and what a
person can do (`errors.py`); after a full or read-only disk the same store goes on when the cause
is gone, and `Store.probe` says whether it is. To bring a damaged record back: stop the service,
copy the folder, restore records.db from a backup or move records.db* away to begin a new one.

Events are a chain of hashes that no method changes or deletes (`audit.py`).

Threads may share a store: one writes at a time, readers have connections of their own and see one
instant each. How each figure is counted stands in `figures.py`.
"""

from appliance.store.audit import AuditHead, AuditReport
from appliance.store.clock import Clock, Moment, system_clock, utc_text
from appliance.store.errors import (
    BusyError,
    ClosedError,
    CorruptDatabaseError,
    DiskError,
    DiskFullError,
    InUseError,
    MissingError,
    NewerDatabaseError,
    ReadOnlyError,
    RefusedError,
    StoreError,
)
from appliance.store.figures import CallTally, Figures, ParetoRow, Tally, TrendRow
from appliance.store.first_login import FirstLogin
from appliance.store.latency import EDGES_MS, Latency
from appliance.store.operators import Operator, Role
from appliance.store.proof_values import Challenge, ChallengeBoard, Proven, StudyRow
from appliance.store.records import (
    BoardRow,
    EventRow,
    FaultRow,
    FrameFacts,
    Health,
    InspectionRecord,
    PictureFacts,
    PictureState,
    ReviewRow,
    StoredInspection,
    StoredWindow,
    test_result,
)
from appliance.store.retention import Room
from appliance.store.room import Inflow, NextToGo
from appliance.store.selection import (
    EVERYTHING,
    Bucket,
    Selection,
    Step,
    buckets,
    day_span,
    zone_of,
)
from appliance.store.store import Space, Store

__all__ = [
    "EDGES_MS",
    "EVERYTHING",
    "AuditHead",
    "AuditReport",
    "BoardRow",
    "Bucket",
    "BusyError",
    "CallTally",
    "Challenge",
    "ChallengeBoard",
    "Clock",
    "ClosedError",
    "CorruptDatabaseError",
    "DiskError",
    "DiskFullError",
    "EventRow",
    "FaultRow",
    "Figures",
    "FirstLogin",
    "FrameFacts",
    "Health",
    "InUseError",
    "Inflow",
    "InspectionRecord",
    "Latency",
    "MissingError",
    "Moment",
    "NewerDatabaseError",
    "NextToGo",
    "Operator",
    "ParetoRow",
    "PictureFacts",
    "PictureState",
    "Proven",
    "ReadOnlyError",
    "RefusedError",
    "ReviewRow",
    "Role",
    "Room",
    "Selection",
    "Space",
    "Step",
    "Store",
    "StoreError",
    "StoredInspection",
    "StoredWindow",
    "StudyRow",
    "Tally",
    "TrendRow",
    "buckets",
    "day_span",
    "system_clock",
    "test_result",
    "utc_text",
    "zone_of",
]
