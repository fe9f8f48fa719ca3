"""What the supervisor's page counts. Everything is counted by the database; how, stands here.

A board *counts* when the machine gave a verdict on it: PASS, REVIEW or FAIL, and it was not
aborted afterwards. FAULT and Aborted are counted by themselves and are in no yield. Boards that
were put in to try the machine, in a study or as a challenge, are in no figure at all.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from appliance.store.part import Part
from appliance.store.proofs import UNTAGGED
from appliance.store.selection import EVERYTHING, Bucket, Selection

_FIRST = """
    i.counts AND (i.serial IS NULL OR NOT EXISTS (
        SELECT 1 FROM inspection e
        WHERE e.serial = i.serial AND e.part_number = i.part_number
          AND e.id < i.id AND e.counts AND e.simulated = i.simulated
          AND NOT EXISTS (SELECT 1 FROM tag t WHERE t.inspection_id = e.id)))
"""
_DEFECTS = """
    CASE WHEN i.defects + i.unsure = 0 THEN 0 ELSE
    (SELECT count(*) FROM window w WHERE w.inspection_id = i.id AND w.call <> 'GOOD' AND
        CASE w.call
            WHEN 'DEFECT' THEN NOT EXISTS (SELECT 1 FROM standing_answer a
                WHERE a.inspection_id = i.id AND a.component = w.component
                  AND a.answer = 'FALSE_CALL')
            ELSE EXISTS (SELECT 1 FROM standing_answer a
                WHERE a.inspection_id = i.id AND a.component = w.component
                  AND a.answer = 'TRUE_DEFECT')
        END) END
"""
_TALLY = f"""
    coalesce(sum(c.counts), 0) AS inspected,
    coalesce(sum(c.counts AND c.verdict = 'PASS'), 0) AS passed,
    coalesce(sum(c.counts AND c.verdict = 'REVIEW'), 0) AS review,
    coalesce(sum(c.counts AND c.verdict = 'FAIL'), 0) AS failed,
    coalesce(sum(c.result <> 'Aborted' AND c.verdict = 'FAULT'), 0) AS faults,
    coalesce(sum(c.result = 'Aborted'), 0) AS aborted,
    coalesce(sum(NOT c.synced), 0) AS unsynced,
    coalesce(sum(c.first), 0) AS first_inspections,
    coalesce(sum(c.first AND c.verdict = 'PASS'), 0) AS first_passes,
    coalesce(sum(c.windows) FILTER (WHERE c.counts), 0) AS windows,
    coalesce(sum(c.confirmed) FILTER (WHERE c.counts), 0) AS defects,
    avg(c.duration_s) FILTER (WHERE c.counts) AS mean_s
FROM (SELECT i.*, ({_FIRST}) AS first, {_DEFECTS} AS confirmed
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """The boards of a selection or of one bar of a trend, counted."""

    inspected: int
    """Boards that count; each time one is inspected it counts again."""
    passed: int
    review: int
    failed: int
    faults: int
    """The machine could not judge."""
    aborted: int
    """Pulled out before the verdict or before its lamp."""
    unsynced: int
    """Of all rows, those whose time is unsure: they may belong to another day."""
    first_inspections: int
    """Boards seen for the first time: of each part number and serial the oldest inspection that
    counts, over the whole record and not only this selection, simulated and real apart. A board
    without a serial is taken for a new one each time."""
    first_passes: int
    """Of these, those that the machine passed. A REVIEW is no pass, whatever the person said."""
    windows: int
    """Opportunities: the windows of the boards that count."""
    defects: int
    """Windows called DEFECT unless a person said FALSE_CALL, and windows called UNSURE where a
    person said TRUE_DEFECT; of boards that count."""
    mean_s: float | None
    """Mean time from seated to recorded of the boards that count and whose time is known."""

    @property
    def fpy(self) -> float | None:
        """First-pass yield, 0 to 1: first passes over first inspections."""
        return self.first_passes / self.first_inspections if self.first_inspections else None

    @property
    def dpmo(self) -> float | None:
        """Defects per million opportunities; an opportunity is one window."""
        return 1e6 * self.defects / self.windows if self.windows else None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallTally:
    """How often the machine cries wolf: windows of boards that count and were not called GOOD."""

    called_defect: int
    called_unsure: int
    false_calls: int
    """Answered FALSE_CALL by a person; of several answers the last that was not taken back."""
    true_defects: int

    @property
    def called(self) -> int:
        return self.called_defect + self.called_unsure

    @property
    def answered(self) -> int:
        return self.false_calls + self.true_defects

    @property
    def unanswered(self) -> int:
        return self.called - self.answered

    @property
    def false_call_share(self) -> float | None:
        """False calls over answered windows, 0 to 1."""
        return self.false_calls / self.answered if self.answered else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    boards: Tally
    calls: CallTally

    @property
    def false_calls_per_million(self) -> float | None:
        """False calls per million inspected windows."""
        windows = self.boards.windows
        return 1e6 * self.calls.false_calls / windows if windows else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParetoRow:
    """One component of one part number and how often it was not called GOOD."""

    part_number: str
    component: str
    calls: CallTally


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendRow:
    bucket: Bucket
    boards: Tally


def _tally_of(row: sqlite3.Row) -> Tally:
    return Tally(**{name: row[name] for name in Tally.__dataclass_fields__})


def _calls_of(row: sqlite3.Row) -> CallTally:
    return CallTally(**{name: row[name] for name in CallTally.__dataclass_fields__})


def _where(selection: Selection) -> tuple[str, dict[str, Any]]:
    where, values = selection.where()
    return f"{UNTAGGED} AND {where}", values


def tally(connection: sqlite3.Connection, selection: Selection) -> Tally:
    where, values = _where(selection)
    sql = f"SELECT {_TALLY} FROM inspection i WHERE {where}) c"
    return _tally_of(connection.execute(sql, values).fetchone())


_CALLS = """
    coalesce(sum(call = 'DEFECT'), 0) AS called_defect,
    coalesce(sum(call = 'UNSURE'), 0) AS called_unsure,
    coalesce(sum(answer = 'FALSE_CALL'), 0) AS false_calls,
    coalesce(sum(answer = 'TRUE_DEFECT'), 0) AS true_defects
FROM (SELECT i.part_number, w.component, w.call,
        (SELECT a.answer FROM standing_answer a
         WHERE a.inspection_id = w.inspection_id AND a.component = w.component) AS answer
    FROM inspection i JOIN window w ON w.inspection_id = i.id AND w.call <> 'GOOD'
    WHERE i.counts AND i.defects + i.unsure > 0 AND
"""


def call_tally(connection: sqlite3.Connection, selection: Selection) -> CallTally:
    where, values = _where(selection)
    return _calls_of(connection.execute(f"SELECT {_CALLS} {where})", values).fetchone())


def pareto(
    connection: sqlite3.Connection, selection: Selection, limit: int
) -> tuple[ParetoRow, ...]:
    """Most often called first."""
    where, values = _where(selection)
    sql = (
        f"SELECT part_number, component, {_CALLS} {where}) GROUP BY part_number, component"
        " ORDER BY count(*) DESC, called_defect DESC, part_number, component LIMIT :limit"
    )
    return tuple(
        ParetoRow(part_number=row["part_number"], component=row["component"], calls=_calls_of(row))
        for row in connection.execute(sql, {**values, "limit": limit})
    )


def trend(
    connection: sqlite3.Connection, bars: Sequence[Bucket], selection: Selection
) -> tuple[TrendRow, ...]:
    """One row a bar, empty ones too."""
    where, values = _where(selection)
    edges: dict[str, Any] = {"bars": json.dumps([[b.since_utc, b.until_utc] for b in bars])}
    sql = f"""
        WITH bar AS (SELECT key AS n, json_extract(value, '$[0]') AS since_utc,
                            json_extract(value, '$[1]') AS until_utc FROM json_each(:bars))
        SELECT c.n, {_TALLY}, b.n FROM bar b CROSS JOIN inspection i
            ON i.utc >= b.since_utc AND i.utc < b.until_utc WHERE {where}) c GROUP BY c.n
    """
    found = {row["n"]: _tally_of(row) for row in connection.execute(sql, {**values, **edges})}
    return tuple(TrendRow(bucket=bar, boards=found.get(n, NOTHING)) for n, bar in enumerate(bars))


NOTHING = Tally(
    inspected=0,
    passed=0,
    review=0,
    failed=0,
    faults=0,
    aborted=0,
    unsynced=0,
    first_inspections=0,
    first_passes=0,
    windows=0,
    defects=0,
    mean_s=None,
)


class FiguresPart(Part):
    """The counts for the pages. "Today" is a selection: `Selection(since_utc=..., until_utc=...)`
    with `day_span(now, zone_of(...))`."""

    def figures(self, selection: Selection = EVERYTHING) -> Figures:
        """The figures of the boards of a selection."""
        with self._database.reading("count the boards") as connection:
            return Figures(
                boards=tally(connection, selection), calls=call_tally(connection, selection)
            )

    def pareto(
        self, selection: Selection = EVERYTHING, *, limit: int = 20
    ) -> tuple[ParetoRow, ...]:
        """The components that are most often not called GOOD, with what people said of them."""
        with self._database.reading("count the components") as connection:
            return pareto(connection, selection, limit)

    def trend(
        self, bars: Sequence[Bucket], selection: Selection = EVERYTHING
    ) -> tuple[TrendRow, ...]:
        """One tally a bar; `buckets(...)` makes the bars of a zone's hours or days."""
        with self._database.reading("count over time") as connection:
            return trend(connection, bars, selection)
