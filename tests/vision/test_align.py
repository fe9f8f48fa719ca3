"""The board is found to half a pixel where it may lie, and refused where it may not."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
import pytest
from teaching import HEIGHT_PX, WIDTH_PX, picture, window_rows

from appliance.recipe import AlignmentBounds
from appliance.vision.align import AlignmentError, AnchorPatch, best_match, locate
from appliance.vision.anchors import candidate_anchors, choose_anchors
from appliance.vision.crop import Pixels
from appliance.vision.pose import Pose, fit_pose
from hw.sim.cradle_picture import empty_cradle

BOUNDS = AlignmentBounds(max_shift_px=70.0, max_residual_px=1.75, min_anchors=6)


@dataclass(frozen=True)
class Taught:
    anchors: tuple[AnchorPatch, ...]
    bounds: AlignmentBounds


@pytest.fixture(scope="module", params=[1, 3], ids=["one golden", "three goldens"])
def taught(request: pytest.FixtureRequest) -> Taught:
    candidates = candidate_anchors(picture(0), [row.rect for row in window_rows()], BOUNDS)
    several = request.param > 1
    further = (1, 2) if several else ()
    located = [locate(picture(seed), candidates, BOUNDS) for seed in further]
    anchors = choose_anchors(candidates, located, BOUNDS)
    share = 0.6 if several else 0.4
    return Taught(anchors, replace(BOUNDS, min_anchors=int(np.ceil(share * len(anchors)))))


def moved(
    pixels: Pixels, shift: tuple[float, float], turn_deg: float, scale: float = 1.0
) -> Pixels:
    return cv2.warpAffine(pixels, _motion(shift, turn_deg, scale), (WIDTH_PX, HEIGHT_PX))


def _motion(shift: tuple[float, float], turn_deg: float, scale: float = 1.0) -> np.ndarray:
    matrix = cv2.getRotationMatrix2D((WIDTH_PX / 2, HEIGHT_PX / 2), turn_deg, scale)
    matrix[:, 2] += shift
    return matrix


@pytest.mark.parametrize(
    ("shift", "turn_deg"),
    [
        ((0.0, 0.0), 0.0),
        ((60.0, -60.0), 0.0),
        ((-60.0, 60.0), 2.0),
        ((60.0, 60.0), -2.0),
        ((0.5, 0.25), 0.5),
        ((-31.4, 12.7), -1.3),
    ],
)
def test_a_moved_board_is_found_to_half_a_pixel(
    taught: Taught, shift: tuple[float, float], turn_deg: float
) -> None:
    at_rest = locate(picture(5), taught.anchors, taught.bounds).pose
    found = locate(moved(picture(5), shift, turn_deg), taught.anchors, taught.bounds)
    corners = np.array([[100.0, 100.0], [1180.0, 100.0], [1180.0, 816.0], [100.0, 816.0]])
    matrix = _motion(shift, turn_deg)
    expected = at_rest.apply(corners) @ matrix[:, :2].T + matrix[:, 2]
    assert np.abs(found.pose.apply(corners) - expected).max() < 0.5
    assert found.alignment.rotation_deg == pytest.approx(-turn_deg, abs=0.05)
    assert found.alignment.scale == pytest.approx(1.0, abs=1e-3)
    assert np.array(found.alignment.shift_px) == pytest.approx(np.array(shift), abs=0.5)


def test_a_few_hidden_anchors_are_outvoted(taught: Taught) -> None:
    pixels = picture(5).copy()
    for anchor in taught.anchors[:3]:
        y, x, size = anchor.y_px, anchor.x_px, anchor.size_px
        pixels[y : y + size, x : x + size] = np.random.default_rng(7).integers(
            0, 255, (size, size, 3)
        )
    found = locate(pixels, taught.anchors, taught.bounds)
    assert np.hypot(*found.alignment.shift_px) < 0.5
    assert (found.match[:3] < taught.bounds.min_match).all()


REFUSED = {
    "another board, turned layout": lambda: picture(3, 1),
    "another board, other layout": lambda: picture(3, 3),
    "mirrored": lambda: picture(5)[:, ::-1],
    "upside down and mirrored": lambda: picture(5)[::-1],
    "quarter turn": lambda: cv2.resize(np.rot90(picture(5)), (WIDTH_PX, HEIGHT_PX)),
    "empty cradle": lambda: empty_cradle(WIDTH_PX, HEIGHT_PX),
    "black": lambda: np.zeros_like(picture(5)),
    "grey": lambda: np.full_like(picture(5), 128),
    "noise": lambda: np.random.default_rng(1).integers(0, 255, picture(5).shape, np.uint8),
    "far too far": lambda: moved(picture(5), (200.0, 0.0), 0.0),
    "turned too far": lambda: moved(picture(5), (0.0, 0.0), 6.0),
    "too near": lambda: moved(picture(5), (0.0, 0.0), 0.0, 1.05),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_the_board_in_its_place_is_refused(taught: Taught, name: str) -> None:
    with pytest.raises(AlignmentError, match=r"Expected .*; found .*\. [A-Z]"):
        locate(np.ascontiguousarray(REFUSED[name]()), taught.anchors, taught.bounds)


def test_half_a_turn_is_told_apart_from_another_board(taught: Taught) -> None:
    with pytest.raises(AlignmentError, match="turned by half a turn"):
        locate(picture(5)[::-1, ::-1], taught.anchors, taught.bounds)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"max_residual_px": 1e-3, "min_anchors": 1}, "anchor"),
        ({"max_shift_px": 30.0}, "Expected"),
        ({"max_rotation_deg": 0.5}, "Expected"),
    ],
)
def test_bounds_refuse(taught: Taught, change: dict[str, float], words: str) -> None:
    pixels = moved(picture(5), (45.0, 0.0), 1.0)
    locate(pixels, taught.anchors, taught.bounds)
    with pytest.raises(AlignmentError, match=words):
        locate(pixels, taught.anchors, replace(taught.bounds, **change))


def test_anchors_keep_off_the_windows_and_are_spread(taught: Taught) -> None:
    centres = np.array([anchor.centre for anchor in taught.anchors])
    assert np.ptp(centres[:, 0]) > WIDTH_PX / 2
    assert np.ptp(centres[:, 1]) > HEIGHT_PX / 2
    inside = [
        (row.component, anchor.centre)
        for row in window_rows()
        for anchor in taught.anchors
        if anchor.x_px < row.rect.xmax_px
        and row.rect.xmin_px < anchor.x_px + anchor.size_px
        and anchor.y_px < row.rect.ymax_px
        and row.rect.ymin_px < anchor.y_px + anchor.size_px
    ]
    assert inside == []


def test_a_board_without_texture_can_not_be_taught() -> None:
    flat = np.full((HEIGHT_PX, WIDTH_PX, 3), 90, np.uint8)
    with pytest.raises(AlignmentError, match="at least 6 distinct patches"):
        choose_anchors(candidate_anchors(flat, [], BOUNDS), [], BOUNDS)


def test_fit_pose_recovers_a_similarity_exactly() -> None:
    truth = Pose(a=0.99, b=0.03, tx_px=-12.5, ty_px=7.25)
    points = np.random.default_rng(2).uniform(0, 1000, (7, 2))
    found = fit_pose(points, truth.apply(points), np.ones(7))
    assert (found.a, found.b) == pytest.approx((truth.a, truth.b), abs=1e-9)
    assert (found.tx_px, found.ty_px) == pytest.approx((truth.tx_px, truth.ty_px), abs=1e-6)


def test_a_pose_and_its_words_are_the_same() -> None:
    truth = Pose(a=0.9990, b=-0.021, tx_px=31.0, ty_px=-9.0)
    words = truth.alignment(width_px=1280, height_px=916, residual_px=0.1)
    back = Pose.from_alignment(words, width_px=1280, height_px=916)
    points = np.array([[0.0, 0.0], [1280.0, 916.0]])
    assert back.apply(points) == pytest.approx(truth.apply(points), abs=1e-9)


def test_a_flat_patch_matches_nowhere() -> None:
    region = np.random.default_rng(3).integers(0, 255, (40, 40), np.uint8)
    assert best_match(region, np.full((8, 8), 100, np.uint8))[1] == -1.0
    assert best_match(np.full((40, 40), 100, np.uint8), region[:8, :8])[1] == -1.0
    place, match = best_match(region, region[5:20, 11:30].copy())
    assert (tuple(place), match) == ((11.0, 5.0), pytest.approx(1.0, abs=1e-3))
