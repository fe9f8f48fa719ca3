"""Half holes along the edge (castellations): drilled whole, cut in two by the router."""

from __future__ import annotations

from dataclasses import replace

import shapely

from appliance.board import BoardFile
from appliance.board.ring import flatten
from cradles.errors import DesignFileError

_WIDEST_MM = 2.0
"""A wider half hole is a notch that the cradle has to know."""
_TOUCH_MM = 0.01


def without_half_holes(board: BoardFile) -> tuple[BoardFile, list[str]]:
    """Holes and leads whose circle is cut by the outline are none: the edge is taken as it is
    drawn. Raises `DesignFileError` for wide ones."""
    edge = shapely.LinearRing(flatten(board.outline))
    shapely.prepare(edge)

    def cut(x_mm: float, y_mm: float, diameter_mm: float) -> bool:
        away = edge.distance(shapely.Point(x_mm, y_mm))
        return bool(away < diameter_mm / 2 - _TOUCH_MM)

    halves = [hole for hole in board.holes if cut(hole.x_mm, hole.y_mm, hole.diameter_mm)]
    leads = [lead for lead in board.protrusions if cut(lead.x_mm, lead.y_mm, lead.width_mm)]
    wide = [hole for hole in halves if hole.diameter_mm > _WIDEST_MM]
    if wide:
        raise DesignFileError(
            expected="holes that lie inside the outline",
            found=f"one of {wide[0].diameter_mm:g} mm that it cuts, at ({wide[0].x_mm:.3f}, "
            f"{wide[0].y_mm:.3f}) mm",
            action="Draw the half hole as part of the outline.",
        )
    if not halves and not leads:
        return board, []
    gone = {*halves, *leads}
    board = replace(
        board,
        holes=tuple(hole for hole in board.holes if hole not in gone),
        protrusions=tuple(lead for lead in board.protrusions if lead not in gone),
    )
    return board, [
        f"{len(halves) + len(leads)} half holes along the edge: it is taken as straight there."
    ]
