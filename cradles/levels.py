"""The cradle's heights, from its foot up, millimetres."""

from __future__ import annotations

from dataclasses import dataclass

from appliance.board import BoardFile
from cradles.dimensions import Dimensions
from cradles.seating import Seating


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    base: float
    """Upper surface of the base plate."""
    seat: float
    """The board's lower surface."""
    top: float
    """The board's upper surface; labels lie level with it, so that one homography serves both."""
    rim: float
    label: float
    """Floor of the labels' recesses."""
    lead_in: float
    """Where the pocket begins to widen."""
    nose: float
    """Top of the springs: above the rim where the board is thin, since a nose must lean back far
    enough above half of the board's thickness."""


def levels_of(board: BoardFile, seating: Seating, dims: Dimensions) -> Levels:
    seat = dims.base_mm + seating.deep_mm
    top = seat + board.thickness_mm
    rim = top + dims.rim_mm
    # At least half of the board's edge stays against plain wall.
    leaning = dims.nose_layers(board.cradle.clearance_mm) * dims.layer_mm
    lead_in = max(rim - dims.lead_in_mm, seat + board.thickness_mm / 2)
    return Levels(
        base=dims.base_mm,
        seat=seat,
        top=top,
        rim=rim,
        label=rim - dims.label_pocket_mm,
        lead_in=lead_in,
        nose=max(rim, seat + board.thickness_mm / 2 + leaning),
    )
