"""Excellon: drilled holes, those of leads, and milled slots."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gerbonara import ExcellonFile
from gerbonara.graphic_objects import Flash, Line
from gerbonara.utils import MM
from shapely import Polygon

from appliance.board import Hole, Protrusion
from appliance.board.ring import Ring, flatten
from cradles.read.gerber_objects import in_mm, objects_of

LEAST_TOOLING_MM = 2.0
LEAST_LEAD_MM, MOST_LEAD_MM = 0.6, 2.0
"""Vias are smaller, plated mounting holes larger."""


@dataclass(slots=True)
class Drilled:
    holes: list[Hole] = field(default_factory=list)
    leads: list[Protrusion] = field(default_factory=list)
    slots: list[Ring] = field(default_factory=list)

    def add(self, file: Path) -> None:
        for item in objects_of(ExcellonFile, file):
            wide = float(item.unit.convert_to(MM, item.aperture.diameter))
            plated = item.plated or (item.plated is None and "npth" not in file.name.lower())
            if wide <= 0:
                continue
            if isinstance(item, Flash):
                self._hole(*in_mm(item, (item.x, item.y)), wide, plated)
            elif isinstance(item, Line):
                ends = in_mm(item, (item.x1, item.y1)), in_mm(item, (item.x2, item.y2))
                if math.dist(*ends) < 1e-6:
                    self._hole(*ends[0], wide, plated)
                else:
                    self._slot(*ends, wide, plated)

    def _hole(self, x: float, y: float, wide: float, plated: bool) -> None:
        if plated and LEAST_LEAD_MM <= wide <= MOST_LEAD_MM:
            self.leads.append(Protrusion(x_mm=x, y_mm=y, width_mm=wide, height_mm=wide))
        else:
            tooling = not plated and wide >= LEAST_TOOLING_MM
            self.holes.append(Hole(x_mm=x, y_mm=y, diameter_mm=wide, tooling=tooling))

    def _slot(
        self, start: tuple[float, float], end: tuple[float, float], wide: float, plated: bool
    ) -> None:
        (x0, y0), (x1, y1) = start, end
        if plated and wide <= MOST_LEAD_MM:
            self.leads.append(
                Protrusion(
                    x_mm=(x0 + x1) / 2,
                    y_mm=(y0 + y1) / 2,
                    width_mm=abs(x1 - x0) + wide,
                    height_mm=abs(y1 - y0) + wide,
                )
            )
            return
        length = math.dist(start, end)
        nx, ny = -(y1 - y0) / length * wide / 2, (x1 - x0) / length * wide / 2
        self.slots.append(
            (
                (x0 - nx, y0 - ny),
                (x1 - nx, y1 - ny, 1.0),
                (x1 + nx, y1 + ny),
                (x0 + nx, y0 + ny, 1.0),
            )
        )  # fmt: skip


def milled(
    outline: Ring, cutouts: Sequence[Ring], slots: Sequence[Ring], notes: list[str]
) -> list[Ring]:
    """Slots of the drill file that the profile does not show already."""
    board = Polygon(flatten(outline))
    known = [Polygon(flatten(ring)) for ring in cutouts]
    fresh = []
    for slot in slots:
        shape = Polygon(flatten(slot))
        if any(other.intersects(shape) for other in known):
            continue
        if board.contains(shape):
            known.append(shape)
            fresh.append(slot)
        else:
            at = shape.centroid
            notes.append(
                f"A milled slot at ({at.x:.3f}, {at.y:.3f}) mm crosses the edge: it was left out, "
                "the edge is taken as it is drawn."
            )
    return fresh
