"""The cradle for the picture that turns in the browser: triangles and visible edges, compact.

Layout, all little-endian: 4 bytes `GBV1`; a 32-bit length; so many bytes of JSON, padded by spaces
to a multiple of four; then for each part of the JSON's list its vertices (float32 x, y, z in mm),
its triangles (uint32, three each) and its edges (uint32, two each).
"""

from __future__ import annotations

import json
from collections import defaultdict

import numpy as np
import numpy.typing as npt

from cradles.build import Cradle
from cradles.mesh import Mesh
from cradles.preview import Colour, scene

MAGIC = b"GBV1"
CREASE_DEG = 25.0
"""Flatter edges are facets of something round: not drawn."""


def view_bytes(cradle: Cradle) -> bytes:
    """Pieces of one kind and colour are one part, in the order of the scene."""
    kinds: dict[tuple[str, Colour], list[Mesh]] = defaultdict(list)
    for kind, mesh, colour in scene(cradle):
        kinds[kind, colour].append(mesh)
    parts, blocks = [], []
    for (kind, (blue, green, red)), meshes in kinds.items():
        mesh = _joined(meshes)
        edges = _creases(mesh) if kind != "label" else np.zeros((0, 2), np.uint32)
        parts.append(
            {
                "kind": kind,
                "colour": [red, green, blue],
                "vertices": len(mesh.vertices),
                "triangles": len(mesh.triangles),
                "edges": len(edges),
            }
        )
        blocks += [
            mesh.vertices.astype("<f4").tobytes(),
            mesh.triangles.astype("<u4").tobytes(),
            edges.astype("<u4").tobytes(),
        ]
    head = json.dumps({"name": cradle.identity, "parts": parts}).encode()
    head += b" " * (-len(head) % 4)
    return MAGIC + np.uint32(len(head)).tobytes() + head + b"".join(blocks)


def _joined(meshes: list[Mesh]) -> Mesh:
    starts = np.cumsum([0, *(len(mesh.vertices) for mesh in meshes)])
    return Mesh(
        vertices=np.concatenate([mesh.vertices for mesh in meshes]),
        triangles=np.concatenate(
            [
                mesh.triangles + np.int32(start)
                for mesh, start in zip(meshes, starts[:-1], strict=True)
            ]
        ),
    )


def _creases(mesh: Mesh) -> npt.NDArray[np.uint32]:
    """(E, 2): the edges whose two triangles meet at an angle, and those of one triangle only."""
    a, b, c = (mesh.vertices[mesh.triangles[:, i]] for i in range(3))
    normals = np.cross(b - a, c - a)
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
    sides = np.concatenate([mesh.triangles[:, [i, (i + 1) % 3]] for i in range(3)])
    owners = np.tile(np.arange(len(mesh.triangles)), 3)
    edges, where, count = np.unique(
        np.sort(sides, axis=1), axis=0, return_inverse=True, return_counts=True
    )
    order = np.argsort(where.reshape(-1), kind="stable")
    first = np.concatenate([[0], np.cumsum(count)[:-1]])
    one = normals[owners[order[first]]]
    other = normals[owners[order[first + np.minimum(count - 1, 1)]]]
    sharp = np.einsum("ij,ij->i", one, other) < np.cos(np.radians(CREASE_DEG))
    return np.asarray(edges[sharp | (count != 2)], dtype=np.uint32)
