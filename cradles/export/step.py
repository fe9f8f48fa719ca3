"""STEP for other CAD programs, by build123d: an extra of one gigabyte, never on the device.

The part's description is the same that the triangles are made of; here it becomes a boundary
representation with true flat faces.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cradles.csg import Bar, Frustum, Op, Part, Prism, Shape, polygons
from cradles.errors import CradleError


def write_step(part: Part, path: Path) -> float:
    """Write the file and return the solid's volume in mm³. Raises `CradleError` without the
    extra `step`."""
    try:
        import build123d as cad
    except ImportError as error:
        raise CradleError(
            expected="the extra 'step' for STEP files",
            found="build123d is not installed",
            action="Install goldenboard[step] on a desktop computer (1 GB), or use the 3MF.",
        ) from error
    body: Any = None
    for step in part.steps:
        shape = _shape(cad, step.shape)
        body = _joined(body, shape, step.op)
    cad.export_step(body, str(path))
    return float(body.volume)


def _joined(body: Any, shape: Any, op: Op) -> Any:
    if body is None:
        return shape
    return body + shape if op is Op.ADD else body - shape


def _shape(cad: Any, shape: Shape) -> Any:
    if isinstance(shape, Prism):
        faces = [_face(cad, area) for area in polygons(shape.area)]
        solids = [cad.extrude(face, shape.z1_mm - shape.z0_mm, dir=(0, 0, 1)) for face in faces]
        made = solids[0]
        for solid in solids[1:]:
            made = made + solid
        return made.moved(cad.Location((0, 0, shape.z0_mm)))
    if isinstance(shape, Frustum):
        lower = _wire(cad, list(shape.lower.exterior.coords)[:-1], shape.z0_mm)
        upper = _wire(cad, list(shape.upper.exterior.coords)[:-1], shape.z1_mm)
        return cad.Solid.make_loft([lower, upper], True)
    assert isinstance(shape, Bar)
    bar = cad.extrude(_face(cad, shape.area), shape.to_mm - shape.from_mm, dir=(0, 0, 1))
    if shape.axis == "y":
        return bar.rotate(cad.Axis.X, 90).moved(cad.Location((0, shape.to_mm, 0)))
    return (
        bar.rotate(cad.Axis.X, 90).rotate(cad.Axis.Z, 90).moved(cad.Location((shape.from_mm, 0, 0)))
    )


def _face(cad: Any, area: Any) -> Any:
    outer = _wire(cad, list(area.exterior.coords)[:-1], 0.0)
    inner = [_wire(cad, list(ring.coords)[:-1], 0.0) for ring in area.interiors]
    face = cad.Face(outer, inner)
    return face if face.normal_at().Z > 0 else -face


def _wire(cad: Any, points: list[tuple[float, ...]], z_mm: float) -> Any:
    return cad.Wire.make_polygon([(x, y, z_mm) for x, y, *_ in points], close=True)
