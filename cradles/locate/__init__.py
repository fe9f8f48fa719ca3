"""Where a cradle touches its board and where it keeps away."""

from cradles.locate.seat import seating_of

__all__ = ["seating_of"]
