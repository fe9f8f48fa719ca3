"""The flat faces of a closed body, from its triangles: what a CAD program calls its boundary."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cradles.errors import CradleError
from cradles.mesh import Mesh

FLAT_MM = 3e-4
"""How far a face's vertices may stand off its plane. They are rounded to a tenth of a micrometre
in x, y and z, and the body was simplified by as much."""
_SAME_WAY = 0.9
"""Cosine between a triangle's normal and its face's."""

Vector = npt.NDArray[np.float64]
"""(3,)."""
Loop = tuple[int, ...]
"""Numbers of vertices in order, each once but where a loop touches itself."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Face:
    """Flat. Seen from outside the outer loop runs counterclockwise, holes clockwise."""

    normal: Vector
    """Outwards, of length 1."""
    outer: Loop
    holes: tuple[Loop, ...]


def faces_of(mesh: Mesh) -> tuple[Face, ...]:
    """In an order that depends on the mesh alone. Raises `CradleError` for a surface in which not
    every edge has two triangles on it, one on each side."""
    twin = _twins(mesh)
    corners = mesh.vertices[mesh.triangles]
    cross = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    double = np.linalg.norm(cross, axis=1)
    sides = np.linalg.norm(np.roll(corners, -1, axis=1) - corners, axis=2)
    longest = np.argmax(sides, axis=1)
    sliver = double < FLAT_MM * sides.max(axis=1)
    normals = cross / np.maximum(double, 1e-30)[:, None]
    face_of = np.full(len(corners), -1, np.int64)
    made: list[Vector] = []
    for seed in np.lexsort((np.arange(len(double)), -double)).tolist():
        if face_of[seed] >= 0:
            continue
        normal, start = normals[seed], corners[seed, 0]
        face_of[seed] = len(made)
        waiting = [seed]
        while waiting:
            here = waiting.pop()
            for side in range(3):
                other, across = divmod(int(twin[3 * here + side]), 3)
                if face_of[other] >= 0:
                    continue
                # A sliver has no normal: three corners on a line, the middle one on the edge of the
                # face along its longest side, where it makes no spike.
                joins = (
                    across == longest[other]
                    if sliver[other]
                    else normals[other] @ normal > _SAME_WAY
                    and np.abs((corners[other] - start) @ normal).max() <= FLAT_MM
                )
                if joins:
                    face_of[other] = len(made)
                    waiting.append(other)
        made.append(normal)
    loops = _loops(mesh, twin, face_of)
    return tuple(_face(mesh, normal, loops[number]) for number, normal in enumerate(made))


def shells_of(faces: tuple[Face, ...]) -> tuple[tuple[Face, ...], ...]:
    """Faces that hang together by their vertices."""
    root: dict[int, int] = {}

    def top(vertex: int) -> int:
        while root.setdefault(vertex, vertex) != vertex:
            root[vertex] = root[root[vertex]]
            vertex = root[vertex]
        return vertex

    for face in faces:
        for loop in (face.outer, *face.holes):
            for vertex in loop:
                root[top(vertex)] = top(face.outer[0])
    found: dict[int, list[Face]] = defaultdict(list)
    for face in faces:
        found[top(face.outer[0])].append(face)
    return tuple(tuple(each) for each in found.values())


def _twins(mesh: Mesh) -> npt.NDArray[np.int64]:
    """(3 M,): half-edge 3 t + i runs from corner i of triangle t to the next one; its twin runs
    back along the other triangle."""
    starts = mesh.triangles.reshape(-1).astype(np.int64)
    ends = np.roll(mesh.triangles, -1, axis=1).reshape(-1).astype(np.int64)
    count = len(mesh.vertices)
    there, back = starts * count + ends, ends * count + starts
    order = np.argsort(there)
    at = np.minimum(np.searchsorted(there[order], back), len(order) - 1)
    closed = (there[order][at] == back).all() and len(np.unique(there)) == len(there)
    if not closed:
        raise CradleError(
            expected="a closed body in which two triangles meet at every edge",
            found="an edge with another number of them",
            action="Report this with the board file: it is an error of the software.",
        )
    return np.asarray(order[at], dtype=np.int64)


def _loops(
    mesh: Mesh, twin: npt.NDArray[np.int64], face_of: npt.NDArray[np.int64]
) -> dict[int, list[Loop]]:
    """The borders of each face. Where one touches itself at a vertex it is followed through the
    face's own triangles there, so that each loop stays with its side."""
    starts = mesh.triangles.reshape(-1)
    border = (face_of.repeat(3) != face_of[twin // 3]).tolist()
    pair, owner, start = twin.tolist(), face_of.tolist(), starts.tolist()
    loops: dict[int, list[Loop]] = defaultdict(list)
    seen = [False] * len(border)
    for first, is_border in enumerate(border):
        if not is_border or seen[first]:
            continue
        loop, edge = [], first
        while not seen[edge]:
            seen[edge] = True
            loop.append(start[edge])
            edge = _next(edge)
            while not border[edge]:
                edge = _next(pair[edge])
        loops[owner[first // 3]].append(tuple(loop))
    return loops


def _next(edge: int) -> int:
    return edge - 2 if edge % 3 == 2 else edge + 1


def _face(mesh: Mesh, normal: Vector, loops: list[Loop]) -> Face:
    areas = [_area(mesh.vertices[list(loop)], normal) for loop in loops]
    outer = int(np.argmax(areas))
    return Face(
        normal=normal,
        outer=loops[outer],
        holes=tuple(loop for number, loop in enumerate(loops) if number != outer),
    )


def _area(points: npt.NDArray[np.float64], normal: Vector) -> float:
    away = points - points[0]
    return float(np.cross(away, np.roll(away, -1, axis=0)).sum(axis=0) @ normal / 2)
