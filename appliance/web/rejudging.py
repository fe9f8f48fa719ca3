"""What a moved threshold would have changed: archived boards judged again by their scores.

The scores are the ones that were recorded; the code that calls them is the cabinet's own.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

from appliance.decide import call_of, rejudge
from appliance.recipe import Recipe
from appliance.store import Selection, Store, StoredInspection
from appliance.terms import Call, Verdict

MOST_BOARDS = 200
"""The newest ones of this recipe: enough to see a trend, few enough to follow a slider."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScorePoint:
    inspection_id: int
    score: float
    call: Call


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """Boards of one recipe whose windows all carry a score."""

    boards: tuple[StoredInspection, ...]

    def scores_of(self, component: str) -> tuple[ScorePoint, ...]:
        """Of one window, the most suspect first."""
        points = [
            ScorePoint(inspection_id=board.inspection_id, score=w.result.score, call=w.result.call)
            for board in self.boards
            for w in board.windows
            if w.result.component == component
        ]
        return tuple(sorted(points, key=lambda point: -point.score))


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One archived board that the new thresholds call otherwise than the current ones."""

    inspection_id: int
    serial: str | None
    score: float
    call_now: Call
    call_then: Call
    verdict_now: Verdict
    verdict_then: Verdict
    answer: str | None
    """What a person said of this window, if anybody did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    judged: int
    changes: tuple[Change, ...]
    calls_then: dict[Call, int]
    """How many boards get each call in this window."""


class Archives:
    """Reads the boards behind a recipe's page, and keeps the last ones: a slider asks for the
    same again and again, and what it costs is taken from the inspection's time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._key: object = None
        self._kept = Archive(boards=())

    def of(self, store: Store, folder: str, recipe: Recipe) -> Archive:
        """The newest boards that were judged by any version of this recipe; records name a
        recipe by its folder."""
        known = frozenset(window.component for window in recipe.windows)
        rows = [
            row
            for row in store.boards(Selection(recipe=folder), limit=MOST_BOARDS)
            if row.windows == len(known) and row.verdict not in (None, Verdict.FAULT)
        ]
        key = (known, tuple((r.inspection_id, r.answered, r.true_defects) for r in rows))
        with self._lock:
            if key != self._key:
                boards = (store.inspection(row.inspection_id) for row in rows)
                self._kept = Archive(
                    boards=tuple(
                        b for b in boards if {w.result.component for w in b.windows} == known
                    )
                )
                self._key = key
            return self._kept


def rejudged(archive: Archive, now: Recipe, then: Recipe, component: str) -> Outcome:
    """Every archived board by the current thresholds and by the new ones."""
    counts = dict.fromkeys(Call, 0)
    changes = []
    for board in archive.boards:
        scores = {w.result.component: w.result.score for w in board.windows}
        call_now = _call(now, component, scores)
        call_then = _call(then, component, scores)
        counts[call_then] += 1
        if call_now is call_then:
            continue
        verdict_now, _, _ = rejudge(now.windows, scores)
        verdict_then, _, _ = rejudge(then.windows, scores)
        window = next(w for w in board.windows if w.result.component == component)
        changes.append(
            Change(
                inspection_id=board.inspection_id,
                serial=board.record.serial,
                score=scores[component],
                call_now=call_now,
                call_then=call_then,
                verdict_now=verdict_now,
                verdict_then=verdict_then,
                answer=window.answer,
            )
        )
    changes.sort(key=lambda change: -change.score)
    return Outcome(judged=len(archive.boards), changes=tuple(changes), calls_then=counts)


def _call(recipe: Recipe, component: str, scores: dict[str, float]) -> Call:
    window = recipe.window(component)
    return call_of(
        scores[component], review_above=window.review_above, defect_above=window.defect_above
    )
