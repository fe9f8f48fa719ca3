"""`make bench-arm`: the device's wheels on an emulated Cortex-A72; figures in bench/arm.json.

Ends with 1 where a call differs, a score is beyond the tolerance, an operation does not run, or a
cost is more than 2 % off the baseline in `appliance/takt_cost.toml`.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from appliance.modelfile import DEFAULT_BACKBONE, models_folder
from tests.about import about
from tests.bench.arm.boards import taught_board
from tests.bench.arm.cost import DEFAULT, Way, board_cost, window_cost
from tests.bench.arm.gate import baseline_of, differences
from tests.bench.arm.golden_set import compare, golden_set
from tests.bench.arm.macs import KERNEL_FLOOR
from tests.bench.arm.root import BOOKWORM, SUITES, make_root, missing

_GUEST = Path(__file__).with_name("guest")
LITERT_PLAIN = Way(runtime="ai_edge_litert", xnnpack=False)
TFLITE = Way(runtime="tflite_runtime", xnnpack=True)
TFLITE_PLAIN = Way(runtime="tflite_runtime", xnnpack=False)
WAYS = (DEFAULT, LITERT_PLAIN, TFLITE, TFLITE_PLAIN)
WINDOWS = (61, 100)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.arm", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there")
    parser.add_argument("--no-golden-set", action="store_true", help="costs alone")
    args = parser.parse_args()
    lacking = [*missing(), *(each for each in ("gcc", "llvm-mca") if not shutil.which(each))]
    if lacking:
        print(f"Not installed: {', '.join(lacking)}.", file=sys.stderr)
        return 2
    figures: dict[str, Any] = {**about("tests.bench.arm"), "processor": "emulated Cortex-A72"}
    found: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        figures["costs"] = _costs(folder)
        if not args.no_golden_set:
            figures["calls"] = _calls(folder, found)
    default = figures["costs"][DEFAULT.name]
    found += differences(baseline_of(default, WINDOWS))
    figures["found"] = found
    if args.json is not None:
        args.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    _table(figures)
    return 1 if found else 0


def _costs(folder: Path) -> dict[str, Any]:
    root = make_root(BOOKWORM)
    boards = [taught_board(folder, windows) for windows in WINDOWS]
    costs: dict[str, Any] = {}
    for way in WAYS:
        costs[way.name] = {
            "window": window_cost(root, way, DEFAULT_BACKBONE, cycles=True),
            **{f"board_{each.windows}": board_cost(root, way, each) for each in boards},
        }
    return costs


def _calls(folder: Path, found: list[str]) -> dict[str, Any]:
    chosen = golden_set(folder, goldens=21, boards=12)
    calls: dict[str, Any] = {}
    for suite in SUITES:
        root = make_root(suite)
        said = root.run(
            _GUEST / "self_check.py", DEFAULT.runtime, models_folder(), extra_path=_GUEST
        )
        compared = compare(root, chosen, folder)
        calls[suite.name] = {"models": json.loads(said.stdout), **compared}
        found += [f"{suite.name}: {each}" for each in compared["other_calls"]]
        if compared["score_apart_most"] > compared["score_tolerance"]:
            found.append(f"{suite.name}: a score beyond the tolerance, {compared['farthest']}")
    return calls


def _table(figures: dict[str, Any]) -> None:
    print(f"\n{figures['processor']}, {figures['date']}; milliseconds are predictions")
    print(f"  the cheapest kernel's loop: {KERNEL_FLOOR:.3f} instructions a multiply-accumulate")
    for name, each in figures["costs"].items():
        window = each["window"]
        print(f"  {name}: a window {window['instructions'] / 1e6:.1f} M instructions, "
              f"{window['instructions_per_mac']} a multiply-accumulate, "
              f"{window['predicted_ms'][0]} to {window['predicted_ms'][1]} ms; static "
              f"{window['static_ms']} ms at {window['static_ipc']} a cycle")  # fmt: skip
        for windows in WINDOWS:
            board = each[f"board_{windows}"]
            stages = ", ".join(f"{k} {v / 1e6:.0f}" for k, v in board["stages"].items())
            print(f"    {windows} windows: {board['instructions'] / 1e6:.0f} M: {stages}")
    for name, each in figures.get("calls", {}).items():
        print(
            f"  {name}: {each['boards']} boards ({each['source']}), other calls "
            f"{len(each['other_calls'])}, scores apart at most {each['score_apart_most']}"
        )
    for each in figures["found"]:
        print(f"  FOUND: {each}")


if __name__ == "__main__":
    raise SystemExit(main())
