"""Can a part be printed as it is laid, and is it what was meant? Each check with its limit."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
import trimesh

from cradles.cabinet.parts import sections
from cradles.cabinet.parts.values import PrintedPart, Turn
from cradles.checks import SHARE, WIDEST_BRIDGE_MM, Check
from cradles.dimensions import Dimensions
from cradles.solids import Solid, solid_of
from cradles.thin import least_width
from cradles.walls import section_of, steep_area_mm2

_MOST_SLICES = 40
BRIM_MM = 5.0
"""Kept free of the bed's edge, on each side."""


def laid(solid: Solid, turn: Turn) -> Solid:
    """As it lies on the bed: turned, its lowest point at 0."""
    turned = solid.manifold.rotate((turn.x_deg, turn.y_deg, 0))
    low = turned.bounding_box()[2]
    return Solid(turned.translate((0, 0, -low)))


def prove(printed: PrintedPart, dims: Dimensions | None = None) -> tuple[Check, ...]:
    """Body, size, volume, walls, overhangs, bed."""
    dims = dims or Dimensions()
    solid = solid_of(printed.part)
    return (*_body(printed, solid), *_printing(laid(solid, printed.prints_turned), dims))


def _body(printed: PrintedPart, solid: Solid) -> Iterator[Check]:
    mesh = solid.mesh()
    body = trimesh.Trimesh(mesh.vertices, mesh.triangles, process=False)
    closed = bool(body.is_watertight and body.is_winding_consistent)
    yield Check(name="closed surface", found="yes" if closed else "no", limit="yes", passed=closed)
    count = solid.bodies
    yield Check(name="pieces", found=str(count), limit="1", passed=count == 1)
    want, have = sections.box_mm(printed.part), mesh.bounds
    off = max(
        float(np.abs(np.asarray(a) - np.asarray(b)).max()) for a, b in zip(want, have, strict=True)
    )
    yield Check(
        name="bounding box against plane geometry",
        found=f"{off:.4f} mm off",
        limit="0.02 mm",
        passed=off <= 0.02,
    )
    yield Check(
        name="mounting face",
        found=f"z = {have[0][2]:.3f} mm",
        limit="0 mm",
        passed=abs(float(have[0][2])) < 1e-3,
    )
    meant = sections.volume_mm3(printed.part)
    share = abs(mesh.volume_mm3 - meant) / meant
    yield Check(
        name="volume against areas × heights",
        found=f"{mesh.volume_mm3 / 1000:.2f} cm³, {share:.4%} off",
        limit=f"{SHARE:.1%}",
        passed=share <= SHARE,
    )


def _printing(lying: Solid, dims: Dimensions) -> Iterator[Check]:
    (x0, y0, _), (x1, y1, _) = lying.bounds
    long, short = max(x1 - x0, y1 - y0), min(x1 - x0, y1 - y0)
    bed = max(dims.bed_mm) - 2 * BRIM_MM, min(dims.bed_mm) - 2 * BRIM_MM
    yield Check(
        name="lies on the bed",
        found=f"{long:.1f} × {short:.1f} mm",
        limit=f"{bed[0]:g} × {bed[1]:g} mm",
        passed=long <= bed[0] and short <= bed[1],
    )
    thinnest, where, at = 4.0, (0.0, 0.0), 0.0
    for z in slices(lying):
        width, place = least_width(section_of(lying, z))
        if width < thinnest:
            thinnest, where, at = width, place, z
    found = "over 4 mm" if thinnest >= 4 else f"{thinnest:.2f} mm at {where[0]:.1f}, {where[1]:.1f}"
    yield Check(
        name="thinnest wall",
        found=f"{found}, {at:.1f} mm high" if thinnest < 4 else found,
        limit=f"{dims.least_wall_mm:g} mm (two extrusion widths)",
        passed=thinnest >= dims.least_wall_mm - 0.02,
    )
    area_mm2, bridge = steep_area_mm2(lying)
    yield Check(
        name="overhang above 45°",
        found="none" if area_mm2 == 0 else f"bridges up to {bridge:.2f} mm wide",
        limit=f"bridges of {WIDEST_BRIDGE_MM:g} mm",
        passed=bridge <= WIDEST_BRIDGE_MM,
    )


def slices(lying: Solid) -> list[float]:
    """Heights to look at: between the heights of the vertices, at most forty of them, evenly
    chosen from the list when there are more."""
    heights = np.unique(np.round(lying.mesh().vertices[:, 2], 2))
    middles = [(a + b) / 2 for a, b in itertools.pairwise(heights.tolist()) if b - a > 0.05]
    if len(middles) <= _MOST_SLICES:
        return middles
    chosen = np.linspace(0, len(middles) - 1, _MOST_SLICES).round().astype(int)
    return [middles[i] for i in chosen]
