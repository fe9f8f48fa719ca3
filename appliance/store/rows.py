"""Rows of the database as values, and values as rows."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from appliance.store.clock import Moment
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
    StoredWindow,
)
from appliance.terms import Alignment, Answer, Call, TestResult, Verdict, WindowResult


def _maybe(value: int | None) -> bool | None:
    return None if value is None else bool(value)


def moment_columns(moment: Moment, prefix: str = "") -> dict[str, Any]:
    return {
        f"{prefix}utc": moment.utc,
        f"{prefix}boot": moment.boot_id,
        f"{prefix}mono_s": moment.monotonic_s,
        f"{prefix}synced": int(moment.clock_synced),
    }


def moment_of(row: sqlite3.Row, prefix: str = "") -> Moment:
    return Moment(
        utc=row[f"{prefix}utc"],
        boot_id=row[f"{prefix}boot"],
        monotonic_s=row[f"{prefix}mono_s"],
        clock_synced=bool(row[f"{prefix}synced"]),
    )


def _alignment_text(alignment: Alignment | None) -> str | None:
    if alignment is None:
        return None
    return json.dumps(
        {
            "shift_px": list(alignment.shift_px),
            "rotation_deg": alignment.rotation_deg,
            "scale": alignment.scale,
            "residual_px": alignment.residual_px,
        }
    )


def _alignment_of(text: str | None) -> Alignment | None:
    if text is None:
        return None
    facts = json.loads(text)
    facts["shift_px"] = tuple(facts["shift_px"])
    return Alignment(**facts)


_FRAME_FACTS = (
    "sensor_time_s",
    "exposure_us",
    "analogue_gain",
    "colour_gains",
    "lens_position",
    "light_level",
    "width_px",
    "height_px",
)


def _frame_text(frame: FrameFacts | None) -> str | None:
    if frame is None:
        return None
    return json.dumps({name: getattr(frame, name) for name in _FRAME_FACTS})


def _frame_of(text: str | None) -> FrameFacts | None:
    if text is None:
        return None
    facts = json.loads(text)
    facts["colour_gains"] = tuple(facts["colour_gains"])
    return FrameFacts(**facts)


def inspection_columns(number: int, record: InspectionRecord, recorded: Moment) -> dict[str, Any]:
    """The row of the table `inspection`; `RefusedError` was raised before for what can't be."""
    health = record.health
    calls = [window.call for window in record.windows]
    return {
        "id": number,
        "recipe": record.recipe,
        "recipe_version": record.recipe_version,
        "part_number": record.part_number,
        "serial": record.serial,
        "operator": record.operator,
        "verdict": record.verdict,
        "result": record.result,
        "reason": record.reason,
        "windows": len(calls),
        "defects": calls.count(Call.DEFECT),
        "unsure": calls.count(Call.UNSURE),
        "alignment": _alignment_text(record.alignment),
        "stages_ms": json.dumps(dict(record.stages_ms)),
        "model_sha256s": json.dumps(list(record.model_sha256s)),
        "software_version": record.software_version,
        "frame": _frame_text(record.frame),
        "cpu_c": health.cpu_c,
        "throttled": health.throttled,
        "undervoltage": health.undervoltage,
        "simulated": int(record.simulated),
        **moment_columns(record.seated, "seated_"),
        **moment_columns(recorded),
    }


def record_of(row: sqlite3.Row, windows: tuple[WindowResult, ...]) -> InspectionRecord:
    """The record as it was written, whatever became of it afterwards."""
    return InspectionRecord(
        recipe=row["recipe"],
        recipe_version=row["recipe_version"],
        part_number=row["part_number"],
        serial=row["serial"],
        operator=row["operator"],
        verdict=None if row["verdict"] is None else Verdict(row["verdict"]),
        result=TestResult(row["result_before"] or row["result"]),
        reason=row["reason"],
        alignment=_alignment_of(row["alignment"]),
        windows=windows,
        stages_ms=json.loads(row["stages_ms"]),
        model_sha256s=tuple(json.loads(row["model_sha256s"])),
        software_version=row["software_version"],
        seated=moment_of(row, "seated_"),
        simulated=bool(row["simulated"]),
        health=Health(
            cpu_c=row["cpu_c"],
            throttled=_maybe(row["throttled"]),
            undervoltage=_maybe(row["undervoltage"]),
        ),
        frame=_frame_of(row["frame"]),
    )


def window_of(row: sqlite3.Row) -> StoredWindow:
    return StoredWindow(
        result=WindowResult(
            component=row["component"],
            call=Call(row["call"]),
            score=row["score"],
            review_above=row["review_above"],
            defect_above=row["defect_above"],
            reason=row["reason"],
        ),
        answer=None if row["answer"] is None else Answer(row["answer"]),
        answered_by=row["answered_by"],
        review_id=row["review_id"],
    )


def board_of(row: sqlite3.Row) -> BoardRow:
    return BoardRow(
        inspection_id=row["id"],
        recorded_utc=row["utc"],
        clock_synced=bool(row["synced"]),
        recipe=row["recipe"],
        recipe_version=row["recipe_version"],
        part_number=row["part_number"],
        serial=row["serial"],
        operator=row["operator"],
        verdict=None if row["verdict"] is None else Verdict(row["verdict"]),
        result=TestResult(row["result"]),
        aborted_reason=row["aborted_reason"],
        reason=row["reason"],
        windows=row["windows"],
        defects=row["defects"],
        unsure=row["unsure"],
        answered=row["answered"],
        true_defects=row["true_defects"],
        duration_s=row["duration_s"],
        simulated=bool(row["simulated"]),
        has_pictures=bool(row["has_pictures"]),
        purpose=row["purpose"] or "",
    )


def picture_of(row: sqlite3.Row) -> PictureFacts:
    return PictureFacts(
        name=row["name"],
        bytes=row["bytes"],
        sha256=row["sha256"],
        state=PictureState.KEPT if row["expired_utc"] is None else PictureState.EXPIRED,
    )


def review_of(row: sqlite3.Row) -> ReviewRow:
    return ReviewRow(
        review_id=row["id"],
        inspection_id=row["inspection_id"],
        component=row["component"],
        answer=None if row["answer"] is None else Answer(row["answer"]),
        undoes=row["undoes"],
        by=row["by"],
        at=moment_of(row),
    )


def fault_of(row: sqlite3.Row) -> FaultRow:
    return FaultRow(
        fault_id=row["id"],
        code=row["code"],
        device=row["device"],
        found=row["found"],
        action=row["action"],
        opened=moment_of(row),
        cleared=None if row["cleared_utc"] is None else moment_of(row, "cleared_"),
        cleared_by=row["cleared_by"],
        cleared_how=row["cleared_how"],
        duration_s=row["duration_s"],
    )


def event_of(row: sqlite3.Row) -> EventRow:
    return EventRow(
        event_id=row["id"],
        kind=row["kind"],
        by=row["by"],
        detail=row["detail"],
        at=moment_of(row),
        previous=row["previous"],
        hash=row["hash"],
    )
