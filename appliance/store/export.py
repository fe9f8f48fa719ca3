"""The record for other programs: CSV for spreadsheets, JSON lines for machines.

Both are written row by row, so that a year's record needs no more memory than a day's. The
columns are stable: new ones are only ever added at the end.
"""

from __future__ import annotations

import csv
import json
from typing import Any, Protocol

from appliance.store.records import EventRow, StoredInspection
from appliance.store.selection import EVERYTHING, Selection
from appliance.store.store import Store
from appliance.terms import Answer, Call

COLUMNS = (
    "sequence",
    "recorded_utc",
    "clock_synced",
    "boot_id",
    "monotonic_s",
    "recipe",
    "recipe_version",
    "part_number",
    "serial",
    "operator",
    "verdict",
    "test_result",
    "verification_result",
    "aborted_reason",
    "reason",
    "windows",
    "defects",
    "unsure",
    "called_components",
    "true_defects",
    "false_calls",
    "duration_s",
    "seated_utc",
    "cpu_c",
    "throttled",
    "undervoltage",
    "software_version",
    "model_sha256s",
    "simulated",
    "purpose",
)
_FREE_TEXT = frozenset(
    {
        "recipe",
        "part_number",
        "serial",
        "operator",
        "aborted_reason",
        "reason",
        "called_components",
        "software_version",
        "boot_id",
    }
)
_FORMULA = tuple("=+-@\t\r\n|%＝＋－＠")
"""What a spreadsheet may take for the beginning of a formula or a command, the full-width forms
included."""


class TextFile(Protocol):
    def write(self, text: str, /) -> object: ...


def harmless(text: str) -> str:
    """Free text for a cell that a spreadsheet must not run: an apostrophe before what could begin
    a formula, also behind leading spaces."""
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


def verification_result(stored: StoredInspection) -> str:
    """IPC-CFX VerificationResult: what people made of the windows that were called. Empty for a
    board without such windows."""
    called = [w for w in stored.windows if w.result.call is not Call.GOOD]
    if not called:
        return ""
    answers = {w.answer for w in called}
    if Answer.TRUE_DEFECT in answers:
        return "DefectConfirmed"
    return "NotVerifiedYet" if None in answers else "DefectRejected"


def _flag(value: bool | None) -> str:
    return "" if value is None else str(int(value))


def flat(stored: StoredInspection) -> dict[str, Any]:
    """One inspection as one line of `COLUMNS`; free text is made harmless."""
    record = stored.record
    called = [w.result for w in stored.windows if w.result.call is not Call.GOOD]
    answers = [w.answer for w in stored.windows]
    values = {
        "sequence": stored.inspection_id,
        "recorded_utc": stored.recorded.utc,
        "clock_synced": _flag(stored.recorded.clock_synced),
        "boot_id": stored.recorded.boot_id,
        "monotonic_s": stored.recorded.monotonic_s,
        "recipe": record.recipe,
        "recipe_version": record.recipe_version,
        "part_number": record.part_number,
        "serial": record.serial or "",
        "operator": record.operator or "",
        "verdict": record.verdict or "",
        "test_result": stored.result,
        "verification_result": verification_result(stored),
        "aborted_reason": stored.aborted_reason,
        "reason": record.reason,
        "windows": len(stored.windows),
        "defects": sum(w.call is Call.DEFECT for w in called),
        "unsure": sum(w.call is Call.UNSURE for w in called),
        "called_components": " ".join(w.component for w in called),
        "true_defects": answers.count(Answer.TRUE_DEFECT),
        "false_calls": answers.count(Answer.FALSE_CALL),
        "duration_s": "" if stored.duration_s is None else round(stored.duration_s, 3),
        "seated_utc": record.seated.utc,
        "cpu_c": "" if record.health.cpu_c is None else record.health.cpu_c,
        "throttled": _flag(record.health.throttled),
        "undervoltage": _flag(record.health.undervoltage),
        "software_version": record.software_version,
        "model_sha256s": " ".join(record.model_sha256s),
        "simulated": _flag(record.simulated),
        "purpose": stored.purpose,
    }
    return {
        name: harmless(str(values[name])) if name in _FREE_TEXT else values[name]
        for name in COLUMNS
    }


def nested(stored: StoredInspection) -> dict[str, Any]:
    """One inspection complete, as it goes into one line of JSON."""
    record, frame, alignment = stored.record, stored.record.frame, stored.record.alignment
    return {
        "sequence": stored.inspection_id,
        "recorded": _fields(stored.recorded),
        "seated": _fields(record.seated),
        "duration_s": stored.duration_s,
        "recipe": record.recipe,
        "recipe_version": record.recipe_version,
        "part_number": record.part_number,
        "serial": record.serial,
        "operator": record.operator,
        "verdict": record.verdict,
        "test_result": stored.result,
        "verification_result": verification_result(stored) or None,
        "aborted_reason": stored.aborted_reason or None,
        "reason": record.reason,
        "alignment": _fields(alignment),
        "windows": [
            {
                **(_fields(window.result) or {}),
                "answer": window.answer,
                "answered_by": window.answered_by,
            }
            for window in stored.windows
        ],
        "pictures": [_fields(picture) for picture in stored.pictures],
        "stages_ms": dict(record.stages_ms),
        "model_sha256s": list(record.model_sha256s),
        "software_version": record.software_version,
        "health": _fields(record.health),
        "frame": _fields(frame),
        "simulated": record.simulated,
        "purpose": stored.purpose or None,
    }


def _fields(value: Any) -> dict[str, Any] | None:
    if value is None:
        return None
    return {name: getattr(value, name) for name in type(value).__dataclass_fields__}


def audit_entry(event: EventRow) -> dict[str, Any]:
    """One entry of the audit log, as it goes into one line of JSON: with all that its hash is
    made of (see `audit`)."""
    return {
        "number": event.event_id,
        "kind": event.kind,
        "by": event.by,
        "detail": event.detail,
        "at": _fields(event.at),
        "previous": event.previous,
        "hash": event.hash,
    }


def write_csv(store: Store, out: TextFile, selection: Selection = EVERYTHING) -> int:
    """A head line and one line an inspection, in their order; how many. `out` must not translate
    line ends (`newline=""`). Raises `StoreError`; OSError of `out`."""
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    count = 0
    for stored in store.every_inspection(selection):
        writer.writerow(flat(stored))
        count += 1
    return count


def write_json_lines(store: Store, out: TextFile, selection: Selection = EVERYTHING) -> int:
    """One JSON object a line an inspection, in their order; how many. Raises as `write_csv`."""
    count = 0
    for stored in store.every_inspection(selection):
        out.write(json.dumps(nested(stored), ensure_ascii=False, allow_nan=False) + "\n")
        count += 1
    return count
