"""The lens' model: OpenCV's own, there and back, and no lens that can't be."""

from __future__ import annotations

from dataclasses import asdict, replace

import cv2
import numpy as np
import pytest

from appliance.toml_strict import TomlError, build
from appliance.vision.lens import Lens, LensError

LENS = Lens(
    width_px=3840, height_px=2160, focal_px=(3328.0, 3331.0), centre_px=(1925.0, 1071.0),
    k1=-0.09, k2=0.03, p1=0.0012, p2=-0.0007,
)  # fmt: skip
CHANCE = np.random.default_rng(7)
POINTS = np.column_stack([CHANCE.uniform(-0.5, 3839.5, 200), CHANCE.uniform(-0.5, 2159.5, 200)])


def test_a_point_is_bent_as_opencv_bends_it() -> None:
    matrix = np.array([[3328.0, 0, 1925.0], [0, 3331.0, 1071.0], [0, 0, 1]])
    rays = np.column_stack([(POINTS - LENS.centre_px) / LENS.focal_px, np.ones(len(POINTS))])
    bend = np.array([LENS.k1, LENS.k2, LENS.p1, LENS.p2])
    theirs, _ = cv2.projectPoints(rays, np.zeros(3), np.zeros(3), matrix, bend)
    assert np.abs(LENS.bent(POINTS) - theirs[:, 0]).max() < 1e-8


def test_straight_is_the_inverse_of_bent_over_the_whole_picture() -> None:
    assert np.abs(LENS.bent(LENS.straight(POINTS)) - POINTS).max() < 1e-5
    assert np.abs(LENS.straight(POINTS) - POINTS).max() > 20


def test_a_lens_that_bends_nothing_leaves_every_point() -> None:
    plain = replace(LENS, k1=0.0, k2=0.0, p1=0.0, p2=0.0)
    assert np.abs(plain.straight(POINTS) - POINTS).max() < 1e-9


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"k1": -2.0}, "fold"),
        ({"k1": 0.3, "k2": -3.0}, "fold"),
        ({"p1": 0.5}, "p1 and p2"),
        ({"focal_px": [0.0, 3000.0]}, "focal_px"),
        ({"centre_px": [4000.0, 1000.0]}, "centre_px"),
        ({"width_px": 0}, "picture of"),
        ({"k3": 0.1}, "'k3'"),
        ({"k1": float("nan")}, "finite"),
    ],
)
def test_a_lens_that_cannot_be_is_refused(wrong: dict[str, object], words: str) -> None:
    table = asdict(LENS) | {"focal_px": [3328.0, 3331.0], "centre_px": [1925.0, 1071.0]}
    assert build(table, Lens, where="lens") == LENS
    with pytest.raises(TomlError, match=words):
        build(table | wrong, Lens, where="lens")


def test_a_lens_measured_at_another_size_is_refused() -> None:
    LENS.check_size(3840, 2160)
    with pytest.raises(LensError, match="3840×2160 px, at which the lens was measured"):
        LENS.check_size(1920, 1080)
