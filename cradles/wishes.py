"""What a technician wishes otherwise than the design file says; None leaves it as it is."""

from __future__ import annotations

from dataclasses import dataclass, replace

from appliance.board import BoardFile, Location, Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    face: str | None = None
    thickness_mm: float | None = None
    clearance_mm: float | None = None
    location: str | None = None
    turn_deg: int | None = None

    def of(self, board: BoardFile) -> BoardFile:
        """The board as wished. Raises `ValueError` or a `Refusal` for what it can't be."""
        cradle = board.cradle
        if self.clearance_mm is not None:
            cradle = replace(cradle, clearance_mm=self.clearance_mm)
        if self.location is not None:
            cradle = replace(cradle, location=Location(self.location))
        if self.turn_deg is not None:
            cradle = replace(cradle, lies_turned_deg=self.turn_deg)
        board = replace(board, cradle=cradle)
        if self.face is not None:
            board = replace(board, face=Side(self.face))
        if self.thickness_mm is not None:
            board = replace(board, thickness_mm=self.thickness_mm)
        return board
