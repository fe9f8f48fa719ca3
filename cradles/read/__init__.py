"""From a design file to a board. One file a format; `heal` joins what they find to outlines."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from appliance.board import BoardFile, read_board
from cradles.errors import DesignFileError
from cradles.read.dxf import read_dxf
from cradles.read.gerber import read_gerber
from cradles.read.kicad import read_kicad

MOST_BYTES = 32_000_000

_GERBER = (".zip", ".gbr", ".gko", ".gm1", ".gml", ".gmb", ".ger", ".art", ".pho")
_READERS = {
    ".kicad_pcb": read_kicad,
    ".dxf": read_dxf,
    **dict.fromkeys(_GERBER, read_gerber),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    board: BoardFile
    notes: tuple[str, ...]
    """What was healed, guessed or left out, for the technician."""


def read_design(path: Path, *, units: str | None = None) -> Design:
    """Read .kicad_pcb, .dxf, Gerber (a folder, a ZIP or the profile alone) or board.toml.

    `units` ("mm" or "inch") is for files that do not say.

    Raises a `Refusal` for a file that can't be read as a board; a huge one is not even opened."""
    try:
        size = path.stat().st_size
    except OSError as error:
        raise DesignFileError(
            expected=f"a readable file {path}",
            found=error.strerror or str(error),
            action="Check the path.",
        ) from error
    if size > MOST_BYTES:
        raise DesignFileError(
            expected=f"a board file of at most {MOST_BYTES // 1_000_000} MB",
            found=f"{size / 1e6:.0f} MB",
            action="Export the board's outline alone, as DXF.",
        )
    if path.suffix == ".toml":
        return Design(board=read_board(path), notes=())
    reader = read_gerber if path.is_dir() else _READERS.get(path.suffix.lower())
    if reader is None:
        raise DesignFileError(
            expected="a .kicad_pcb, .dxf or board.toml file, or Gerber files in a folder or ZIP",
            found=f"'{path.name}'",
            action="Export one of these from your CAD program.",
        )
    board, notes = reader(path, units)
    return Design(board=board, notes=tuple(notes))
