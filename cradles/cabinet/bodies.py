"""What stands in a cabinet, as bodies where they stand; and the way that the drawer sweeps."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise

import numpy as np
from manifold3d import Manifold
from shapely import Polygon, union_all
from shapely.affinity import translate
from shapely.geometry.base import BaseGeometry

from cradles.cabinet.joints import Panel, slab
from cradles.csg import Part, polygons
from cradles.mesh import Mesh
from cradles.solids import Solid, solid_of

Box = tuple[float, float, float, float, float, float]


class Kind(StrEnum):
    PANEL = "panel"
    PRINTED = "printed"
    BOUGHT = "bought"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Body:
    name: str
    """With a number where there are several: "lamp_holder 2"."""
    kind: Kind
    solid: Solid
    moves: bool = False
    panel: Panel | None = None
    """Of a panel: what it was made of."""
    pieces: tuple[Solid, ...] = ()
    """Convex ones that make up the body, where its own hull would be too much."""

    def mesh(self) -> Mesh:
        """Made once: a body is drawn in many pictures."""
        return _mesh(self)

    @property
    def stem(self) -> str:
        return self.name.split(" ")[0]


@functools.lru_cache(maxsize=256)
def _mesh(body: Body) -> Mesh:
    return body.solid.mesh()


def panel_body(panel: Panel) -> Body:
    return Body(
        name=panel.name,
        kind=Kind.PANEL,
        solid=solid_of(panel.part),
        moves=panel.moves,
        panel=panel,
    )


def overlap_mm3(a: Solid, b: Solid) -> float:
    """Volume that two bodies share; faces that touch share none."""
    (ax0, ay0, az0), (ax1, ay1, az1) = a.bounds
    (bx0, by0, bz0), (bx1, by1, bz1) = b.bounds
    apart = ax1 <= bx0 or bx1 <= ax0 or ay1 <= by0 or by1 <= ay0 or az1 <= bz0 or bz1 <= az0
    return 0.0 if apart else max(float((a.manifold ^ b.manifold).volume()), 0.0)


def drawn_out(body: Body, travel_mm: float) -> Body:
    """A moving body with the drawer drawn out."""
    return replace(body, solid=body.solid.moved(0.0, -travel_mm, 0.0)) if body.moves else body


def swept(body: Body, travel_mm: float) -> Solid:
    """All that a moving body touches on its way out. Exact for panels and for bodies of convex
    pieces; of others the convex hull, which is more."""
    if body.panel is None:
        way = Manifold()
        for piece in body.pieces or (body.solid,):
            way += (piece.manifold + piece.moved(0.0, -travel_mm, 0.0).manifold).hull()
        return Solid(way)
    panel = body.panel
    if panel.axis == "y":
        moved = replace(panel, low_mm=panel.low_mm - travel_mm)
        return solid_of(moved.part)
    along = (0.0, -travel_mm) if panel.axis == "z" else (-travel_mm, 0.0)
    area = _swept(panel.pierced, along)
    steps = tuple(slab(panel, part) for part in polygons(area))
    return solid_of(Part(name=f"{panel.name} on its way", steps=steps))


def _swept(area: BaseGeometry, way: tuple[float, float]) -> BaseGeometry:
    """The area, where it ends, and the parallelogram of each of its edges."""
    pieces = [area, translate(area, *way)]
    for part in polygons(area):
        for ring in (part.exterior, *part.interiors):
            points = list(ring.coords)
            for (x0, y0), (x1, y1) in pairwise(points):
                edge = Polygon(
                    [(x0, y0), (x1, y1), (x1 + way[0], y1 + way[1]), (x0 + way[0], y0 + way[1])]
                )
                if edge.area > 1e-9:
                    pieces.append(edge)
    return union_all(pieces, grid_size=1e-6)


def hull_of(points: list[tuple[float, float, float]]) -> Solid:
    return Solid(Manifold.hull_points(np.array(points, np.float64)))


def box_solid(box: Box) -> Solid:
    """From the lowest to the highest corner."""
    x0, y0, z0, x1, y1, z1 = box
    return Solid(Manifold.cube((x1 - x0, y1 - y0, z1 - z0)).translate((x0, y0, z0)))


def gap_mm(a: Solid, b: Solid, look_mm: float) -> float:
    """Least distance of two bodies, at most `look_mm`."""
    return float(a.manifold.min_gap(b.manifold, look_mm))
