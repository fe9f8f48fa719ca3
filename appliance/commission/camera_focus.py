"""How sharp the picture is: MTF50 from the slanted edges of the sheet, in middle and corners.

ISO 12233: the pixels near a slanted edge, sorted by their distance from it, give the edge's profile
four times finer than the pixels; its derivative is the line that the lens makes of an infinitely
thin one, and the spectrum of that is the contrast left at each fineness. MTF50 is where half is
left, in cycles a pixel; 0.5 is the finest that pixels can hold.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from appliance.commission.camera_look import Gray, SheetError, SheetSeen
from appliance.commission.camera_sheet import COLUMNS, MARKER_MM, ROWS, SQUARE_MM, Places

Curve = npt.NDArray[np.float64]

_FINER = 4
_END_SHARE = 0.15
"""Of an edge, at each end: its corners are no edge."""
_CLEAN_SHARE = 0.85
"""Of the paper between an edge and the marker's."""
_MOST_EDGES = 30
"""Looked at in a zone."""
_LEAST_EDGES = 4
_LEAST_STEP = 0.15
"""Of the light from black to white: an edge in a shadow or a reflection says nothing."""
_GAMMA = 2.2
ZONES = ("middle", "back left", "back right", "front left", "front right")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharpness:
    """MTF50 in cycles a pixel, by zone; the median of its edges."""

    middle: float
    back_left: float
    back_right: float
    front_left: float
    front_right: float

    @property
    def corners(self) -> tuple[float, float, float, float]:
        return self.back_left, self.back_right, self.front_left, self.front_right

    @property
    def worst_corner(self) -> tuple[str, float]:
        names = ZONES[1:]
        k = int(np.argmin(self.corners))
        return names[k], self.corners[k]

    @property
    def tilt(self) -> float:
        """The least over the best corner: below 1 where the camera looks askew or the paper
        bends."""
        return min(self.corners) / max(self.corners)

    @property
    def overall(self) -> float:
        """One figure for turning a lens by: the middle weighs as much as the corners together."""
        return (self.middle + sum(self.corners) / 4) / 2


def sharpness(gray: Gray, seen: SheetSeen) -> Sharpness:
    """Raises `SheetError` where a zone shows too few edges."""
    starts, ends = _edges(seen)
    middles = (starts + ends) / 2 / (seen.width_px, seen.height_px)
    light = (gray.astype(np.float32) / np.float32(255)) ** np.float32(_GAMMA)
    found = []
    for name in ZONES:
        inside = np.flatnonzero(_zone(name, middles))
        step = max(len(inside) // _MOST_EDGES, 1)
        values = [mtf50_of_edge(light, starts[k], ends[k]) for k in inside[::step]]
        told = [value for value in values if value is not None]
        if len(told) < _LEAST_EDGES:
            raise SheetError(
                expected=f"at least {_LEAST_EDGES} clear edges in each corner of the picture",
                found=f"{len(told)} {name}: far out of focus, or not covered by the sheet",
                action="Lay the sheet flat in the middle of the picture, its long side across, and "
                "turn the lens until its squares are seen clearly.",
            )
        found.append(float(np.median(told)))
    return Sharpness(
        middle=found[0],
        back_left=found[1],
        back_right=found[2],
        front_left=found[3],
        front_right=found[4],
    )


def coarse_sharpness(gray: Gray) -> float:
    """For a picture so soft that no corner is found: the share of the contrast that lies between
    neighbouring pixels (Tenengrad over the variance), so that a person knows which way to turn."""
    small = cv2.resize(gray, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    light = small.astype(np.float32)
    steps = (np.diff(light, axis=1)[:-1] ** 2 + np.diff(light, axis=0)[:, :-1] ** 2).mean()
    return float(steps / max(float(light.var()), 1.0))


def mtf50_of_edge(light: npt.NDArray[np.float32], start: Places, end: Places) -> float | None:
    """Of the edge between two corners, px (2,); None where it is none. `light` is (H, W)."""
    along = end - start
    length = float(np.hypot(*along))
    along = along / length
    normal = np.array([-along[1], along[0]])
    reach = _CLEAN_SHARE * (SQUARE_MM - MARKER_MM) / 2 * length / SQUARE_MM
    x0, y0 = np.floor(np.minimum(start, end) - reach - 1).astype(int)
    x1, y1 = np.ceil(np.maximum(start, end) + reach + 2).astype(int)
    if x0 < 0 or y0 < 0 or x1 > light.shape[1] or y1 > light.shape[0]:
        return None
    xs, ys = np.meshgrid(np.arange(x0, x1) - start[0], np.arange(y0, y1) - start[1])
    place = (xs * along[0] + ys * along[1]) / length
    away = xs * normal[0] + ys * normal[1]
    near = (place > _END_SHARE) & (place < 1 - _END_SHARE) & (np.abs(away) < reach)
    return _mtf50(away[near], light[y0:y1, x0:x1][near].astype(np.float64), reach)


def _mtf50(away: Curve, light: Curve, reach: float) -> float | None:
    half = int(reach * _FINER)
    place = np.floor(away * _FINER).astype(int) + half
    inside = (place >= 0) & (place < 2 * half)
    count = np.bincount(place[inside], minlength=2 * half)
    if half < 8 or (count == 0).any():
        return None  # an edge along the pixels' rows fills a few bins only
    profile = np.bincount(place[inside], light[inside], minlength=2 * half) / count
    quarter = half // 2
    step = abs(profile[-quarter:].mean() - profile[:quarter].mean())
    if step < _LEAST_STEP:
        return None
    line = np.gradient(profile)
    line = line * _window(line)
    spectrum = np.abs(np.fft.rfft(line, 16 * len(line)))
    cycles = np.fft.rfftfreq(16 * len(line)) * _FINER
    # What the bins and the differences between neighbours but one take away themselves.
    spectrum = spectrum / np.maximum(np.sinc(cycles / _FINER) * np.sinc(2 * cycles / _FINER), 0.1)
    below = np.flatnonzero(spectrum < spectrum[0] / 2)
    if len(below) == 0 or below[0] == 0:
        return None
    k = below[0]
    high, low = spectrum[k - 1], spectrum[k]
    share = (high - spectrum[0] / 2) / (high - low)
    return float(cycles[k - 1] + share * (cycles[k] - cycles[k - 1]))


def _window(line: Curve) -> Curve:
    """Flat over the line, falling to its ends, where there is noise alone (Tukey's)."""
    n = len(line)
    ramp = max(n // 4, 1)
    fall = 0.5 - 0.5 * np.cos(np.pi * (np.arange(ramp) + 0.5) / ramp)
    window = np.ones(n)
    window[:ramp], window[-ramp:] = fall, fall[::-1]
    return window


def _edges(seen: SheetSeen) -> tuple[Places, Places]:
    """(N, 2) each: the two ends of the sides of squares of which both corners are seen."""
    across, down = COLUMNS - 1, ROWS - 1
    place = {int(number): k for k, number in enumerate(seen.ids)}
    pairs = []
    for number, k in place.items():
        row, column = divmod(number, across)
        if column + 1 < across and number + 1 in place:
            pairs.append((k, place[number + 1]))
        if row + 1 < down and number + across in place:
            pairs.append((k, place[number + across]))
    chosen = np.array(pairs, dtype=int).reshape(-1, 2)
    return seen.corners_px[chosen[:, 0]], seen.corners_px[chosen[:, 1]]


def _zone(name: str, at: Places) -> npt.NDArray[np.bool_]:
    x, y = at[:, 0], at[:, 1]
    if name == "middle":
        return np.asarray((np.abs(x - 0.5) < 0.15) & (np.abs(y - 0.5) < 0.2))
    across = x < 0.3 if name.endswith("left") else x > 0.7
    along = y < 0.35 if name.startswith("back") else y > 0.65
    return np.asarray(across & along)
