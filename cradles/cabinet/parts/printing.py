"""How much plastic and time a part takes: an estimate, good for buying a spool and for planning
a day. The slicer knows better."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cradles.cabinet.parts.values import PrintedPart
from cradles.solids import solid_of

WALLS_MM = 1.3
"""Three lines of 0.45 mm; top and bottom of five to six layers are about as thick."""
INFILL = 0.2
DENSITY_G_PER_CM3 = 1.27
"""PETG by its makers' data sheets; PLA 1.24, ABS 1.04."""
FLOW_MM3_PER_S = 4.0
"""Of a printer of everyday speed, travel included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    grams: float
    hours: float


def estimate(printed: PrintedPart) -> Estimate:
    """For one piece: a shell as thick as the walls, the rest filled by a fifth."""
    mesh = solid_of(printed.part).mesh()
    a, b, c = (mesh.vertices[mesh.triangles[:, i]] for i in range(3))
    surface = float(np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2)
    volume = mesh.volume_mm3
    shell = min(volume, surface * WALLS_MM)
    used = shell + INFILL * (volume - shell)
    return Estimate(grams=used / 1000 * DENSITY_G_PER_CM3, hours=used / FLOW_MM3_PER_S / 3600)
