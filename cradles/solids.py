"""Triangles of a described part, by exact Boolean operations (manifold3d)."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from manifold3d import CrossSection, FillRule, Manifold, OpType
from shapely import Polygon

from cradles.csg import Bar, Frustum, Op, Part, Prism, Shape, polygons
from cradles.errors import CradleError
from cradles.mesh import Mesh

_SIMPLE_MM = 1e-3
_GRID_MM = 1e-4
"""Vertices are rounded to a tenth of a micrometre: far below what prints, far above float32."""


@dataclass(frozen=True, slots=True, eq=False)
class Solid:
    """A closed body."""

    manifold: Manifold

    @property
    def volume_mm3(self) -> float:
        return float(self.manifold.volume())

    @property
    def bounds(self) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
        x0, y0, z0, x1, y1, z1 = (float(v) for v in self.manifold.bounding_box())
        return (x0, y0, z0), (x1, y1, z1)

    @property
    def bodies(self) -> int:
        return len(self.manifold.decompose())

    def mesh(self) -> Mesh:
        """In an order that depends on the shape alone, so that a file repeats byte for byte."""
        made = self.manifold.to_mesh64()
        vertices = (
            np.round(np.asarray(made.vert_properties, np.float64)[:, :3] / _GRID_MM) * _GRID_MM
        )
        return canonical(vertices + 0.0, np.asarray(made.tri_verts, np.int64))

    def slice(self, z_mm: float) -> list[np.ndarray[tuple[int, int], np.dtype[np.float64]]]:
        """The closed lines of a level cut, outer ones counterclockwise."""
        found = self.manifold.slice(z_mm).to_polygons()
        return [np.asarray(ring, np.float64) for ring in found]

    def moved(self, x_mm: float, y_mm: float, z_mm: float) -> Solid:
        return Solid(self.manifold.translate((x_mm, y_mm, z_mm)))


def solid_of(part: Part) -> Solid:
    """Raises `CradleError` when the steps leave no closed body."""
    body = Manifold()
    # Steps of one kind in a row go together: twice as fast as one after the other.
    for op, steps in itertools.groupby(part.steps, key=lambda step: step.op):
        kind = OpType.Add if op is Op.ADD else OpType.Subtract
        body = Manifold.batch_boolean([body, *(manifold_of(step.shape) for step in steps)], kind)
    body = body.as_original().simplify(_SIMPLE_MM)
    if body.is_empty() or body.status().name != "NoError":
        raise CradleError(
            expected=f"{part.name} to be a closed body",
            found="nothing" if body.is_empty() else body.status().name,
            action="Report this with the board file: it is an error of the software.",
        )
    return Solid(body)


def canonical(
    vertices: np.ndarray[tuple[int, int], np.dtype[np.float64]],
    triangles: np.ndarray[tuple[int, int], np.dtype[np.int64]],
) -> Mesh:
    """Sorted vertices, each once; triangles begin at their lowest vertex and are sorted.

    Rounding may flatten a triangle into a line; such are dropped in pairs with their neighbours'
    shared vertices, which keeps the surface closed."""
    unique, index = np.unique(vertices, axis=0, return_inverse=True)
    faces = index.reshape(-1)[triangles]
    a, b, c = faces.T
    faces = faces[(a != b) & (b != c) & (c != a)]
    first = np.argmin(faces, axis=1)
    rows = np.arange(len(faces))
    turned = np.stack([faces[rows, (first + i) % 3] for i in range(3)], axis=1)
    order = np.lexsort(turned.T[::-1])
    return Mesh(vertices=unique, triangles=turned[order].astype(np.int32))


def manifold_of(shape: Shape) -> Manifold:
    """One shape as a body."""
    if isinstance(shape, Prism):
        height = shape.z1_mm - shape.z0_mm
        return _section(polygons(shape.area)).extrude(height).translate((0, 0, shape.z0_mm))
    if isinstance(shape, Frustum):
        lower = [(x, y, shape.z0_mm) for x, y in list(shape.lower.exterior.coords)[:-1]]
        upper = [(x, y, shape.z1_mm) for x, y in list(shape.upper.exterior.coords)[:-1]]
        return Manifold.hull_points(np.array(lower + upper, np.float64))
    assert isinstance(shape, Bar)
    bar = _section([shape.area]).extrude(shape.to_mm - shape.from_mm)
    # (u, v, w) → u across, v up, w along: a turn about x by 90 degrees points w to -y.
    if shape.axis == "y":
        return bar.rotate((90, 0, 0)).translate((0, shape.to_mm, 0))
    return bar.rotate((90, 0, 90)).translate((shape.from_mm, 0, 0))


def _section(areas: list[Polygon]) -> CrossSection:
    rings = []
    for area in areas:
        rings.append(np.array(area.exterior.coords)[:-1])
        rings += [np.array(hole.coords)[:-1] for hole in area.interiors]
    return CrossSection(rings, FillRule.EvenOdd)
