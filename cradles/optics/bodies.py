"""What stands up from the board: parts as upright boxes under perspective, the light that they take
from what lies beside them, and scratches.

A part's top is nearer to the camera than the marks: it is seen farther out and may hide a mark. It
also stands between the lamps and the marks, whose light comes from two strips.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from appliance.board.layout import component_corners
from cradles.build import Cradle
from cradles.optics.camera import Camera
from cradles.optics.light import Light, light_of
from cradles.optics.pose import Points, Pose

Colour = tuple[float, float, float]
"""Blue, green, red sRGB levels."""
_PIXEL_SIGMA = 0.47
"""As of the flat layers: what a pixel gathers and a good lens softens."""
_SHADE_SHARE = 0.5
"""Shadows are reckoned at half the camera's resolution: their edges are soft."""
_SOFT_MM = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """An upright box on the board."""

    corners_mm: tuple[tuple[float, float], ...]
    """Of its foot in the cradle's frame, in turn."""
    tall_mm: float
    top: Colour = (60.0, 58.0, 56.0)
    side: Colour = (34.0, 33.0, 32.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lamps:
    """Two strips along y, left and right of the cradle, and what comes from everywhere."""

    x_mm: float = 140.0
    z_mm: float = 150.0
    """Above the marks."""
    long_mm: float = 160.0
    points: int = 7
    """A strip is reckoned as so many lamps."""
    ambient: float = 0.35
    """Share of the light that no single body takes away."""

    def at(self) -> Points:
        """(N, 3)."""
        ys = np.linspace(-self.long_mm / 2, self.long_mm / 2, self.points)
        return np.array([(x, y, self.z_mm) for x in (-self.x_mm, self.x_mm) for y in ys])


@dataclass(frozen=True, slots=True, kw_only=True)
class Scratch:
    """A straight line in the plane of the marks."""

    start_mm: tuple[float, float]
    end_mm: tuple[float, float]
    wide_mm: float = 0.3
    level: float = 200.0
    """sRGB level of what shows: toner scratched off, or dirt in it."""


def bodies_of(cradle: Cradle) -> tuple[Body, ...]:
    """The board's parts whose height is known."""
    return tuple(
        Body(corners_mm=component_corners(cradle.board, cradle.layout, part), tall_mm=part.tall_mm)
        for part in cradle.board.components
        if part.tall_mm > 0 and part.side is cradle.board.face
    )


def stand(light: Light, bodies: Sequence[Body], camera: Camera, pose: Pose) -> None:
    """Draw them; what is nearer to the point below the camera leans over what is farther out."""
    eye = np.array(camera.shift_mm)
    farthest = sorted(
        bodies, key=lambda body: -float(np.hypot(*(np.mean(body.corners_mm, axis=0) - eye)))
    )
    for body in farthest:
        foot, top = (_seen(body, z, camera, pose) for z in (0.0, body.tall_mm))
        around = cv2.convexHull(np.concatenate([foot, top]).astype(np.float32))[:, 0]
        hull: Points = np.asarray(around, np.float64)
        box = _box(light, hull)
        if box is not None:
            whole = _share(hull, box)
            # Top and sides share their outer edges: what is behind shows through them once.
            upper = np.clip(_share(top, box) / np.maximum(whole, 1e-3), 0, 1)
            colour = light_of(body.side) * (1 - upper) + light_of(body.top) * upper
            light[box] += (colour - light[box]) * whole


def shade(light: Light, bodies: Sequence[Body], lamps: Lamps, camera: Camera, pose: Pose) -> None:
    """Take from the plane of the marks the light of those lamps that a body hides."""
    if not bodies:
        return
    rows, columns = (round(side * _SHADE_SHARE) for side in light.shape[:2])
    to_px = camera.plane(0.0, pose)
    hidden = np.zeros((rows, columns), np.float32)
    for lamp in lamps.at():
        dark = np.zeros((rows, columns), np.uint8)
        for body in bodies:
            foot = np.array(body.corners_mm)
            # The top's edge as the lamp throws it onto the plane.
            stretch = lamp[2] / max(lamp[2] - body.tall_mm, 1.0)
            thrown = lamp[:2] + (foot - lamp[:2]) * stretch
            around = cv2.convexHull(np.concatenate([foot, thrown]).astype(np.float32))[:, 0]
            flat = np.column_stack([around, np.ones(len(around))]) @ to_px.T
            seen = ((flat[:, :2] / flat[:, 2:] + 0.5) * _SHADE_SHARE - 0.5) * 16
            cv2.fillConvexPoly(dark, seen.round().astype(np.int32), (255,), cv2.LINE_AA, 4)
        hidden += dark
    hidden *= (1 - lamps.ambient) / (255 * len(lamps.at()))
    soft = cv2.GaussianBlur(hidden, (0, 0), _SOFT_MM * camera.px_per_mm * _SHADE_SHARE)
    light *= 1 - cv2.resize(soft, light.shape[1::-1], interpolation=cv2.INTER_LINEAR)[..., None]


def scratch(light: Light, line: Scratch, camera: Camera, pose: Pose) -> None:
    start, end = np.array(line.start_mm), np.array(line.end_mm)
    along = (end - start) / max(float(np.hypot(*(end - start))), 1e-9)
    across = np.array([-along[1], along[0]]) * line.wide_mm / 2
    corners = np.array([start + across, end + across, end - across, start - across])
    flat = np.column_stack([corners, np.ones(4)]) @ camera.plane(0.0, pose).T
    polygon = flat[:, :2] / flat[:, 2:]
    box = _box(light, polygon)
    if box is not None:
        light[box] += (light_of(line.level) - light[box]) * _share(polygon, box)


def _seen(body: Body, z_mm: float, camera: Camera, pose: Pose) -> Points:
    flat = np.column_stack([np.array(body.corners_mm), np.ones(len(body.corners_mm))])
    seen = flat @ camera.plane(z_mm, pose).T
    return np.asarray(seen[:, :2] / seen[:, 2:])


def _box(light: Light, polygon_px: Points) -> tuple[slice, slice] | None:
    """The part of the picture that a polygon may reach."""
    height, width = light.shape[:2]
    x0, y0 = np.floor(polygon_px.min(axis=0)).astype(int) - 3
    x1, y1 = np.ceil(polygon_px.max(axis=0)).astype(int) + 4
    x0, y0, x1, y1 = max(x0, 0), max(y0, 0), min(x1, width), min(y1, height)
    return (slice(y0, y1), slice(x0, x1)) if x0 < x1 and y0 < y1 else None


def _share(polygon_px: Points, box: tuple[slice, slice]) -> Light:
    """(H, W, 1): of each pixel that a convex polygon covers, by how far inside the nearest edge it
    is, which is exact but at the corners; softened as a camera does."""
    ys = np.arange(box[0].start, box[0].stop, dtype=np.float32)[:, None]
    xs = np.arange(box[1].start, box[1].stop, dtype=np.float32)[None]
    sense = np.sign(cv2.contourArea(polygon_px.astype(np.float32), oriented=True)) or 1.0
    share = np.ones((ys.shape[0], xs.shape[1]), np.float32)
    for (ax, ay), (bx, by) in zip(polygon_px, np.roll(polygon_px, -1, axis=0), strict=True):
        long = float(np.hypot(bx - ax, by - ay))
        if long > 1e-6:
            inside = sense * ((bx - ax) * (ys - ay) - (by - ay) * (xs - ax)) / long
            np.minimum(share, np.clip(inside + 0.5, 0, 1), out=share)
    return np.asarray(cv2.GaussianBlur(share, (0, 0), _PIXEL_SIGMA), np.float32)[..., None]
