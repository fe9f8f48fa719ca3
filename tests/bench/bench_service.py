"""What the running service costs in memory: its peak at full resolution, its growth by boards.

    python -m tests.bench.bench_service

The peak is that of `goldenboard run` itself, in processes of its own, with the camera's process
beside it: 61 windows on 3840×2748 photographs where they are at hand, else generated boards. The
growth is measured inside one process on a virtual clock, so that a thousand boards take minutes:
real devices' simulation, pipeline, store and controller, on small frames with few windows.
"""

from __future__ import annotations

import gc
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import cv2

from appliance.generated import generated_lesson
from appliance.inspection import Inspector
from appliance.loaded_recipe import LoadedRecipe
from appliance.modelfile import DEFAULT_BACKBONE, models_folder, open_model
from appliance.states import State
from appliance.store import MissingError, Store
from appliance.teach import teach
from appliance.vision.interpreter import InterpreterPool
from hw.sim.boards import BoardWindow, write_windows
from hw.sim.generator import GeneratedBoard
from tests.bench.bench_pipeline import REAL
from tests.cabinet_bench import Bench
from tests.conftest import ROOT

PEAK_BOARDS = 12
WARM_BOARDS = 200
GROWTH_BOARDS = 1000
_SMALL_PX = (640, 458)
_SMALL_WINDOWS = 3
_DEADLINE_S = 600.0


def bench_service(*, growth_boards: int = GROWTH_BOARDS) -> dict[str, Any]:
    """All figures as a JSON-able dictionary."""
    with tempfile.TemporaryDirectory() as name:
        return {**_peak(Path(name)), **_growth(Path(name), growth_boards)}


def _peak(folder: Path) -> dict[str, Any]:
    """Start the service, let boards go in and out, read the kernel's high-water marks."""
    boards, windows, goldens = _full_size_boards(folder)
    recipe = folder / "recipes" / "bench"
    recipe.parent.mkdir()
    command = [sys.executable, "-m", "appliance.cli"]
    subprocess.run(
        [*command, "teach", "--name", "bench", "--windows", str(windows), "--out", str(recipe)]
        + [each for path in goldens for each in ("--golden", str(path))],
        cwd=ROOT,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    options = [f"--demo-folder={folder / 'demo'}", f"--boards={boards}", f"--recipe={recipe}"]
    running = subprocess.Popen(
        [*command, "run", "--demo", "--port=0", *options],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
    )
    try:
        judged = _wait_for_boards(folder / "demo" / "records", running)
        peaks = {pid: _peak_mib(pid) for pid in (running.pid, *_children(running.pid))}
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait(timeout=60)
    service = peaks.pop(running.pid)
    return {
        "service_boards": judged,
        "service_peak_mib": service,
        "camera_process_peak_mib": max(peaks.values(), default=0.0),
        "service_interpreters": min(4, len(os.sched_getaffinity(0))),
    }


def _full_size_boards(folder: Path) -> tuple[Path, Path, list[Path]]:
    """A folder of pictures, their windows.csv, and golden ones."""
    if (REAL / "boards_full").is_dir():
        boards = REAL / "boards_full"
        rows = []
        for line in (REAL / "components.csv").read_text(encoding="utf-8").splitlines()[1:]:
            component, part_type, *corners = line.split(",")
            x0, y0, x1, y1 = (float(each) * 2.4 for each in corners)
            rows.append(
                BoardWindow(
                    component=component,
                    part_type=part_type,
                    xmin_px=x0,
                    ymin_px=y0,
                    xmax_px=x1,
                    ymax_px=y1,
                )
            )
        goldens = [boards / f"{name}.jpg" for name in ("b17", "b22", "b05")]
    else:
        boards = folder / "boards"
        boards.mkdir()
        goldens = []
        for seed in range(4):
            made = GeneratedBoard(seed=seed).picture(3840, 2748)
            goldens.append(boards / f"{seed}.jpg")
            cv2.imwrite(str(goldens[-1]), made.pixels)
            rows = list(made.windows)
    write_windows(folder / "windows.csv", rows)
    return boards, folder / "windows.csv", goldens


def _wait_for_boards(records: Path, running: subprocess.Popen[bytes]) -> int:
    end_s = time.monotonic() + _DEADLINE_S
    while time.monotonic() < end_s and running.poll() is None:
        try:
            with Store.open_for_reading(records) as store:
                judged = store.figures().boards.inspected
        except MissingError:
            judged = 0
        if judged >= PEAK_BOARDS:
            return judged
        time.sleep(1.0)
    raise RuntimeError("the service judged too few boards; run it by hand to see why")


def _children(pid: int) -> list[int]:
    children = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        children += [int(each) for each in (task / "children").read_text().split()]
    return children


def _peak_mib(pid: int) -> float:
    return _status_mib(pid, "VmHWM")


def _status_mib(pid: int | str, name: str) -> float:
    text = Path(f"/proc/{pid}/status").read_text()
    match = re.search(rf"^{name}:\s+(\d+) kB", text, re.MULTILINE)
    assert match is not None, text
    return round(int(match.group(1)) / 1024, 1)


def _growth(folder: Path, boards: int) -> dict[str, Any]:
    """Resident memory after the warm-up and after `boards` more of them."""
    with InterpreterPool(open_model(DEFAULT_BACKBONE, models_folder()), 2) as pool:
        loaded = _small_recipe(folder, pool)
        with Bench(folder / "growth", folders={"demo": lambda: loaded}, judge_s=0.0) as bench:
            bench.start()
            shown = [GeneratedBoard(seed=seed) for seed in range(50, 54)]
            before = 0.0
            for number in range(WARM_BOARDS + boards):
                if number == WARM_BOARDS:
                    gc.collect()
                    before = _status_mib("self", "VmRSS")
                bench.lamps.clear()
                bench.states.clear()
                bench.world.insert(shown[number % len(shown)])
                bench.run_until(State.PASSED, State.FAILED, State.REVIEW)
                bench.world.remove()
                bench.run_until(State.EMPTY)
                bench.run(0.4)
                if number % 100 == 0:
                    print(f"growth: board {number}", file=sys.stderr, flush=True)
            gc.collect()
            after = _status_mib("self", "VmRSS")
            counted = len(bench.rows())
    return {
        "growth_boards": boards,
        "growth_mib_per_1000_boards": round((after - before) / boards * 1000, 2),
        "growth_recorded": counted,
    }


def _small_recipe(folder: Path, pool: InterpreterPool) -> LoadedRecipe:
    lesson = generated_lesson(
        folder / "small",
        name="growth",
        goldens=2,
        size_px=_SMALL_PX,
        choose=lambda windows: windows[:_SMALL_WINDOWS],
    )
    recipe = teach(lesson, pool, folder / "growth-recipe")
    return LoadedRecipe(recipe, Inspector(recipe, pool), "growth")


if __name__ == "__main__":
    json.dump(bench_service(), sys.stdout, indent=2)
    print()
