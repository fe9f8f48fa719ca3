"""Binary STL: 80 bytes of header, the number of triangles, 50 bytes each (millimetres by habit)."""

from __future__ import annotations

import numpy as np

from cradles.mesh import Mesh

_TRIANGLE = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("unused", "<u2")])


def stl_bytes(mesh: Mesh, name: str) -> bytes:
    """The header names the part and never begins with 'solid', which would say ASCII."""
    corners = mesh.vertices[mesh.triangles]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
    rows = np.zeros(len(corners), _TRIANGLE)
    rows["normal"], rows["corners"] = normals, corners
    rows["normal"] += 0.0  # no negative zeros
    header = f"Goldenboard {name}, mm".encode("ascii", "replace")[:80].ljust(80, b" ")
    return header + np.uint32(len(rows)).tobytes() + rows.tobytes()
