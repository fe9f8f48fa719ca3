"""The seating put together, step by step: ground, holes or edges, pads, keys, reliefs."""

from __future__ import annotations

import math
from dataclasses import replace

import shapely
from shapely import Point, Polygon

from appliance.board import BoardFile, Hole, Layout
from appliance.board.values import Location
from cradles.dimensions import Dimensions
from cradles.errors import CradleError
from cradles.locate.grip import Hand, edge_of, grip_of
from cradles.locate.ground import ground_of
from cradles.locate.keep import screw_wells, taken
from cradles.locate.keys import is_round, key_posts
from cradles.locate.pins import pins_of, tooling_pair
from cradles.locate.reliefs import fingers_of, overhangs_of
from cradles.locate.rim import Rim, opened
from cradles.locate.supports import supports_of
from cradles.seating import Pin, Seating, Spring, Stop

_SHARP_DEG = 60.0
"""A blunter corner comes out of the nozzle true to a tenth of a millimetre."""
_PAD_INSET_MM = 1.0
"""Between a pad and the board's edge: the gap to the wall must print open."""


def seating_of(board: BoardFile, layout: Layout, dims: Dimensions) -> Seating:
    """How this board is held. Raises `CradleError` with what the technician can do."""
    ground = ground_of(board, layout)
    clearance = board.cradle.clearance_mm
    _check_tolerance(board)
    keep = taken(layout, dims)
    overhangs = overhangs_of(ground, keep, clearance)
    cuts = shapely.union_all(list(overhangs))
    location, pair = _location(board, layout)
    pocket = _open_pocket(ground.filled, clearance, dims)
    notes: list[str] = []
    stops: tuple[Stop, ...] = ()
    springs: tuple[Spring, ...] = ()
    pins: tuple[Pin, ...] = ()
    wall = dims.least_wall_mm
    bare_wells = screw_wells(dims)
    wells = shapely.union_all(bare_wells).buffer(wall)
    fixed = shapely.union_all([keep, wells])
    if pair is not None:
        pins = pins_of(pair, layout, dims)
    else:
        hand = Hand(
            board=board, ground=ground, pocket=pocket, fixed=fixed,
            wells=shapely.union_all(screw_wells(dims)), cut=cuts, dims=dims,
        )  # fmt: skip
        grip = grip_of(hand)
        stops, springs, pocket = grip.stops, grip.springs, grip.pocket
        notes += grip.notes
    edge = edge_of(ground.filled, dims.stop_mm, dims)
    rim = Rim(
        pocket=pocket, stops=stops, springs=springs, other=shapely.union_all([cuts, *bare_wells]),
        clearance_mm=clearance,
    )  # fmt: skip
    reliefs = fingers_of(edge, ground.filled, rim, fixed.union(cuts.buffer(wall)), dims)
    blocked = shapely.union_all([wells, *[s.void.union(s.arm.buffer(1.0)) for s in springs]])
    inset = max(clearance, _PAD_INSET_MM)
    supports = supports_of(ground, blocked, dims, inset)
    # What is too thin to print will not keep a board out.
    open_area = opened(replace(rim, reliefs=reliefs), dims)
    # No posts against a board that turns freely: between two of them it would seat again.
    spinning = not pins and is_round(ground.filled)
    taken_by_posts = ground.filled if spinning else blocked
    keys, reasons = key_posts(ground, open_area, pins, supports, cuts, taken_by_posts, dims, inset)
    notes += _key_words(reasons, keys, spinning=spinning)
    if not reliefs:
        notes.append("No room for finger reliefs: lift the board out with a suction cup.")
    deep = max([0.0, *(o.deep_mm for o in ground.below)]) + dims.air_over_parts_mm
    return Seating(
        location=location,
        board=ground.board,
        pocket=pocket,
        supports=supports,
        stops=stops,
        springs=springs,
        pins=pins,
        keys=keys,
        overhangs=overhangs,
        reliefs=reliefs,
        deep_mm=max(deep, dims.least_air_mm),
        free_play_mm=_play(board, dims, pair is not None),
        wrong_ways=reasons,
        notes=tuple(notes),
    )


def _check_tolerance(board: BoardFile) -> None:
    wishes = board.cradle
    if wishes.tolerance_mm > wishes.clearance_mm:
        raise CradleError(
            expected="a clearance of at least the board's tolerance, or large boards jam",
            found=f"clearance_mm {wishes.clearance_mm:g}, tolerance_mm {wishes.tolerance_mm:g}",
            action="Raise clearance_mm or lower tolerance_mm in board.toml.",
        )


def _location(board: BoardFile, layout: Layout) -> tuple[Location, tuple[Hole, Hole] | None]:
    pair = tooling_pair(board, layout)
    wish = board.cradle.location
    if wish is Location.EDGES or (wish is None and pair is None):
        return Location.EDGES, None
    if pair is None:
        raise CradleError(
            expected="two tooling holes of 2 to 7 mm at least 15 mm apart",
            found=f"{sum(h.tooling for h in board.holes)} marked as tooling",
            action="Mark two holes with tooling = true in board.toml, or choose edges.",
        )
    return Location.PINS, pair


def _open_pocket(filled: Polygon, clearance: float, dims: Dimensions) -> Polygon:
    """The outline grown by the clearance, with a round relief at every sharp outer corner. A notch
    too narrow for a tongue that prints between two reliefs is left open."""
    half = dims.least_tongue_mm / 2
    shut = filled.buffer(half, join_style="mitre").buffer(-half, join_style="mitre")
    spanned = shapely.union_all([filled, shut]).buffer(1e-4, join_style="mitre")
    line = Polygon(spanned.exterior).simplify(1e-3) if shut.area > filled.area + 0.1 else filled
    assert isinstance(line, Polygon)
    grown = line.buffer(clearance, join_style="mitre", mitre_limit=1.5)
    points = list(shapely.orient_polygons(line).exterior.coords)[:-1]
    reliefs = []
    for before, at, after in zip(
        points[-1:] + points[:-1], points, points[1:] + points[:1], strict=True
    ):
        turn = _turn_deg(before, at, after)
        if turn > _SHARP_DEG:
            reliefs.append(Point(at).buffer(dims.relief_mm, quad_segs=12))
    whole = shapely.union_all([grown, *reliefs])
    assert isinstance(whole, Polygon)
    return Polygon(whole.exterior)


def _turn_deg(before: tuple[float, ...], at: tuple[float, ...], after: tuple[float, ...]) -> float:
    """Of the direction at a vertex; positive at an outer corner."""
    ux, uy = at[0] - before[0], at[1] - before[1]
    vx, vy = after[0] - at[0], after[1] - at[1]
    return math.degrees(math.atan2(ux * vy - uy * vx, ux * vx + uy * vy))


def _key_words(
    reasons: tuple[tuple[str, str | None], ...], keys: tuple[Polygon, ...], *, spinning: bool
) -> list[str]:
    if spinning:
        return ["A round board goes in at any turn, and only its picture tells a wrong one."]
    open_ways = [name for name, why in reasons if why is None]
    if open_ways:
        shown = "; ".join(open_ways[:4]) + (" and others" if len(open_ways) > 4 else "")
        return [
            f"The board also goes in {shown}: it has nothing below that could tell the ways "
            "apart. The picture refuses it."
        ]
    posts = f" ({len(keys)} key post{'s' if len(keys) != 1 else ''})" if keys else ""
    return [f"The board goes in one way only{posts}."]


def _play(board: BoardFile, dims: Dimensions, on_pins: bool) -> tuple[float, float]:
    if on_pins:
        return dims.pin_air_mm / 2, dims.pin_air_mm / 2
    wishes = board.cradle
    least = (wishes.clearance_mm - wishes.tolerance_mm) / 2
    return least, (wishes.clearance_mm + wishes.tolerance_mm) / 2
