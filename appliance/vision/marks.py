"""The marks of a cradle in a picture: four ArUco markers, to a twentieth of a pixel, and its name.

The dictionary's detector (OpenCV) says which marker is where; its corners are then found again as
the crossings of straight lines through many points of each side. A line through fifty points of an
edge is far steadier than one corner, and a blur that is the same on both sides leaves it in place.

Coordinates here are OpenCV's: an integer is the middle of a pixel.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Mapping

import cv2
import numpy as np
import numpy.typing as npt
import zxingcpp

from appliance.board.layout import CODE_PREFIX, CORNER_IDS, DICTIONARY
from appliance.vision.crop import Pixels

Gray = npt.NDArray[np.uint8]
Corners = npt.NDArray[np.float64]
"""(4, 2): upper left, upper right, lower right, lower left as the marker itself is drawn."""
Box = tuple[float, float, float, float]
"""xmin, ymin, xmax, ymax in pixels."""

_SAMPLES = 56
"""Points along a side; the outer sixth at each end is left out, where the corners are round."""
_END_SHARE = 0.16
_REACH_SHARE = 0.11
"""How far an edge is searched to both sides, as a share of the side: two thirds of a module."""
_STEP_PX = 0.5
"""Between samples across an edge: an edge that is sharper than this would jump between them."""
_PLATEAU_SHARE = 0.18
"""Of a profile, at each end: even a soft edge is over there."""
_LEAST_SAMPLES = 12
"""Clean ones of a side."""
_RISE_TOLERANCE = 0.35
_NEAR_PX = 0.25
_FARTHEST_PX = 6.0
"""From the detector's corner; it is a pixel off, or two where the picture is soft."""
_LONGEST_CODE_PX = 1400
_LIGHT_OF = (255 * (np.arange(256) / 255) ** 2.2).astype(np.float32)
"""About sRGB's curve; a camera's own is near enough to it."""
_DATA_MATRIX = zxingcpp.barcode_formats_from_str("DataMatrix")


def find_markers(gray: Gray, *, within: Iterable[Box] | None = None) -> dict[int, Corners]:
    """The cradle's markers by their number; one that is seen twice is left out, because nobody
    knows which is the cradle's, and so is one with a side that can't be told, hidden or soiled.
    `within` searches only these boxes of the picture."""
    height, width = gray.shape
    boxes = list(within) if within is not None else [(0.0, 0.0, float(width), float(height))]
    found: dict[int, list[Corners]] = {}
    for box in boxes:
        x0, y0 = max(0, int(box[0])), max(0, int(box[1]))
        x1, y1 = min(width, int(box[2]) + 1), min(height, int(box[3]) + 1)
        if x1 - x0 < 24 or y1 - y0 < 24:
            continue
        part = np.ascontiguousarray(gray[y0:y1, x0:x1])
        corners, numbers, _ = _detector().detectMarkers(part)
        if numbers is None:
            continue
        for number, four in zip(numbers.ravel().tolist(), corners, strict=True):
            if number in CORNER_IDS:
                rough = np.asarray(four, np.float64).reshape(4, 2) + np.array([x0, y0])
                found.setdefault(int(number), []).append(rough)
    exact = {
        number: marker_at(gray, _distinct(seen)[0])
        for number, seen in found.items()
        if len(_distinct(seen)) == 1
    }
    return {number: corners for number, corners in exact.items() if corners is not None}


def read_identity(frame: Pixels, box: Box) -> str | None:
    """The name in the cradle's DataMatrix inside `box` of a (H, W, 3) frame; None without one."""
    height, width = frame.shape[:2]
    x0, y0 = max(0, int(box[0])), max(0, int(box[1]))
    x1, y1 = min(width, int(box[2]) + 1), min(height, int(box[3]) + 1)
    if min(x1 - x0, y1 - y0) < 16 or max(x1 - x0, y1 - y0) > _LONGEST_CODE_PX:
        return None
    green = np.ascontiguousarray(frame[y0:y1, x0:x1, 1])
    return next((name for picture in _readings(green) for name in _names(picture)), None)


def find_identities(frame: Pixels) -> list[str]:
    """Every cradle's name that can be read anywhere in the (H, W, 3) frame. Slow: where a name is
    not in its place, it tells which cradle this is instead."""
    return _names(np.ascontiguousarray(frame[..., 1]))


def homography(places_mm: Mapping[int, Corners], seen: Mapping[int, Corners]) -> Corners:
    """(3, 3) from millimetres to pixels by least squares over the corners of all markers in both.

    The direct linear transform on normalised points (Hartley, PAMI 1997), as OpenCV has it."""
    numbers = sorted(set(places_mm) & set(seen))
    source = np.concatenate([places_mm[n] for n in numbers])
    target = np.concatenate([seen[n] for n in numbers])
    matrix, _ = cv2.findHomography(source, target, 0)
    return np.asarray(matrix, dtype=np.float64)


def transformed(matrix: Corners, points: Corners) -> Corners:
    """(N, 2) points through a homography."""
    rows = np.column_stack([points, np.ones(len(points))]) @ matrix.T
    return np.asarray(rows[:, :2] / rows[:, 2:], dtype=np.float64)


@functools.cache
def _detector() -> cv2.aruco.ArucoDetector:
    dictionary = cv2.aruco.getPredefinedDictionary(getattr(cv2.aruco, DICTIONARY))
    settings = cv2.aruco.DetectorParameters()
    settings.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_NONE
    # One bit of the border may be dirty; none of the marker's own bits is guessed.
    settings.errorCorrectionRate = 0.4
    return cv2.aruco.ArucoDetector(dictionary, settings)


def _distinct(seen: list[Corners]) -> list[Corners]:
    """Boxes overlap: the same marker may have been found in two of them."""
    kept: list[Corners] = []
    for corners in seen:
        if all(np.abs(corners.mean(0) - other.mean(0)).max() > 8 for other in kept):
            kept.append(corners)
    return kept


def marker_at(gray: Gray, rough: Corners) -> Corners | None:
    """The corners of a marker that is known to be near, whatever is printed in it, as crossings of
    its four sides' lines; twice, since the second search begins where the first one ended. None
    where a side can't be told."""
    corners = rough
    for _ in range(2):
        lines = [_line(gray, corners[i], corners[(i + 1) % 4]) for i in range(4)]
        sides = [line for line in lines if line is not None]
        if len(sides) < 4:
            return None
        fresh = np.array([_crossing(sides[i - 1], sides[i]) for i in range(4)])
        if not np.isfinite(fresh).all() or np.abs(fresh - rough).max() > _FARTHEST_PX:
            return None
        corners = fresh
    return corners


def _line(gray: Gray, start: Corners, end: Corners) -> tuple[Corners, Corners] | None:
    """A point and the direction of the edge near start → end: its place by the light on both of its
    sides, in many places of it, then a line through them without the outliers. None where too
    little of the edge is clean."""
    along = end - start
    side = float(np.hypot(*along))
    along = along / max(side, 1e-9)
    normal = np.array([-along[1], along[0]])
    reach = max(_REACH_SHARE * side, 2.0)
    shares = np.linspace(_END_SHARE, 1 - _END_SHARE, _SAMPLES)
    steps = 2 * math.ceil(reach / _STEP_PX) + 1
    offsets = np.linspace(-reach, reach, steps)
    base = start + shares[:, None] * side * along
    points = (base[:, None, :] + offsets[None, :, None] * normal).astype(np.float32)
    profile = _evenly_lit(_light(gray, points), offsets)
    ends = steps // 5
    low, high = profile[:, :ends].mean(axis=1), profile[:, -ends:].mean(axis=1)
    rise = np.where(np.abs(high - low) < 1.0, 1.0, high - low)
    share = (profile - low[:, None]) / rise[:, None]
    # Where a sharp edge would have to stand to let as much light through.
    bright = share.sum(axis=1) - (share[:, 0] + share[:, -1]) / 2
    at = reach - bright * 2 * reach / (steps - 1)
    found = base + at[:, None] * normal
    # Where a speck or a scratch lies across, an edge rises by less, or the other way.
    usual = float(np.median(high - low))
    clean = np.abs((high - low) / (usual if abs(usual) > 1.0 else 1.0) - 1) < _RISE_TOLERANCE
    if clean.sum() < _LEAST_SAMPLES:
        return None
    return _through(found[clean])


def _evenly_lit(
    profile: npt.NDArray[np.float64], offsets: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Profiles (H, W) across an edge as if lit alike on both sides. Beside a tall part the light
    fades towards it; the paper's brightness tells by how much, and it moves an edge by as much as a
    blur of a pixel would."""
    outer = round(_PLATEAU_SHARE * len(offsets))
    first, last = slice(0, outer), slice(len(offsets) - outer, len(offsets))
    paper = last if profile[:, last].mean() > profile[:, first].mean() else first
    at = offsets[paper] - offsets[paper].mean()
    slopes = profile[:, paper] @ at / (at @ at)
    fading = float(np.median(slopes / np.maximum(profile[:, paper].mean(axis=1), 1.0)))
    lit = 1.0 + fading * (offsets - offsets[paper].mean())
    return np.asarray(profile / np.clip(lit, 0.5, 2.0), dtype=np.float64)


def _through(points: Corners) -> tuple[Corners, Corners] | None:
    """The line that most of the (N, 2) points agree on: of all lines through one point of the first
    third and one of the last, that with the least median distance (Rousseeuw, JASA 1984), and then
    by least squares through what is near it. None where fewer than half are near any line."""
    third = len(points) // 3
    starts = np.repeat(points[:third], third, axis=0)
    ways = np.tile(points[-third:], (third, 1)) - starts
    across = np.stack([-ways[:, 1], ways[:, 0]], axis=1) / np.hypot(*ways.T)[:, None]
    away = np.abs(across @ points.T - (across * starts).sum(axis=1, keepdims=True))
    spread = np.median(away, axis=1)
    best = int(spread.argmin())
    near = away[best] < max(4.0 * float(spread[best]), _NEAR_PX)
    for _ in range(3):
        if near.sum() < max(_LEAST_SAMPLES, len(points) // 2):
            return None
        middle = points[near].mean(axis=0)
        _, _, rows = np.linalg.svd(points[near] - middle)
        off = np.abs((points - middle) @ np.array([-rows[0][1], rows[0][0]]))
        near = off < max(2.5 * float(np.sqrt((off[near] ** 2).mean())), 0.05)
    return middle, rows[0]


def _light(gray: Gray, points: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """How much light the points (H, W, 2) show. In grey levels a blurred edge leans towards the
    dark side, by most of the blur's sigma; in light it stays in its place."""
    x0, y0 = np.floor(points.reshape(-1, 2).min(axis=0)).astype(int) - 1
    x1, y1 = np.ceil(points.reshape(-1, 2).max(axis=0)).astype(int) + 2
    x0, y0 = int(np.clip(x0, 0, gray.shape[1] - 1)), int(np.clip(y0, 0, gray.shape[0] - 1))
    part = _LIGHT_OF[gray[y0 : max(y1, y0 + 1), x0 : max(x1, x0 + 1)]]
    shown = cv2.remap(
        part, points[..., 0] - x0, points[..., 1] - y0, cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )  # fmt: skip
    return np.asarray(shown, dtype=np.float64)


def _crossing(one: tuple[Corners, Corners], other: tuple[Corners, Corners]) -> Corners:
    (p, d), (q, e) = one, other
    matrix = np.column_stack([d, -e])
    if abs(np.linalg.det(matrix)) < 1e-6:
        return np.array([np.nan, np.nan])
    return np.asarray(p + np.linalg.solve(matrix, q - p)[0] * d, dtype=np.float64)


def _names(gray: Gray) -> list[str]:
    codes = zxingcpp.read_barcodes(gray, formats=_DATA_MATRIX, text_mode=zxingcpp.TextMode.Plain)
    texts = [str(code.text) for code in codes if code.valid]
    return [text.removeprefix(CODE_PREFIX) for text in texts if text.startswith(CODE_PREFIX)]


def _readings(green: Gray) -> Iterable[Gray]:
    """The code as it is, enlarged, and with its contrast lifted: the first that can be read."""
    yield green
    doubled = cv2.resize(green, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    yield np.asarray(doubled, dtype=np.uint8)
    soft = cv2.GaussianBlur(doubled, (0, 0), 4)
    sharp = cv2.addWeighted(doubled, 2.2, soft, -1.2, 0)
    yield np.asarray(cv2.equalizeHist(sharp), dtype=np.uint8)
