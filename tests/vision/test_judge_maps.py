"""Local distances against a plain loop, and the small pieces round them."""

from __future__ import annotations

import numpy as np
import pytest

from appliance.vision.judge_maps import (
    Channels,
    Floats,
    Prototypes,
    smoothed,
    spread_out,
    worst_mean,
)


def unit_maps(seed: int, count: int, side: int = 6, channels: int = 12) -> Floats:
    maps = np.random.default_rng(seed).normal(size=(count, side, side, channels))
    return (maps / np.linalg.norm(maps, axis=-1, keepdims=True)).astype(np.float32)


def slow_distances(seen: Floats, golden: Floats) -> Floats:
    side = seen.shape[1]
    found = np.empty((len(seen), len(golden), side, side), np.float32)
    for m, n, y, x in np.ndindex(found.shape):
        found[m, n, y, x] = min(
            1.0 - float(seen[m, y, x] @ golden[n, v, u])
            for v in range(max(0, y - 1), min(side, y + 2))
            for u in range(max(0, x - 1), min(side, x + 2))
        )
    return found


def test_distances_are_those_of_a_plain_loop() -> None:
    seen, golden = unit_maps(1, 2), unit_maps(2, 3)
    found = Prototypes.of(golden).distances(seen)
    # A byte a value rounds cosines by about a hundredth.
    np.testing.assert_allclose(found, slow_distances(seen, golden), atol=0.015)


def test_a_neighbouring_cell_is_near_and_a_farther_one_is_not() -> None:
    golden = unit_maps(3, 1)
    prototypes = Prototypes.of(golden)
    one, three = (np.roll(golden, shift, axis=2) for shift in (1, 3))
    assert prototypes.distances(one)[0, 0, :, 1:].max() < 0.01
    assert prototypes.distances(three)[0, 0].mean() > 0.3


def test_prototypes_hold_a_byte_a_value() -> None:
    prototypes = Prototypes.of(unit_maps(4, 5))
    assert (prototypes.count, prototypes.packed.nbytes) == (5, 5 * 6 * 6 * 12)


def test_units_have_length_one_and_a_silent_channel_stays_silent() -> None:
    maps = np.random.default_rng(5).integers(-100, 100, (4, 6, 6, 3)).astype(np.int8)
    maps[..., 2] = 7
    channels = Channels.of(list(maps))
    unit = channels.unit(maps)
    np.testing.assert_allclose(np.linalg.norm(unit, axis=-1), 1.0, atol=1e-5)
    assert channels.mean[2] == 7.0 and np.all(unit[..., 2] == 0.0)


def test_cells_at_the_mean_of_all_channels_give_no_nan() -> None:
    flat = np.zeros((1, 4, 4, 3), np.int8)
    assert np.array_equal(Channels.of([flat[0]]).unit(flat), np.zeros((1, 4, 4, 3), np.float32))


@pytest.mark.parametrize(
    ("share", "expected"), [(1.0, 7.5), (0.5, 11.5), (0.25, 13.5), (0.01, 15.0)]
)
def test_worst_mean_takes_the_largest_cells(share: float, expected: float) -> None:
    cells = np.random.default_rng(6).permutation(16).astype(np.float32).reshape(1, 4, 4)
    assert worst_mean(cells, share).tolist() == [expected]


def test_smoothing_averages_and_keeps_a_constant() -> None:
    constant = np.full((4, 5), 3.0, np.float32)
    assert np.array_equal(smoothed(constant), constant)
    dot = np.zeros((5, 5), np.float32)
    dot[2, 2] = 9.0
    expected = np.zeros((5, 5), np.float32)
    expected[1:4, 1:4] = 1.0
    np.testing.assert_allclose(smoothed(dot), expected)


def test_few_items_are_all_kept_and_many_are_spread() -> None:
    places = np.array([0.0, 0.1, 0.2, 5.0, 5.1, 9.0])
    gaps = np.abs(places[:, None] - places[None, :]).astype(np.float32)
    assert spread_out(gaps, 6) == [0, 1, 2, 3, 4, 5]
    kept = spread_out(gaps, 3)
    assert len({round(float(places[i]) / 4) for i in kept}) == 3
