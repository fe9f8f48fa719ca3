"""The cabinet's printed parts: each a small file with its dimensions as data.

`printed_parts` is all of them for a cabinet of given sizes, in the order in which they are printed.
"""

from cradles.cabinet.parts.catalogue import printed_parts
from cradles.cabinet.parts.values import Hole, Need, PrintedPart, Turn

__all__ = ["Hole", "Need", "PrintedPart", "Turn", "printed_parts"]
