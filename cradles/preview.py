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

_PAPER: Colour = (238, 240, 241)
_PLASTIC: Colour = (150, 138, 128)
_MASK: Colour = (70, 130, 52)
_GROUND: Colour = (250, 249, 248)
_FINER = 2
"""Each way: drawn larger and shrunk, so that edges are smooth."""
_LIGHT = np.array([-0.35, -0.45, 0.82])


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Where one looks from: turned about the upright axis, and how steeply down."""

    azimuth_deg: float = -28.0
    elevation_deg: float = 48.0


def render(
    items: Sequence[tuple[Mesh, Colour]],
    view: View | None = None,
    size_px: tuple[int, int] = (1200, 900),
) -> Pixels:
    """(height, width, 3) uint8 BGR: every mesh in its colour, parallel projection, filling the
    picture but for a margin."""
    axes = _axes(view or View())
    width, height = size_px[0] * _FINER, size_px[1] * _FINER
    seen = [mesh.vertices @ axes.T for mesh, _ in items]
    low = np.min([points.min(axis=0) for points in seen], axis=0)
    high = np.max([points.max(axis=0) for points in seen], axis=0)
    scale = 0.92 * min(width / (high[0] - low[0]), height / (high[1] - low[1]))
    middle = (low + high) / 2
    picture = np.full((height, width, 3), _GROUND, np.float32)
    depth = np.full((height, width), -np.inf, np.float32)
    for (mesh, colour), points in zip(items, seen, strict=True):
        flat = np.empty_like(points)
        flat[:, 0] = (points[:, 0] - middle[0]) * scale + width / 2
        flat[:, 1] = height / 2 - (points[:, 1] - middle[1]) * scale
        flat[:, 2] = points[:, 2]
        shades = _shades(mesh)
        for corners, shade in zip(flat[mesh.triangles], shades, strict=True):
            _fill(picture, depth, corners, np.asarray(colour, np.float32) * shade)
    _creases(picture, depth, scale)
    small = cv2.resize(np.clip(picture, 0, 255), size_px, interpolation=cv2.INTER_AREA)
    return np.asarray(small + 0.5, dtype=np.uint8)


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
    picture: npt.NDArray[np.float32],
    depth: npt.NDArray[np.float32],
    corners: npt.NDArray[np.float64],
    colour: npt.NDArray[np.float32],
) -> None:
    """One triangle, seen from its front only; nearer pixels win."""
    (ax, ay, az), (bx, by, bz), (cx, cy, cz) = corners
    area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
    if area > -1e-9:  # the picture's y points down, so a front runs clockwise here
        return
    x0, x1 = max(int(min(ax, bx, cx)), 0), min(int(max(ax, bx, cx)) + 2, picture.shape[1])
    y0, y1 = max(int(min(ay, by, cy)), 0), min(int(max(ay, by, cy)) + 2, picture.shape[0])
    if x0 >= x1 or y0 >= y1:
        return
    xs = np.arange(x0, x1, dtype=np.float32)[None] + 0.5
    ys = np.arange(y0, y1, dtype=np.float32)[:, None] + 0.5
    u = ((bx - xs) * (cy - ys) - (by - ys) * (cx - xs)) / area
    v = ((cx - xs) * (ay - ys) - (cy - ys) * (ax - xs)) / area
    w = 1 - u - v
    z = u * az + v * bz + w * cz
    part = depth[y0:y1, x0:x1]
    front = (u >= -1e-6) & (v >= -1e-6) & (w >= -1e-6) & (z > part)
    part[front] = z[front]
    picture[y0:y1, x0:x1][front] = colour


def _creases(
    picture: npt.NDArray[np.float32], depth: npt.NDArray[np.float32], scale: float
) -> None:
    """A thin dark line where what lies behind is suddenly farther away."""
    solid = np.where(np.isfinite(depth), depth, depth[np.isfinite(depth)].min() - 20)
    step = cv2.morphologyEx(solid.astype(np.float32), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    edge = np.clip((step - 6.0 / scale - 0.25) / 1.5, 0, 1)
    picture *= (1 - 0.55 * edge)[..., None]
