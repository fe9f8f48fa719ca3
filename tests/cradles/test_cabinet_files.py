"""The cabinet's files: DXF read back by ezdxf, every dimension again; pages, parts, list; the
command."""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ezdxf
import pytest
from shapely import Polygon

from appliance.cli import main
from cradles.cabinet import pictures
from cradles.cabinet.cameras import CAMERAS
from cradles.cabinet.drawings import dimensioned, laser_drawing
from cradles.cabinet.job import Made, files_of, make
from cradles.cabinet.light import evenness, tilt_borne_deg
from cradles.cabinet.ordinates import fanned
from cradles.cabinet.pages import panel_pages, sheet_drawing
from cradles.cabinet.sheets import nested
from cradles.cabinet.sizes import SHEETS_MM, Sizes
from cradles.cabinet.steps import STEPS
from cradles.drawing import Text, dxf_bytes
from cradles.drawing.explode import figure
from tests.conftest import ROOT


@pytest.fixture(scope="module", autouse=True)
def _small_pictures() -> Iterator[None]:
    """The same pictures, much smaller: drawing them takes most of the time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pictures, "SIZE_PX", (64, 48))
        yield


@pytest.fixture(scope="module")
def made() -> Made:
    return make(Sizes())


@pytest.fixture(scope="module")
def files(made: Made) -> dict[str, bytes]:
    return files_of(made, lambda what, done, total: None)


def _space(data: bytes) -> Any:
    document = ezdxf.read(io.StringIO(data.decode()))  # type: ignore[attr-defined]
    assert not document.audit().has_issues and document.units == 4
    return document.modelspace()


@pytest.mark.parametrize("kerf_mm", [0.0, 0.15])
def test_every_panel_reads_back_closed_and_true(made: Made, kerf_mm: float) -> None:
    for panel in made.cabinet.panels.values():
        space = _space(dxf_bytes(laser_drawing(panel, kerf_mm)))
        rings = list(space.query('LWPOLYLINE[layer=="CUT"]'))
        assert all(ring.closed for ring in rings)
        outlines = sorted(
            (Polygon([(p[0], p[1]) for p in ring.get_points()]) for ring in rings),
            key=lambda shape: -shape.area,
        )
        assert all(shape.is_valid for shape in outlines)
        wood = outlines[0]
        for hole in outlines[1:]:
            wood = wood.difference(hole)
        x0, y0, x1, y1 = panel.area.bounds
        half = kerf_mm / 2
        assert wood.bounds == pytest.approx(
            (-half, -half, x1 - x0 + half, y1 - y0 + half), abs=0.01
        )
        left = wood.buffer(-half, join_style="mitre")
        assert left.area == pytest.approx(panel.area.area, rel=1e-5)
        circles = sorted(
            (c.dxf.center.x + x0, c.dxf.center.y + y0, 2 * c.dxf.radius + kerf_mm)
            for c in space.query('CIRCLE[layer=="DRILL"]')
        )
        bores = sorted((b.u_mm, b.v_mm, b.diameter_mm) for b in panel.bores)
        assert len(circles) == len(bores)
        for circle, bore in zip(circles, bores, strict=True):
            assert circle == pytest.approx(bore, abs=0.01)


def test_a_sheet_has_every_panel_once_inside_it(made: Made) -> None:
    cabinet = made.cabinet
    for sheet in nested(cabinet.panels, 0.15, SHEETS_MM):
        space = _space(dxf_bytes(sheet_drawing(sheet, cabinet)))
        outlines = []
        for ring in space.query('LWPOLYLINE[layer=="CUT"]'):
            shape = Polygon([(p[0], p[1]) for p in ring.get_points()])
            x0, y0, x1, y1 = shape.bounds
            assert x0 > 1 and y0 > 1 and x1 < sheet.size_mm[0] - 1 and y1 < sheet.size_mm[1] - 1
            outlines.append(shape)
        outer = [a for a in outlines if not any(b is not a and b.contains(a) for b in outlines)]
        areas = sorted(round(shape.area) for shape in outer)
        wanted = []
        for place in sheet.places:
            panel = cabinet.panels[place.panel].area
            wanted.append(round(Polygon(panel.exterior).buffer(0.075, join_style="mitre").area))
        assert areas == sorted(wanted)
        names = {text.dxf.text.lower() for text in space.query('TEXT[layer=="ENGRAVE"]')}
        assert names >= {place.panel.replace("_", " ") for place in sheet.places}


def test_drawings_tell_every_hole_and_every_corner(made: Made) -> None:
    for page, panel in zip(panel_pages(made.cabinet), made.cabinet.panels.values(), strict=True):
        words = {item.text for item in page.items if isinstance(item, Text)}
        x0, y0, _, _ = panel.area.bounds
        for bore in panel.bores:
            assert {figure(bore.u_mm - x0), figure(bore.v_mm - y0)} <= words
            assert f"Ø{figure(bore.diameter_mm)}" in words
        for x, y in panel.area.exterior.coords:
            assert {figure(round(x - x0, 6)), figure(round(y - y0, 6))} <= words, panel.name
        for ring in panel.area.interiors:
            u0, v0, u1, v1 = ring.bounds
            if abs(Polygon(ring).area - (u1 - u0) * (v1 - v0)) < 1e-6:
                assert {figure(u0 - x0), figure(v0 - y0)} <= words
                assert f"{figure(u1 - u0)} × {figure(v1 - v0)}" in words


def test_no_two_figures_of_an_edge_overlap(made: Made) -> None:
    assert fanned([0, 1, 10], 3) == [-1.0, 2.0, 10]
    places = fanned([0, 0.5, 1, 2, 9, 10, 11], 3)
    assert all(b - a >= 3 - 1e-9 for a, b in itertools.pairwise(places))
    page = dimensioned(made.cabinet.panels["left"], (("scale", "1:2.5"),), 2.5)
    upright = [i for i in page.items if isinstance(i, Text) and i.turn_deg == 90.0 and i.y < 0]
    xs = sorted(text.x for text in upright)
    assert len(xs) > 4 and all(b - a > 2.5 * 2.5 for a, b in itertools.pairwise(xs))


def test_all_files_are_there_and_the_same_again(made: Made, files: dict[str, bytes]) -> None:
    again = files_of(make(Sizes()), lambda what, done, total: None)
    assert [name for name in files if files[name] != again[name]] == []
    panels = made.cabinet.panels
    assert {f"panels/{name}.{kind}" for name in panels for kind in ("dxf", "svg")} <= set(files)
    drawn = [name for name in files if name.startswith("pictures/")]
    assert len(drawn) == len(STEPS) + 3 >= 6 + 2
    assert all(files[name].startswith(b"\x89PNG") for name in drawn)
    printed = {each.part.part.name for each in made.cabinet.printed}
    assert {f"parts/{name}.3mf" for name in printed} <= set(files)
    assert {"drawings.pdf", "wiring.pdf", "bom.csv", "report.json"} <= set(files)
    report = json.loads(files["report.json"])
    assert report["passed"] and report["angle_is_sourced"]
    rows = list(csv.DictReader(io.StringIO(files["bom.csv"].decode("utf-8-sig"))))
    counts = {row["item"]: float(row["quantity"]) for row in rows}
    uses = " ".join(row["used for"] for row in rows)
    assert counts["Nut M4"] >= 8 and "lid: 4" in uses and "drawer's stops: 2" in uses
    assert 0.9 < next(v for k, v in counts.items() if "MDF" in k) < 2.0, "square metres"


def test_every_body_comes_in_some_step(made: Made) -> None:
    added = {stem for step in STEPS for stem in step.adds}
    assert {body.stem for body in made.cabinet.bodies} == added


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="poppler-utils is not installed")
def test_the_pdf_has_a_page_a_panel(made: Made, files: dict[str, bytes], tmp_path: Path) -> None:
    (tmp_path / "drawings.pdf").write_bytes(files["drawings.pdf"])
    run = ["pdftotext", "-layout", tmp_path / "drawings.pdf", "-"]
    pages = subprocess.run(run, capture_output=True, check=True).stdout.decode().split("\f")
    for number, panel in enumerate(made.cabinet.panels.values(), 1):
        assert panel.title in pages[number] and "MDF 6 mm" in pages[number]
    assert "Bill of materials" in pages[len(made.cabinet.panels) + 1]


def test_the_command_writes_all_or_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "cabinet"
    command = ["cradle", "cabinet", "--out", str(out), "--camera", "brio", "--mdf", "3", "--json"]
    assert main(command) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["passed"] and not said["angle_is_sourced"]
    assert sorted(said["files"]) == sorted(
        path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()
    )
    assert main(["cradle", "cabinet", "--out", str(tmp_path / "no"), "--mdf", "18"]) == 2
    assert "3 to 10 mm" in capsys.readouterr().err and not (tmp_path / "no").exists()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("keep")
    assert main(["cradle", "cabinet", "--out", str(tmp_path / "mine")]) == 2
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["letter.txt"]


def test_every_camera_is_offered() -> None:
    assert set(CAMERAS) == {"pi3", "hq6", "brio"}


def test_the_builders_guide_tells_the_models_figures(made: Made) -> None:
    guide = (ROOT / "cradles" / "cabinet" / "README.md").read_text(encoding="utf-8")
    for key, camera in CAMERAS.items():
        sizes = Sizes(camera=camera)
        row = (
            f"| `{key}` | {sizes.pupil_mm:.0f} mm | {evenness(sizes):.2f} | "
            f"{tilt_borne_deg(sizes):.1f}° |"
        )
        assert row in guide
    cabinet = made.cabinet
    assert f"{len(cabinet.panels)} panels on {len(made.sheets)} sheets" in guide
    assert f"{cabinet.panels_m2:.1f} m² of wood" in guide
    assert f"{len(cabinet.kinds)} kinds of printed parts" in guide
    folder = ROOT / "cradles" / "cabinet"
    links = re.findall(r"\]\(([^)#]+)\)", guide)
    assert [link for link in links if not (folder / link).exists()] == []
    assert guide.count("pictures/step-") == len(STEPS)
    large = [path.name for path in (folder / "pictures").iterdir() if path.stat().st_size > 150_000]
    assert large == []
