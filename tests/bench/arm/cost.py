"""What a window and a board cost on a Cortex-A72, in instructions that an emulated one executed.

Counts are exact to some parts in a million; what they are worth in time is a prediction:
t = instructions / (IPC × clock), IPC 0.9 to 1.9 (field notes), one thread.
"""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from appliance.modelfile import models_folder, open_model
from tests.bench.arm import mca
from tests.bench.arm.boards import TaughtBoard
from tests.bench.arm.macs import operations
from tests.bench.arm.root import ArmRoot
from tests.bench.arm.stretch import Stretch, plugin, read_stretches

IPC_LEAST, IPC_MOST = 0.9, 1.9
CLOCK_HZ = 1.5e9
_GUEST = Path(__file__).with_name("guest")


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A runtime, with its delegate or without."""

    runtime: str
    xnnpack: bool

    @property
    def name(self) -> str:
        return f"{self.runtime}{'' if self.xnnpack else ', built-in kernels'}"

    @property
    def words(self) -> tuple[str, str]:
        return self.runtime, "yes" if self.xnnpack else "no"


DEFAULT = Way(runtime="ai_edge_litert", xnnpack=True)


def predicted_ms(instructions: float) -> list[float]:
    """From the most to the least instructions a cycle."""
    return [round(instructions / (ipc * CLOCK_HZ) * 1000, 1) for ipc in (IPC_MOST, IPC_LEAST)]


def window_cost(root: ArmRoot, way: Way, model_id: str, *, cycles: bool) -> dict[str, Any]:
    """One window through one model, the last of three."""
    said, stretches = _counted(root, "count_window.py", *way.words, models_folder(), model_id)
    last = stretches[-1]
    macs = sum(each for _, each in operations(open_model(model_id, models_folder()).path))
    figures: dict[str, Any] = {
        "instructions": last.instructions,
        "runs": [each.instructions for each in stretches[1:]],
        "macs": macs,
        "instructions_per_mac": round(last.instructions / macs, 3),
        "predicted_ms": predicted_ms(last.instructions),
        "outputs_sha256": said["outputs_sha256"],
    }
    if cycles:
        found = mca.estimate(last)
        figures["static_cycles"] = round(found.cycles)
        figures["static_ipc"] = round(found.ipc(last), 2)
        figures["static_covered"] = round(found.covered, 3)
        figures["static_ms"] = round(found.cycles / CLOCK_HZ * 1000, 1)
    return figures


def board_cost(root: ArmRoot, way: Way, board: TaughtBoard) -> dict[str, Any]:
    """One board of `board.windows` windows, stage by stage, one thread."""
    said, stretches = _counted(
        root, "count_board.py", *way.words, models_folder(), board.recipe, board.picture
    )
    if said["windows"] != board.windows:
        raise RuntimeError(f"{board.windows} windows were to be judged: {said}")
    counts = [each.instructions for each in stretches]
    stages = dict(zip(said["stages"], counts, strict=True))
    total = sum(stages.values())
    return {
        "windows": board.windows,
        "instructions": total,
        "stages": stages,
        "predicted_ms_one_core": predicted_ms(total),
        "verdict": said["verdict"],
    }


def _counted(root: ArmRoot, script: str, *words: str | Path) -> tuple[Any, list[Stretch]]:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "blocks"
        print(f"  {root.suite.name}: {script} {' '.join(map(str, words[:2]))} ...", file=sys.stderr)
        done = root.run(
            _GUEST / script,
            *words,
            plugin=("-plugin", f"{plugin()},out={out}"),
            extra_path=_GUEST,
        )
        return json.loads(done.stdout.splitlines()[-1]), read_stretches(out)
