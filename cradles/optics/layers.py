"""A cradle and its board as flat layers, each at its height: what the camera can see of them.

Parts on the board stand in its upper surface here; their own height is not drawn.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from shapely.geometry.base import BaseGeometry

from cradles.build import Cradle
from cradles.labels import Ink, Label, labels_of
from cradles.optics.field import Cover, Field
from cradles.optics.light import Light, light_of

Pixels = npt.NDArray[np.uint8]
Colour = tuple[float, float, float]
"""Blue, green, red sRGB levels."""

_PLASTIC_PX_PER_MM = 24.0
"""Twice the camera's."""
_DEEP_PX_PER_MM = 12.0
_PAPER_PX_PER_MM = 48.0
_PIXEL_SIGMA = 0.47
"""A camera's pixel gathers light from its whole square, and its lens is never perfect: what it sees
is softened by this share of its pixel. Without, sharp edges would jump by parts of a pixel."""
_BASE, _WALL, _RIM = (40.0, 38.0, 37.0), (31.0, 29.0, 28.0), (62.0, 58.0, 56.0)
_POST: Colour = (50.0, 47.0, 46.0)
_MASK: Colour = (52.0, 96.0, 34.0)
_PAPER, _BLACK = 238.0, 20.0
"""sRGB levels of a label's paper and of black toner."""
_SHADOW_MM, _SHADOW = 2.5, 0.6


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Layer:
    z_mm: float
    """Above the labels' plane."""
    field: Field
    cover: Cover
    colour: Colour | Light | Pixels
    """One colour; or light (H, W) or (H, W, 3); or sRGB levels (H, W, 3)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BoardLook:
    """The board's upper surface from above: BGR pixels, (0, 0) at the upper left of the outline's
    box as it lies in the cradle, `px_per_mm` pixels a millimetre."""

    pixels: Pixels
    px_per_mm: float


@functools.lru_cache(maxsize=3)
def plastic(cradle: Cradle, px_per_mm: float) -> tuple[Layer, ...]:
    """From below: the base in the rim's shadow, posts, the rim's walls, the rim."""
    plan, levels = cradle.plan, cradle.plan.levels
    deep = _whole(cradle, _DEEP_PX_PER_MM)
    fine = _whole(cradle, _PLASTIC_PX_PER_MM)
    rim = fine.cover([plan.outer.difference(plan.open), *plan.arms])
    over = deep.cover([plan.outer.difference(plan.open), *plan.arms, cradle.seating.board])
    soft = cv2.GaussianBlur(over, (0, 0), _SHADOW_MM * _DEEP_PX_PER_MM / 2)
    lit = 1 - _SHADOW * np.asarray(soft, np.float32) / 255
    base = np.asarray(lit[..., None] * light_of(_BASE), np.float32)
    rim = _softened(rim, fine, px_per_mm)
    low, seat = levels.base - levels.top, levels.seat - levels.top
    floor = deep.cover([_less(plan.outer, plan.through)])
    return (
        Layer(z_mm=low, field=deep, cover=floor, colour=base),
        Layer(z_mm=seat, field=deep, cover=deep.cover(list(plan.posts)), colour=_POST),
        Layer(z_mm=low, field=fine, cover=rim, colour=_WALL),
        Layer(z_mm=levels.rim - levels.top, field=fine, cover=rim, colour=_RIM),
    )


@functools.lru_cache(maxsize=8)
def board(cradle: Cradle, look: BoardLook | None, px_per_mm: float) -> Layer:
    """Its upper surface, with its cut-outs and holes open. None looks bare."""
    area = cradle.seating.board
    x0, y0, x1, y1 = area.bounds
    field = Field((x0 - 1, y0 - 1, x1 + 1, y1 + 1), _PLASTIC_PX_PER_MM)
    cover = _softened(field.cover([area]), field, px_per_mm)
    if look is None:
        return Layer(z_mm=0.0, field=field, cover=cover, colour=_MASK)
    k = field.px_per_mm / look.px_per_mm
    left, top = (x0 - field.xmin) * field.px_per_mm, (field.ymax - y1) * field.px_per_mm
    place = np.array([[k, 0, left + (k - 1) / 2], [0, k, top + (k - 1) / 2]])
    colours = cv2.warpAffine(
        look.pixels, place, field.shape[::-1], flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )  # fmt: skip
    return Layer(
        z_mm=0.0,
        field=field,
        cover=cover,
        colour=_softened(np.asarray(colours, np.uint8), field, px_per_mm),
    )


@functools.lru_cache(maxsize=8)
def pins(cradle: Cradle) -> Layer | None:
    """Where they stand up through the board."""
    if not cradle.plan.pins:
        return None
    field = _whole(cradle, _DEEP_PX_PER_MM)
    cover = field.cover(list(cradle.plan.pins))
    return Layer(z_mm=1.0, field=field, cover=cover, colour=_RIM)


@functools.lru_cache(maxsize=3)
def paper(cradle: Cradle, px_per_mm: float) -> tuple[tuple[str, Layer], ...]:
    """Every label by its name."""
    return tuple((label.name, _paper(label, px_per_mm)) for label in labels_of(cradle.layout))


def _paper(label: Label, px_per_mm: float) -> Layer:
    (x0, y1), (x1, _), (_, y0), _ = label.paper.corners
    field = Field((x0 - 0.5, y0 - 0.5, x1 + 0.5, y1 + 0.5), _PAPER_PX_PER_MM)
    light = np.full(field.shape, light_of(_PAPER), np.float32)
    for ink in label.inks:
        rows, columns, share = field.share(ink)
        printed = light_of(_BLACK + ink.level * 0.86)
        light[rows, columns] += (printed - light[rows, columns]) * share
    for word in label.writings:
        black = float(light_of(_BLACK))
        field.write(light, word.x, word.y, word.tall_mm, word.text, black)
    cover = np.zeros(field.shape, np.float32)
    rows, columns, share = field.share(Ink(xmin=x0, ymin=y0, xmax=x1, ymax=y1))
    cover[rows, columns] = 255 * share + 0.5
    return Layer(
        z_mm=0.0,
        field=field,
        cover=_softened(cover.astype(np.uint8), field, px_per_mm),
        colour=np.asarray(cv2.GaussianBlur(light, (0, 0), _sigma(field, px_per_mm)), np.float32),
    )


def _whole(cradle: Cradle, px_per_mm: float) -> Field:
    w, h = cradle.layout.outer_mm
    return Field((-w / 2 - 2, -h / 2 - 2, w / 2 + 2, h / 2 + 2), px_per_mm)


def _less(area: BaseGeometry, cut: BaseGeometry) -> BaseGeometry:
    return area if cut.is_empty else area.difference(cut)


def _sigma(field: Field, px_per_mm: float) -> float:
    return _PIXEL_SIGMA * field.px_per_mm / px_per_mm


def _softened(picture: Pixels, field: Field, px_per_mm: float) -> Pixels:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), _sigma(field, px_per_mm)), np.uint8)
