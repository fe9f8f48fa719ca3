"""The seating put together, step by step: ground, holes or edges, pads, keys, reliefs."""

from __future__ import annotations

import math

import shapely
from shapely import Point, Polygon
from shapely.geometry.base import BaseGeometry

from appliance.board import BoardFile, Hole, Layout
from appliance.board.values import Location
from cradles.dimensions import Dimensions
from cradles.errors import CradleError
from cradles.locate.edge import Place, places
from cradles.locate.ground import Ground, ground_of
from cradles.locate.keep import screw_wells, taken
from cradles.locate.keys import key_posts
from cradles.locate.pins import pins_of, tooling_pair
from cradles.locate.springs import spring_facing
from cradles.locate.stops import FRONT_DEG, RIGHT_DEG, stops_of
from cradles.locate.supports import supports_of
from cradles.seating import Pin, Seating, Spring, Stop

_SHARP_DEG = 60.0
"""A blunter corner comes out of the nozzle true to a tenth of a millimetre."""
_BESIDE_MM = 1.2
"""Between a stop and the relief of the next corner: a wall."""
_PAD_INSET_MM = 1.0
"""Between a pad and the board's edge: the gap to the wall must print open."""
_OVERHANG_MM = 0.1
"""A part that reaches less beyond the edge needs no room."""


def seating_of(board: BoardFile, layout: Layout, dims: Dimensions) -> Seating:
    """How this board is held. Raises `CradleError` with what the technician can do."""
    ground = ground_of(board, layout)
    clearance = board.cradle.clearance_mm
    _check_tolerance(board)
    keep = taken(layout, dims)
    overhangs = _overhangs(ground, keep, clearance)
    edge = places(ground.filled, dims.stop_mm + 2 * (dims.relief_mm + _BESIDE_MM))
    location, pair = _location(board, layout)
    pocket = _open_pocket(ground.filled, clearance, dims)
    notes: list[str] = []
    stops: tuple[Stop, ...] = ()
    springs: tuple[Spring, ...] = ()
    pins: tuple[Pin, ...] = ()
    wells = shapely.union_all(screw_wells(dims)).buffer(dims.least_wall_mm)
    busy = shapely.union_all([keep, wells, *[o.buffer(dims.least_wall_mm) for o in overhangs]])
    if pair is not None:
        pins = pins_of(pair, layout, dims)
    else:
        stops, springs, words = _edges(edge, ground, busy, dims)
        notes += words
        pocket = _with_bosses(pocket, stops, clearance, ground.filled)
    blocked = shapely.union_all([wells, *[s.void.union(s.arm.buffer(1.0)) for s in springs]])
    supports = supports_of(ground, blocked, dims, max(clearance, _PAD_INSET_MM))
    cuts = shapely.union_all(list(overhangs))
    keys, reasons = key_posts(
        ground, pocket, pins, supports, cuts, blocked, dims, max(clearance, _PAD_INSET_MM)
    )
    notes += _key_words(reasons, keys)
    reliefs = _fingers(edge, stops, springs, busy, dims)
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


def _edges(
    edge: tuple[Place, ...], ground: Ground, busy: BaseGeometry, dims: Dimensions
) -> tuple[tuple[Stop, ...], tuple[Spring, ...], list[str]]:
    x0, y0, x1, _ = ground.filled.bounds
    stops, held = stops_of(edge, busy, dims, x1 - x0)
    notes = []
    if not held:
        notes.append(
            "A round outline does not hold the board's turn: mark two tooling holes if it has "
            "them; otherwise the picture finds the turn."
        )
    bosses = [_boss(stop, 1.0).buffer(dims.least_wall_mm) for stop in stops]
    room = shapely.union_all([busy, *bosses])
    middle_x = sum(stop.x_mm for stop in stops[:2]) / 2
    front = spring_facing(edge, FRONT_DEG, (middle_x, y0), ground.filled, room, dims)
    if front is None:
        raise CradleError(
            expected=f"{dims.spring_length_mm:g} mm of free edge at the front for a spring",
            found="none",
            action="Turn the board with lies_turned_deg, or use tooling holes.",
        )
    springs = [front]
    if held:
        room = room.union(front.void.buffer(2 * dims.least_wall_mm))
        right = spring_facing(edge, RIGHT_DEG, (x1, stops[2].y_mm), ground.filled, room, dims)
        if right is None:
            raise CradleError(
                expected=f"{dims.spring_length_mm:g} mm of free edge at the right for a spring",
                found="none",
                action="Turn the board with lies_turned_deg, or use tooling holes.",
            )
        springs.append(right)
    return stops, tuple(springs), notes


def _open_pocket(filled: Polygon, clearance: float, dims: Dimensions) -> Polygon:
    """The outline grown by the clearance, with a round relief at every sharp outer corner."""
    grown = filled.buffer(clearance, join_style="mitre", mitre_limit=1.5)
    points = list(filled.exterior.coords)[:-1]
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


def _boss(stop: Stop, deep_mm: float) -> Polygon:
    """The stop's plastic, from where it touches the board `deep_mm` into the wall."""
    nx, ny = stop.normal
    h = stop.width_mm / 2
    corners = [(-h, 0.0), (h, 0.0), (h + deep_mm, -deep_mm), (-h - deep_mm, -deep_mm)]
    return Polygon([(stop.x_mm - ny * a + nx * o, stop.y_mm + nx * a + ny * o) for a, o in corners])


def _with_bosses(
    pocket: Polygon, stops: tuple[Stop, ...], clearance: float, filled: Polygon
) -> Polygon:
    bosses = [_boss(stop, clearance + 0.3).difference(filled) for stop in stops]
    left = pocket.difference(shapely.union_all(bosses))
    parts = [left] if isinstance(left, Polygon) else list(left.geoms)
    return Polygon(max(parts, key=lambda part: part.area).exterior)


def _overhangs(ground: Ground, keep: BaseGeometry, clearance: float) -> tuple[Polygon, ...]:
    found = []
    for part in (*ground.above, *ground.below):
        beyond = part.box.difference(ground.filled.buffer(_OVERHANG_MM))
        if beyond.area < 0.05:
            continue
        cut = part.box.buffer(max(clearance, 0.5), join_style="mitre")
        if keep.intersects(cut):
            raise CradleError(
                expected=f"{part.name} not to reach into the cradle's labels or outer wall",
                found=f"it stands out of the board's edge at ({part.box.centroid.x:.1f}, "
                f"{part.box.centroid.y:.1f}) mm from the middle",
                action="Turn the board with lies_turned_deg, or leave the plug to a later step.",
            )
        found.append(cut)
    return tuple(found)


def _fingers(
    edge: tuple[Place, ...],
    stops: tuple[Stop, ...],
    springs: tuple[Spring, ...],
    busy: BaseGeometry,
    dims: Dimensions,
) -> tuple[Polygon, ...]:
    """Two half-round openings at opposite edges, as far apart as there is room."""
    wall = dims.least_wall_mm
    room = shapely.union_all(
        [
            busy,
            *[_boss(stop, 1.0).buffer(wall + 1.0) for stop in stops],
            *[spring.void.buffer(wall) for spring in springs],
        ]
    )
    shapely.prepare(room)
    for radius in (dims.finger_mm, 0.75 * dims.finger_mm):
        found = _opposite_discs(edge[:: max(len(edge) // 120, 1)], radius, room)
        if found:
            return found
    return ()


def _opposite_discs(
    edge: tuple[Place, ...], radius_mm: float, room: BaseGeometry
) -> tuple[Polygon, ...]:
    free = []
    for place in edge:
        disc = Point(place.x_mm, place.y_mm).buffer(radius_mm, quad_segs=16)
        if not room.intersects(disc):
            free.append((place, disc))
    best: tuple[float, tuple[Polygon, Polygon]] | None = None
    for i, (a, disc_a) in enumerate(free):
        for b, disc_b in free[i + 1 :]:
            if a.out[0] * b.out[0] + a.out[1] * b.out[1] > -0.9:
                continue
            # Opposite each other, and near the middle of the board's edge, where it is lifted.
            off = abs((a.x_mm - b.x_mm) * a.out[1] - (a.y_mm - b.y_mm) * a.out[0])
            off += 0.3 * abs((a.x_mm + b.x_mm) * a.out[1] - (a.y_mm + b.y_mm) * a.out[0])
            if best is None or off < best[0] - 1e-6:
                best = off, (disc_a, disc_b)
    return best[1] if best else ()


def _key_words(reasons: tuple[tuple[str, str | None], ...], keys: tuple[Polygon, ...]) -> list[str]:
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
