"""Level cuts of the triangles, and what hangs in the air."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from cradles.solids import Solid


def section_of(solid: Solid, z_mm: float) -> BaseGeometry:
    """The level cut of the triangles themselves."""
    rings = [Polygon(ring) for ring in solid.slice(z_mm) if len(ring) >= 3]
    area: BaseGeometry = Polygon()
    for ring in sorted(rings, key=lambda r: -r.area):
        area = area.symmetric_difference(ring.buffer(0))
    return area


def steep_area_mm2(solid: Solid, *, steepest_deg: float = 45.0) -> tuple[float, float]:
    """Area of the faces above the bed that look down more steeply than that, and the narrowest
    width of the widest of them in a row: flat strips up to a millimetre print as bridges."""
    mesh = solid.mesh()
    a, b, c = (mesh.vertices[mesh.triangles[:, i]] for i in range(3))
    normals = np.cross(b - a, c - a)
    sizes = np.linalg.norm(normals, axis=1)
    down = -normals[:, 2] / np.maximum(sizes, 1e-12)
    lowest = np.minimum(np.minimum(a[:, 2], b[:, 2]), c[:, 2])
    limit = np.cos(np.radians(steepest_deg)) + 1e-3
    hanging = (down > limit) & (lowest > 1e-6) & (sizes > 1e-6)
    if not hanging.any():
        return 0.0, 0.0
    widths = []
    for group in _touching(mesh.triangles[hanging]):
        chosen = mesh.triangles[hanging][group]
        flat = [
            Polygon([(p[0], p[1]) for p in mesh.vertices[three]]).buffer(1e-4)
            for three in chosen
            if len({(round(p[0], 6), round(p[1], 6)) for p in mesh.vertices[three]}) == 3
        ]
        merged = shapely.union_all(flat)
        pieces = merged.geoms if isinstance(merged, MultiPolygon) else [merged]
        for piece in pieces:
            sides = list(piece.minimum_rotated_rectangle.exterior.coords)
            one = float(np.hypot(sides[1][0] - sides[0][0], sides[1][1] - sides[0][1]))
            other = float(np.hypot(sides[2][0] - sides[1][0], sides[2][1] - sides[1][1]))
            widths.append(min(one, other))
    return float(sizes[hanging].sum() / 2), max(widths, default=0.0)


def _touching(triangles: npt.NDArray[np.int32]) -> list[list[int]]:
    """Rows of `triangles` in groups that hang together by their corners: what lies above another
    place without touching it is a bridge of its own."""
    leader: dict[int, int] = {}

    def find(corner: int) -> int:
        while leader.setdefault(corner, corner) != corner:
            leader[corner] = corner = leader[leader[corner]]
        return corner

    for a, b, c in triangles.tolist():
        leader[find(b)] = leader[find(c)] = find(a)
    groups: dict[int, list[int]] = {}
    for row, (a, _, _) in enumerate(triangles.tolist()):
        groups.setdefault(find(a), []).append(row)
    return list(groups.values())
