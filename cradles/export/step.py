"""STEP for other CAD programs: ISO 10303-21 text by the schema of AP 214, a boundary of flat faces.

A cradle is made of flat faces alone (arcs are short straight pieces in all of its files), so that
the boundary can be written down from its triangles, without a CAD kernel. Lengths are millimetres.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from cradles.errors import CradleError
from cradles.export.faces import FLAT_MM, Face, Loop, Vector, faces_of, shells_of
from cradles.mesh import Mesh

_HEADER = """ISO-10303-21;
HEADER;
FILE_DESCRIPTION(('{name}'),'2;1');
FILE_NAME('{name}.step','2020-01-01T00:00:00',(''),(''),'Goldenboard','Goldenboard','');
FILE_SCHEMA(('AUTOMOTIVE_DESIGN {{ 1 0 10303 214 1 1 1 1 }}'));
ENDSEC;
DATA;
"""
"""The date stands still, so that a file repeats byte for byte."""


class _Writer:
    """Entities with their numbers."""

    def __init__(self, mesh: Mesh) -> None:
        self.lines: list[str] = []
        self._points = mesh.vertices
        self._vertices: dict[int, str] = {}
        self._edges: dict[tuple[int, int], str] = {}

    def add(self, text: str) -> str:
        self.lines.append(f"#{len(self.lines) + 1}={text};\n")
        return f"#{len(self.lines)}"

    def point(self, at: Vector) -> str:
        return self.add(f"CARTESIAN_POINT('',{_three(at)})")

    def direction(self, along: Vector) -> str:
        return self.add(f"DIRECTION('',{_three(along)})")

    def placement(self, at: Vector, z: Vector, x: Vector) -> str:
        words = f"{self.point(at)},{self.direction(z)},{self.direction(x)}"
        return self.add(f"AXIS2_PLACEMENT_3D('',{words})")

    def face(self, face: Face) -> str:
        first, second = self._points[face.outer[0]], self._points[face.outer[1]]
        along = second - first
        along = along - face.normal * (along @ face.normal)
        place = self.placement(first, face.normal, along / np.linalg.norm(along))
        plane = self.add(f"PLANE('',{place})")
        bounds = [self.add(f"FACE_OUTER_BOUND('',{self._loop(face.outer)},.T.)")]
        bounds += [self.add(f"FACE_BOUND('',{self._loop(hole)},.T.)") for hole in face.holes]
        return self.add(f"ADVANCED_FACE('',{_set(bounds)},{plane},.T.)")

    def _loop(self, loop: Loop) -> str:
        edges = [self._oriented(a, b) for a, b in zip(loop, (*loop[1:], loop[0]), strict=True)]
        return self.add(f"EDGE_LOOP('',{_set(edges)})")

    def _oriented(self, start: int, end: int) -> str:
        low, high = min(start, end), max(start, end)
        if (low, high) not in self._edges:
            self._edges[low, high] = self._edge(low, high)
        sense = ".T." if start == low else ".F."
        return self.add(f"ORIENTED_EDGE('',*,*,{self._edges[low, high]},{sense})")

    def _edge(self, start: int, end: int) -> str:
        way = self._points[end] - self._points[start]
        length = float(np.linalg.norm(way))
        vector = self.add(f"VECTOR('',{self.direction(way / length)},{_number(length)})")
        line = self.add(f"LINE('',{self.point(self._points[start])},{vector})")
        return self.add(f"EDGE_CURVE('',{self._vertex(start)},{self._vertex(end)},{line},.T.)")

    def _vertex(self, number: int) -> str:
        if number not in self._vertices:
            point = self.point(self._points[number])
            self._vertices[number] = self.add(f"VERTEX_POINT('',{point})")
        return self._vertices[number]


def step_bytes(mesh: Mesh, name: str) -> bytes:
    """Every separate body becomes a solid of one product. Raises `CradleError` for a surface that
    is not closed and for a hollow without a way out."""
    writer = _Writer(mesh)
    solids = []
    for shell in shells_of(faces_of(mesh)):
        if _volume_mm3(mesh, shell) <= 0:
            raise CradleError(
                expected=f"{name} without closed hollows",
                found="one inside",
                action="Report this with the board file: it is an error of the software.",
            )
        faces = _set(writer.face(face) for face in shell)
        solids.append(
            writer.add(f"MANIFOLD_SOLID_BREP('{_plain(name)}',{writer.add(_shell(faces))})")
        )
    _describe(writer, _plain(name), solids)
    text = _HEADER.format(name=_plain(name)) + "".join(writer.lines)
    return (text + "ENDSEC;\nEND-ISO-10303-21;\n").encode("ascii")


def _shell(faces: str) -> str:
    return f"CLOSED_SHELL('',{faces})"


def _describe(writer: _Writer, name: str, solids: list[str]) -> None:
    """The product, its units and how exact it is."""
    add = writer.add
    length = add("(LENGTH_UNIT() NAMED_UNIT(*) SI_UNIT(.MILLI.,.METRE.))")
    angle = add("(NAMED_UNIT(*) PLANE_ANGLE_UNIT() SI_UNIT($,.RADIAN.))")
    solid_angle = add("(NAMED_UNIT(*) SI_UNIT($,.STERADIAN.) SOLID_ANGLE_UNIT())")
    exact = add(
        f"UNCERTAINTY_MEASURE_WITH_UNIT(LENGTH_MEASURE({_number(FLAT_MM)}),{length},"
        "'distance_accuracy_value','off its plane a vertex may be')"
    )
    context = add(
        f"(GEOMETRIC_REPRESENTATION_CONTEXT(3) GLOBAL_UNCERTAINTY_ASSIGNED_CONTEXT(({exact})) "
        f"GLOBAL_UNIT_ASSIGNED_CONTEXT(({length},{angle},{solid_angle})) "
        "REPRESENTATION_CONTEXT('',''))"
    )
    origin = writer.placement(np.zeros(3), np.array([0.0, 0, 1]), np.array([1.0, 0, 0]))
    items = _set([origin, *solids])
    shape = add(f"ADVANCED_BREP_SHAPE_REPRESENTATION('{name}',{items},{context})")
    use = add("APPLICATION_CONTEXT('core data for automotive mechanical design processes')")
    protocol = "'international standard','automotive_design',2000"
    add(f"APPLICATION_PROTOCOL_DEFINITION({protocol},{use})")
    field = add(f"PRODUCT_CONTEXT('',{use},'mechanical')")
    product = add(f"PRODUCT('{name}','{name}','',({field}))")
    add(f"PRODUCT_RELATED_PRODUCT_CATEGORY('part',$,({product}))")
    edition = add(f"PRODUCT_DEFINITION_FORMATION('','',{product})")
    stage = add(f"PRODUCT_DEFINITION_CONTEXT('part definition',{use},'design')")
    definition = add(f"PRODUCT_DEFINITION('design','',{edition},{stage})")
    its_shape = add(f"PRODUCT_DEFINITION_SHAPE('','',{definition})")
    add(f"SHAPE_DEFINITION_REPRESENTATION({its_shape},{shape})")


def _volume_mm3(mesh: Mesh, shell: tuple[Face, ...]) -> float:
    """By the divergence theorem over flat faces."""
    total = 0.0
    for face in shell:
        for loop in (face.outer, *face.holes):
            points = mesh.vertices[list(loop)]
            twice = np.cross(points, np.roll(points, -1, axis=0)).sum(axis=0)
            total += float(twice @ face.normal / 2 * (points[0] @ face.normal) / 3)
    return total


def _set(items: Iterable[str]) -> str:
    return "(" + ",".join(items) + ")"


def _three(values: Vector) -> str:
    return _set(_number(float(value)) for value in values)


def _number(value: float) -> str:
    """A REAL of the standard has a decimal point always."""
    text = f"{value + 0.0:.9f}".rstrip("0")
    return "0." if text == "-0." else text


def _plain(name: str) -> str:
    return "".join(c if c.isascii() and c.isprintable() and c not in "'\\" else "-" for c in name)
