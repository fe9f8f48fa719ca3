"""Does the recipe's cradle lie where it was taught? Asked before anything is judged.

The marks give the cradle's name and where it is. Three of the four markers are enough: twelve
corners determine the place several times over, and a speck of dirt must not stop a shift. The name
must be read every time.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from appliance.board import Layout
from appliance.board.layout import CODE_LABEL_MM, CORNER_IDS
from appliance.recipe.cradle import CradleUse, MarkPlace
from appliance.refusal import Refusal
from appliance.terms import Rect
from appliance.vision.crop import Pixels
from appliance.vision.marks import (
    Box,
    Corners,
    Gray,
    find_markers,
    homography,
    read_identity,
    transformed,
)
from appliance.vision.pose import Pose, fit_pose

LEAST_MARKERS = 3
_SEARCH_MM = 7.0
"""How far from its taught place a marker is looked for before the whole picture is searched."""
_HALF_PX = 0.5
"""Rectangles count from a pixel's edge, corners from its middle."""
_LEAST_SCALE = 4.0
"""Pixels a millimetre below which neither marks nor parts can be told."""


class CradleError(Refusal):
    """The picture shows no cradle, another one, or the right one out of place. Never a verdict
    on the board."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """How the cradle lies against its taught place."""

    shift_mm: tuple[float, float]
    """Right and down in the picture."""
    turn_deg: float
    residual_mm: float
    """Greatest distance of a marker's corner from where a level cradle would have it."""
    markers: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CradleSeen:
    """A cradle found without any recipe, for teaching."""

    identity: str
    to_px: Corners
    """(3, 3): from the cradle's millimetres to pixels (integers are middles)."""
    px_per_mm: float
    residual_px: float
    """Root mean square over the corners."""
    use: CradleUse

    def rect(self, corners_mm: tuple[tuple[float, float], ...]) -> Rect:
        """The upright rectangle of the picture that holds these points of the cradle."""
        return box_of(transformed(self.to_px, np.array(corners_mm, dtype=np.float64)))


def box_of(points_px: Corners) -> Rect:
    """The upright rectangle that holds (N, 2) points whose integers are the middles of pixels."""
    (x0, y0), (x1, y1) = points_px.min(axis=0) + _HALF_PX, points_px.max(axis=0) + _HALF_PX
    return Rect(xmin_px=float(x0), ymin_px=float(y0), xmax_px=float(x1), ymax_px=float(y1))


def see_cradle(frame: Pixels, layout: Layout) -> CradleSeen:
    """Search the whole (H, W, 3) frame for the cradle of this layout. Raises `CradleError` unless
    all four markers and the name are there and the name is the layout's."""
    seen = find_markers(_gray(frame))
    missing = [number for number in CORNER_IDS if number not in seen]
    if missing:
        raise CradleError(
            expected=f"all four corner markers of cradle {layout.identity}",
            found=f"{len(seen)} of them" if seen else "none",
            action="Check that the cradle lies wholly in the picture, that its labels are stuck "
            "in and clean, and that the picture is sharp.",
        )
    places = {
        number: np.array(spot.corners)
        for number, spot in zip(CORNER_IDS, layout.markers, strict=True)
    }
    to_px = homography(places, seen)
    pairs = [(transformed(to_px, places[number]), seen[number]) for number in CORNER_IDS]
    residual = float(np.sqrt(np.mean([((a - b) ** 2).sum(axis=1) for a, b in pairs])))
    scale = _scale(to_px)
    if scale < _LEAST_SCALE or residual > 0.15 * scale:
        raise CradleError(
            expected=f"the markers of {layout.identity} at their drawn distances, at least "
            f"{_LEAST_SCALE:g} pixels a millimetre",
            found=f"{scale:.1f} px/mm, corners {residual / max(scale, 1e-9):.2f} mm off",
            action="Check that the labels were printed at 100 % and stuck into the right "
            "recesses, and that the cradle was made from this board file.",
        )
    half = CODE_LABEL_MM / 2
    spot = layout.code
    corners = [(spot.x_mm + x, spot.y_mm + y) for x in (-half, half) for y in (-half, half)]
    points = transformed(to_px, np.array(corners))
    code = _box(points, 0.15 * scale * CODE_LABEL_MM)
    identity = read_identity(frame, code)
    if identity is None:
        raise CradleError(
            expected=f"the name {layout.identity} on the cradle's DataMatrix label",
            found="no readable code in its place",
            action="Stick the label in, clean it, or print the sheet again.",
        )
    if identity != layout.identity:
        raise CradleError(
            expected=f"cradle {layout.identity}",
            found=f"cradle {identity}",
            action="Put in the board's own cradle, or use the board file it was made from.",
        )
    use = CradleUse(
        identity=identity,
        px_per_mm=scale,
        markers=tuple(
            MarkPlace(
                number=number,
                corners_px=tuple((float(x), float(y)) for x, y in seen[number].tolist()),
            )
            for number in CORNER_IDS
        ),
        code=Rect(xmin_px=code[0], ymin_px=code[1], xmax_px=code[2], ymax_px=code[3]),
    )
    return CradleSeen(
        identity=identity, to_px=to_px, px_per_mm=scale, residual_px=residual, use=use
    )


def check_cradle(frame: Pixels, use: CradleUse) -> Seat:
    """Raises `CradleError` unless the recipe's cradle lies where it was taught."""
    gray = _gray(frame)
    margin = _SEARCH_MM * use.px_per_mm
    places = {mark.number: np.array(mark.corners_px) for mark in use.markers}
    seen = find_markers(gray, within=[_box(corners, margin) for corners in places.values()])
    if len(seen) < LEAST_MARKERS:
        seen = find_markers(gray)
    if len(seen) < LEAST_MARKERS:
        raise CradleError(
            expected=f"cradle {use.identity} with at least {LEAST_MARKERS} of its four markers",
            found=f"{len(seen)}" if seen else "none: no cradle, or one without labels",
            action="Put in the recipe's cradle, push it fully in, and clean its labels.",
        )
    numbers = sorted(set(places) & set(seen))
    pose = _pose(places, seen, numbers)
    if abs(abs(pose.rotation_deg) - 180) < 45:
        raise CradleError(
            expected=f"cradle {use.identity} the right way round",
            found=f"it is turned by {abs(pose.rotation_deg):.0f}°",
            action="Turn the cradle round.",
        )
    seat = _seat(pose, places, seen, numbers, use)
    _check_identity(frame, pose, use)
    _check_place(seat, pose, use)
    return seat


def _check_identity(frame: Pixels, pose: Pose, use: CradleUse) -> None:
    margin = 2.0 * use.px_per_mm
    x0, y0, x1, y1 = pose.box(use.code)
    identity = read_identity(frame, (x0 - margin, y0 - margin, x1 + margin, y1 + margin))
    if identity is None:
        raise CradleError(
            expected=f"the name {use.identity} on the cradle's label",
            found="no readable code in its place",
            action="Clean the DataMatrix label, or replace it.",
        )
    if identity != use.identity:
        raise CradleError(
            expected=f"cradle {use.identity}",
            found=f"cradle {identity}",
            action="Put in the recipe's cradle, or choose the recipe of this one.",
        )


def _check_place(seat: Seat, pose: Pose, use: CradleUse) -> None:
    right, down = seat.shift_mm
    if math.hypot(right, down) > use.max_shift_mm:
        words = []
        if abs(right) > 0.2:
            words.append(f"{abs(right):.1f} mm to the {'right' if right > 0 else 'left'}")
        if abs(down) > 0.2:
            words.append(f"{abs(down):.1f} mm {'towards the front' if down > 0 else 'too far in'}")
        raise CradleError(
            expected=f"cradle {use.identity} within {use.max_shift_mm:g} mm of its place",
            found=" and ".join(words),
            action="Push the tray fully in; check the screws of the cradle and the camera's mount.",
        )
    if abs(seat.turn_deg) > use.max_turn_deg:
        raise CradleError(
            expected=f"cradle {use.identity} turned by at most {use.max_turn_deg:g}°",
            found=f"{seat.turn_deg:.2f}°",
            action="Push the tray in on both sides; check the screws of the cradle.",
        )
    off_scale = abs(pose.scale - 1.0)
    if off_scale > use.max_scale_error or seat.residual_mm > use.max_residual_mm:
        raise CradleError(
            expected=f"cradle {use.identity} level, its markers within {use.max_residual_mm:g} mm "
            f"of their places and {use.max_scale_error:.0%} of their distance",
            found=f"{seat.residual_mm:.2f} mm and {off_scale:.1%}",
            action="Look what lies under the cradle; check its screws and the camera's mount.",
        )


def _pose(places: dict[int, Corners], seen: dict[int, Corners], numbers: list[int]) -> Pose:
    taught = np.concatenate([places[number] for number in numbers])
    found = np.concatenate([seen[number] for number in numbers])
    return fit_pose(taught, found, np.ones(len(taught)))


def _seat(
    pose: Pose,
    places: dict[int, Corners],
    seen: dict[int, Corners],
    numbers: list[int],
    use: CradleUse,
) -> Seat:
    taught = np.concatenate([places[number] for number in numbers])
    found = np.concatenate([seen[number] for number in numbers])
    away = np.hypot(*(pose.apply(taught) - found).T)
    middle = np.concatenate(list(places.values())).mean(axis=0, keepdims=True)
    shift = (pose.apply(middle) - middle)[0] / use.px_per_mm
    return Seat(
        shift_mm=(float(shift[0]), float(shift[1])),
        turn_deg=pose.rotation_deg,
        residual_mm=float(away.max()) / use.px_per_mm,
        markers=len(numbers),
    )


def _scale(to_px: Corners) -> float:
    """Pixels a millimetre at the cradle's middle."""
    ends = transformed(to_px, np.array([[-5.0, 0], [5.0, 0], [0, -5.0], [0, 5.0]]))
    across = float(np.hypot(*(ends[1] - ends[0])))
    return (across + float(np.hypot(*(ends[3] - ends[2])))) / 20


def _box(points: Corners, margin_px: float) -> Box:
    (x0, y0), (x1, y1) = points.min(axis=0), points.max(axis=0)
    return (
        float(x0) - margin_px,
        float(y0) - margin_px,
        float(x1) + margin_px,
        float(y1) + margin_px,
    )


def _gray(frame: Pixels) -> Gray:
    return np.asarray(cv2.extractChannel(frame, 1), dtype=np.uint8)
