"""What a moved threshold would have changed: archived boards judged again by their scores.

The scores are the ones that were recorded; the code that calls them is the cabinet's own.
"""

from __future__ import annotations

from dataclasses import dataclass

from appliance.decide import rejudge
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


def archive_of(store: Store, folder: str, recipe: Recipe) -> Archive:
    """The newest boards that were judged by any version of this recipe; records name a recipe
    by its folder."""
    rows = store.boards(Selection(recipe=folder), limit=MOST_BOARDS)
    known = {window.component for window in recipe.windows}
    boards = []
    for row in rows:
        if row.windows != len(known) or row.verdict in (None, Verdict.FAULT):
            continue
        board = store.inspection(row.inspection_id)
        if {w.result.component for w in board.windows} == known:
            boards.append(board)
    return Archive(boards=tuple(boards))


def rejudged(archive: Archive, now: Recipe, then: Recipe, component: str) -> Outcome:
    """Every archived board by the current thresholds and by the new ones."""
    counts = dict.fromkeys(Call, 0)
    changes = []
    for board in archive.boards:
        scores = {w.result.component: w.result.score for w in board.windows}
        verdict_now, _, results_now = rejudge(now.windows, scores)
        verdict_then, _, results_then = rejudge(then.windows, scores)
        call_now = next(r.call for r in results_now if r.component == component)
        call_then = next(r.call for r in results_then if r.component == component)
        counts[call_then] += 1
        if call_now is call_then:
            continue
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
