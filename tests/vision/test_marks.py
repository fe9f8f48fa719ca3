"""The cradle's marks: found to hundredths of a millimetre, and everything that is not the taught
cradle in its taught place refused. Pictures come through the simulated optics of the cabinet."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from appliance.board.layout import CODE_PREFIX, CORNER_IDS, layout_of
from appliance.vision.codes import find_code
from appliance.vision.cradle import CradleError, check_cradle, see_cradle
from appliance.vision.crop import Pixels
from appliance.vision.lens import LensError
from appliance.vision.marks import find_markers, homography, read_identity, transformed
from cradles.build import build
from cradles.optics import Body, Camera, Edge, Scene, Scratch, photograph
from cradles.optics.light import light_of_picture
from tests.cradles.conftest import cradle_of
from tests.cradles.outlines import KNOWN
from tests.evaluation.disturbances import lens_of

CRADLE = "rounded sensor"
USUAL = Camera(noise=1.5, defocus_px=0.8, falloff=0.15)


@pytest.fixture(scope="module")
def taught() -> Pixels:
    return photograph(Scene(cradle=cradle_of(CRADLE)), USUAL)


def _board_corners(name: str) -> np.ndarray:
    x0, y0, x1, y1 = cradle_of(name).seating.board.bounds
    return np.array([[x0, y1], [x1, y1], [x1, y0], [x0, y0]])


def test_the_optics_themselves_are_true_to_a_fiftieth_of_a_pixel() -> None:
    """A disc's middle by its grey levels, against the projection: before anything is measured
    with these pictures."""
    cradle = cradle_of(CRADLE)
    for camera in (Camera(), Camera(tilt_x_deg=1.5, turn_deg=0.7, shift_mm=(2.0, -1.0))):
        bare = light_of_picture(photograph(Scene(cradle=cradle, with_board=False), camera))[..., 1]
        board = light_of_picture(photograph(Scene(cradle=cradle), camera))[..., 1]
        for x, y in ((-36.0, -21.0), (36.0, 21.0)):  # two mounting holes: 40 - 4, 25 - 4
            at = camera.project(np.array([[x, y, 0.0]]))[0]
            i, j = round(float(at[1])), round(float(at[0]))
            part = (slice(i - 32, i + 33), slice(j - 32, j + 33))
            green = np.median(board[part])  # most of the window is bare board
            hole = 1 - (board[part] - bare[part]) / (green - bare[part])
            rows, columns = np.mgrid[part]
            middle = (columns * hole).sum() / hole.sum(), (rows * hole).sum() / hole.sum()
            assert middle == pytest.approx(tuple(at), abs=0.02)


def test_a_distorted_picture_is_where_the_projection_says() -> None:
    camera = Camera(k1=-0.05, defocus_px=0.8)
    cradle = cradle_of(CRADLE)
    seen = find_markers(np.ascontiguousarray(photograph(Scene(cradle=cradle), camera)[..., 1]))
    for number, spot in zip(CORNER_IDS, cradle.layout.markers, strict=True):
        true = camera.project(np.array([(*corner, 0.0) for corner in spot.corners]))
        assert np.abs(seen[number] - true).max() < 0.3


@pytest.mark.parametrize("defocus_px", [0.0, 1.0, 2.5])
def test_every_board_corner_is_registered_within_a_twentieth_of_a_millimetre(
    defocus_px: float,
) -> None:
    camera = Camera(
        tilt_x_deg=1.7, tilt_y_deg=-1.2, turn_deg=0.6, shift_mm=(2.5, -1.5), height_mm=240.0,
        noise=3.0, falloff=0.3, defocus_px=defocus_px,
    )  # fmt: skip
    cradle = cradle_of(CRADLE)
    seen = see_cradle(photograph(Scene(cradle=cradle), camera), cradle.layout)
    assert seen.identity == cradle.identity
    corners = _board_corners(CRADLE)
    true = camera.project(np.column_stack([corners, np.zeros(4)]))
    off_mm = np.hypot(*(seen.px(corners) - true).T) / seen.px_per_mm
    assert off_mm.max() <= 0.05


def test_with_the_lens_known_the_corners_are_where_the_bent_picture_shows_them() -> None:
    camera = Camera(
        k1=-0.06, k2=0.02, p1=0.0015, p2=-0.001, tilt_x_deg=-1.4, shift_mm=(-2.0, 1.0),
        noise=2.0, defocus_px=0.9, falloff=0.2,
    )  # fmt: skip
    lens = lens_of(camera)
    cradle = cradle_of(CRADLE)
    picture = photograph(Scene(cradle=cradle), camera)
    corners = _board_corners(CRADLE)
    true = camera.project(np.column_stack([corners, np.zeros(4)]))
    seen = see_cradle(picture, cradle.layout, lens)
    off_mm = np.hypot(*(seen.px(corners) - true).T) / seen.px_per_mm
    assert off_mm.max() <= 0.01
    bare = see_cradle(picture, cradle.layout)
    assert (np.hypot(*(bare.px(corners) - true).T) / bare.px_per_mm).max() > 0.2
    box = seen.rect(((corners[0, 0], corners[0, 1]),))
    assert (box.xmin_px, box.ymin_px) == pytest.approx(tuple(true[0] + 0.5), abs=0.1)
    seat = check_cradle(picture, seen.use, lens)
    assert seat.residual_mm == pytest.approx(0.0, abs=1e-6)
    with pytest.raises(LensError):
        check_cradle(picture, seen.use, replace(lens, width_px=1920, centre_px=(960.0, 1079.5)))


def test_the_cradle_in_its_place_is_taken(taught: Pixels) -> None:
    cradle = cradle_of(CRADLE)
    use = see_cradle(taught, cradle.layout).use
    scene = Scene(cradle=cradle, moved_mm=(0.3, -0.2), askew_deg=0.1)
    seat = check_cradle(photograph(scene, USUAL, seed=3), use)
    assert seat.markers == 4
    assert seat.shift_mm == pytest.approx((0.3, 0.2), abs=0.02)
    assert seat.turn_deg == pytest.approx(-0.1, abs=0.01)
    assert seat.residual_mm < 0.05


def test_one_dirty_marker_does_not_stop_a_shift(taught: Pixels) -> None:
    cradle = cradle_of(CRADLE)
    use = see_cradle(taught, cradle.layout).use
    dirty = photograph(Scene(cradle=cradle, covered=("marker upper left",)), USUAL)
    assert check_cradle(dirty, use).markers == 3


def _scene(**changes: object) -> Scene:
    return replace(Scene(cradle=cradle_of(CRADLE)), **changes)  # type: ignore[arg-type]


WRONG = {
    "another board's": (lambda: _scene(cradle=cradle_of("edge card")), "cradle edge-card-"),
    "another revision's": (
        lambda: _scene(cradle=build(replace(KNOWN[CRADLE].board, revision="B"))),
        "rounded-sensor",
    ),
    "turned": (lambda: _scene(turned=True), "turned by 180°"),
    "pulled out": (lambda: _scene(moved_mm=(0.0, -4.0)), "4.0 mm towards the front"),
    "pulled far out": (lambda: _scene(moved_mm=(0.0, -60.0)), "60.0 mm towards the front"),
    "pulled out of sight": (lambda: _scene(moved_mm=(0.0, -165.0)), "push it fully in"),
    "pushed aside": (lambda: _scene(moved_mm=(1.5, 0.0)), "1.5 mm to the right"),
    "askew": (lambda: _scene(askew_deg=1.2), "turned by at most"),
    "without its name": (lambda: _scene(covered=("identity",)), "no readable code"),
    "two markers covered": (
        lambda: _scene(covered=("marker upper left", "marker lower right")),
        "found 2",
    ),
    "without labels": (lambda: _scene(covered=("marker", "identity")), "none"),
}


@pytest.mark.parametrize("what", sorted(WRONG))
def test_a_cradle_that_is_not_the_taught_one_in_its_place_is_refused(
    taught: Pixels, what: str
) -> None:
    use = see_cradle(taught, cradle_of(CRADLE).layout).use
    scene, words = WRONG[what]
    with pytest.raises(CradleError) as refusal:
        check_cradle(photograph(scene(), USUAL, seed=9), use)
    assert words in str(refusal.value)


def test_a_cradle_that_stands_on_something_is_refused(taught: Pixels) -> None:
    use = see_cradle(taught, cradle_of(CRADLE).layout).use
    for edge in Edge:
        with pytest.raises(CradleError, match="level"):
            check_cradle(photograph(_scene(raised_mm=4.0, raised_edge=edge), USUAL), use)


@pytest.mark.parametrize(
    "pixels",
    [
        np.zeros((2160, 3840, 3), np.uint8),
        np.full((480, 640, 3), 255, np.uint8),
        np.random.default_rng(1).integers(0, 256, (1080, 1920, 3), np.uint8),
    ],
)
def test_a_picture_without_a_cradle_is_refused_in_words(pixels: Pixels, taught: Pixels) -> None:
    layout = cradle_of(CRADLE).layout
    with pytest.raises(CradleError, match="corner markers"):
        see_cradle(pixels, layout)
    with pytest.raises(CradleError, match="none"):
        check_cradle(pixels, see_cradle(taught, layout).use)


def test_a_sheet_printed_at_another_scale_is_refused() -> None:
    """Labels printed too small stand at the right middles but with the wrong sides."""
    cradle = cradle_of(CRADLE)
    layout = cradle.layout
    small = tuple(replace(m, width_mm=10.8, height_mm=10.8) for m in layout.markers)
    frame = photograph(Scene(cradle=cradle), Camera())
    with pytest.raises(CradleError, match="100 %"):
        see_cradle(frame, replace(layout, markers=small))  # type: ignore[arg-type]


def test_a_label_that_is_stuck_in_crooked_is_named() -> None:
    """The camera's picture is true; the drawing it is held against has one label elsewhere."""
    cradle = cradle_of(CRADLE)
    first, *rest = cradle.layout.markers
    crooked = replace(cradle.layout, markers=(replace(first, x_mm=first.x_mm + 0.8), *rest))
    with pytest.raises(CradleError, match=r"upper left 0\.[89] mm off.*Stick this label"):
        see_cradle(photograph(Scene(cradle=cradle), Camera()), crooked)


def test_a_mirrored_picture_is_called_so_when_teaching(taught: Pixels) -> None:
    with pytest.raises(CradleError, match="mirror image"):
        see_cradle(np.ascontiguousarray(taught[:, ::-1]), cradle_of(CRADLE).layout)


def test_a_marker_whose_border_is_scratched_through_is_found_by_the_other_three() -> None:
    cradle = cradle_of(CRADLE)
    spot = cradle.layout.markers[2]
    across = Scratch(
        start_mm=(spot.x_mm - 8, spot.y_mm - 2.0), end_mm=(spot.x_mm + 8, spot.y_mm + 1.0),
        wide_mm=0.6, level=220.0,
    )  # fmt: skip
    frame = photograph(Scene(cradle=cradle, scratches=(across,)), USUAL)
    assert set(find_markers(np.ascontiguousarray(frame[..., 1]))) == {10, 11, 13}
    corners = _board_corners(CRADLE)
    seen = see_cradle(frame, cradle.layout)
    true = USUAL.project(np.column_stack([corners, np.zeros(4)]))
    assert (np.hypot(*(seen.px(corners) - true).T) / seen.px_per_mm).max() <= 0.02


def test_a_marker_that_a_tall_part_hides_in_part_is_left_out(taught: Pixels) -> None:
    """Rather three good markers than a fourth whose edge is that of a capacitor's can."""
    cradle = cradle_of(CRADLE)
    spot = cradle.layout.markers[1]
    x, y = spot.x_mm - 13.0, spot.y_mm  # 5 mm from the label; its top leans 9 mm outwards
    corners = ((x - 5, y - 8), (x + 5, y - 8), (x + 5, y + 8), (x - 5, y + 8))
    can = Body(corners_mm=corners, tall_mm=30.0, top=(200.0,) * 3, side=(90.0,) * 3)
    hidden = photograph(Scene(cradle=cradle, bodies=(can,)), USUAL)
    assert set(find_markers(np.ascontiguousarray(hidden[..., 1]))) == {10, 12, 13}
    assert check_cradle(hidden, see_cradle(taught, cradle.layout).use).markers == 3
    with pytest.raises(CradleError, match="found 3 of them"):
        see_cradle(hidden, cradle.layout)


def test_a_marker_seen_twice_counts_for_none(taught: Pixels) -> None:
    gray = np.ascontiguousarray(taught[..., 1])
    assert set(find_markers(gray)) == set(CORNER_IDS)
    x, y = 1700, 900
    corners = find_markers(gray)[CORNER_IDS[0]]
    (x0, y0), (x1, y1) = (corners.min(0) - 40).astype(int), (corners.max(0) + 40).astype(int)
    doubled = gray.copy()
    doubled[y : y + y1 - y0, x : x + x1 - x0] = gray[y0:y1, x0:x1]
    assert set(find_markers(doubled)) == set(CORNER_IDS[1:])


def test_searching_round_the_taught_places_finds_what_the_whole_search_finds(
    taught: Pixels,
) -> None:
    gray = np.ascontiguousarray(taught[..., 1])
    whole = find_markers(gray)
    boxes = [(*(c.min(0) - 60), *(c.max(0) + 60)) for c in whole.values()]
    near = find_markers(gray, within=boxes)
    assert set(near) == set(whole)
    for number, corners in near.items():
        assert np.abs(corners - whole[number]).max() < 0.02


def test_the_cradles_name_is_never_taken_for_the_boards_serial(taught: Pixels) -> None:
    assert find_code(taught) is None
    cradle = cradle_of(CRADLE)
    use = see_cradle(taught, cradle.layout).use
    box = (use.code.xmin_px, use.code.ymin_px, use.code.xmax_px, use.code.ymax_px)
    assert read_identity(taught, box) == cradle.identity
    assert cradle.layout.code_text == CODE_PREFIX + cradle.identity


def test_the_homography_of_exact_points_is_exact() -> None:
    layout = layout_of(KNOWN[CRADLE].board)
    places = {n: np.array(s.corners) for n, s in zip(CORNER_IDS, layout.markers, strict=True)}
    true = np.array([[12.0, 0.3, 1900], [-0.2, -12.5, 1000], [1e-5, 2e-5, 1]])
    seen = {number: transformed(true, corners) for number, corners in places.items()}
    points = np.array([[3.0, -20.0], [40.0, 25.0]])
    got = transformed(homography(places, seen), points)
    assert got == pytest.approx(transformed(true, points), abs=1e-3)


def test_markers_of_other_dictionaries_and_numbers_are_not_ours() -> None:
    dictionary = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50)
    page = np.full((400, 400), 255, np.uint8)
    page[100:220, 100:220] = cv2.aruco.generateImageMarker(dictionary, 3, 120)
    assert find_markers(page) == {}
    page[100:220, 100:220] = cv2.aruco.generateImageMarker(dictionary, CORNER_IDS[0], 120)
    assert set(find_markers(page)) == {CORNER_IDS[0]}
