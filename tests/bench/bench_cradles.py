"""Time and peak memory of building, checking and writing a cradle, each in a process of its own.

    python -m tests.bench.bench_cradles --json bench/cradles.json

The ratio is to a bare process that only loads the libraries: the floor of any build.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

from tests.about import about
from tests.conftest import ROOT

BOARD = "cradles/boards/demo/board.toml"
_MEASURED = """
import resource, sys, tempfile, time
from pathlib import Path
import manifold3d, reportlab.pdfgen.canvas, shapely, trimesh, cv2
if sys.argv[1] != "load":
    from cradles import job
    from cradles.build import build
    from cradles.read import read_design
    board = read_design(Path(sys.argv[2])).board
    if sys.argv[1] == "build":
        build(board)
    else:
        with tempfile.TemporaryDirectory() as folder:
            job.write(job.make(board), Path(folder) / "made")
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def measured(what: str, runs: int) -> tuple[float, float]:
    """Median seconds and greatest peak memory in MiB of a fresh process."""
    seconds, peaks = [], []
    for _ in range(runs):
        began_s = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-c", _MEASURED, what, BOARD],
            cwd=ROOT, capture_output=True, text=True, check=True,
        )  # fmt: skip
        seconds.append(time.monotonic() - began_s)
        peaks.append(float(done.stdout))
    return median(seconds), max(peaks)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    args = parser.parse_args()
    load_s, load_mib = measured("load", args.runs)
    figures: dict[str, object] = {**about("tests.bench.bench_cradles"), "board": BOARD}
    for name, words in (("build", "solid alone"), ("all", "solid, checks, fit and files")):
        took_s, peak_mib = measured(name, args.runs)
        figures[words] = {
            "seconds": round(took_s, 2),
            "over_loading_the_libraries": round(took_s / load_s, 2),
            "peak_mib": round(peak_mib),
            "mib_over_libraries": round(peak_mib - load_mib),
        }
    figures["loading the libraries"] = {"seconds": round(load_s, 2), "peak_mib": round(load_mib)}
    text = json.dumps(figures, indent=1)
    print(text)
    if args.json:
        args.json.write_text(text + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
