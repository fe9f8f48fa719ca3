"""The cabinet's printed parts: each a small file with its dimensions as data."""

from cradles.cabinet.parts.values import Hole, Need, PrintedPart, Turn

__all__ = ["Hole", "Need", "PrintedPart", "Turn"]
