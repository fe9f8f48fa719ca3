"""The cradle from above: which areas stand, which are open, between which heights."""

from __future__ import annotations

import math
from dataclasses import dataclass

import shapely
from shapely import Point, Polygon
from shapely.geometry.base import BaseGeometry

from appliance.board import BoardFile, Layout
from cradles.csg import Bar, Frustum, Part, Step, add, cut, prism, teardrop
from cradles.dimensions import NUTS_MM, Dimensions
from cradles.levels import Levels, levels_of
from cradles.locate.keep import label_pockets, screw_wells
from cradles.locate.pins import tip_mm
from cradles.locate.rim import Rim, opened
from cradles.seating import Seating

_PIN_UP_MM = 1.0
"""How far a pin stands above the board, before its tip."""
_PULL_DEEP_MM = 8.0
_THROUGH_MM = 1.0
"""How far a cut reaches beyond the surface that it opens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Areas in the cradle's frame."""

    outer: Polygon
    outer_at_foot: Polygon
    open: BaseGeometry
    """Open from the base to the rim."""
    widened: tuple[tuple[BaseGeometry, float, float], ...]
    """The pocket's lead-in, a step a layer: area and heights."""
    through: BaseGeometry
    """Open through the base, too: round the springs."""
    arms: tuple[Polygon, ...]
    noses: tuple[tuple[BaseGeometry, float, float], ...]
    """Cut from the arms' noses, a step a layer, so that they lean back towards their top."""
    labels: dict[str, Polygon]
    posts: tuple[Polygon, ...]
    """Supports and keys, from the base to the board."""
    pins: tuple[Polygon, ...]
    pin_tip_mm: float
    """Their chamfer's height and width."""
    screws: tuple[Polygon, ...]
    """Holes through the base, each with a countersink."""
    pulls: tuple[Bar, ...]
    """Blind holes in the front wall, for the screw of a handle."""
    levels: Levels


def plan_of(board: BoardFile, layout: Layout, seating: Seating, dims: Dimensions) -> Plan:
    levels = levels_of(board, seating, dims)
    outer = outer_area(layout, dims, 0.0)
    through = _union([spring.void for spring in seating.springs])
    rim = Rim(
        pocket=seating.pocket,
        stops=seating.stops,
        springs=seating.springs,
        other=_union([*seating.overhangs, *screw_wells(dims)]),
        reliefs=seating.reliefs,
        clearance_mm=board.cradle.clearance_mm,
    )
    open_area = opened(rim, dims)
    labels = label_pockets(layout, dims)
    return Plan(
        outer=outer,
        outer_at_foot=outer_area(layout, dims, dims.foot_chamfer_mm),
        open=open_area,
        widened=_lead_in(rim, open_area, _union(list(labels.values())), levels, dims),
        through=through,
        arms=tuple(spring.arm for spring in seating.springs),
        noses=_noses(board, seating, levels, dims),
        labels=labels,
        posts=(*seating.supports, *seating.keys),
        pins=tuple(pin.shape for pin in seating.pins),
        pin_tip_mm=tip_mm(seating.pins, dims) if seating.pins else 0.0,
        screws=tuple(Point(at).buffer(dims.screw_hole_mm / 2, quad_segs=24) for at in NUTS_MM),
        pulls=_pulls(layout, open_area, levels, dims),
        levels=levels,
    )


def part_of(name: str, plan: Plan, dims: Dimensions) -> Part:
    z, c = plan.levels, dims.foot_chamfer_mm
    top = z.rim + _THROUGH_MM
    steps: list[Step] = [
        add(Frustum(lower=plan.outer_at_foot, upper=plan.outer, z0_mm=0.0, z1_mm=c)),
        add(prism(plan.outer, c, z.rim)),
        cut(prism(plan.open, z.base, top)),
        *(cut(prism(area, z0, z1)) for area, z0, z1 in plan.widened),
    ]
    if not plan.through.is_empty:
        steps.append(cut(prism(plan.through, -_THROUGH_MM, top)))
    steps += [add(prism(arm, 0.0, z.nose)) for arm in plan.arms]
    steps += [cut(prism(area, z0, z1)) for area, z0, z1 in plan.noses]
    steps += [add(prism(post, z.base, z.seat)) for post in plan.posts]
    for pin in plan.pins:
        tip = pin.buffer(-plan.pin_tip_mm)
        shoulder = z.top + _PIN_UP_MM
        steps.append(add(prism(pin, z.base, shoulder)))
        if isinstance(tip, Polygon) and not tip.is_empty:
            steps.append(
                add(Frustum(lower=pin, upper=tip, z0_mm=shoulder, z1_mm=shoulder + plan.pin_tip_mm))
            )
    for screw in plan.screws:
        at = screw.centroid
        sink = (dims.screw_head_mm - dims.screw_hole_mm) / 2
        head = at.buffer(dims.screw_head_mm / 2, quad_segs=24)
        steps.append(cut(prism(screw, -_THROUGH_MM, z.base + _THROUGH_MM)))
        steps.append(cut(Frustum(lower=screw, upper=head, z0_mm=z.base - sink, z1_mm=z.base)))
    steps += [cut(prism(area, z.label, top)) for area in plan.labels.values()]
    steps += [cut(pull) for pull in plan.pulls]
    return Part(name=name, steps=tuple(steps))


def outer_area(layout: Layout, dims: Dimensions, inset_mm: float) -> Polygon:
    """The cradle's outline with round corners, smaller by `inset_mm` all round."""
    w, h = layout.outer_mm[0] / 2, layout.outer_mm[1] / 2
    r = dims.corner_mm
    made = shapely.box(-w + r, -h + r, w - r, h - r).buffer(r - inset_mm, quad_segs=12)
    assert isinstance(made, Polygon)
    return made


def _lead_in(
    rim: Rim, open_area: BaseGeometry, labels: BaseGeometry, levels: Levels, dims: Dimensions
) -> tuple[tuple[BaseGeometry, float, float], ...]:
    """A slope of 45 degrees as the printer makes it: a step a layer; less beside a label, whose
    pocket keeps its wall."""
    spared = labels.buffer(dims.least_wall_mm, join_style="mitre").difference(open_area)
    count = math.floor((levels.rim - levels.lead_in) / dims.layer_mm + 1e-6)
    steps = []
    for i in range(count):
        z0 = levels.rim - (count - i) * dims.layer_mm
        wide = opened(rim, dims, lead_in_mm=(i + 1) * dims.layer_mm)
        steps.append((wide.difference(spared), z0, levels.rim + _THROUGH_MM))
    return tuple(steps)


def _noses(
    board: BoardFile, seating: Seating, levels: Levels, dims: Dimensions
) -> tuple[tuple[BaseGeometry, float, float], ...]:
    """Above half of the board's thickness a nose leans back, as far as the pocket's rim and a
    little more, so that a board laid on it slides in instead of standing on its flat top."""
    if not seating.springs:
        return ()
    whole = Polygon(seating.board.exterior)
    arms = _union([spring.arm for spring in seating.springs])
    clearance = board.cradle.clearance_mm
    count = dims.nose_layers(clearance)
    steps = []
    for i in range(count):
        back = dims.nose_leans_mm(clearance) * (i + 1) / count - dims.preload_mm
        z0 = levels.nose - (count - i) * dims.layer_mm
        steps.append((arms.intersection(whole.buffer(back)), z0, levels.nose + _THROUGH_MM))
    return tuple(step for step in steps if not step[0].is_empty)


def _pulls(
    layout: Layout, open_area: BaseGeometry, levels: Levels, dims: Dimensions
) -> tuple[Bar, ...]:
    """Two holes 40 mm apart or more, where the front wall is whole."""
    front = -layout.outer_mm[1] / 2
    z = levels.base - 0.6
    # The roof of the hole and a wall above it have to fit below the rim.
    if z + dims.pull_hole_mm / 2 * 1.5 + dims.least_wall_mm > levels.rim:
        return ()
    wall = dims.least_wall_mm
    for x in range(48, 19, -2):
        boxes = [
            shapely.box(
                s * x - dims.pull_hole_mm / 2 - wall, front,
                s * x + dims.pull_hole_mm / 2 + wall, front + _PULL_DEEP_MM + wall,
            )
            for s in (-1, 1)
        ]  # fmt: skip
        if not any(open_area.intersects(each) for each in boxes):
            return tuple(
                teardrop(
                    dims.pull_hole_mm, across_mm=s * x, z_mm=z, axis="y",
                    from_mm=front - _THROUGH_MM, to_mm=front + _PULL_DEEP_MM,
                )
                for s in (-1, 1)
            )  # fmt: skip
    return ()


def _union(areas: list[Polygon]) -> BaseGeometry:
    return shapely.union_all(areas)
