"""What a technician would bring to teach a generated board: golden pictures and their windows.
For the demonstration, the self-test and the tests; a real board's come from its own files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from appliance.capture import CameraSetup, Capture
from appliance.recipe import CameraLock
from appliance.tables import WindowRow
from appliance.teach import Lesson
from appliance.terms import Polarity, Rect
from appliance.vision.picture import to_jpeg
from hw.clock import VirtualClock
from hw.ports import CameraSettings, Pixels
from hw.sim.boards import BoardWindow
from hw.sim.cabinet import SimulatedCabinet, Simulation
from hw.sim.generator import GeneratedBoard
from hw.sim.generator import windows as windows_of
from hw.sim.render import REFERENCE_COLOUR_GAINS, REFERENCE_EXPOSURE_US, REFERENCE_GAIN
from hw.sim.world import Physics

SIMULATED_CAMERA = CameraLock(
    exposure_us=REFERENCE_EXPOSURE_US,
    analogue_gain=REFERENCE_GAIN,
    colour_gains=REFERENCE_COLOUR_GAINS,
    light_level=1.0,
)
"""The settings at which generated boards look as generated."""


def photographs(
    boards: Iterable[GeneratedBoard], size_px: tuple[int, int], *, seed: int = 7
) -> Iterator[Pixels]:
    """Each board as the simulated cabinet's camera sees it in its slot, (height, width, 3) uint8
    BGR: with the noise, the light and the small play of the cradle that every inspection has."""
    clock = VirtualClock()
    simulation = Simulation(physics=Physics(seed=seed), camera_in_process=False)
    with SimulatedCabinet(simulation, clock) as cabinet:
        setup = CameraSetup(cabinet.camera)
        settings = CameraSettings(
            width_px=size_px[0],
            height_px=size_px[1],
            exposure_us=REFERENCE_EXPOSURE_US,
            analogue_gain=REFERENCE_GAIN,
            colour_gains=REFERENCE_COLOUR_GAINS,
        )
        for board in boards:
            cabinet.world.insert(board)
            clock.sleep(1.0)
            capture = Capture(
                cabinet.light,
                setup,
                settings=settings,
                light_level=1.0,
                now_s=clock.monotonic(),
                settle_s=0.2,
                deadline_s=3.0,
            )
            while (frame := capture.step()) is None:
                clock.sleep(0.01)
            yield frame.pixels
            cabinet.world.remove()
            clock.sleep(1.0)


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
    boards = [GeneratedBoard(seed=seed) for seed in range(goldens)]
    for number, pixels in enumerate(photographs(boards, size_px)):
        progress("Making golden boards", number, goldens)
        paths.append(folder / f"golden-{number}.png")
        paths[-1].write_bytes(to_jpeg(pixels, suffix=".png"))
    return Lesson(
        name=name,
        part_number=name.upper(),
        windows=tuple(row_of(window) for window in choose(windows_of(0, *size_px))),
        goldens=tuple(paths),
        faults=tuple(frozenset[str]() for _ in paths),
        camera=SIMULATED_CAMERA,
    )
