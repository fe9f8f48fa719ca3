"""The short form of `make fuzz-firstboot`: whatever lies on the boot partition, a unit has settings
that follow from one whole file."""

from __future__ import annotations

from pathlib import Path

from .fuzz import KINDS, Fuzz

CASES = 300


def test_no_first_boot_file_harms_a_unit(tmp_path: Path) -> None:
    fuzz = Fuzz(tmp_path)
    for number in range(CASES):
        fuzz.case(number)
    assert fuzz.outcomes.total() == CASES
    # Both ways out are walked, so that neither is a test of nothing.
    for word, least in (("taken up", 15), ("refused", 150)):
        assert sum(n for told, n in fuzz.outcomes.items() if told.endswith(word)) >= least, word
    kinds = {told.split(":")[0] for told in fuzz.outcomes}
    assert kinds == {kind.__name__.strip("_") for kind in KINDS}
