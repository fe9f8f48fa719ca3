"""Recipes of generated boards for the tests: small pictures, few windows, taught once."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np

from appliance.modelfile import DEFAULT_BACKBONE, ModelFile, models_folder, open_model
from appliance.tables import WindowRow
from appliance.terms import Polarity, Rect
from appliance.vision.crop import Pixels
from hw.sim.boards import BoardFault
from hw.sim.generator import GeneratedBoard

WIDTH_PX, HEIGHT_PX = 1280, 916
COMPONENTS = ("C1", "Q1", "D1", "F1", "J2")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictures:
    """Files of generated boards in a folder."""

    folder: Path

    def board(
        self, seed: int, *, variant: int = 0, faults: tuple[tuple[str, str], ...] = ()
    ) -> Path:
        words = "-".join(kind for pair in faults for kind in pair)
        path = self.folder / f"b{variant}-{seed:02d}{words}.png"
        if not path.exists():
            cv2.imwrite(str(path), picture(seed, variant, faults))
        return path

    def save(self, name: str, pixels: Pixels) -> Path:
        path = self.folder / name
        cv2.imwrite(str(path), pixels)
        return path

    def windows_csv(self, rows: tuple[WindowRow, ...] | None = None) -> Path:
        path = self.folder / "windows.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            table = csv.writer(file)
            table.writerow(
                ["component", "part_type", "xmin", "ymin", "xmax", "ymax", "polarity", "remark"]
            )
            for row in rows or window_rows():
                corners = (row.rect.xmin_px, row.rect.ymin_px, row.rect.xmax_px, row.rect.ymax_px)
                table.writerow([row.component, row.part_type, *corners, row.polarity.value, "x"])
        return path


@cache
def picture(seed: int, variant: int = 0, faults: tuple[tuple[str, str], ...] = ()) -> Pixels:
    """A generated board, (916, 1280, 3) uint8 BGR, read-only because it is shared."""
    wrong = tuple(BoardFault(component=name, kind=kind) for name, kind in faults)
    board = GeneratedBoard(seed=seed, variant=variant, faults=wrong)
    pixels = np.asarray(board.picture(WIDTH_PX, HEIGHT_PX).pixels, dtype=np.uint8)
    pixels.setflags(write=False)
    return pixels


@cache
def window_rows(components: tuple[str, ...] = COMPONENTS) -> tuple[WindowRow, ...]:
    windows = GeneratedBoard(seed=0).picture(WIDTH_PX, HEIGHT_PX).windows
    return tuple(
        WindowRow(
            component=w.component,
            part_type=w.part_type,
            rect=Rect(xmin_px=w.xmin_px, ymin_px=w.ymin_px, xmax_px=w.xmax_px, ymax_px=w.ymax_px),
            polarity=Polarity(w.polarity),
        )
        for w in windows
        if w.component in components
    )


@cache
def backbone() -> ModelFile:
    return open_model(DEFAULT_BACKBONE, models_folder())
