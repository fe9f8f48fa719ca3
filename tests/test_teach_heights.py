"""Windows of tall parts: the whole body, foot to top, as a lens above the board sees it."""

from __future__ import annotations

import functools
from dataclasses import replace

import cv2
import numpy as np
import pytest

from appliance.board import BoardFile, Component, CradleWishes
from appliance.board.ring import box, cos_sin
from appliance.recipe import CameraLock
from appliance.teach_board import height_notes, place_windows
from appliance.vision.crop import Pixels
from appliance.vision.lens import Lens
from appliance.vision.standpoint import FocalLengthError
from cradles.build import Cradle, build
from cradles.optics import Camera, Scene, photograph

MARGIN_MM = 0.3
LEFT_MM = 0.2
"""Of the margin: the rest is for reading the marks, the fit of the homography and whole pixels."""
LEFT_GUESSED_MM = 0.1
"""With a focal length two percent off, for parts to 12 mm."""
LEFT_BENT_MM = -0.05
"""Through a lens whose distortion nobody has measured (k1 = -0.02, 0.9 mm at the edge of
the view) the margin is used up: -0.02 mm here. Such a lens wants a window_margin_mm of 0.6."""
PAINT = (255, 0, 255)

EYES = {
    "straight": Camera(),
    "tilted": Camera(height_mm=220, tilt_x_deg=1.8, tilt_y_deg=-1.5, turn_deg=0.8, noise=2.0),
    "aside": Camera(height_mm=300, tilt_x_deg=-1.0, shift_mm=(3, -2), defocus_px=1.5, falloff=0.2),
}
BENT = Camera(tilt_y_deg=1.0, noise=1.5, defocus_px=0.8, k1=-0.02)


def _parts(places: list[tuple[float, float]], seed: int) -> tuple[Component, ...]:
    chance = np.random.default_rng(seed)
    heights = np.resize([25.0, 5.0, 12.0, 25.0, 0.5], len(places))
    return tuple(
        Component(
            designator=f"U{number}",
            x_mm=x,
            y_mm=y,
            width_mm=float(chance.uniform(2, 7)),
            height_mm=float(chance.uniform(2, 7)),
            turn_deg=float(chance.choice([0, 90, 30, 135])),
            tall_mm=float(tall),
        )
        for number, ((x, y), tall) in enumerate(zip(places, heights, strict=True))
    )


APART = _parts([(x, y) for x in (-92, -46, 0, 46, 92) for y in (-42, 0, 42)], seed=1)
"""None of them hides a mark, or another part."""
ANYWHERE = _parts(
    [(x, y) for x in np.linspace(-105, 105, 9).tolist() for y in np.linspace(-57, 57, 7).tolist()],
    seed=2,
)


@functools.cache
def _cradle() -> Cradle:
    board = BoardFile(
        name="tall",
        outline=box(-110, -62, 110, 62),
        components=APART,
        cradle=CradleWishes(window_margin_mm=MARGIN_MM),
    )
    return build(board)


@functools.cache
def _photograph(eye: Camera) -> Pixels:
    return photograph(Scene(cradle=_cradle()), eye, seed=5)


def _body_px(part: Component, eye: Camera) -> np.ndarray:
    """(8, 2): the corners of the body, where the simulated lens shows them."""
    c, s = cos_sin(part.turn_deg)
    w, h = part.width_mm / 2, part.height_mm / 2
    at = _cradle().layout.to_cradle
    corners = [
        (*at(part.x_mm + c * x - s * y, part.y_mm + s * x + c * y), z)
        for x, y in ((-w, -h), (w, -h), (w, h), (-w, h))
        for z in (0.0, part.tall_mm)
    ]
    return eye.project(np.array(corners))


def _board(parts: tuple[Component, ...]) -> BoardFile:
    return replace(_cradle().board, components=parts)


def _air_mm(
    parts: tuple[Component, ...],
    eye: Camera,
    picture: Pixels,
    focal_px: float | None,
    lens: Lens | None = None,
) -> np.ndarray:
    """(parts, 4): how far the window's left, top, right and bottom stand off the body's picture."""
    placed = place_windows(_board(parts), picture, focal_px=focal_px, lens=lens)
    rows = []
    for part, row in zip(parts, placed.windows, strict=True):
        body = _body_px(part, eye) + 0.5
        (x0, y0), (x1, y1) = body.min(axis=0), body.max(axis=0)
        rect = row.rect
        rows.append([x0 - rect.xmin_px, y0 - rect.ymin_px, rect.xmax_px - x1, rect.ymax_px - y1])
    return np.array(rows) / eye.px_per_mm


@pytest.mark.parametrize("name", sorted(EYES))
def test_windows_hold_the_drawn_bodies_with_their_margin(name: str) -> None:
    """Boxes are painted into the picture that the windows are placed by: every painted pixel is
    inside its window, and the window is no larger than it has to be."""
    eye = EYES[name]
    picture = _photograph(eye).copy()
    for part in APART:
        hull = cv2.convexHull(_body_px(part, eye).astype(np.float32))
        cv2.fillConvexPoly(picture, np.round(hull * 256).astype(np.int32), PAINT, shift=8)
    painted = (picture == PAINT).all(axis=2)
    windows = place_windows(_board(APART), picture, focal_px=eye.focal_px).windows
    count, _, boxes, _ = cv2.connectedComponentsWithStats(painted.astype(np.uint8))
    assert count == len(APART) + 1
    for row in windows:
        rect = row.rect
        inside = [
            (x, y, x + w, y + h)
            for x, y, w, h, _ in boxes[1:].tolist()
            if rect.xmin_px < x + w / 2 < rect.xmax_px and rect.ymin_px < y + h / 2 < rect.ymax_px
        ]
        assert len(inside) == 1, row.component
        x0, y0, x1, y1 = inside[0]
        air = np.array([x0 - rect.xmin_px, y0 - rect.ymin_px, rect.xmax_px - x1, rect.ymax_px - y1])
        assert air.min() >= LEFT_MM * eye.px_per_mm, (row.component, air / eye.px_per_mm)
        # Turned by up to 45 degrees the margin's corner stands √2 times as far off, higher up more.
        assert air.max() <= MARGIN_MM * 1.42 * 1.15 * eye.px_per_mm + 2, row.component


@pytest.mark.parametrize("name", sorted(EYES))
def test_windows_hold_bodies_anywhere_on_a_board_that_fills_the_view(name: str) -> None:
    eye = EYES[name]
    air = _air_mm(ANYWHERE, eye, _photograph(eye), eye.focal_px)
    assert air.min() >= LEFT_MM
    assert np.median(air) <= MARGIN_MM * 1.42


def test_a_measured_lens_that_bends_leaves_the_margin() -> None:
    lens = Lens(
        width_px=BENT.width_px,
        height_px=BENT.height_px,
        focal_px=(BENT.focal_px, BENT.focal_px),
        centre_px=((BENT.width_px - 1) / 2, (BENT.height_px - 1) / 2),
        k1=BENT.k1,
    )
    assert _air_mm(ANYWHERE, BENT, _photograph(BENT), None, lens).min() >= LEFT_MM


def test_an_unmeasured_lens_that_bends_uses_the_margin_up_and_no_more() -> None:
    air = _air_mm(ANYWHERE, BENT, _photograph(BENT), BENT.focal_px)
    assert air.min() >= LEFT_BENT_MM


def test_a_focal_length_off_by_two_percent_leaves_a_part_of_the_margin_to_twelve_millimetres() -> (
    None
):
    eye = EYES["straight"]
    parts = tuple(replace(part, tall_mm=min(part.tall_mm, 12.0)) for part in ANYWHERE)
    for focal_px in (0.98 * eye.focal_px, 1.02 * eye.focal_px):
        assert _air_mm(parts, eye, _photograph(eye), focal_px).min() >= LEFT_GUESSED_MM


def test_without_the_focal_length_tall_parts_leave_their_windows_and_teaching_says_so() -> None:
    eye = EYES["straight"]
    air = _air_mm(ANYWHERE, eye, _photograph(eye), None)
    flat = np.array([part.tall_mm < 1 for part in ANYWHERE])
    assert air[flat].min() >= 0.05  # half a millimetre high, they lean by up to a fifth
    assert air.min() < -8  # a part of 25 mm, 100 mm from the middle
    (note,) = height_notes(_board(ANYWHERE), None)
    assert "focal length is not known" in note and "51 windows" in note and "25 mm" in note
    assert height_notes(_board(ANYWHERE), eye.focal_px) == ()
    unknown = (replace(APART[0], tall_mm=0.0), APART[1])
    assert "1 parts have no height" in height_notes(_board(unknown), eye.focal_px)[0]


@pytest.mark.parametrize("focal_px", [300.0, 40000.0])
def test_a_focal_length_of_no_cabinet_is_refused_with_the_height_it_means(focal_px: float) -> None:
    with pytest.raises(FocalLengthError, match="mm, by a focal length"):
        place_windows(_board(APART), _photograph(EYES["straight"]), focal_px=focal_px)


def test_a_lock_with_a_focal_length_below_nought_is_refused() -> None:
    with pytest.raises(ValueError, match="focal_px"):
        CameraLock(focal_px=-1.0)
