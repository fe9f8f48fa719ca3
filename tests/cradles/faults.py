"""Old faults put back into a good cradle, so that a check can be seen to bite."""

from __future__ import annotations

import dataclasses

from cradles.build import Cradle
from cradles.csg import Shape, add
from cradles.plan import Plan, part_of
from cradles.solids import solid_of


def with_plan(cradle: Cradle, **changes: object) -> Cradle:
    """The cradle built again from a changed plan."""
    plan: Plan = dataclasses.replace(cradle.plan, **changes)  # type: ignore[arg-type]
    part = part_of(cradle.identity, plan, cradle.dims)
    return dataclasses.replace(cradle, plan=plan, part=part, solid=solid_of(part))


def with_plastic(cradle: Cradle, shape: Shape) -> Cradle:
    """More plastic than was planned."""
    part = dataclasses.replace(cradle.part, steps=(*cradle.part.steps, add(shape)))
    return dataclasses.replace(cradle, part=part, solid=solid_of(part))
