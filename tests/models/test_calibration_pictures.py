"""The generated pictures: fixed, varied, and wide enough for the input's exact scale."""

from __future__ import annotations

import numpy as np
import pytest

from models.calibration import CALIBRATION_SEEDS, GOLDEN_SEED, picture


def test_a_seed_is_a_picture() -> None:
    first = picture(5, 64)
    assert (first.shape, first.dtype) == ((64, 64, 3), np.dtype(np.uint8))
    np.testing.assert_array_equal(first, picture(5, 64))
    assert np.abs(first.astype(int) - picture(6, 64)).max() > 50


@pytest.mark.parametrize("size_px", [32, 96])
def test_any_size_can_be_drawn(size_px: int) -> None:
    assert picture(CALIBRATION_SEEDS[0], size_px).shape == (size_px, size_px, 3)


def test_both_ends_of_the_byte_occur() -> None:
    """The quantiser finds "byte − 128" only when both have been seen."""
    few = [picture(seed, 64) for seed in CALIBRATION_SEEDS[:32]]
    assert (min(each.min() for each in few), max(each.max() for each in few)) == (0, 255)


def test_the_golden_picture_took_no_part_in_calibration() -> None:
    assert len(set(CALIBRATION_SEEDS)) == 256
    assert GOLDEN_SEED not in CALIBRATION_SEEDS
