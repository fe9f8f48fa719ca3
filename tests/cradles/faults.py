"""Old faults put back into a good cradle, so that a check can be seen to bite."""

from __future__ import annotations

import dataclasses

from shapely import Polygon

from cradles.build import Cradle
from cradles.csg import Shape, add
from cradles.locate.rim import with_bosses
from cradles.plan import Plan, part_of, plan_of
from cradles.seating import Stop
from cradles.solids import solid_of


def with_plan(cradle: Cradle, **changes: object) -> Cradle:
    """The cradle built again from a changed plan."""
    plan: Plan = dataclasses.replace(cradle.plan, **changes)  # type: ignore[arg-type]
    part = part_of(cradle.identity, plan, cradle.dims)
    return dataclasses.replace(cradle, plan=plan, part=part, solid=solid_of(part))


def with_stops(cradle: Cradle, stops: tuple[Stop, ...]) -> Cradle:
    """The cradle built again with its stops elsewhere."""
    seating = dataclasses.replace(cradle.seating, stops=stops)
    filled = Polygon(seating.board.exterior)
    clearance = cradle.board.cradle.clearance_mm
    whole = Polygon(filled.buffer(clearance, join_style="mitre").exterior)
    seating = dataclasses.replace(seating, pocket=with_bosses(whole, stops, clearance, filled))
    plan = plan_of(cradle.board, cradle.layout, seating, cradle.dims)
    return with_plan(dataclasses.replace(cradle, seating=seating, plan=plan))


def with_plastic(cradle: Cradle, shape: Shape) -> Cradle:
    """More plastic than was planned."""
    part = dataclasses.replace(cradle.part, steps=(*cradle.part.steps, add(shape)))
    return dataclasses.replace(cradle, part=part, solid=solid_of(part))
