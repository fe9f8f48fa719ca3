"""A window is the same picture however the board lies, and however its crop was stored."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from teaching import HEIGHT_PX, WIDTH_PX, picture, window_rows

from appliance.terms import Rect
from appliance.vision.crop import (
    CropRule,
    NativeCrop,
    cut_native,
    cut_window,
    native_origin,
    window_from_native,
)
from appliance.vision.pose import Pose


def square(x: float, y: float, side: float) -> Rect:
    return Rect(xmin_px=x, ymin_px=y, xmax_px=x + side, ymax_px=y + side)


def test_at_native_size_the_pixels_are_the_frames_own_in_rgb() -> None:
    rule = CropRule(margin=0.0, size_px=64)
    crop = cut_window(picture(0), square(200, 300, 64), Pose(), rule)
    assert np.array_equal(crop, picture(0)[300:364, 200:264, ::-1])
    assert (crop.shape, crop.dtype) == ((64, 64, 3), np.uint8)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (CropRule(margin=0.0), (100.0, 100.0, 180.0, 140.0)),
        (CropRule(margin=0.1), (92.0, 92.0, 188.0, 148.0)),
        (CropRule(margin=0.0, keep_aspect=True), (100.0, 80.0, 180.0, 160.0)),
        (CropRule(margin=0.25, keep_aspect=True), (80.0, 60.0, 200.0, 180.0)),
    ],
)
def test_the_region_is_the_window_with_its_margin(
    rule: CropRule, expected: tuple[float, float, float, float]
) -> None:
    region = rule.region(Rect(xmin_px=100, ymin_px=100, xmax_px=180, ymax_px=140))
    assert (region.xmin_px, region.ymin_px, region.xmax_px, region.ymax_px) == expected


@pytest.mark.parametrize(("shift", "turn_deg"), [((7.5, -3.25), 0.0), ((-20.0, 14.0), 1.5)])
def test_a_moved_board_gives_the_same_window(shift: tuple[float, float], turn_deg: float) -> None:
    matrix = cv2.getRotationMatrix2D((WIDTH_PX / 2, HEIGHT_PX / 2), turn_deg, 1.0)
    matrix[:, 2] += shift
    moved = cv2.warpAffine(picture(0), matrix, (WIDTH_PX, HEIGHT_PX), flags=cv2.INTER_CUBIC)
    pose = Pose(
        a=float(matrix[0, 0]), b=float(matrix[1, 0]), tx_px=float(matrix[0, 2]),
        ty_px=float(matrix[1, 2]),
    )  # fmt: skip
    for row in window_rows():
        here = cut_window(picture(0), row.rect, Pose(), CropRule())
        there = cut_window(moved, row.rect, pose, CropRule())
        assert np.abs(here.astype(int) - there).mean() < 4.0
        assert np.abs(here.astype(int) - np.roll(there, 6, axis=1)).mean() > 5.0


def test_a_stored_crop_gives_exactly_the_same_window() -> None:
    pose = Pose(a=0.9995, b=0.02, tx_px=3.3, ty_px=-7.7)
    for row in window_rows():
        for rule in (CropRule(), CropRule(margin=0.05, keep_aspect=True)):
            direct = cut_window(picture(0), row.rect, pose, rule)
            native = cut_native(picture(0), row.rect, pose, rule)
            x_px, y_px = native_origin(WIDTH_PX, HEIGHT_PX, row.rect, pose, rule)
            assert (x_px, y_px) == (native.x_px, native.y_px)
            stored = NativeCrop(pixels=native.pixels.copy(), x_px=x_px, y_px=y_px)
            assert np.array_equal(direct, window_from_native(stored, row.rect, pose, rule))


def test_a_large_window_is_averaged_not_sampled() -> None:
    checks = np.indices((400, 400)).sum(axis=0) % 2 * 255
    frame = np.repeat(checks[:, :, None], 3, axis=2).astype(np.uint8)
    crop = cut_window(frame, square(8, 8, 384), Pose(), CropRule(margin=0.0, size_px=64))
    assert np.abs(crop[2:-2, 2:-2].astype(int) - 127).max() <= 15


def test_the_frames_edge_is_repeated_and_beyond_it_is_an_error() -> None:
    frame = np.full((100, 100, 3), 200, np.uint8)
    at_edge = cut_window(frame, square(80, 80, 20), Pose(), CropRule(margin=1.0))
    assert (at_edge == 200).all()
    with pytest.raises(ValueError, match=r"lies outside the frame of 100×100 px"):
        cut_window(frame, square(80, 80, 20), Pose(tx_px=300.0), CropRule())


@pytest.mark.parametrize("change", [{"margin": -0.1}, {"margin": 3.0}, {"size_px": 8}])
def test_a_rule_out_of_range_is_refused(change: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="is needed, not"):
        CropRule(**change)
