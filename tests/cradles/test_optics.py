"""Before anything is measured on simulated pictures, they are measured themselves."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from appliance.board import Spot
from cradles.labels import GREY, marker_cells
from cradles.optics import Camera, Dirt, Edge, Glare, Scene, photograph
from cradles.optics.light import Light, levels_of, light_of, light_of_picture
from cradles.optics.pose import rotation
from tests.cradles.conftest import cradle_of

CRADLE = cradle_of("rounded sensor")
HALF = Camera(width_px=1920, height_px=1080)
"""Half the cabinet's resolution: a quarter of the time."""
BENT = replace(HALF, tilt_x_deg=1.7, tilt_y_deg=-1.1, turn_deg=0.8, shift_mm=(2.0, -1.5))


def _light(scene: Scene, camera: Camera, seed: int = 0) -> Light:
    return light_of_picture(photograph(scene, camera, seed=seed)).mean(axis=2)


def _seen_middle(light: Light, at: np.ndarray, half: int) -> tuple[float, float]:
    """Centre of gravity of what is darker than its surroundings, round a pixel."""
    i, j = round(float(at[1])), round(float(at[0]))
    part = light[i - half : i + half + 1, j - half : j + half + 1].astype(np.float64)
    dark = np.clip(np.median(part[0]) - part, 0, None)
    rows, columns = np.mgrid[i - half : i + half + 1, j - half : j + half + 1]
    return float((columns * dark).sum() / dark.sum()), float((rows * dark).sum() / dark.sum())


def _centre_of_ink(spot: Spot, number: int, scene: Scene, camera: Camera) -> np.ndarray:
    """Of a marker's black cells, each cell's four corners projected: the truth of `_seen_middle`.
    Cells are small, so that perspective inside one does not matter."""
    cells, side, total, weight = marker_cells(number), spot.width_mm / 6, np.zeros(2), 0.0
    left, top = spot.x_mm - spot.width_mm / 2, spot.y_mm + spot.height_mm / 2
    for row, column in np.argwhere(cells):
        x, y = left + column * side, top - row * side
        corners = np.array([[x, y, 0], [x + side, y, 0], [x + side, y - side, 0], [x, y - side, 0]])
        seen = camera.project(corners, scene.pose()).astype(np.float32)
        area = float(cv2.contourArea(seen))
        total, weight = total + area * seen.mean(axis=0), weight + area
    return total / weight


@pytest.mark.parametrize(
    ("scene", "camera"),
    [
        ({}, HALF),
        ({}, replace(HALF, defocus_px=1.2)),
        ({}, BENT),
        ({}, replace(BENT, k1=-0.04, k2=0.02, p1=0.001, p2=-0.0015)),
        ({}, replace(HALF, motion_px=(5.0, 2.0))),
        ({"moved_mm": (3.3, -4.7), "askew_deg": 1.3}, HALF),
        ({"raised_mm": 5.0, "raised_edge": Edge.LEFT}, HALF),
        ({"turned": True}, BENT),
    ],
    ids=["rest", "defocus", "tilted", "distorted", "moving", "askew", "raised", "turned"],
)
def test_every_marker_is_seen_where_the_truth_says(
    scene: dict[str, object], camera: Camera
) -> None:
    """To 0.012 px of a half-size picture: 2 µm on the cradle."""
    shown = replace(Scene(cradle=CRADLE), **scene)  # type: ignore[arg-type]
    light = _light(shown, camera)
    reach = round(6.9 * camera.px_per_mm)  # inside the white rim of 2 mm
    for number, spot in zip((10, 11, 12, 13), CRADLE.layout.markers, strict=True):
        at = camera.project(np.array([[spot.x_mm, spot.y_mm, 0.0]]), shown.pose())[0]
        true = _centre_of_ink(spot, number, shown, camera)
        assert _seen_middle(light, at, reach) == pytest.approx(tuple(true), abs=0.012)


def test_the_projection_is_opencvs() -> None:
    camera = replace(BENT, k1=-0.07, k2=0.03, p1=0.002, p2=-0.001, height_mm=231.0)
    chance = np.random.default_rng(5)
    points = np.column_stack([chance.uniform(-140, 140, (50, 2)), chance.uniform(-9, 2, 50)])
    turn = np.diag([1.0, -1.0, -1.0]) @ rotation(1.7, -1.1, 0.8)
    shift = np.array([0, 0, 231.0]) - turn @ np.array([2.0, -1.5, 0.0])
    f = 1920 / 300 * 231.0
    matrix = np.array([[f, 0, 959.5], [0, f, 539.5], [0, 0, 1]])
    bend = np.array([-0.07, 0.03, 0.002, -0.001])
    theirs, _ = cv2.projectPoints(points, cv2.Rodrigues(turn)[0], shift, matrix, bend)
    assert np.abs(camera.project(points) - theirs[:, 0]).max() < 1e-9


def test_at_rest_it_sees_three_hundred_millimetres_round_the_pictures_middle() -> None:
    ends = Camera().project(np.array([[-150.0, 0, 0], [0, 0, 0], [150.0, 0, 0]]))
    assert ends == pytest.approx(np.array([[-0.5, 1079.5], [1919.5, 1079.5], [3839.5, 1079.5]]))


def test_a_plane_is_the_projection_of_its_points() -> None:
    shown = Scene(cradle=CRADLE, raised_mm=4.0, raised_edge=Edge.BACK, moved_mm=(1.0, 2.0))
    points = np.array([[-80.0, 60, -7], [70, 40, -7], [10, -70, -7]])
    flat = np.column_stack([points[:, :2], np.ones(3)]) @ BENT.plane(-7.0, shown.pose()).T
    assert flat[:, :2] / flat[:, 2:] == pytest.approx(BENT.project(points, shown.pose()))


@pytest.mark.parametrize("edge", list(Edge))
def test_a_raised_edge_is_higher_and_the_other_stays(edge: Edge) -> None:
    w, h = CRADLE.layout.outer_mm
    feet = {
        Edge.FRONT: (0.0, -h / 2), Edge.BACK: (0.0, h / 2),
        Edge.LEFT: (-w / 2, 0.0), Edge.RIGHT: (w / 2, 0.0),
    }  # fmt: skip
    opposite = {
        Edge.FRONT: Edge.BACK, Edge.BACK: Edge.FRONT, Edge.LEFT: Edge.RIGHT, Edge.RIGHT: Edge.LEFT
    }  # fmt: skip
    low = -CRADLE.plan.levels.top
    pose = Scene(cradle=CRADLE, raised_mm=3.0, raised_edge=edge).pose()
    moved = pose.of(np.array([[*feet[edge], low], [*feet[opposite[edge]], low]]))
    assert moved[0, 2] - low == pytest.approx(3.0)
    assert moved[1] == pytest.approx([*feet[opposite[edge]], low])


def test_defocus_moves_light_about_and_loses_none() -> None:
    sharp = _light(Scene(cradle=CRADLE), HALF)[100:-100, 100:-100]
    soft = _light(Scene(cradle=CRADLE), replace(HALF, defocus_px=2.5))[100:-100, 100:-100]
    assert float(soft.mean()) == pytest.approx(float(sharp.mean()), rel=2e-3)
    assert float(soft.std()) < float(sharp.std())


def test_the_grey_patch_is_as_bright_as_printed() -> None:
    """Toner on paper is never as black as 0 nor as white as 255."""
    at = HALF.project(np.array([[CRADLE.layout.grey.x_mm, CRADLE.layout.grey.y_mm, 0.0]]))[0]
    x, y = round(float(at[0])), round(float(at[1]))
    level = photograph(Scene(cradle=CRADLE), HALF)[y, x].astype(float)
    assert level == pytest.approx([20 + 0.86 * GREY] * 3, abs=1.0)


def test_levels_and_light_are_each_others_inverse() -> None:
    every = np.arange(256)
    assert levels_of(light_of(every)) == pytest.approx(every.astype(float), abs=0.03)
    assert float(light_of(118.0)) == pytest.approx(0.18, abs=0.002)


def test_noise_falloff_and_brightness_are_as_told() -> None:
    scene = Scene(cradle=CRADLE)
    plain = photograph(scene, HALF).astype(float)
    noisy = photograph(scene, replace(HALF, noise=3.0), seed=4).astype(float)
    inside = plain[200:800, 700:1200], noisy[200:800, 700:1200]
    assert float((inside[1] - inside[0]).std()) == pytest.approx(3.0, rel=0.02)
    light, dim = _light(scene, HALF), _light(scene, replace(HALF, falloff=0.3, brightness=0.8))
    assert dim[2, 2] / light[2, 2] == pytest.approx(0.8 * 0.7, rel=0.03)
    assert dim[540, 960] / light[540, 960] == pytest.approx(0.8, rel=0.03)


def test_the_same_seed_gives_the_same_picture() -> None:
    scene, camera = Scene(cradle=CRADLE), replace(HALF, noise=2.0)
    first = photograph(scene, camera, seed=1)
    assert np.array_equal(first, photograph(scene, camera, seed=1))
    assert not np.array_equal(first, photograph(scene, camera, seed=2))


def test_dirt_darkens_glare_brightens_and_a_missing_label_shows_plastic() -> None:
    spot = CRADLE.layout.markers[0]
    x, y = spot.x_mm - 7.0, spot.y_mm  # on the white rim
    at = HALF.project(np.array([[x, y, 0.0]]))[0].round().astype(int)

    def seen(scene: Scene) -> float:
        return float(photograph(scene, HALF)[at[1], at[0]].mean())

    scene = Scene(cradle=CRADLE)
    assert seen(scene) > 220
    assert seen(replace(scene, dirt=(Dirt(x_mm=x, y_mm=y, radius_mm=2.0),))) < 100
    assert seen(replace(scene, covered=("marker upper left",))) < 80
    shine = Glare(x_mm=x, y_mm=y, radius_mm=4.0, light=0.9)
    assert seen(replace(scene, covered=("marker",), glare=(shine,))) > 230


def test_the_board_moves_by_its_play_and_the_marks_stay() -> None:
    scene = Scene(cradle=CRADLE)
    moved = replace(scene, board_play_mm=(0.4, -0.2))
    hole = np.array([[-36.0, -21.0, 0.0]])  # 40 - 4, 25 - 4
    at, reach = HALF.project(hole, moved.board_pose())[0], round(2.6 * HALF.px_per_mm)
    assert at - HALF.project(hole)[0] == pytest.approx(np.array([0.4, 0.2]) * HALF.px_per_mm)
    with_it, without = _light(moved, HALF), _light(replace(moved, with_board=False), HALF)
    i, j = at[::-1].round().astype(int)
    part = (slice(i - reach, i + reach + 1), slice(j - reach, j + reach + 1))
    green = np.median(with_it[part])  # most of the window is bare board
    open_ = 1 - (with_it[part] - without[part]) / (green - without[part])
    rows, columns = np.mgrid[part]
    middle = (columns * open_).sum() / open_.sum(), (rows * open_).sum() / open_.sum()
    assert middle == pytest.approx(tuple(at), abs=0.03)
    mark = CRADLE.layout.markers[0]
    still = HALF.project(np.array([[mark.x_mm, mark.y_mm, 0.0]]))[0]
    true = _centre_of_ink(mark, 10, scene, HALF)
    seen = _seen_middle(with_it, still, round(6.9 * HALF.px_per_mm))
    assert seen == pytest.approx(tuple(true), abs=0.012)
