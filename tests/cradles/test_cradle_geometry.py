"""Every known board: its cradle is one closed body of the drawn size, prints, and fits."""

from __future__ import annotations

import dataclasses
from dataclasses import replace

import numpy as np
import pytest
import shapely
from shapely import Point, box
from shapely.affinity import rotate

from appliance.board import BoardFile, CradleWishes, Hole, Location, Protrusion
from appliance.board.ring import box as ring_box
from appliance.board.ring import circle
from cradles.build import build
from cradles.checks import check_body, check_printing, check_springs
from cradles.csg import Frustum, Part, add, cut, prism, teardrop
from cradles.dimensions import NUTS_MM, Dimensions
from cradles.errors import CradleError
from cradles.fit import settle, simulate, sized
from cradles.locate.ground import ground_of
from cradles.locate.keep import label_pockets, screw_wells
from cradles.locate.keys import kept_out_by, wrong_ways
from cradles.mesh import Mesh
from cradles.solids import Solid, canonical, solid_of
from cradles.thin import least_width
from cradles.walls import section_of, steep_area_mm2
from tests.cradles.conftest import cradle_of
from tests.cradles.outlines import KNOWN

NAMES = sorted(KNOWN)


@pytest.mark.parametrize("name", NAMES)
def test_the_board_is_what_was_worked_out_by_hand(name: str) -> None:
    known = KNOWN[name]
    assert known.board.area_mm2 == pytest.approx(known.area_mm2, rel=1e-9)
    assert known.board.size_mm == pytest.approx(known.size_mm)


@pytest.mark.parametrize("name", NAMES)
def test_every_cradle_is_one_closed_body_of_the_drawn_size_that_prints(name: str) -> None:
    cradle = cradle_of(name)
    found = [*check_body(cradle), *check_printing(cradle), *check_springs(cradle)]
    assert [each for each in found if not each.passed] == []
    assert len(found) == 7 + len(cradle.seating.springs)


@pytest.mark.parametrize("name", NAMES)
def test_every_board_within_tolerance_seats_with_the_stated_play(name: str) -> None:
    report = simulate(cradle_of(name), tries=16)
    assert report.always_seats
    assert report.deepest_mm <= 1e-3
    assert report.play_is_within
    if cradle_of(name).seating.springs:
        assert report.springs_bend_mm[0] > 0.05, "the smallest board is still held"


@pytest.mark.parametrize("name", NAMES)
def test_a_board_that_can_be_keyed_goes_in_one_way_only(name: str) -> None:
    cradle = cradle_of(name)
    open_ways = [way for way, why in cradle.seating.wrong_ways if why is None]
    assert (open_ways == []) == KNOWN[name].keyed
    told = any("one way only" in note for note in cradle.notes)
    assert told == KNOWN[name].keyed
    assert len(cradle.seating.wrong_ways) >= 7


@pytest.mark.parametrize("name", NAMES)
def test_pads_and_posts_stand_under_bare_board_and_carry_it(name: str) -> None:
    cradle = cradle_of(name)
    seating, ground = cradle.seating, ground_of(cradle.board, cradle.layout)
    assert len(seating.supports) == 3
    triangle = shapely.MultiPoint([s.centroid for s in seating.supports]).convex_hull
    assert triangle.contains(seating.board.centroid)
    leads = shapely.union_all([each.box for each in ground.below])
    for post in (*seating.supports, *seating.keys):
        assert seating.board.contains(post)
        assert not leads.intersects(post)
        assert not any(well.intersects(post) for well in screw_wells(cradle.dims))


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_cut_into_a_label_or_the_outer_wall(name: str) -> None:
    cradle = cradle_of(name)
    opened = shapely.union_all([cradle.plan.open, cradle.plan.through])
    for where, label in label_pockets(cradle.layout, cradle.dims).items():
        assert not opened.intersects(label), where
        assert cradle.plan.outer.contains(label), where
    assert cradle.plan.outer.buffer(-cradle.dims.least_wall_mm).contains(opened)


def test_a_cradle_can_be_screwed_down_in_one_way_only() -> None:
    turned = {(-x, -y) for x, y in NUTS_MM}
    assert len(turned & set(NUTS_MM)) < len(NUTS_MM)
    assert {(-x, y) for x, y in NUTS_MM} != set(NUTS_MM)


def test_without_its_key_post_the_wrong_board_seats() -> None:
    """The key posts are not decoration: each wrong way they name is open without them."""
    cradle = cradle_of("rounded sensor")
    ground = ground_of(cradle.board, cradle.layout)
    seating = cradle.seating
    assert seating.keys
    open_without = [
        wrong.name
        for wrong in wrong_ways(ground)
        if kept_out_by(wrong, seating.pocket, seating.pins, seating.supports, shapely.Point())
        is None
    ]
    assert open_without


def test_a_larger_board_than_the_tolerance_jams_in_the_simulation() -> None:
    cradle = cradle_of("slotted mains")
    lying = settle(sized(cradle.seating.board, 0.2), cradle)
    walls = cradle.plan.outer.difference(cradle.plan.open).difference(cradle.plan.through)
    assert lying.intersects(walls.buffer(-1e-3))


def test_a_turned_board_settles_back_against_its_stops() -> None:
    cradle = cradle_of("slotted mains")
    askew = rotate(cradle.seating.board, 0.1, origin=(0, 0))
    assert settle(askew, cradle).symmetric_difference(cradle.seating.board).area < 0.05


def test_the_springs_force_and_strain_are_those_of_a_cantilever() -> None:
    # b = 9.1, t = 1.35, L = 22, E = 2400: I = 1.8658 mm4; F = 3 E I d / L3 = 1.2616 N/mm
    dims = Dimensions()
    assert dims.spring_force_n(1.0, 9.1, 22.0) == pytest.approx(1.2616, rel=1e-3)
    # 3 t d / (2 L2) = 3 * 1.35 * 0.7 / 968
    assert dims.spring_strain(0.7, 22.0) == pytest.approx(0.0029287, rel=1e-3)


def test_the_free_play_of_a_rectangle_is_school_book_arithmetic() -> None:
    # 0.25 clearance, ±0.15/2 a side: largest (0.25 - 0.15) / 2, smallest (0.25 + 0.15) / 2
    board = BoardFile(name="plain", outline=ring_box(0, 0, 100, 60))
    report = simulate(build(board), tries=4)
    assert report.play_x_mm == pytest.approx((0.05, 0.20), abs=2e-3)
    assert report.play_y_mm == pytest.approx((0.05, 0.20), abs=2e-3)


@pytest.mark.parametrize("face_turn", [0, 90, 180, 270])
def test_a_board_may_lie_turned(face_turn: int) -> None:
    board = replace(KNOWN["rounded sensor"].board, cradle=CradleWishes(lies_turned_deg=face_turn))
    cradle = build(board)
    x0, y0, x1, y1 = cradle.seating.board.bounds
    wide, high = (80, 50) if face_turn % 180 == 0 else (50, 80)
    assert (x1 - x0, y1 - y0) == pytest.approx((wide, high))
    assert simulate(cradle, tries=4).always_seats


@pytest.mark.parametrize(
    ("board", "words"),
    [
        (BoardFile(name="x", outline=ring_box(0, 0, 280, 60)), "camera's view"),
        (
            BoardFile(name="x", outline=((0, 0), (50, 0), (50, 40), (20, -10), (0, 40))),
            "cross or touch itself",
        ),
        (
            BoardFile(name="x", outline=ring_box(0, 0, 50, 40), cutouts=(circle(49, 20, 6),)),
            "inside the outline",
        ),
        (
            BoardFile(
                name="x",
                outline=ring_box(0, 0, 50, 40),
                holes=(Hole(x_mm=60, y_mm=5, diameter_mm=3),),
            ),
            "hole inside the outline",
        ),
        (
            BoardFile(
                name="x", outline=ring_box(0, 0, 50, 40), cutouts=(ring_box(20, -0.0, 22, 40),)
            ),
            "one piece",
        ),
        (
            BoardFile(
                name="x",
                outline=ring_box(0, 0, 50, 40),
                protrusions=(Protrusion(x_mm=25, y_mm=20, width_mm=48, height_mm=38),),
            ),
            "three pads",
        ),
        (
            BoardFile(
                name="x",
                outline=ring_box(0, 0, 50, 40),
                cradle=CradleWishes(clearance_mm=0.1, tolerance_mm=0.2),
            ),
            "clearance",
        ),
        (
            BoardFile(
                name="x",
                outline=ring_box(0, 0, 50, 40),
                cradle=CradleWishes(location=Location.PINS),
            ),
            "tooling",
        ),
    ],
)
def test_a_board_that_no_cradle_can_hold_is_refused_in_words(board: BoardFile, words: str) -> None:
    with pytest.raises(CradleError) as refusal:
        build(board)
    assert words in str(refusal.value)


# The checks bite


def _with(name: str, *steps: object) -> object:
    cradle = cradle_of(name)
    part = Part(name="spoilt", steps=(*cradle.part.steps, *steps))  # type: ignore[arg-type]
    return dataclasses.replace(cradle, solid=solid_of(part))


def _failed(cradle: object) -> set[str]:
    found = [*check_body(cradle), *check_printing(cradle)]  # type: ignore[arg-type]
    return {each.name for each in found if not each.passed}


def test_a_thin_wall_is_found() -> None:
    slit = cut(prism(box(-60, -40, -20, -38), 5.5, 20))
    near = cut(prism(box(-60, -37.4, -20, -35), 5.5, 20))
    assert "thinnest wall" in _failed(_with("rounded sensor", slit, near))


def test_a_narrow_slit_is_found() -> None:
    assert "narrowest gap" in _failed(
        _with("rounded sensor", cut(prism(box(-60, -40, -20, -39.6), 5.5, 20)))
    )


def test_an_overhang_is_found() -> None:
    assert "overhang above 45°" in _failed(
        _with("rounded sensor", cut(prism(box(-60, -40, -50, -32), 6, 7)))
    )


def test_a_second_piece_is_found() -> None:
    loose = add(prism(box(0, 0, 3, 3), 6.5, 8))
    assert {"pieces", "overhang above 45°"} <= _failed(_with("rounded sensor", loose))


def test_a_wrong_volume_is_found() -> None:
    hole = cut(prism(box(-60, -60, -45, -45), 1, 20))
    assert "volume against areas × heights" in _failed(_with("rounded sensor", hole))


def test_a_hole_in_the_surface_is_found() -> None:
    cradle = cradle_of("edge card")
    mesh = cradle.solid.mesh()

    class Open(Solid):
        def mesh(self) -> Mesh:
            return Mesh(vertices=mesh.vertices, triangles=mesh.triangles[:-1])

    broken = dataclasses.replace(cradle, solid=Open(cradle.solid.manifold))
    assert {c.name for c in check_body(broken) if not c.passed} >= {"closed surface"}


# The primitives


@pytest.mark.parametrize("width", [0.5, 0.9, 1.7])
def test_the_least_width_of_a_dumbbell_is_its_neck(width: float) -> None:
    shape = shapely.union_all(
        [box(0, 0, 10, 10), box(20, 0, 30, 10), box(5, 5 - width / 2, 25, 5 + width / 2)]
    )
    found, (x, _) = least_width(shape)
    assert found == pytest.approx(width, abs=0.02)
    assert 10 < x < 20


def test_a_level_cut_of_the_triangles_is_the_drawn_area() -> None:
    ring = Point(0, 0).buffer(10).difference(Point(0, 0).buffer(5))
    solid = solid_of(Part(name="ring", steps=(add(prism(ring, 0, 4)),)))
    assert solid.volume_mm3 == pytest.approx(4 * ring.area)
    assert section_of(solid, 2).symmetric_difference(ring).area < 1e-3


def test_a_teardrop_hangs_nowhere_and_a_round_hole_does() -> None:
    block = add(prism(box(0, 0, 20, 10), 0, 10))
    drop = teardrop(4, across_mm=10, z_mm=4, axis="y", from_mm=-1, to_mm=11)
    good = solid_of(Part(name="drop", steps=(block, cut(drop))))
    assert steep_area_mm2(good)[1] <= 1.0
    assert good.volume_mm3 == pytest.approx(20 * 10 * 10 - drop.area.area * 10, rel=1e-6)
    disc = dataclasses.replace(drop, area=Point(10, 4).buffer(2, quad_segs=32))
    bad = solid_of(Part(name="round", steps=(block, cut(disc))))
    assert steep_area_mm2(bad)[1] > 2.0


def test_a_bar_along_x_is_where_it_is_said() -> None:
    block = add(prism(box(0, 0, 20, 10), 0, 10))
    bar = teardrop(2, across_mm=3, z_mm=4, axis="x", from_mm=15, to_mm=21)
    mesh = solid_of(Part(name="bar", steps=(block, cut(bar)))).mesh()
    inside = mesh.vertices[np.abs(mesh.vertices[:, 0] - 15) < 1e-3]
    assert inside[:, 1].mean() == pytest.approx(3, abs=0.05)
    assert inside[:, 2].min() == pytest.approx(3, abs=1e-3)


def test_a_frustum_is_a_chamfer_of_45_degrees() -> None:
    low, high = box(0, 0, 8, 8), box(-1, -1, 9, 9)
    solid = solid_of(Part(name="f", steps=(add(Frustum(lower=low, upper=high, z0_mm=0, z1_mm=1)),)))
    assert solid.volume_mm3 == pytest.approx((64 + 4 * 81 + 100) / 6)
    assert steep_area_mm2(solid) == (0.0, 0.0)


def test_an_empty_part_is_an_error_in_words() -> None:
    with pytest.raises(CradleError, match="closed body"):
        solid_of(
            Part(
                name="void",
                steps=(add(prism(box(0, 0, 1, 1), 0, 1)), cut(prism(box(-1, -1, 2, 2), -1, 2))),
            )
        )


def test_the_order_of_vertices_and_triangles_follows_the_shape_alone() -> None:
    mesh = cradle_of("edge card").solid.mesh()
    shuffle = np.random.default_rng(3).permutation(len(mesh.vertices))
    back = np.argsort(shuffle)
    again = canonical(mesh.vertices[shuffle], back[mesh.triangles][::-1].astype(np.int64))
    assert np.array_equal(again.vertices, mesh.vertices)
    assert np.array_equal(again.triangles, mesh.triangles)
