"""The board in the cradle's frame: its outline, and what stands out of it below and above."""

from __future__ import annotations

from dataclasses import dataclass

import shapely
from shapely import Polygon
from shapely.affinity import rotate, scale, translate

from appliance.board import BoardFile, Component, Layout, placed_components
from appliance.board.layout import component_corners
from appliance.board.ring import Ring, flatten
from appliance.board.values import Side
from cradles.errors import CradleError

UNKNOWN_TALL_MM = 2.0
"""A part whose height nobody told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacle:
    """Something that stands out of the board's surface."""

    name: str
    box: Polygon
    deep_mm: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """The board where it lies."""

    board: Polygon
    """With cut-outs and holes of 1 mm and more."""
    filled: Polygon
    """Without any opening."""
    below: tuple[Obstacle, ...]
    above: tuple[Obstacle, ...]

    def laid_wrongly(self, turn_deg: float, *, flipped: bool) -> Ground:
        """The same board turned, or upside down (then turned), the middle of its box again where
        it was: nowhere else does it fit if it fits at all."""

        def turned(shape: Polygon) -> Polygon:
            if flipped:
                shape = scale(shape, xfact=-1, origin=(0, 0))
            return rotate(shape, turn_deg, origin=(0, 0))

        x0, y0, x1, y1 = turned(self.filled).bounds

        def place(shape: Polygon) -> Polygon:
            return translate(turned(shape), -(x0 + x1) / 2, -(y0 + y1) / 2)

        def all_of(obstacles: tuple[Obstacle, ...]) -> tuple[Obstacle, ...]:
            return tuple(
                Obstacle(name=o.name, box=place(o.box), deep_mm=o.deep_mm) for o in obstacles
            )

        lower, upper = (self.above, self.below) if flipped else (self.below, self.above)
        return Ground(
            board=place(self.board),
            filled=place(self.filled),
            below=all_of(lower),
            above=all_of(upper),
        )


def ground_of(board: BoardFile, layout: Layout) -> Ground:
    """Raises `CradleError` for an outline that crosses itself and openings outside of it."""
    filled = _polygon(board.outline, layout, "the outline", board)
    openings = [
        _polygon(ring, layout, f"cut-out {i + 1}", board) for i, ring in enumerate(board.cutouts)
    ]
    for number, opening in enumerate(openings):
        if not filled.buffer(1e-6).contains(opening):
            raise CradleError(
                expected=f"cut-out {number + 1} of {board.name} inside the outline",
                found=f"it reaches {opening.difference(filled).hausdorff_distance(filled):.2f} mm "
                "beyond it",
                action="Correct the board file.",
            )
    holes = []
    for hole in board.holes:
        x, y = layout.to_cradle(hole.x_mm, hole.y_mm)
        if not filled.contains(shapely.Point(x, y)):
            raise CradleError(
                expected="every hole inside the outline",
                found=f"one at ({hole.x_mm:g}, {hole.y_mm:g}) mm",
                action="Correct the board file.",
            )
        if hole.diameter_mm >= 1.0:
            holes.append(shapely.Point(x, y).buffer(hole.diameter_mm / 2, quad_segs=16))
    whole = filled.difference(shapely.union_all([*openings, *holes]))
    if not isinstance(whole, Polygon):
        raise CradleError(
            expected=f"{board.name} to be one piece",
            found=f"{shapely.get_num_geometries(whole)} pieces, cut apart by its openings",
            action="Correct the board file; for a panel, close the tabs.",
        )
    below: list[Obstacle] = []
    above: list[Obstacle] = []
    for part in placed_components(board):
        obstacle = _part(board, layout, part)
        (above if part.side is board.face else below).append(obstacle)
    for number, out in enumerate(board.protrusions):
        w, h = out.width_mm / 2, out.height_mm / 2
        corners = [(-w, -h), (w, -h), (w, h), (-w, h)]
        box = Polygon([layout.to_cradle(out.x_mm + x, out.y_mm + y) for x, y in corners])
        below.append(Obstacle(name=f"lead {number + 1}", box=box, deep_mm=out.deep_mm))
    return Ground(board=whole, filled=filled, below=tuple(below), above=tuple(above))


def _part(board: BoardFile, layout: Layout, part: Component) -> Obstacle:
    box = Polygon(component_corners(board, layout, part))
    return Obstacle(name=part.designator, box=box, deep_mm=part.tall_mm or UNKNOWN_TALL_MM)


def _polygon(ring: Ring, layout: Layout, name: str, board: BoardFile) -> Polygon:
    points = flatten(ring)
    made = Polygon([layout.to_cradle(float(x), float(y)) for x, y in points])
    if not made.is_valid:
        where = shapely.is_valid_reason(Polygon(points))
        raise CradleError(
            expected=f"{name} of {board.name} not to cross or touch itself",
            found=where[0].lower() + where[1:].replace("[", " at (").replace("]", ") mm"),
            action="Correct the outline there.",
        )
    return shapely.orient_polygons(made)


def face_word(side: Side) -> str:
    return "upper" if side is Side.TOP else "lower"
