"""The same boards by the same recipe on this computer and on the emulated device: same calls?

The recipe is taught here; the device learns its windows anew from the recipe's pictures, as a unit
does that a recipe is carried to. Both run the product's own command, `inspect --json`.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from appliance.modelfile import DEFAULT_BACKBONE, models_folder, open_model
from appliance.teach import Lesson, teach
from appliance.vision.interpreter import InterpreterPool
from tests.bench.arm.boards import taught_board
from tests.bench.arm.root import ArmRoot
from tests.conftest import ROOT
from tests.evaluation.pcba import Boards

PHOTOGRAPHS = ROOT.parent / "shared" / "data" / "pcba-fixed-pose"
SCORE_TOLERANCE = 0.1
"""How far any window's score may lie apart. What is left comes from the alignment, whose
correlation sums floats in another order: thousandths of a pixel, a step in some of a window's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldenSet:
    recipe: Path
    pictures: tuple[Path, ...]
    source: str


def golden_set(folder: Path, *, goldens: int, boards: int, windows: int = 61) -> GoldenSet:
    """From the photographs where they are at hand, else generated. Val and test boards are judged
    with thresholds of the train boards; nothing is chosen by them."""
    if not PHOTOGRAPHS.is_dir():
        board = taught_board(folder, windows)
        return GoldenSet(recipe=board.recipe, pictures=(board.picture,), source="generated")
    data = Boards.read(PHOTOGRAPHS)
    taught = data.of("train")[:goldens]
    lesson = Lesson(
        name="golden-set",
        part_number="golden-set",
        windows=data.windows(taught)[:windows],
        goldens=tuple(data.picture(board) for board in taught),
        faults=tuple(data.not_good(board) for board in taught),
    )
    print(f"  teaching from {len(taught)} photographs ...", file=sys.stderr, flush=True)
    with InterpreterPool(open_model(DEFAULT_BACKBONE, models_folder()), 2) as pool:
        teach(lesson, pool, folder / "recipe")
    judged = data.of("val", "test")
    step = max(1, len(judged) // boards)
    return GoldenSet(
        recipe=folder / "recipe",
        pictures=tuple(data.picture(board) for board in judged[::step][:boards]),
        source="photographs",
    )


def compare(root: ArmRoot, chosen: GoldenSet, folder: Path) -> dict[str, Any]:
    """Calls and scores here and there. Raises RuntimeError where a command fails."""
    carried = folder / f"carried-{root.suite.name}"
    shutil.copytree(chosen.recipe, carried)
    words = ["-m", "appliance.cli", "inspect", "--json", "--models", str(models_folder())]
    here = _here([*words, "--recipe", str(chosen.recipe), *map(str, chosen.pictures)])
    print(f"  {root.suite.name}: inspecting {len(chosen.pictures)} boards ...", file=sys.stderr)
    said = root.run(*words, "--recipe", carried, *chosen.pictures, timeout_s=3600.0)
    there = [json.loads(line) for line in said.stdout.splitlines()]
    shutil.rmtree(carried)
    return _compared(chosen, here, there)


def _here(words: Sequence[str]) -> list[dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, *words], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise RuntimeError(f"inspect ended with {done.returncode}:\n{done.stderr[-2000:]}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def _compared(
    chosen: GoldenSet, here: Sequence[dict[str, Any]], there: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    apart, where = 0.0, ""
    other = []
    windows = 0
    for a, b in zip(here, there, strict=True):
        if a["verdict"] != b["verdict"]:
            other.append(f"{Path(a['image']).name}: {a['verdict']} here, {b['verdict']} there")
        for x, y in zip(a["windows"], b["windows"], strict=True):
            windows += 1
            if (difference := abs(x["score"] - y["score"])) >= apart:
                apart = difference
                where = (
                    f"{Path(a['image']).name} {x['component']}: {x['score']:.3f} here, "
                    f"{y['score']:.3f} there, defect above {x['defect_above']:.3f}"
                )
            if x["call"] != y["call"]:
                other.append(f"{Path(a['image']).name} {x['component']}: {x['call']}, {y['call']}")
    return {
        "source": chosen.source,
        "boards": len(here),
        "windows": windows,
        "verdicts": [each["verdict"] for each in here],
        "other_calls": other,
        "score_apart_most": round(apart, 4),
        "farthest": where,
        "score_tolerance": SCORE_TOLERANCE,
    }
