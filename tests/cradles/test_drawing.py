"""Drawings are read back by other programs: the same lines, sizes and words come out again."""

from __future__ import annotations

import io
import math
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import ezdxf
import pytest
from ezdxf.math import bulge_to_arc
from shapely import box

from cradles.drawing import (
    Anchor,
    Circle,
    DiameterDimension,
    Drawing,
    Hatch,
    Layer,
    LinearDimension,
    Polyline,
    Text,
    TitleBlock,
    dxf_bytes,
    pdf_bytes,
    rectangle,
    rings_of,
    svg_bytes,
)
from cradles.drawing.explode import arc_middle, bounds, figure, plain
from cradles.drawing.pdf import sheet_for
from cradles.errors import CradleError

HALF_ROUND = Polyline(
    layer=Layer.CUT, points=((0, 0, 0), (100, 0, 1), (100, 50, 0), (0, 50, 0)), closed=True
)
PLATE = Drawing(
    name="plate",
    items=(
        HALF_ROUND,
        Circle(layer=Layer.DRILL, x=25, y=25, diameter_mm=4.5),
        Hatch(layer=Layer.ENGRAVE, rings=(((60, 10), (70, 10), (70, 20)),)),
        Text(layer=Layer.ENGRAVE, x=50, y=40, tall_mm=5, text="FLOOR", anchor=Anchor.MIDDLE),
        Text(layer=Layer.DIM, x=5, y=5, tall_mm=3, text="6 mm < 7 & Ø4", turn_deg=90),
        LinearDimension(along="x", start=(0, 0), end=(100, 0), away_mm=-10),
        LinearDimension(along="y", start=(0, 0), end=(0, 50), away_mm=-10),
        LinearDimension(along="x", start=(0, 50), end=(3, 50), away_mm=6),
        DiameterDimension(x=25, y=25, diameter_mm=4.5, count=2),
    ),
    title=TitleBlock(title="Plate", rows=(("material", "MDF 6 mm"), ("scale", "1:1"))),
)


def test_a_bulge_is_an_arc_as_in_dxf() -> None:
    centre, _, _, radius = bulge_to_arc((100, 0), (100, 50), 1)
    assert (centre.x, centre.y, radius) == pytest.approx((100, 25, 25))
    assert arc_middle((100, 0), (100, 50), 1) == pytest.approx((125, 25))
    quarter = math.tan(math.radians(90) / 4)
    x, y = arc_middle((1, 0), (0, 1), quarter)
    assert math.hypot(x, y) == pytest.approx(1) and x == pytest.approx(y)
    assert bounds((HALF_ROUND,)) == (0, 0, 125, 50)


def test_dxf_reads_back_without_errors_in_millimetres() -> None:
    document = ezdxf.read(io.StringIO(dxf_bytes(PLATE).decode()))  # type: ignore[attr-defined]
    assert not document.audit().has_issues
    assert document.dxfversion == "AC1024" and document.units == 4
    space = document.modelspace()
    (outline,) = space.query('LWPOLYLINE[layer=="CUT"]')
    assert outline.closed
    assert [tuple(p) for p in outline.get_points("xyb")] == list(HALF_ROUND.points)
    (hole,) = space.query('CIRCLE[layer=="DRILL"]')
    assert (hole.dxf.center.x, hole.dxf.center.y, hole.dxf.radius) == (25, 25, 2.25)
    words = {text.dxf.text: text for text in space.query("TEXT")}
    assert {"FLOOR", "100", "50", "3", "2× Ø4.5", "Plate", "MDF 6 mm"} <= set(words)
    standing = words["6 mm < 7 & Ø4"]
    assert standing.dxf.rotation == pytest.approx(90)
    assert tuple(standing.dxf.insert) == pytest.approx((5, 5, 0))
    assert {layer.dxf.name for layer in document.layers} >= {layer.value for layer in Layer}


def test_svg_is_true_to_size_and_keeps_its_words() -> None:
    tree = ET.fromstring(svg_bytes(PLATE))
    space = "{http://www.w3.org/2000/svg}"
    assert tree.get("width", "").endswith("mm")
    _, _, width, height = (float(v) for v in tree.get("viewBox", "").split())
    assert tree.get("width") == f"{width:g}mm" and tree.get("height") == f"{height:g}mm"
    groups = {group.get("id"): group for group in tree.iter(f"{space}g")}
    assert list(groups) == ["CUT", "DRILL", "ENGRAVE", "DIM"]
    (path,) = groups["CUT"]
    numbers = [float(v) for v in re.findall(r"-?[\d.]+", path.get("d", ""))]
    assert "A25,25 0 0 0" in path.get("d", ""), "counterclockwise, seen with y up"
    assert numbers[2] - numbers[0] == pytest.approx(100)
    (hole,) = groups["DRILL"]
    assert float(hole.get("r", 0)) == 2.25
    texts = [text.text for text in tree.iter(f"{space}text")]
    assert "FLOOR" in texts and "6 mm < 7 & Ø4" in texts and "2× Ø4.5" in texts


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="poppler-utils is not installed")
def test_pdf_says_the_same_words_at_the_stated_scale(tmp_path: Path) -> None:
    half = Drawing(name="half", items=PLATE.items, scale=2.0, title=PLATE.title)
    path = tmp_path / "plate.pdf"
    path.write_bytes(pdf_bytes([PLATE, half]))
    said = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, check=True)
    pages = said.stdout.decode().split("\f")
    assert len(pages) == 3 and pages[2] == ""
    for page in pages[:2]:
        assert all(word in page for word in ("FLOOR", "100", "2× Ø4.5", "MDF 6 mm"))
    info = subprocess.run(["pdfinfo", path], capture_output=True, check=True).stdout.decode()
    assert "Pages:           2" in info and "841.89 x 595.276" in info


@pytest.mark.skipif(not shutil.which("pdftoppm"), reason="poppler-utils is not installed")
def test_a_line_in_the_pdf_is_as_long_as_it_says(tmp_path: Path) -> None:
    import cv2
    import numpy as np

    bar = Drawing(name="bar", items=(rectangle(Layer.CUT, 0, 0, 100, 40),), scale=2.0)
    (tmp_path / "bar.pdf").write_bytes(pdf_bytes([bar]))
    run = ["pdftoppm", "-r", "300", "-png", "-singlefile", tmp_path / "bar.pdf", tmp_path / "bar"]
    subprocess.run(run, check=True)
    page = cv2.imread(str(tmp_path / "bar.png"), cv2.IMREAD_GRAYSCALE)
    assert page is not None
    rows, columns = np.nonzero(page < 128)
    ink = 0.5  # the line's own width: half of it stands out on each side
    assert (columns.max() - columns.min() + 1) / 300 * 25.4 - ink == pytest.approx(50, abs=0.2)
    assert (rows.max() - rows.min() + 1) / 300 * 25.4 - ink == pytest.approx(20, abs=0.2)


def test_the_smallest_sheet_that_holds_it_is_taken() -> None:
    def sheet(width: float, scale: float) -> str:
        made = rectangle(Layer.CUT, 0, 0, width, 10)
        return sheet_for(Drawing(name="x", items=(made,), scale=scale))

    assert [sheet(277, 1), sheet(278, 1), sheet(554, 2), sheet(500, 1)] == ["A4", "A3", "A4", "A2"]
    with pytest.raises(CradleError, match="smaller scale"):
        sheet(2000, 1)


def test_every_writer_repeats_its_bytes() -> None:
    assert dxf_bytes(PLATE) == dxf_bytes(PLATE)
    assert svg_bytes(PLATE) == svg_bytes(PLATE)
    assert pdf_bytes([PLATE]) == pdf_bytes([PLATE])
    assert not ezdxf.options.write_fixed_meta_data_for_testing  # type: ignore[attr-defined]


def test_a_dimension_measures_along_its_axis_and_stands_off_the_further_point() -> None:
    askew = LinearDimension(along="x", start=(0, 0), end=(40, 30), away_mm=10)
    items = plain(Drawing(name="d", items=(askew,), scale=2.0))
    (text,) = [item for item in items if isinstance(item, Text)]
    assert text.text == "40" and text.tall_mm == 5.0
    assert text.x == 20 and 50 < text.y < 52, "30 mm and 10 mm on paper at 1:2"
    tips = [item.rings[0][0] for item in items if isinstance(item, Hatch)]
    assert tips == [(0, 50), (40, 50)]


def test_figures_have_at_most_two_decimals() -> None:
    assert [figure(v) for v in (100.0, 2.5, 1.005, 168.754)] == ["100", "2.5", "1", "168.75"]


def test_an_area_becomes_its_rings_in_an_order_of_its_own() -> None:
    area = box(0, 0, 10, 10).difference(box(2, 2, 3, 3)).union(box(20, 0, 30, 5))
    rings = rings_of(area)
    assert [len(ring.points) for ring in rings] == [4, 4, 4]
    assert rings[0].points[0][:2] == (0, 0) and rings[2].points[0][:2] == (2, 2)
    assert rings_of(area.reverse()) == rings
