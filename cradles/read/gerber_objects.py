"""What gerbonara reads of a Gerber or Excellon file, within bounds."""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from typing import Any

from gerbonara import ExcellonFile, GerberFile
from gerbonara.utils import MM

from cradles.errors import DesignFileError

MOST_COMMANDS = 200_000
_REPEAT = re.compile(rb"^\s*R(\d+)", re.MULTILINE)
_SLOT = re.compile(r"^[ \t]*((?:[XY][-+.\d]+)+)G85((?:[XY][-+.\d]+)+)[ \t]*$", re.MULTILINE)
_STEP = re.compile(rb"SRX(\d+)Y(\d+)")


def _check_length(kind: Any, file: Path) -> None:
    """Commands, and what their repetitions make of them, before the reader makes objects of it."""
    data = file.read_bytes()
    if kind is ExcellonFile:
        found = data.count(b"\n") + data.count(b"\r")
        found += sum(int(count[:9]) for count in _REPEAT.findall(data))
    else:
        if b"%FS" not in data:
            raise DesignFileError(
                expected=f"{file.name} to be a Gerber file",
                found="no format statement (%FS) in it",
                action="Export the files again (RS-274X or X2).",
            )
        repeats = [int(x[:9]) * int(y[:9]) for x, y in _STEP.findall(data)]
        found = data.count(b"*") * max([1, *repeats])
    if found > MOST_COMMANDS:
        raise DesignFileError(
            expected=f"at most {MOST_COMMANDS} holes or strokes in {file.name}",
            found=str(found),
            action="Export the board's edge, and its drills without the vias.",
        )


def objects_of(kind: Any, file: Path) -> list[Any]:
    """`kind` is `GerberFile` or `ExcellonFile`. Raises `DesignFileError`, also for a file that
    does not tell its unit."""
    _check_length(kind, file)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the reader is stricter than board houses
            read = _with_slots(file) if kind is ExcellonFile else None
            objects = list((read or kind.open(file)).objects)
    except Exception as error:
        raise DesignFileError(
            expected=f"{file.name} to be a {'Gerber' if kind is GerberFile else 'drill'} file",
            found=_in_words(error, file),
            action="Export the files again (RS-274X or X2, Excellon).",
        ) from error
    if any(item.unit is None for item in objects):
        raise DesignFileError(
            expected=f"{file.name} to say its unit",
            found="none",
            action="Export it again, in millimetres.",
        )
    return objects


def _in_words(error: Exception, file: Path) -> str:
    """The reader's last line, without the folder."""
    last = (str(error).splitlines() or [""])[-1]
    return last.replace(f"{file.parent}/", "")[-120:] or type(error).__name__


def _with_slots(file: Path) -> Any:
    """The reader knows slots as routes, not as G85, which says the same in one line. None where
    there are none."""
    text = file.read_text(encoding="utf-8", errors="replace")
    routed, count = _SLOT.subn(r"G00\1\nM15\nG01\2\nM16\nG05", text)
    return ExcellonFile.from_string(routed, filename=file) if count else None


def in_mm(item: Any, point: tuple[float, float]) -> tuple[float, float]:
    x, y = (item.unit.convert_to(MM, value) for value in point)
    return round(float(x), 6), round(float(y), 6)
