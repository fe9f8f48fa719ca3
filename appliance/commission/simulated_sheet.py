"""What the simulated cabinet's camera sees of the measuring sheet in a known pose, through a known
lens: for trying commissioning, and the truth that its figures are checked against.

Each pixel is looked up where its ray meets the paper, four rays a pixel; what they find is added up
as light, softened, and only then encoded.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import cast

import cv2
import numpy as np
import numpy.typing as npt

from appliance.commission.camera_sheet import (
    COLUMNS,
    GREY_MM,
    GREY_SHARE,
    ROWS,
    SQUARE_MM,
    TRUE_SIZE,
    TURN_DEG,
    Paper,
    black_cells,
)
from appliance.vision.lens import Lens
from hw.ports import Pixels
from hw.sim.boards import BoardPicture

Light = npt.NDArray[np.float32]
Matrix = npt.NDArray[np.float64]

GAMMA = 2.2
WHITE, BLACK, TRAY = 0.80, 0.03, 0.05
"""Shares of the light that paper, ink and the tray give back."""
PAGE_MM = (297.0, 210.0)
_RAYS = 2
"""A side of the square of rays in each pixel."""
_GRAIN_PX_PER_MM = 20
_MAP_STEP = 16
"""Rays are bent exactly at every 16th; between them the bend is straight to a thousandth."""


class Face(StrEnum):
    PATTERN = "pattern"
    GREY = "grey"
    BLANK = "blank"


@dataclass(frozen=True, slots=True, kw_only=True)
class Glare:
    """A lamp that mirrors in the paper: a round spot, in shares of the picture's width."""

    x: float
    y: float
    radius: float
    light: float = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetLens:
    """The simulated camera's, free of the picture's size: lengths are shares of its width."""

    focal: float = 260.0 / 300.0
    """So that 300 mm fill the width from 260 mm away."""
    off_centre: tuple[float, float] = (0.0, 0.0)
    k1: float = -0.06
    k2: float = 0.03
    p1: float = 0.0004
    p2: float = -0.0003

    def at(self, width_px: int, height_px: int) -> Lens:
        return Lens(
            width_px=width_px,
            height_px=height_px,
            focal_px=(self.focal * width_px, self.focal * width_px),
            centre_px=(
                (width_px - 1) / 2 + self.off_centre[0] * width_px,
                (height_px - 1) / 2 + self.off_centre[1] * width_px,
            ),
            k1=self.k1, k2=self.k2, p1=self.p1, p2=self.p2,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetInSlot:
    """The sheet as it lies or is held under the camera. A `Board` of the simulated cabinet."""

    face: Face = Face.PATTERN
    distance_mm: float = 260.0
    tilt_x_deg: float = 0.0
    """About the axis to the right: the edge at the back is raised by a positive one."""
    tilt_y_deg: float = 0.0
    """About the axis to the front: the right edge is raised by a positive one."""
    turn_deg: float = 0.0
    """Clockwise in the picture."""
    shift_mm: tuple[float, float] = (0.0, 0.0)
    """To the right and to the front."""
    mirrored: bool = False
    paper: Paper = TRUE_SIZE
    lens: SheetLens = field(default_factory=SheetLens)
    blur_px: float = 0.0
    """Sigma at this picture's size, of light: 0 is as sharp as four rays a pixel."""
    blur_share: float = 0.0
    """More of the same, in shares of the picture's width."""
    light: float = 1.0
    light_right: float = 1.0
    """At the right edge, over that at the left one; it changes evenly between them."""
    falloff: float = 0.0
    """How much less light the picture's corners have than its middle."""
    tint: tuple[float, float] = (1.0, 1.0)
    """Of the light: blue and red over green."""
    glare: Glare | None = None
    noise: float = 0.0
    """Sigma, levels of 255."""
    seed: int = 0

    @property
    def name(self) -> str:
        return f"sheet {self.face}"

    def picture(self, width_px: int, height_px: int) -> BoardPicture:
        light = self._paper(width_px, height_px)
        blur_px = math.hypot(self.blur_px, self.blur_share * width_px)
        if blur_px > 0:
            light = np.asarray(cv2.GaussianBlur(light, (0, 0), blur_px), np.float32)
        light = light * self._lit(width_px, height_px) + self._mirrored(width_px, height_px)
        tinted = cast(Light, cv2.merge([light * self.tint[0], light, light * self.tint[1]]))
        levels = 255.0 * np.clip(tinted, 0.0, 1.0) ** (1 / GAMMA)
        if self.noise > 0:
            chance = np.random.default_rng(self.seed)
            levels += self.noise * chance.standard_normal(levels.shape, np.float32)
        return BoardPicture(pixels=np.clip(levels + 0.5, 0, 255).astype(np.uint8))

    def mm_per_px(self, width_px: int) -> float:
        """The truth, for a sheet that lies flat: where the lens' axis meets it."""
        return self.distance_mm / (self.lens.focal * width_px)

    def _paper(self, width_px: int, height_px: int) -> Light:
        """(H, W): the share of light that comes back from where each pixel looks."""
        x_mm, y_mm = self._places(width_px, height_px)
        half_w, half_h = PAGE_MM[0] / 2, PAGE_MM[1] / 2
        on_page = (np.abs(x_mm) <= half_w) & (np.abs(y_mm) <= half_h)
        if self.face is Face.PATTERN:
            light = _pattern(self, x_mm, y_mm)
        else:
            light = np.full(x_mm.shape, WHITE, np.float32)
            if self.face is Face.GREY:
                grey = (np.abs(x_mm) <= GREY_MM / 2) & (np.abs(y_mm) <= GREY_MM / 2)
                light[grey] = WHITE * GREY_SHARE
        light[~on_page] = TRAY
        small = cv2.resize(light, (width_px, height_px), interpolation=cv2.INTER_AREA)
        return np.asarray(small, np.float32)

    def _places(self, width_px: int, height_px: int) -> tuple[Light, Light]:
        """Where each ray meets the paper, on the page as printed at true size, mm."""
        step, fine = _MAP_STEP, (width_px * _RAYS, height_px * _RAYS)
        lens = self.lens.at(width_px, height_px)
        ys, xs = np.mgrid[0 : fine[1] + step : step, 0 : fine[0] + step : step].astype(np.float64)
        pixels = np.stack([xs, ys], axis=-1).reshape(-1, 2)
        pixels = (pixels + 0.5) / _RAYS - 0.5
        matrix = np.array([
            [lens.focal_px[0], 0, lens.centre_px[0]], [0, lens.focal_px[1], lens.centre_px[1]],
            [0, 0, 1.0],
        ])  # fmt: skip
        to_page = np.linalg.inv(matrix @ self._plane())
        rays = np.concatenate([lens.straight(pixels), np.ones((len(pixels), 1))], axis=1)
        # Before the division all is nearly straight, so a coarse grid of it is enough.
        coarse = (rays @ to_page.T).reshape(*xs.shape, 3).astype(np.float32)
        to_coarse = np.array([[1 / step, 0, 0], [0, 1 / step, 0]], np.float32)
        dense = cv2.warpAffine(
            coarse, to_coarse, fine,
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE,
        )  # fmt: skip
        x_mm = dense[..., 0] / dense[..., 2] / np.float32(self.paper.across)
        y_mm = dense[..., 1] / dense[..., 2] / np.float32(self.paper.along)
        return (-x_mm if self.mirrored else x_mm), y_mm

    def _plane(self) -> Matrix:
        """(3, 3): from (x, y, 1) on the page to the camera's frame: x right, y to the front, z away
        from it."""
        a, b, c = np.radians([self.tilt_x_deg, self.tilt_y_deg, self.turn_deg])
        about_x = np.array([[1, 0, 0], [0, np.cos(a), -np.sin(a)], [0, np.sin(a), np.cos(a)]])
        about_y = np.array([[np.cos(b), 0, np.sin(b)], [0, 1, 0], [-np.sin(b), 0, np.cos(b)]])
        about_z = np.array([[np.cos(c), -np.sin(c), 0], [np.sin(c), np.cos(c), 0], [0, 0, 1]])
        turned = about_x @ about_y @ about_z
        shift = np.array([*self.shift_mm, self.distance_mm])
        return np.stack([turned[:, 0], turned[:, 1], shift], axis=1)

    def _lit(self, width_px: int, height_px: int) -> Light:
        x = np.linspace(-0.5, 0.5, width_px, dtype=np.float32)[None]
        y = np.linspace(-0.5, 0.5, height_px, dtype=np.float32)[:, None]
        slope = 1 + (self.light_right - 1) * (x + 0.5)
        lit = self.light * slope * (1 - self.falloff * 2 * (x**2 + y**2))
        return np.asarray(lit, np.float32)

    def _mirrored(self, width_px: int, height_px: int) -> Light | float:
        """A reflection is added to what the paper gives back, ink or not."""
        if self.glare is None:
            return 0.0
        x = np.linspace(0.0, 1.0, width_px, dtype=np.float32)[None] - self.glare.x
        y = np.linspace(0.0, 1.0, height_px, dtype=np.float32)[:, None] - self.glare.y
        away = np.hypot(x, y * (height_px / width_px))
        return np.asarray(self.glare.light * np.exp(-((away / self.glare.radius) ** 4)), np.float32)


_TILTED = (
    (18.0, 0.0, 0.0, 5.0), (-18.0, 0.0, 0.0, -8.0), (0.0, 18.0, 15.0, 0.0),
    (0.0, -18.0, -15.0, 0.0), (12.0, 12.0, 25.0, 10.0), (-12.0, -12.0, -25.0, -10.0),
    (12.0, -12.0, -25.0, 12.0),
)  # fmt: skip
"""About both axes, degrees; to the right and to the front, mm."""


def sheet_for(prompt: str) -> SheetInSlot:
    """As a careful technician lays it for the prompt of this name."""
    faces = {"sheet_grey": Face.GREY, "sheet_blank": Face.BLANK}
    held = SheetInSlot(face=faces.get(prompt, Face.PATTERN), blur_share=0.0002, falloff=0.1)
    number = prompt.removeprefix("sheet_tilted_")
    if not number.isdigit():
        return held
    x_deg, y_deg, right, front = _TILTED[(int(number) - 1) % len(_TILTED)]
    return replace(held, tilt_x_deg=x_deg, tilt_y_deg=y_deg, shift_mm=(right, front))


def _pattern(sheet: SheetInSlot, x_mm: Light, y_mm: Light) -> Light:
    turn = math.radians(TURN_DEG)
    c, s = np.float32(math.cos(turn)), np.float32(math.sin(turn))
    edge = np.float32(SQUARE_MM)  # the raster has a white margin of one square
    across = (c * x_mm + s * y_mm + np.float32(COLUMNS * SQUARE_MM / 2) + edge) * _GRAIN_PX_PER_MM
    down = (c * y_mm - s * x_mm + np.float32(ROWS * SQUARE_MM / 2) + edge) * _GRAIN_PX_PER_MM
    ink = cv2.remap(
        _raster(), across - np.float32(0.5), down - np.float32(0.5), cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT, borderValue=(0.0,),
    )  # fmt: skip
    return np.float32(WHITE) - np.float32((WHITE - BLACK) / 255) * ink.astype(np.float32)


@functools.lru_cache(maxsize=1)
def _raster() -> Pixels:
    """The pattern in its own frame with a margin of one square: 255 is ink."""
    grain = _GRAIN_PX_PER_MM
    size = (round((ROWS + 2) * SQUARE_MM * grain), round((COLUMNS + 2) * SQUARE_MM * grain))
    ink = np.zeros(size, np.uint8)
    for x, y, width, height in black_cells():
        x0, y0 = x + SQUARE_MM, y + SQUARE_MM
        rows = slice(round(y0 * grain), round((y0 + height) * grain))
        ink[rows, round(x0 * grain) : round((x0 + width) * grain)] = 255
    return ink
