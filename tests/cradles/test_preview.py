"""The preview shows what is in front, in its own colour."""

from __future__ import annotations

import numpy as np
import pytest
from shapely import box

from cradles.csg import Part, add, prism
from cradles.mesh import Mesh
from cradles.preview import View, preview, render
from cradles.solids import solid_of
from tests.cradles.conftest import cradle_of

RED, BLUE = (0, 0, 255), (255, 0, 0)


def _block(x0: float, y0: float, x1: float, y1: float, z0: float, z1: float) -> Mesh:
    return solid_of(Part(name="b", steps=(add(prism(box(x0, y0, x1, y1), z0, z1)),))).mesh()


def _reds(picture: np.ndarray) -> int:
    return int(((picture[..., 2] > 60) & (picture[..., 0] < 20)).sum())


def test_what_lies_below_is_hidden_and_what_lies_above_is_seen() -> None:
    low, high = _block(-4, -4, 4, 4, 0, 1), _block(-8, -8, 8, 8, 2, 3)
    above = View(elevation_deg=90.0)
    assert _reds(render([(low, RED), (high, BLUE)], above, (200, 150))) == 0
    assert _reds(render([(low, BLUE), (high, RED)], above, (200, 150))) > 5000


def test_seen_from_above_a_square_has_its_shape_and_place() -> None:
    left, frame = _block(-9, -2, -5, 2, 0, 1), _block(-10, -10, 10, 10, -1, 0)
    picture = render(
        [(left, RED), (frame, BLUE)], View(azimuth_deg=0, elevation_deg=90), (400, 400)
    )
    rows, columns = np.nonzero((picture[..., 2] > 60) & (picture[..., 0] < 20))
    px_per_mm = 0.92 * 400 / 20
    assert np.ptp(columns) / px_per_mm == pytest.approx(4, abs=0.15)
    assert np.ptp(rows) / px_per_mm == pytest.approx(4, abs=0.15)
    assert columns.mean() == pytest.approx(200 - 7 * px_per_mm, abs=1.5)


def test_a_cradles_preview_shows_plastic_board_and_paper() -> None:
    picture = preview(cradle_of("edge card"))
    assert picture.shape == (900, 1200, 3)
    blue, green, red = (picture[..., i].astype(int) for i in range(3))
    assert ((green > blue + 30) & (green > red + 30)).mean() > 0.02
    assert ((blue < 60) & (green < 60) & (red < 60)).mean() > 0.002
    assert np.array_equal(picture, preview(cradle_of("edge card")))
