"""Pictures that tell the quantiser how large each activation gets: generated here, seeded.

Calibration shapes the shipped weights' scales, so nothing with an unclear licence may take
part: every picture is drawn by this file. They imitate what the camera sees through one
window (laminate, traces, pads, chips, cans, connectors, print, glare, shade, blur, noise)
and add plain extremes (dark, bright, grain, chequers), because a range that is too narrow
clips a real feature while one that is a little too wide costs only a fraction of a step.
Needs nothing but NumPy. The list of seeds is frozen in CALIBRATION_SEEDS.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Canvas = NDArray[np.float64]

CALIBRATION_SEEDS: tuple[int, ...] = tuple(range(1000, 1256))
GOLDEN_SEED = 7
"""Seed of the picture whose outputs the tests compare; not a calibration picture."""

_OVERSAMPLE = 2
_LAMINATES = (
    (20, 88, 44), (12, 60, 30), (22, 50, 120), (140, 24, 28), (24, 24, 28), (205, 205, 198),
    (150, 120, 60), (196, 170, 110),
)  # fmt: skip
_METALS = ((190, 190, 195), (150, 150, 150), (212, 175, 85), (230, 230, 232), (184, 115, 51))
_PLASTICS = (
    (18, 18, 20), (45, 45, 48), (235, 232, 220), (30, 60, 150), (180, 30, 30), (220, 170, 30),
    (20, 110, 60), (190, 130, 80), (250, 250, 250), (0, 0, 0),
)  # fmt: skip


def picture(seed: int, size_px: int) -> Picture:
    """Draw the picture of one seed: uint8 RGB, shape (size_px, size_px, 3)."""
    rng = np.random.default_rng(seed)
    scene: Callable[[np.random.Generator, int], Canvas] = _texture if seed % 8 == 0 else _board
    canvas = _photograph(rng, scene(rng, size_px * _OVERSAMPLE))
    small = canvas.reshape(size_px, _OVERSAMPLE, size_px, _OVERSAMPLE, 3).mean(axis=(1, 3))
    small += rng.normal(0.0, rng.uniform(0.5, 6.0), small.shape)
    return np.clip(np.rint(small), 0, 255).astype(np.uint8)


def _board(rng: np.random.Generator, side: int) -> Canvas:
    canvas = np.empty((side, side, 3))
    canvas[:] = _colour(rng, _LAMINATES)
    canvas += _cloud(rng, side, 3.0)[..., None] * rng.uniform(0, 10)
    for _ in range(rng.integers(0, 9)):
        _trace(rng, canvas)
    for _ in range(rng.integers(0, 12)):
        _pad(rng, canvas)
    parts = (_chip, _can, _body_with_bands, _connector)
    for _ in range(rng.integers(0, 4)):
        parts[rng.integers(len(parts))](rng, canvas)
    for _ in range(rng.integers(0, 3)):
        _print(rng, canvas)
    return canvas


def _texture(rng: np.random.Generator, side: int) -> Canvas:
    first, second = _any_colour(rng), _any_colour(rng)
    kind = rng.integers(4)
    if kind == 0:
        weight = 0.5 + 0.5 * np.tanh(_cloud(rng, side, rng.uniform(0.8, 3.0)))
    elif kind == 1:
        cell = int(rng.integers(2, side // 4))
        rows, columns = np.indices((side, side)) // cell
        weight = ((rows + columns) % 2).astype(np.float64)
    elif kind == 2:
        angle, period = rng.uniform(0, np.pi), rng.uniform(4, side / 2)
        y, x = np.indices((side, side))
        phase = (x * np.cos(angle) + y * np.sin(angle)) * 2 * np.pi / period
        weight = 0.5 + 0.5 * np.sin(phase)
    else:
        weight = rng.uniform(0, 1, (side, side))
    return first + weight[..., None] * (second - first)


def _photograph(rng: np.random.Generator, canvas: Canvas) -> Canvas:
    """Light, colour cast, glare and blur: what lies between a board and its picture."""
    side = canvas.shape[0]
    y, x = np.indices((side, side)) / side - 0.5
    slope = rng.normal(0, 0.25, 2)
    light = np.clip(1 + slope[0] * x + slope[1] * y, 0.2, 2) * np.exp(rng.normal(0, 0.3))
    canvas = canvas * light[..., None] * rng.uniform(0.85, 1.15, 3)
    for _ in range(rng.integers(0, 3)):
        centre, spread = rng.uniform(-0.5, 0.5, 2), rng.uniform(0.01, 0.08)
        glare = np.exp(-((x - centre[0]) ** 2 + (y - centre[1]) ** 2) / (2 * spread**2))
        canvas = canvas + glare[..., None] * rng.uniform(60, 400)
    canvas = (canvas - 110) * rng.uniform(0.7, 1.5) + 110
    return _blur(np.clip(canvas, 0, 255), rng.uniform(0.3, 2.5))


def _trace(rng: np.random.Generator, canvas: Canvas) -> None:
    side = canvas.shape[0]
    start, width = rng.uniform(0, side, 2), rng.uniform(0.01, 0.06) * side
    angle = rng.integers(8) * np.pi / 4
    along, across = _rotated_grid(side, start, angle)
    mask = (np.abs(across) < width / 2) & (along > 0) & (along < rng.uniform(0.2, 1.2) * side)
    canvas[mask] = canvas[mask] * rng.uniform(1.05, 1.5) + rng.uniform(0, 12)


def _pad(rng: np.random.Generator, canvas: Canvas) -> None:
    side = canvas.shape[0]
    along, across = _rotated_grid(side, rng.uniform(0, side, 2), 0.0)
    radius = rng.uniform(0.02, 0.09) * side
    if rng.integers(2):
        distance = np.hypot(along, across)
        canvas[distance < radius] = _colour(rng, _METALS)
        canvas[distance < radius * rng.uniform(0.2, 0.6)] = rng.uniform(5, 60)
    else:
        mask = (np.abs(along) < radius) & (np.abs(across) < radius * rng.uniform(0.4, 1.6))
        canvas[mask] = _colour(rng, _METALS)


def _chip(rng: np.random.Generator, canvas: Canvas) -> None:
    side = canvas.shape[0]
    along, across = _part_grid(rng, side)
    half_length, half_width = rng.uniform(0.1, 0.4, 2) * side
    pins, lead = int(rng.integers(2, 12)), rng.uniform(0.02, 0.08) * side
    pitch = 2 * half_length / pins
    leads = (np.abs(across) < half_width + lead) & (np.abs(along) < half_length)
    canvas[leads & (((along + half_length) % pitch) < 0.5 * pitch)] = _colour(rng, _METALS)
    body = (np.abs(along) < half_length) & (np.abs(across) < half_width)
    canvas[body] = _colour(rng, _PLASTICS)
    dot = np.hypot(along + 0.8 * half_length, across + 0.7 * half_width) < 0.03 * side
    canvas[dot & body] = rng.uniform(60, 230)
    _lettering(rng, canvas, along, across, 0.6 * half_length, 0.3 * half_width)


def _can(rng: np.random.Generator, canvas: Canvas) -> None:
    side = canvas.shape[0]
    along, across = _part_grid(rng, side)
    radius, distance = rng.uniform(0.1, 0.45) * side, np.hypot(along, across)
    canvas[distance < radius] = _colour(rng, _PLASTICS)
    top = distance < 0.88 * radius
    shade = 1 + 0.3 * along / radius
    canvas[top] = (_colour(rng, _METALS) * shade[..., None])[top]
    stripe = (distance < radius) & (along > rng.uniform(0.4, 0.8) * radius)
    canvas[stripe] = _colour(rng, _PLASTICS)
    cross = top & ((np.abs(along) < 0.02 * side) | (np.abs(across) < 0.02 * side))
    canvas[cross & (distance < 0.5 * radius)] *= rng.uniform(0.4, 1.0)


def _body_with_bands(rng: np.random.Generator, canvas: Canvas) -> None:
    side = canvas.shape[0]
    along, across = _part_grid(rng, side)
    half_length, half_width = rng.uniform(0.12, 0.4) * side, rng.uniform(0.04, 0.15) * side
    wire = (np.abs(along) < 1.6 * half_length) & (np.abs(across) < 0.015 * side)
    canvas[wire] = _colour(rng, _METALS)
    body = (np.abs(along) < half_length) & (np.abs(across) < half_width)
    round_shade = np.sqrt(np.clip(1 - (across / (1.05 * half_width)) ** 2, 0.05, 1))
    canvas[body] = (_any_colour(rng) * round_shade[..., None])[body]
    for position in rng.uniform(-0.9, 0.9, int(rng.integers(0, 6))):
        band = body & (np.abs(along - position * half_length) < 0.05 * half_length)
        canvas[band] = (_any_colour(rng) * round_shade[..., None])[band]


def _connector(rng: np.random.Generator, canvas: Canvas) -> None:
    side = canvas.shape[0]
    along, across = _part_grid(rng, side)
    half_length, half_width = rng.uniform(0.15, 0.5) * side, rng.uniform(0.08, 0.25) * side
    body = (np.abs(along) < half_length) & (np.abs(across) < half_width)
    canvas[body] = _colour(rng, _PLASTICS)
    pitch = rng.uniform(0.06, 0.2) * side
    hole = (np.abs((along % pitch) - pitch / 2) < 0.25 * pitch) & (np.abs(across) < 0.3 * pitch)
    canvas[body & hole] = _colour(rng, _METALS) * rng.uniform(0.1, 1.0)


def _print(rng: np.random.Generator, canvas: Canvas) -> None:
    side = canvas.shape[0]
    along, across = _part_grid(rng, side)
    _lettering(rng, canvas, along, across, rng.uniform(0.1, 0.4) * side, 0.04 * side)


def _lettering(
    rng: np.random.Generator, canvas: Canvas, along: Canvas, across: Canvas,
    half_length: float, half_height: float,
) -> None:  # fmt: skip
    """Rows of random strokes: no alphabet is needed to make edges like those of print."""
    cell = max(half_height / 4, 1.0)
    inside = (np.abs(along) < half_length) & (np.abs(across) < half_height)
    columns, rows = int(2 * half_length / cell) + 2, int(2 * half_height / cell) + 2
    strokes = rng.uniform(size=(rows, columns)) < 0.45
    column = np.clip(((along + half_length) / cell).astype(int), 0, columns - 1)
    row = np.clip(((across + half_height) / cell).astype(int), 0, rows - 1)
    canvas[inside & strokes[row, column]] = rng.uniform(120, 255)


def _part_grid(rng: np.random.Generator, side: int) -> tuple[Canvas, Canvas]:
    angle = rng.integers(4) * np.pi / 2 + rng.normal(0, 0.05)
    return _rotated_grid(side, rng.uniform(0.15, 0.85, 2) * side, angle)


def _rotated_grid(side: int, centre: Canvas, angle: float) -> tuple[Canvas, Canvas]:
    y, x = np.indices((side, side), dtype=np.float64)
    x, y = x - centre[0], y - centre[1]
    return x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)


def _colour(rng: np.random.Generator, choices: tuple[tuple[int, int, int], ...]) -> Canvas:
    chosen = np.asarray(choices[rng.integers(len(choices))], dtype=np.float64)
    return np.clip(chosen + rng.normal(0, 12, 3), 0, 255)


def _any_colour(rng: np.random.Generator) -> Canvas:
    return rng.uniform(0, 255, 3)


def _cloud(rng: np.random.Generator, side: int, slope: float) -> Canvas:
    """Noise whose power falls with frequency to the `slope`: mean 0, deviation 1."""
    frequency = np.hypot(np.fft.fftfreq(side)[:, None], np.fft.rfftfreq(side)[None, :])
    frequency[0, 0] = np.inf
    spectrum = np.fft.rfft2(rng.normal(size=(side, side))) * frequency ** (-slope / 2)
    cloud = np.fft.irfft2(spectrum, s=(side, side))
    return cloud / cloud.std()


def _blur(canvas: Canvas, sigma_px: float) -> Canvas:
    reach = int(np.ceil(3 * sigma_px))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma_px) ** 2)
    kernel /= kernel.sum()
    for axis in (0, 1):
        widths = [(0, 0)] * 3
        widths[axis] = (reach, reach)
        padded = np.pad(canvas, widths, mode="edge")
        side = canvas.shape[axis]
        canvas = sum(
            weight * np.take(padded, range(shift, shift + side), axis=axis)
            for shift, weight in enumerate(kernel)
        )
    return canvas
