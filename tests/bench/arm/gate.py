"""The cost gate: what was counted now against the baseline that the product predicts times by.

A change of more than 2 % of any figure, dearer or cheaper, is told: the baseline is then written
anew with a reason, `python -m tests.bench.arm.gate --from bench/arm.json --reason "..."`.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import tomli_w

from appliance import takt
from appliance.takt import Cost
from tests.bench.arm.cost import DEFAULT

ALLOWED = 0.02
IN_PARALLEL = ("crop", "judge", "compare")
"""Stages that run on as many cores as there are interpreters; the others run on one."""
PICTURES = "archive"
SMALL = 1_000_000
"""Instructions under which a share says nothing: half a millisecond."""


def baseline_of(figures: dict[str, Any], windows: Sequence[int]) -> Cost:
    """What a board and each window cost, from two boards: a straight line through both. The kept
    pictures hang on how many windows are suspects, not on how many there are: the dearer counts."""
    few, many = (figures[f"board_{each}"]["stages"] for each in windows)
    more = windows[1] - windows[0]

    def line(names: Sequence[str]) -> tuple[int, int]:
        at_few, at_many = (sum(stages[name] for name in names) for stages in (few, many))
        each = (at_many - at_few) / more
        return round(at_few - each * windows[0]), round(each)

    alone = [name for name in few if name not in (*IN_PARALLEL, PICTURES)]
    pictures = max(stages.get(PICTURES, 0) for stages in (few, many))
    board_parallel, window_parallel = line(IN_PARALLEL)
    board_alone, window_alone = line(alone)
    return Cost(
        window_inference=figures["window"]["instructions"],
        window_parallel=window_parallel,
        window_alone=window_alone,
        board_parallel=max(0, board_parallel),
        board_alone=board_alone + pictures,
    )


def differences(counted: Cost, baseline: Cost | None = None) -> list[str]:
    """What is more than 2 % off, in words; empty where the gate is open."""
    known = asdict(baseline or takt.COST)
    found = []
    for name, now in asdict(counted).items():
        was = known[name]
        if max(now, was) < SMALL:
            continue
        if abs(now - was) > ALLOWED * was:
            change = (now - was) / was if was else float("inf")
            found.append(
                f"{name} costs {now / 1e6:.1f} M instructions, {change:+.1%} from the baseline's "
                f"{was / 1e6:.1f} M; if that is meant, write the baseline anew with a reason."
            )
    return found


def write_baseline(cost: Cost, reason: str, path: Path) -> None:
    text = (
        "# Executed instructions on a Cortex-A72, default runtime, one thread; "
        "`make bench-arm` holds them to 2 %.\n"
    )
    table = {
        "reason": reason,
        "date": datetime.now(UTC).date().isoformat(),
        "runtime": DEFAULT.runtime,
        "cost": asdict(cost),
    }
    path.write_text(text + tomli_w.dumps(table), encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--from", dest="figures", type=Path, required=True, metavar="JSON")
    parser.add_argument("--reason", required=True, help="why it changed, for the next reader")
    args = parser.parse_args()
    figures = json.loads(args.figures.read_text(encoding="utf-8"))["costs"][DEFAULT.name]
    cost = baseline_of(figures, (61, 100))
    write_baseline(cost, args.reason, Path(takt.__file__).with_name(takt.COST_FILE))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
