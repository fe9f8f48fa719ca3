"""Which boards a page asks for, and what "today" is for the person who looks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from enum import StrEnum
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from appliance.store.clock import utc_text
from appliance.terms import Call, TestResult, Verdict

_FURTHEST_MINUTES = 24 * 60
MOST_BUCKETS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Every condition that is not None must hold. Times are as `utc_text` writes them."""

    since_utc: str | None = None
    """Recorded at this instant or later."""
    until_utc: str | None = None
    """Recorded before this instant."""
    serial: str | None = None
    part_number: str | None = None
    recipe: str | None = None
    operator: str | None = None
    verdict: Verdict | None = None
    result: TestResult | None = None
    component: str | None = None
    """Has a window of this name that was not called GOOD."""
    call: Call | None = None
    """Has a window with this call."""
    unanswered: bool | None = None
    """True: has a window that was called and no person has answered yet."""
    simulated: bool | None = None

    def where(self) -> tuple[str, dict[str, Any]]:
        """The condition on a row `i` of `inspection`, with its parameters."""
        parts: list[str] = []
        values: dict[str, Any] = {}

        def need(condition: str, **named: object) -> None:
            parts.append(condition)
            values.update(named)

        if self.since_utc is not None:
            need("i.utc >= :since", since=self.since_utc)
        if self.until_utc is not None:
            need("i.utc < :until", until=self.until_utc)
        for column in ("serial", "part_number", "recipe", "operator", "verdict", "result"):
            wanted = getattr(self, column)
            if wanted is not None:
                need(f"i.{column} = :{column}", **{column: wanted})
        if self.simulated is not None:
            need("i.simulated = :simulated", simulated=int(self.simulated))
        if self.component is not None:
            need(
                "EXISTS (SELECT 1 FROM window w WHERE w.inspection_id = i.id"
                " AND w.component = :component AND w.call <> 'GOOD')",
                component=self.component,
            )
        if self.call is not None:
            need(
                "EXISTS (SELECT 1 FROM window w WHERE w.inspection_id = i.id AND w.call = :call)",
                call=self.call,
            )
        if self.unanswered is not None:
            need(
                f"{'' if self.unanswered else 'NOT '}EXISTS (SELECT 1 FROM window w"
                " WHERE w.inspection_id = i.id AND w.call <> 'GOOD' AND NOT EXISTS"
                " (SELECT 1 FROM standing_answer a WHERE a.inspection_id = w.inspection_id"
                " AND a.component = w.component))"
            )
        return " AND ".join(parts) or "1", values


EVERYTHING = Selection()


def zone_of(zone: str | int) -> tzinfo:
    """The viewer's zone, from its name (Europe/Lisbon) or its minutes east of UTC.

    Raises ValueError in words.
    """
    if isinstance(zone, int):
        if abs(zone) >= _FURTHEST_MINUTES:
            raise ValueError(f"expected less than 24 h from UTC, found {zone} minutes")
        return timezone(timedelta(minutes=zone))
    try:
        return ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"expected a zone such as Europe/Lisbon, found {zone!r}") from None


def day_span(now: datetime, zone: tzinfo) -> tuple[str, str]:
    """Beginning and end (exclusive) of the viewer's day that holds `now`, as UTC texts."""
    midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return utc_text(midnight), utc_text(_next_day(midnight))


def _next_day(midnight: datetime) -> datetime:
    # Wall-clock arithmetic: a day of a change to summer time has 23 hours.
    return midnight + timedelta(days=1)


class Step(StrEnum):
    HOUR = "hour"
    DAY = "day"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """One bar of a trend, as UTC texts; the end is exclusive."""

    since_utc: str
    until_utc: str


def buckets(since: datetime, until: datetime, step: Step, zone: tzinfo) -> tuple[Bucket, ...]:
    """Whole hours or days of the viewer's zone that cover the span.

    Raises ValueError when there are more than `MOST_BUCKETS`.
    """
    edges: list[datetime] = []
    if step is Step.HOUR:
        # In UTC, for an hour is an hour; zones whose offset is no whole hour start between.
        local = since.astimezone(zone)
        past = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
        edge = since.astimezone(UTC) - past
    else:
        edge = since.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    end = until.astimezone(UTC)
    while edge.astimezone(UTC) < end:
        edges.append(edge)
        if len(edges) > MOST_BUCKETS:
            raise ValueError(f"expected at most {MOST_BUCKETS} {step}s, found a longer span")
        edge = edge + timedelta(hours=1) if step is Step.HOUR else _next_day(edge)
    edges.append(edge)
    texts = [utc_text(e) for e in edges]
    return tuple(Bucket(since_utc=a, until_utc=b) for a, b in pairwise(texts))
