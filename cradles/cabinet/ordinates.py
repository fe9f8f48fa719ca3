"""Ordinates round an outline: at each edge of its box, how far every corner is from the datum."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from shapely.geometry.base import BaseGeometry

from cradles.csg import polygons
from cradles.drawing import Anchor, Layer, Polyline, Text
from cradles.drawing.explode import figure
from cradles.drawing.values import Item

_TALL_MM = 2.0
_PITCH_MM = 3.0
"""On paper, between two figures: nearer ones are fanned out."""
_STUB_MM = (1.0, 3.0, 7.0)
"""Where a leader begins, bends and ends, from the edge."""


def ordinates(area: BaseGeometry, scale: float) -> Iterator[Item]:
    """Corners in the lower half are told below, in the upper half above; likewise left and right.
    What stands at both is told at one edge."""
    _, _, wide, tall = area.bounds
    corners = [point for part in polygons(area) for point in part.exterior.coords[:-1]]
    below = _values(x for x, y in corners if y <= tall / 2)
    above = [x for x in _values(x for x, y in corners if y > tall / 2) if not _among(x, below)]
    left = _values(y for x, y in corners if x <= wide / 2)
    right = [y for y in _values(y for x, y in corners if x > wide / 2) if not _among(y, left)]
    yield from _edge(below, 0.0, -1.0, scale, upright=True)
    yield from _edge(above, tall, 1.0, scale, upright=True)
    yield from _edge(left, 0.0, -1.0, scale, upright=False)
    yield from _edge(right, wide, 1.0, scale, upright=False)


def fanned(values: Sequence[float], pitch: float) -> list[float]:
    """Places at least `pitch` apart, in order, each group round the middle of its values."""
    groups: list[list[float]] = []
    for value in values:
        groups.append([value])
        while len(groups) > 1 and _low(groups[-1], pitch) < _high(groups[-2], pitch) + pitch:
            last = groups.pop()
            groups[-1] += last
    return [_low(group, pitch) + i * pitch for group in groups for i in range(len(group))]


def _low(group: Sequence[float], pitch: float) -> float:
    return sum(group) / len(group) - (len(group) - 1) * pitch / 2


def _high(group: Sequence[float], pitch: float) -> float:
    return _low(group, pitch) + (len(group) - 1) * pitch


def _values(found: Iterator[float]) -> list[float]:
    made: list[float] = []
    for value in sorted(found):
        if not made or value - made[-1] > 0.02:
            made.append(value)
    return made


def _among(value: float, others: Sequence[float]) -> bool:
    return any(abs(value - other) <= 0.02 for other in others)


def _edge(
    values: Sequence[float], level: float, away: float, scale: float, *, upright: bool
) -> Iterator[Item]:
    places = fanned(values, _PITCH_MM * scale)
    begin, bend, end = (level + away * stub * scale for stub in _STUB_MM)
    for value, place in zip(values, places, strict=True):
        line = ((value, begin), (value, bend), (place, end))
        points = line if upright else tuple((v, u) for u, v in line)
        yield Polyline(layer=Layer.DIM, points=tuple((x, y, 0.0) for x, y in points), closed=False)
        text = end + away * 0.8 * scale
        half = _TALL_MM * scale / 2
        yield Text(
            layer=Layer.DIM,
            x=place + half if upright else text,
            y=text if upright else place - half,
            tall_mm=_TALL_MM * scale,
            text=figure(value),
            anchor=Anchor.START if away > 0 else Anchor.END,
            turn_deg=90.0 if upright else 0.0,
        )
