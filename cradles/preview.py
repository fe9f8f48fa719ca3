"""A picture of a cradle as it will look: its triangles from above at a slant, the board laid in,
the labels stuck on. A z-buffer in numpy; no graphics card, no window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from shapely import box

from cradles.build import Cradle
from cradles.csg import Part, add, prism
from cradles.labels import labels_of
from cradles.mesh import Mesh
from cradles.solids import solid_of

Pixels = npt.NDArray[np.uint8]
Colour = tuple[int, int, int]
_Plane = npt.NDArray[np.float32]

_PAPER: Colour = (238, 240, 241)
_PLASTIC: Colour = (150, 138, 128)
_MASK: Colour = (70, 130, 52)
_GROUND: Colour = (250, 249, 248)
_FINER = 2
"""Each way: drawn larger and shrunk, so that edges are smooth."""
_SMALL_PX, _AT_ONCE = 8, 4096
"""Triangles narrower than this are filled together, so many at a time."""
_LIGHT = np.array([-0.35, -0.45, 0.82])


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Where one looks from: turned about the upright axis, and how steeply down."""

    azimuth_deg: float = -28.0
    elevation_deg: float = 48.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Projection:
    """Parallel, filling the picture but for a margin."""

    axes: npt.NDArray[np.float64]
    """Rows: right, up and towards the eye."""
    middle: npt.NDArray[np.float64]
    scale: float
    size_px: tuple[int, int]

    def flat(self, points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """(N, 3) points as x and y in the picture and their nearness in mm."""
        seen = points @ self.axes.T
        flat = np.empty_like(seen)
        flat[:, 0] = (seen[:, 0] - self.middle[0]) * self.scale + self.size_px[0] / 2
        flat[:, 1] = self.size_px[1] / 2 - (seen[:, 1] - self.middle[1]) * self.scale
        flat[:, 2] = seen[:, 2]
        return flat


def projection(
    items: Sequence[tuple[Mesh, Colour]], view: View, size_px: tuple[int, int]
) -> Projection:
    axes = _axes(view)
    seen = [mesh.vertices @ axes.T for mesh, _ in items]
    low = np.min([points.min(axis=0) for points in seen], axis=0)
    high = np.max([points.max(axis=0) for points in seen], axis=0)
    scale = 0.92 * min(size_px[0] / (high[0] - low[0]), size_px[1] / (high[1] - low[1]))
    return Projection(axes=axes, middle=(low + high) / 2, scale=float(scale), size_px=size_px)


def render(
    items: Sequence[tuple[Mesh, Colour]],
    view: View | None = None,
    size_px: tuple[int, int] = (1200, 900),
) -> Pixels:
    """(height, width, 3) uint8 BGR: every mesh in its colour, parallel projection, filling the
    picture but for a margin."""
    return drawn(items, view, size_px)[0]


def drawn(
    items: Sequence[tuple[Mesh, Colour]],
    view: View | None = None,
    size_px: tuple[int, int] = (1200, 900),
) -> tuple[Pixels, npt.NDArray[np.int32]]:
    """The picture, and for each pixel which item is seen there: its number in `items`, or -1."""
    width, height = size_px[0] * _FINER, size_px[1] * _FINER
    onto = projection(items, view or View(), (width, height))
    firsts = [1]
    nearest = np.zeros((height, width), np.int32)
    """Which triangle is seen: 0 is the ground."""
    depth = np.full((height, width), -np.inf, np.float32)
    colours = [np.asarray(_GROUND, np.float32)]
    for mesh, colour in items:
        corners = onto.flat(mesh.vertices)[mesh.triangles]
        numbers = np.arange(len(corners), dtype=np.int32) + len(colours)
        colours += list(np.asarray(colour, np.float32) * _shades(mesh)[:, None])
        wide = (corners[:, :, :2].max(axis=1) - corners[:, :, :2].min(axis=1)).max(axis=1)
        front = _areas(corners) < -1e-9  # the picture's y points down: a front runs clockwise
        small, large = front & (wide < _SMALL_PX), front & (wide >= _SMALL_PX)
        _fill_small(nearest, depth, corners[small], numbers[small])
        for each, number in zip(corners[large], numbers[large].tolist(), strict=True):
            _fill(nearest, depth, each, number)
        firsts.append(len(colours))
    picture = np.stack(colours)[nearest]
    _creases(picture, depth, onto.scale)
    small = cv2.resize(np.clip(picture, 0, 255), size_px, interpolation=cv2.INTER_AREA)
    which = np.searchsorted(firsts, nearest[::_FINER, ::_FINER], side="right") - 1
    return np.asarray(small + 0.5, dtype=np.uint8), which.astype(np.int32)


def preview(cradle: Cradle, view: View | None = None) -> Pixels:
    """The cradle with its board and labels."""
    return render([(mesh, colour) for _, mesh, colour in scene(cradle)], view)


def scene(cradle: Cradle) -> list[tuple[str, Mesh, Colour]]:
    """What there is to see: "cradle", "board" and "label" pieces, each in its colour (BGR)."""
    levels = cradle.plan.levels
    board = Part(name="board", steps=(add(prism(cradle.seating.board, levels.seat, levels.top)),))
    items: list[tuple[str, Mesh, Colour]] = [
        ("cradle", cradle.solid.mesh(), _PLASTIC),
        ("board", solid_of(board).mesh(), _MASK),
    ]
    face = levels.top
    for label in labels_of(cradle.layout):
        (x0, y1), (x1, _), (_, y0), _ = label.paper.corners
        items.append(("label", _sheet(box(x0, y0, x1, y1), face), _PAPER))
        for ink in label.inks:
            dark = 30 + round(ink.level * 0.85)
            square = box(ink.xmin, ink.ymin, ink.xmax, ink.ymax)
            items.append(("label", _sheet(square, face + 0.02), (dark, dark, dark)))
    return items


def _sheet(area: object, z_mm: float) -> Mesh:
    """Two triangles of an upright rectangle."""
    x0, y0, x1, y1 = area.bounds  # type: ignore[attr-defined]
    vertices = np.array([[x0, y0, z_mm], [x1, y0, z_mm], [x1, y1, z_mm], [x0, y1, z_mm]])
    return Mesh(vertices=vertices, triangles=np.array([[0, 1, 2], [0, 2, 3]], np.int32))


def _axes(view: View) -> npt.NDArray[np.float64]:
    """Rows: right, up and towards the eye."""
    turn, rise = np.radians(view.azimuth_deg), np.radians(view.elevation_deg)
    right = np.array([np.cos(turn), -np.sin(turn), 0.0])
    away = np.array([np.sin(turn) * np.cos(rise), np.cos(turn) * np.cos(rise), -np.sin(rise)])
    return np.stack([right, np.cross(right, away), -away])


def _shades(mesh: Mesh) -> npt.NDArray[np.float32]:
    """How bright each triangle is: soft light from above, at the left and the front."""
    a, b, c = (mesh.vertices[mesh.triangles[:, i]] for i in range(3))
    normals = np.cross(b - a, c - a)
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
    lit = np.clip(normals @ (_LIGHT / np.linalg.norm(_LIGHT)), 0, 1)
    return np.asarray(0.42 + 0.62 * lit, dtype=np.float32)


def _fill(
    nearest: npt.NDArray[np.int32],
    depth: npt.NDArray[np.float32],
    corners: npt.NDArray[np.float64],
    number: int,
) -> None:
    """One triangle; nearer pixels win."""
    (ax, ay, az), (bx, by, bz), (cx, cy, cz) = corners.tolist()
    area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
    x0, x1 = max(int(min(ax, bx, cx)), 0), min(int(max(ax, bx, cx)) + 2, depth.shape[1])
    y0, y1 = max(int(min(ay, by, cy)), 0), min(int(max(ay, by, cy)) + 2, depth.shape[0])
    if x0 >= x1 or y0 >= y1:
        return
    xs = np.arange(x0, x1)[None] + 0.5
    ys = np.arange(y0, y1)[:, None] + 0.5

    def plane(at_x: float, at_y: float, rise_x: float, rise_y: float, level: float) -> _Plane:
        """level + rise_x (x - at_x) + rise_y (y - at_y), a sum of a row and a column."""
        row = ((xs - at_x) * rise_x + level).astype(np.float32)
        return row + ((ys - at_y) * rise_y).astype(np.float32)

    # Shares of the corners a and b (barycentric); c has the rest.
    ua, ub = (by - cy) / area, (cx - bx) / area
    va, vb = (cy - ay) / area, (ax - cx) / area
    u, v = plane(bx, by, ua, ub, 0.0), plane(cx, cy, va, vb, 0.0)
    front = (u >= -1e-6) & (v >= -1e-6) & (u + v <= 1 + 1e-6)
    z = plane(ax, ay, ua * (az - cz) + va * (bz - cz), ub * (az - cz) + vb * (bz - cz), az)
    part = depth[y0:y1, x0:x1]
    front &= z > part
    np.copyto(part, z, where=front)
    np.copyto(nearest[y0:y1, x0:x1], np.int32(number), where=front)


def _areas(corners: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Twice the area of each triangle (N, 3, 3) in the picture, by its turn."""
    ab, ac = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    return np.asarray(ab[:, 0] * ac[:, 1] - ab[:, 1] * ac[:, 0])


def _fill_small(
    nearest: npt.NDArray[np.int32],
    depth: npt.NDArray[np.float32],
    corners: npt.NDArray[np.float64],
    numbers: npt.NDArray[np.int32],
) -> None:
    """Many triangles of a few pixels at once, as `_fill` does one."""
    areas = _areas(corners)
    height, width = depth.shape
    grid = np.arange(_SMALL_PX + 1)
    seen, nearer = nearest.reshape(-1), depth.reshape(-1)
    for first in range(0, len(corners), _AT_ONCE):
        some = slice(first, first + _AT_ONCE)
        columns = np.floor(corners[some, :, 0].min(axis=1)).astype(np.int64)[:, None, None] + grid
        rows = np.floor(corners[some, :, 1].min(axis=1)).astype(np.int64)[:, None, None]
        rows = rows + grid[:, None]
        xs, ys = columns + 0.5, rows + 0.5
        (ax, ay, az), (bx, by, bz), (cx, cy, cz) = (
            corners[some, i].T[:, :, None, None] for i in range(3)
        )
        share: npt.NDArray[np.float64] = areas[some, None, None]
        u = ((bx - xs) * (cy - ys) - (by - ys) * (cx - xs)) / share
        v = ((cx - xs) * (ay - ys) - (cy - ys) * (ax - xs)) / share
        z = (u * az + v * bz + (1 - u - v) * cz).astype(np.float32)
        inside = (u >= -1e-6) & (v >= -1e-6) & (u + v <= 1 + 1e-6)
        inside &= (columns >= 0) & (columns < width) & (rows >= 0) & (rows < height)
        at = (rows * width + columns)[inside]
        number = np.broadcast_to(numbers[some][:, None, None], inside.shape)[inside]
        level = z[inside]
        better = level > nearer[at]
        at, number, level = at[better], number[better], level[better]
        order = np.argsort(level, kind="stable")  # of several at one pixel the last is kept
        nearer[at[order]] = level[order]
        seen[at[order]] = number[order]


def _creases(
    picture: npt.NDArray[np.float32], depth: npt.NDArray[np.float32], scale: float
) -> None:
    """A thin dark line where what lies behind is suddenly farther away."""
    solid = np.where(np.isfinite(depth), depth, depth[np.isfinite(depth)].min() - 20)
    step = cv2.morphologyEx(solid.astype(np.float32), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    edge = np.clip((step - 6.0 / scale - 0.25) / 1.5, 0, 1)
    picture *= (1 - 0.55 * edge)[..., None]
