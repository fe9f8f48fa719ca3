"""The lens and the scale out of pictures of the sheet in several poses.

Z. Zhang, A flexible new technique for camera calibration (IEEE PAMI 2000), as OpenCV's
`calibrateCamera` has it, with k1, k2, p1, p2; k3 stays 0: it can't be told from k2 within a field
this narrow. One flat sheet under a camera that looks straight down says nothing of the focal length
(a longer lens from farther away shows the same), so tilted ones are needed. The flat one, in the
board's plane, gives the millimetres per pixel.

What it says is given with its error: the calibration is made again without each picture in turn
(jackknife, B. Efron 1982), which also counts what a model of noise would not: paper that is not
flat.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from appliance.commission.camera_look import SheetSeen
from appliance.commission.camera_sheet import TRUE_SIZE, Paper, Places, corner_places
from appliance.commission.errors import CommissionError
from appliance.vision.lens import Lens

Matrix = npt.NDArray[np.float64]

LEAST_PICTURES = 6
LEAST_TILTED = 4
TILTED_DEG = 8.0
"""Of a picture that counts as tilted, against the flat one."""
APART_DEG = 6.0
"""Poses closer together than this in tilt and in place say the same twice."""
APART_SHARE = 0.08
"""Of the distance."""
COVER_CELLS = (8, 5)
_FLAGS = cv2.CALIB_FIX_K3 | cv2.CALIB_FIX_ASPECT_RATIO
"""A sensor's pixels are square; what differs along x and y is paper that a printer stretched."""


class LensMeasureError(CommissionError):
    """These pictures don't give the lens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LensFound:
    lens: Lens
    rms_px: float
    """Of all corners in all pictures, after the fit: both directions together."""
    mm_per_px: float
    """In the plane of the first sheet, where the lens' axis meets the picture."""
    mm_per_px_error: float
    """One standard error, of the fit alone; the measured lines have their own."""
    field_mm: tuple[float, float]
    """What the picture shows of that plane, straightened, through its middle."""
    tilt_deg: float
    """Of that plane against the camera's."""
    corner_bend_px: float
    """How far the lens moves the picture's corners, the most of the four."""
    corner_error_px: float
    """One standard error of that, the most of the four."""
    focal_error: float
    """One standard error, as a share."""
    coverage: float
    """Share of the cells of the picture in which a corner was seen."""
    edge_coverage: float
    """Of the cells along the picture's rim."""
    pictures: int
    corners: int


def measure_lens(seen: Sequence[SheetSeen], paper: Paper = TRUE_SIZE) -> LensFound:
    """The first of `seen` is the sheet that lies flat in the board's plane, the others are tilted
    and shifted. Raises `LensMeasureError` for pictures that are too few, alike or of two sizes."""
    _check_sizes(seen)
    if len(seen) < LEAST_PICTURES:
        raise LensMeasureError(
            expected=f"at least {LEAST_PICTURES} pictures",
            found=f"{len(seen)}",
            action="Take more pictures of the sheet, tilted in other directions.",
        )
    fit = _fit(seen, paper)
    _check_poses(fit.poses, fit.middles_mm)
    without = [_fit([*seen[:skip], *seen[skip + 1 :]], paper) for skip in range(1, len(seen))]
    rim = _rim(seen[0])
    corners = np.array([rim[0], rim[2], rim[6], rim[8]])
    bend = fit.bend(corners)
    lens = fit.lens(seen[0])
    scale, tilt_deg = _scale(lens, seen[0], paper)
    scales = [_scale(each.lens(seen[0]), seen[0], paper)[0] for each in without]
    inside, on_rim = _coverage(seen)
    return LensFound(
        lens=lens,
        rms_px=fit.rms_px,
        mm_per_px=scale,
        mm_per_px_error=_jackknife(np.array(scales)[:, None]),
        field_mm=_field(lens, seen[0], paper),
        tilt_deg=tilt_deg,
        corner_bend_px=float(np.linalg.norm(bend - corners, axis=1).max()),
        corner_error_px=max(
            _jackknife(np.array([each.bend(corners)[k] for each in without])) for k in range(4)
        ),
        focal_error=_jackknife(np.array([[each.focal] for each in without])) / fit.focal,
        coverage=inside,
        edge_coverage=on_rim,
        pictures=len(seen),
        corners=sum(len(each.ids) for each in seen),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Fit:
    rms_px: float
    matrix: Matrix
    bends: Matrix
    poses: tuple[Matrix, ...]
    """(3, 3): how each sheet is turned against the camera."""
    middles_mm: tuple[Matrix, ...]

    @property
    def focal(self) -> float:
        return math.sqrt(self.matrix[0, 0] * self.matrix[1, 1])

    def lens(self, seen: SheetSeen) -> Lens:
        k1, k2, p1, p2 = (float(each) for each in np.ravel(self.bends)[:4])
        m = self.matrix
        try:
            return Lens(
                width_px=seen.width_px,
                height_px=seen.height_px,
                focal_px=(float(m[0, 0]), float(m[1, 1])),
                centre_px=(float(m[0, 2]), float(m[1, 2])),
                k1=k1, k2=k2, p1=p1, p2=p2,
            )  # fmt: skip
        except ValueError as error:
            raise LensMeasureError(
                expected="a lens as cameras have them",
                found=f"{error}",
                action="Take the pictures again: the sheet glued to something stiff and flat, "
                "tilted in all four directions, and seen up to the picture's corners.",
            ) from error

    def bend(self, straight_px: Places) -> Places:
        """Where the lens shows points that would be at these places without it."""
        m = self.matrix
        rays = (straight_px - (m[0, 2], m[1, 2])) / (m[0, 0], m[1, 1])
        solid = np.concatenate([rays, np.ones((len(rays), 1))], axis=1)
        nowhere = np.zeros(3)
        shown, _ = cv2.projectPoints(solid, nowhere, nowhere, m, self.bends)
        return np.asarray(shown, np.float64).reshape(-1, 2)


def _fit(seen: Sequence[SheetSeen], paper: Paper) -> _Fit:
    page = corner_places(paper)
    solid = np.concatenate([page, np.zeros((len(page), 1))], axis=1)
    rms, matrix, bends, turns, shifts = cv2.calibrateCamera(
        [solid[each.ids].astype(np.float32) for each in seen],
        [each.corners_px.astype(np.float32) for each in seen],
        (seen[0].width_px, seen[0].height_px),
        np.eye(3),
        np.zeros(5),
        flags=_FLAGS,
        criteria=(cv2.TERM_CRITERIA_COUNT + cv2.TERM_CRITERIA_EPS, 60, 1e-10),
    )
    return _Fit(
        rms_px=float(rms),
        matrix=np.asarray(matrix, np.float64),
        bends=np.ravel(np.asarray(bends, np.float64)),
        poses=tuple(np.asarray(cv2.Rodrigues(each)[0], np.float64) for each in turns),
        middles_mm=tuple(np.ravel(np.asarray(each, np.float64)) for each in shifts),
    )


def _check_sizes(seen: Sequence[SheetSeen]) -> None:
    sizes = sorted({(each.width_px, each.height_px) for each in seen})
    if len(sizes) > 1:
        raise LensMeasureError(
            expected="pictures of one size",
            found=" and ".join(f"{w}×{h} px" for w, h in sizes),
            action="Take all pictures with the camera in the mode it inspects in.",
        )


def _check_poses(poses: Sequence[Matrix], middles_mm: Sequence[Matrix]) -> None:
    """Raises `LensMeasureError` unless enough of the poses are tilted and differ."""
    tilts = [_between_deg(poses[0][:, 2], each[:, 2]) for each in poses]
    tilted = [k for k, tilt in enumerate(tilts) if tilt >= TILTED_DEG]
    apart: list[int] = []
    for k in tilted:
        if all(_differ(k, other, poses, middles_mm) for other in apart):
            apart.append(k)
    if len(apart) < LEAST_TILTED:
        alike = f", {len(tilted) - len(apart)} of them as another one" * (len(apart) < len(tilted))
        raise LensMeasureError(
            expected=f"{LEAST_TILTED} pictures with the sheet tilted by {TILTED_DEG:g}° or more, "
            "each another way",
            found=f"{len(tilted)} tilted ones{alike}",
            action="Raise another edge of the sheet for each picture, by 40 to 80 mm.",
        )


def _differ(
    one: int,
    other: int,
    poses: Sequence[Matrix],
    middles_mm: Sequence[Matrix],
) -> bool:
    shift_mm = np.abs(middles_mm[one][:2] - middles_mm[other][:2]).max()
    share = shift_mm / middles_mm[one][2]  # a camera sees about as far across as it stands away
    return bool(
        _between_deg(poses[one][:, 2], poses[other][:, 2]) >= APART_DEG or share >= APART_SHARE
    )


def _between_deg(one: Matrix, other: Matrix) -> float:
    return math.degrees(math.acos(float(np.clip(one @ other, -1.0, 1.0))))


def _scale(lens: Lens, flat: SheetSeen, paper: Paper) -> tuple[float, float]:
    """Millimetres per pixel where the lens' axis meets the picture, and the sheet's tilt."""
    to_mm = _to_mm(lens, flat, paper)
    # The middle, and a step to either side: how an area of pixels becomes one of millimetres.
    x, y = lens.centre_px
    half = 50.0
    corners = np.array([[x - half, y - half], [x + half, y - half], [x + half, y + half],
                        [x - half, y + half]])  # fmt: skip
    area = abs(cv2.contourArea(_moved(to_mm, corners).astype(np.float32)))
    return math.sqrt(area) / (2 * half), _tilt_deg(lens, to_mm)


def _tilt_deg(lens: Lens, to_mm: Matrix) -> float:
    """Of the plane against the camera's, from its homography (Zhang, section 3.1)."""
    m = np.array([[lens.focal_px[0], 0, lens.centre_px[0]], [0, lens.focal_px[1],
                  lens.centre_px[1]], [0, 0, 1.0]])  # fmt: skip
    columns = np.linalg.inv(m) @ np.linalg.inv(to_mm)
    first, second = columns[:, 0], columns[:, 1]
    normal = np.cross(first, second)
    return _between_deg(normal / np.linalg.norm(normal), np.array([0.0, 0.0, 1.0]))


def _to_mm(lens: Lens, flat: SheetSeen, paper: Paper) -> Matrix:
    """(3, 3) from straight pixels to the page."""
    page = corner_places(paper)[flat.ids]
    found, _ = cv2.findHomography(lens.straight(flat.corners_px), page)
    return np.asarray(found, np.float64)


def _moved(to: Matrix, points: Places) -> Places:
    out = np.concatenate([points, np.ones((len(points), 1))], axis=1) @ to.T
    return np.asarray(out[:, :2] / out[:, 2:])


def _field(lens: Lens, flat: SheetSeen, paper: Paper) -> tuple[float, float]:
    rim = lens.straight(_rim(flat))
    places = _moved(_to_mm(lens, flat, paper), rim)
    width = float(np.linalg.norm(places[7] - places[1]))
    height = float(np.linalg.norm(places[5] - places[3]))
    return width, height


def _rim(seen: SheetSeen) -> Places:
    """(9, 2): corners, middles of the sides and the middle, column by column."""
    w, h = seen.width_px - 1.0, seen.height_px - 1.0
    return np.array([(x, y) for x in (0.0, w / 2, w) for y in (0.0, h / 2, h)])


def _coverage(seen: Sequence[SheetSeen]) -> tuple[float, float]:
    columns, rows = COVER_CELLS
    cells = np.zeros((rows, columns), dtype=bool)
    for each in seen:
        shares = each.corners_px / (each.width_px, each.height_px)
        x = np.clip((shares[:, 0] * columns).astype(int), 0, columns - 1)
        y = np.clip((shares[:, 1] * rows).astype(int), 0, rows - 1)
        cells[y, x] = True
    rim = np.ones_like(cells)
    rim[1:-1, 1:-1] = False
    return float(cells.mean()), float(cells[rim].mean())


def _jackknife(left_out: Matrix) -> float:
    """Standard error out of (N, D) estimates, each made without one picture."""
    n = len(left_out)
    squares = ((left_out - left_out.mean(axis=0)) ** 2).sum()
    return math.sqrt((n - 1) / n * float(squares))
