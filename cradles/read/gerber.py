"""Gerber profile and Excellon drills: a folder, a ZIP as it goes to the board house, or the profile
file itself with its drills beside it."""

from __future__ import annotations

import math
import re
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gerbonara import GerberFile
from gerbonara.graphic_objects import Arc, Line, Region

from appliance.board import BoardFile
from appliance.board.ring import Ring
from cradles.errors import DesignFileError
from cradles.read.drills import LEAST_LEAD_MM, MOST_LEAD_MM, Drilled, milled
from cradles.read.gerber_objects import in_mm, objects_of
from cradles.read.heal import Piece, outlines
from cradles.read.units import V_CUT, Cut

MOST_FILES = 200
MOST_UNPACKED = 64_000_000
_PROFILE_NAME = re.compile(
    r"edge[._-]?cuts|outline|profile|boardoutline|\.(gko|gm1|gml|gmb|dim)$", re.IGNORECASE
)
_DRILL_NAME = re.compile(r"\.(drl|xln|exc|drd|ncd)$", re.IGNORECASE)
_CHUNK = 1 << 20
_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Others may ask for gigabytes to unpack a byte."""
_PROFILE_WORD = b"FileFunction,Profile"
_V_CUT_WORD = b"FileFunction,Vcut"
"""Values of the attribute .FileFunction in the Gerber layer format specification."""


def read_gerber(path: Path, units: str | None) -> tuple[BoardFile, list[str]]:
    """The middle of the profile's stroke is the board's edge. Holes that are not plated, 2 mm or
    wider, are taken for tooling holes, plated ones of 0.6 to 2 mm for those of leads, which stand
    out below. Milled slots are cut-outs. `units` is not asked for: both formats say theirs.
    Raises `DesignFileError`."""
    with _files(path) as files:
        profile = _profile(files, path)
        notes = [f"{profile.name} is taken for the board's edge."]
        pieces, rings = _strokes(profile)
        cuts = _cuts(files, profile, notes)
        drilled = Drilled()
        for file in files:
            if _DRILL_NAME.search(file.name):
                drilled.add(file)
    outline, cutouts, healed = outlines(pieces, rings)
    cutouts += milled(outline, cutouts, drilled.slots, notes)
    board = BoardFile(
        name=path.stem,
        outline=outline,
        cutouts=tuple(cutouts),
        holes=tuple(drilled.holes),
        protrusions=tuple(drilled.leads),
        v_cuts=tuple(cuts),
        source=path.name,
    )
    notes.append("Gerber files tell no thickness: 1.6 mm is taken; give --thickness otherwise.")
    if drilled.leads:
        notes.append(
            f"{len(drilled.leads)} plated holes of {LEAST_LEAD_MM:g} to {MOST_LEAD_MM:g} mm are "
            "taken for those of leads."
        )
    return board, [*notes, *healed]


@contextmanager
def _files(path: Path) -> Iterator[list[Path]]:
    """The files that belong together, those of a ZIP in a folder of their own."""
    if path.is_dir():
        yield _few(sorted(each for each in path.iterdir() if each.is_file()), path)
    elif path.suffix.lower() == ".zip":
        with tempfile.TemporaryDirectory(prefix="goldenboard-gerber-") as folder:
            yield _few(_unpacked(path, Path(folder)), path)
    else:
        beside = sorted(each for each in path.parent.iterdir() if _DRILL_NAME.search(each.name))
        yield _few([path, *beside], path)


def _unpacked(path: Path, folder: Path) -> list[Path]:
    """Names in the archive are never used as paths: each file gets the last part of its own."""
    made = []
    try:
        with zipfile.ZipFile(path) as archive:
            members = [each for each in archive.infolist() if not each.is_dir()]
            if any(each.compress_type not in _PACKINGS for each in members):
                raise ValueError("packed in a way that is not usual (LZMA, bzip2)")
            if len(members) > MOST_FILES or sum(m.file_size for m in members) > MOST_UNPACKED:
                raise _too_much(path)
            left = MOST_UNPACKED
            for number, member in enumerate(members):
                name = re.sub(r"[^A-Za-z0-9._-]", "_", member.filename.rpartition("/")[2])[-80:]
                inner = folder / str(number)
                inner.mkdir()
                made.append(inner / (name or "file"))
                with archive.open(member) as source, made[-1].open("wb") as target:
                    while data := source.read(_CHUNK):
                        left -= len(data)
                        if left < 0:
                            raise _too_much(path)
                        target.write(data)
    except DesignFileError:
        raise
    except Exception as error:  # damaged archives fail in the unpackers' own ways
        raise DesignFileError(
            expected=f"{path.name} to be a ZIP archive",
            found=str(error) or type(error).__name__,
            action="Export the Gerber files again.",
        ) from error
    return made


def _profile(files: list[Path], path: Path) -> Path:
    if path.is_file() and path.suffix.lower() != ".zip":
        return path
    said = [file for file in files if _PROFILE_WORD in file.read_bytes()[:4096]]
    named = [
        file for file in files if _PROFILE_NAME.search(file.name) and not V_CUT.search(file.name)
    ]
    found = said or named
    if len(found) != 1:
        names = ", ".join(file.name for file in found) if found else "none"
        raise DesignFileError(
            expected=f"one profile layer in {path.name} (Edge_Cuts, .gko, .gm1, outline)",
            found=names,
            action="Name the profile file itself.",
        )
    return found[0]


def _cuts(files: list[Path], profile: Path, notes: list[str]) -> list[Cut]:
    """The straight strokes of files of score lines."""
    cuts: list[Cut] = []
    for file in files:
        if file == profile or _DRILL_NAME.search(file.name):
            continue
        if V_CUT.search(file.name) or _V_CUT_WORD in file.read_bytes()[:4096]:
            strokes, _ = _strokes(file)
            cuts += [(*piece.start, *piece.end) for piece in strokes if not piece.bulge]
            notes.append(f"{file.name} is taken for V-cuts.")
    return cuts


def _strokes(profile: Path) -> tuple[list[Piece], list[Ring]]:
    pieces: list[Piece] = []
    rings: list[Ring] = []
    for item in objects_of(GerberFile, profile):
        if isinstance(item, Line):
            start, end = (item.x1, item.y1), (item.x2, item.y2)
            pieces.append(Piece(start=in_mm(item, start), end=in_mm(item, end)))
        elif isinstance(item, Arc):
            pieces += _arc(item)
        elif isinstance(item, Region):
            rings.append(tuple(in_mm(item, point) for point in item.outline[:-1]))
    return pieces, rings


def _arc(item: Any) -> list[Piece]:
    """Gerber's centre is counted from the arc's start. A whole circle becomes two halves."""
    start, end = in_mm(item, (item.x1, item.y1)), in_mm(item, (item.x2, item.y2))
    centre = in_mm(item, (item.x1 + item.cx, item.y1 + item.cy))
    sense = -1.0 if item.clockwise else 1.0
    if math.dist(start, end) < 1e-6:
        far = (2 * centre[0] - start[0], 2 * centre[1] - start[1])
        return [Piece(start=start, end=far, bulge=sense), Piece(start=far, end=start, bulge=sense)]
    begin = math.atan2(start[1] - centre[1], start[0] - centre[0])
    stop = math.atan2(end[1] - centre[1], end[0] - centre[0])
    sweep = (sense * (stop - begin)) % (2 * math.pi)
    return [Piece(start=start, end=end, bulge=sense * math.tan(sweep / 4))]


def _few(files: list[Path], path: Path) -> list[Path]:
    if len(files) > MOST_FILES or sum(file.stat().st_size for file in files) > MOST_UNPACKED:
        raise _too_much(path)
    return files


def _too_much(path: Path) -> DesignFileError:
    return DesignFileError(
        expected=f"at most {MOST_FILES} files and {MOST_UNPACKED // 1_000_000} MB unpacked",
        found=f"more in {path.name}",
        action="Name the folder or archive of one board.",
    )
