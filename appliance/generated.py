"""What a technician would bring to teach a generated board: golden pictures and their windows.
For the demonstration, the self-test and the tests; a real board's come from its own files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from appliance.recipe import CameraLock
from appliance.tables import WindowRow
from appliance.teach import Lesson
from appliance.terms import Polarity, Rect
from appliance.vision.picture import to_jpeg
from hw.sim.boards import BoardWindow
from hw.sim.generator import GeneratedBoard
from hw.sim.render import REFERENCE_COLOUR_GAINS, REFERENCE_EXPOSURE_US, REFERENCE_GAIN

SIMULATED_CAMERA = CameraLock(
    exposure_us=REFERENCE_EXPOSURE_US,
    analogue_gain=REFERENCE_GAIN,
    colour_gains=REFERENCE_COLOUR_GAINS,
    light_level=1.0,
)
"""The settings at which generated boards look as generated."""


def row_of(window: BoardWindow) -> WindowRow:
    return WindowRow(
        component=window.component,
        part_type=window.part_type,
        rect=Rect(
            xmin_px=window.xmin_px,
            ymin_px=window.ymin_px,
            xmax_px=window.xmax_px,
            ymax_px=window.ymax_px,
        ),
        polarity=Polarity(window.polarity),
    )


def generated_lesson(
    folder: Path,
    *,
    name: str,
    goldens: int,
    size_px: tuple[int, int],
    choose: Callable[[Sequence[BoardWindow]], Sequence[BoardWindow]] = lambda windows: windows,
    progress: Callable[[str, int, int], None] = lambda what, done, total: None,
) -> Lesson:
    """Write `goldens` pictures of good boards (seeds 0, 1, ...) of this size into `folder`;
    `choose` picks the windows to be taught."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    windows: Sequence[BoardWindow] = ()
    for seed in range(goldens):
        progress("Making golden boards", seed, goldens)
        board = GeneratedBoard(seed=seed).picture(*size_px)
        paths.append(folder / f"golden-{seed}.png")
        paths[-1].write_bytes(to_jpeg(board.pixels, suffix=".png"))
        windows = windows or choose(board.windows)
    return Lesson(
        name=name,
        part_number=name.upper(),
        windows=tuple(row_of(window) for window in windows),
        goldens=tuple(paths),
        faults=tuple(frozenset[str]() for _ in paths),
        camera=SIMULATED_CAMERA,
    )
