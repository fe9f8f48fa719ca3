"""The board goes in one way only: what keeps a wrong one out, and posts where nothing does.

A board that is turned or upside down is kept out by its outline, by the tooling pins, or because
it rides on something: its leads or parts on a pad, or on a post that is put where the lower side
is bare as long as the board lies the right way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from cradles.dimensions import Dimensions
from cradles.locate.ground import Ground
from cradles.locate.supports import Points, free_below, squares_in
from cradles.seating import Pin

RIDES_MM = 0.8
"""A board that is this much too high at one place lies plainly askew."""
_PLAY_MM = 0.5
"""A wrong board may lie a little anywhere: what it has to hit, it has to hit by this."""
_OUTLINE_ROOM_MM = 0.6
"""An outline that misses the pocket by less than this might be forced in."""
_OFFERED_EACH, _MOST_OFFERED = 4, 16
"""Posts to choose from, for each part and for each wrong way."""
_SCAN_DEG = 3
_LEAST_TURN_DEG = 15
_FORCED_SHARE = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """A wrong way to lay the board in."""

    name: str
    ground: Ground


def wrong_ways(ground: Ground) -> Iterator[Wrong]:
    """Quarter turns, every ten degrees for round outlines, the turns that bring an outline like a
    hexagon's near its pocket again, and all of it upside down."""
    for flipped in (False, True):
        if is_round(ground.filled):
            turns = list(range(10, 360, 10))
        else:
            turns = sorted({90, 180, 270, *_fitting_turns(ground, flipped=flipped)})
        for turn in [0, *turns] if flipped else turns:
            words = [f"turned by {turn}°"] if turn else []
            words += ["upside down"] if flipped else []
            yield Wrong(name=", ".join(words), ground=ground.laid_wrongly(turn, flipped=flipped))


def kept_out_by(
    wrong: Wrong,
    pocket: BaseGeometry,
    pins: Sequence[Pin],
    posts: Sequence[Polygon],
    overhang_cuts: BaseGeometry,
) -> str | None:
    """Why a board laid so does not seat, in words; None when it does. `pocket` is all that is
    open at the board's height, finger reliefs included."""
    beyond = wrong.ground.filled.buffer(-_OUTLINE_ROOM_MM).difference(pocket)
    if not beyond.is_empty:
        return "the pocket's outline"
    for pin in pins:
        if wrong.ground.board.intersection(pin.shape).area > 0.3 * pin.shape.area:
            return "a tooling pin"
    for obstacle in wrong.ground.below:
        if obstacle.deep_mm < RIDES_MM:
            continue
        if any(_always_meets(obstacle.box, post) for post in posts):
            return f"{obstacle.name} on a pad or post"
        reach = obstacle.box.buffer(-_PLAY_MM).difference(pocket).difference(overhang_cuts)
        if not reach.is_empty:
            return f"{obstacle.name} on the rim"
    return None


def key_posts(
    ground: Ground,
    pocket: BaseGeometry,
    pins: Sequence[Pin],
    supports: Sequence[Polygon],
    overhang_cuts: BaseGeometry,
    keep: BaseGeometry,
    dims: Dimensions,
    air_mm: float,
) -> tuple[tuple[Polygon, ...], tuple[tuple[str, str | None], ...]]:
    """The posts, and for each wrong way what keeps the board out (None: nothing can). The post
    that keeps out most of the ways that are still open comes first."""
    bare = (
        free_below(ground, air_mm)
        .difference(keep)
        .difference(shapely.union_all([s.buffer(dims.least_wall_mm) for s in supports]))
    )
    ways = list(wrong_ways(ground))
    posts: list[Polygon] = []

    def reason(wrong: Wrong) -> str | None:
        return kept_out_by(wrong, pocket, pins, [*supports, *posts], overhang_cuts)

    left = [wrong for wrong in ways if reason(wrong) is None]
    offered = [post for wrong in left for post in _posts_against(wrong, bare, dims)]
    while left and offered:
        stops = [sum(_rides_on(wrong, post) for wrong in left) for post in offered]
        if max(stops) == 0:
            break
        best = offered[stops.index(max(stops))]
        posts.append(best)
        room = best.buffer(dims.least_wall_mm, join_style="mitre")
        offered = [post for post in offered if not post.intersects(room)]
        left = [wrong for wrong in left if not _rides_on(wrong, best)]
    return tuple(posts), tuple((wrong.name, reason(wrong)) for wrong in ways)


def _rides_on(wrong: Wrong, post: Polygon) -> bool:
    return any(o.deep_mm >= RIDES_MM and _always_meets(o.box, post) for o in wrong.ground.below)


def _posts_against(wrong: Wrong, bare: BaseGeometry, dims: Dimensions) -> list[Polygon]:
    """Posts below what would stand on them, for each thing the ones farthest from the middle:
    there a wrong board is lifted most. The deepest comes first."""
    found: list[Polygon] = []
    for obstacle in sorted(wrong.ground.below, key=lambda o: (-o.deep_mm, o.name)):
        if obstacle.deep_mm < RIDES_MM or len(found) >= _MOST_OFFERED:
            break
        near = bare.intersection(obstacle.box.buffer(dims.key_mm))
        good = 0
        for x, y in _farthest_first(squares_in(near, dims.key_mm, 0.5)):
            h = dims.key_mm / 2
            post = shapely.box(x - h, y - h, x + h, y + h)
            if _always_meets(obstacle.box, post):
                found.append(post)
                good += 1
                if good == _OFFERED_EACH:
                    break
    return found


def _always_meets(box: Polygon, post: Polygon) -> bool:
    """Whether they meet however the board lies within its play: one of them, shrunk by it, still
    meets the other."""
    return bool(
        box.buffer(-_PLAY_MM).intersects(post)
        or box.intersects(post.buffer(-_PLAY_MM, join_style="mitre"))
    )


def _farthest_first(
    middles: Points,
) -> Iterator[tuple[float, float]]:
    order = sorted(range(len(middles)), key=lambda i: (-round(float(np.hypot(*middles[i])), 6), i))
    for i in order:
        yield float(middles[i][0]), float(middles[i][1])


def is_round(filled: Polygon) -> bool:
    """Whether the outline lets the board turn: a turn by 37 degrees changes next to
    nothing."""
    turned = shapely.affinity.rotate(filled, 37.0, origin=(0, 0))
    return bool(filled.symmetric_difference(turned).area < 0.02 * filled.area)


def _fitting_turns(ground: Ground, *, flipped: bool) -> list[int]:
    """Other turns than quarters at which the outline comes within a forced fit of its pocket."""
    simple = Ground(board=ground.filled, filled=ground.filled.simplify(0.05), below=(), above=())
    room = simple.filled.buffer(_OUTLINE_ROOM_MM)
    shapely.prepare(room)
    beyond = {
        turn: simple.laid_wrongly(turn, flipped=flipped).filled.difference(room).area
        for turn in range(_LEAST_TURN_DEG if not flipped else 0, 360 - _LEAST_TURN_DEG, _SCAN_DEG)
        if turn % 90
    }
    near = [turn for turn, area in beyond.items() if area < _FORCED_SHARE * ground.filled.area]
    # Of a run of neighbours the one that fits best.
    return [
        turn
        for turn in near
        if beyond[turn] <= min(beyond.get(turn + d, beyond[turn]) for d in (-_SCAN_DEG, _SCAN_DEG))
    ]
