"""A cradle with its board as a stack of flat layers, each seen through the camera's own
homography for its height: tray, base, rim, board, labels. What stands higher covers what is below.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar, cast

import cv2
import numpy as np
import numpy.typing as npt
from shapely.geometry.base import BaseGeometry

from cradles.build import Cradle
from cradles.csg import polygons
from cradles.labels import Ink, labels_of
from cradles.optics.camera import Camera

Pixels = npt.NDArray[np.uint8]
Cover = npt.NDArray[np.float32]
_Array = TypeVar("_Array", Pixels, Cover)
_TEXTURE = 24
"""Pixels a millimetre of the layers' pictures: twice the camera's."""
_TRAY, _BASE, _RIM, _MASK = (70, 74, 78), (40, 38, 37), (62, 58, 56), (52, 96, 34)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BoardLook:
    """The board's upper surface from above: BGR pixels, (0, 0) at the upper left of the outline's
    box as it lies in the cradle, `px_per_mm` pixels a millimetre."""

    pixels: Pixels
    px_per_mm: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scene:
    """What lies under the camera."""

    cradle: Cradle
    look: BoardLook | None = None
    """None: a bare board without parts."""
    with_board: bool = True
    turned: bool = False
    """The whole cradle lies the wrong way round."""
    moved_mm: tuple[float, float] = (0.0, 0.0)
    """How far the cradle is from where it belongs."""
    askew_deg: float = 0.0
    board_play_mm: tuple[float, float] = (0.0, 0.0)
    """How far the board lies from its place in the cradle."""
    covered: tuple[str, ...] = ()
    """Labels that something lies on, by the beginning of their names."""

    def to_world(self) -> npt.NDArray[np.float64]:
        """From the cradle's frame to the camera's ground, (3, 3)."""
        turn = np.radians(self.askew_deg + (180.0 if self.turned else 0.0))
        c, s = np.cos(turn), np.sin(turn)
        return np.array([[c, -s, self.moved_mm[0]], [s, c, self.moved_mm[1]], [0, 0, 1.0]])


def photograph(scene: Scene, camera: Camera, *, seed: int = 0) -> Pixels:
    """(height, width, 3) uint8 BGR, as the camera of the cabinet sees it."""
    size = (camera.width_px, camera.height_px)
    picture = np.full((camera.height_px, camera.width_px, 3), _TRAY, np.uint8)
    field, layers = _plastic(scene.cradle)
    if scene.with_board:
        layers = [*layers, (0.0, *_board_layer(scene, field))]
    layers = [*layers, (0.0, *_paper(scene.cradle, scene.covered))]
    for z_mm, colours, alpha in layers:
        to_picture = camera.plane(z_mm) @ scene.to_world() @ field.to_mm()
        seen = cv2.warpPerspective(colours, to_picture, size, flags=cv2.INTER_LINEAR)
        mask = cv2.warpPerspective(alpha, to_picture, size, flags=cv2.INTER_LINEAR)
        picture = np.asarray(cv2.blendLinear(picture, seen, 1 - mask, mask), dtype=np.uint8)
    return _exposed(camera.distort(picture), camera, seed)


_Layer = tuple[float, Pixels, Cover]
"""Height above the labels, colours, coverage."""


@functools.lru_cache(maxsize=3)
def _plastic(cradle: Cradle) -> tuple[_Field, list[_Layer]]:
    levels = cradle.plan.levels
    w, h = cradle.layout.outer_mm
    field = _Field((-w / 2 - 2, -h / 2 - 2, w / 2 + 2, h / 2 + 2))
    outer = field.cover([cradle.plan.outer])
    rim = outer - field.cover(polygons(cradle.plan.open))
    rim = np.clip(rim + field.cover(list(cradle.plan.arms)), 0, 1)
    return field, [
        (levels.base - levels.top, field.colour(_BASE), _soft(outer)),
        (levels.rim - levels.top, field.colour(_RIM), _soft(rim)),
    ]


@functools.lru_cache(maxsize=3)
def _paper(cradle: Cradle, covered: tuple[str, ...]) -> tuple[Pixels, Cover]:
    field, _ = _plastic(cradle)
    paper = field.colour((235, 238, 240))
    cover = np.zeros(field.shape, np.float32)
    for label in labels_of(cradle.layout):
        if covered and label.name.startswith(covered):
            continue
        (x0, y1), (x1, _), (_, y0), _ = label.paper.corners
        cover = np.maximum(cover, field.ink(Ink(xmin=x0, ymin=y0, xmax=x1, ymax=y1)))
        for ink in label.inks:
            field.draw(paper, ink)
        for word in label.writings:
            field.write(paper, word.x, word.y, word.tall_mm, word.text)
    return _soft(paper), _soft(cover)


class _Field:
    """A picture of an area of the cradle, exact to a share of its pixels."""

    def __init__(self, bounds_mm: tuple[float, float, float, float]) -> None:
        self.xmin, self.ymin, self.xmax, self.ymax = bounds_mm
        self.shape = (
            round((self.ymax - self.ymin) * _TEXTURE),
            round((self.xmax - self.xmin) * _TEXTURE),
        )

    def to_mm(self) -> npt.NDArray[np.float64]:
        """From its pixels (integers are middles) to the cradle's millimetres."""
        k = 1 / _TEXTURE
        return np.array([[k, 0, self.xmin + k / 2], [0, -k, self.ymax - k / 2], [0, 0, 1.0]])

    def colour(self, bgr: tuple[int, int, int]) -> Pixels:
        return np.full((*self.shape, 3), bgr, np.uint8)

    def cover(self, areas: Sequence[BaseGeometry]) -> Cover:
        """0 to 1: how much of each pixel the areas cover."""
        made = np.zeros(self.shape, np.uint8)
        for area in areas:
            for polygon in polygons(area):
                rings = [polygon.exterior, *polygon.interiors]
                points = [
                    (self._px(np.array(ring.coords)[:-1, :2]) * 16).round().astype(np.int32)
                    for ring in rings
                ]
                cv2.fillPoly(made, points, (255,), cv2.LINE_AA, 4)
        return made.astype(np.float32) / 255

    def ink(self, ink: Ink) -> Cover:
        """Exact coverage of an upright rectangle."""
        made = np.zeros(self.shape, np.float32)
        rows, columns, share = self._share(ink)
        made[rows, columns] = share
        return made

    def draw(self, colours: Pixels, ink: Ink) -> None:
        rows, columns, share = self._share(ink)
        under = colours[rows, columns].astype(np.float32)
        level = 20.0 + ink.level * 0.86
        colours[rows, columns] = (under * (1 - share[..., None]) + level * share[..., None]).astype(
            np.uint8
        )

    def write(self, colours: Pixels, x: float, y: float, tall_mm: float, text: str) -> None:
        size = tall_mm * _TEXTURE / 21.0
        (wide, high), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, size, 4)
        at = self._px(np.array([[x, y]]))[0]
        origin = (round(float(at[0]) - wide / 2), round(float(at[1]) + high / 2))
        cv2.putText(
            colours, text, origin, cv2.FONT_HERSHEY_SIMPLEX, size, (25, 25, 25), 4, cv2.LINE_AA
        )

    def _px(self, points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        x = (points[:, 0] - self.xmin) * _TEXTURE - 0.5
        y = (self.ymax - points[:, 1]) * _TEXTURE - 0.5
        return np.stack([x, y], axis=1)

    def _share(self, ink: Ink) -> tuple[slice, slice, Cover]:
        columns, across = _overlap(
            (ink.xmin - self.xmin) * _TEXTURE, (ink.xmax - self.xmin) * _TEXTURE, self.shape[1]
        )
        rows, down = _overlap(
            (self.ymax - ink.ymax) * _TEXTURE, (self.ymax - ink.ymin) * _TEXTURE, self.shape[0]
        )
        return rows, columns, np.outer(down, across).astype(np.float32)


def _overlap(low: float, high: float, count: int) -> tuple[slice, Cover]:
    first, last = max(int(np.floor(low)), 0), min(int(np.ceil(high)), count)
    cells = np.arange(first, last)
    share = np.minimum(cells + 1, high) - np.maximum(cells, low)
    return slice(first, last), np.clip(share, 0, 1).astype(np.float32)


def _board_layer(scene: Scene, field: _Field) -> tuple[Pixels, Cover]:
    board = scene.cradle.seating.board
    dx, dy = scene.board_play_mm
    shift = np.array([[1, 0, dx * _TEXTURE], [0, 1, -dy * _TEXTURE]], np.float64)
    cover = field.cover([board])
    colours = field.colour(_MASK)
    if scene.look is not None:
        x0, _, _, y1 = board.bounds
        k = _TEXTURE / scene.look.px_per_mm
        left, top = (x0 - field.xmin) * _TEXTURE, (field.ymax - y1) * _TEXTURE
        place = np.array([[k, 0, left + (k - 1) / 2], [0, k, top + (k - 1) / 2]])
        size = (field.shape[1], field.shape[0])
        kind = cv2.INTER_AREA if k < 1 else cv2.INTER_LINEAR
        colours = np.asarray(
            cv2.warpAffine(scene.look.pixels, place, size, colours, flags=kind,
                           borderMode=cv2.BORDER_TRANSPARENT),
            dtype=np.uint8,
        )  # fmt: skip
    if (dx, dy) != (0.0, 0.0):
        size = (field.shape[1], field.shape[0])
        colours = np.asarray(cv2.warpAffine(colours, shift, size), dtype=np.uint8)
        cover = np.asarray(cv2.warpAffine(cover, shift, size), dtype=np.float32)
    return _soft(colours), _soft(cover)


def _soft(layer: _Array) -> _Array:
    """A camera's pixel gathers light from its whole square, about two of a layer's: without this,
    sharp edges would jump by parts of a pixel."""
    return cast(_Array, cv2.GaussianBlur(layer, (0, 0), 0.9))


def _exposed(picture: Pixels, camera: Camera, seed: int) -> Pixels:
    light = picture.astype(np.float32) * camera.brightness
    if camera.falloff:
        y, x = np.mgrid[0 : camera.height_px, 0 : camera.width_px].astype(np.float32)
        far = ((x / camera.width_px - 0.5) ** 2 + (y / camera.height_px - 0.5) ** 2) / 0.5
        light *= (1 - camera.falloff * far)[..., None]
    if camera.defocus_px > 0:
        light = np.asarray(cv2.GaussianBlur(light, (0, 0), camera.defocus_px), dtype=np.float32)
    if camera.noise:
        chance = np.random.default_rng(seed)
        light += camera.noise * chance.standard_normal(light.shape, dtype=np.float32)
    return np.clip(light + 0.5, 0, 255).astype(np.uint8)
