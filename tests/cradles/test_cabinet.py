"""The cabinet: joints after cutting, nothing in anything, the drawer's way, the view, the light;
and what has to be caught when it is wrong."""

from __future__ import annotations

import functools
import itertools
from dataclasses import replace

import pytest
from shapely import box

from cradles.cabinet.bodies import Body, Kind, box_solid, gap_mm, overlap_mm3, swept
from cradles.cabinet.cameras import CAMERAS
from cradles.cabinet.checks import check, check_drawer, check_panels, check_view, collisions
from cradles.cabinet.joints import Bore, Joint, Panel, fingers, joined
from cradles.cabinet.laser import fit_of, left_of, path_of
from cradles.cabinet.light import evenness, light_on, mirror_margin_mm, strips_of
from cradles.cabinet.model import Cabinet, build
from cradles.cabinet.sheets import nested
from cradles.cabinet.sizes import NUTS, SHEETS_MM, CabinetError, Sizes
from cradles.solids import solid_of

ALL = [(camera, mdf) for camera in CAMERAS for mdf in (3.0, 6.0, 9.0)]


@functools.cache
def cabinet_of(camera: str = "pi3", mdf_mm: float = 6.0) -> Cabinet:
    return build(Sizes(camera=CAMERAS[camera], mdf_mm=mdf_mm))


@pytest.mark.parametrize(("camera", "mdf_mm"), ALL)
def test_every_cabinet_passes_every_check(camera: str, mdf_mm: float) -> None:
    checks = check(cabinet_of(camera, mdf_mm))
    assert len(checks) == 17
    assert [(each.name, each.found) for each in checks if not each.passed] == []


@pytest.mark.parametrize(("camera", "mdf_mm"), ALL)
def test_the_light_is_even_and_unseen(camera: str, mdf_mm: float) -> None:
    sizes = Sizes(camera=CAMERAS[camera], mdf_mm=mdf_mm)
    assert evenness(sizes) > 0.8
    assert mirror_margin_mm(sizes) > 1.5


def test_a_panel_has_the_volume_of_its_area_times_its_thickness() -> None:
    for panel in cabinet_of().panels.values():
        volume = solid_of(panel.part).volume_mm3
        assert volume == pytest.approx(panel.pierced.area * 6.0, rel=1e-4)


def test_the_six_nuts_lie_under_their_holes() -> None:
    cabinet = cabinet_of()
    holes = {(b.u_mm, b.v_mm) for b in cabinet.panels["tray"].bores if b.use == "M4 of a cradle"}
    assert holes == set(NUTS)
    layer = cabinet.panels["nut_layer"].area
    assert {tuple(round(v, 6) for v in ring.centroid.coords[0]) for ring in layer.interiors} == {
        tuple(nut) for nut in NUTS
    }


# Joints


def _two(air_mm: float = 0.1) -> tuple[dict[str, Panel], Joint]:
    floor = Panel(name="floor", title="", axis="z", low_mm=0, high_mm=6, area=box(0, 0, 100, 60))
    wall = Panel(name="wall", title="", axis="x", low_mm=100, high_mm=106, area=box(0, 0, 60, 50))
    joint = Joint(tabs="floor", slots="wall", along="y", spans=fingers(0, 60, 15))
    return dict(joined([floor, wall], [joint], air_mm)), joint


def test_tabs_reach_through_the_other_panel_and_fill_their_slots() -> None:
    made, joint = _two()
    assert joint.spans == ((20.0, 40.0),)
    assert made["floor"].area.bounds == (0, 0, 106, 60)
    assert made["wall"].area.area == pytest.approx(60 * 50 - 20.1 * 6.05), "open at its edge"
    assert made["wall"].slots[0][0] == "floor"
    bodies = [solid_of(panel.part) for panel in made.values()]
    assert overlap_mm3(*bodies) == 0.0
    assert gap_mm(*bodies, 1.0) == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize(
    ("low", "high", "about", "count"), [(0, 100, 30, 1), (0, 300, 30, 4), (-6, 18, 40, 1)]
)
def test_the_panel_with_slots_keeps_both_ends(
    low: float, high: float, about: float, count: int
) -> None:
    spans = fingers(low, high, about)
    assert len(spans) == count
    assert low < spans[0][0] and spans[-1][1] < high
    widths = {round(b - a, 9) for a, b in spans} | {
        round(b - a, 9) for (_, a), (b, _) in itertools.pairwise(spans)
    }
    assert len(widths) == 1


@pytest.mark.parametrize("kerf_mm", [0.0, 0.15, 0.4])
def test_the_laser_leaves_the_nominal_panel(kerf_mm: float) -> None:
    for panel in cabinet_of().panels.values():
        left = left_of(path_of(panel, kerf_mm), kerf_mm)
        assert left.area.symmetric_difference(panel.area).area < 1e-3
        assert [b.diameter_mm for b in left.bores] == pytest.approx(
            [b.diameter_mm for b in panel.bores]
        )


def _wrong_sign(panel: Panel, kerf_mm: float) -> Panel:
    return path_of(panel, -kerf_mm)


def _uncompensated(panel: Panel, kerf_mm: float) -> Panel:
    return panel


@pytest.mark.parametrize(
    ("cut", "air"), [(_wrong_sign, "air 0.700"), (_uncompensated, "air 0.400")]
)
def test_a_kerf_of_the_wrong_sign_or_none_is_caught(cut: object, air: str) -> None:
    joints = next(iter(check_panels(cabinet_of(), cut)))  # type: ignore[arg-type]
    assert not joints.passed and air in joints.found


def test_a_slot_that_was_forgotten_is_caught() -> None:
    made, joint = _two()
    made["wall"] = replace(made["wall"], area=box(0, 0, 60, 50))
    fit = fit_of(joint, {"floor": made["floor"], "wall": made["wall"]})
    assert (fit.tabs, fit.slots) == (1, 0) and fit.overlap_mm2 == pytest.approx(20 * 6)
    tabs, slots = cabinet_of().panels["rail_left"], cabinet_of().panels["floor"]
    whole = replace(slots, area=slots.area.union(box(-200, -150, 200, 150)))
    wrong = replace(cabinet_of(), panels={**cabinet_of().panels, "floor": whole})
    assert tabs.low_mm < 0
    assert not next(iter(check_panels(wrong, path_of))).passed


def test_a_hole_near_the_edge_is_caught() -> None:
    cabinet = cabinet_of()
    floor = cabinet.panels["floor"]
    hole = Bore(u_mm=-227.0, v_mm=34.0, diameter_mm=4.0, use="wrong")
    wrong = replace(
        cabinet, panels={**cabinet.panels, "floor": replace(floor, bores=(*floor.bores, hole))}
    )
    walls = {each.name: each for each in check_panels(wrong, path_of)}["wood beside holes"]
    assert not walls.passed and "floor at (-227, 34): 6.0 mm" in walls.found


# Bodies, the drawer and the view


def _with(cabinet: Cabinet, body: Body) -> Cabinet:
    return replace(cabinet, bodies=(*cabinet.bodies, body))


def _block(name: str, *corners: float) -> Body:
    return Body(name=name, kind=Kind.PRINTED, solid=box_solid(corners))  # type: ignore[arg-type]


def test_a_lamp_holder_in_the_view_is_caught() -> None:
    lamp = _block("lamp_holder 4", -70.0, -40.0, 120.0, -50.0, -20.0, 160.0)
    view = {each.name: each for each in check_view(_with(cabinet_of(), lamp))}
    assert not view["in the camera's view"].passed
    assert view["in the camera's view"].found == "lamp_holder 4"
    shade = _block("shade", -20.0, -130.0, 120.0, 20.0, -125.0, 160.0)
    view = {each.name: each for each in check_view(_with(cabinet_of(), shade))}
    assert view["in the camera's view"].passed
    assert view["between strips and view"].found == "shade"


def test_what_stands_in_the_drawers_way_is_caught() -> None:
    post = _block("post", 60.0, -180.0, -6.0, 70.0, -170.0, 20.0)
    way = next(iter(check_drawer(_with(cabinet_of(), post))))
    assert not way.passed and "tray meets post" in way.found and "cradle meets post" in way.found


def test_bodies_that_stand_in_each_other_are_caught() -> None:
    bodies = (_block("one", 0, 0, 0, 10, 10, 10), _block("two", 9, 0, 0, 19, 10, 10),
              _block("three", 19, 0, 0, 29, 10, 10))  # fmt: skip
    assert list(collisions(bodies)) == ["one in two (100.0 mm³)"]


def test_a_swept_panel_is_all_its_places_together() -> None:
    cabinet = cabinet_of()
    for name in ("tray", "nut_layer", "drawer_front", "gusset_left"):
        body = cabinet.body(name)
        way = swept(body, 50.0)
        for step in (0.0, 13.0, 50.0):
            moved = body.solid.moved(0.0, -step, 0.0)
            assert overlap_mm3(way, moved) == pytest.approx(moved.volume_mm3, rel=1e-6)
        low, high = way.bounds
        assert low[1] == pytest.approx(body.solid.bounds[0][1] - 50.0)
        assert high == pytest.approx(body.solid.bounds[1])


def test_light_falls_off_with_the_square_and_both_cosines() -> None:
    import numpy as np

    strips = strips_of(Sizes(strip_tilt_deg=0.0))
    one = replace(strips, at=np.array([[0.0, 0.0, 200.0]]), towards=np.array([[0.0, 0.0, -1.0]]),
                  power=np.array([1.0]))  # fmt: skip
    below, aside, far = light_on(
        one, np.array([[0.0, 0.0, 100.0], [100.0, 0.0, 100.0], [0.0, 0.0, 0.0]])
    )
    assert aside / below == pytest.approx(0.25), "cos^4 of 45 degrees"
    assert far / below == pytest.approx(0.25)
    assert evenness(Sizes(strip_tilt_deg=0.0, strip_double_mm=0.0)) < 0.75, "untilted and single"


def test_strips_nearer_to_the_middle_would_be_mirrored() -> None:
    assert mirror_margin_mm(Sizes(outer_depth_mm=340.0)) < 0


# Sheets


def test_panels_on_sheets_lie_apart_and_inside() -> None:
    cabinet = cabinet_of()
    sheets = nested(cabinet.panels, 0.15, SHEETS_MM)
    assert sorted(p.panel for s in sheets for p in s.places) == sorted(cabinet.panels)
    for sheet in sheets:
        boxes = []
        for place in sheet.places:
            x0, y0, x1, y1 = cabinet.panels[place.panel].area.bounds
            wide, tall = (y1 - y0, x1 - x0) if place.turned else (x1 - x0, y1 - y0)
            boxes.append(box(place.x_mm, place.y_mm, place.x_mm + wide, place.y_mm + tall))
        bed = box(1.4, 1.4, sheet.size_mm[0] - 1.4, sheet.size_mm[1] - 1.4)
        assert all(bed.contains(each) for each in boxes)
        assert all(a.distance(b) >= 2.9 for a, b in itertools.combinations(boxes, 2))


def test_a_panel_that_no_laser_holds_is_refused() -> None:
    with pytest.raises(CabinetError, match="holds"):
        nested(cabinet_of().panels, 0.15, ((400.0, 300.0),))
