"""What the comparison saw, in words for the operator."""

from __future__ import annotations

import numpy as np

from appliance.vision.judge_maps import Floats

_UNLIKE = 0.5
"""Strangeness from which more speaks for something else than for the part as it was taught."""
_ABSENT = 0.65
"""Strangeness that a part which is there, but turned, hardly reaches."""
_SPREAD_OUT = 0.6
"""Share of the cells that a difference must cover to be called all over."""


def reason_for(heat: Floats, *, strangeness: float, turned: bool) -> str:
    """Say what differs, given the (rows, columns) heat map, the strangeness (1 as an unrelated
    part), and whether more speaks for a turned part than for one that looks unlike.

    An empty place is unlike an upright part and a turned one, but not in the same degree; so
    whatever is very strange is not called turned."""
    if turned and strangeness < _ABSENT:
        return "It looks turned."
    if strangeness >= _ABSENT:
        return "The part is missing, or it is another part."
    if strangeness >= _UNLIKE:
        return "It looks like another part, or a turned one."
    return f"It differs {_place(heat)}."


def _place(heat: Floats) -> str:
    peak = float(heat.max(initial=0.0))
    if peak <= 0.0 or float((heat > peak / 2).mean()) >= _SPREAD_OUT:
        return "all over"
    strong = np.where(heat > peak / 2, heat, 0.0)
    rows, columns = heat.shape
    y = float((strong.sum(axis=1) @ (np.arange(rows) + 0.5)) / strong.sum()) / rows
    x = float((strong.sum(axis=0) @ (np.arange(columns) + 0.5)) / strong.sum()) / columns
    vertical = "upper" if y < 1 / 3 else "lower" if y > 2 / 3 else ""
    horizontal = "left" if x < 1 / 3 else "right" if x > 2 / 3 else ""
    if not vertical and not horizontal:
        return "in the middle"
    if not horizontal:
        return "at the top" if vertical == "upper" else "at the bottom"
    return f"at the {vertical} {horizontal}" if vertical else f"on the {horizontal}"
