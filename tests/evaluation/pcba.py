"""The real boards of `pcba-fixed-pose`: which pictures teach, which are judged, what is true."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np

from appliance.tables import WindowRow
from appliance.terms import Polarity, Rect

FULL_SIZE = 2.4
"""Pixels of boards_full for one of boards, in which components.csv and boards.csv count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What the labels say of one window. `touched`: a hand-drawn circle, real or made up, was
    erased there; of use for reports only."""

    label: str
    defect: str
    touched: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Boards:
    """The set's tables. `shifts_px[board]` moves rectangles of b00 to that board's picture."""

    folder: Path
    splits: dict[str, str]
    shifts_px: dict[str, tuple[float, float]]
    components: tuple[tuple[str, str, Rect], ...]
    truths: dict[tuple[str, str], Truth]

    @classmethod
    def read(cls, folder: Path) -> Self:
        boards = _rows(folder / "boards.csv")
        return cls(
            folder=folder,
            splits={row["board"]: row["split"] for row in boards},
            shifts_px={
                row["board"]: (float(row["dx"]) * FULL_SIZE, float(row["dy"]) * FULL_SIZE)
                for row in boards
            },
            components=tuple(
                (row["component"], row["part_type"], _rect(row))
                for row in _rows(folder / "components.csv")
            ),
            truths={
                (row["board"], row["component"]): Truth(
                    label=row["label"],
                    defect=row["defect"],
                    touched=row["inpainted"] != "no",
                )
                for row in _rows(folder / "labels.csv")
            },
        )

    def picture(self, board: str) -> Path:
        return self.folder / "boards_full" / f"{board}.jpg"

    def of(self, *splits: str) -> list[str]:
        return [board for board, split in self.splits.items() if split in splits]

    def windows(self, goldens: Sequence[str]) -> tuple[WindowRow, ...]:
        """The windows that are good on one of these boards, in pixels of the first one's picture.

        All parts count as polarised: the set does not say which may turn, and its good boards
        show those that do."""
        untaught = frozenset.intersection(*(self.not_good(board) for board in goldens))
        dx, dy = self.shifts_px[goldens[0]]
        return tuple(
            WindowRow(
                component=component,
                part_type=part_type,
                rect=Rect(
                    xmin_px=rect.xmin_px + dx,
                    ymin_px=rect.ymin_px + dy,
                    xmax_px=rect.xmax_px + dx,
                    ymax_px=rect.ymax_px + dy,
                ),
                polarity=Polarity.FIXED,
            )
            for component, part_type, rect in self.components
            if component not in untaught
        )

    def not_good(self, board: str) -> frozenset[str]:
        """Windows that must not be taught from this board: known faults and uncertain ones."""
        return frozenset(
            component
            for component, _, _ in self.components
            if self.truths[board, component].label != "pass"
        )

    def goldens(self, count: int | None, seed: int) -> list[str]:
        """`count` train boards by a fixed seed, or all."""
        train = self.of("train")
        if count is None or count >= len(train):
            return train
        random = np.random.default_rng(seed)
        return sorted(random.choice(train, count, replace=False).tolist())


def _rows(path: Path) -> Sequence[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _rect(row: dict[str, str]) -> Rect:
    xmin, ymin, xmax, ymax = (
        float(row[name]) * FULL_SIZE for name in ("xmin", "ymin", "xmax", "ymax")
    )
    return Rect(xmin_px=xmin, ymin_px=ymin, xmax_px=xmax, ymax_px=ymax)
