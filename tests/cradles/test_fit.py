"""The simulated fit bites: a key taken away, a jamming board, a nose that bends too little."""

from __future__ import annotations

import dataclasses

import pytest
import shapely

from appliance.board import BoardFile, Component, CradleWishes, Protrusion
from appliance.board.ring import box
from cradles.build import Cradle, build
from cradles.checks import check_free
from cradles.fit import simulate
from cradles.settle import sized
from cradles.walls import section_of
from cradles.wrongly import wrong_ways_that_seat
from tests.cradles.conftest import cradle_of
from tests.cradles.faults import with_plan


def _notched() -> Cradle:
    outline = ((0, 0), (60, 0), (60, 30), (34, 30), (34, 25), (26, 25), (26, 30), (0, 30))
    return build(BoardFile(name="notched", outline=outline))


def _with_open(cradle: Cradle, area: shapely.Polygon) -> Cradle:
    plan = dataclasses.replace(cradle.plan, open=cradle.plan.open.union(area))
    return dataclasses.replace(cradle, plan=plan)


@pytest.mark.parametrize("name", ["rounded sensor", "notched relay", "feather", "led ring"])
def test_no_wrong_way_seats_but_those_that_are_owned_up_to(name: str) -> None:
    report = simulate(cradle_of(name), tries=4)
    assert report.keys_hold
    owned = {way for way, why in report.wrong_ways if why is None}
    assert set(report.wrongly_seated) <= owned


def test_a_bare_rectangle_seats_in_the_ways_that_are_owned_up_to() -> None:
    cradle = build(BoardFile(name="plain", outline=box(0, 0, 80, 50)))
    seats = {"turned by 180°", "upside down", "turned by 180°, upside down"}
    assert set(wrong_ways_that_seat(cradle)) == seats
    assert simulate(cradle, tries=2).keys_hold


def test_without_its_posts_the_turned_board_lies_flat() -> None:
    lead = Protrusion(x_mm=70, y_mm=25, width_mm=4, height_mm=10)
    part = Component(designator="U1", x_mm=30, y_mm=20, width_mm=8, height_mm=8, tall_mm=2)
    cradle = build(
        BoardFile(name="keyed", outline=box(0, 0, 80, 50), protrusions=(lead,), components=(part,))
    )
    assert cradle.seating.keys
    assert wrong_ways_that_seat(cradle) == ()
    bare = dataclasses.replace(cradle.plan, posts=cradle.seating.supports)
    without = dataclasses.replace(cradle, plan=bare)
    assert wrong_ways_that_seat(without)
    assert not simulate(without, tries=2).keys_hold


def test_without_the_plastic_in_its_notch_the_turned_board_seats() -> None:
    cradle = _notched()
    assert "turned by 180°" not in wrong_ways_that_seat(cradle)
    filled = shapely.box(-4.5, 8, 4.5, 16)
    assert "turned by 180°" in wrong_ways_that_seat(_with_open(cradle, filled))


def test_the_least_pressed_stop_is_half_of_the_front_spring() -> None:
    report = simulate(cradle_of("slotted mains"), tries=2)
    assert report.least_press == pytest.approx(0.5, abs=0.02)


def test_boards_larger_along_one_axis_only_are_tried() -> None:
    board = sized(shapely.box(-40, -25, 40, 25), 0.1, -0.1)
    assert board.bounds == pytest.approx((-40.1, -24.9, 40.1, 24.9))
    tight = build(
        BoardFile(
            name="tight",
            outline=box(0, 0, 80, 50),
            cradle=CradleWishes(clearance_mm=0.2, tolerance_mm=0.2),
        )
    )
    report = simulate(tight, tries=4)
    assert report.always_seats
    # Largest: clearance - tolerance = 0 to and fro; smallest: (0.2 + 0.2) / 2 a side.
    assert report.play_x_mm == pytest.approx((0.0, 0.2), abs=2e-3)
    assert report.play_y_mm == pytest.approx((0.0, 0.2), abs=2e-3)


def test_a_nose_leans_back_so_that_a_board_laid_on_it_slides_in() -> None:
    """At half of the board's thickness it stands into the board, at its top out of reach."""
    cradle = cradle_of("slotted mains")
    levels, board = cradle.plan.levels, shapely.Polygon(cradle.seating.board.exterior)
    largest = board.buffer(0.15)

    def deep(z: float) -> float:
        plastic = section_of(cradle.solid, z).intersection(board)
        return float(max((p.area for p in getattr(plastic, "geoms", [plastic])), default=0.0))

    assert deep(levels.seat + 0.1) > 0.3
    steps = [deep(z) for z in (levels.seat + 0.5, levels.top - 0.5, levels.top - 0.1)]
    assert steps == sorted(steps, reverse=True)
    top = section_of(cradle.solid, levels.top - 0.1)
    noses = [arm.intersection(top) for arm in cradle.plan.arms]
    assert not any(nose.intersects(largest) for nose in noses)


def test_the_same_seed_gives_the_same_report() -> None:
    cradle = cradle_of("rounded sensor")
    assert simulate(cradle, tries=8, seed=4) == simulate(cradle, tries=8, seed=4)


def test_a_hole_that_a_small_boards_edge_reaches_is_a_notch_of_it() -> None:
    hole = shapely.Point(9.5, 5).buffer(0.48)
    board = shapely.box(0, 0, 10, 10).difference(hole)
    small = sized(board, -0.05)
    assert small.is_valid and len(small.interiors) == 0
    assert small.area == pytest.approx(9.9**2 - hole.area, abs=0.02)


def test_a_nose_that_is_one_with_the_base_is_no_spring() -> None:
    """Noses stand into the board's outline: the base below it must be cut away round them."""
    cradle = cradle_of("slotted mains")
    assert [each.passed for each in check_free(cradle)] == [True, True]
    base = cradle.plan.through.difference(shapely.Polygon(cradle.seating.board.exterior))
    welded = list(check_free(with_plan(cradle, through=base)))
    assert [each.passed for each in welded] == [False, False]
    assert "hangs on more than its root" in welded[0].found
