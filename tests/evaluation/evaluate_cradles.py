"""Cradles for boards by chance: how many are built and pass their own checks, how many are refused
and why, what fails.

    python -m tests.evaluation.evaluate_cradles --json bench/cradle-seating.json

The seeds of the figure are not those that the cradle was mended with: `--mending` runs these.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path
from statistics import median

from appliance.board import BoardFile
from appliance.refusal import Refusal
from cradles.job import make
from tests.about import about
from tests.evaluation.chance_boards import chance_board
from tests.evaluation.figures import wilson

MENDING, REPORTED = 0, 30_000
"""First seeds of the two sets. A reported set whose faults were mended is for mending from then on:
10,000 and 20,000 were."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    seed: int
    kind: str
    size_mm: tuple[float, float]
    seconds: float
    """Of the process on its core, not of the clock on the wall."""
    refused: str | None = None
    failed: tuple[str, ...] = ()
    how: str = ""
    """Pins, or stops and springs."""
    one_way_only: bool = False

    @property
    def passed(self) -> bool:
        return self.refused is None and not self.failed


def outcome(seed: int) -> Outcome:
    kind, board = chance_board(seed)
    began_s = time.process_time()
    try:
        made = make(board)
    except Refusal as refusal:
        return _outcome(seed, kind, board, began_s, refused=str(refusal))
    seating = made.cradle.seating
    return _outcome(
        seed, kind, board, began_s,
        failed=made.faults,
        how=f"{len(seating.stops)} stops, {len(seating.springs)} springs"
        if seating.stops else "two pins",
        one_way_only=all(why is not None for _, why in seating.wrong_ways),
    )  # fmt: skip


def summary(outcomes: list[Outcome]) -> dict[str, object]:
    """Counts with the 95 % interval of their share (Wilson)."""
    total = len(outcomes)
    built = [each for each in outcomes if each.refused is None]
    passed = [each for each in built if not each.failed]
    seconds = sorted(each.seconds for each in built)
    return {
        "boards": total,
        "built and passed": _share(len(passed), total),
        "refused": _share(total - len(built), total),
        "failed": _share(len(built) - len(passed), total),
        "held by": dict(Counter(each.how for each in passed).most_common()),
        "go in one way only": _share(sum(each.one_way_only for each in passed), len(passed)),
        "seconds of one core": {
            "median": round(median(seconds), 2),
            "p95": round(seconds[int(0.95 * (len(seconds) - 1))], 2),
            "most": round(seconds[-1], 2),
        },
        "kinds": {
            kind: f"{sum(e.passed for e in outcomes if e.kind == kind)} of {count}"
            for kind, count in sorted(Counter(each.kind for each in outcomes).items())
        },
        "refusals": [_row(each) | {"why": each.refused} for each in outcomes if each.refused],
        "failures": [_row(each) | {"what": each.failed} for each in built if each.failed],
    }


def _outcome(seed: int, kind: str, board: BoardFile, began_s: float, **more: object) -> Outcome:
    return Outcome(
        seed=seed,
        kind=kind,
        size_mm=(round(board.size_mm[0], 1), round(board.size_mm[1], 1)),
        seconds=time.process_time() - began_s,
        **more,  # type: ignore[arg-type]
    )


def _row(each: Outcome) -> dict[str, object]:
    return {name: asdict(each)[name] for name in ("seed", "kind", "size_mm")}


def _share(count: int, total: int) -> dict[str, object]:
    low, high = wilson(count, total)
    return {
        "count": count,
        "share": round(count / total, 3),
        "wilson_95": [round(low, 3), round(high, 3)],
    }


def _kept(file: Path) -> dict[int, Outcome]:
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    lists = ("size_mm", "failed")
    return {
        row["seed"]: Outcome(**{k: tuple(v) if k in lists else v for k, v in row.items()})
        for row in rows
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--boards", type=int, default=200)
    parser.add_argument("--mending", action="store_true")
    parser.add_argument("--jobs", type=int, default=2, help="processes side by side")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--kept", type=Path, help="finished boards, a line each: begun again there")
    args = parser.parse_args()
    first = MENDING if args.mending else REPORTED
    taken = about("tests.evaluation.evaluate_cradles")  # of the code that begins
    seeds = range(first, first + args.boards)
    done = _kept(args.kept) if args.kept and args.kept.exists() else {}
    left = [seed for seed in seeds if seed not in done]
    with get_context("spawn").Pool(args.jobs) as pool:
        for each in pool.imap_unordered(outcome, left):
            done[each.seed] = each
            if args.kept:
                with args.kept.open("a", encoding="utf-8") as kept:
                    kept.write(json.dumps(asdict(each)) + "\n")
            print(f"\r{len(done)} of {args.boards} boards", end="", file=sys.stderr)
    outcomes = [done[seed] for seed in seeds]
    print(file=sys.stderr)
    result = {
        **taken,
        "seeds": [first, first + args.boards - 1],
        **summary(outcomes),
    }
    text = json.dumps(result, indent=1, ensure_ascii=False)
    print(text)
    if args.json:
        args.json.write_text(text + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
