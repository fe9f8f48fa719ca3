"""The cradle's marks through the simulated optics, many times: is its name read, how far is the
board's corner from the truth, is every wrong cradle refused?

    python -m tests.evaluation.evaluate_marks --json bench/cradle-registration.json
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from appliance.refusal import Refusal
from appliance.vision.cradle import see_cradle
from appliance.vision.lens import Lens
from cradles.build import Cradle
from cradles.optics import Camera, Scene, photograph
from tests.about import about
from tests.cradles.conftest import cradle_of
from tests.evaluation.wrong_cradles import wrong_cradles

BOARDS = ("rounded sensor", "led ring", "controller", "panel of four")
GOAL_MM = 0.05
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


def lens_of(eye: Camera) -> Lens:
    """What a perfect commissioning would have measured of this camera."""
    return Lens(
        width_px=eye.width_px,
        height_px=eye.height_px,
        focal_px=(eye.focal_px, eye.focal_px),
        centre_px=((eye.width_px - 1) / 2, (eye.height_px - 1) / 2),
        k1=eye.k1,
        k2=eye.k2,
        p1=eye.p1,
        p2=eye.p2,
    )


def corner_errors_mm(cradle: Cradle, eye: Camera, seed: int) -> list[float]:
    """Of the four corners of the board's box. Raises `CradleError` where nothing is read."""
    picture = photograph(Scene(cradle=cradle), eye, seed=seed)
    seen = see_cradle(picture, cradle.layout)
    x0, y0, x1, y1 = cradle.seating.board.bounds
    corners = np.array([[x0, y1], [x1, y1], [x1, y0], [x0, y0]])
    true = eye.project(np.column_stack([corners, np.zeros(4)]))
    away = np.hypot(*(seen.px(corners) - true).T) / seen.px_per_mm
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
