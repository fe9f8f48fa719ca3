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


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """A wrong way to lay the board in."""

    name: str
    ground: Ground


def wrong_ways(ground: Ground) -> Iterator[Wrong]:
    """Quarter turns for outlines that fit so, every ten degrees for round ones, and upside down."""
    turns = list(range(90, 360, 90))
    if _is_round(ground.filled):
        turns = list(range(10, 360, 10))
    for flipped in (False, True):
        for turn in [0, *turns] if flipped else turns:
            words = [f"turned by {turn}°"] if turn else []
            words += ["upside down"] if flipped else []
            yield Wrong(name=", ".join(words), ground=ground.laid_wrongly(turn, flipped=flipped))


def kept_out_by(
    wrong: Wrong,
    pocket: Polygon,
    pins: Sequence[Pin],
    posts: Sequence[Polygon],
    overhang_cuts: BaseGeometry,
) -> str | None:
    """Why a board laid so does not seat, in words; None when it does."""
    beyond = wrong.ground.filled.buffer(-_OUTLINE_ROOM_MM).difference(pocket)
    if not beyond.is_empty:
        return "the pocket's outline"
    for pin in pins:
        if wrong.ground.board.intersection(pin.shape).area > 0.3 * pin.shape.area:
            return "a tooling pin"
    for obstacle in wrong.ground.below:
        if obstacle.deep_mm < RIDES_MM:
            continue
        hard = obstacle.box.buffer(-_PLAY_MM)
        if any(hard.intersects(post) for post in posts):
            return f"{obstacle.name} on a pad or post"
        reach = hard.difference(pocket).difference(overhang_cuts)
        if not reach.is_empty:
            return f"{obstacle.name} on the rim"
    return None


def key_posts(
    ground: Ground,
    pocket: Polygon,
    pins: Sequence[Pin],
    supports: Sequence[Polygon],
    overhang_cuts: BaseGeometry,
    keep: BaseGeometry,
    dims: Dimensions,
    air_mm: float,
) -> tuple[tuple[Polygon, ...], tuple[tuple[str, str | None], ...]]:
    """The posts, and for each wrong way what keeps the board out (None: nothing can)."""
    posts: list[Polygon] = []
    bare = (
        free_below(ground, air_mm)
        .difference(keep)
        .difference(shapely.union_all([s.buffer(dims.least_wall_mm) for s in supports]))
    )
    reasons = []
    for wrong in wrong_ways(ground):
        why = kept_out_by(wrong, pocket, pins, [*supports, *posts], overhang_cuts)
        if why is None:
            post = _post_against(wrong, bare, dims)
            if post is not None:
                posts.append(post)
                bare = bare.difference(post.buffer(dims.least_wall_mm))
                why = kept_out_by(wrong, pocket, pins, [*supports, *posts], overhang_cuts)
        reasons.append((wrong.name, why))
    return tuple(posts), tuple(reasons)


def _post_against(wrong: Wrong, bare: BaseGeometry, dims: Dimensions) -> Polygon | None:
    """A post below the deepest thing that would stand on it, as far from the middle as possible:
    there a wrong board is lifted most."""
    for obstacle in sorted(wrong.ground.below, key=lambda o: (-o.deep_mm, o.name)):
        if obstacle.deep_mm < RIDES_MM:
            return None
        target = obstacle.box.buffer(-_PLAY_MM)
        if target.is_empty:
            target = obstacle.box.centroid.buffer(0.2)
        near = bare.intersection(obstacle.box.buffer(dims.key_mm))
        for x, y in _farthest_first(squares_in(near, dims.key_mm, 0.5)):
            h = dims.key_mm / 2
            post = shapely.box(x - h, y - h, x + h, y + h)
            if post.intersects(target):
                return post
    return None


def _farthest_first(
    middles: Points,
) -> Iterator[tuple[float, float]]:
    order = sorted(range(len(middles)), key=lambda i: (-round(float(np.hypot(*middles[i])), 6), i))
    for i in order:
        yield float(middles[i][0]), float(middles[i][1])


def _is_round(filled: Polygon) -> bool:
    """Whether a turn by 37 degrees changes next to nothing."""
    turned = shapely.affinity.rotate(filled, 37.0, origin=(0, 0))
    return bool(filled.symmetric_difference(turned).area < 0.02 * filled.area)
