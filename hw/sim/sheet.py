"""A drawing sheet in millimetres: the few strokes that generated boards are made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import cv2
import numpy as np
import numpy.typing as npt

from hw.ports import Pixels

Colour = tuple[float, float, float]
"""Blue, green, red; 0..255."""
Point = tuple[float, float]
COVERED = (255.0,)
_SHIFT = 4
_ONE = 1 << _SHIFT


def shade(colour: Colour, factor: float) -> Colour:
    """The same colour lighter (above 1) or darker."""
    blue, green, red = (min(max(part * factor, 0.0), 255.0) for part in colour)
    return (blue, green, red)


class Sheet:
    """An anti-aliased picture with coverage. (0, 0) is the middle, x to the right, y down.

    `pixels` is (height, width, 3) uint8 BGR, `cover` (height, width) uint8: 0 where nothing was
    drawn. A sheet made with a picture draws straight onto it and is covered everywhere.
    """

    def __init__(
        self,
        width_mm: float,
        height_mm: float,
        px_per_mm: float,
        *,
        pixels: Pixels | None = None,
        centre_px: Point | None = None,
    ) -> None:
        self.px_per_mm = px_per_mm
        if pixels is None:
            size = (round(height_mm * px_per_mm) | 1, round(width_mm * px_per_mm) | 1)
            self.pixels = np.zeros((*size, 3), np.uint8)
            self.cover: Pixels | None = np.zeros(size, np.uint8)
        else:
            self.pixels = pixels
            self.cover = None
        height_px, width_px = self.pixels.shape[:2]
        self.centre_px = centre_px or ((width_px - 1) / 2, (height_px - 1) / 2)

    def to_px(self, at: Point) -> Point:
        return (
            self.centre_px[0] + at[0] * self.px_per_mm,
            self.centre_px[1] + at[1] * self.px_per_mm,
        )

    def _fixed(self, at: Point) -> tuple[int, int]:
        x, y = self.to_px(at)
        return round(x * _ONE), round(y * _ONE)

    def _width(self, width_mm: float) -> int:
        return max(round(width_mm * self.px_per_mm), 1)

    def polygon(self, corners: Sequence[Point], colour: Colour) -> None:
        points = np.array([self._fixed(corner) for corner in corners], np.int32)
        cv2.fillPoly(self.pixels, [points], colour, cv2.LINE_AA, _SHIFT)
        if self.cover is not None:
            cv2.fillPoly(self.cover, [points], COVERED, cv2.LINE_AA, _SHIFT)

    def box(self, centre: Point, width_mm: float, height_mm: float, colour: Colour) -> None:
        x, y = centre
        w, h = width_mm / 2, height_mm / 2
        self.polygon([(x - w, y - h), (x + w, y - h), (x + w, y + h), (x - w, y + h)], colour)

    def rounded(
        self, centre: Point, width_mm: float, height_mm: float, radius_mm: float, colour: Colour
    ) -> None:
        x, y = centre
        w, h = width_mm / 2 - radius_mm, height_mm / 2 - radius_mm
        corners: list[Point] = []
        for cx, cy, start in ((w, h, 0), (-w, h, 90), (-w, -h, 180), (w, -h, 270)):
            for angle in np.radians(np.arange(start, start + 91, 15)):
                corners.append(
                    (
                        x + cx + radius_mm * float(np.cos(angle)),
                        y + cy + radius_mm * float(np.sin(angle)),
                    )
                )
        self.polygon(corners, colour)

    def disc(self, centre: Point, radius_mm: float, colour: Colour) -> None:
        self.ellipse(centre, radius_mm, radius_mm, colour)

    def ellipse(
        self,
        centre: Point,
        rx_mm: float,
        ry_mm: float,
        colour: Colour,
        *,
        from_deg: float = 0,
        to_deg: float = 360,
    ) -> None:
        axes = (round(rx_mm * self.px_per_mm * _ONE), round(ry_mm * self.px_per_mm * _ONE))
        at = self._fixed(centre)
        for image, ink in self._inks(colour):
            cv2.ellipse(image, at, axes, 0, from_deg, to_deg, ink, -1, cv2.LINE_AA, _SHIFT)

    def arc(
        self,
        centre: Point,
        radius_mm: float,
        width_mm: float,
        colour: Colour,
        *,
        from_deg: float = 0,
        to_deg: float = 360,
    ) -> None:
        radius = round(radius_mm * self.px_per_mm * _ONE)
        at, width = self._fixed(centre), self._width(width_mm)
        for image, ink in self._inks(colour):
            cv2.ellipse(
                image, at, (radius, radius), 0, from_deg, to_deg, ink, width, cv2.LINE_AA, _SHIFT
            )

    def line(self, points: Sequence[Point], width_mm: float, colour: Colour) -> None:
        path = np.array([self._fixed(point) for point in points], np.int32)
        width = self._width(width_mm)
        for image, ink in self._inks(colour):
            cv2.polylines(image, [path], False, ink, width, cv2.LINE_AA, _SHIFT)

    def text(
        self, at: Point, text: str, height_mm: float, colour: Colour, *, bold: float = 0.13
    ) -> None:
        """Capital letters `height_mm` high, centred on `at`."""
        font = cv2.FONT_HERSHEY_SIMPLEX
        scale = height_mm * self.px_per_mm / 21.0  # Hershey capitals are 21 units high
        width = self._width(height_mm * bold)
        (width_px, height_px), _ = cv2.getTextSize(text, font, scale, width)
        x, y = self.to_px(at)
        origin = (round(x - width_px / 2), round(y + height_px / 2))
        for image, ink in self._inks(colour):
            cv2.putText(image, text, origin, font, scale, ink, width, cv2.LINE_AA)

    def _inks(self, colour: Colour) -> tuple[tuple[Pixels, tuple[float, ...]], ...]:
        if self.cover is None:
            return ((self.pixels, colour),)
        return ((self.pixels, colour), (self.cover, COVERED))

    def shine(self, gain: npt.NDArray[np.float32]) -> None:
        """Multiply the brightness; `gain` broadcasts against (height, width, 1)."""
        lit = np.clip(self.pixels.astype(np.float32) * gain, 0, 255)
        self.pixels[:] = lit.astype(np.uint8)

    def coordinates(self) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """x (1, width) and y (height, 1) of every pixel in millimetres."""
        height, width = self.pixels.shape[:2]
        x = (np.arange(width, dtype=np.float32)[None] - self.centre_px[0]) / self.px_per_mm
        y = (np.arange(height, dtype=np.float32)[:, None] - self.centre_px[1]) / self.px_per_mm
        return x.astype(np.float32), y.astype(np.float32)


def paste(
    board: Sheet,
    part: Sheet,
    at: Point,
    angle_deg: float,
    *,
    height_mm: float,
    lift_mm: float = 0.0,
) -> None:
    """Lay a part onto the board with its shadow. The lamp stands at the upper left, so the shadow
    of a part `height_mm` high falls to the lower right; `lift_mm` is the air under the part."""
    assert part.cover is not None
    h, w = part.cover.shape
    fall = 0.22 * (height_mm + 2 * lift_mm) * part.px_per_mm
    blur = max(0.16 * (height_mm + lift_mm) * part.px_per_mm, 0.8)
    angle = np.radians(angle_deg)
    c, s = abs(float(np.cos(angle))), abs(float(np.sin(angle)))
    grow = 2 * (fall + 2.5 * blur) + 3
    wide, high = int(c * w + s * h + grow) | 1, int(s * w + c * h + grow) | 1
    x, y = board.to_px(at)
    x0, y0 = round(x) - wide // 2, round(y) - high // 2
    turn = cv2.getRotationMatrix2D(((w - 1) / 2, (h - 1) / 2), -angle_deg, 1.0)
    turn[0, 2] += x - x0 - (w - 1) / 2
    turn[1, 2] += y - y0 - (h - 1) / 2
    pixels = cv2.warpAffine(part.pixels, turn, (wide, high), flags=cv2.INTER_LINEAR)
    cover = cv2.warpAffine(part.cover, turn, (wide, high), flags=cv2.INTER_LINEAR)
    shadow = _shadow(cast(Pixels, cover), fall, blur)
    _blend(board.pixels, x0, y0, cast(Pixels, pixels), cast(Pixels, cover), shadow)


def _shadow(cover: Pixels, fall_px: float, blur_px: float) -> Pixels:
    """The part's outline, shifted and softened. A soft thing needs few pixels: it is made at the
    size at which it is only just sharp, which takes a tenth of the time."""
    high, wide = cover.shape
    coarse = max(int(blur_px / 1.5), 1)
    small = cv2.resize(
        cover, (-(-wide // coarse), -(-high // coarse)), interpolation=cv2.INTER_AREA
    )
    shift = np.array([[1, 0, fall_px / coarse], [0, 1, fall_px / coarse]], np.float32)
    moved = cv2.warpAffine(small, shift, (small.shape[1], small.shape[0]))
    soft = cv2.GaussianBlur(moved, (0, 0), max(blur_px / coarse, 0.5))
    return cast(Pixels, cv2.resize(soft, (wide, high), interpolation=cv2.INTER_LINEAR))


def _blend(target: Pixels, x0: int, y0: int, pixels: Pixels, cover: Pixels, dark: Pixels) -> None:
    height, width = target.shape[:2]
    left, top = max(x0, 0), max(y0, 0)
    right, bottom = min(x0 + cover.shape[1], width), min(y0 + cover.shape[0], height)
    if left >= right or top >= bottom:
        return
    inside = (slice(top - y0, bottom - y0), slice(left - x0, right - x0))
    alpha, gloom = cover[inside], dark[inside]
    under = target[top:bottom, left:right]
    # how much of the board is seen: not through the part, and less in its shadow
    seen = (255 - alpha).astype(np.float32) * (1.0 / 255.0)
    seen *= 1.0 - (0.55 / 255.0) * gloom
    # a part's edge was anti-aliased against black, so it is only added
    behind = cv2.multiply(under, cv2.merge([seen, seen, seen]), dtype=cv2.CV_8U)
    cv2.add(behind, pixels[inside], dst=behind)
    target[top:bottom, left:right] = behind
