"""The text of a table in whatever dialect it was exported: encoding, separator, heading, lines.

A dialect is never asked for. The heading is the first line that names a designator, an x and a y;
the separator is the one that makes most columns of it.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cradles.errors import DesignFileError

MOST_BYTES = 8_000_000
MOST_LINES = 50_000
_LONGEST_LINE = 20_000
_HEADING_WITHIN = 200
"""Lines that may stand above the heading: dates, paths, units."""
_SEPARATORS = (",", ";", "\t", "|", "!")

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    number: int
    cells: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class TextTable:
    heading: Words
    heading_number: int
    preamble: Words
    """The lines above the heading, as they are."""
    lines: tuple[Line, ...]


def read_text(path: Path) -> str:
    """UTF-8 with or without a mark, UTF-16, else Latin-1. Raises `DesignFileError`."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise _no_table(path, f"{path.stat().st_size / 1e6:.0f} MB")
        data = path.read_bytes()
    except OSError as error:
        raise DesignFileError(
            expected=f"a readable table {path}",
            found=error.strerror or str(error),
            action="Check the path.",
        ) from error
    text = _decoded(data, path)
    if "\x00" in text:
        raise _no_table(path, "bytes that are no text")
    if not text.strip():
        raise _no_table(path, "an empty file")
    return text


def parse(text: str, path: Path, is_heading: Callable[[Words], bool]) -> TextTable | None:
    """The table below the first line that `is_heading` takes for one; None without such a line."""
    raw = text.splitlines()
    if len(raw) > MOST_LINES or any(len(line) > _LONGEST_LINE for line in raw):
        raise _no_table(path, "a file of too many lines, or with a line too long")
    for index, line in enumerate(raw[:_HEADING_WITHIN]):
        bare = line.strip().lstrip("#").strip()
        choices = [
            (len(cells), separator)
            for separator in _SEPARATORS
            if is_heading(cells := _split(bare, separator))
        ]
        if choices:
            separator = max(choices)[1]
            lines = _separated(raw, index + 1, separator)
        elif is_heading(tuple(bare.split())):
            separator = ""
            lines = _in_columns(line, raw, index + 1, path)
        else:
            continue
        return TextTable(
            heading=_split(bare, separator) if separator else tuple(bare.split()),
            heading_number=index + 1,
            preamble=tuple(raw[:index]),
            lines=tuple(lines),
        )
    return None


def words_alone(text: str) -> tuple[Line, ...]:
    """A table without a heading, its words between spaces (Eagle's .mnt and .mnb)."""
    return tuple(
        Line(number=number, cells=tuple(line.split()))
        for number, line in enumerate(text.splitlines(), start=1)
        if line.strip() and not line.lstrip().startswith("#")
    )


def _decoded(data: bytes, path: Path) -> str:
    marks = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}
    named = next((code for mark, code in marks.items() if data.startswith(mark)), None)
    if named is None and len(data) > 3:
        # Every other byte of plain words in UTF-16 is zero
        named = {(True, False): "utf-16-be", (False, True): "utf-16-le"}.get(
            (data[:64:2].count(0) > 8, data[1:64:2].count(0) > 8)
        )
    try:
        return data.decode(named or "utf-8")
    except UnicodeDecodeError as error:
        if named is not None:
            raise _no_table(path, f"text that is no {named}") from error
        return data.decode("latin-1")


def _split(line: str, separator: str) -> Words:
    if '"' not in line:
        return tuple(cell.strip() for cell in line.split(separator))
    try:
        cells = next(csv.reader([line], delimiter=separator, skipinitialspace=True), [])
    except csv.Error:
        cells = line.split(separator)
    return tuple(cell.strip() for cell in cells)


def _separated(raw: Sequence[str], first: int, separator: str) -> list[Line]:
    """Lines of rules (----) and comments are none of the table; a trailing separator is no cell."""
    made = []
    for number, line in enumerate(raw[first:], start=first + 1):
        cells = _split(line.strip(" "), separator)
        rule = not re.search(r"\w", line)
        if not rule and not line.lstrip().startswith("#"):
            made.append(Line(number=number, cells=cells))
    return made


def _in_columns(heading: str, raw: Sequence[str], first: int, path: Path) -> list[Line]:
    """Words between spaces; where a cell has spaces itself, the places of the heading's words."""
    marked = heading.replace("#", " ")
    starts = [found.start() for found in re.finditer(r"\S+", marked)]
    made = []
    for number, line in enumerate(raw[first:], start=first + 1):
        if not re.search(r"\w", line) or line.lstrip().startswith("#"):
            continue
        cells = _split(re.sub(r"\s+", " ", line.strip()), " ")
        if len(cells) != len(starts):
            ends = [*starts[1:], len(line)]
            between = [i for i in starts[1:] if 0 < i < len(line) and not (line[i - 1]).isspace()]
            if between:
                raise DesignFileError(
                    expected=f"{len(starts)} words in line {number} of {path.name}",
                    found=f"{len(cells)}, which do not stand below the heading's either",
                    action="Export the table as CSV.",
                )
            cells = tuple(line[a:b].strip().strip('"') for a, b in zip(starts, ends, strict=True))
        made.append(Line(number=number, cells=cells))
    return made


def _no_table(path: Path, found: str) -> DesignFileError:
    return DesignFileError(
        expected=f"{path.name} to be a table of parts, text of at most {MOST_BYTES // 10**6} MB",
        found=found,
        action="Export the pick-and-place table again, as CSV.",
    )
