"""What commissioning has found so far, in one durable file: `commissioning/state.toml`.

A step that is done again replaces its result; the one before goes to the history. The file is the
whole truth: the terminal, the page and the acceptance sheet read it through `read`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import tomli_w

from appliance.commission.errors import CommissionError
from appliance.commission.values import Finding, Outcome
from appliance.durable import make_folder, only_writer, write_durably
from appliance.store import Moment
from appliance.toml_strict import read_toml, to_table

FOLDER = "commissioning"
"""Below the unit's data, beside its records."""
FILE = "state.toml"
FORMAT = 1
MOST_HISTORY = 500
"""Older results than these are dropped: a person makes a dozen a commissioning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One step's finding, and when and by whom and with what it was made."""

    step: str
    finding: Finding
    utc: str
    clock_synced: bool
    """Whether a time server stood behind `utc`."""
    by: str
    software_version: str
    simulated: bool
    """Found on a simulated cabinet: it says nothing of a real one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    unit: str
    results: tuple[Result, ...] = ()
    """The newest of each step, in the order in which they were made."""
    history: tuple[Result, ...] = ()
    """Results that were replaced, the oldest first."""
    format: int = FORMAT

    def __post_init__(self) -> None:
        if self.format != FORMAT:
            raise ValueError(f"format {self.format} is another than {FORMAT} of this version")

    def result(self, step: str) -> Result | None:
        return next((each for each in self.results if each.step == step), None)

    def missing(self, needed: Iterable[str]) -> tuple[str, ...]:
        """Those of the needed steps that have not passed yet, in their order."""
        passed = {each.step for each in self.results if each.finding.passed}
        return tuple(name for name in needed if name not in passed)

    def with_result(self, result: Result) -> Record:
        before = self.result(result.step)
        kept = tuple(each for each in self.results if each.step != result.step)
        history = self.history if before is None else (*self.history, before)
        return replace(self, results=(*kept, result), history=history[-MOST_HISTORY:])


def read(folder: Path, *, unit: str) -> Record:
    """What `folder` (see `commissioning_folder`) holds; an empty record of `unit` if nothing yet.

    Raises `TomlError` for a file that is no record, which only a hand or a broken card can do.
    """
    path = folder / FILE
    return read_toml(path, Record) if path.exists() else Record(unit=unit)


def keep(folder: Path, result: Result, *, unit: str) -> Record:
    """Put the result in its place, durably. Raises `CommissionError` when the disk refuses."""
    try:
        make_folder(folder)
        with only_writer(folder):
            record = replace(read(folder, unit=unit).with_result(result), unit=unit)
            write_durably(folder / FILE, tomli_w.dumps(to_table(record)).encode())
    except OSError as error:
        raise CommissionError(
            expected=f"to keep the result of '{result.step}' in {folder / FILE}",
            found=error.strerror or str(error),
            action="Free some space or replace the card, then do the step again.",
        ) from error
    return record


def result_of(
    step: str, finding: Finding, *, at: Moment, by: str, software_version: str, simulated: bool
) -> Result:
    return Result(
        step=step,
        finding=finding,
        utc=at.utc,
        clock_synced=at.clock_synced,
        by=by,
        software_version=software_version,
        simulated=simulated,
    )


def skipped(found: str = "Left out by choice.") -> Finding:
    return Finding(
        outcome=Outcome.SKIPPED, found=found, next_step="Do the step when it is possible."
    )
