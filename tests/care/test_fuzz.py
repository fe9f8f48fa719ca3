"""The short form of `make fuzz-backup`: damaged and forged archives change nothing, or everything
that they say."""

from __future__ import annotations

from pathlib import Path

from .fuzz import Fuzz

CASES = 300


def test_no_archive_harms_a_unit(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    fuzz = Fuzz(tmp_path / "in")
    for number in range(CASES):
        fuzz.case(number)
    outcomes = fuzz.outcomes
    assert outcomes.total() == CASES
    assert outcomes["strangers: restored"] == 0
    # Both ways out are walked, so that neither is a test of nothing.
    assert sum(n for word, n in outcomes.items() if word.endswith("restored")) > 5
    assert sum(n for word, n in outcomes.items() if word.endswith("refused")) > 200
