"""Figures as shapes: numbers for inline SVG, so that no script and no library draws them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo

from appliance.store import ParetoRow, Step, TrendRow
from appliance.store.clock import utc_from_text

WIDTH, HEIGHT = 640, 230
_LEFT, _RIGHT, _TOP, _BOTTOM = 40, 44, 14, 28
_MOST_LABELS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class ParetoBar:
    """Shares of the longest bar, in percent: what people confirmed, left open, and refuted."""

    row: ParetoRow
    true_percent: float
    open_percent: float
    false_percent: float


def pareto_bars(rows: Sequence[ParetoRow]) -> tuple[ParetoBar, ...]:
    longest = max((row.calls.called for row in rows), default=0)
    return tuple(
        ParetoBar(
            row=row,
            true_percent=round(100 * row.calls.true_defects / longest, 2),
            open_percent=round(100 * row.calls.unanswered / longest, 2),
            false_percent=round(100 * row.calls.false_calls / longest, 2),
        )
        for row in rows
        if row.calls.called
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendBar:
    row: TrendRow
    x: float
    y: float
    width: float
    height: float
    label: str
    """Hour or day in the viewer's zone; empty where there is no room for it."""
    name: str
    fpy_y: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendChart:
    width: int
    height: int
    left: int
    right: int
    base: int
    top: int
    bars: tuple[TrendBar, ...]
    most: int
    """Boards at the top of the axis."""
    lines: tuple[str, ...]
    """Points of the yield's line, broken where there were no boards."""
    is_empty: bool


def trend_chart(rows: Sequence[TrendRow], *, step: Step, zone: tzinfo) -> TrendChart:
    """Bars: boards inspected. Line: first-pass yield, 0 to 100 % over the same height."""
    base, room = HEIGHT - _BOTTOM, HEIGHT - _BOTTOM - _TOP
    most = _round_up(max((row.boards.inspected for row in rows), default=0))
    slot = (WIDTH - _LEFT - _RIGHT) / max(1, len(rows))
    every = max(1, -(-len(rows) // _MOST_LABELS))
    bars = []
    for n, row in enumerate(rows):
        local = utc_from_text(row.bucket.since_utc).astimezone(zone)
        name = f"{local:%H:%M}" if step is Step.HOUR else f"{local.day}.{local.month}."
        height = room * row.boards.inspected / most
        fpy = row.boards.fpy
        bars.append(
            TrendBar(
                row=row,
                x=round(_LEFT + n * slot + slot * 0.14, 2),
                y=round(base - height, 2),
                width=round(slot * 0.72, 2),
                height=round(height, 2),
                label=name if n % every == 0 else "",
                name=name,
                fpy_y=None if fpy is None else round(base - room * fpy, 2),
            )
        )
    return TrendChart(
        width=WIDTH,
        height=HEIGHT,
        left=_LEFT,
        right=WIDTH - _RIGHT,
        base=base,
        top=_TOP,
        bars=tuple(bars),
        most=most,
        lines=_lines(bars),
        is_empty=not any(row.boards.inspected for row in rows),
    )


def _lines(bars: Sequence[TrendBar]) -> tuple[str, ...]:
    lines: list[list[str]] = [[]]
    for bar in bars:
        if bar.fpy_y is None:
            lines.append([])
        else:
            lines[-1].append(f"{bar.x + bar.width / 2:.1f},{bar.fpy_y:.1f}")
    return tuple(" ".join(line) for line in lines if len(line) > 1)


def _round_up(count: int) -> int:
    """A round number at or above: 1, 2, 5, 10, 20, 50, ... so that the axis reads well."""
    if count <= 0:
        return 1
    scale = int(10 ** (len(str(count)) - 1))
    return next(scale * n for n in (1, 2, 5, 10) if scale * n >= count)
