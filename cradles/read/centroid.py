"""Pick-and-place (centroid) tables: which part lies where, how it is turned, on which side.

Read are the tables of KiCad (CSV and .pos), Altium, Eagle (.mnt, .mnb), Fusion, EasyEDA and JLC,
OrCAD and Allegro, with commas, semicolons, tabs, bars or spaces, with decimal points or commas. A
unit is what the values, the heading or the lines above it say; none is guessed.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from appliance.board import Side
from cradles.errors import DesignFileError
from cradles.read.table_text import Line, TextTable, Words, parse, read_text, words_alone

TO_MM = {"mm": 1.0, "inch": 25.4, "mil": 0.0254}
_UNIT_WORDS = {
    "mm": "mm", "millimeter": "mm", "millimeters": "mm", "millimetre": "mm", "millimetres": "mm",
    "in": "inch", "inch": "inch", "inches": "inch", '"': "inch",
    "mil": "mil", "mils": "mil", "th": "mil", "thou": "mil",
}  # fmt: skip
# Names of columns with everything but letters and digits left out; the first that is there counts.
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "designator": (
        "designator", "ref", "refdes", "reference", "references", "refdesignator", "part",
        "partreference", "component", "name",
    ),
    "x": (
        "midx", "centerx", "centrex", "centroidx", "posx", "x", "xpos", "symx", "xlocation",
        "locationx", "xcoordinate", "coordx", "xcoord", "positionx", "placex", "refx",
    ),
    "y": (
        "midy", "centery", "centrey", "centroidy", "posy", "y", "ypos", "symy", "ylocation",
        "locationy", "ycoordinate", "coordy", "ycoord", "positiony", "placey", "refy",
    ),
    "rotation": (
        "rotation", "rot", "angle", "orientation", "symrotate", "rotate", "rotationdeg",
    ),
    "side": ("side", "layer", "tb", "boardside", "symmirror", "mirror", "placementside"),
    "package": (
        "package", "footprint", "pattern", "symname", "symbolname", "case", "packagename",
        "pcbfootprint", "decal",
    ),
    "value": ("val", "value", "comment", "compvalue", "partvalue", "partnumber", "comptype"),
    "height": ("height", "componentheight"),
}  # fmt: skip
_NEEDED = ("designator", "x", "y", "rotation")
_NUMBER = re.compile(
    r"([+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:e[+-]?\d+)?)\s*([a-z\"]*)", re.IGNORECASE
)
_UNIT_LINE = re.compile(r"\bu*units?\b[^:=]*[:=]\s*([a-z]+)", re.IGNORECASE)
_TOP = {"top", "t", "toplayer", "f", "front", "fcu", "topside", "component", "componentside"}
_BOTTOM = {"bottom", "b", "bottomlayer", "back", "bcu", "bot", "bottomside", "solder", "solderside"}
_MIRROR_COLUMNS = ("mirror", "symmirror")
_NOT_MIRRORED = {"", "no", "n", "0", "false"}
_MIRRORED = {"yes", "y", "m", "mirror", "mirrored", "1", "true"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """One line of the table. `line` is its number in the file."""

    designator: str
    value: str
    package: str
    x_mm: float
    y_mm: float
    turn_deg: float
    """Counterclockwise, as the table has it."""
    side: Side
    tall_mm: float
    """0 where the table does not tell."""
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Centroids:
    """A whole table."""

    name: str
    placements: tuple[Placement, ...]
    from_pin_1: bool
    """KiCad's places are those of footprints: of through-hole ones, of their first pin."""
    notes: tuple[str, ...]

    def repeated(self) -> dict[str, list[int]]:
        """Line numbers of designators that are there more than once."""
        lines: dict[str, list[int]] = defaultdict(list)
        for each in self.placements:
            lines[each.designator].append(each.line)
        return {name: numbers for name, numbers in lines.items() if len(numbers) > 1}


def read_centroids(path: Path, *, units: str | None = None) -> Centroids:
    """`units` ("mm", "inch" or "mil") counts where the table says none. Raises `DesignFileError`,
    with the number of the line where it is one line's fault."""
    text = read_text(path)
    table = parse(text, path, _is_heading)
    notes = []
    if table is None:
        table = _eagle(text, path)
    at = _columns(table.heading)
    missing = [name for name in _NEEDED if name not in at]
    if missing:
        raise DesignFileError(
            expected=f"columns {', '.join(_NEEDED)} in line {table.heading_number} of {path.name}",
            found=f"no {' and no '.join(missing)} among {', '.join(table.heading)[:200]}",
            action="Export the table with these columns.",
        )
    default = _side_of_name(path)
    if "side" not in at:
        notes.append(
            f"{path.name} tells no side: all its parts are taken for the {default.value} side."
        )
    reader = _Reader(table, at, path, units, default)
    placements = tuple(reader.placement(line) for line in table.lines if any(line.cells))
    if not placements:
        raise DesignFileError(
            expected=f"parts below line {table.heading_number} of {path.name}",
            found="none",
            action="Export the table again; check which parts it is to list.",
        )
    return Centroids(
        name=path.name,
        placements=placements,
        from_pin_1=_plain(table.heading[at["x"]]) == "posx",
        notes=tuple(notes),
    )


class _Reader:
    """One table's columns, unit and decimal sign."""

    def __init__(
        self,
        table: TextTable,
        at: Mapping[str, int],
        path: Path,
        units: str | None,
        side: Side,
    ) -> None:
        self._at, self._path, self._side = at, path, side
        self._width = 1 + max(at[name] for name in _NEEDED)
        self._heading, self._preamble, self._asked = table.heading, table.preamble, units
        self._comma: bool | None = None

    def placement(self, line: Line) -> Placement:
        if len(line.cells) < self._width:
            raise self._bad(line, f"at least {self._width} columns", str(len(line.cells)))
        designator = self._cell(line, "designator")
        if not designator or len(designator) > 40:
            raise self._bad(line, "a designator", repr(designator[:40]))
        return Placement(
            designator=designator,
            value=self._cell(line, "value")[:80],
            package=self._cell(line, "package")[:120],
            x_mm=self._length(line, "x"),
            y_mm=self._length(line, "y"),
            turn_deg=self._angle(line),
            side=self._side_of(line),
            tall_mm=self._height(line),
            line=line.number,
        )

    def _cell(self, line: Line, name: str) -> str:
        index = self._at.get(name)
        return line.cells[index].strip() if index is not None and index < len(line.cells) else ""

    def _number(self, line: Line, name: str, text: str) -> tuple[float, str]:
        found = _NUMBER.fullmatch(text)
        if found is None:
            raise self._bad(line, f"a number for {name}", repr(text[:40]))
        digits, suffix = found.groups()
        if "," in digits or "." in digits:
            comma = "," in digits
            if self._comma not in (None, comma):
                raise self._bad(line, "one decimal sign in the whole table", repr(text[:40]))
            self._comma = comma
        number = float(digits.replace(",", "."))
        if not math.isfinite(number):
            raise self._bad(line, f"a number for {name}", repr(text[:40]))
        return number, suffix.lower()

    def _length(self, line: Line, name: str) -> float:
        number, suffix = self._number(line, name, self._cell(line, name))
        if suffix and suffix not in _UNIT_WORDS:
            raise self._bad(line, f"a unit for {name} (mm, mil or inch)", repr(suffix[:20]))
        unit = _UNIT_WORDS.get(suffix) or self._unit(name)
        return round(number * TO_MM[unit], 6)

    def _height(self, line: Line) -> float:
        text = self._cell(line, "height")
        return max(self._length(line, "height"), 0.0) if text else 0.0

    def _unit(self, name: str) -> str:
        named = _unit_of_column(self._heading[self._at[name]])
        if named is None:
            above = [_UNIT_LINE.search(line) for line in self._preamble]
            words = [found.group(1).lower() for found in above if found]
            named = next((_UNIT_WORDS[word] for word in words if word in _UNIT_WORDS), self._asked)
        if named is None:
            raise DesignFileError(
                expected=f"{self._path.name} to say the unit of its places",
                found="none in its values, in its heading or above it",
                action="Say --units mm, --units inch or --units mil.",
            )
        return named

    def _angle(self, line: Line) -> float:
        text = re.sub(r"^[mMsS]*[rR]", "", self._cell(line, "rotation"))  # Eagle's MR90
        number, suffix = self._number(line, "rotation", text.rstrip("° ").strip())
        if suffix not in ("", "deg", "degree", "degrees"):
            raise self._bad(line, "a rotation in degrees", repr(text[:40]))
        if abs(number) > 3600:
            raise self._bad(line, "a rotation within ±3600 degrees", f"{number:g}")
        return number % 360

    def _side_of(self, line: Line) -> Side:
        if "side" not in self._at:
            return self._side
        word = _plain(self._cell(line, "side"))
        mirror = _plain(self._heading[self._at["side"]]) in _MIRROR_COLUMNS
        if word in (_MIRRORED if mirror else _BOTTOM):
            return Side.BOTTOM
        if word in (_NOT_MIRRORED if mirror else _TOP):
            return Side.TOP
        raise self._bad(line, "a side (top or bottom)", repr(word[:40]))

    def _bad(self, line: Line, expected: str, found: str) -> DesignFileError:
        return DesignFileError(
            expected=f"{expected} in line {line.number} of {self._path.name}",
            found=found,
            action="Correct that line, or export the table again.",
        )


def _is_heading(words: Words) -> bool:
    found = _columns(words)
    return all(name in found for name in ("designator", "x", "y"))


def _columns(heading: Sequence[str]) -> dict[str, int]:
    plain = [_plain(word) for word in heading]
    found = {}
    for name, choices in _COLUMNS.items():
        index = next((plain.index(choice) for choice in choices if choice in plain), None)
        if index is not None:
            found[name] = index
    return found


def _plain(word: str) -> str:
    """Letters and digits of a column's name without its unit."""
    bare = re.sub(r"[(\[].*?[)\]]", "", word.lower())
    bare = re.sub(r"[_ ](mm|mils?|in|inch(es)?)$", "", bare.strip())
    return re.sub(r"[^a-z0-9]", "", bare)


def _unit_of_column(word: str) -> str | None:
    found = re.search(r"[(\[_ ]\s*([a-z\"]+)\s*[)\]]?\s*$", word.lower())
    return _UNIT_WORDS.get(found.group(1)) if found else None


def _side_of_name(path: Path) -> Side:
    name = path.name.lower()
    below = path.suffix.lower() == ".mnb" or re.search(r"bottom|[-_.]bot\b|back", name)
    return Side.BOTTOM if below else Side.TOP


def _eagle(text: str, path: Path) -> TextTable:
    """Eagle's tables have no heading: name, x, y, angle, value, package; one file a side."""
    lines = words_alone(text)
    plausible = path.suffix.lower() in (".mnt", ".mnb") and all(
        len(line.cells) >= 4 and _NUMBER.fullmatch(line.cells[1]) for line in lines[:3]
    )
    if not plausible:
        raise DesignFileError(
            expected=f"a line in {path.name} that names a designator, an x and a y",
            found="none",
            action="Export the pick-and-place table with its heading, as CSV.",
        )
    return TextTable(
        heading=("designator", "x", "y", "rotation", "value", "package"),
        heading_number=0,
        preamble=(),
        lines=tuple(
            # A value of several words stands between the angle and the last word
            Line(
                number=line.number,
                cells=(
                    *line.cells[:4],
                    " ".join(line.cells[4:-1]),
                    line.cells[-1] if len(line.cells) > 4 else "",
                ),
            )
            for line in lines
        ),
    )
