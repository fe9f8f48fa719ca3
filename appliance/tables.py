"""The two tables a technician hands over: where the windows are, and which boards are faulty."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from appliance.refusal import Refusal
from appliance.terms import Polarity, Rect

_CORNERS = ("xmin", "ymin", "xmax", "ymax")


class TableError(Refusal):
    """A table with a missing column, an unreadable value or an unknown name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowRow:
    """One row of windows.csv, corners in pixels of the first golden picture."""

    component: str
    part_type: str
    rect: Rect
    polarity: Polarity


def read_windows(path: Path) -> tuple[WindowRow, ...]:
    """Read component,part_type,xmin,ymin,xmax,ymax[,polarity]; further columns are ignored."""
    rows = []
    for line, row in _rows(path, ("component", "part_type", *_CORNERS)):
        where = f"{path.name} line {line}"
        component = row["component"].strip()
        if not component:
            raise TableError(
                expected=f"a component in {where}", found="nothing", action="Fill it in."
            )
        corners = [_number(row[name], f"{name} in {where}") for name in _CORNERS]
        rows.append(
            WindowRow(
                component=component,
                part_type=row["part_type"].strip(),
                rect=Rect(
                    xmin_px=corners[0], ymin_px=corners[1], xmax_px=corners[2], ymax_px=corners[3]
                ),
                polarity=_polarity(row.get("polarity") or "", where),
            )
        )
    return tuple(rows)


def read_faults(
    path: Path, goldens: Sequence[Path], components: Sequence[str]
) -> tuple[frozenset[str], ...]:
    """For each golden picture the components that image,component marks as bad.

    An image is named by its path, its file name or its name without ending; rows of pictures
    that are not among the golden ones are skipped, an unknown component of one that is, is an
    error: the fault it means would be taught as good.
    """
    bad: list[set[str]] = [set() for _ in goldens]
    for line, row in _rows(path, ("image", "component")):
        name, component = row["image"].strip(), row["component"].strip()
        for golden, marked in zip(goldens, bad, strict=True):
            if name not in (str(golden), golden.stem) and Path(name).name != golden.name:
                continue
            if component not in components:
                raise TableError(
                    expected=f"a component of the windows in {path.name} line {line}",
                    found=f"'{component}'",
                    action="Correct its name.",
                )
            marked.add(component)
    return tuple(frozenset(each) for each in bad)


def _rows(path: Path, columns: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise TableError(
            expected=f"a readable table {path}",
            found=str(error),
            action="Check the path and that it is a CSV file in UTF-8.",
        ) from error
    reader = csv.DictReader(text.splitlines(), skipinitialspace=True)
    missing = [name for name in columns if name not in (reader.fieldnames or ())]
    if missing:
        raise TableError(
            expected=f"the columns {', '.join(columns)} in {path.name}",
            found=f"no {', '.join(missing)}",
            action="Add the column's name to the first line.",
        )
    for row in reader:
        if any(row[name] is None for name in columns):
            raise TableError(
                expected=f"a value for each column in {path.name} line {reader.line_num}",
                found="fewer",
                action="Complete the line.",
            )
        yield reader.line_num, row


def _number(text: str, where: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise TableError(
            expected=f"a number for {where}", found=repr(text), action="Correct the table."
        ) from None


def _polarity(text: str, where: str) -> Polarity:
    try:
        return Polarity(text.strip() or Polarity.FIXED)
    except ValueError:
        raise TableError(
            expected=f"polarity fixed or half_turn in {where}",
            found=repr(text),
            action="Correct the table.",
        ) from None
