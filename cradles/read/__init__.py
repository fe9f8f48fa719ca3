"""From a design file to a board. One file a format; `heal` joins what they find to outlines."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from appliance.board import BoardFile, read_board
from appliance.refusal import Refusal
from cradles.errors import DesignFileError
from cradles.locate.ground import UNKNOWN_TALL_MM
from cradles.read.centroid import read_centroids
from cradles.read.dxf import read_dxf
from cradles.read.edge_holes import without_half_holes
from cradles.read.gerber import read_gerber
from cradles.read.kicad import read_kicad
from cradles.read.populate import TableWishes, heights_note, populated
from cradles.read.units import with_cuts

__all__ = ["MOST_BYTES", "Design", "TableWishes", "read_design"]

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


def read_design(
    path: Path,
    *,
    units: str | None = None,
    table: Path | None = None,
    wishes: TableWishes | None = None,
) -> Design:
    """Read .kicad_pcb, .dxf, Gerber (a folder, a ZIP or the profile alone) or board.toml, and the
    parts of the pick-and-place `table`, where there is one, in addition.

    `units` ("mm", "inch" or "mil") is for files that do not say.

    Raises a `Refusal` for a file that can't be read as a board; a huge one is not even opened."""
    try:
        board, notes = _board(path, units)
        if table is not None:
            wishes = wishes or TableWishes()
            board, told = populated(board, read_centroids(table, units=units), wishes)
            notes += told
    except Refusal:
        raise
    except (ValueError, OverflowError) as error:  # a value that no board can have
        raise DesignFileError(
            expected=f"values that a board can have in {path.name}",
            found=str(error)[:200],
            action="Correct the file, or export it again.",
        ) from error
    return Design(board=board, notes=(*notes, *heights_note(board, UNKNOWN_TALL_MM)))


def _board(path: Path, units: str | None) -> tuple[BoardFile, list[str]]:
    try:
        size = path.stat().st_size
    except OSError as error:
        raise DesignFileError(
            expected=f"a readable file {path}",
            found=error.strerror or str(error),
            action="Check the path.",
        ) from error
    if not (path.is_file() or path.is_dir()):
        raise DesignFileError(
            expected=f"a file or a folder {path.name}",
            found="neither (a pipe or a device)",
            action="Name the board's file.",
        )
    if size > MOST_BYTES:
        raise DesignFileError(
            expected=f"a board file of at most {MOST_BYTES // 1_000_000} MB",
            found=f"{size / 1e6:.0f} MB",
            action="Export the board's outline alone, as DXF.",
        )
    if path.suffix == ".toml":
        return read_board(path), []
    reader = read_gerber if path.is_dir() else _READERS.get(path.suffix.lower())
    if reader is None:
        raise DesignFileError(
            expected="a .kicad_pcb, .dxf or board.toml file, or Gerber files in a folder or ZIP",
            found=f"'{path.name}'",
            action="Export one of these from your CAD program.",
        )
    board, notes = reader(path, units)
    board, halves = without_half_holes(board)
    board, told = with_cuts(replace(board, v_cuts=()), board.v_cuts)
    return board, [*notes, *halves, *told]
