"""The cradle's marks through the simulated optics, many times: is its name read, how far is the
board's corner from the truth, what do a cabinet's disturbances add, is every wrong cradle refused
in the right words?

    python -m tests.evaluation.evaluate_marks --json bench/cradle-registration.json

The seeds here were not looked at while the reader was mended.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from appliance.refusal import Refusal
from cradles.optics import Scene
from tests.about import about
from tests.cradles.conftest import cradle_of
from tests.evaluation.disturbances import (
    BOARDS,
    DISTURBANCES,
    Outcome,
    camera,
    corner_errors_mm,
    disturbed,
)
from tests.evaluation.wrong_cradles import wrong_cradles

GOAL_MM = 0.05
_SEEDS = {"registration": 20_261, "disturbances": 20_262, "wrong": 20_263}


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    count: int
    mean: float
    p95: float
    most: float

    @classmethod
    def of(cls, values: list[float]) -> Spread:
        return cls(
            count=len(values),
            mean=round(float(np.mean(values)), 5),
            p95=round(float(np.quantile(values, 0.95)), 5),
            most=round(float(np.max(values)), 5),
        )


def registration(pictures: int, seed: int) -> tuple[int, list[float]]:
    """How many names were read, and all corners' errors in mm."""
    chance = np.random.default_rng(seed)
    read, errors = 0, []
    for number in range(pictures):
        cradle = cradle_of(BOARDS[number * len(BOARDS) // pictures])
        eye = camera(chance)
        try:
            errors += corner_errors_mm(Scene(cradle=cradle), eye, number)
            read += 1
        except Refusal as refusal:
            print(f"\npicture {number}: {refusal}", file=sys.stderr)
        if number % 10 == 9:
            print(f"\r{number + 1} of {pictures} pictures", end="", file=sys.stderr)
    print(file=sys.stderr)
    return read, errors


def _row(found: Outcome) -> dict[str, object]:
    row: dict[str, object] = {"pictures": found.pictures, "names_read": found.read}
    if found.read < found.pictures:
        row["refused_rightly"] = found.refused_rightly
    if found.errors_mm:
        row["corner_error_mm"] = asdict(Spread.of(found.errors_mm))
    return row


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=200)
    parser.add_argument("--each", type=int, default=10, help="pictures of each disturbance")
    parser.add_argument("--tries", type=int, default=3, help="pictures of each wrong cradle")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    began_s = time.monotonic()
    read, errors = registration(args.pictures, seed=_SEEDS["registration"])
    result = {
        **about("tests.evaluation.evaluate_marks"),
        "pictures": args.pictures,
        "names_read": read,
        "corner_error_mm": asdict(Spread.of(errors)),
        "goal_mm": GOAL_MM,
        "disturbances": {
            what: _row(disturbed(what, args.each, seed=_SEEDS["disturbances"] + number))
            for number, what in enumerate(DISTURBANCES)
        },
        "wrong_cradles": wrong_cradles(args.tries, seed=_SEEDS["wrong"]),
        "seconds": round(time.monotonic() - began_s),
    }
    text = json.dumps(result, indent=1, ensure_ascii=False)
    print(text)
    if args.json:
        args.json.write_text(text + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
