"""`make bench`: every benchmark as a table, and as JSON with the command, machine and date."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

from tests.about import about
from tests.bench.bench_pipeline import bench_pipeline
from tests.bench.bench_service import GROWTH_BOARDS, bench_service

GOALS = {
    "pipeline_over_bare": "≤ 1.3",
    "service_peak_mib": "≤ 350",
    "growth_mib_per_1000_boards": "≤ 1",
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there")
    parser.add_argument("--growth-boards", type=int, default=GROWTH_BOARDS, metavar="N")
    args = parser.parse_args()
    figures: dict[str, Any] = {**about("tests.bench")}
    print("The pipeline against the bare interpreter ...", file=sys.stderr, flush=True)
    figures["pipeline"] = bench_pipeline(interpreters=min(4, len(os.sched_getaffinity(0))))
    print("The service's memory ...", file=sys.stderr, flush=True)
    figures["service"] = bench_service(growth_boards=args.growth_boards)
    _table(figures)
    if args.json is not None:
        args.json.parent.mkdir(parents=True, exist_ok=True)
        args.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 0


def _table(figures: dict[str, Any]) -> None:
    print(f"\n{figures['machine']}, {figures['date']}")
    for part in ("pipeline", "service"):
        for name, value in figures[part].items():
            if isinstance(value, dict):
                value = ", ".join(f"{key} {each}" for key, each in value.items())
            goal = f"   goal {GOALS[name]}" if name in GOALS else ""
            print(f"  {name:<45} {value}{goal}")


if __name__ == "__main__":
    raise SystemExit(main())
