"""STEP: the text is read back here, entity by entity, and by another program's kernel where that is
installed (`pip install cadquery-ocp-novtk` in an environment of its own: 380 MB)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import trimesh

from cradles.coupon import coupon
from cradles.errors import CradleError
from cradles.export import step_bytes
from cradles.export.faces import FLAT_MM, faces_of, shells_of
from cradles.mesh import Mesh
from cradles.solids import canonical, solid_of
from tests.cradles.conftest import cradle_of
from tests.cradles.outlines import KNOWN

_ENTITY = re.compile(r"#(\d+)=([A-Z0-9_]+)\((.*)\);")


class Read:
    """A file of simple entities: name and arguments by number."""

    def __init__(self, data: bytes) -> None:
        self.text = data.decode("ascii")
        self.of: dict[str, tuple[str, str]] = {}
        for line in self.text.splitlines():
            if match := _ENTITY.fullmatch(line):
                self.of[f"#{match[1]}"] = (match[2], match[3])

    def all(self, kind: str) -> list[str]:
        return [number for number, (name, _) in self.of.items() if name == kind]

    def refers(self, number: str, kind: str) -> list[str]:
        found = re.findall(r"#\d+", self.of[number][1])
        return [each for each in found if self.of.get(each, ("",))[0] == kind]

    def point(self, number: str) -> np.ndarray:
        (at,) = self.refers(number, "CARTESIAN_POINT")
        return np.array([float(v) for v in re.findall(r"-?\d+\.\d*", self.of[at][1])])

    def loop(self, number: str) -> list[tuple[str, str]]:
        """Vertex to vertex, in the loop's own direction."""
        steps = []
        for oriented in self.refers(number, "ORIENTED_EDGE"):
            (edge,) = self.refers(oriented, "EDGE_CURVE")
            start, end = self.refers(edge, "VERTEX_POINT")
            forward = self.of[oriented][1].endswith(".T.")
            steps.append((start, end) if forward else (end, start))
        return steps

    def faces(self) -> Iterator[tuple[str, list[list[tuple[str, str]]]]]:
        for face in self.all("ADVANCED_FACE"):
            bounds = self.refers(face, "FACE_OUTER_BOUND") + self.refers(face, "FACE_BOUND")
            yield face, [self.loop(self.refers(bound, "EDGE_LOOP")[0]) for bound in bounds]


@pytest.mark.parametrize("name", ["edge card", "stadium lamp"])
def test_the_file_is_one_closed_shell_of_flat_faces_with_the_volume_of_the_mesh(name: str) -> None:
    cradle = cradle_of(name)
    mesh = cradle.solid.mesh()
    read = Read(step_bytes(mesh, cradle.identity))
    assert read.text.startswith("ISO-10303-21;") and read.text.endswith("END-ISO-10303-21;\n")
    assert [len(read.all(kind)) for kind in ("MANIFOLD_SOLID_BREP", "CLOSED_SHELL")] == [1, 1]
    assert f"PRODUCT('{cradle.identity}'" in read.text and ".MILLI.,.METRE." in read.text
    points = {number: read.point(number) for number in read.all("VERTEX_POINT")}
    used: Counter[tuple[str, str]] = Counter()
    volume = 0.0
    for face, loops in read.faces():
        (plane,) = read.refers(face, "PLANE")
        (place,) = read.refers(plane, "AXIS2_PLACEMENT_3D")
        normal = read.refers(place, "DIRECTION")[0]
        up = np.array([float(v) for v in re.findall(r"-?\d+\.\d*", read.of[normal][1])])
        origin = read.point(place)
        for loop in loops:
            assert [end for _, end in loop] == [start for start, _ in (*loop[1:], loop[0])]
            used.update(loop)
            at = np.array([points[start] for start, _ in loop])
            assert np.abs((at - origin) @ up).max() <= 2 * FLAT_MM
            twice = np.cross(at, np.roll(at, -1, axis=0)).sum(axis=0)
            volume += twice @ up / 2 * (at[0] @ up) / 3
    assert set(used.values()) == {1}
    assert all((end, start) in used for start, end in used)
    assert volume == pytest.approx(mesh.volume_mm3, rel=1e-6)
    low, high = mesh.bounds
    seen = np.array(list(points.values()))
    assert np.abs(np.array([seen.min(axis=0), seen.max(axis=0)]) - [low, high]).max() < 1e-9


def _box(low: float, high: float, *, inside_out: bool = False) -> tuple[np.ndarray, np.ndarray]:
    made = trimesh.creation.box(bounds=[[low] * 3, [high] * 3])
    return np.asarray(made.vertices), np.asarray(made.faces)[:, :: -1 if inside_out else 1]


def _both(one: tuple[np.ndarray, np.ndarray], other: tuple[np.ndarray, np.ndarray]) -> Mesh:
    return canonical(
        np.concatenate([one[0], other[0]]), np.concatenate([one[1], other[1] + len(one[0])])
    )


def test_a_box_has_six_faces_and_two_boxes_are_two_solids() -> None:
    assert len(faces_of(canonical(*_box(0, 1)))) == 6
    two = _both(_box(0, 1), _box(3, 5))
    assert sorted(len(shell) for shell in shells_of(faces_of(two))) == [6, 6]
    assert len(Read(step_bytes(two, "two")).all("MANIFOLD_SOLID_BREP")) == 2


def test_a_face_with_a_hole_has_an_outer_and_an_inner_loop() -> None:
    mesh = solid_of(coupon()).mesh()
    holes = [len(face.holes) for face in faces_of(mesh)]
    assert max(holes) >= 2


def test_a_hollow_and_an_open_surface_are_refused() -> None:
    with pytest.raises(CradleError, match="closed hollows"):
        step_bytes(_both(_box(0, 5), _box(1, 2, inside_out=True)), "hollow")
    whole = canonical(*_box(0, 1))
    torn = Mesh(vertices=whole.vertices, triangles=whole.triangles[1:])
    with pytest.raises(CradleError, match="two triangles meet"):
        step_bytes(torn, "torn")


def test_another_kernel_reads_every_outlines_cradle_as_one_valid_solid(tmp_path: Path) -> None:
    pytest.importorskip("OCP", reason="Open CASCADE (cadquery-ocp-novtk, 380 MB) is not installed")
    from OCP.BRepCheck import BRepCheck_Analyzer
    from OCP.BRepGProp import BRepGProp
    from OCP.GProp import GProp_GProps
    from OCP.STEPControl import STEPControl_Reader
    from OCP.TopAbs import TopAbs_SOLID
    from OCP.TopExp import TopExp_Explorer

    for name in sorted(KNOWN):
        cradle = cradle_of(name)
        mesh = cradle.solid.mesh()
        path = tmp_path / "cradle.step"
        path.write_bytes(step_bytes(mesh, cradle.identity))
        reader = STEPControl_Reader()
        reader.ReadFile(str(path))
        reader.TransferRoots()
        shape = reader.OneShape()
        bodies = TopExp_Explorer(shape, TopAbs_SOLID)
        assert bodies.More(), name
        bodies.Next()
        assert not bodies.More(), name
        assert BRepCheck_Analyzer(shape).IsValid(), name
        figures = GProp_GProps()
        BRepGProp.VolumeProperties_s(shape, figures)
        assert figures.Mass() == pytest.approx(mesh.volume_mm3, rel=1e-5), name
