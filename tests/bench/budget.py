"""Insert to lamp for a thousand boards, replayed on a virtual clock by the real controller.

    python -m tests.bench.budget --json bench/budget.json

The cabinet is the simulated one (its camera gives ten frames a second, its switches bounce, its
light settles), the store is real. Virtual are the times: judging takes the counted instructions
(`appliance/takt_cost.toml`) at a clock and a number of instructions a cycle, recording takes the
syncs of a card drawn by chance. All of it is prediction: no Pi was there.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from appliance.states import State
from appliance.takt import CORES, COST, Cost
from appliance.terms import Verdict
from hw.sim.world import Physics
from tests.about import about
from tests.cabinet_bench import TICK_S, Bench, inspection

WINDOWS = 100
GOAL_S = {1.5e9: 1.3, 1.0e9: 2.6}
"""Of the 95th percentile, at full clock and throttled to 1 GHz."""
PAPER_S = 43.0
"""The cabinet paper's time for 100 joints."""
SYNC_MEDIAN_S, SYNC_SPREAD = 0.008, 0.9
"""One sync of a consumer's card, log-normal: half within 8 ms, one in a hundred beyond 65 ms."""
SYNCS = 4
"""A board's record waits for its picture, its folder, and the database's log, twice at worst."""
STALL_S = 5.0
"""What a card takes now and then (field notes, trap 7)."""
INFERENCE = {
    "tflite-runtime, whole backbone": 77_870_000,
    "LiteRT, whole backbone": 45_360_000,
    "LiteRT, backbone to stride 16": COST.window_inference,
}
"""A window's inference before the two changes of 2026-11-27 and after them, counted that day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """A processor: its clock and how many instructions a cycle it manages."""

    clock_hz: float
    ipc: float

    def seconds(self, cost: Cost, windows: int) -> float:
        work = cost.alone(windows) + cost.parallel(windows) / CORES
        return work / (self.ipc * self.clock_hz)


def replay(machine: Machine, cost: Cost, *, boards: int, seed: int) -> list[float]:
    """Seconds from the board at the back stop to the verdict's lamp, of each board."""
    chance = random.Random(seed)
    physics = Physics(seed=seed)
    taken = []
    with tempfile.TemporaryDirectory() as folder, Bench(Path(folder), physics=physics) as bench:
        bench.judging.delay_s = machine.seconds(cost, WINDOWS)
        bench.start()
        for number in range(boards):
            bench.recording.delay_s = _record_s(chance)
            bench.run(chance.uniform(0.0, 0.1))
            bench.insert(inspection(Verdict.PASS))
            began_s = bench.clock.monotonic() + physics.travel_s
            bench.run_until(State.PASSED)
            taken.append(bench.clock.monotonic() - TICK_S - began_s)
            bench.remove()
            if number % 250 == 249:
                print(f"    {number + 1} boards", file=sys.stderr, flush=True)
    return taken


def _record_s(chance: random.Random) -> float:
    return sum(SYNC_MEDIAN_S * chance.lognormvariate(0.0, SYNC_SPREAD) for _ in range(SYNCS))


@dataclass(frozen=True, slots=True, kw_only=True)
class Stalled:
    """One board whose record takes `STALL_S`: seconds after it lay at the back stop."""

    recording_shown_s: float
    durable_s: float
    green_s: float

    @property
    def green_before_the_record(self) -> bool:
        return self.green_s < self.durable_s


def stalled(*, told_early: bool = False) -> Stalled:
    """`told_early` is the control: the recorder's word comes before the record is on the card."""
    with tempfile.TemporaryDirectory() as folder, Bench(Path(folder)) as bench:
        bench.judging.delay_s = Machine(clock_hz=1.5e9, ipc=0.9).seconds(COST, WINDOWS)
        bench.start()
        bench.recording.delay_s = 0.0 if told_early else STALL_S
        bench.insert(inspection(Verdict.PASS))
        at_stop_s = bench.clock.monotonic() + bench.world.physics.travel_s
        bench.run_until(State.RECORDING, State.PASSED)
        recording_s = bench.clock.monotonic() - TICK_S
        bench.run_until(State.PASSED)
        green_s = next(at_s for at_s, lamps in bench.lamps[::-1] if lamps.green and not lamps.red)
        return Stalled(
            recording_shown_s=recording_s - at_stop_s,
            durable_s=recording_s + STALL_S - at_stop_s,
            green_s=green_s - at_stop_s,
        )


def quantile(values: list[float], share: float) -> float:
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))]


def figures(boards: int) -> dict[str, Any]:
    found: dict[str, Any] = {"windows": WINDOWS, "boards": boards, "paper_s": PAPER_S}
    found["ladder"] = list(_ladder(boards))
    found["stall"] = asdict(stalled())
    return found


def _ladder(boards: int) -> Iterator[dict[str, Any]]:
    for name, inference in INFERENCE.items():
        parallel = COST.window_parallel - COST.window_inference + inference
        cost = replace(COST, window_inference=inference, window_parallel=parallel)
        for clock_hz, goal_s in GOAL_S.items():
            for ipc in (0.9, 1.4, 1.9):
                print(f"  {name}, {clock_hz / 1e9} GHz, {ipc} a cycle", file=sys.stderr, flush=True)
                machine = Machine(clock_hz=clock_hz, ipc=ipc)
                # What was before is a line of context: a tenth of the boards will do.
                count = boards if inference == COST.window_inference else max(1, boards // 10)
                taken = replay(machine, cost, boards=count, seed=1)
                yield {
                    "judge": name,
                    "boards": count,
                    "clock_ghz": clock_hz / 1e9,
                    "ipc": ipc,
                    "judging_s": round(machine.seconds(cost, WINDOWS), 3),
                    "p50_s": round(quantile(taken, 0.5), 2),
                    "p95_s": round(quantile(taken, 0.95), 2),
                    "most_s": round(max(taken), 2),
                    "goal_p95_s": goal_s,
                }


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.budget", description=__doc__)
    parser.add_argument("--boards", type=int, default=1000)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there")
    args = parser.parse_args()
    began_s = time.monotonic()
    told = {**about("tests.bench.budget"), **figures(args.boards)}
    told["tier_s"] = round(time.monotonic() - began_s, 1)
    for row in told["ladder"]:
        print(" ".join(f"{key} {value}" for key, value in row.items()))
    print("stall", told["stall"])
    if args.json is not None:
        args.json.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
