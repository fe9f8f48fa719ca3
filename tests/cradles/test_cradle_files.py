"""STL, 3MF: read back by other people's readers, the same bytes on every run."""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys

import numpy as np
import pytest
import trimesh

from cradles.checks import check_body
from cradles.coupon import CLEARANCES_MM, coupon
from cradles.export import step_bytes, stl_bytes, threemf_bytes
from cradles.solids import solid_of
from cradles.thin import least_width
from cradles.walls import section_of, steep_area_mm2
from tests.conftest import ROOT
from tests.cradles.conftest import cradle_of

_HASHES = """
import hashlib
from cradles.build import build
from cradles.export import step_bytes, stl_bytes, threemf_bytes
from tests.cradles.outlines import KNOWN
mesh = build(KNOWN["rounded sensor"].board).solid.mesh()
for data in (
    stl_bytes(mesh, "x"), threemf_bytes(mesh, "x", {"Title": "x"}), step_bytes(mesh, "x")
):
    print(hashlib.sha256(data).hexdigest())
"""


def test_stl_read_by_trimesh_is_the_same_closed_body() -> None:
    cradle = cradle_of("rounded sensor")
    mesh = cradle.solid.mesh()
    data = stl_bytes(mesh, cradle.identity)
    assert data[:80].startswith(b"Goldenboard rounded-sensor-")
    body = trimesh.load_mesh(io.BytesIO(data), file_type="stl")
    assert body.is_watertight
    assert body.volume == pytest.approx(mesh.volume_mm3, rel=1e-5)
    assert len(body.faces) == len(mesh.triangles)


def test_3mf_read_by_the_consortiums_own_library_is_the_same_body() -> None:
    lib3mf = pytest.importorskip("lib3mf", reason="lib3mf is missing")
    cradle = cradle_of("rounded sensor")
    mesh = cradle.solid.mesh()
    data = threemf_bytes(mesh, cradle.identity, {"Title": "a & b", "Description": "<cradle>"})
    model = lib3mf.get_wrapper().CreateModel()
    reader = model.QueryReader("3mf")
    reader.SetStrictModeActive(True)
    reader.ReadFromBuffer(data)
    assert reader.GetWarningCount() == 0
    assert model.GetUnit() == lib3mf.ModelUnit.MilliMeter
    objects = model.GetMeshObjects()
    assert objects.MoveNext()
    read = objects.GetCurrentMeshObject()
    assert read.GetName() == cradle.identity
    assert read.IsManifoldAndOriented()
    assert read.GetTriangleCount() == len(mesh.triangles)
    vertices = np.array([list(v.Coordinates) for v in read.GetVertices()])
    assert np.abs(vertices - mesh.vertices).max() < 1e-4
    names = {model.GetMetaDataGroup().GetMetaData(i).GetName() for i in range(2)}
    assert names == {"Title", "Description"}


def test_files_repeat_byte_for_byte_in_another_process() -> None:
    runs = [
        subprocess.run(
            [sys.executable, "-c", _HASHES], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout
        for _ in range(2)
    ]
    mesh = cradle_of("rounded sensor").solid.mesh()
    here = [
        hashlib.sha256(data).hexdigest()
        for data in (
            stl_bytes(mesh, "x"),
            threemf_bytes(mesh, "x", {"Title": "x"}),
            step_bytes(mesh, "x"),
        )
    ]
    assert runs[0].split() == runs[1].split() == here


def test_the_coupon_is_small_prints_and_has_the_stated_clearances() -> None:
    solid = solid_of(coupon())
    (x0, y0, _), (x1, y1, z1) = solid.bounds
    assert (x1 - x0, y1 - y0) <= (60, 40)
    assert z1 <= 5
    assert solid.bodies == 1
    assert steep_area_mm2(solid) == (0.0, 0.0)
    area = section_of(solid, 2.5)
    assert least_width(area)[0] >= 0.9
    holes = sorted(ring.length for ring in _holes(area))
    sizes = [2 * (10 + 2 * c) + 2 * (6 + 2 * c) for c in CLEARANCES_MM]
    assert holes == pytest.approx(sizes, abs=1e-3)


def _holes(area: object) -> list[object]:
    return [ring for each in getattr(area, "geoms", [area]) for ring in each.interiors]


def test_a_check_speaks_in_figures() -> None:
    for each in check_body(cradle_of("edge card")):
        assert each.found and each.limit and each.passed
