"""Does the recipe's cradle lie where it was taught? Asked before anything is judged.

The marks give the cradle's name and where it is. Three of the four markers are enough: twelve
corners determine the place several times over, and a speck of dirt must not stop a shift. The name
must be read every time.

With the camera's lens known, all reckoning is done in straight pixels; what is kept and handed on
is where things stand in the picture.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

import cv2
import numpy as np

from appliance.board import Layout
from appliance.board.layout import CODE_LABEL_MM, CORNER_IDS
from appliance.recipe.cradle import CradleUse, MarkPlace
from appliance.terms import Rect
from appliance.vision.crop import Pixels
from appliance.vision.lens import Lens
from appliance.vision.marks import (
    Box,
    Corners,
    Gray,
    find_identities,
    find_markers,
    homography,
    marker_at,
    read_identity,
    transformed,
)
from appliance.vision.pose import Pose
from appliance.vision.print_check import check_print
from appliance.vision.seat import CradleError, Seat, check_place, check_turned, pose_of, seat_of

__all__ = ["CradleError", "CradleSeen", "Seat", "box_of", "check_cradle", "see_cradle"]

LEAST_MARKERS = 3
_SEARCH_MM = 7.0
"""How far from its taught place a marker is looked for before the whole picture is searched."""
_CODE_MARGIN_MM = 2.0
_HALF_PX = 0.5
"""Rectangles count from a pixel's edge, corners from its middle."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CradleSeen:
    """A cradle found without any recipe, for teaching."""

    identity: str
    to_px: Corners
    """(3, 3): from the cradle's millimetres to straight pixels (integers are middles)."""
    lens: Lens | None
    px_per_mm: float
    residual_px: float
    """Root mean square over the corners."""
    use: CradleUse

    def px(self, points_mm: Corners) -> Corners:
        """Where the picture shows (N, 2) points of the cradle in the plane of its marks."""
        return _bent(self.lens, transformed(self.to_px, points_mm))

    def rect(self, corners_mm: tuple[tuple[float, float], ...]) -> Rect:
        """The upright rectangle of the picture that holds these points of the cradle."""
        return box_of(self.px(np.array(corners_mm, dtype=np.float64)))

    def bent(self, straight_px: Corners) -> Corners:
        """Where the picture shows (N, 2) straight pixels."""
        return _bent(self.lens, straight_px)


def box_of(points_px: Corners) -> Rect:
    """The upright rectangle that holds (N, 2) points whose integers are the middles of pixels."""
    (x0, y0), (x1, y1) = points_px.min(axis=0) + _HALF_PX, points_px.max(axis=0) + _HALF_PX
    return Rect(xmin_px=float(x0), ymin_px=float(y0), xmax_px=float(x1), ymax_px=float(y1))


def see_cradle(frame: Pixels, layout: Layout, lens: Lens | None = None) -> CradleSeen:
    """Search the whole (H, W, 3) frame for the cradle of this layout. Raises `CradleError` unless
    all four markers and the name are there and the name is the layout's, `LensError` when the lens
    was measured at another size of picture."""
    _check_lens(lens, frame)
    gray = _gray(frame)
    places = {
        number: np.array(spot.corners)
        for number, spot in zip(CORNER_IDS, layout.markers, strict=True)
    }
    seen = _with_soiled(gray, places, find_markers(gray), lens)
    missing = [number for number in CORNER_IDS if number not in seen]
    if missing:
        _check_mirrored(gray, f"cradle {layout.identity}")
        raise CradleError(
            expected=f"all four corner markers of cradle {layout.identity}",
            found=f"{len(seen)} of them" if seen else "none",
            action="Check that the cradle lies wholly in the picture, that its labels are stuck "
            "in and clean, and that the picture is sharp.",
        )
    straight = {number: _straight(lens, corners) for number, corners in seen.items()}
    to_px = homography(places, straight)
    scale = _scale(to_px)
    half = CODE_LABEL_MM / 2
    spot = layout.code
    corners = [(spot.x_mm + x, spot.y_mm + y) for x in (-half, half) for y in (-half, half)]
    code = _box(_bent(lens, transformed(to_px, np.array(corners))), 0.15 * scale * CODE_LABEL_MM)
    identity = read_identity(frame, code) or _elsewhere(frame, layout.identity)
    if identity is not None and identity != layout.identity:
        raise CradleError(
            expected=f"cradle {layout.identity}",
            found=f"cradle {identity}",
            action="Put in the board's own cradle, or use the board file it was made from.",
        )
    residual = check_print(layout, places, straight, to_px, scale, lens_known=lens is not None)
    if identity is None:
        raise CradleError(
            expected=f"the name {layout.identity} on the cradle's DataMatrix label",
            found="no readable code in its place",
            action="Stick the label in, clean it, or print the sheet again.",
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
        identity=identity,
        to_px=to_px,
        lens=lens,
        px_per_mm=scale,
        residual_px=residual,
        use=use,
    )


def _with_soiled(
    gray: Gray, places: dict[int, Corners], seen: dict[int, Corners], lens: Lens | None
) -> dict[int, Corners]:
    """A scratch through its border hides a marker from the detector; where three others say where
    it must be, its sides may still be good."""
    missing = [number for number in places if number not in seen]
    if len(missing) != 1:
        return seen
    straight = {number: _straight(lens, corners) for number, corners in seen.items()}
    expected = transformed(homography(places, straight), places[missing[0]])
    found = marker_at(gray, _bent(lens, expected))
    return seen if found is None else {**seen, missing[0]: found}


def check_cradle(frame: Pixels, use: CradleUse, lens: Lens | None = None) -> Seat:
    """Raises `CradleError` unless the recipe's cradle lies where it was taught, `LensError` when
    the lens was measured at another size of picture."""
    _check_lens(lens, frame)
    gray = _gray(frame)
    margin = _SEARCH_MM * use.px_per_mm
    taught = {mark.number: np.array(mark.corners_px) for mark in use.markers}
    seen = find_markers(gray, within=[_box(corners, margin) for corners in taught.values()])
    if len(seen) < LEAST_MARKERS:
        seen = find_markers(gray)
    places = {number: _straight(lens, corners) for number, corners in taught.items()}
    straight = {number: _straight(lens, corners) for number, corners in seen.items()}
    if len(seen) < LEAST_MARKERS:
        _refuse_few(frame, use, places, straight, lens)
    pose = pose_of(places, straight)
    check_turned(pose, use)
    _check_identity(frame, pose, use, lens)
    seat = seat_of(pose, places, straight, use.px_per_mm)
    check_place(seat, pose, use)
    return seat


def _refuse_few(
    frame: Pixels,
    use: CradleUse,
    places: dict[int, Corners],
    straight: dict[int, Corners],
    lens: Lens | None,
) -> NoReturn:
    """Too few markers: even one tells whether the cradle lies turned or elsewhere."""
    _check_mirrored(_gray(frame), f"cradle {use.identity}")
    if straight:
        pose = pose_of(places, straight)
        check_turned(pose, use)
        name = _read_near(frame, pose, use, lens) or _elsewhere(frame, use.identity)
        if name is not None and name != use.identity:
            raise _another(use, name)
        check_place(seat_of(pose, places, straight, use.px_per_mm), pose, use)
    raise CradleError(
        expected=f"cradle {use.identity} with at least {LEAST_MARKERS} of its four markers",
        found=f"{len(straight)} of them" if straight else "none: no cradle, or one without labels",
        action="Put in the recipe's cradle the right way round, push it fully in, and clean its "
        "labels.",
    )


def _check_mirrored(gray: Gray, what: str) -> None:
    if len(find_markers(np.ascontiguousarray(gray[:, ::-1]))) >= LEAST_MARKERS:
        raise CradleError(
            expected=f"{what} as it is",
            found="its mirror image",
            action="Switch mirroring off in the camera's settings; a mirror in the camera's view "
            "is not allowed.",
        )


def _check_identity(frame: Pixels, pose: Pose, use: CradleUse, lens: Lens | None) -> None:
    identity = _read_near(frame, pose, use, lens)
    if identity == use.identity:
        return
    if identity is None:
        identity = _elsewhere(frame, use.identity)
    if identity is None or identity == use.identity:
        raise CradleError(
            expected=f"the name {use.identity} on the cradle's label",
            found="no readable code in its place",
            action="Clean the DataMatrix label, or replace it.",
        )
    raise _another(use, identity)


def _another(use: CradleUse, identity: str) -> CradleError:
    return CradleError(
        expected=f"cradle {use.identity}",
        found=f"cradle {identity}",
        action="Put in the recipe's cradle, or choose the recipe of this one.",
    )


def _read_near(frame: Pixels, pose: Pose, use: CradleUse, lens: Lens | None) -> str | None:
    """The name where the label lies if the whole cradle lies so."""
    code = use.code
    corners = np.array(
        [(x, y) for x in (code.xmin_px, code.xmax_px) for y in (code.ymin_px, code.ymax_px)]
    )
    moved = _bent(lens, pose.apply(_straight(lens, corners)))
    return read_identity(frame, _box(moved, _CODE_MARGIN_MM * use.px_per_mm))


def _elsewhere(frame: Pixels, own: str) -> str | None:
    """A name anywhere in the picture, for the refusal's words; another's before one's own."""
    names = find_identities(frame)
    return next((name for name in names if name != own), names[0] if names else None)


def _check_lens(lens: Lens | None, frame: Pixels) -> None:
    if lens is not None:
        lens.check_size(frame.shape[1], frame.shape[0])


def _straight(lens: Lens | None, points: Corners) -> Corners:
    return points if lens is None else lens.straight(points)


def _bent(lens: Lens | None, points: Corners) -> Corners:
    return points if lens is None else lens.bent(points)


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
