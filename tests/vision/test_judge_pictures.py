"""The reference comparison on drawn parts, through the released backbone."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import cv2
import numpy as np
import pytest

from appliance.modelfile import DEFAULT_BACKBONE, models_folder, open_model
from appliance.terms import Polarity
from appliance.vision.crop import Pixels
from appliance.vision.interpreter import InterpreterPool
from appliance.vision.judge import CROP, ReferenceJudge
from appliance.vision.samples import WindowSamples

BOARD = (40, 90, 50)
SILK = (225, 230, 225)


def bare() -> Pixels:
    picture = np.empty((128, 128, 3), np.uint8)
    picture[:] = BOARD
    cv2.rectangle(picture, (10, 18), (118, 110), SILK, 2)
    for x in (30, 98):
        cv2.circle(picture, (x, 64), 6, (20, 20, 20), -1)
    return picture


def chip() -> Pixels:
    picture = bare()
    cv2.rectangle(picture, (24, 26), (104, 102), (45, 45, 48), -1)
    for y in (36, 56, 76, 92):
        cv2.rectangle(picture, (14, y), (24, y + 6), (190, 190, 195), -1)
        cv2.rectangle(picture, (104, y), (114, y + 6), (190, 190, 195), -1)
    cv2.circle(picture, (36, 38), 6, (150, 150, 150), -1)
    cv2.putText(picture, "LM358", (36, 74), cv2.FONT_HERSHEY_SIMPLEX, 0.6, (170, 170, 170), 2)
    return picture


def can() -> Pixels:
    picture = bare()
    cv2.circle(picture, (64, 64), 42, (60, 60, 70), -1)
    cv2.circle(picture, (64, 64), 34, (180, 180, 185), -1)
    cv2.ellipse(picture, (64, 64), (42, 42), 0, -35, 35, (215, 215, 215), 9)
    return picture


def film() -> Pixels:
    picture = bare()
    cv2.rectangle(picture, (18, 36), (110, 92), (40, 80, 190), -1)
    cv2.putText(picture, "0.1u", (28, 74), cv2.FONT_HERSHEY_SIMPLEX, 0.9, (220, 225, 235), 2)
    return picture


PARTS: dict[str, Callable[[], Pixels]] = {"U1": chip, "C1": can, "C2": film, "U2": chip}


def photographed(picture: Pixels, rng: np.random.Generator) -> Pixels:
    """As the camera may show it on another board: a pixel beside, a little brighter, with noise."""
    shift = np.array([[1, 0, rng.uniform(-1.5, 1.5)], [0, 1, rng.uniform(-1.5, 1.5)]])
    moved = cv2.warpAffine(picture, shift, (128, 128), borderMode=cv2.BORDER_REPLICATE)
    lit = moved * rng.uniform(0.96, 1.04) + rng.normal(0.0, 2.0, moved.shape)
    return np.clip(np.rint(lit), 0, 255).astype(np.uint8)


def around(picture: Pixels) -> Pixels:
    return np.ascontiguousarray(picture[::-1, ::-1])


@pytest.fixture(scope="module")
def pool() -> Iterator[InterpreterPool]:
    with InterpreterPool(open_model(DEFAULT_BACKBONE, models_folder()), 2) as opened:
        yield opened


@pytest.fixture(scope="module")
def judge(pool: InterpreterPool) -> ReferenceJudge:
    rng = np.random.default_rng(1)
    samples = []
    for component, draw in PARTS.items():
        views = [photographed(draw(), rng) for _ in range(4)]
        samples.append(
            WindowSamples(
                component=component,
                part_type=draw.__name__,
                polarity=Polarity.FIXED,
                good=tuple(pool.run(views)),
                turned=tuple(pool.run([around(view) for view in views])),
                augmented=(),
            )
        )
    return ReferenceJudge(samples)


def test_the_crop_is_the_window_itself_at_the_models_size(pool: InterpreterPool) -> None:
    assert (CROP.margin, CROP.keep_aspect, CROP.size_px) == (0.0, False, pool.model.input_px)


@pytest.mark.parametrize("component", PARTS)
def test_a_further_good_part_is_no_defect(
    component: str, judge: ReferenceJudge, pool: InterpreterPool
) -> None:
    rng = np.random.default_rng(2)
    views = [photographed(PARTS[component](), rng) for _ in range(3)]
    _, defect = judge.calibrate().bands[component]
    assert all(judge.judge(component, each).score <= defect for each in pool.run(views))


@pytest.mark.parametrize(
    ("component", "fault", "reasons"),
    [
        ("U1", bare, {"The part is missing, or it is another part."}),
        ("C1", bare, {"The part is missing, or it is another part."}),
        ("C2", chip, {"The part is missing, or it is another part."}),
        ("U1", lambda: around(chip()), {"It looks turned."}),
        ("C1", lambda: around(can()), {"It looks turned."}),
        ("C2", lambda: around(film()), {"It looks turned."}),
    ],
)
def test_a_missing_wrong_or_turned_part_is_a_defect(
    component: str,
    fault: Callable[[], Pixels],
    reasons: set[str],
    judge: ReferenceJudge,
    pool: InterpreterPool,
) -> None:
    (outputs,) = pool.run([photographed(fault(), np.random.default_rng(3))])
    found = judge.judge(component, outputs)
    _, defect = judge.calibrate().bands[component]
    assert found.score > 1.5 * defect
    assert found.reason in reasons
    assert found.heat.max() > 0.5


def test_heat_lies_on_a_scratch(judge: ReferenceJudge, pool: InterpreterPool) -> None:
    scratched = chip()
    cv2.line(scratched, (70, 84), (112, 118), (230, 230, 240), 5)
    (outputs,) = pool.run([photographed(scratched, np.random.default_rng(4))])
    heat = judge.judge("U1", outputs).heat
    row, column = np.unravel_index(int(heat.argmax()), heat.shape)
    assert row >= 9 and column >= 8
