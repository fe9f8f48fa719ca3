"""One window judged once in a study, and a table of them from a file.

The attribute that is studied has two values: GOOD, and not GOOD. UNSURE and DEFECT are one value
here, for both keep the green lamp dark.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from appliance.proof.errors import ProofError
from appliance.terms import Call

NEEDED = ("board", "operator", "repeat", "window", "call")
_REFERENCE = {"good": True, "bad": False, "": None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What the cabinet said of one window when one operator inserted one board once."""

    board: str
    """Its serial."""
    operator: str
    repeat: int
    """1, 2, ...: the how-manieth time this operator inserts this board."""
    component: str
    call: Call
    score: float | None = None
    review_above: float | None = None
    """The threshold that the score was held against: above it the call is not GOOD."""
    reference: bool | None = None
    """The right answer: True for good, False for bad, None where nobody knows."""

    @property
    def good(self) -> bool:
        return self.call is Call.GOOD

    @property
    def where(self) -> str:
        return f"{self.component} of {self.board}, {self.operator}, repeat {self.repeat}"


def checked(trials: Iterable[Trial]) -> tuple[Trial, ...]:
    """The trials in a fixed order. Raises `ProofError` for none, for one that stands there twice
    and for a window of a board with two right answers."""
    found: dict[tuple[str, str, str, int], Trial] = {}
    answers: dict[tuple[str, str], bool | None] = {}
    for trial in trials:
        key = (trial.component, trial.board, trial.operator, trial.repeat)
        if key in found:
            raise ProofError(
                expected="each trial once",
                found=f"two of {trial.where}",
                action="Number the repeats of an operator 1, 2, 3, ...",
            )
        answer = answers.setdefault(key[:2], trial.reference)
        if answer is not trial.reference:
            raise ProofError(
                expected=f"one reference for {trial.component} of {trial.board}",
                found="two that differ",
                action="Give every row of a window and board the same reference.",
            )
        found[key] = trial
    if not found:
        raise ProofError(
            expected="trials",
            found="none",
            action="Insert the boards of the plan; each inspection adds its windows.",
        )
    return tuple(found[key] for key in sorted(found))


def read_trials(path: Path) -> tuple[Trial, ...]:
    """A table `board,operator,repeat,window,call[,reference][,score,review_above]`; `reference` is
    good, bad or empty. Raises `ProofError` naming the line; OSError."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return checked(_rows(csv.DictReader(file, restval=""), path.name))
    except (UnicodeDecodeError, csv.Error) as error:
        raise ProofError(
            expected=f"a table in UTF-8 in {path.name}",
            found=str(error),
            action="Save it as CSV with commas.",
        ) from error


def _rows(reader: csv.DictReader[str], name: str) -> Iterator[Trial]:
    missing = [column for column in NEEDED if column not in (reader.fieldnames or ())]
    if missing:
        raise ProofError(
            expected=f"the columns {', '.join(NEEDED)} in {name}",
            found=f"no {', '.join(missing)}",
            action="Name the columns in the first line.",
        )
    for row in reader:
        where = f"line {reader.line_num} of {name}"
        try:
            yield Trial(
                board=_text(row["board"], "board"),
                operator=_text(row["operator"], "operator"),
                repeat=_repeat(row["repeat"]),
                component=_text(row["window"], "window"),
                call=Call(row["call"].strip().upper()),
                score=_number(row.get("score", "")),
                review_above=_number(row.get("review_above", "")),
                reference=_REFERENCE[row.get("reference", "").strip().lower()],
            )
        except (ValueError, KeyError) as error:
            raise ProofError(
                expected=f"in {where} a board, an operator, a repeat from 1, a window, a call "
                "(GOOD, UNSURE, DEFECT) and as reference good, bad or nothing",
                found=str(error),
                action="Correct the line.",
            ) from error


def _text(found: str, name: str) -> str:
    if not found.strip():
        raise ValueError(f"no {name}")
    return found.strip()


def _repeat(found: str) -> int:
    number = int(found)
    if number < 1:
        raise ValueError(f"repeat {number}")
    return number


def _number(found: str) -> float | None:
    if not found.strip():
        return None
    number = float(found)
    if not math.isfinite(number):
        raise ValueError(f"{found} is no finite number")
    return number
