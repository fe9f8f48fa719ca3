"""A panel's parts, one by one: those of one board, placed at each of its units."""

from __future__ import annotations

from dataclasses import replace

from appliance.board.ring import cos_sin
from appliance.board.values import BoardFile, Component


def placed_components(board: BoardFile) -> tuple[Component, ...]:
    """The components where they lie; those of a panel as 'unit:designator'."""
    if not board.units:
        return board.components
    placed = []
    for unit in board.units:
        c, s = cos_sin(unit.turn_deg)
        for part in board.components:
            placed.append(
                replace(
                    part,
                    designator=f"{unit.name}:{part.designator}",
                    x_mm=unit.x_mm + c * part.x_mm - s * part.y_mm,
                    y_mm=unit.y_mm + s * part.x_mm + c * part.y_mm,
                    turn_deg=part.turn_deg + unit.turn_deg,
                )
            )
    return tuple(placed)
