"""What a technician ordered, as it goes from the page to the process that builds."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, field
from pathlib import Path

from cradles.wishes import Wishes

# As `cradles.read` has them, which needs the libraries of CAD; a test holds them equal.
SUFFIXES = (
    ".kicad_pcb", ".dxf", ".zip", ".toml",
    ".gbr", ".gko", ".gm1", ".gml", ".gmb", ".ger", ".art", ".pho",
)  # fmt: skip
UPLOAD = "upload"
"""The stem of the stored file: what a stranger calls his file never becomes a path."""
ORDER_FILE = "order.json"
_MOST_NAME = 60
# What the reader of tables takes from a file's name, and nothing else of it.
_OF_LOWER_SIDE = re.compile(r"bottom|[-_.]bot\b|back")
_EAGLE = (".mnt", ".mnb")


@dataclass(frozen=True, slots=True, kw_only=True)
class TableOrder:
    """A pick-and-place table beside the board file."""

    filename: str
    origin_mm: tuple[float, float] = (0.0, 0.0)
    bottom_mirrored: bool = False
    unknown_size_mm: tuple[float, float] | None = None

    @property
    def stored(self) -> str:
        name = self.filename.lower()
        suffix = Path(name).suffix
        side = "-bottom" if _OF_LOWER_SIDE.search(name) else ""
        return f"table{side}{suffix if suffix in _EAGLE else '.csv'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    filename: str
    """What the file was called, for people only."""
    suffix: str
    by: str
    at_utc: str
    units: str | None = None
    wishes: Wishes = field(default_factory=Wishes)
    table: TableOrder | None = None

    @property
    def stem(self) -> str:
        """The file's name without its suffix, for boards whose file gives them none."""
        return self.filename[: -len(self.suffix)].strip() or "board"

    @property
    def stored(self) -> str:
        return UPLOAD + self.suffix

    def named(self, text: str, folder: Path) -> str:
        """A message about the stored files, with the names that the technician knows."""
        names = [(self.stored, self.filename)]
        if self.table is not None:
            names.append((self.table.stored, self.table.filename))
        for stored, given in names:
            text = text.replace(str(folder / stored), given).replace(stored, given)
        return text


def shown_name(filename: str) -> str:
    """A file's name without folders, as it may be shown."""
    plain = filename.replace("\\", "/").rpartition("/")[2]
    plain = re.sub(r"\s+", " ", "".join(c for c in plain if c.isprintable())).strip()
    suffix = Path(plain).suffix
    return plain[: len(plain) - len(suffix)][:_MOST_NAME] + suffix[:16]


def suffix_of(filename: str) -> str:
    """In lower case, one of `SUFFIXES` or ""."""
    suffix = Path(filename).suffix.lower()
    return suffix if suffix in SUFFIXES else ""


def write_order(order: Order, folder: Path) -> None:
    (folder / ORDER_FILE).write_text(json.dumps(asdict(order)), encoding="utf-8")


def read_order(folder: Path) -> Order:
    found = json.loads((folder / ORDER_FILE).read_text(encoding="utf-8"))
    table = found["table"]
    if table is not None:
        size = table["unknown_size_mm"]
        table = TableOrder(
            filename=table["filename"],
            origin_mm=tuple(table["origin_mm"]),
            bottom_mirrored=table["bottom_mirrored"],
            unknown_size_mm=None if size is None else tuple(size),
        )
    return Order(**found | {"wishes": Wishes(**found["wishes"]), "table": table})
