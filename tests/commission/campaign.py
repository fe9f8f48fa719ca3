"""`make campaign-commission`: a new unit is commissioned whole, on the real clock, twice: by the
command on a terminal and on the page in a browser. First with a bad lamp, a swapped wire, a lens
out of focus, an uneven strip and a slow card, each of which a step has to name; then mended, every
step.

    python -m tests.commission.campaign [--json FILE]

The cabinet and the hands are simulated, with pictures of its camera's full size; the clock, the
card, the time server, the processor's load, the network and the browser are this computer's. On the
terminal the slow card is real to the product: strace holds back every eighth fsync(2).
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from dataclasses import asdict
from pathlib import Path

from appliance.commission.table import STEPS
from tests.about import about
from tests.commission.time_server import time_server
from tests.commission.unit import CommissionedUnit
from tests.commission.walk import (
    FAULTS,
    TRIES,
    Walked,
    break_it,
    carry_out_patiently,
    led_through,
    mend_it,
    signed_in,
)

SLOW_CARD = (
    "strace", "-f", "--seccomp-bpf", "-qqq", "-o", "/dev/null", "-e", "trace=fsync",
    "-e", "inject=fsync:delay_exit=400ms:when=1+8",
)  # fmt: skip
Found = dict[str, list[dict[str, object]]]


def _tell(walked: Walked) -> None:
    print(f"  {walked.outcome:7} {walked.step:16} {walked.seconds:6.1f} s", flush=True)


class Terminal:
    """`goldenboard commission`, with the simulated technician in the person's place."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._config = folder / "goldenboard.toml"
        self._config.write_text(
            f'[cabinet]\nkind = "simulated"\n[records]\nfolder = "{folder / "data" / "records"}"\n'
        )
        self._state = folder / "data" / "commissioning" / "state.toml"
        self._answers = folder / "answers.toml"
        self._answers.write_text('name = "line 2"\n')

    def do(self, step: str, *words: str, before: tuple[str, ...] = ()) -> Walked:
        began_s = time.monotonic()
        done = subprocess.run(
            [
                *before, sys.executable, "-m", "appliance.cli", "commission",
                "--config", self._config, "--simulated-person", "--answers", self._answers,
                "--step", step, *words,
            ],
            capture_output=True, text=True, timeout=1800, check=False,
        )  # fmt: skip
        if done.returncode not in (0, 1):
            raise SystemExit(f"{step}: exit code {done.returncode}\n{done.stderr}")
        results = tomllib.loads(self._state.read_text())["results"]
        (found,) = [each["finding"] for each in results if each["step"] == step]
        walked = Walked(
            step=step,
            outcome=found["outcome"],
            said=f"{found['found']} → {found.get('next_step', '')}",
            seconds=round(time.monotonic() - began_s, 1),
        )
        _tell(walked)
        return walked

    def do_patiently(self, step: str) -> Walked:
        for _ in range(TRIES):
            walked = self.do(step)
            if walked.passed or "too busy for this step" not in walked.said:
                break
        return walked


def on_the_terminal(folder: Path) -> Found:
    unit = Terminal(folder)
    broken = []
    for step, (fault, _) in FAULTS.items():
        if fault == "slow_card":
            broken.append(unit.do(step, before=SLOW_CARD))
        else:
            broken.append(unit.do(step, "--fault", fault))
    print("  mended:", flush=True)
    return _found(broken, [unit.do_patiently(step) for step in STEPS])


def on_the_page(folder: Path) -> Found:
    chromium = shutil.which("chromium")
    if chromium is None:
        raise SystemExit("Expected the browser chromium; install it: make test names it.")
    unit = CommissionedUnit(folder, whole=True)
    with unit.service, signed_in(unit, chromium) as page:
        break_it(unit)
        broken = []
        for step in FAULTS:
            broken.append(carry_out_patiently(unit, page, step))
            _tell(broken[-1])
        mend_it(unit)
        print("  mended:", flush=True)
        return _found(broken, led_through(unit, page, _tell))


def _found(broken: list[Walked], mended: list[Walked]) -> Found:
    return {
        "broken": [asdict(each) for each in broken],
        "mended": [asdict(each) for each in mended],
    }


def wrong(found: Found) -> list[str]:
    """What is not as it has to be: each fault named by its step, every step passed in the end."""
    said = []
    for each in found["broken"]:
        step = str(each["step"])
        if each["outcome"] != "failed" or FAULTS[step][1] not in str(each["said"]):
            said.append(f"{step}: {FAULTS[step][0]} was not named: {each['said']}")
    last = {str(each["step"]): each["outcome"] for each in found["mended"]}
    said += [
        f"{step}: {last.get(step, 'not done')}" for step in STEPS if last.get(step) != "passed"
    ]
    return said


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    if shutil.which("strace") is None:
        print("Expected strace, for the slow card: apt-get install strace.", file=sys.stderr)
        return 2
    result: dict[str, object] = dict(about("tests.commission.campaign"))
    bad: dict[str, list[str]] = {}
    with tempfile.TemporaryDirectory(prefix="goldenboard-commission-") as name:
        folder = Path(name)
        with time_server(folder / "time") as server:
            result["time_server"] = server
            for where, walk in (("terminal", on_the_terminal), ("page", on_the_page)):
                print(f"{where}:", flush=True)
                found = walk(folder / where)
                result[where] = found
                bad[where] = wrong(found)
    result["wrong"] = bad
    text = json.dumps(result, indent=1, ensure_ascii=False)
    print(json.dumps(bad, indent=1, ensure_ascii=False))
    if args.json:
        args.json.write_text(text + "\n", encoding="utf-8")
    return 1 if any(bad.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
