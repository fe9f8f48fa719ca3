"""Makes a frame of a scene: placement, movement, focus, brightness, noise.

A frame of 10 megapixels has to be made in a few dozen milliseconds, so what doesn't change
between two frames of one insertion (the board's picture, turned and shifted into place) is kept,
and brightness is one table look-up.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np

from hw.ports import Pixels
from hw.sim.boards import Board
from hw.sim.cradle_picture import empty_cradle
from hw.sim.faults import Fault
from hw.sim.scene import CradleMove, Placement, Scene

REFERENCE_EXPOSURE_US = 8000
REFERENCE_GAIN = 1.0
REFERENCE_COLOUR_GAINS = (1.9, 1.6)
IN_FOCUS_DIOPTRES = 8.0
"""With these and the light at full, a frame has the brightness of the board's own picture."""

GAMMA = 2.2
NOISE_MEAN = 3
NOISE_TILE = 256
"""Side of the square of noise that is repeated over the frame, shifted at random each time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """What the sensor really did for one frame."""

    start_s: float
    exposure_us: int
    analogue_gain: float
    colour_gains: tuple[float, float]
    lens_position: float


class Renderer:
    """Makes frames of one size. `frame` returns the same buffer every time."""

    def __init__(
        self,
        width_px: int,
        height_px: int,
        *,
        ambient: float,
        cache_bytes: int = 64_000_000,
        seed: int = 7,
    ) -> None:
        self.width_px = width_px
        self.height_px = height_px
        self._ambient = ambient
        self._cache_bytes = cache_bytes
        self._chance = np.random.default_rng(seed)
        self._pictures: OrderedDict[Board, Pixels] = OrderedDict()
        self._empty = empty_cradle(width_px, height_px)
        self._placed_key: tuple[Board, Placement] | None = None
        self._placed = self._empty
        self._frame = np.empty_like(self._empty)
        self._lit = np.empty_like(self._empty)
        self._lit_view: Pixels | None = None
        self._lit_table: Pixels | None = None
        tile = self._chance.binomial(2 * NOISE_MEAN, 0.5, size=(NOISE_TILE, NOISE_TILE, 3))
        times = (height_px // NOISE_TILE + 2, width_px // NOISE_TILE + 2, 1)
        self._noise = np.tile(tile.astype(np.uint8), times)

    def prepare(self, scene: Scene) -> None:
        """Make now what the next frame would wait for: the picture of the board on the bench, and
        the one that is being pushed in, where it will lie."""
        coming = scene.cradle[-1]
        if coming.board is not None and coming.to_depth > 0.0:
            self._lying(coming.board, coming.placement)
        elif scene.next_board is not None:
            self._picture(scene.next_board)

    def frame(self, scene: Scene, exposure: Exposure) -> Pixels:
        """(height, width, 3) uint8 BGR, valid until the next call."""
        middle_s = exposure.start_s + exposure.exposure_us / 2e6
        view = self._geometry(scene.move(middle_s), middle_s, exposure.exposure_us / 1e6)
        view = self._focus(view, scene, exposure)
        brightness = scene.brightness(middle_s) + self._ambient
        table = _response(brightness, exposure)
        lit = self._light_up(view, table)
        if Fault.FLICKER in scene.faults:
            lit = self._bands(lit, exposure)
        if Fault.UNEVEN_STRIP in scene.faults:
            lit = self._half_lit(lit)
        return self._grain(lit)

    def _light_up(self, view: Pixels, table: Pixels) -> Pixels:
        """A board that lies still in a settled light needs this once."""
        if view is not self._lit_view or not _same(table, self._lit_table):
            cv2.LUT(view, table, dst=self._lit)
            self._lit_view, self._lit_table = view, table
        return self._lit

    def _picture(self, board: Board) -> Pixels:
        found = self._pictures.get(board)
        if found is None:
            found = board.picture(self.width_px, self.height_px).pixels
            self._pictures[board] = found
            while len(self._pictures) > max(self._cache_bytes // found.nbytes, 2):
                self._pictures.popitem(last=False)
        self._pictures.move_to_end(board)
        return found

    def _geometry(self, move: CradleMove, at_s: float, exposure_s: float) -> Pixels:
        depth = move.depth(at_s)
        if move.board is None or depth <= 0.0:
            return self._empty
        placed = self._lying(move.board, move.placement)
        if depth >= 1.0 and move.speed(at_s) == 0.0:
            return placed
        return self._moving(placed, depth, abs(move.speed(at_s)) * exposure_s)

    def _lying(self, board: Board, placement: Placement) -> Pixels:
        if self._placed_key != (board, placement):
            picture = self._picture(board)
            if placement != Placement():
                picture = self._warp(picture, placement)
            self._placed, self._placed_key = picture, (board, placement)
        return self._placed

    def _warp(self, picture: Pixels, placement: Placement) -> Pixels:
        centre = (self.width_px / 2, self.height_px / 2)
        turn = cv2.getRotationMatrix2D(centre, placement.rotation_deg, 1.0)
        turn[0, 2] += placement.dx_share * self.width_px
        turn[1, 2] += placement.dy_share * self.width_px
        size = (self.width_px, self.height_px)
        return cast(
            Pixels,
            cv2.warpAffine(
                picture, turn, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
            ),
        )

    def _moving(self, placed: Pixels, depth: float, travelled: float) -> Pixels:
        """The cradle comes in from the front, which is the picture's lower edge."""
        offset = round((1.0 - depth) * self.height_px)
        view = self._empty.copy()
        view[offset:] = placed[: self.height_px - offset]
        smear = round(travelled * self.height_px)
        return cast(Pixels, cv2.blur(view, (1, smear))) if smear > 1 else view

    def _focus(self, view: Pixels, scene: Scene, exposure: Exposure) -> Pixels:
        off = abs(exposure.lens_position - IN_FOCUS_DIOPTRES)
        if Fault.DEFOCUS in scene.faults:
            off += 2.0
        sigma_px = off * self.width_px / 700
        if sigma_px < 0.3:
            return view
        return cast(Pixels, cv2.GaussianBlur(view, (0, 0), sigma_px))

    def _bands(self, frame: Pixels, exposure: Exposure) -> Pixels:
        """Rows are exposed one after the other, so a strip that flickers shows as bands."""
        rows = np.arange(self.height_px) / self.height_px
        wave = 0.75 + 0.25 * np.sin(2 * np.pi * (7 * rows + 3.1 * exposure.start_s))
        return cast(Pixels, (frame * wave[:, None, None]).astype(np.uint8))

    def _half_lit(self, frame: Pixels) -> Pixels:
        light = np.linspace(1.0, 0.4, self.width_px) ** (1.0 / GAMMA)
        return cast(Pixels, (frame * light[None, :, None]).astype(np.uint8))

    def _grain(self, frame: Pixels) -> Pixels:
        y, x = self._chance.integers(0, NOISE_TILE, 2)
        noise = self._noise[y : y + self.height_px, x : x + self.width_px]
        return cast(Pixels, cv2.add(frame, noise, dst=self._frame))


def _same(one: Pixels, other: Pixels | None) -> bool:
    return other is not None and np.array_equal(one, other)


def _response(brightness: float, exposure: Exposure) -> Pixels:
    """The look-up table (1, 256, 3) from the board's own picture to the frame, BGR: linear light
    scaled by what reached the sensor, clipped where it saturates, in the display's gamma."""
    amount = brightness * exposure.exposure_us / REFERENCE_EXPOSURE_US
    amount *= exposure.analogue_gain / REFERENCE_GAIN
    red, blue = (
        gain / reference
        for gain, reference in zip(exposure.colour_gains, REFERENCE_COLOUR_GAINS, strict=True)
    )
    linear = (np.arange(256) / 255.0) ** GAMMA
    scaled = linear[:, None] * (amount * np.array([blue, 1.0, red]))[None, :]
    table = 255.0 * np.clip(scaled, 0.0, 1.0) ** (1.0 / GAMMA)
    return cast(Pixels, np.clip(np.rint(table) - NOISE_MEAN, 0, 255).astype(np.uint8)[None])
