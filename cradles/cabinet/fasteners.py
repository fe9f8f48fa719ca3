"""Screws in the edges and faces of panels: what is cut for them."""

from __future__ import annotations

from shapely import Polygon, box
from shapely.affinity import rotate, translate
from shapely.geometry.base import BaseGeometry

M3_HOLE_MM = 3.4
M3_SLOT_MM = 3.2
M3_NUT_MM = (5.6, 2.6)
"""Across flats and thick, with air (ISO 4032: 5.5 and 2.4)."""
NUT_FROM_EDGE_MM = 8.0
M4_NUT_MM = 7.1
"""Across flats, with air (ISO 4032: 7.0)."""
M3_LENGTHS_MM = (8.0, 10.0, 12.0, 16.0, 20.0, 25.0, 30.0)


def edge_screw_mm(mdf_mm: float) -> float:
    """Length of the M3 that goes through a panel into the nut in another's edge."""
    need = mdf_mm + NUT_FROM_EDGE_MM + M3_NUT_MM[1] / 2 + 1.0
    return min(length for length in M3_LENGTHS_MM if length >= need)


def nut_slot(u_mm: float, v_mm: float, turn_deg: float, mdf_mm: float) -> BaseGeometry:
    """The slot from an edge's point inwards, with its nut across it; turned from "inwards is down"
    counterclockwise."""
    deep = edge_screw_mm(mdf_mm) - mdf_mm + 1.5
    wide, thick = M3_NUT_MM
    shape = box(-M3_SLOT_MM / 2, -deep, M3_SLOT_MM / 2, 1.0).union(
        box(-wide / 2, -NUT_FROM_EDGE_MM - thick / 2, wide / 2, -NUT_FROM_EDGE_MM + thick / 2)
    )
    return translate(rotate(shape, turn_deg, origin=(0, 0)), u_mm, v_mm)


def hexagon(u_mm: float, v_mm: float, across_mm: float) -> Polygon:
    """Flats at the left and right."""
    r = across_mm / 3**0.5
    c = across_mm / 2
    return Polygon(
        [
            (u_mm, v_mm + r),
            (u_mm - c, v_mm + r / 2),
            (u_mm - c, v_mm - r / 2),
            (u_mm, v_mm - r),
            (u_mm + c, v_mm - r / 2),
            (u_mm + c, v_mm + r / 2),
        ]
    )
