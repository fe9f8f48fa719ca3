"""What the laser is told, and what it leaves: its path runs half a kerf outside the wood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from shapely import LineString, box
from shapely.geometry.base import BaseGeometry

from cradles.cabinet.joints import PLANE, Joint, Panel, Span


def path_of(panel: Panel, kerf_mm: float) -> Panel:
    """The panel as it is drawn for the laser: outlines grown, slots and holes shrunk."""
    return replace(
        panel,
        area=panel.area.buffer(kerf_mm / 2, join_style="mitre", mitre_limit=5.0).simplify(1e-6),
        bores=tuple(replace(b, diameter_mm=b.diameter_mm - kerf_mm) for b in panel.bores),
    )


def left_of(path: Panel, kerf_mm: float) -> Panel:
    """The wood that is left when the laser has followed the path."""
    return path_of(path, -kerf_mm)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """Of all tabs of a joint in their slots, after cutting."""

    least_air_mm: float
    """Negative: the tab does not go in."""
    most_air_mm: float
    overlap_mm2: float
    """Of the tabs' sections and the wood round the slots."""
    tabs: int
    slots: int


def fit_of(joint: Joint, wood: Mapping[str, Panel]) -> Fit:
    """Measured on the areas alone, not on the spans that they were made of."""
    tabs, slots = wood[joint.tabs], wood[joint.slots]
    found = _crossed(tabs, joint.along, slots, joint)
    open_ = _gaps(slots, joint.along, tabs, joint)
    airs = [(gap[1] - gap[0]) - (tab[1] - tab[0]) for tab, gap in zip(found, open_, strict=False)]
    overlap = 0.0
    for tab in found:
        overlap += (
            _section(slots, joint.along, tab, (tabs.low_mm, tabs.high_mm))
            .intersection(slots.area)
            .area
        )
    return Fit(
        least_air_mm=min(airs, default=0.0),
        most_air_mm=max(airs, default=0.0),
        overlap_mm2=overlap,
        tabs=len(found),
        slots=len(open_),
    )


def _crossed(panel: Panel, along: str, through: Panel, joint: Joint) -> list[Span]:
    """Where the panel's wood reaches through the other: a line half-way through it."""
    line = _line(panel, along, (through.low_mm + through.high_mm) / 2, joint)
    return _spans(line.intersection(panel.area), PLANE[panel.axis].index(along))


def _gaps(panel: Panel, along: str, through: Panel, joint: Joint) -> list[Span]:
    """Where the panel is open for the other: the same line, without its wood. The line begins and
    ends in wood or beyond the panel; what is beyond is no slot."""
    line = _line(panel, along, (through.low_mm + through.high_mm) / 2, joint)
    return _spans(line.difference(panel.area), PLANE[panel.axis].index(along))


def _line(panel: Panel, along: str, level_mm: float, joint: Joint) -> BaseGeometry:
    low, high = joint.spans[0][0] - 2.0, joint.spans[-1][1] + 2.0
    if PLANE[panel.axis][0] == along:
        return LineString([(low, level_mm), (high, level_mm)])
    return LineString([(level_mm, low), (level_mm, high)])


def _spans(line: BaseGeometry, index: int) -> list[Span]:
    pieces = line.geoms if hasattr(line, "geoms") else [line]
    ends = [sorted(point[index] for point in piece.coords) for piece in pieces]
    return sorted((low[0], low[-1]) for low in ends if low and low[-1] - low[0] > 0.5)


def _section(panel: Panel, along: str, span: Span, other: Span) -> BaseGeometry:
    if PLANE[panel.axis][0] == along:
        return box(span[0], other[0], span[1], other[1])
    return box(other[0], span[0], other[1], span[1])
