"""DXF: the outline of a board as any CAD program draws it."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import ezdxf.filemanagement
import ezdxf.units

from appliance.board import BoardFile
from appliance.board.ring import Ring, circle
from appliance.board.values import MOST_MM
from cradles.errors import DesignFileError
from cradles.read.centroid import TO_MM
from cradles.read.heal import Piece, outlines
from cradles.read.units import V_CUT, Cut

_SMOOTH_MM = 0.005
_MOST_ENTITIES = 100_000
_MOST_INSERTED = 10_000
MOST_RECORDS = 150_000
_DEEPEST = 8
_BINARY = b"AutoCAD Binary DXF"
_MOST_BINARY_BYTES = 4_000_000
_MOST_CONTROL_POINTS = 5_000
_STROKES = ("LINE", "ARC", "CIRCLE", "LWPOLYLINE", "POLYLINE", "SPLINE", "ELLIPSE")
_LAYERS_LEFT_OUT = ("dim", "text", "title", "note")


def read_dxf(path: Path, units: str | None) -> tuple[BoardFile, list[str]]:
    """Every line, arc, circle, ellipse, polyline and spline of the model space is an edge, but
    for layers named after dimensions and texts, and after V-cuts. Raises `DesignFileError`."""
    _check_size(path)
    try:
        document = ezdxf.filemanagement.readfile(path)
    except Exception as error:
        raise DesignFileError(
            expected=f"{path.name} to be a DXF drawing",
            found=str(error)[:120] or type(error).__name__,
            action="Export it again, as DXF R12 or later.",
        ) from error
    scale = _scale(document, units, path)
    pieces: list[Piece] = []
    rings: list[Ring] = []
    scores: list[Piece] = []
    for entity in _flat(document.modelspace()):
        if entity.dxftype() not in _STROKES:
            continue
        try:
            layer = entity.dxf.layer.lower()
            if V_CUT.search(layer):
                _take(entity, scale, scores, [])
            elif not any(word in layer for word in _LAYERS_LEFT_OUT):
                _take(entity, scale, pieces, rings)
        except DesignFileError:
            raise
        except Exception as error:
            raise _bad_entity(entity, str(error) or type(error).__name__) from error
    outline, cutouts, notes = outlines(pieces, rings)
    cuts: list[Cut] = [(*piece.start, *piece.end) for piece in scores if not piece.bulge]
    board = BoardFile(
        name=path.stem,
        outline=outline,
        cutouts=tuple(cutouts),
        v_cuts=tuple(cuts),
        source=path.name,
    )
    return board, [*notes, "A DXF tells no thickness: 1.6 mm is taken; give --thickness otherwise."]


def _scale(document: Any, units: str | None, path: Path) -> float:
    if units is not None:
        return TO_MM[units]
    if document.units == ezdxf.units.MM:
        return 1.0
    if document.units == ezdxf.units.IN:
        return 25.4
    raise DesignFileError(
        expected=f"{path.name} to say its unit (millimetres or inches)",
        found="none" if document.units == 0 else f"unit {document.units}",
        action="Say --units mm or --units inch.",
    )


def _check_size(path: Path) -> None:
    """Before the library makes objects of it all: a record takes a kilobyte."""
    records = 0
    try:
        with path.open("rb") as file:
            if file.read(len(_BINARY)) == _BINARY:
                too_many = path.stat().st_size > _MOST_BINARY_BYTES
            else:
                file.seek(0)
                # A pair of lines is a group: its code and its value; code 0 begins a record
                for code in itertools.islice(file, 0, None, 2):
                    records += code.strip() == b"0"
                too_many = records > MOST_RECORDS
    except OSError as error:
        raise DesignFileError(
            expected=f"a readable file {path}",
            found=error.strerror or str(error),
            action="Check the path.",
        ) from error
    if too_many:
        raise _too_many()


def _flat(entities: Iterable[Any]) -> Iterator[Any]:
    """Entities, with those of blocks where they are inserted."""
    left = [iter(entities)]
    count = inserted = 0
    while left:
        entity = next(left[-1], None)
        if entity is None:
            left.pop()
            continue
        count += 1
        inserted += len(left) > 1
        if count > _MOST_ENTITIES or inserted > _MOST_INSERTED or len(left) > _DEEPEST:
            raise _too_many()
        if entity.dxftype() != "INSERT":
            yield entity
            continue
        try:
            left.append(iter(list(entity.virtual_entities())))
        except Exception as error:
            raise _bad_entity(entity, str(error) or type(error).__name__) from error


def _too_many() -> DesignFileError:
    return DesignFileError(
        expected=f"a drawing of at most {_MOST_ENTITIES} entities",
        found="more, or blocks in blocks without end",
        action="Export the board's edge alone.",
    )


def _bad_entity(entity: Any, found: str) -> DesignFileError:
    return DesignFileError(
        expected=f"a {entity.dxftype()} of the drawing that can be drawn",
        found=found[:120],
        action="Export the board's edge alone, as lines and arcs.",
    )


def _take(entity: Any, scale: float, pieces: list[Piece], rings: list[Ring]) -> None:
    kind = entity.dxftype()
    if kind == "LINE":
        pieces.append(Piece(start=_at(entity.dxf.start, scale), end=_at(entity.dxf.end, scale)))
    elif kind == "ARC":
        sweep = math.radians((entity.dxf.end_angle - entity.dxf.start_angle) % 360)
        pieces.append(
            Piece(
                start=_at(entity.start_point, scale),
                end=_at(entity.end_point, scale),
                bulge=math.tan(sweep / 4),
            )
        )
    elif kind == "CIRCLE":
        rings.append(circle(*_at(entity.dxf.center, scale), 2 * entity.dxf.radius * scale))
    elif kind == "LWPOLYLINE":
        points = [(x * scale, y * scale, b) for x, y, b in entity.get_points("xyb")]
        _polyline(points, entity.closed, pieces, rings)
    elif kind == "POLYLINE":
        points = [
            (*_at(vertex.dxf.location, scale), vertex.dxf.get("bulge", 0.0))
            for vertex in entity.vertices
        ]
        _polyline(points, entity.is_closed, pieces, rings)
    elif kind in ("SPLINE", "ELLIPSE"):
        _check_curve(entity, scale)
        points = [(*_at(p, scale), 0.0) for p in entity.flattening(_SMOOTH_MM / scale)]
        closed = len(points) > 2 and math.dist(points[0][:2], points[-1][:2]) < 1e-6
        _polyline(points[:-1] if closed else points, closed, pieces, rings)


def _check_curve(entity: Any, scale: float) -> None:
    """A curve is divided until it is smooth: one without bounds would be so for ever."""
    if entity.dxftype() == "ELLIPSE":
        corners = [entity.dxf.center, entity.dxf.major_axis]
    else:
        corners = [*entity.control_points, *entity.fit_points]
    # Comparisons with NaN are false
    near = all(abs(float(v)) * scale <= MOST_MM for corner in corners for v in corner)
    if len(corners) > _MOST_CONTROL_POINTS or not near:
        raise _bad_entity(entity, f"{len(corners)} control points, not all within ±{MOST_MM:g} mm")


def _polyline(
    points: list[tuple[float, float, float]], closed: bool, pieces: list[Piece], rings: list[Ring]
) -> None:
    if closed and len(points) > 1:
        rings.append(tuple((x, y, b) if b else (x, y) for x, y, b in points))
        return
    for (x0, y0, bulge), (x1, y1, _) in itertools.pairwise(points):
        pieces.append(Piece(start=(x0, y0), end=(x1, y1), bulge=bulge))


def _at(point: Any, scale: float) -> tuple[float, float]:
    return round(float(point[0]) * scale, 7), round(float(point[1]) * scale, 7)
