"""Triangles in millimetres: what is printed, looked at and measured."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Mesh:
    """A surface that is seen from outside where a triangle's corners run counterclockwise."""

    vertices: npt.NDArray[np.float64]
    """(N, 3): x, y, z in mm."""
    triangles: npt.NDArray[np.int32]
    """(M, 3): three vertices each."""

    @property
    def bounds(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Lowest and highest x, y, z."""
        return self.vertices.min(axis=0), self.vertices.max(axis=0)

    @property
    def volume_mm3(self) -> float:
        """By the divergence theorem; right for a closed surface."""
        a, b, c = (self.vertices[self.triangles[:, i]] for i in range(3))
        return float(np.einsum("ij,ij->i", a, np.cross(b, c)).sum() / 6)
