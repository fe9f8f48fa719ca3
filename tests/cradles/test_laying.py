"""Boards laid down onto the solid: good cradles let them in, each old fault catches them."""

from __future__ import annotations

import itertools

import pytest
import shapely

from appliance.board import BoardFile, Component, Protrusion, Side
from appliance.board.ring import box
from cradles.build import Cradle, build
from cradles.csg import prism
from cradles.fit import simulate
from cradles.laying import lay_down
from cradles.seating import Stop
from tests.cradles.conftest import cradle_of
from tests.cradles.faults import with_plan, with_plastic, with_stops


@pytest.mark.parametrize(
    "name",
    ["rounded sensor", "notched relay", "led ring", "edge card", "stadium lamp", "controller"],
)
def test_boards_come_to_lie_flat(name: str) -> None:
    laid = lay_down(cradle_of(name))
    assert laid.tries == 6
    assert laid.caught == ()


@pytest.mark.parametrize("thick", [0.6, 1.0, 3.2])
def test_boards_of_any_thickness_go_in(thick: float) -> None:
    board = BoardFile(name="thin", outline=box(0, 0, 60, 40), thickness_mm=thick)
    assert lay_down(build(board)).caught == ()


def test_a_nose_with_a_flat_top_catches_the_board() -> None:
    flat = with_plan(cradle_of("slotted mains"), noses=())
    caught = lay_down(flat).caught
    assert caught
    assert all("the board on spring" in each for each in caught)


def test_a_nose_that_leans_back_too_little_catches_a_board_held_aside() -> None:
    """As far as the board's edge only: the straight one slides in, one held aside does not."""
    cradle = cradle_of("slotted mains")
    near = shapely.Polygon(cradle.seating.board.exterior)
    short = tuple((area.intersection(near), z0, z1) for area, z0, z1 in cradle.plan.noses)
    caught = lay_down(with_plan(cradle, noses=short)).caught
    assert caught
    assert all("the board on spring" in each for each in caught)


def _plain() -> Cradle:
    lead = Protrusion(x_mm=20, y_mm=20, width_mm=4, height_mm=4, deep_mm=1.5)
    part = Component(
        designator="C7", x_mm=60, y_mm=20, width_mm=5, height_mm=4, tall_mm=1.2, side=Side.BOTTOM
    )
    return build(
        BoardFile(name="plain", outline=box(0, 0, 80, 50), protrusions=(lead,), components=(part,))
    )


@pytest.mark.parametrize(("x_mm", "name"), [(-20, "lead 1"), (20, "C7")])
def test_a_post_below_a_lead_or_a_part_is_found_and_named(x_mm: float, name: str) -> None:
    cradle = _plain()
    assert lay_down(cradle).caught == ()
    post = shapely.box(x_mm - 1.5, -6.5, x_mm + 1.5, -3.5)
    caught = lay_down(with_plan(cradle, posts=(*cradle.plan.posts, post))).caught
    assert caught
    assert all(f"{name} on plastic" in each for each in caught)


def test_a_lip_over_the_pocket_catches_the_board() -> None:
    cradle = _plain()
    z = cradle.plan.levels
    lip = prism(shapely.box(-5, 24.6, 5, 26.5), z.top + 0.05, z.rim)
    assert any(
        "the board on plastic" in each for each in lay_down(with_plastic(cradle, lip)).caught
    )


def test_a_pocket_without_its_lead_in_catches_a_board_held_aside() -> None:
    """Nor does the rim of a hole that is too narrow let it in."""
    cradle = _plain()
    tight = cradle.plan.open.buffer(-0.4)
    assert lay_down(with_plan(cradle, open=tight, widened=())).caught


def test_a_stop_in_a_notch_keeps_the_board_from_its_place() -> None:
    """A notch 7.5 mm wide, a stop of 6 mm on its floor: beside it there is no room to move."""
    outline = ((0, 0), (98, 0), (98, 22), (0, 22), (0, 16.5), (3.4, 16.5), (3.4, 9), (0, 9))
    cradle = build(BoardFile(name="notch", outline=outline))
    back = tuple(Stop(x_mm=x, y_mm=11, normal=(0, -1), width_mm=6) for x in (-30, 30))
    good = with_stops(cradle, (*back, Stop(x_mm=-49, y_mm=-6.5, normal=(1, 0), width_mm=4)))
    floor = with_stops(cradle, (*back, Stop(x_mm=-45.6, y_mm=1.0, normal=(1, 0), width_mm=6)))
    assert lay_down(good).caught == ()
    assert simulate(good, tries=4).always_seats
    assert lay_down(floor).caught
    assert not simulate(floor, tries=4).always_seats


def test_pads_stand_apart() -> None:
    """Three that touched in their corners made no closed surface."""
    cradle = build(BoardFile(name="short", outline=box(0, 0, 24, 18)))
    for one, other in itertools.combinations(cradle.seating.supports, 2):
        assert one.distance(other) >= 1.0 - 1e-9
