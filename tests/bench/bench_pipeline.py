"""How much the pipeline adds to the bare interpreter, as ratios of one run.

    python -m tests.bench.bench_pipeline

judges a 3840×2748 frame with 61 windows: a photograph of the real board where it is at hand,
else a generated board whose windows are doubled with a few pixels' shift. Decoding is excluded.
Runs of the two sides take turns, so that other work on the machine slows both alike; medians.
"""

from __future__ import annotations

import argparse
import csv
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from appliance.generated import row_of
from appliance.inspection import Inspector
from appliance.modelfile import DEFAULT_BACKBONE, ModelFile, models_folder, open_model
from appliance.picture_files import read_picture
from appliance.recipe import Recipe, load
from appliance.tables import WindowRow
from appliance.teach import Lesson, teach
from appliance.terms import Polarity, Rect
from appliance.vision.crop import Pixels, cut_window
from appliance.vision.interpreter import Interpreter, InterpreterPool, runtime_name
from appliance.vision.pose import Pose

ROOT = Path(__file__).resolve().parents[2]
REAL = ROOT.parent / "shared" / "data" / "pcba-fixed-pose"
WIDTH_PX, HEIGHT_PX, WINDOWS = 3840, 2748, 61


def bench_pipeline(*, interpreters: int = 2, repeats: int = 9) -> dict[str, Any]:
    """All figures as a JSON-able dictionary; takes a minute or two."""
    model = open_model(DEFAULT_BACKBONE, models_folder())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        golden, seen, rows, source = _board(folder)
        with InterpreterPool(model, interpreters) as pool:
            lesson = Lesson(
                name="bench",
                part_number="bench",
                windows=rows,
                goldens=(golden,),
                faults=(frozenset(),),
            )
            recipe = teach(lesson, pool, folder / "recipe")
            frame = read_picture(seen)
            figures = _pipeline(recipe, pool, frame, repeats)
            crops = _crops(recipe, frame)
        return {
            "frame": f"{WIDTH_PX}x{HEIGHT_PX}",
            "source": source,
            "runtime": runtime_name(),
            "windows": len(rows),
            "interpreters": interpreters,
            **figures,
            **_threads(model, crops, max(3, repeats // 3)),
            "inspect_peak_mib": _peak_mib(folder / "recipe", seen, interpreters),
        }


def _pipeline(recipe: Recipe, pool: InterpreterPool, frame: Pixels, repeats: int) -> dict[str, Any]:
    inspector = Inspector(recipe, pool)
    inspection = inspector.inspect(frame)
    assert len(inspection.windows) == len(recipe.windows), inspection.reason
    crops = _crops(recipe, frame)
    whole, bare, stages = [], [], []
    for _ in range(repeats):
        bare.append(_seconds(lambda: pool.run(crops)))
        whole.append(_seconds(lambda: stages.append(inspector.inspect(frame).stages_ms)))
    return {
        "pipeline_ms": round(statistics.median(whole) * 1000, 1),
        "bare_interpreter_ms": round(statistics.median(bare) * 1000, 1),
        "pipeline_over_bare": round(
            statistics.median(w / b for w, b in zip(whole, bare, strict=True)), 3
        ),
        "stages_ms": {
            name: round(statistics.median(each[name] for each in stages), 2) for name in stages[0]
        },
    }


def _threads(model: ModelFile, crops: list[Pixels], repeats: int) -> dict[str, Any]:
    """Four interpreters of one thread against one of four threads, and against one of one."""
    one_of_four = Interpreter(model, threads=4)
    with InterpreterPool(model, 4) as four, InterpreterPool(model, 1) as one:
        times: dict[str, list[float]] = {"four": [], "one_of_four": [], "one": []}
        for _ in range(repeats):
            times["four"].append(_seconds(lambda: four.run(crops)))
            times["one_of_four"].append(_seconds(lambda: [one_of_four.run(c) for c in crops]))
            times["one"].append(_seconds(lambda: one.run(crops)))
    middle = {name: statistics.median(each) for name, each in times.items()}
    return {
        "one_interpreter_ms_per_window": round(middle["one"] / len(crops) * 1000, 2),
        "four_interpreters_over_one_of_four_threads": round(
            middle["four"] / middle["one_of_four"], 3
        ),
        "four_interpreters_over_one_of_one_thread": round(middle["four"] / middle["one"], 3),
    }


def _peak_mib(recipe: Path, frame: Path, interpreters: int) -> float:
    """Largest resident memory of a fresh process that reads the recipe and inspects 5 times."""
    words = ["--memory", str(recipe), str(frame), str(interpreters)]
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.bench_pipeline", *words],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return float(done.stdout)


def _memory_child(recipe: Path, frame: Path, interpreters: int) -> None:
    model = open_model(DEFAULT_BACKBONE, models_folder())
    with InterpreterPool(model, interpreters) as pool:
        inspector = Inspector(load(recipe), pool)
        pixels = read_picture(frame)
        for _ in range(5):
            inspector.inspect(pixels)
    status = Path("/proc/self/status").read_text()
    peak_kib = next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]
    print(round(int(peak_kib) / 1024, 1))


def _crops(recipe: Recipe, frame: Pixels) -> list[Pixels]:
    return [cut_window(frame, window.rect, Pose(), recipe.crop) for window in recipe.windows]


def _board(folder: Path) -> tuple[Path, Path, tuple[WindowRow, ...], str]:
    """Golden picture, another good board's picture, windows, and where they come from."""
    if (REAL / "boards_full").is_dir():
        with (REAL / "components.csv").open(newline="", encoding="utf-8") as file:
            rows = tuple(_row(each) for each in csv.DictReader(file))
        boards = REAL / "boards_full"
        return boards / "b17.jpg", boards / "b22.jpg", rows, "photograph"
    from hw.sim.generator import GeneratedBoard

    paths = []
    for seed in (0, 1):
        picture = GeneratedBoard(seed=seed).picture(WIDTH_PX, HEIGHT_PX)
        paths.append(folder / f"b{seed}.png")
        cv2.imwrite(str(paths[-1]), np.asarray(picture.pixels))
    rows = tuple(map(row_of, picture.windows))
    again = tuple(
        replace(row, component=f"{row.component}'", rect=_moved(row.rect)) for row in rows
    )
    return paths[0], paths[1], (rows + again)[:WINDOWS], "generated"


def _row(row: dict[str, str]) -> WindowRow:
    xmin, ymin, xmax, ymax = (float(row[name]) * 2.4 for name in ("xmin", "ymin", "xmax", "ymax"))
    return WindowRow(
        component=row["component"],
        part_type=row["part_type"],
        rect=Rect(xmin_px=xmin, ymin_px=ymin, xmax_px=xmax, ymax_px=ymax),
        polarity=Polarity.FIXED,
    )


def _moved(rect: Rect) -> Rect:
    return Rect(
        xmin_px=rect.xmin_px + 3,
        ymin_px=rect.ymin_px + 2,
        xmax_px=rect.xmax_px - 1,
        ymax_px=rect.ymax_px - 2,
    )


def _seconds(work: Callable[[], object]) -> float:
    began_s = time.perf_counter()
    work()
    return time.perf_counter() - began_s


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--interpreters", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--memory", nargs=3, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.memory:
        _memory_child(Path(args.memory[0]), Path(args.memory[1]), int(args.memory[2]))
        return
    figures = bench_pipeline(interpreters=args.interpreters, repeats=args.repeats)
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
