"""Parts that stand up in the simulated optics: drawn where perspective says, and in their own
shade. Measured before anything is measured with them."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from cradles.optics import Body, Camera, Curve, Lamps, Scene, Scratch, bodies_of, photograph
from cradles.optics.light import Light, light_of_picture
from tests.cradles.conftest import cradle_of
from tests.cradles.demo_board import demo_cradle

CRADLE = cradle_of("rounded sensor")
EYE = Camera(width_px=1920, height_px=1080, tilt_x_deg=1.2, turn_deg=-0.6, shift_mm=(1.5, -2.0))
DARK = Lamps(ambient=1.0)
"""Lamps whose light no body takes away."""


def _box(x: float, y: float, w: float, d: float, tall: float, level: float = 200.0) -> Body:
    corners = ((x - w, y - d), (x + w, y - d), (x + w, y + d), (x - w, y + d))
    colour = (level, level, level)
    half = tuple((a / 2 + x / 2, b / 2 + y / 2) for a, b in corners)
    return Body(corners_mm=half, tall_mm=tall, top=colour, side=colour)


def _light(**changes: object) -> Light:
    scene = replace(Scene(cradle=CRADLE), **changes)  # type: ignore[arg-type]
    return light_of_picture(photograph(scene, EYE))[..., 1]


def test_a_body_covers_what_lies_within_its_projected_corners() -> None:
    body = _box(30.0, 15.0, 9.0, 6.0, 18.0)
    bare, with_it = _light(lamps=DARK), _light(lamps=DARK, bodies=(body,))
    own = float(np.median(with_it[with_it - bare > 0.3]))
    points = [(x, y, z) for x, y in body.corners_mm for z in (0.0, 18.0)]
    hull = cv2.convexHull(EYE.project(np.array(points)).astype(np.float32))
    x0, y0, w, h = cv2.boundingRect(hull)
    part = (slice(y0 - 3, y0 + h + 3), slice(x0 - 3, x0 + w + 3))
    share = (with_it[part] - bare[part]) / (own - bare[part])
    assert float(share.sum()) == pytest.approx(cv2.contourArea(hull), rel=5e-3)
    rows, columns = np.mgrid[part]
    middle = (columns * share).sum() / share.sum(), (rows * share).sum() / share.sum()
    moments = cv2.moments(hull)
    true = moments["m10"] / moments["m00"], moments["m01"] / moments["m00"]
    assert middle == pytest.approx(true, abs=0.05)
    changed = np.abs(with_it - bare) > 0.02
    changed[part] = False
    assert not changed.any()


def test_a_body_nearer_to_the_middle_leans_over_one_farther_out() -> None:
    inner, outer = _box(20.0, 0.0, 4.0, 8.0, 30.0, 220.0), _box(24.0, 0.0, 3.0, 8.0, 2.0, 20.0)
    for both in ((inner, outer), (outer, inner)):
        light = _light(lamps=DARK, bodies=both)
        x, y = EYE.project(np.array([[23.5, 0.0, 2.0]]))[0].round().astype(int)
        top = EYE.project(np.array([[20.0, 0.0, 30.0]]))[0].round().astype(int)
        assert light[y, x] > 0.5 and light[top[1], top[0]] > 0.5


def test_a_tall_part_takes_light_from_what_lies_beside_it_and_none_from_afar() -> None:
    bare, shaded = _light(), _light(bodies=(_box(30.0, 0.0, 6.0, 20.0, 15.0),))
    falls = {}
    for x in (25.0, 20.0, -30.0):
        i, j = EYE.project(np.array([[x, 0.0, 0.0]]))[0].round().astype(int)[::-1]
        falls[x] = 1 - shaded[i, j] / bare[i, j]
    assert 0.25 < falls[25.0] <= 0.65 and 0.15 < falls[20.0] <= falls[25.0] + 0.02
    assert abs(falls[-30.0]) < 0.02


def test_the_board_files_parts_stand_where_they_are_placed() -> None:
    cradle = demo_cradle()
    bodies = bodies_of(cradle)
    tall = [part for part in cradle.board.components if part.tall_mm > 0]
    assert len(bodies) == len(tall) > 3
    for body, part in zip(bodies, tall, strict=True):
        x, y = np.mean(body.corners_mm, axis=0)
        assert (x, y) == pytest.approx(cradle.layout.to_cradle(part.x_mm, part.y_mm))
        assert body.tall_mm == part.tall_mm


def test_a_scratch_shows_its_level() -> None:
    line = Scratch(start_mm=(-80.0, 60.0), end_mm=(-70.0, 66.0), wide_mm=0.8, level=128.0)
    scene = Scene(cradle=CRADLE, scratches=(line,))
    x, y = EYE.project(np.array([[-75.0, 63.0, 0.0]]))[0].round().astype(int)
    assert photograph(scene, EYE)[y, x] == pytest.approx([128] * 3, abs=2)


@pytest.mark.parametrize(
    ("curve", "level"),
    [
        (Curve(), 118),
        (Curve(gamma=1.8), 98),  # 255 × 0.18^(1/1.8)
        (Curve(gamma=2.4), 125),
        (Curve(contrast=1.0), 113),  # 3 v² − 2 v³ of 118/255
    ],
)
def test_a_cameras_curve_is_as_told(curve: Curve, level: int) -> None:
    """Of a grey card that gives 18 % of the light."""
    shown = curve.levels_of(np.full((2, 2), 0.18, np.float32))
    assert shown == pytest.approx(level, abs=0.7)
    assert curve.levels_of(np.array([0.0, 1.0, 7.0], np.float32)).tolist() == [0.0, 255.0, 255.0]
