"""A picture that is not fit is refused with what was expected and what was found."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from teaching import HEIGHT_PX, WIDTH_PX, picture, window_rows

from appliance.recipe import AlignmentBounds, GreyPatch, PictureSize, QualityBounds
from appliance.terms import Rect
from appliance.vision.align import AnchorPatch
from appliance.vision.anchors import candidate_anchors
from appliance.vision.crop import Pixels
from appliance.vision.pose import Pose
from appliance.vision.quality import (
    QualityError,
    check_colour,
    check_grey,
    check_quality,
    check_size,
    colour_of,
    grey_of,
    learn_bounds,
    measure,
)

SIZE = PictureSize(width_px=WIDTH_PX, height_px=HEIGHT_PX)


@pytest.fixture(scope="module")
def anchors() -> tuple[AnchorPatch, ...]:
    bounds = AlignmentBounds(max_shift_px=70.0, max_residual_px=1.75, min_anchors=6)
    return candidate_anchors(picture(0), [row.rect for row in window_rows()], bounds)[:16]


@pytest.fixture(scope="module")
def bounds(anchors: tuple[AnchorPatch, ...]) -> QualityBounds:
    goldens = [picture(0), picture(1)]
    return learn_bounds(
        [measure(each, anchors) for each in goldens],
        [colour_of(each, anchors, Pose()) for each in goldens],
    )


def scaled(factor: float) -> Pixels:
    return cv2.convertScaleAbs(picture(5), alpha=factor)


FIT: dict[str, Callable[[], Pixels]] = {
    "another good board": lambda: picture(5),
    "shifted": lambda: np.roll(picture(5), (40, -60), (0, 1)),
    "a tenth darker": lambda: scaled(0.9),
    "a tenth brighter": lambda: scaled(1.1),
    "a little noise": lambda: cv2.add(
        picture(5), np.random.default_rng(0).integers(0, 4, picture(5).shape, np.uint8)
    ),
}
UNFIT: dict[str, tuple[Callable[[], Pixels], str]] = {
    "black": (lambda: np.zeros_like(picture(5)), "too dark"),
    "half the light": (lambda: scaled(0.5), "too dark"),
    "white": (lambda: np.full_like(picture(5), 255), "too bright"),
    "twice the light": (lambda: scaled(2.0), "too bright"),
    "a reflection": (
        lambda: cv2.circle(picture(5).copy(), (300, 300), 170, (255, 255, 255), -1),
        "burnt out",
    ),
    "blurred": (lambda: cv2.GaussianBlur(picture(5), (0, 0), 2.0), "blurred"),
    "flat grey": (lambda: np.full_like(picture(5), 97), "blurred"),
}


@pytest.mark.parametrize("name", FIT)
def test_what_the_eye_takes_passes(
    anchors: tuple[AnchorPatch, ...], bounds: QualityBounds, name: str
) -> None:
    frame = FIT[name]()
    check_size(frame, SIZE)
    check_quality(measure(frame, anchors), bounds)


@pytest.mark.parametrize("name", UNFIT)
def test_what_is_not_fit_is_refused(
    anchors: tuple[AnchorPatch, ...], bounds: QualityBounds, name: str
) -> None:
    make, words = UNFIT[name]
    with pytest.raises(QualityError, match=words):
        check_quality(measure(make(), anchors), bounds)


@pytest.mark.parametrize(
    ("shape", "kind", "words"),
    [
        ((HEIGHT_PX, WIDTH_PX - 1, 3), np.uint8, "found 1279×916 px"),
        ((WIDTH_PX, HEIGHT_PX, 3), np.uint8, "found 916×1280 px"),
        ((HEIGHT_PX, WIDTH_PX), np.uint8, "no 8-bit colour"),
        ((HEIGHT_PX, WIDTH_PX, 3), np.uint16, "no 8-bit colour"),
    ],
)
def test_a_wrong_size_is_refused(shape: tuple[int, ...], kind: type, words: str) -> None:
    with pytest.raises(QualityError, match=words):
        check_size(np.zeros(shape, kind), SIZE)


def test_sharpness_falls_with_blur_and_not_with_light(anchors: tuple[AnchorPatch, ...]) -> None:
    blurred = [measure(cv2.GaussianBlur(picture(5), (0, 0), s), anchors) for s in (0.6, 1.0, 2.0)]
    sharpness = [measure(picture(5), anchors).sharpness, *(each.sharpness for each in blurred)]
    assert sharpness == sorted(sharpness, reverse=True)
    darker = measure(scaled(0.7), anchors)
    assert darker.sharpness == pytest.approx(sharpness[0], rel=0.1)


def test_a_board_of_another_colour_is_refused(
    anchors: tuple[AnchorPatch, ...], bounds: QualityBounds
) -> None:
    check_colour(colour_of(picture(5), anchors, Pose()), bounds)
    check_colour(colour_of(scaled(0.8), anchors, Pose()), bounds)
    warm = np.clip(picture(5) * np.array([0.7, 1.0, 1.3]), 0, 255).astype(np.uint8)
    for other in (warm, picture(0, 2)):
        with pytest.raises(QualityError, match="white balance"):
            check_colour(colour_of(other, anchors, Pose()), bounds)


def test_the_grey_patch_tells_a_cast_and_a_level() -> None:
    frame = np.full((100, 100, 3), (118, 120, 122), np.uint8)
    rect = Rect(xmin_px=10, ymin_px=10, xmax_px=40, ymax_px=40)
    patch = GreyPatch(rect=rect, bgr=grey_of(frame, rect))
    assert patch.bgr == (118.0, 120.0, 122.0)
    check_grey(frame + np.uint8(10), patch)
    for cast in ((20, 0, 0), (0, 0, 20), (20, 20, 20)):
        with pytest.raises(QualityError, match="grey patch"):
            check_grey(frame + np.array(cast, np.uint8), patch)
