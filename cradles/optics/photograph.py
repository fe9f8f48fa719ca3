"""From a scene to what the camera's sensor makes of it: layers seen through the camera's own
homography for their height, laid over one another from below; then lens, exposure and noise.

Parts of the board that stand up are drawn over all flat layers.

Light is added up as light and only then encoded, as in a camera: a bright label's edge creeps over
the dark beside it when the picture is out of focus.
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
import numpy.typing as npt

from cradles.optics import layers
from cradles.optics.bodies import scratch, shade, stand
from cradles.optics.camera import Camera
from cradles.optics.layers import Colour, Layer, Pixels
from cradles.optics.light import Light, light_of, light_of_picture
from cradles.optics.pose import Matrix, Pose
from cradles.optics.scene import Dirt, Glare, Scene

_BAND_ROWS = 48
_TRAY: Colour = (70.0, 74.0, 78.0)
_DIRT: Colour = (28.0, 38.0, 46.0)


def photograph(scene: Scene, camera: Camera, *, seed: int = 0) -> Pixels:
    """(height, width, 3) uint8 BGR, as the camera of the cabinet sees it. The same scene, camera
    and seed give the same picture."""
    light = np.empty((camera.height_px, camera.width_px, 3), np.float32)
    light[:] = light_of(_TRAY)
    at, scale = scene.pose(), camera.px_per_mm
    for layer in layers.plastic(scene.cradle, scale):
        _lay(light, layer, camera, at)
    if scene.with_board:
        board = layers.board(scene.cradle, scene.look, scale)
        _lay(light, board, camera, scene.board_pose())
    pins = layers.pins(scene.cradle)
    if pins is not None:
        _lay(light, pins, camera, at)
    for name, label in layers.paper(scene.cradle, scale):
        if not (scene.covered and name.startswith(scene.covered)):
            _lay(light, label, camera, at)
    for stain in scene.dirt:
        _stain(light, stain, camera, at)
    for line in scene.scratches:
        scratch(light, line, camera, at)
    shade(light, scene.bodies, scene.lamps, camera, scene.board_pose())
    stand(light, scene.bodies, camera, scene.board_pose())
    for shine in scene.glare:
        _shine(light, shine, camera, at)
    return _exposed(_through_lens(camera.distort(light), camera), camera, seed)


def _lay(light: Light, layer: Layer, camera: Camera, pose: Pose) -> None:
    """Cover what is below."""
    to_picture = camera.plane(layer.z_mm, pose) @ layer.field.to_mm()
    box = _box(to_picture, layer.field.shape, light.shape)
    if box is None:
        return
    x0, y0, x1, y1 = box
    moved = np.array([[1.0, 0, -x0], [0, 1, -y0], [0, 0, 1]]) @ to_picture
    size = (x1 - x0, y1 - y0)
    mask = cv2.warpPerspective(layer.cover, moved, size, flags=cv2.INTER_LINEAR)
    colours, part = _colours(layer, moved, size), light[y0:y1, x0:x1]
    if colours.ndim == 1:
        colours = np.tile(colours, (1, x1 - x0, 1))
    elif colours.shape[2] == 1:
        colours = np.asarray(cv2.merge([colours] * 3), np.float32)
    for rows in _bands(y1 - y0):
        # Three equal channels: numpy is slow where it repeats one in its innermost loop.
        share = cv2.merge([np.asarray(mask[rows], np.float32) * np.float32(1 / 255)] * 3)
        part[rows] += ((colours if len(colours) == 1 else colours[rows]) - part[rows]) * share


def _bands(rows: int) -> Iterator[slice]:
    """A picture's float copies are larger than the processor's cache; strips of them are not."""
    return (slice(top, min(top + _BAND_ROWS, rows)) for top in range(0, rows, _BAND_ROWS))


def _colours(layer: Layer, to_picture: Matrix, size: tuple[int, int]) -> Light:
    colour = layer.colour
    if isinstance(colour, tuple):
        return light_of(colour)
    seen = cv2.warpPerspective(
        colour, to_picture, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    if seen.dtype == np.uint8:
        return light_of_picture(np.asarray(seen, np.uint8))
    made = np.asarray(seen, np.float32)
    return made if made.ndim == 3 else made[..., None]


def _box(
    to_picture: Matrix, shape: tuple[int, int], frame: tuple[int, ...]
) -> tuple[int, int, int, int] | None:
    """The part of the picture that a layer may reach: xmin, ymin, xmax, ymax."""
    rows, columns = shape
    corners = np.array([[0, 0, 1], [columns, 0, 1], [columns, rows, 1], [0, rows, 1.0]])
    seen = corners @ to_picture.T
    at = seen[:, :2] / seen[:, 2:]
    x0, y0 = np.floor(at.min(axis=0)).astype(int) - 2
    x1, y1 = np.ceil(at.max(axis=0)).astype(int) + 3
    x0, y0, x1, y1 = max(x0, 0), max(y0, 0), min(x1, frame[1]), min(y1, frame[0])
    return (int(x0), int(y0), int(x1), int(y1)) if x0 < x1 and y0 < y1 else None


def _stain(light: Light, dirt: Dirt, camera: Camera, pose: Pose) -> None:
    place = _round_spot(light, dirt.x_mm, dirt.y_mm, 1.3 * dirt.radius_mm, camera, pose)
    if place is not None:
        part, away = place
        # Solid to three quarters of its radius, gone at five.
        share = np.clip((1.25 - away * 1.3) / 0.5, 0, 1) * dirt.opacity
        part += (light_of(_DIRT) - part) * share[..., None]


def _shine(light: Light, glare: Glare, camera: Camera, pose: Pose) -> None:
    place = _round_spot(light, glare.x_mm, glare.y_mm, 2 * glare.radius_mm, camera, pose)
    if place is not None:
        part, away = place
        part += (glare.light * np.exp(-8.0 * away**2))[..., None]


def _round_spot(
    light: Light, x_mm: float, y_mm: float, reach_mm: float, camera: Camera, pose: Pose
) -> tuple[Light, npt.NDArray[np.float32]] | None:
    """The part of the picture round a point, and how far each pixel is from it: 1 is the reach."""
    seen = camera.plane(0.0, pose) @ np.array([x_mm, y_mm, 1.0])
    x, y = seen[:2] / seen[2]
    reach = reach_mm * camera.px_per_mm
    x0, x1 = max(int(x - reach), 0), min(int(x + reach) + 2, light.shape[1])
    y0, y1 = max(int(y - reach), 0), min(int(y + reach) + 2, light.shape[0])
    if x0 >= x1 or y0 >= y1:
        return None
    across = np.arange(x0, x1, dtype=np.float32)[None] - np.float32(x)
    down = np.arange(y0, y1, dtype=np.float32)[:, None] - np.float32(y)
    return light[y0:y1, x0:x1], np.hypot(across, down) / np.float32(reach)


def _through_lens(light: Light, camera: Camera) -> Light:
    if camera.motion_px != (0.0, 0.0):
        light = np.asarray(cv2.filter2D(light, -1, _streak(*camera.motion_px)), np.float32)
    if camera.defocus_px > 0:
        light = np.asarray(cv2.GaussianBlur(light, (0, 0), camera.defocus_px), np.float32)
    if camera.falloff:
        x = np.linspace(-0.5, 0.5, camera.width_px, dtype=np.float32)[None]
        y = np.linspace(-0.5, 0.5, camera.height_px, dtype=np.float32)[:, None]
        light *= (1 - camera.falloff * 2 * (x**2 + y**2))[..., None]
    return light


def _streak(across_px: float, down_px: float) -> npt.NDArray[np.float32]:
    """A line about the middle of its kernel, so that the middle of the movement is the truth."""
    finer, half = 8, int(np.ceil(max(abs(across_px), abs(down_px)) / 2)) + 1
    kernel = np.zeros((2 * half + 1, 2 * half + 1), np.float64)
    for share in np.linspace(-0.5, 0.5, 16 * finer):
        x, y = half + share * across_px, half + share * down_px
        i, j = int(np.floor(y)), int(np.floor(x))
        for row, down in ((i, i + 1 - y), (i + 1, y - i)):
            for column, across in ((j, j + 1 - x), (j + 1, x - j)):
                kernel[row, column] += down * across
    return np.asarray(kernel / kernel.sum(), np.float32)


def _exposed(light: Light, camera: Camera, seed: int) -> Pixels:
    pixels = np.empty(light.shape, np.uint8)
    chance = np.random.default_rng(seed)
    for rows in _bands(len(light)):
        levels = camera.curve.levels_of(light[rows] * np.float32(camera.brightness))
        if camera.noise:
            levels += np.float32(camera.noise) * chance.standard_normal(levels.shape, np.float32)
        pixels[rows] = np.clip(levels + 0.5, 0, 255)
    return pixels
