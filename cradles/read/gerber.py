"""Gerber profile and Excellon drills: a folder, a ZIP as it goes to the board house, or the profile
file itself with its drills beside it."""

from __future__ import annotations

import math
import re
import tempfile
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gerbonara import ExcellonFile, GerberFile
from gerbonara.graphic_objects import Arc, Flash, Line, Region
from gerbonara.utils import MM

from appliance.board import BoardFile, Hole
from appliance.board.ring import Ring
from cradles.errors import DesignFileError
from cradles.read.heal import Piece, outlines
from cradles.read.units import V_CUT, Cut

MOST_FILES = 200
MOST_UNPACKED = 64_000_000
_LEAST_TOOLING_MM = 2.0
_PROFILE_NAME = re.compile(
    r"edge[._-]?cuts|outline|profile|boardoutline|\.(gko|gm1|gml|gmb|dim)$", re.IGNORECASE
)
_DRILL_NAME = re.compile(r"\.(drl|xln|exc|drd|ncd)$", re.IGNORECASE)
_PROFILE_WORD = b"FileFunction,Profile"
_V_CUT_WORD = b"FileFunction,Vcut"
"""Values of the attribute .FileFunction in the Gerber layer format specification."""


def read_gerber(path: Path, units: str | None) -> tuple[BoardFile, list[str]]:
    """The middle of the profile's stroke is the board's edge. Holes that are not plated, 2 mm or
    wider, are taken for tooling holes. `units` is not asked for: both formats say theirs.
    Raises `DesignFileError`."""
    with _files(path) as files:
        profile = _profile(files, path)
        notes = [f"{profile.name} is taken for the board's edge."]
        pieces, rings = _strokes(profile)
        cuts = _cuts(files, profile, notes)
        holes = [hole for file in files if _DRILL_NAME.search(file.name) for hole in _holes(file)]
    outline, cutouts, healed = outlines(pieces, rings)
    board = BoardFile(
        name=path.stem,
        outline=outline,
        cutouts=tuple(cutouts),
        holes=tuple(holes),
        v_cuts=tuple(cuts),
        source=path.name,
    )
    notes.append("Gerber files tell no thickness: 1.6 mm is taken; give --thickness otherwise.")
    return board, [*notes, *healed]


@contextmanager
def _files(path: Path) -> Iterator[list[Path]]:
    """The files that belong together, those of a ZIP in a folder of their own."""
    if path.is_dir():
        yield _few(sorted(each for each in path.iterdir() if each.is_file()))
    elif path.suffix.lower() == ".zip":
        with tempfile.TemporaryDirectory(prefix="goldenboard-gerber-") as folder:
            yield _few(_unpacked(path, Path(folder)))
    else:
        beside = sorted(each for each in path.parent.iterdir() if _DRILL_NAME.search(each.name))
        yield [path, *_few(beside)]


def _unpacked(path: Path, folder: Path) -> list[Path]:
    """Names in the archive are never used as paths: each file gets the last part of its own."""
    made = []
    try:
        with zipfile.ZipFile(path) as archive:
            members = [each for each in archive.infolist() if not each.is_dir()]
            if len(members) > MOST_FILES or sum(m.file_size for m in members) > MOST_UNPACKED:
                raise _too_much(path)
            left = MOST_UNPACKED
            for number, member in enumerate(members):
                with archive.open(member) as source:
                    data = source.read(left + 1)
                left -= len(data)
                if left < 0:
                    raise _too_much(path)
                name = re.sub(r"[^A-Za-z0-9._-]", "_", member.filename.rpartition("/")[2])[-80:]
                inner = folder / str(number)
                inner.mkdir()
                made.append(inner / (name or "file"))
                made[-1].write_bytes(data)
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, EOFError) as error:
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
    for item in _objects(GerberFile, profile):
        if isinstance(item, Line):
            start, end = (item.x1, item.y1), (item.x2, item.y2)
            pieces.append(Piece(start=_mm(item, start), end=_mm(item, end)))
        elif isinstance(item, Arc):
            pieces += _arc(item)
        elif isinstance(item, Region):
            rings.append(tuple(_mm(item, point) for point in item.outline[:-1]))
    return pieces, rings


def _arc(item: Any) -> list[Piece]:
    """Gerber's centre is counted from the arc's start. A whole circle becomes two halves."""
    start, end = _mm(item, (item.x1, item.y1)), _mm(item, (item.x2, item.y2))
    centre = _mm(item, (item.x1 + item.cx, item.y1 + item.cy))
    sense = -1.0 if item.clockwise else 1.0
    if math.dist(start, end) < 1e-6:
        far = (2 * centre[0] - start[0], 2 * centre[1] - start[1])
        return [Piece(start=start, end=far, bulge=sense), Piece(start=far, end=start, bulge=sense)]
    begin = math.atan2(start[1] - centre[1], start[0] - centre[0])
    stop = math.atan2(end[1] - centre[1], end[0] - centre[0])
    sweep = (sense * (stop - begin)) % (2 * math.pi)
    return [Piece(start=start, end=end, bulge=sense * math.tan(sweep / 4))]


def _holes(file: Path) -> Iterator[Hole]:
    for item in _objects(ExcellonFile, file):
        if not isinstance(item, Flash):
            continue
        diameter = float(item.unit.convert_to(MM, item.aperture.diameter))
        x, y = _mm(item, (item.x, item.y))
        if diameter > 0:
            plated = item.plated or (item.plated is None and "npth" not in file.name.lower())
            tooling = not plated and diameter >= _LEAST_TOOLING_MM
            yield Hole(x_mm=x, y_mm=y, diameter_mm=diameter, tooling=tooling)


def _objects(kind: Any, file: Path) -> list[Any]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the reader is stricter than board houses
            return list(kind.open(file).objects)
    except Exception as error:
        raise DesignFileError(
            expected=f"{file.name} to be a {'Gerber' if kind is GerberFile else 'drill'} file",
            found=(str(error).splitlines() or [type(error).__name__])[-1][-120:],
            action="Export the files again (RS-274X or X2, Excellon).",
        ) from error


def _mm(item: Any, point: tuple[float, float]) -> tuple[float, float]:
    x, y = (item.unit.convert_to(MM, value) for value in point)
    return round(float(x), 6), round(float(y), 6)


def _few(files: list[Path]) -> list[Path]:
    if len(files) > MOST_FILES:
        raise DesignFileError(
            expected=f"at most {MOST_FILES} files",
            found=str(len(files)),
            action="Name the folder or archive of one board.",
        )
    return files


def _too_much(path: Path) -> DesignFileError:
    return DesignFileError(
        expected=f"an archive of at most {MOST_FILES} files and "
        f"{MOST_UNPACKED // 1_000_000} MB unpacked",
        found=f"more in {path.name}",
        action="Put the files of one board into it.",
    )
