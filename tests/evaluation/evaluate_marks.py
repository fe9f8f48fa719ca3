"""The cradle's marks through the simulated optics, many times: is its name read, how far is the
board's corner from the truth, is every wrong cradle refused?

    python -m tests.evaluation.evaluate_marks --json bench/cradle-registration.json
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from appliance.refusal import Refusal
from appliance.vision.cradle import CradleError, check_cradle, see_cradle
from appliance.vision.marks import transformed
from cradles.build import Cradle, build
from cradles.optics import Camera, Scene, photograph
from tests.about import about
from tests.cradles.conftest import cradle_of
from tests.cradles.outlines import KNOWN

BOARDS = ("rounded sensor", "led ring", "controller", "panel of four")
GOAL_MM = 0.05
USUAL = Camera(noise=1.5, defocus_px=0.8, falloff=0.15)
REAL_LENS_K1 = -0.02


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


def camera(chance: np.random.Generator, *, k1: float = 0.0) -> Camera:
    """Drawn from what a cabinet's camera may do."""
    return Camera(
        height_mm=float(chance.uniform(200, 300)),
        tilt_x_deg=float(chance.uniform(-2, 2)),
        tilt_y_deg=float(chance.uniform(-2, 2)),
        turn_deg=float(chance.uniform(-1, 1)),
        shift_mm=(float(chance.uniform(-3, 3)), float(chance.uniform(-3, 3))),
        defocus_px=float(chance.uniform(0, 2.5)),
        noise=float(chance.uniform(0, 4)),
        falloff=float(chance.uniform(0, 0.35)),
        brightness=float(chance.uniform(0.7, 1.2)),
        k1=k1,
    )


def corner_errors_mm(cradle: Cradle, eye: Camera, seed: int) -> list[float]:
    """Of the four corners of the board's box. Raises `CradleError` where nothing is read."""
    picture = photograph(Scene(cradle=cradle), eye, seed=seed)
    seen = see_cradle(picture, cradle.layout)
    x0, y0, x1, y1 = cradle.seating.board.bounds
    corners = np.array([[x0, y1], [x1, y1], [x1, y0], [x0, y0]])
    true = eye.project(np.column_stack([corners, np.zeros(4)]))
    away = np.hypot(*(transformed(seen.to_px, corners) - true).T) / seen.px_per_mm
    return [float(value) for value in away]


def registration(pictures: int, seed: int, *, k1: float = 0.0) -> tuple[int, list[float]]:
    """How many names were read, and all corners' errors in mm."""
    chance = np.random.default_rng(seed)
    read, errors = 0, []
    for number in range(pictures):
        cradle = cradle_of(BOARDS[number * len(BOARDS) // pictures])
        eye = camera(chance, k1=k1)
        try:
            errors += corner_errors_mm(cradle, eye, number)
            read += 1
        except Refusal as refusal:
            print(f"\npicture {number}: {refusal}", file=sys.stderr)
        if number % 10 == 9:
            print(f"\r{number + 1} of {pictures} pictures", end="", file=sys.stderr)
    print(file=sys.stderr)
    return read, errors


def wrong_cradles(tries: int, seed: int) -> dict[str, dict[str, int]]:
    """For each wrong thing: how often it was shown, and how often refused."""
    chance = np.random.default_rng(seed)
    own = cradle_of(BOARDS[0])
    use = see_cradle(photograph(Scene(cradle=own), USUAL), own.layout).use
    revision = build(replace(KNOWN[BOARDS[0]].board, revision="B"))
    found: dict[str, dict[str, int]] = {}
    for number in range(tries):
        away = float(chance.uniform(1.3, 60)) * float(chance.choice([-1, 1]))
        wrong = {
            "another board's cradle": {"cradle": cradle_of("edge card")},
            "another revision of the same size": {"cradle": revision},
            "turned by 180 degrees": {"turned": True},
            "pulled out": {"moved_mm": (0.0, -abs(away))},
            "pushed aside": {"moved_mm": (away, 0.0)},
            "askew": {"askew_deg": float(chance.uniform(0.7, 8)) * np.sign(away)},
            "name covered": {"covered": ("identity",)},
            "two markers covered": {"covered": ("marker upper left", "marker lower right")},
            "no labels": {"covered": ("marker", "identity")},
        }
        for what, changes in wrong.items():
            row = found.setdefault(what, {"shown": 0, "refused": 0})
            row["shown"] += 1
            picture = photograph(replace(Scene(cradle=own), **changes), USUAL, seed=number)
            try:
                check_cradle(picture, use)
            except CradleError:
                row["refused"] += 1
        print(f"\rwrong cradles {number + 1} of {tries}", end="", file=sys.stderr)
    print(file=sys.stderr)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=200)
    parser.add_argument("--tries", type=int, default=3)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    read, errors = registration(args.pictures, seed=1)
    _, bent = registration(max(args.pictures // 10, 4), seed=2, k1=REAL_LENS_K1)
    result = {
        **about("tests.evaluation.evaluate_marks"),
        "pictures": args.pictures,
        "names_read": read,
        "corner_error_mm": asdict(Spread.of(errors)),
        "goal_mm": GOAL_MM,
        "corner_error_mm_with_uncorrected_k1": {
            "k1": REAL_LENS_K1, **asdict(Spread.of(bent)),
        },
        "wrong_cradles": wrong_cradles(args.tries, seed=3),
    }  # fmt: skip
    text = json.dumps(result, indent=1, ensure_ascii=False)
    print(text)
    if args.json:
        args.json.write_text(text + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
