"""Maps of local distances between dense features: where a window looks unlike a golden one.

A cell of a feature map is compared with the same cell of a golden map and its neighbours, so
that a part may sit a few pixels beside its taught place. The distance of two cells is one minus
the cosine of their features after each channel was centred and scaled by what is usual on this
board: raw channels differ so much in size that a few of them would decide alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

REACH_CELLS = 1
"""How far a cell looks for its like."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Channels:
    """Usual mean and spread of each channel of one output over a board's golden windows.

    Both (c,) float32 in the model's int8 steps; the output's own scale and zero point cancel.
    """

    mean: Floats
    spread: Floats

    @classmethod
    def of(cls, maps: Sequence[npt.NDArray[np.int8]]) -> Self:
        """Learn from (h, w, c) int8 maps, one for each golden window."""
        cells = np.concatenate([each.reshape(-1, each.shape[-1]) for each in maps])
        mean = cells.mean(axis=0, dtype=np.float64)
        spread = cells.std(axis=0, dtype=np.float64)
        # A channel that never moves on good boards would otherwise shout at the first step.
        return cls(
            mean=mean.astype(np.float32),
            spread=np.maximum(spread, 0.5).astype(np.float32),
        )

    def unit(self, maps: npt.NDArray[np.int8]) -> Floats:
        """(…, h, w, c) int8 to float32 cells of length one."""
        cells = (maps.astype(np.float32) - self.mean) / self.spread
        length = np.sqrt(np.einsum("...c,...c->...", cells, cells))[..., None]
        return np.asarray(cells / np.maximum(length, 1e-6), dtype=np.float32)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Prototypes:
    """The golden maps of one window, laid out for one matrix product a row of cells.

    `packed` is (h, c, n, w) int8: cells of length one, times `scale`. A byte a value keeps a
    board of a hundred windows and two dozen prototypes each in some ten megabytes.
    """

    packed: npt.NDArray[np.int8]
    scale: float

    @classmethod
    def of(cls, maps: Floats) -> Self:
        """Pack (n, h, w, c) cells of length one."""
        scale = 127.0 / max(float(np.abs(maps).max(initial=0.0)), 1e-6)
        packed = np.rint(maps * scale).astype(np.int8).transpose(1, 3, 0, 2)
        return cls(packed=np.ascontiguousarray(packed), scale=scale)

    @property
    def count(self) -> int:
        return int(self.packed.shape[2])

    def distances(self, seen: Floats) -> Floats:
        """From each of (m, h, w, c) unit maps to each prototype: (m, n, h, w) float32, 0 alike,
        1 unrelated; each cell to the nearest within `REACH_CELLS`."""
        height, channels, count, width = self.packed.shape
        golden = (self.packed.astype(np.float32) / self.scale).reshape(height, channels, -1)
        found = np.empty((len(seen), count, height, width), dtype=np.float32)
        # One map at a time keeps each product so small that the linear algebra library stays on
        # this thread: windows are judged side by side already.
        for own, into in zip(seen, found, strict=True):
            nearest = np.full((height, count, width), -1.0, dtype=np.float32)
            for dy in range(-REACH_CELLS, REACH_CELLS + 1):
                here = slice(max(0, -dy), height - max(0, dy))
                there = slice(max(0, dy), height - max(0, -dy))
                cosine = np.matmul(own[here], golden[there]).reshape(-1, width, count, width)
                for dx in range(-REACH_CELLS, REACH_CELLS + 1):
                    pairs = cosine.diagonal(offset=dx, axis1=1, axis2=3)
                    part = nearest[here, :, max(0, -dx) : width - max(0, dx)]
                    np.maximum(part, pairs, out=part)
            np.subtract(1.0, nearest.transpose(1, 0, 2), out=into)
        return found


def worst_mean(maps: Floats, share: float) -> Floats:
    """Mean of the largest `share` of the cells of (…, h, w) maps: (…,) float32.

    A whole part differs in most cells, a good part with print or solder of its own in a few; the
    best cells say nothing about either.
    """
    flat = maps.reshape(*maps.shape[:-2], maps.shape[-2] * maps.shape[-1])
    first = min(round(flat.shape[-1] * (1.0 - share)), flat.shape[-1] - 1)
    worst = np.partition(flat, first, axis=-1)[..., first:] if first else flat
    return np.asarray(worst.mean(axis=-1), dtype=np.float32)


def smoothed(maps: Floats) -> Floats:
    """Mean over each cell's 3×3 surroundings of an (h, w) map, edges repeated."""
    height, width = maps.shape
    padded = np.pad(maps, 1, mode="edge")
    around = [padded[dy : dy + height, dx : dx + width] for dy in range(3) for dx in range(3)]
    return np.asarray(np.mean(around, axis=0), dtype=np.float32)


def spread_out(distances: Floats, limit: int) -> list[int]:
    """Indices of at most `limit` items that cover all: each next one is the farthest from those
    chosen (Gonzalez, Theoretical Computer Science 38, 1985). `distances` is (n, n)."""
    count = len(distances)
    if count <= limit:
        return list(range(count))
    symmetric = (distances + distances.T) / 2
    chosen = [int(symmetric.mean(axis=1).argmin())]
    while len(chosen) < limit:
        gap = symmetric[:, chosen].min(axis=1)
        gap[chosen] = -1.0
        chosen.append(int(gap.argmax()))
    return sorted(chosen)
