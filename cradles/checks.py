"""Is the body what was meant, and can it be printed? Each check with its figure and its limit."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import trimesh
from shapely import Point

from cradles import expected
from cradles.build import Cradle
from cradles.thin import least_width
from cradles.walls import section_of, steep_area_mm2

SHARE = 0.001
LEAST_GAP_MM = 0.8
"""A narrower gap may be bridged by stringing plastic: then a spring is none."""
WIDEST_BRIDGE_MM = 1.2
_ROOT_MM = 2.0
"""So much of a leaf belongs to its root."""
_TOUCH_MM = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    name: str
    found: str
    limit: str
    passed: bool


def check_body(cradle: Cradle) -> Iterator[Check]:
    """Closed, one piece, of the size and volume that plane geometry gives."""
    mesh = cradle.solid.mesh()
    body = trimesh.Trimesh(mesh.vertices, mesh.triangles, process=False)
    closed = bool(body.is_watertight and body.is_winding_consistent)
    yield Check(name="closed surface", found="yes" if closed else "no", limit="yes", passed=closed)
    count = cradle.solid.bodies
    yield Check(name="pieces", found=str(count), limit="1", passed=count == 1)
    want, have = expected.box_mm(cradle), mesh.bounds
    off = max(
        float(np.abs(np.asarray(a) - np.asarray(b)).max()) for a, b in zip(want, have, strict=True)
    )
    size = max(want[1])
    yield Check(
        name="bounding box against the drawing",
        found=f"{off:.4f} mm off",
        limit=f"{SHARE * size:.3f} mm",
        passed=off <= SHARE * size,
    )
    meant = expected.volume_mm3(cradle)
    share = abs(mesh.volume_mm3 - meant) / meant
    yield Check(
        name="volume against areas × heights",
        found=f"{mesh.volume_mm3 / 1000:.2f} cm³, {share:.4%} off",
        limit=f"{SHARE:.1%}",
        passed=share <= SHARE,
    )


def check_printing(cradle: Cradle) -> Iterator[Check]:
    """Walls and gaps on slices of the triangles, and what hangs in the air."""
    stops = expected.levels(cradle)
    wall = cradle.dims.least_wall_mm
    thinnest, narrowest = (4.0, (0.0, 0.0), 0.0), (4.0, (0.0, 0.0), 0.0)
    outer = cradle.plan.outer
    for low, high in itertools.pairwise(stops):
        z = (low + high) / 2
        area = section_of(cradle.solid, z)
        # A slice is measured only where it is thinner than those before it.
        width, where = least_width(area, most_mm=thinnest[0])
        if width < thinnest[0]:
            thinnest = width, where, z
        if cradle.dims.foot_chamfer_mm < z < cradle.plan.levels.label:
            gap, where = least_width(outer.difference(area), most_mm=narrowest[0])
            if gap < narrowest[0]:
                narrowest = gap, where, z
    yield Check(
        name="thinnest wall",
        found=_place(thinnest),
        limit=f"{wall:g} mm (two extrusion widths)",
        passed=thinnest[0] >= wall - 0.02,
    )
    yield Check(
        name="narrowest gap",
        found=_place(narrowest),
        limit=f"{LEAST_GAP_MM:g} mm",
        passed=narrowest[0] >= LEAST_GAP_MM - 0.02,
    )
    area_mm2, bridge = steep_area_mm2(cradle.solid)
    yield Check(
        name="overhang above 45°",
        found="none" if area_mm2 == 0 else f"bridges up to {bridge:.1f} mm wide",
        limit=f"bridges of {WIDEST_BRIDGE_MM:g} mm",
        passed=bridge <= WIDEST_BRIDGE_MM,
    )


def check_springs(cradle: Cradle) -> Iterator[Check]:
    """A leaf must bend as far as the largest board asks, and come back."""
    dims, wishes = cradle.dims, cradle.board.cradle
    for number, spring in enumerate(cradle.seating.springs, start=1):
        most = spring.preload_mm + wishes.clearance_mm + wishes.tolerance_mm
        tall = cradle.plan.levels.nose
        strain = dims.spring_strain(most, spring.long_mm)
        force = dims.spring_force_n(spring.preload_mm, tall, spring.long_mm)
        at_most = dims.spring_force_n(most, tall, spring.long_mm)
        yield Check(
            name=f"spring {number}",
            found=f"{force:.1f} N at rest, {at_most:.1f} N and {strain:.2%} strain at most",
            limit=f"1 % strain, {spring.travel_mm:g} mm of way",
            passed=strain <= 0.01 and most <= spring.travel_mm,
        )


def check_free(cradle: Cradle) -> Iterator[Check]:
    """A leaf is a spring only if it is one with the rest at its root alone, from the bed up."""
    heights = [low + (high - low) / 2 for low, high in itertools.pairwise(expected.levels(cradle))]
    sections = [section_of(cradle.solid, z) for z in heights if z < cradle.plan.levels.nose]
    for number, spring in enumerate(cradle.seating.springs, start=1):
        nose = Point(spring.x_mm, spring.y_mm)
        leaf = spring.arm.intersection(nose.buffer(spring.long_mm - _ROOT_MM))
        rest = [area.difference(spring.arm.buffer(_TOUCH_MM)) for area in sections]
        air = min(float(leaf.distance(area)) for area in rest)
        yield Check(
            name=f"spring {number} stands free",
            found=f"{air:.2f} mm of air"
            if air > 2 * _TOUCH_MM
            else "it hangs on more than its root",
            limit=f"{LEAST_GAP_MM:g} mm",
            passed=air >= LEAST_GAP_MM - 0.02,
        )


def check(cradle: Cradle) -> tuple[Check, ...]:
    """Everything that can be known before it is printed."""
    return (
        *check_body(cradle),
        *check_printing(cradle),
        *check_springs(cradle),
        *check_free(cradle),
    )


def _place(found: tuple[float, tuple[float, float], float]) -> str:
    width, (x, y), z = found
    if width >= 4.0:
        return "over 4 mm"
    return f"{width:.2f} mm at ({x:.1f}, {y:.1f}) mm, {z:.1f} mm high"
