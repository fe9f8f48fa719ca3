"""Dimensions and title blocks as plain lines and texts: what every shop's program can read."""

from __future__ import annotations

import math
from collections.abc import Iterator

from cradles.drawing.values import (
    Anchor,
    Circle,
    DiameterDimension,
    Drawing,
    Hatch,
    Layer,
    LinearDimension,
    Polyline,
    Text,
    TitleBlock,
)

Plain = Polyline | Circle | Hatch | Text
Box = tuple[float, float, float, float]

TEXT_MM = 2.5
"""Height of figures on paper (ISO 3098: 2.5 mm is the least for a sheet that is copied)."""
_GAP_MM = 1.0
_ARROW_MM = 2.0
_TITLE_MM = (90.0, 5.0)
"""Width of a title block on paper, height of one of its rows."""


def plain(drawing: Drawing) -> tuple[Plain, ...]:
    """The drawing without dimensions and title block; those become lines and texts."""
    made: list[Plain] = []
    for item in drawing.items:
        if isinstance(item, LinearDimension):
            made += _linear(item, drawing.scale)
        elif isinstance(item, DiameterDimension):
            made += _diameter(item, drawing.scale)
        else:
            made.append(item)
    if drawing.title:
        made += _title(drawing.title, bounds(made), drawing.scale)
    return tuple(made)


def bounds(items: tuple[Plain, ...] | list[Plain]) -> Box:
    """Lowest x and y, highest x and y of everything; a text counts with an estimated width."""
    xs: list[float] = []
    ys: list[float] = []
    for item in items:
        for x, y in _extent(item):
            xs.append(x)
            ys.append(y)
    if not xs:
        return 0.0, 0.0, 0.0, 0.0
    return min(xs), min(ys), max(xs), max(ys)


def figure(value_mm: float) -> str:
    """At most two decimals, as figures stand in a drawing."""
    return f"{value_mm:.2f}".rstrip("0").rstrip(".")


def arc_middle(
    start: tuple[float, float], end: tuple[float, float], bulge: float
) -> tuple[float, float]:
    """The point of the arc half-way between its ends."""
    mx, my = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
    return mx + bulge * (end[1] - start[1]) / 2, my - bulge * (end[0] - start[0]) / 2


def _extent(item: Plain) -> Iterator[tuple[float, float]]:
    if isinstance(item, Polyline):
        following = item.points[1:] + item.points[: 1 if item.closed else 0]
        for x, y, _ in item.points:
            yield x, y
        for (x, y, bulge), (x1, y1, _) in zip(item.points, following, strict=False):
            if bulge:
                yield arc_middle((x, y), (x1, y1), bulge)
    elif isinstance(item, Circle):
        r = item.diameter_mm / 2
        yield item.x - r, item.y - r
        yield item.x + r, item.y + r
    elif isinstance(item, Hatch):
        yield from (point for ring in item.rings for point in ring)
    else:
        wide = 0.85 * item.tall_mm * len(item.text)
        low = {Anchor.START: 0.0, Anchor.MIDDLE: -wide / 2, Anchor.END: -wide}[item.anchor]
        c, s = math.cos(math.radians(item.turn_deg)), math.sin(math.radians(item.turn_deg))
        for u in (low, low + wide):
            for v in (0.0, item.tall_mm):
                yield item.x + c * u - s * v, item.y + s * u + c * v


def _line(*points: tuple[float, float]) -> Polyline:
    return Polyline(layer=Layer.DIM, points=tuple((x, y, 0.0) for x, y in points), closed=False)


def _arrow(tip: tuple[float, float], towards: tuple[float, float], scale: float) -> Hatch:
    """A slim filled triangle whose tip lies on `tip` and points away from `towards`."""
    length = math.dist(tip, towards) or 1.0
    ux, uy = (towards[0] - tip[0]) / length, (towards[1] - tip[1]) / length
    a, w = _ARROW_MM * scale, _ARROW_MM * scale / 6
    back = tip[0] + a * ux, tip[1] + a * uy
    left, right = (back[0] - w * uy, back[1] + w * ux), (back[0] + w * uy, back[1] - w * ux)
    return Hatch(layer=Layer.DIM, rings=((tip, left, right),), level=0)


def _linear(dim: LinearDimension, scale: float) -> list[Plain]:
    """Two witness lines, the line with arrows, the figure above it or left of it."""
    axis = 0 if dim.along == "x" else 1
    (a, across_a), (b, across_b) = (
        (dim.start[axis], dim.start[1 - axis]),
        (dim.end[axis], dim.end[1 - axis]),
    )
    far = max(across_a, across_b) if dim.away_mm > 0 else min(across_a, across_b)
    level = far + dim.away_mm * scale
    beyond = math.copysign(_GAP_MM * scale, dim.away_mm)

    def at(along: float, across: float) -> tuple[float, float]:
        return (along, across) if axis == 0 else (across, along)

    size = TEXT_MM * scale
    made: list[Plain] = [
        _line(at(a, across_a + beyond), at(a, level + beyond)),
        _line(at(b, across_b + beyond), at(b, level + beyond)),
    ]
    text = figure(abs(b - a))
    wide = 0.75 * size * len(text)
    low, high = min(a, b), max(a, b)
    x, y = at((a + b) / 2, level)
    if high - low > 2.5 * _ARROW_MM * scale:
        made += [
            _line(at(low, level), at(high, level)),
            _arrow(at(low, level), at(high, level), scale),
            _arrow(at(high, level), at(low, level), scale),
        ]
    else:
        reach = 2.5 * _ARROW_MM * scale
        made += [
            _line(at(low - reach, level), at(high + reach, level)),
            _arrow(at(low, level), at(low - reach, level), scale),
            _arrow(at(high, level), at(high + reach, level), scale),
        ]
    if high - low < wide + 2 * _GAP_MM * scale:
        x, y = at(high + 2.5 * _ARROW_MM * scale + wide / 2, level)
    gap = 0.6 * _GAP_MM * scale
    made.append(
        Text(
            layer=Layer.DIM,
            x=x if axis == 0 else x - gap,
            y=y + gap if axis == 0 else y,
            tall_mm=size,
            text=text,
            anchor=Anchor.MIDDLE,
            turn_deg=0.0 if axis == 0 else 90.0,
        )
    )
    return made


def _diameter(dim: DiameterDimension, scale: float) -> list[Plain]:
    """A leader from the rim of the hole outwards, the figure at its end."""
    c, s = math.cos(math.radians(dim.turn_deg)), math.sin(math.radians(dim.turn_deg))
    r, reach = dim.diameter_mm / 2, dim.diameter_mm / 2 + 5 * scale
    rim, knee = (dim.x + c * r, dim.y + s * r), (dim.x + c * reach, dim.y + s * reach)
    side = 1 if c >= 0 else -1
    end = knee[0] + side * 1.5 * scale, knee[1]
    many = f"{dim.count}× " if dim.count > 1 else ""
    return [
        _line(rim, knee, end),
        _arrow(rim, knee, scale),
        Text(
            layer=Layer.DIM,
            x=end[0] + side * 0.5 * scale,
            y=end[1] - TEXT_MM * scale / 2,
            tall_mm=TEXT_MM * scale,
            text=f"{many}Ø{figure(dim.diameter_mm)}",
            anchor=Anchor.START if side > 0 else Anchor.END,
        ),
    ]


def _title(block: TitleBlock, around: Box, scale: float) -> list[Plain]:
    """A framed table under the drawing, at the right."""
    x0, y0, x1, _ = around
    wide, row = _TITLE_MM[0] * scale, _TITLE_MM[1] * scale
    left = max(x1 - wide, x0)
    top = y0 - 4 * scale
    bottom = top - row * (len(block.rows) + 1.4)
    made: list[Plain] = [
        _line((left, top), (left + wide, top), (left + wide, bottom), (left, bottom), (left, top))
    ]
    made.append(
        Text(
            layer=Layer.DIM,
            x=left + 2 * scale,
            y=top - row,
            tall_mm=3.5 * scale,
            text=block.title,
        )
    )
    for number, (key, value) in enumerate(block.rows):
        level = top - row * (number + 1.4)
        made.append(_line((left, level), (left + wide, level)))
        for x, text in ((left + 2 * scale, key), (left + 26 * scale, value)):
            made.append(
                Text(layer=Layer.DIM, x=x, y=level - 0.75 * row, tall_mm=TEXT_MM * scale, text=text)
            )
    return made
