"""Drawings of the panels: one for the laser at true size, one for people with every dimension.

All dimensions are from one datum, the lower left corner of the panel's box, as ordinates along the
four edges and a table of holes: no chain of figures to be added up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from shapely import Polygon
from shapely.affinity import translate
from shapely.geometry.base import BaseGeometry

from cradles.cabinet.joints import Bore, Panel
from cradles.cabinet.laser import path_of
from cradles.cabinet.ordinates import ordinates
from cradles.csg import polygons
from cradles.drawing import (
    Anchor,
    Circle,
    Drawing,
    Layer,
    LinearDimension,
    Polyline,
    Text,
    TitleBlock,
    rings_of,
)
from cradles.drawing.explode import figure
from cradles.drawing.values import Item

SEEN_FROM = {"x": "right", "y": "front", "z": "above"}
_ROW_MM = 4.2
_TALL_MM = 2.3
_BEYOND_MM = 17.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Of the table of holes; `at` is where its number stands in the drawing."""

    number: str
    x: float
    y: float
    size: str
    use: str
    at: tuple[float, float]


def at_datum(panel: Panel) -> tuple[BaseGeometry, tuple[Bore, ...], float, float]:
    """Area and bores with the lower left corner of the nominal panel at (0, 0), and the shift."""
    x0, y0, _, _ = panel.area.bounds
    bores = tuple(
        Bore(u_mm=b.u_mm - x0, v_mm=b.v_mm - y0, diameter_mm=b.diameter_mm, use=b.use)
        for b in panel.bores
    )
    return translate(panel.area, -x0, -y0), bores, -x0, -y0


def laser_items(panel: Panel, kerf_mm: float) -> tuple[Item, ...]:
    """What the laser follows, kerf allowed for; the nominal lower left corner is (0, 0)."""
    x0, y0, x1, y1 = panel.area.bounds
    path = path_of(panel, kerf_mm)
    items: list[Item] = list(rings_of(translate(path.area, -x0, -y0)))
    items += [
        Circle(layer=Layer.DRILL, x=b.u_mm - x0, y=b.v_mm - y0, diameter_mm=b.diameter_mm)
        for b in path.bores
    ]
    for words, area in panel.marks:
        placed = translate(area, -x0, -y0)
        items += rings_of(placed, Layer.ENGRAVE)
        u0, v0, _, _ = placed.bounds
        items.append(Text(layer=Layer.ENGRAVE, x=u0 + 3, y=v0 + 3, tall_mm=4.0, text=words))
    spot = name_spot(panel)
    if spot is not None:
        u, v, tall = spot
        items.append(
            Text(layer=Layer.ENGRAVE, x=u - x0, y=v - y0, tall_mm=tall, anchor=Anchor.MIDDLE,
                 text=panel.name.replace("_", " ").upper())
        )  # fmt: skip
    assert x1 > x0 and y1 > y0
    return tuple(items)


def laser_drawing(panel: Panel, kerf_mm: float) -> Drawing:
    return Drawing(name=panel.name, items=laser_items(panel, kerf_mm))


def name_spot(panel: Panel) -> tuple[float, float, float] | None:
    """Where the panel's name is engraved: on plain wood, as large as there is room up to 6 mm."""
    wood = panel.pierced
    for _, area in panel.marks:
        wood = wood.difference(area)
    spots = []
    for tall in (6.0, 4.0, 2.5):
        room = (0.85 * tall * len(panel.name) / 2 + 2, tall + 2)
        x0, y0, x1, y1 = wood.bounds
        for i in range(1, 12):
            for j in range(1, 12):
                u, v = x0 + (x1 - x0) * j / 12, y0 + (y1 - y0) * i / 12
                label = Polygon(
                    [
                        (u - room[0], v - 2),
                        (u + room[0], v - 2),
                        (u + room[0], v + room[1]),
                        (u - room[0], v + room[1]),
                    ]
                )
                if wood.contains(label):
                    spots.append((abs(u - (x0 + x1) / 2) + 2 * (v - y0), u, v, tall))
        if spots:
            _, u, v, size = min(spots)
            return u, v, size
    return None


def dimensioned(panel: Panel, title_rows: Sequence[tuple[str, str]], scale: float) -> Drawing:
    """For people: nominal sizes, without kerf."""
    area, bores, dx, dy = at_datum(panel)
    _, _, wide, tall = area.bounds
    items: list[Item] = list(rings_of(area))
    items += [Circle(layer=Layer.DRILL, x=b.u_mm, y=b.v_mm, diameter_mm=b.diameter_mm)
              for b in bores]  # fmt: skip
    for words, mark in panel.marks:
        placed = translate(mark, dx, dy)
        items += rings_of(placed, Layer.ENGRAVE)
        u0, v0, _, _ = placed.bounds
        items.append(Text(layer=Layer.ENGRAVE, x=u0 + 3, y=v0 + 3, tall_mm=2.0 * scale, text=words))
    rows = list(_rows(area, bores, [(name, translate(slot, dx, dy)) for name, slot in panel.slots]))
    for row in rows:
        items.append(
            Text(layer=Layer.DIM, x=row.at[0], y=row.at[1], tall_mm=_TALL_MM * scale,
                 text=row.number)
        )  # fmt: skip
    items += ordinates(area, scale)
    out = -_BEYOND_MM * scale  # the overall sizes stand beyond the ordinates
    items.append(LinearDimension(along="x", start=(0, out), end=(wide, out), away_mm=-6.0))
    items.append(LinearDimension(along="y", start=(out, 0), end=(out, tall), away_mm=-6.0))
    items += _table(rows, wide + 26 * scale, tall, scale)
    return Drawing(
        name=panel.name,
        items=tuple(items),
        scale=scale,
        title=TitleBlock(title=panel.title, rows=tuple(title_rows)),
    )


def _rows(
    area: BaseGeometry, bores: Iterable[Bore], tabs: Sequence[tuple[str, BaseGeometry]]
) -> Iterator[Row]:
    """Round holes first, from the left; then rectangles by their lower left corner; then others by
    every corner."""
    for number, bore in enumerate(sorted(bores, key=lambda b: (b.use, b.u_mm, b.v_mm)), 1):
        r = bore.diameter_mm / 2
        yield Row(
            number=f"H{number}",
            x=bore.u_mm,
            y=bore.v_mm,
            size=f"Ø{figure(bore.diameter_mm)}",
            use=bore.use,
            at=(bore.u_mm - 6, bore.v_mm - 3) if r > 8 else (bore.u_mm + r + 1, bore.v_mm + r + 1),
        )
    rings = [Polygon(ring) for part in polygons(area) for ring in part.interiors]
    rings.sort(key=lambda ring: (round(ring.bounds[1], 3), round(ring.bounds[0], 3)))
    for slots, ring in enumerate(rings, 1):
        x0, y0, x1, y1 = ring.bounds
        beside = (x1 + 1, y1 + 1)
        if abs(ring.area - (x1 - x0) * (y1 - y0)) < 1e-6:
            size = f"{figure(x1 - x0)} × {figure(y1 - y0)}"
            names = [name for name, slot in tabs if slot.contains(ring.centroid)]
            use = f"tab of {names[0]}" if names else "opening"
            yield Row(number=f"S{slots}", x=x0, y=y0, size=size, use=use, at=beside)
        elif len(ring.exterior.coords) == 7:
            yield Row(
                number=f"S{slots}",
                x=(x0 + x1) / 2,
                y=(y0 + y1) / 2,
                size=f"hexagon {figure(x1 - x0)}",
                use="nut, middle",
                at=beside,
            )
        else:
            for corner, (x, y) in enumerate(list(ring.simplify(1e-6).exterior.coords)[:-1], 1):
                yield Row(
                    number=f"S{slots}.{corner}",
                    x=x,
                    y=y,
                    size="corner",
                    use="opening",
                    at=(x + 1, y + 1),
                )


def _table(rows: Sequence[Row], left: float, top: float, scale: float) -> Iterator[Item]:
    columns = (0.0, 14.0, 30.0, 46.0, 70.0)
    heads = ("no.", "x", "y", "size", "for")
    lines = [heads] + [
        (row.number, figure(row.x), figure(row.y), row.size, row.use) for row in rows
    ]
    if not rows:
        return
    for i, line in enumerate(lines):
        y = top - (i + 1) * _ROW_MM * scale
        for column, word in zip(columns, line, strict=True):
            yield Text(
                layer=Layer.DIM, x=left + column * scale, y=y, tall_mm=_TALL_MM * scale, text=word
            )
    width = 112.0 * scale
    for i in (0, 1, len(lines)):
        y = top - (i + 0.25) * _ROW_MM * scale
        yield Polyline(
            layer=Layer.DIM, points=((left, y, 0.0), (left + width, y, 0.0)), closed=False
        )
