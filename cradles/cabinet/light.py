"""How evenly the strips light the view, and whether a flat board mirrors one into the camera.

Direct light alone: every centimetre of strip shines by the cosine of the angle to its face
(Lambert) and falls off with the square of the distance, and counts by the cosine at the board. The
room inside is painted matt black: what walls add is little, and left out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cradles.cabinet.sizes import Sizes

_STEP_MM = 5.0
Points = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Strips:
    """`at` is (N, 3), the middles of short pieces; `towards` (N, 3) unit normals; `power` (N,)."""

    at: Points
    towards: Points
    power: Points


def strips_of(sizes: Sizes) -> Strips:
    """Two bars, front and back, doubled at their ends."""
    y, z = sizes.strip_mm
    half, double = sizes.strip_length_mm / 2, sizes.strip_double_mm
    x = np.arange(-half + _STEP_MM / 2, half, _STEP_MM)
    tilt = np.radians(sizes.strip_tilt_deg)
    power = np.where(np.abs(x) > half - double, 2.0, 1.0)
    at = np.concatenate(
        [np.stack([x, np.full_like(x, s * y), np.full_like(x, z)], axis=1) for s in (-1.0, 1.0)]
    )
    towards = np.concatenate(
        [np.tile([0.0, -s * np.sin(tilt), -np.cos(tilt)], (len(x), 1)) for s in (-1.0, 1.0)]
    )
    return Strips(at=at, towards=towards, power=np.concatenate([power, power]))


def light_on(strips: Strips, points: Points) -> Points:
    """Relative illuminance of points (M, 3) that face up."""
    way = points[:, None] - strips.at[None]
    far = np.linalg.norm(way, axis=2)
    leaves = np.clip((way * strips.towards[None]).sum(axis=2) / far, 0.0, None)
    lands = np.clip(-way[..., 2] / far, 0.0, None)
    return np.asarray((strips.power * leaves * lands / far**2).sum(axis=1), np.float64)


def evenness(sizes: Sizes, strips: Strips | None = None) -> float:
    """Darkest over brightest point of the view."""
    w, d = sizes.view_mm[0] / 2, sizes.view_mm[1] / 2
    x, y = np.meshgrid(np.linspace(-w, w, 41), np.linspace(-d, d, 25))
    points = np.stack([x.ravel(), y.ravel(), np.full(x.size, sizes.face_mm)], axis=1)
    light = light_on(strips or strips_of(sizes), points)
    return float(light.min() / light.max())


def shining_edge_mm(sizes: Sizes) -> tuple[float, float]:
    """Distance from the middle, and height, of the shining face's edge nearest to the view."""
    y, z = sizes.strip_mm
    tilt = np.radians(sizes.strip_tilt_deg)
    half = sizes.shining_mm / 2
    return float(y - half * np.cos(tilt)), float(z + half * np.sin(tilt))


def mirror_margin_mm(sizes: Sizes) -> float:
    """How far beyond the largest board's edge a mirror at the face's height shows the bars' inner
    edges to the camera; negative when a bar is seen in that board. Paper labels beyond it are
    matt.

    A mirror at height f shows a lamp at height s and distance y to a pupil at height p at
    y (p - f) / ((p - f) + (s - f))."""
    y, z = shining_edge_mm(sizes)
    up, lamp = sizes.pupil_mm - sizes.face_mm, z - sizes.face_mm
    return y * up / (up + lamp) - sizes.board_half_mm


def tilt_borne_deg(sizes: Sizes) -> float:
    """How far the largest board may be tilted before it mirrors a bar: a mirror turned by an angle
    turns the ray by twice that."""
    y, z = shining_edge_mm(sizes)
    edge = sizes.board_half_mm
    comes = np.arctan2(edge, sizes.pupil_mm - sizes.face_mm)
    leaves = np.arctan2(y - edge, z - sizes.face_mm)
    return float(np.degrees(leaves - comes) / 2)
