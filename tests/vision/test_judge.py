"""The reference comparison on made-up features, where what is good and what is not is known."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from appliance.terms import Polarity
from appliance.vision.interpreter import Outputs
from appliance.vision.judge import ReferenceJudge
from appliance.vision.judge_maps import Channels
from appliance.vision.judge_window import MOST_PROTOTYPES, Usual, learn_window
from appliance.vision.samples import WindowSamples

Pattern = npt.NDArray[np.float64]

PARTS = ("R1", "R2", "C1", "C2", "U1", "J1", "D1", "L1")
SHAPES = {"dense8": (16, 16, 40), "dense16": (8, 8, 112)}


def look(part: str) -> dict[str, Pattern]:
    """What the model would give for a part without any noise. Like real parts it is mostly, but
    not wholly, the same when it is turned."""
    rng = np.random.default_rng([ord(letter) for letter in part])
    found = {}
    for name, shape in SHAPES.items():
        half, mark = rng.normal(0.0, 30.0, shape), rng.normal(0.0, 30.0, shape)
        found[name] = 0.8 * (half + half[::-1, ::-1]) / np.sqrt(2.0) + 0.6 * mark
    return found


def seen(pattern: dict[str, Pattern], rng: np.random.Generator, noise: float = 8.0) -> Outputs:
    return {
        name: np.clip(np.rint(each + rng.normal(0.0, noise, each.shape)), -128, 127).astype(np.int8)
        for name, each in pattern.items()
    }


def turned(pattern: dict[str, Pattern]) -> dict[str, Pattern]:
    return {name: each[::-1, ::-1] for name, each in pattern.items()}


def samples(
    boards: int,
    *,
    parts: tuple[str, ...] = PARTS,
    copies: int = 0,
    polarity: Polarity = Polarity.FIXED,
    seed: int = 0,
) -> list[WindowSamples]:
    rng = np.random.default_rng(seed)
    return [
        WindowSamples(
            component=part,
            part_type=part[0],
            polarity=polarity,
            good=tuple(seen(look(part), rng) for _ in range(boards)),
            turned=tuple(seen(turned(look(part)), rng) for _ in range(boards)),
            augmented=tuple(
                tuple(seen(look(part), rng) for _ in range(copies)) for _ in range(boards)
            ),
        )
        for part in parts
    ]


@pytest.fixture(scope="module")
def judge() -> ReferenceJudge:
    return ReferenceJudge(samples(8))


def test_new_good_windows_stay_below_the_review_threshold(judge: ReferenceJudge) -> None:
    rng = np.random.default_rng(100)
    scores = [judge.judge(part, seen(look(part), rng)).score for part in PARTS for _ in range(25)]
    review, _ = judge.calibrate().bands["R1"]
    # 64 golden windows promise at most 10 %; twenty of 200 are the mean of what may come.
    assert np.mean(np.array(scores) > review) <= 0.2


def test_another_part_is_a_defect_and_said_to_be_one(judge: ReferenceJudge) -> None:
    rng = np.random.default_rng(101)
    bands = judge.calibrate().bands
    for part, other in zip(PARTS, (*PARTS[1:], PARTS[0]), strict=True):
        found = judge.judge(part, seen(look(other), rng))
        assert found.score > bands[part][1]
        assert found.reason == "The part is missing, or it is another part."
        assert found.heat.shape == (16, 16) and found.heat.dtype == np.float32
        assert found.heat.mean() == pytest.approx(1.0, abs=0.15)


def test_a_turned_part_is_a_defect_and_said_to_be_turned(judge: ReferenceJudge) -> None:
    rng = np.random.default_rng(102)
    found = judge.judge("D1", seen(turned(look("D1")), rng))
    assert found.score > judge.calibrate().bands["D1"][1]
    assert found.reason == "It looks turned."


def test_a_part_that_may_turn_is_good_either_way() -> None:
    judge = ReferenceJudge(samples(8, polarity=Polarity.HALF_TURN))
    rng = np.random.default_rng(103)
    review, _ = judge.calibrate().bands["R1"]
    upright = judge.judge("R1", seen(look("R1"), rng)).score
    around = judge.judge("R1", seen(turned(look("R1")), rng)).score
    assert around == pytest.approx(upright, abs=2.0) and around < review + 1.0
    assert judge.judge("R1", seen(look("C1"), rng)).score > 3 * review


def test_windows_that_may_turn_and_that_may_not_live_on_one_board() -> None:
    mixed = samples(6)
    mixed[0] = replace(mixed[0], polarity=Polarity.HALF_TURN)
    judge = ReferenceJudge(mixed)
    rng = np.random.default_rng(104)
    bands = judge.calibrate().bands
    assert judge.judge("R1", seen(turned(look("R1")), rng)).score < bands["R1"][1]
    assert judge.judge("R2", seen(turned(look("R2")), rng)).score > bands["R2"][1]


def test_a_difference_is_placed_and_the_heat_lies_there(judge: ReferenceJudge) -> None:
    rng = np.random.default_rng(105)
    pattern, foreign = look("U1"), look("J1")
    for name, side in (("dense8", 5), ("dense16", 3)):
        pattern[name] = pattern[name].copy()
        pattern[name][:side, :side] = foreign[name][:side, :side]
    found = judge.judge("U1", seen(pattern, rng))
    assert found.reason == "It differs at the upper left."
    assert found.heat[:4, :4].mean() > 0.8 and found.heat[8:, 8:].mean() < 0.1


def test_thresholds_promise_no_more_than_the_scores_hold(judge: ReferenceJudge) -> None:
    calibration = judge.calibrate()
    assert set(calibration.bands) == set(PARTS)
    assert len(set(calibration.bands.values())) == 1, "scores have one meaning in all windows"
    review, defect = calibration.bands["R1"]
    assert review < defect
    assert calibration.guarantee == (
        "At most 9.23% of good windows above the review threshold and 1.54% above the defect "
        "threshold, by conformal quantiles of 64 scores of good windows, leave-one-board-out over "
        "8 golden boards; defects were not used."
    )


def test_more_golden_windows_promise_more() -> None:
    judge = ReferenceJudge(samples(16))
    assert judge.calibrate().guarantee.startswith(
        "At most 9.30% of good windows above the review threshold and 2.33% above the defect"
    )


def test_an_odd_golden_board_does_not_set_the_threshold() -> None:
    taught = samples(8)
    odd = replace(
        taught[0], good=(*taught[0].good[:-1], seen(look("U1"), np.random.default_rng(1)))
    )
    clean, _ = ReferenceJudge(taught).calibrate().bands["R1"]
    with_odd, _ = ReferenceJudge([odd, *taught[1:]]).calibrate().bands["R1"]
    assert with_odd < clean + 1.0


def test_one_golden_board_is_learnt_from_its_copies() -> None:
    judge = ReferenceJudge(samples(1, copies=6))
    calibration = judge.calibrate()
    assert "copies of the only golden board" in calibration.guarantee
    rng = np.random.default_rng(106)
    _, defect = calibration.bands["C1"]
    assert judge.judge("C1", seen(look("C1"), rng)).score < defect
    assert judge.judge("C1", seen(look("L1"), rng)).score > defect


def test_a_window_that_is_good_on_one_board_only_is_judged_among_the_others() -> None:
    taught = samples(6)
    single = replace(samples(1, copies=6)[3], component="C2")
    judge = ReferenceJudge([*taught[:3], single, *taught[4:]])
    rng = np.random.default_rng(107)
    _, defect = judge.calibrate().bands["C2"]
    assert judge.judge("C2", seen(look("C2"), rng)).score < defect
    assert judge.judge("C2", seen(look("R1"), rng)).score > defect


def test_a_board_of_one_part_type_knows_what_is_unlike_it() -> None:
    judge = ReferenceJudge(samples(6, parts=("R1", "R2")))
    rng = np.random.default_rng(108)
    _, defect = judge.calibrate().bands["R1"]
    assert judge.judge("R1", seen(look("U1"), rng)).score > defect


def test_prototypes_of_a_window_are_capped() -> None:
    window, other = samples(30, parts=("R1", "C1"))
    views = [view for each in (window, other) for view in each.good]
    usual = Usual(
        fine=Channels.of([view["dense8"] for view in views]),
        coarse=Channels.of([view["dense16"] for view in views]),
    )
    learnt = learn_window(window, other.good[:3], usual)
    assert learnt.reference.fine.count == learnt.reference.coarse.count == MOST_PROTOTYPES
    assert learnt.left_out_values.shape == (30, 3)


def test_what_was_learnt_survives_a_file_and_learning_twice_is_the_same(
    judge: ReferenceJudge,
) -> None:
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, **judge.arrays())
    file.seek(0)
    with np.load(file, allow_pickle=False) as arrays:
        back = ReferenceJudge.from_arrays(dict(arrays))
    again = ReferenceJudge(samples(8))
    rng = np.random.default_rng(109)
    for part in PARTS:
        outputs = seen(look(part), rng)
        judged = [each.judge(part, outputs) for each in (judge, back, again)]
        assert len({(each.score, each.reason, each.heat.tobytes()) for each in judged}) == 1
    assert judge.calibrate() == back.calibrate() == again.calibrate()


def test_a_file_that_lacks_an_array_is_refused(judge: ReferenceJudge) -> None:
    arrays = judge.arrays()
    del arrays["3/weights_turn"]
    with pytest.raises(KeyError, match="weights_turn"):
        ReferenceJudge.from_arrays(arrays)


def test_learning_from_nothing_says_what_is_needed() -> None:
    with pytest.raises(ValueError, match="at least one window"):
        ReferenceJudge([])
    with pytest.raises(ValueError, match="second golden board"):
        ReferenceJudge(samples(1))
    taught = samples(3)
    with pytest.raises(ValueError, match="window R2 has no good view"):
        ReferenceJudge([taught[0], replace(taught[1], good=(), turned=()), *taught[2:]])


def test_an_unknown_component_is_an_error(judge: ReferenceJudge) -> None:
    with pytest.raises(KeyError, match="X9"):
        judge.judge("X9", samples(1)[0].good[0])


def test_evidence_of_a_golden_view_is_next_to_nothing(judge: ReferenceJudge) -> None:
    taught = samples(8)
    evidence = judge._windows["J1"].evidence(taught[5].good[2], judge._usual)
    assert float(evidence.strangeness) < 0.01 and evidence.values[0] < 0.01
