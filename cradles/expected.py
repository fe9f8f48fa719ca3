"""What a cradle ought to measure, by plane geometry alone: areas times heights, never a triangle.

The check of the solid against these figures can therefore find an error of either.
"""

from __future__ import annotations

import itertools

import shapely
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from cradles.build import Cradle
from cradles.dimensions import Dimensions
from cradles.plan import outer_area


def section(cradle: Cradle, z_mm: float) -> BaseGeometry:
    """The plastic in a level cut at `z_mm`."""
    plan, z = cradle.plan, cradle.plan.levels
    if z_mm < z.rim:
        area: BaseGeometry = _outer(cradle, z_mm)
    else:
        area = Polygon()
    if z_mm > z.base:
        area = area.difference(plan.open)
    for wide, z0, z1 in plan.widened:
        if z0 < z_mm < z1:
            area = area.difference(wide)
    area = area.difference(plan.through)
    standing: list[BaseGeometry] = []
    if z_mm < z.nose:
        leant = shapely.union_all([area for area, z0, z1 in plan.noses if z0 < z_mm < z1])
        standing += [arm.difference(leant) for arm in plan.arms]
    if z.base < z_mm < z.seat:
        standing += plan.posts
    if z_mm > z.base:
        standing += [tip for pin in plan.pins if (tip := _pin_at(cradle, pin, z_mm)) is not None]
    area = shapely.union_all([area, *standing])
    area = area.difference(shapely.union_all([_screw_at(cradle, s, z_mm) for s in plan.screws]))
    if z_mm > z.label:
        area = area.difference(shapely.union_all(list(plan.labels.values())))
    return area


def volume_mm3(cradle: Cradle) -> float:
    """By Simpson's rule between the levels where the section jumps or bends: exact, as every
    slope there is a straight one, so that areas are quadratic in z."""
    stops = levels(cradle)
    total: float = 0.0
    for low, high in itertools.pairwise(stops):
        step = high - low
        first, middle, last = (
            section(cradle, z).area for z in (low + 1e-7, low + step / 2, high - 1e-7)
        )
        total += step / 6 * (first + 4 * middle + last)
    # A pull's hole lies wholly in plastic: what it takes is its own volume.
    front = -cradle.layout.outer_mm[1] / 2
    return float(total - sum(pull.area.area * (pull.to_mm - front) for pull in cradle.plan.pulls))


def box_mm(cradle: Cradle) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    w, h = cradle.layout.outer_mm
    return (-w / 2, -h / 2, 0.0), (w / 2, h / 2, levels(cradle)[-1])


def levels(cradle: Cradle) -> list[float]:
    """Where the section changes its kind, from the foot to the highest point."""
    plan, dims, z = cradle.plan, cradle.dims, cradle.plan.levels
    found = {0.0, dims.foot_chamfer_mm, z.base - _sink(dims), z.base, z.seat, z.label, z.top, z.rim}
    for _, z0, z1 in plan.widened:
        found |= {z0, min(z1, z.rim)}
    if plan.arms:
        found |= {z.nose, *(z0 for _, z0, _ in plan.noses)}
    if plan.pins:
        found |= {z.top + PIN_UP_MM, z.top + PIN_UP_MM + plan.pin_tip_mm}
    ordered = sorted(found)
    return [z for i, z in enumerate(ordered) if i == 0 or z - ordered[i - 1] > 1e-6]


PIN_UP_MM = 1.0
"""Stated here a second time on purpose: the check must not follow an error of the plan."""


def _outer(cradle: Cradle, z_mm: float) -> Polygon:
    chamfer = cradle.dims.foot_chamfer_mm
    return outer_area(cradle.layout, cradle.dims, max(chamfer - z_mm, 0.0))


def _pin_at(cradle: Cradle, pin: Polygon, z_mm: float) -> Polygon | None:
    up = z_mm - (cradle.plan.levels.top + PIN_UP_MM)
    if up <= 0:
        return pin
    thinner = pin.buffer(-up)
    return thinner if up < cradle.plan.pin_tip_mm and isinstance(thinner, Polygon) else None


def _screw_at(cradle: Cradle, screw: Polygon, z_mm: float) -> Polygon:
    above = z_mm - (cradle.plan.levels.base - _sink(cradle.dims))
    if z_mm > cradle.plan.levels.base + 1e-3:
        return screw if z_mm < cradle.plan.levels.base + 1.0 else Polygon()
    if above <= 0:
        return screw
    radius = cradle.dims.screw_hole_mm / 2
    return shapely.affinity.scale(
        screw, (radius + above) / radius, (radius + above) / radius, origin="centroid"
    )


def _sink(dims: Dimensions) -> float:
    return (dims.screw_head_mm - dims.screw_hole_mm) / 2
