"""How a cradle lies against its taught place, and the words for every way in which it can lie
wrong. Each refusal names the cause that a person can mend, not the figure that was off first.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from appliance.recipe.cradle import CradleUse
from appliance.refusal import Refusal
from appliance.vision.marks import Corners
from appliance.vision.pose import Pose, fit_pose

TURNED_DEG = 30.0
"""From here on the cradle was put in the wrong way; below, it lies askew."""
_TILT_SHARE = 0.1


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


def pose_of(places: Mapping[int, Corners], seen: Mapping[int, Corners]) -> Pose:
    """From the taught places to those seen, over the markers that are in both."""
    taught, found = _pairs(places, seen)
    return fit_pose(taught, found, np.ones(len(taught)))


def seat_of(
    pose: Pose, places: Mapping[int, Corners], seen: Mapping[int, Corners], px_per_mm: float
) -> Seat:
    taught, found = _pairs(places, seen)
    away = np.hypot(*(pose.apply(taught) - found).T)
    middle = np.concatenate(list(places.values())).mean(axis=0, keepdims=True)
    shift = (pose.apply(middle) - middle)[0] / px_per_mm
    return Seat(
        shift_mm=(float(shift[0]), float(shift[1])),
        turn_deg=pose.rotation_deg,
        residual_mm=float(away.max()) / px_per_mm,
        markers=len(taught) // 4,
    )


def check_turned(pose: Pose, use: CradleUse) -> None:
    """Raises `CradleError` when the cradle was put in the wrong way round."""
    if abs(pose.rotation_deg) > TURNED_DEG:
        raise CradleError(
            expected=f"cradle {use.identity} the right way round",
            found=f"it is turned by {abs(pose.rotation_deg):.0f}°",
            action="Turn the cradle round.",
        )


def check_place(seat: Seat, pose: Pose, use: CradleUse) -> None:
    """Raises `CradleError` unless the cradle lies level in its place, as near as taught."""
    off_level = seat.residual_mm > use.max_residual_mm
    # A cradle that is pushed or turned away under a camera that looks a little aslant seems to
    # tilt, by a hundredth of its way; a tilted one seems to be pushed, by a few times its tilt.
    arm_mm = float(np.hypot(*np.ptp(_corners(use), axis=0))) / 2 / use.px_per_mm
    way_mm = math.hypot(*seat.shift_mm) + math.radians(abs(seat.turn_deg)) * arm_mm
    if off_level and seat.residual_mm > _TILT_SHARE * way_mm:
        raise _tilted(seat, use)
    if math.hypot(*seat.shift_mm) > use.max_shift_mm:
        raise _elsewhere(seat, use)
    if abs(seat.turn_deg) > use.max_turn_deg:
        raise CradleError(
            expected=f"cradle {use.identity} turned by at most {use.max_turn_deg:g}°",
            found=f"{abs(seat.turn_deg):.2f}°",
            action="Push the tray in on both sides; check the screws of the cradle.",
        )
    if off_level:
        raise _tilted(seat, use)
    larger = pose.scale - 1.0
    if abs(larger) > use.max_scale_error:
        raise CradleError(
            expected=f"cradle {use.identity} as large in the picture as taught, within "
            f"{use.max_scale_error:.0%}",
            found=f"it {abs(larger):.1%} {'larger' if larger > 0 else 'smaller'}",
            action="Is it the cradle itself, no picture or copy of it? Then look whether it lies "
            "on the tray's floor and whether the camera was moved.",
        )


def _elsewhere(seat: Seat, use: CradleUse) -> CradleError:
    right, down = seat.shift_mm
    words = []
    if abs(right) > 0.2:
        words.append(f"{abs(right):.1f} mm to the {'right' if right > 0 else 'left'}")
    if abs(down) > 0.2:
        words.append(f"{abs(down):.1f} mm {'towards the front' if down > 0 else 'too far in'}")
    return CradleError(
        expected=f"cradle {use.identity} within {use.max_shift_mm:g} mm of its place",
        found=" and ".join(words),
        action="Push the tray fully in; check the screws of the cradle and the camera's mount.",
    )


def _tilted(seat: Seat, use: CradleUse) -> CradleError:
    return CradleError(
        expected=f"cradle {use.identity} level, its markers within {use.max_residual_mm:g} mm "
        "of their places",
        found=f"one {seat.residual_mm:.2f} mm off: an edge stands on something, or a label has "
        "come loose",
        action="Look what lies under the cradle; check its screws, its labels and the camera's "
        "mount.",
    )


def _corners(use: CradleUse) -> Corners:
    return np.concatenate([np.array(mark.corners_px) for mark in use.markers])


def _pairs(places: Mapping[int, Corners], seen: Mapping[int, Corners]) -> tuple[Corners, Corners]:
    numbers = sorted(set(places) & set(seen))
    taught = np.concatenate([places[number] for number in numbers])
    return taught, np.concatenate([seen[number] for number in numbers])
