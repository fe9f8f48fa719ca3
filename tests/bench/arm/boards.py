"""Boards to count by, generated: a count needs nothing that is not in the repository."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import cv2

from appliance.generated import row_of
from appliance.modelfile import DEFAULT_BACKBONE, models_folder, open_model
from appliance.tables import WindowRow
from appliance.teach import Lesson, teach
from appliance.terms import Rect
from appliance.vision.interpreter import InterpreterPool
from hw.sim.generator import GeneratedBoard

WIDTH_PX, HEIGHT_PX = 3840, 2748
GOLDENS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class TaughtBoard:
    """A recipe's folder and the picture of another good board of its kind."""

    recipe: Path
    picture: Path
    windows: int


def taught_board(folder: Path, windows: int) -> TaughtBoard:
    """A recipe of so many windows from five golden boards, and the picture of a sixth.

    The generated board has fewer parts than that: windows are repeated a few pixels aside."""
    paths, rows = [], ()
    for seed in range(GOLDENS + 1):
        shown = GeneratedBoard(seed=seed).picture(WIDTH_PX, HEIGHT_PX)
        path = folder / f"board-{seed}.png"
        cv2.imwrite(str(path), shown.pixels, [cv2.IMWRITE_PNG_COMPRESSION, 1])
        paths.append(path)
        if seed == 0:
            rows = tuple(map(row_of, shown.windows))
    many = tuple(_aside(rows[k % len(rows)], k // len(rows)) for k in range(windows))
    model = open_model(DEFAULT_BACKBONE, models_folder())
    print(f"  teaching a board of {windows} windows ...", file=sys.stderr, flush=True)
    with InterpreterPool(model, 2) as pool:
        lesson = Lesson(
            name=f"cost-{windows}",
            part_number="cost",
            windows=many,
            goldens=tuple(paths[:GOLDENS]),
            faults=(frozenset(),) * GOLDENS,
        )
        teach(lesson, pool, folder / f"recipe-{windows}")
    return TaughtBoard(recipe=folder / f"recipe-{windows}", picture=paths[-1], windows=windows)


def _aside(row: WindowRow, by: int) -> WindowRow:
    rect = row.rect
    return WindowRow(
        component=row.component + "'" * by,
        part_type=row.part_type,
        rect=Rect(
            xmin_px=rect.xmin_px + 3 * by,
            ymin_px=rect.ymin_px + 2 * by,
            xmax_px=rect.xmax_px + 3 * by,
            ymax_px=rect.ymax_px + 2 * by,
        ),
        polarity=row.polarity,
    )
