"""Where the camera stands over a cradle, and so where it sees what rises above the marks' plane.

The homography of a plane, with the focal length, tells the camera's whole pose (Zhang, PAMI 2000,
section 3.1: H ~ K [r1 r2 t], and r3 = r1 × r2). A point z above the plane is then H (x, y, 1) plus
z times one column, K r3: the tops of tall parts lean away from the point below the camera.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from appliance.refusal import Refusal
from appliance.vision.marks import Corners
from appliance.vision.pose import Points

HEIGHTS_MM = (60.0, 1500.0)
"""Between which a cabinet's camera stands above its cradle."""
_MOST_TURNED_BACK = 0.05
"""Of the plane's two axes in the camera's frame: how unequal or far from square they may be."""


class FocalLengthError(Refusal):
    """The focal length does not fit what the picture shows."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Standpoint:
    """From the cradle's frame, heights included, to pixels (integers are middles)."""

    to_px: Corners
    """(3, 3): of the plane of the marks."""
    up_px: Corners
    """(3,): what a millimetre of height adds, in the scale of `to_px`."""
    camera_mm: tuple[float, float, float]
    """Where the lens is in the cradle's frame; the third is its height above the marks."""

    def seen(self, points_mm: Points) -> Points:
        """(N, 3) points to (N, 2) pixels."""
        flat = np.column_stack([points_mm[:, :2], np.ones(len(points_mm))])
        shown = flat @ self.to_px.T + points_mm[:, 2:] * self.up_px
        return np.asarray(shown[:, :2] / shown[:, 2:], dtype=np.float64)


def standpoint(
    to_px: Corners,
    focal_px: float,
    *,
    width_px: int,
    height_px: int,
    centre_px: tuple[float, float] | None = None,
) -> Standpoint:
    """The camera over the plane whose homography is `to_px`; its axis goes through `centre_px`
    (None: the picture's middle), its pixels are square. Raises `FocalLengthError` when no camera
    with this focal length shows the plane so, or only one that stands where no cabinet has it."""
    cx, cy = centre_px or ((width_px - 1) / 2, (height_px - 1) / 2)
    lens = np.array([[focal_px, 0, cx], [0, focal_px, cy], [0, 0, 1.0]])
    axes = np.linalg.solve(lens, to_px)
    across, along = float(np.linalg.norm(axes[:, 0])), float(np.linalg.norm(axes[:, 1]))
    scale = (across * along) ** 0.5
    if axes[2, 2] < 0:  # the plane is before the camera, whatever sign the homography came with
        scale = -scale
    right, up, away = (axes / scale).T
    unlike = abs(across - along) / abs(scale)
    if max(unlike, abs(float(right @ up))) > _MOST_TURNED_BACK:
        raise FocalLengthError(
            expected=f"the cradle as a lens of {focal_px:.0f} px focal length shows it",
            found=f"its sides unequal or askew by {max(unlike, abs(float(right @ up))):.0%}",
            action="Correct focal_px: it is that of this camera at this picture's size.",
        )
    # The nearest pair of square axes: half of what is missing to each.
    half = (right @ up) / 2
    right, up = right - half * up, up - half * right
    normal = np.cross(right / np.linalg.norm(right), up / np.linalg.norm(up))
    turned = np.stack([right / np.linalg.norm(right), up / np.linalg.norm(up), normal], axis=1)
    camera = -turned.T @ away
    if not HEIGHTS_MM[0] <= camera[2] <= HEIGHTS_MM[1]:
        raise FocalLengthError(
            expected=f"a camera {HEIGHTS_MM[0]:g} to {HEIGHTS_MM[1]:g} mm above the cradle",
            found=f"{camera[2]:.0f} mm, by a focal length of {focal_px:.0f} px",
            action="Correct focal_px: it is in pixels of this picture's size.",
        )
    return Standpoint(
        to_px=to_px,
        up_px=np.asarray(lens @ normal * scale, dtype=np.float64),
        camera_mm=(float(camera[0]), float(camera[1]), float(camera[2])),
    )
