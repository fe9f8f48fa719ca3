"""Finding the board in the frame by patches of itself, within bounds that refuse.

Each anchor is searched in a small region of the frame only: first on a downscaled copy of that
region, over everything the bounds allow, then at full resolution within a few pixels and to a
fraction of one. A similarity is fitted to those that agree with one another; anchors hidden by
a label, a hand or a wire are outvoted. Nothing the size of the frame is ever copied.

The measure is the normalised cross-correlation (Lewis 1995), which does not follow the light.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from appliance.recipe.values import AlignmentBounds
from appliance.refusal import Refusal
from appliance.terms import Alignment
from appliance.vision.crop import Pixels
from appliance.vision.pose import Pose, fit_pose

Gray = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float64]

COARSE_WIDTH_PX = 960
COARSE_PATCH_PX = 32
_FINE_PATCH_PX = 56
_LEAST_CONTRAST = 4.0


class AlignmentError(Refusal):
    """The frame does not show the recipe's board within the bounds. Never a verdict on it."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AnchorPatch:
    """An anchor with its picture: (size, size) uint8, green channel of the reference picture."""

    x_px: int
    y_px: int
    gray: Gray

    @property
    def size_px(self) -> int:
        return int(self.gray.shape[0])

    @property
    def centre(self) -> tuple[float, float]:
        """Centre in pixel coordinates where whole numbers are pixel centres."""
        half = (self.size_px - 1) / 2
        return self.x_px + half, self.y_px + half


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Located:
    """A board that was found: its pose, and for each anchor how well it fits."""

    pose: Pose
    alignment: Alignment
    match: Floats
    """(N,) normalised cross-correlation at full resolution, −1 to 1."""
    error_px: Floats
    """(N,) distance of each anchor from where the pose puts it; infinite where not seen."""


def coarse_factor(width_px: int) -> int:
    """By how much the first search is downscaled."""
    return max(1, round(width_px / COARSE_WIDTH_PX))


def locate(frame: Pixels, anchors: Sequence[AnchorPatch], bounds: AlignmentBounds) -> Located:
    """Find the board in `frame`, (H, W, 3) uint8 BGR. Raises `AlignmentError`."""
    try:
        return _locate(frame, anchors, bounds)
    except AlignmentError as error:
        if _is_turned(frame, anchors, bounds):
            raise AlignmentError(
                expected="the board as it was taught",
                found="the board turned by half a turn",
                action="Turn it round in its cradle and insert it again.",
            ) from error
        raise


def _locate(frame: Pixels, anchors: Sequence[AnchorPatch], bounds: AlignmentBounds) -> Located:
    height, width = frame.shape[:2]
    reference = np.array([anchor.centre for anchor in anchors], dtype=np.float64)
    seen, match = _coarse(frame, anchors, bounds)
    factor = coarse_factor(width)
    # A turned patch correlates less, so the first search asks for less.
    likely = match >= 0.75 * bounds.min_match
    rough = _agreed(reference, seen, match * likely, bounds, 1.5 * factor + 1.0)
    if rough is None:
        raise _unlike(int((match >= bounds.min_match).sum()), len(anchors), bounds)
    seen, match = _fine(frame, anchors, rough, factor)
    trusted = match >= bounds.min_match
    agreed = _agreed(reference, seen, match * trusted, bounds, bounds.max_residual_px)
    if agreed is None:
        raise _unlike(int(trusted.sum()), len(anchors), bounds)
    pose = _robust_fit(reference[trusted], seen[trusted], agreed)
    error_px = np.where(
        np.isfinite(seen).all(axis=1), np.hypot(*(pose.apply(reference) - seen).T), np.inf
    )
    used = trusted & (error_px <= bounds.max_residual_px)
    if used.sum() < bounds.min_anchors:
        raise _unlike(int(used.sum()), len(anchors), bounds)
    residual = float(np.sqrt((error_px[used] ** 2).mean()))
    alignment = pose.alignment(width_px=width, height_px=height, residual_px=residual)
    _check_bounds(alignment, bounds)
    return Located(pose=pose, alignment=alignment, match=match, error_px=error_px)


def _coarse(
    frame: Pixels, anchors: Sequence[AnchorPatch], bounds: AlignmentBounds
) -> tuple[Floats, Floats]:
    """Best place (N, 2) and match (N,) of each anchor within what the bounds allow."""
    height, width = frame.shape[:2]
    factor = coarse_factor(width)
    turn = math.radians(bounds.max_rotation_deg) + bounds.max_scale_error
    seen, match = np.full((len(anchors), 2), np.nan), np.full(len(anchors), -1.0)
    for i, anchor in enumerate(anchors):
        cx, cy = anchor.centre
        away = math.hypot(cx - width / 2, cy - height / 2)
        reach = factor * math.ceil((bounds.max_shift_px + turn * away) / factor)
        x0, y0 = anchor.x_px - reach, anchor.y_px - reach
        # Whole coarse pixels from the anchor's own corner, so that both are averaged alike.
        x0 += factor * max(0, math.ceil(-x0 / factor))
        y0 += factor * max(0, math.ceil(-y0 / factor))
        x1 = min(width, anchor.x_px + anchor.size_px + reach)
        y1 = min(height, anchor.y_px + anchor.size_px + reach)
        region = shrink(frame[y0:y1, x0:x1, 1], factor)
        place, match[i] = best_match(region, shrink(anchor.gray, factor))
        half = (anchor.size_px - 1) / 2
        seen[i] = x0 + place[0] * factor + half, y0 + place[1] * factor + half
    return seen, match


def _agreed(
    reference: Floats, seen: Floats, match: Floats, bounds: AlignmentBounds, within_px: float
) -> Pose | None:
    """The pose that most anchors agree with to `within_px`, from all pairs of them at once; None
    if they are too few. An anchor with a `match` of 0 or less has no say; sums of matches decide
    between poses with equally many anchors."""
    candidates = np.flatnonzero(match > 0)
    if len(candidates) < bounds.min_anchors:
        return None
    first, second = (candidates[side] for side in np.triu_indices(len(candidates), 1))
    r = _complex(reference[second]) - _complex(reference[first])
    s = _complex(seen[second]) - _complex(seen[first])
    far = np.abs(r) > 0.15 * np.abs(r).max()
    turn = s[far] / r[far]
    shift = _complex(seen[first][far]) - turn * _complex(reference[first][far])
    points = turn[:, None] * _complex(reference)[None] + shift[:, None]
    distance = np.abs(points - np.where(np.isnan(seen[:, 0]), np.inf, _complex(seen))[None])
    close = (distance <= within_px) & (match > 0)[None]
    possible = (np.abs(np.abs(turn) - 1) <= 2 * bounds.max_scale_error) & (
        np.abs(np.angle(turn)) <= math.radians(bounds.max_rotation_deg) * 1.5
    )
    votes = np.where(possible, close.sum(axis=1) + (close * match[None]).sum(axis=1) / 1e3, 0.0)
    best = int(votes.argmax())
    if votes[best] < bounds.min_anchors:
        return None
    inside = close[best]
    return fit_pose(reference[inside], seen[inside], match[inside])


def _fine(
    frame: Pixels, anchors: Sequence[AnchorPatch], rough: Pose, factor: int
) -> tuple[Floats, Floats]:
    """Place (N, 2) to a fraction of a pixel and match (N,) at full resolution."""
    height, width = frame.shape[:2]
    reach = 2 * factor + 2
    seen, match = np.full((len(anchors), 2), np.nan), np.full(len(anchors), -1.0)
    for i, anchor in enumerate(anchors):
        size = min(_FINE_PATCH_PX, anchor.size_px - 4)
        target = rough.apply(np.array([anchor.centre]))[0]
        x0 = round(float(target[0]) - (size - 1) / 2) - reach
        y0 = round(float(target[1]) - (size - 1) / 2) - reach
        x1, y1 = x0 + size + 2 * reach, y0 + size + 2 * reach
        if x0 < 0 or y0 < 0 or x1 > width or y1 > height:
            continue
        patch = _turned_centre(anchor.gray, size, rough)
        place, match[i] = best_match(frame[y0:y1, x0:x1, 1], patch, fraction=True)
        seen[i] = x0 + place[0] + (size - 1) / 2, y0 + place[1] + (size - 1) / 2
    return seen, match


def _turned_centre(gray: Gray, size: int, rough: Pose) -> Gray:
    """The middle of an anchor as the frame shows it under the rough pose."""
    middle = (gray.shape[0] - 1) / 2
    a, b = rough.a, rough.b
    half = (size - 1) / 2
    norm = a * a + b * b
    # Inverse map: frame offset (u, v) from the centre → patch offset.
    inverse = np.array([[a, b, 0.0], [-b, a, 0.0]]) / norm
    inverse[:, 2] = middle - inverse[:, :2] @ (half, half)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    turned = cv2.warpAffine(gray, inverse, (size, size), flags=flags)
    return np.asarray(turned, dtype=np.uint8)


def _robust_fit(reference: Floats, seen: Floats, pose: Pose) -> Pose:
    """Least squares with Tukey's weights from a first pose on; the scale is the distance of the
    better half, as parts that lean may be nearly as many as patches that stand still."""
    for _ in range(8):
        distance = np.hypot(*(pose.apply(reference) - seen).T)
        limit = max(4.685 * 1.4826 * float(np.quantile(distance, 0.4)), 1.0)
        weights = np.clip(1 - (distance / limit) ** 2, 0.0, None) ** 2
        if (weights > 0).sum() < 3:
            break
        pose = fit_pose(reference, seen, weights)
    return pose


def best_match(region: Gray, patch: Gray, *, fraction: bool = False) -> tuple[Floats, float]:
    """Where `patch` fits best in `region`: upper left corner (x, y) and correlation.

    A flat region or patch, where correlation means nothing, gives −1."""
    nowhere = np.full(2, np.nan), -1.0
    if region.shape[0] < patch.shape[0] or region.shape[1] < patch.shape[1]:
        return nowhere
    region = np.ascontiguousarray(region)
    if min(_contrast(region), _contrast(patch)) < _LEAST_CONTRAST:
        return nowhere
    match = cv2.matchTemplate(region, patch, cv2.TM_CCOEFF_NORMED)
    np.nan_to_num(match, copy=False, nan=-1.0, posinf=-1.0, neginf=-1.0)
    _, value, _, (x, y) = cv2.minMaxLoc(match)
    place = np.array([x, y], dtype=np.float64)
    if fraction:
        if 0 < x < match.shape[1] - 1:
            place[0] += _peak(match[y, x - 1], match[y, x], match[y, x + 1])
        if 0 < y < match.shape[0] - 1:
            place[1] += _peak(match[y - 1, x], match[y, x], match[y + 1, x])
    # OpenCV's float sums can leave a value above 1 where the patch is nearly flat.
    return place, float(value) if value <= 1.001 else -1.0


def _contrast(gray: Gray) -> float:
    """Standard deviation in levels; numpy's would go through float64."""
    return float(cv2.meanStdDev(gray)[1][0, 0])


def shrink(gray: Gray, factor: int) -> Gray:
    """Mean over factor × factor pixels; an incomplete last row or column is dropped."""
    rows, columns = gray.shape[0] // factor, gray.shape[1] // factor
    if factor == 1 or rows == 0 or columns == 0:
        return gray
    whole = np.ascontiguousarray(gray[: rows * factor, : columns * factor])
    small = cv2.resize(whole, (columns, rows), interpolation=cv2.INTER_AREA)
    return np.asarray(small, dtype=np.uint8)


def _peak(before: float, at: float, after: float) -> float:
    """Offset of a parabola's top through three values, within half a step."""
    curve = before - 2 * at + after
    return 0.0 if curve >= 0 else float(np.clip(0.5 * (before - after) / curve, -0.5, 0.5))


def _complex(points: Floats) -> npt.NDArray[np.complex128]:
    return np.asarray(points[..., 0] + 1j * points[..., 1])


def _is_turned(frame: Pixels, anchors: Sequence[AnchorPatch], bounds: AlignmentBounds) -> bool:
    try:
        _locate(frame[::-1, ::-1], anchors, bounds)
    except AlignmentError:
        return False
    return True


def _unlike(found: int, of: int, bounds: AlignmentBounds) -> AlignmentError:
    return AlignmentError(
        expected=f"at least {bounds.min_anchors} of {of} anchors of the recipe's board",
        found=f"{found} seen, too few that fit together: another board, none, or one far off",
        action="Check that the cradle holds the recipe's board, the right way up and pushed in.",
    )


def _check_bounds(alignment: Alignment, bounds: AlignmentBounds) -> None:
    shift = math.hypot(*alignment.shift_px)
    limits = (
        ("a shift", shift, bounds.max_shift_px * math.sqrt(2), "px"),
        ("a turn", abs(alignment.rotation_deg), bounds.max_rotation_deg, "degrees"),
        ("a scale error", abs(alignment.scale - 1), bounds.max_scale_error, ""),
    )
    for what, value, limit, unit in limits:
        if value > limit:
            raise AlignmentError(
                expected=f"{what} of at most {limit:.3g} {unit}".rstrip(),
                found=f"{value:.3g} {unit}".rstrip(),
                action="Push the board fully into its cradle; check the camera's mount.",
            )
