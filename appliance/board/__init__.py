"""A board as its maker drew it, and where it lies in its cradle."""

from appliance.board.differences import differences
from appliance.board.errors import BoardError
from appliance.board.layout import Layout, Spot, layout_of
from appliance.board.panel import placed_components
from appliance.board.reader import board_text, read_board
from appliance.board.values import (
    BoardFile,
    Component,
    CradleWishes,
    Hole,
    Location,
    Protrusion,
    Side,
    Unit,
)

__all__ = [
    "BoardError",
    "BoardFile",
    "Component",
    "CradleWishes",
    "Hole",
    "Layout",
    "Location",
    "Protrusion",
    "Side",
    "Spot",
    "Unit",
    "board_text",
    "differences",
    "layout_of",
    "placed_components",
    "read_board",
]
