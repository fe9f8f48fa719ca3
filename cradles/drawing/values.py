"""What a drawing consists of. Millimetres of the real thing, x to the right, y up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from shapely.geometry.base import BaseGeometry
from shapely.geometry.polygon import orient

from cradles.csg import polygons


class Layer(StrEnum):
    """What the machine does with a line; a shop maps layers to tools by these names."""

    CUT = "CUT"
    """Through: the outline and the openings."""
    DRILL = "DRILL"
    """Round holes, also when a laser cuts them."""
    ENGRAVE = "ENGRAVE"
    """The part's name, at low power."""
    DIM = "DIM"
    """For people only: never cut."""


class Anchor(StrEnum):
    START = "start"
    MIDDLE = "middle"
    END = "end"


@dataclass(frozen=True, slots=True, kw_only=True)
class Polyline:
    """Vertices (x, y, bulge): the bulge of the way to the next vertex is tan(angle / 4), positive
    counterclockwise, 0 for a straight line, as in DXF."""

    layer: Layer
    points: tuple[tuple[float, float, float], ...]
    closed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Circle:
    layer: Layer
    x: float
    y: float
    diameter_mm: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Hatch:
    """A filled area: the outer ring first, then its holes."""

    layer: Layer
    rings: tuple[tuple[tuple[float, float], ...], ...]
    level: int = 200
    """Grey on paper: 0 is black, 255 white."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One line; (x, y) is on its base line."""

    layer: Layer
    x: float
    y: float
    tall_mm: float
    """Height of a capital letter."""
    text: str
    anchor: Anchor = Anchor.START
    turn_deg: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LinearDimension:
    """The distance of two points along x or y. `away_mm` (on paper) is how far the line stands
    from the further point: above or to the right when positive, else below or to the left."""

    along: str
    start: tuple[float, float]
    end: tuple[float, float]
    away_mm: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DiameterDimension:
    """A leader to a round hole; `count` times the same hole."""

    x: float
    y: float
    diameter_mm: float
    turn_deg: float = 45.0
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleBlock:
    title: str
    rows: tuple[tuple[str, str], ...] = ()


Item = Polyline | Circle | Hatch | Text | LinearDimension | DiameterDimension


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """`scale` is how much smaller it stands on paper (5 means 1:5). Sizes of dimensions and of the
    title block are sizes on paper, so that they can be read at that scale."""

    name: str
    items: tuple[Item, ...]
    scale: float = 1.0
    title: TitleBlock | None = None


def rectangle(layer: Layer, x0: float, y0: float, x1: float, y1: float) -> Polyline:
    return Polyline(layer=layer, points=((x0, y0, 0), (x1, y0, 0), (x1, y1, 0), (x0, y1, 0)))


def rings_of(area: BaseGeometry, layer: Layer = Layer.CUT) -> tuple[Polyline, ...]:
    """Every boundary of an area, outer ones first, in an order that depends on the shape alone."""

    def ring(coords: Sequence[tuple[float, ...]]) -> tuple[tuple[float, float, float], ...]:
        points = [(round(p[0], 4) + 0.0, round(p[1], 4) + 0.0, 0.0) for p in coords[:-1]]
        first = points.index(min(points))
        return tuple(points[first:] + points[:first])

    parts = [orient(part) for part in polygons(area)]
    outer = sorted(ring(list(part.exterior.coords)) for part in parts)
    inner = sorted(ring(list(hole.coords)) for part in parts for hole in part.interiors)
    return tuple(Polyline(layer=layer, points=points) for points in (*outer, *inner))
