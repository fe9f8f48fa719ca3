"""Kappas against published tables and against sums done by hand."""

from __future__ import annotations

import numpy as np
import pytest

from appliance.proof.intervals import (
    NO_SPREAD,
    ONE_CATEGORY,
    TOO_FEW,
    Share,
    kappa_by_board,
    wilson,
)
from appliance.proof.kappa import cohen, cohen_of, cohen_sums, fleiss, fleiss_of, fleiss_sums

# Fleiss (1971), table 1: 30 patients, 6 diagnoses each, as counts of the categories depression,
# personality disorder, schizophrenia, neurosis, other. In the paper: P = 0.555, chance 0.220,
# kappa 0.430.
FLEISS_1971 = """
00060 03003 01401 00006 03030 20400 00402 20310 20040 00006
10050 11040 03300 10050 02031 00501 30012 51000 02040 10203
00006 01050 02013 20040 10041 05010 40002 02040 10500 00006
"""

# AIAG, Measurement Systems Analysis, 4th edition, chapter III section C: the tables of answers of
# the appraisers A, B, C with each other and with the reference (not good, good), and the kappas
# that the manual gives for them.
AIAG = {
    "A and B": ([[44, 6], [3, 97]], 0.86),
    "B and C": ([[42, 5], [9, 94]], 0.79),
    "A and C": ([[43, 7], [8, 92]], 0.78),
    "A and reference": ([[45, 5], [3, 97]], 0.88),
    "B and reference": ([[45, 2], [3, 100]], 0.92),
    "C and reference": ([[42, 9], [6, 93]], 0.77),
}


def test_fleiss_own_example() -> None:
    counts = [[int(digit) for digit in word] for word in FLEISS_1971.split()]
    sums = fleiss_sums(counts).sum(axis=0)
    assert sums[2:].tolist() == [26, 26, 30, 55, 43]
    assert sums[1] / sums[0] == pytest.approx(0.5556, abs=5e-5)
    assert fleiss(counts) == pytest.approx(0.430, abs=5e-4)


@pytest.mark.parametrize("who", AIAG)
def test_the_manuals_tables_give_the_manuals_kappas(who: str) -> None:
    table, published = AIAG[who]
    found = cohen(table)
    assert found is not None
    assert round(found, 2) == published


def test_cohen_by_hand() -> None:
    # 20 yes/yes, 5 yes/no, 10 no/yes, 15 no/no: seen 35/50 = 0.7;
    # chance (25*30 + 25*20)/2500 = 0.5; (0.7 - 0.5)/(1 - 0.5) = 0.4.
    assert cohen([[20, 5], [10, 15]]) == pytest.approx(0.4, abs=1e-12)
    # Full disagreement, half and half: seen 0, chance 0.5: -1.
    assert cohen([[0, 5], [5, 0]]) == pytest.approx(-1.0, abs=1e-12)


def test_fleiss_by_hand() -> None:
    # Four answers to each of three items: (4,0), (1,3), (3,1). Agreeing pairs of 12:
    # 12, 6, 6: mean 2/3. Shares 8/12, 4/12: chance 4/9 + 1/9 = 5/9. (6/9 - 5/9)/(4/9) = 1/4.
    assert fleiss([[4, 0], [1, 3], [3, 1]]) == pytest.approx(0.25, abs=1e-12)
    # Two answers that always differ: the least there is, -1/(2 - 1).
    assert fleiss([[1, 1], [1, 1]]) == pytest.approx(-1.0, abs=1e-12)


def test_one_category_only_has_no_kappa_and_says_so() -> None:
    assert fleiss([[4, 0], [4, 0]]) is None
    assert cohen([[0, 0], [0, 9]]) is None
    boards = np.array([f"B{n}" for n in range(6)])
    found = kappa_by_board(fleiss_sums([[4, 0]] * 6), boards, fleiss_of)
    assert (found.value, found.low, found.high, found.words) == (None, None, None, ONE_CATEGORY)


def test_unequal_numbers_of_answers_are_refused() -> None:
    for counts in ([[2, 0], [2, 1]], [[1, 0], [0, 1]], np.zeros((0, 2))):
        with pytest.raises(ValueError, match="same number of answers"):
            fleiss(counts)


def test_sums_of_boards_give_the_kappa_of_the_boards_drawn() -> None:
    """What the bootstrap relies on: a board drawn twice counts as two boards."""
    random = np.random.default_rng(3)
    counts = np.column_stack([good := random.integers(0, 5, 24), 4 - good])
    first, second = random.integers(0, 2, (2, 24))
    drawn = np.array([2, 0, 1, 1])
    boards = np.repeat(np.arange(4), 6)
    places = np.concatenate([np.repeat(np.nonzero(boards == b)[0], t) for b, t in enumerate(drawn)])
    for sums, again, of in (
        (fleiss_sums(counts), fleiss_sums(counts[places]), fleiss_of),
        (cohen_sums(first, second), cohen_sums(first[places], second[places]), cohen_of),
    ):
        by_board = np.array([sums[boards == b].sum(axis=0) for b in range(4)])
        assert of(drawn @ by_board) == pytest.approx(of(again.sum(axis=0)), abs=1e-12)


def test_an_interval_holds_the_value_comes_again_and_narrows_with_boards() -> None:
    pattern = [[4, 0], [4, 0], [3, 1], [0, 4], [1, 3]]

    def width(times: int) -> float:
        boards = np.array([f"B{n:03}" for n in range(5 * times)])
        found = kappa_by_board(fleiss_sums(pattern * times), boards, fleiss_of)
        assert found == kappa_by_board(fleiss_sums(pattern * times), boards, fleiss_of)
        assert found.value is not None and found.low is not None and found.high is not None
        assert found.low < found.value < found.high
        return found.high - found.low

    # The width goes with one over the root of the boards: sixteen times as many, a quarter.
    assert 3.0 < width(3) / width(48) < 5.5


def test_where_resampling_cannot_tell_it_says_why() -> None:
    few = kappa_by_board(
        fleiss_sums([[2, 0], [1, 1], [0, 2]]), np.array(["a", "b", "c"]), fleiss_of
    )
    assert (few.low, few.words) == (None, TOO_FEW)
    # Every board has one good and one bad window, all answers agree: each resample gives 1.
    same = kappa_by_board(
        fleiss_sums([[2, 0], [0, 2]] * 6), np.repeat([f"B{n}" for n in range(6)], 2), fleiss_of
    )
    assert (same.value, same.low, same.words) == (1.0, None, NO_SPREAD)


def test_wilson_by_hand() -> None:
    # 0 of n: the upper end is z²/(n + z²): 3.8415/(19 + 3.8415) = 0.1682.
    assert wilson(0, 19) == (0.0, pytest.approx(0.1682, abs=5e-5))
    # 5 of 10: 0.5 ± z/(2 sqrt(n + z²)) = 0.5 ± 1.96/(2 * 3.7204) = 0.5 ± 0.2634.
    assert wilson(5, 10) == (pytest.approx(0.2366, abs=5e-5), pytest.approx(0.7634, abs=5e-5))
    assert Share(count=0, of=0).value is None
