"""How large a part is, by the name of its package: facts in packages.csv, one row a family.

A name that no row fits is unknown; nothing is made up for it.
"""

from __future__ import annotations

import csv
import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources

from appliance.terms import Polarity

_TERM = re.compile(r"([+-]?)([^+-]+)")
_TURNABLE = ("R", "C", "L", "FB", "F", "RN", "J", "JP", "P", "Y", "X", "XTAL", "H", "CN", "CON")
"""Letters of designators of parts that may be turned by half where their package allows it."""
_MOST_NAME = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A part as its package's name tells it, unturned, mm."""

    width_mm: float
    height_mm: float
    tall_mm: float
    from_pin_1_mm: tuple[float, float]
    """The middle of the body seen from pin 1, y up."""
    polarity: Polarity
    source: str

    def polarity_of(self, designator: str) -> Polarity:
        """A chip that is a diode has the package of a resistor, and a way in which it belongs."""
        letters = re.match(r"[A-Za-z]*", designator)
        turnable = letters is not None and letters.group().upper() in _TURNABLE
        return self.polarity if turnable else Polarity.FIXED


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    pattern: re.Pattern[str]
    cells: Mapping[str, str]


_NO_PART = re.compile(r"(FID|TP|LOGO|REF\*+)\d*\**", re.IGNORECASE)
_NO_PART_PACKAGE = re.compile(
    r"fiducial|mounting_?hole|test_?point|tooling|logo|mousebite|net_?tie|solder_?jumper",
    re.IGNORECASE,
)


def is_part(designator: str, package: str) -> bool:
    """False for what is only copper, paint or a hole: fiducials, test points, logos."""
    if _NO_PART_PACKAGE.search(package):
        return False
    return package_of(package) is not None or not _NO_PART.fullmatch(designator)


@functools.lru_cache(maxsize=4096)
def package_of(name: str) -> Package | None:
    """`name` may have the library's name before it, as in KiCad (`Resistor_SMD:R_0603_1608Metric`).
    None for an unknown one."""
    bare = name.rpartition(":")[2].strip()
    if not bare or len(bare) > _MOST_NAME:
        return None
    for row in _rows():
        found = row.pattern.fullmatch(bare)
        if found is not None:
            return _package(row, found)
    return None


def _package(row: _Row, found: re.Match[str]) -> Package | None:
    named = {key: text for key, text in found.groupdict().items() if text is not None}
    try:
        values = {key: float(text) for key, text in named.items()}
    except ValueError:  # 1.2.3 is no number
        return None

    def length(column: str) -> float:
        return round(_value(row.cells[column], values), 3)

    made = Package(
        width_mm=length("width"),
        height_mm=length("height"),
        tall_mm=length("tall"),
        from_pin_1_mm=(length("mid_x"), length("mid_y")),
        polarity=Polarity(row.cells["polarity"]),
        source=row.cells["source"],
    )
    sane = all(0.1 <= side <= 200 for side in (made.width_mm, made.height_mm, made.tall_mm))
    return made if sane else None


def _value(text: str, values: Mapping[str, float]) -> float:
    """A sum of products of numbers and of the pattern's groups, as in '1.27 - 0.635*n'."""
    total = 0.0
    for sign, term in _TERM.findall(text.replace(" ", "")):
        product = -1.0 if sign == "-" else 1.0
        for factor in term.split("*"):
            product *= values[factor] if factor in values else float(factor)
        total += product
    return total


@functools.cache
def _rows() -> tuple[_Row, ...]:
    text = resources.files(__package__ or "").joinpath("packages.csv").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return tuple(
        _Row(pattern=re.compile(cells["pattern"], re.IGNORECASE), cells=cells)
        for cells in csv.DictReader(lines, strict=True)
    )
