"""From board.toml and one picture of a good board in its cradle to the windows in pixels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from appliance.board import BoardFile, Layout, layout_of, placed_components
from appliance.board.layout import component_corners
from appliance.board.values import Component
from appliance.recipe import PictureSize, RecipeError
from appliance.recipe.cradle import CradleUse
from appliance.tables import WindowRow
from appliance.terms import Rect
from appliance.vision.cradle import CradleSeen, box_of, see_cradle
from appliance.vision.crop import Pixels
from appliance.vision.lens import Lens
from appliance.vision.standpoint import Standpoint, standpoint

_GREY_INNER = 0.7
"""Of the grey patch's sides: its rim may be shaded."""
_FLAT_MM = 1.0
"""Up to this height a part's top is seen less than half a millimetre beside its foot in a usual
cabinet: 100 mm from the middle and 260 mm below the lens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardInPicture:
    """Everything that the cradle's marks tell of the first golden picture."""

    windows: tuple[WindowRow, ...]
    cradle: CradleUse
    grey: Rect
    board: Rect
    """The upright box of the board's outline."""


def inspected(board: BoardFile) -> tuple[Component, ...]:
    """The parts that get a window: inspected, and on the side that the camera sees."""
    return tuple(
        part for part in placed_components(board) if part.inspected and part.side is board.face
    )


def height_notes(board: BoardFile, focal_px: float | None) -> tuple[str, ...]:
    """What a technician should know of parts that rise above the board, sentences."""
    parts = inspected(board)
    tall = [part for part in parts if part.tall_mm > _FLAT_MM]
    unknown = sum(part.tall_mm == 0 for part in parts)
    notes = []
    if focal_px is None and tall:
        most = max(tall, key=lambda part: part.tall_mm)
        notes.append(
            f"The camera's focal length is not known: {len(tall)} windows of parts above "
            f"{_FLAT_MM:g} mm ({most.designator} with {most.tall_mm:g} mm the tallest) hold the "
            "part's foot and its margin; the top, seen aside, may be outside. Give focal_px in "
            "--camera, or a --config with [lens]."
        )
    if unknown:
        notes.append(
            f"{unknown} parts have no height in board.toml (tall_mm); their windows take them for "
            "flat."
        )
    return tuple(notes)


def place_windows(
    board: BoardFile,
    first: Pixels,
    *,
    focal_px: float | None = None,
    lens: Lens | None = None,
) -> BoardInPicture:
    """With the lens' focal length in pixels of this picture a window holds the whole body of its
    part, foot to top, as the camera sees it; without, the body's foot. Either with the margin of
    board.toml round it. A lens bends its picture: with `lens`, which has its own focal length, that
    is made good; see README for what is left of the margin without.

    Raises `CradleError` when the picture does not show the board's cradle, `RecipeError` for a
    part whose window leaves the picture, `FocalLengthError` for one that fits no cabinet."""
    parts = inspected(board)
    if not parts:
        raise RecipeError(
            expected=f"parts to inspect on the {board.face.value} side of {board.name}",
            found=f"{len(board.components)} parts, none of them inspected on that side",
            action="Add components to board.toml, from a centroid file or by hand.",
        )
    layout = layout_of(board)
    seen = see_cradle(first, layout, lens)
    picture = PictureSize(width_px=first.shape[1], height_px=first.shape[0])
    above = None
    if lens is not None:
        above = standpoint(
            seen.to_px,
            lens.mean_focal_px,
            width_px=picture.width_px,
            height_px=picture.height_px,
            centre_px=lens.centre_px,
        )
    elif focal_px is not None:
        above = standpoint(
            seen.to_px, focal_px, width_px=picture.width_px, height_px=picture.height_px
        )
    return BoardInPicture(
        windows=tuple(_window(board, layout, part, seen, above, picture) for part in parts),
        cradle=seen.use,
        grey=_grey(layout, seen),
        board=_outline(board, layout, seen, picture),
    )


def _window(
    board: BoardFile,
    layout: Layout,
    part: Component,
    seen: CradleSeen,
    above: Standpoint | None,
    picture: PictureSize,
) -> WindowRow:
    corners = component_corners(board, layout, part, margin_mm=board.cradle.window_margin_mm)
    rect = seen.rect(corners)
    if above is not None:
        body = [(x, y, z) for x, y in corners for z in (0.0, part.tall_mm)]
        rect = box_of(seen.bent(above.seen(np.array(body))))
    if (
        rect.xmin_px < 0
        or rect.ymin_px < 0
        or rect.xmax_px > picture.width_px
        or rect.ymax_px > picture.height_px
    ):
        raise RecipeError(
            expected=f"{part.designator} inside the picture",
            found=f"its window at ({rect.xmin_px:.0f}, {rect.ymin_px:.0f}) to "
            f"({rect.xmax_px:.0f}, {rect.ymax_px:.0f}) px of "
            f"{picture.width_px}×{picture.height_px} px",
            action="Correct its place in board.toml, or set inspected = false.",
        )
    return WindowRow(
        component=part.designator,
        part_type=part.part_type,
        rect=rect,
        polarity=part.polarity,
    )


def _grey(layout: Layout, seen: CradleSeen) -> Rect:
    spot = layout.grey
    w, h = spot.width_mm / 2 * _GREY_INNER, spot.height_mm / 2 * _GREY_INNER
    x, y = spot.x_mm, spot.y_mm
    return seen.rect(((x - w, y - h), (x + w, y - h), (x + w, y + h), (x - w, y + h)))


def _outline(board: BoardFile, layout: Layout, seen: CradleSeen, picture: PictureSize) -> Rect:
    xmin, ymin, xmax, ymax = board.bounds
    corners = tuple(
        layout.to_cradle(x, y) for x, y in ((xmin, ymin), (xmax, ymin), (xmax, ymax), (xmin, ymax))
    )
    rect = seen.rect(corners)
    return Rect(
        xmin_px=max(rect.xmin_px, 0.0),
        ymin_px=max(rect.ymin_px, 0.0),
        xmax_px=min(rect.xmax_px, float(picture.width_px)),
        ymax_px=min(rect.ymax_px, float(picture.height_px)),
    )
