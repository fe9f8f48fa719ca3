"""How a board is held, by hand-made outlines and by chance ones: what the grip promises is checked
by other arithmetic than the grip's own."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.affinity import translate

from appliance.board import BoardFile, Component, Hole, Location, Protrusion, layout_of
from appliance.board.ring import Ring, box, circle
from cradles.dimensions import Dimensions
from cradles.errors import CradleError
from cradles.locate import seating_of
from cradles.locate.ground import ground_of
from cradles.locate.hold import condition, reactions
from cradles.locate.keep import screw_wells, taken
from cradles.locate.keys import kept_out_by, wrong_ways
from cradles.seating import Seating, Spring, Stop
from cradles.settle import settled, sized

DIMS = Dimensions()


def _seating(board: BoardFile) -> Seating:
    return seating_of(board, layout_of(board), DIMS)


def _plain(outline: Ring, **more: object) -> BoardFile:
    return BoardFile(name="x", outline=outline, **more)  # type: ignore[arg-type]


def _polygon(count: int, across: float) -> Ring:
    return tuple(
        (
            across / 2 * math.cos(2 * math.pi * i / count),
            across / 2 * math.sin(2 * math.pi * i / count),
        )
        for i in range(count)
    )


def _stop(x: float, y: float, normal: tuple[float, float]) -> Stop:
    return Stop(x_mm=x, y_mm=y, normal=normal, width_mm=6)


def _spring(x: float, y: float, normal: tuple[float, float]) -> Spring:
    area = shapely.box(0, 0, 1, 1)
    return Spring(
        x_mm=x, y_mm=y, normal=normal, arm=area, void=area, preload_mm=0.3, long_mm=22, travel_mm=1
    )


BACK_LEFT = (_stop(-40, 25, (0, -1)), _stop(40, 25, (0, -1)), _stop(-50, 0, (1, 0)))


# The arithmetic of contacts


def test_two_springs_through_the_stops_share_their_force() -> None:
    springs = (_spring(0, -25, (0, 1)), _spring(50, 0, (-1, 0)))
    assert reactions(BACK_LEFT, springs) == pytest.approx((0.5, 0.5, 1.0))


def test_a_spring_that_misses_the_third_stop_turns_the_board_against_the_two() -> None:
    # A push 20 mm above the third stop: a moment of 20 over the 80 mm between the two
    springs = (_spring(0, -25, (0, 1)), _spring(50, 20, (-1, 0)))
    assert reactions(BACK_LEFT, springs) == pytest.approx((0.25, 0.75, 1.0))
    springs = (_spring(0, -25, (0, 1)), _spring(50, 60, (-1, 0)))
    assert min(reactions(BACK_LEFT, springs)) < 0, "it lifts off a stop"


def test_three_contacts_through_one_point_do_not_hold_the_turn() -> None:
    star = tuple(
        _stop(30 * math.cos(a), 30 * math.sin(a), (-math.cos(a), -math.sin(a)))
        for a in (0.0, 2.0, 4.0)
    )
    assert condition(star, 60) == math.inf
    assert condition(BACK_LEFT, 100) < 5


def test_a_larger_board_moves_off_its_stops_by_what_it_grew() -> None:
    moved, _ = settled(sized(shapely.box(-50, -25, 50, 25), 0.1), BACK_LEFT)
    assert moved.bounds == pytest.approx((-50, -25.2, 50.2, 25))


# Outlines of all kinds

OUTLINES = {
    "square": box(0, 0, 50, 50),
    "long": box(0, 0, 200, 30),
    "small": box(0, 0, 25, 20),
    "rounded": box(0, 0, 60, 40, radius_mm=8),
    "triangle": _polygon(3, 70),
    "pentagon": _polygon(5, 80),
    "hexagon": _polygon(6, 80),
    "octagon": _polygon(8, 60),
    "diamond": _polygon(4, 60),
    "ell": ((0, 0), (80, 0), (80, 30), (35, 30), (35, 70), (0, 70)),
    "chamfered": ((6, 0), (94, 0), (100, 6), (100, 54), (94, 60), (6, 60), (0, 54), (0, 6)),
    "notched left": ((0, 0), (70, 0), (70, 50), (0, 50), (0, 33), (7, 33), (7, 17), (0, 17)),
}


@pytest.mark.parametrize("name", sorted(OUTLINES))
def test_every_stop_is_pressed_and_holds(name: str) -> None:
    board = _plain(OUTLINES[name])
    seating = _seating(board)
    assert len(seating.stops) == 3
    size = max(board.size_mm)
    assert condition(seating.stops, size) < 30
    pressed = reactions(seating.stops, seating.springs)
    if len(seating.springs) == 2:
        assert min(pressed) > 0.03
    else:
        assert min(pressed) > 0.03 or any("keeps its play" in note for note in seating.notes)
    _touch_the_board_and_nothing_else(board, seating)


def _touch_the_board_and_nothing_else(board: BoardFile, seating: Seating) -> None:
    edge = seating.board.exterior
    fixed = taken(layout_of(board), DIMS)
    for contact in (*seating.stops, *seating.springs):
        at = shapely.Point(contact.x_mm, contact.y_mm)
        assert edge.distance(at) < 0.02
        inward = translate(at, *(0.3 * n for n in contact.normal))
        assert seating.board.contains(inward)
    for spring in seating.springs:
        assert not fixed.intersects(spring.void)
        assert not any(well.intersects(spring.void) for well in screw_wells(DIMS))
        # The nose alone reaches into the board, by the preload.
        inside = spring.arm.intersection(seating.board)
        assert 0 < inside.area < 4 * 2.2 * DIMS.preload_mm
        assert spring.arm.difference(spring.void).area > 0, "its root hangs on the wall"
    for stop in seating.stops:
        pockets = seating.pocket.buffer(1e-6)
        assert pockets.contains(shapely.Point(stop.x_mm, stop.y_mm))
        behind = shapely.Point(stop.x_mm - 0.05 * stop.normal[0], stop.y_mm - 0.05 * stop.normal[1])
        assert not seating.pocket.contains(behind), "plastic behind the stop's face"


def test_usual_boards_lean_on_the_back_and_the_left() -> None:
    first, second, third = _seating(_plain(box(0, 0, 80, 50))).stops
    assert first.normal == second.normal == pytest.approx((0, -1))
    assert third.normal == pytest.approx((1, 0))
    assert second.x_mm - first.x_mm > 50


def test_a_connector_at_the_left_sends_the_third_stop_to_the_right() -> None:
    usb = Component(designator="J1", x_mm=2, y_mm=11.5, width_mm=8, height_mm=9, tall_mm=3)
    seating = _seating(_plain(box(0, 0, 51, 23, radius_mm=2.5), components=(usb,)))
    assert seating.stops[2].normal == pytest.approx((-1, 0))
    (cut,) = seating.overhangs
    for spring in seating.springs:
        assert not spring.arm.intersects(cut)


def test_a_round_board_is_told_to_turn() -> None:
    seating = _seating(_plain(circle(0, 0, 60)))
    assert len(seating.stops) == 2
    assert any("turn" in note for note in seating.notes)
    assert seating.keys == ()


def test_an_edge_full_of_connectors_is_refused_in_words() -> None:
    parts = tuple(
        Component(designator=f"J{i}", x_mm=x, y_mm=y, width_mm=w, height_mm=h, tall_mm=5)
        for i, (x, y, w, h) in enumerate(
            ((30, 0, 58, 6), (30, 40, 58, 6), (0, 20, 6, 38), (60, 20, 6, 38))
        )
    )
    with pytest.raises(CradleError, match="tooling holes"):
        _seating(_plain(box(0, 0, 60, 40), components=parts))


def test_no_stop_stands_in_a_notch() -> None:
    # 7.5 mm wide and 3.4 deep: a stop of 6 mm would find its floor straight enough
    outline = ((0, 0), (98, 0), (98, 22), (0, 22), (0, 16.5), (3.4, 16.5), (3.4, 9), (0, 9))
    seating = _seating(_plain(outline))
    hull = seating.board.convex_hull.exterior
    for contact in (*seating.stops, *seating.springs):
        assert hull.distance(shapely.Point(contact.x_mm, contact.y_mm)) < 0.2


# Keys


def test_a_hexagon_also_fits_at_sixty_degrees() -> None:
    ground = ground_of(*(lambda b: (b, layout_of(b)))(_plain(_polygon(6, 80))))
    names = {wrong.name for wrong in wrong_ways(ground)}
    assert {"turned by 60°", "turned by 120°", "turned by 60°, upside down"} <= names


def test_a_finger_relief_may_not_undo_the_key_of_a_notch() -> None:
    """The notch alone keeps this board from lying turned by 180 degrees."""
    outline = ((0, 0), (60, 0), (60, 30), (34, 30), (34, 25), (26, 25), (26, 30), (0, 30))
    seating = _seating(_plain(outline))
    reasons = dict(seating.wrong_ways)
    assert reasons["turned by 180°"] is not None
    open_now = shapely.union_all([seating.pocket, *seating.reliefs])
    fill = shapely.box(-3, 11, 3, 14)
    assert open_now.intersection(fill).area == 0


def test_posts_are_few_and_each_is_needed() -> None:
    parts = tuple(
        Protrusion(x_mm=x, y_mm=y, width_mm=6, height_mm=3)
        for x, y in ((15, 10), (40, 34), (62, 18))
    )
    top = Component(designator="U1", x_mm=50, y_mm=25, width_mm=8, height_mm=8, tall_mm=2)
    board = _plain(box(0, 0, 80, 50), protrusions=parts, components=(top,))
    seating = _seating(board)
    assert [way for way, why in seating.wrong_ways if why is None] == []
    assert 1 <= len(seating.keys) <= 3
    ground = ground_of(board, layout_of(board))
    for i in range(len(seating.keys)):
        others = [*seating.supports, *seating.keys[:i], *seating.keys[i + 1 :]]
        open_ways = [
            wrong.name
            for wrong in wrong_ways(ground)
            if kept_out_by(wrong, seating.pocket, seating.pins, others, shapely.Point()) is None
        ]
        assert open_ways, f"post {i} keeps nothing out"


def test_a_bare_symmetrical_board_owns_up() -> None:
    seating = _seating(_plain(box(0, 0, 80, 50)))
    assert {why for _, why in seating.wrong_ways} == {None, "the pocket's outline"}
    assert any("The picture refuses it" in note for note in seating.notes)


# Pins


def test_pins_stand_in_their_holes_with_air_and_one_gives_way() -> None:
    holes = tuple(
        Hole(x_mm=x, y_mm=y, diameter_mm=3.2, tooling=True) for x, y in ((5, 5), (95, 45))
    )
    board = _plain(box(0, 0, 100, 60), holes=holes)
    seating = _seating(board)
    assert seating.location is Location.PINS
    one, other = seating.pins
    for pin in (one, other):
        hole = shapely.Point(pin.x_mm, pin.y_mm).buffer(pin.hole_mm / 2, quad_segs=64)
        assert hole.contains(pin.shape)
    dx, dy = other.x_mm - one.x_mm, other.y_mm - one.y_mm
    along = np.array([dx, dy]) / math.hypot(dx, dy)
    across = np.array([-along[1], along[0]])
    points = shapely.get_coordinates(other.shape) - (other.x_mm, other.y_mm)
    assert np.ptp(points @ across) == pytest.approx(3.2 - DIMS.pin_air_mm, abs=0.01)
    assert np.ptp(points @ along) < 0.7 * 3.2


# Boards by chance

_SLOW = settings(
    max_examples=25, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)  # fmt: skip


@st.composite
def boards(draw: st.DrawFn) -> BoardFile:
    wide, high = draw(st.floats(30, 130)), draw(st.floats(22, 90))
    cuts = [draw(st.floats(0, 7)) for _ in range(4)]
    ring: list[tuple[float, ...]] = []
    for (x, y), (ux, uy), cut in zip(
        ((0, 0), (wide, 0), (wide, high), (0, high)), ((1, 1), (-1, 1), (-1, -1), (1, -1)), cuts,
        strict=True,
    ):  # fmt: skip
        if cut < 1:
            ring.append((x, y))
            continue
        one, other = (x, y + uy * cut), (x + ux * cut, y)
        ring += [one, other] if ux == uy else [other, one]
    spots = draw(st.lists(st.tuples(st.floats(0.2, 0.8), st.floats(0.2, 0.8)), max_size=5))
    leads = tuple(
        Protrusion(x_mm=u * wide, y_mm=v * high, width_mm=4, height_mm=2) for u, v in spots
    )
    return _plain(tuple(ring), protrusions=leads)


@_SLOW
@given(boards())
def test_what_chance_lays_out_is_held_or_refused_in_words(board: BoardFile) -> None:
    try:
        seating = _seating(board)
    except CradleError as refusal:
        assert refusal.action
        return
    if len(seating.stops) == 3 and len(seating.springs) == 2:
        assert min(reactions(seating.stops, seating.springs)) > 0.03
    _touch_the_board_and_nothing_else(board, seating)
    triangle = shapely.MultiPoint([s.centroid for s in seating.supports]).convex_hull
    assert triangle.contains(seating.board.centroid)
    leads = shapely.union_all([o.box for o in ground_of(board, layout_of(board)).below])
    for post in (*seating.supports, *seating.keys):
        assert seating.board.contains(post)
        assert leads.is_empty or post.distance(leads) >= board.cradle.clearance_mm
