"""A first-boot file that is refused: whole, with nothing of it taken up."""

from __future__ import annotations

from appliance.refusal import Refusal

MOST_SHOWN = 60


class FirstBootError(Refusal, ValueError):
    """A first-boot file says something that this unit can't be set to."""


def shown(value: object) -> str:
    """What was found, short and in one line, whatever it is."""
    text = ascii(value)
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}..."
