"""Flat panels that are put together by tabs in slots: one rule for finger joints and for walls
that end on another's face.

The panel with the tabs ends on the other's inner face and reaches through it where its tabs are;
the other has slots there, open at its edge where the joint lies along one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from shapely import Point, box
from shapely.geometry.base import BaseGeometry

from cradles.csg import Bar, Part, Step, add, polygons, prism

PLANE = {"x": ("y", "z"), "y": ("x", "z"), "z": ("x", "y")}
"""A panel lies across its axis; its drawing has these two, to the right and up."""
Span = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bore:
    """A round hole through a panel, in the panel's plane."""

    u_mm: float
    v_mm: float
    diameter_mm: float
    use: str
    """What goes through, for the drawing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """`area` is in cabinet coordinates along `PLANE[axis]`, without round holes."""

    name: str
    title: str
    axis: str
    low_mm: float
    high_mm: float
    """Along the axis: the two faces."""
    area: BaseGeometry
    bores: tuple[Bore, ...] = ()
    moves: bool = False
    """With the drawer."""
    slots: tuple[tuple[str, BaseGeometry], ...] = ()
    """Whose tabs go through which slots."""
    marks: tuple[tuple[str, BaseGeometry], ...] = ()
    """Words and areas that the laser draws on it: where a bought piece lies."""

    @property
    def thickness_mm(self) -> float:
        return self.high_mm - self.low_mm

    @property
    def pierced(self) -> BaseGeometry:
        """With its round holes, as polygons that lie within them."""
        area = self.area
        for bore in self.bores:
            segments = 4 if bore.diameter_mm < 6 else 10
            disc = Point(bore.u_mm, bore.v_mm).buffer(bore.diameter_mm / 2, quad_segs=segments)
            area = area.difference(disc)
        return area

    @property
    def part(self) -> Part:
        """The panel as a body, where it stands in the cabinet."""
        return Part(
            name=self.name, steps=tuple(slab(self, area) for area in polygons(self.pierced))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Joint:
    tabs: str
    slots: str
    along: str
    spans: tuple[Span, ...]
    """Where the tabs are, along that axis."""


def slab(panel: Panel, area: BaseGeometry) -> Step:
    if panel.axis == "z":
        return add(prism(area, panel.low_mm, panel.high_mm))
    assert area.geom_type == "Polygon"
    return add(Bar(area=area, axis=panel.axis, from_mm=panel.low_mm, to_mm=panel.high_mm))


def fingers(low_mm: float, high_mm: float, about_mm: float) -> tuple[Span, ...]:
    """Tabs about `about_mm` long and as far apart; the panel with slots keeps both ends."""
    count = max(int((high_mm - low_mm) / about_mm), 3)
    count -= 1 - count % 2
    step = (high_mm - low_mm) / count
    return tuple((low_mm + i * step, low_mm + (i + 1) * step) for i in range(1, count, 2))


def joined(panels: Iterable[Panel], joints: Iterable[Joint], air_mm: float) -> Mapping[str, Panel]:
    """The panels with their tabs and slots; a slot is `air_mm` wider and longer than its tab."""
    made = {panel.name: panel for panel in panels}
    for joint in joints:
        tabs, slots = made[joint.tabs], made[joint.slots]
        tab = [
            _across(tabs.axis, joint.along, span, (slots.low_mm, slots.high_mm))
            for span in joint.spans
        ]
        a = air_mm / 2
        slot = [
            _across(
                slots.axis,
                joint.along,
                (span[0] - a, span[1] + a),
                (tabs.low_mm - a, tabs.high_mm + a),
            )
            for span in joint.spans
        ]
        made[tabs.name] = replace(tabs, area=_union(tabs.area, tab))
        made[slots.name] = replace(
            slots,
            area=_without(slots.area, slot),
            slots=(*slots.slots, *((tabs.name, each) for each in slot)),
        )
    return made


def _across(axis: str, along: str, span: Span, other: Span) -> BaseGeometry:
    if PLANE[axis][0] == along:
        return box(span[0], other[0], span[1], other[1])
    return box(other[0], span[0], other[1], span[1])


def _union(area: BaseGeometry, more: list[BaseGeometry]) -> BaseGeometry:
    for each in more:
        area = area.union(each)
    return area


def _without(area: BaseGeometry, less: list[BaseGeometry]) -> BaseGeometry:
    for each in less:
        area = area.difference(each)
    return area
