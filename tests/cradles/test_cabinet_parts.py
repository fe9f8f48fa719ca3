"""Printed parts: what they measure, that they print, that screws and drivers reach their places."""

from __future__ import annotations

import hashlib
import io
import math
import subprocess
import sys
import zipfile

import pytest
import trimesh
from shapely import Point, box

from cradles.cabinet.cameras import CAMERAS
from cradles.cabinet.parts import Hole, PrintedPart, Turn, printed_parts
from cradles.cabinet.parts.camera import SEATS, reach_mm
from cradles.cabinet.parts.drawer import SpringSizes
from cradles.cabinet.parts.fasteners import THREADS
from cradles.cabinet.parts.files import part_files
from cradles.cabinet.parts.light_channel import SCREW_ROOM_MM, ChannelSizes, profile
from cradles.cabinet.parts.outline import bar, disc, drop, hexagon
from cradles.cabinet.parts.proof import prove
from cradles.cabinet.rooms import rooms_of
from cradles.cabinet.sizes import Sizes
from cradles.csg import Part, add, cut, prism
from cradles.export import stl_bytes, threemf_bytes
from cradles.solids import Solid, solid_of
from cradles.walls import section_of
from tests.conftest import ROOT
from tests.cradles.cabinet_parts import all_parts, solid

NAMES = tuple(all_parts())


@pytest.mark.parametrize("name", NAMES)
def test_every_part_is_one_closed_body_of_its_size_and_prints(name: str) -> None:
    assert [check for check in prove(all_parts()[name]) if not check.passed] == []


def _failing(part: Part, turn: Turn | None = None) -> set[str]:
    printed = PrintedPart(
        name=part.name,
        part=part,
        envelope_mm=((0, 0, 0), (1, 1, 1)),
        prints_turned=turn or Turn(),
    )
    return {check.name for check in prove(printed) if not check.passed}


def test_the_checks_find_what_can_not_be_printed() -> None:
    block = add(prism(box(0, 0, 20, 20), 0, 10))
    assert _failing(Part(name="good", steps=(block,))) == set()
    thin = add(prism(box(0, 19.5, 20, 20.2), 0, 15))
    assert _failing(Part(name="thin", steps=(block, thin))) == {"thinnest wall"}
    shelf = Part(name="shelf", steps=(block, add(prism(box(0, 0, 26, 20), 10, 13))))
    assert _failing(shelf) == {"overhang above 45°"}
    assert _failing(shelf, Turn(x_deg=180)) == set()
    lying = cut(bar(disc(6, 10, 5), "y", -1, 21))
    assert _failing(Part(name="round", steps=(block, lying))) == {"overhang above 45°"}
    roofed = cut(bar(drop(6, 10, 5), "y", -1, 21))
    assert _failing(Part(name="roofed", steps=(block, roofed))) == set()
    lower = cut(bar(drop(4, 10, 3), "x", -1, 21))
    upper = cut(bar(drop(4, 10, 7), "y", -1, 21))
    assert _failing(Part(name="crossing", steps=(block, lower, upper))) == set()
    loose = add(prism(box(30, 0, 40, 10), 0, 5))
    assert _failing(Part(name="loose", steps=(block, loose))) == {"pieces"}
    long = Part(name="long", steps=(add(prism(box(0, 0, 215, 20), 0, 10)),))
    assert _failing(long) == {"lies on the bed"}
    lifted = Part(name="lifted", steps=(add(prism(box(0, 0, 20, 20), 1, 10)),))
    assert _failing(lifted) == {"mounting face"}


_CIRCLE = 64 / 2 * math.sin(2 * math.pi / 64) / math.pi
"""A regular polygon of 64 corners over its circle."""


def _round(diameter_mm: float) -> float:
    return math.pi / 4 * diameter_mm**2 * _CIRCLE


def _rectangle(width: float, depth: float, corner: float) -> float:
    return width * depth - (4 - math.pi * _CIRCLE) * corner**2


def test_volumes_are_those_of_pencil_and_paper() -> None:
    lamp = _rectangle(43, 43, 4) * 14 - _round(32) * 10 - _round(22.5) * 4 - 4 * _round(3.4) * 14
    assert solid("lamp_holder").volume_mm3 == pytest.approx(lamp, rel=1e-5)
    button = (_rectangle(43, 43, 4) - _round(22.5) - 4 * _round(3.4)) * 4
    assert solid("button_holder").volume_mm3 == pytest.approx(button, rel=1e-5)
    nut = math.sqrt(3) / 2 * 7.25**2
    slot = _round(4.5) + 2 * math.radians(8) * 29 * 4.5
    ring = (_round(70) - _round(46) - 3 * slot) * 6
    ring -= 3 * (nut * 3.1 + _round(4.3) * 2.9)
    assert solid("camera_mount").volume_mm3 == pytest.approx(ring, rel=1e-3)
    # The rib's top rises from 1.5 to 17 mm over the foot on 21 mm, then 1 mm level to the wall; the
    # lead-ins are triangles with sides of 2 mm.
    rib = 4 * (21 * (1.5 + 17) / 2 + 1 * 17)
    guide = 32 * 42 * 5 + 6 * 42 * 18 + rib - 2 * 2 * 23 - 2 * (_round(4.5) + 4.5 * 4) * 5
    assert solid("tray_guide").volume_mm3 == pytest.approx(guide, rel=1e-5)


def test_bounding_boxes_are_those_of_the_drawing() -> None:
    boxes = {
        "camera_mount": ((-35, -35, 0), (35, 35, 6)),
        "lamp_holder": ((-21.5, -21.5, 0), (21.5, 21.5, 14)),
        "button_holder": ((-21.5, -21.5, 0), (21.5, 21.5, 4)),
        "tray_guide": ((-32, -21, 0), (0, 21, 23)),
        "end_stop": ((-28, -9, 0), (28, 21, 25)),
        "handle": ((-74, -10, 0), (74, 10, 52)),
    }
    for name, (low, high) in boxes.items():
        found = solid(name).bounds
        assert found[0] == pytest.approx(low, abs=0.01), name
        assert found[1] == pytest.approx(high, abs=0.01), name


@pytest.mark.parametrize("name", NAMES)
def test_screws_sit_on_plastic_and_a_driver_reaches_them(name: str) -> None:
    """Under the head a ring of the washer's size is solid (but for an adjusting slot); over it, as
    far as the part goes, that cylinder is free. A nut in the part has its pocket, and plastic
    between it and the panel."""
    printed, body = all_parts()[name], solid(name)
    high = body.bounds[1][2]
    for hole in printed.screws:
        thread = THREADS[hole.screw]
        washer = disc(thread.washer_mm, hole.x_mm, hole.y_mm)
        assert hole.diameter_mm == thread.through_mm
        below = section_of(body, hole.grip_mm - 0.05)
        if hole.nut_in_part:
            nut = disc(thread.nut_flats_mm, hole.x_mm, hole.y_mm)
            pocket = section_of(body, hole.grip_mm + thread.nut_high_mm / 2)
            assert pocket.intersection(nut).area < 0.01
            assert below.intersection(nut).area > 0.4 * nut.area
            continue
        seat = below.intersection(washer).area / (washer.area - math.pi / 4 * hole.diameter_mm**2)
        assert seat > 0.45, f"{name}: {seat:.2f}"
        for z in range(1, int(high - hole.grip_mm) + 1):
            over = section_of(body, min(hole.grip_mm + z - 0.5, high - 0.01))
            assert over.intersection(washer).area < 0.01, f"{name} {z}"


@pytest.mark.parametrize("name", NAMES)
def test_a_part_lies_in_the_room_that_it_asks_for(name: str) -> None:
    low, high = all_parts()[name].envelope_mm
    found = solid(name).bounds
    assert all(a <= b + 0.01 for a, b in zip(low, found[0], strict=True)), (low, found[0])
    assert all(a >= b - 0.01 for a, b in zip(high, found[1], strict=True)), (high, found[1])


@pytest.mark.parametrize("name", NAMES)
def test_mounting_holes_are_holes_of_the_part(name: str) -> None:
    printed, body = all_parts()[name], solid(name)
    foot = section_of(body, 0.05)
    for hole in printed.screws:
        assert foot.intersection(disc(hole.diameter_mm - 0.5, hole.x_mm, hole.y_mm)).area < 0.01


@pytest.mark.parametrize("camera", CAMERAS)
@pytest.mark.parametrize("mdf_mm", [3.0, 6.0, 10.0])
def test_parts_stay_in_the_rooms_that_the_cabinet_leaves(camera: str, mdf_mm: float) -> None:
    sizes = Sizes(camera=CAMERAS[camera], mdf_mm=mdf_mm)
    parts = {each.name: each for each in printed_parts(sizes)}
    rooms = rooms_of(sizes)
    assert set(rooms) <= set(parts)
    for name, room in rooms.items():
        (x0, y0, z0), (x1, y1, z1) = parts[name].envelope_mm
        wide, deep, tall = room.box_mm
        assert parts[name].count == room.count, name
        ridge = 1.6 if name == "led_channel" else 0.0  # lies in the next piece
        assert -wide / 2 <= x0 and x1 <= wide / 2 + ridge, name
        assert -deep / 2 - 1e-6 <= y0 and y1 <= deep / 2 + 1e-6, name
        assert z1 <= tall + 1e-6, name
        assert z0 >= -10, name


@pytest.mark.parametrize("key", CAMERAS)
def test_the_mount_moves_the_camera_as_far_as_the_cabinet_counts_on(key: str) -> None:
    low, high = reach_mm(key)
    camera = CAMERAS[key]
    assert low <= camera.pupil_above_ceiling_mm - camera.adjust_mm
    assert high >= camera.pupil_above_ceiling_mm + camera.adjust_mm
    assert SEATS[key].measure_first


@pytest.mark.parametrize("key", CAMERAS)
def test_the_plate_sits_on_the_rings_bolts_and_clears_its_screws(key: str) -> None:
    parts = {each.name: each for each in printed_parts(Sizes(camera=CAMERAS[key]))}
    ring, plate = parts["camera_mount"], parts["camera_plate"]
    turned = Solid(
        solid_of(plate.part)
        .manifold.rotate((plate.place_turned.x_deg, plate.place_turned.y_deg, 0))
        .translate(plate.place_mm)
    )
    low, high = turned.bounds[0][2], turned.bounds[1][2]
    seat = SEATS[key]
    under = section_of(solid_of(ring.part), 1.0)
    # The posts or the lug point down where the plate hangs; look where only the plate is.
    level = section_of(turned, high - 3.0 if seat.hangs else low + 3.0)
    for deg in seat.bolts_deg:
        x, y = 29 * math.cos(math.radians(deg)), 29 * math.sin(math.radians(deg))
        assert under.intersection(disc(7.0, x, y)).area < 0.01, "the head's pocket"
        assert level.intersection(disc(4.3, x, y)).area < 0.01, "the bolt's hole"
        assert level.intersection(disc(9.0, x, y)).area > 0.6 * disc(9.0).area, "the nut's seat"
    if key == "brio":
        front = CAMERAS[key].pupil_above_ceiling_mm - CAMERAS[key].adjust_mm - 3.0
        assert front > 6.0 + 0.8 + 4.0, "over the ring's screws with their washers"


def test_the_trays_spring_presses_without_tiring() -> None:
    spring = SpringSizes()
    assert spring.force_n == pytest.approx(3 * 2000 * (17 * 2.4**3 / 12) * 1 / 40**3)
    assert 1.0 < spring.force_n < 5.0
    assert spring.strain < 0.005


def test_a_nut_fits_its_pocket_and_does_not_turn_in_it() -> None:
    for thread in THREADS.values():
        pocket = hexagon(thread.pocket_flats_mm)
        assert pocket.contains(hexagon(thread.nut_flats_mm))
        turned = hexagon(thread.nut_flats_mm, flat_deg=30)
        assert not pocket.contains(turned)


def test_screws_are_long_enough_and_bought_lengths() -> None:
    m4 = THREADS["M4"]
    assert m4.length_for(6 + 6) == 20
    assert m4.length_for(5 + 9) == 20
    with pytest.raises(ValueError, match="no M4 screw clamps 80 mm"):
        m4.length_for(80)
    with pytest.raises(ValueError, match="quarter turns"):
        Turn(x_deg=45)


def test_the_channel_is_its_profile_all_along_and_its_diffuser_stays_in() -> None:
    sizes = ChannelSizes()
    outline, trough = profile(sizes)
    standing = Solid(solid("led_channel").manifold.rotate((0, -90, 0)))
    across = section_of(standing, 0.0)
    assert across.area == pytest.approx(outline.difference(trough).area, rel=1e-4)
    assert sizes.trough_mm + 1.0 < sizes.diffuser_width_mm < sizes.trough_mm + 2 * sizes.groove_mm
    shining = sizes.shine_mm - sizes.strip_high_mm * math.cos(math.radians(sizes.tilt_deg))
    assert outline.covers(Point(-1.0, shining - 0.1))
    assert not outline.difference(trough).covers(Point(0.0, sizes.shine_mm))


def test_files_lie_on_the_bed_and_say_how_many() -> None:
    parts = tuple(each for each in printed_parts(Sizes()) if each.name in ("handle", "foot"))
    files = part_files(parts)
    assert set(files) == {
        f"{n}.{kind}" for n in ("handle", "foot") for kind in ("3mf", "stl", "png")
    }
    body = trimesh.load_mesh(io.BytesIO(files["handle.stl"]), file_type="stl")
    assert body.bounds[0][2] == pytest.approx(0, abs=1e-5)
    assert body.bounds[1][2] == pytest.approx(20, abs=1e-4)
    with zipfile.ZipFile(io.BytesIO(files["foot.3mf"])) as archive:
        model = archive.read("3D/3dmodel.model").decode()
    assert 'unit="millimeter"' in model and "print 4; " in model
    assert files == part_files(parts)


@pytest.mark.parametrize("mdf_mm", [3.0, 6.0, 9.0, 10.0])
def test_no_screw_of_the_channel_meets_the_strip(mdf_mm: float) -> None:
    printed = next(p for p in printed_parts(Sizes(mdf_mm=mdf_mm)) if p.name == "led_channel")
    m3 = THREADS["M3"]
    level = section_of(solid("led_channel"), 10.5)
    for hole in printed.screws:
        length = m3.length_for(hole.grip_mm + mdf_mm)
        assert length - mdf_mm - m3.washer_thick_mm <= hole.grip_mm + SCREW_ROOM_MM
        assert level.covers(disc(3.0, hole.x_mm, hole.y_mm))


_HASHES = """
import hashlib
from cradles.export import stl_bytes, threemf_bytes
from tests.cradles.cabinet_parts import all_parts, solid
for name in ("handle", "switch_holder", "led_channel"):
    mesh = solid(name).mesh()
    print(hashlib.sha256(stl_bytes(mesh, name) + threemf_bytes(mesh, name)).hexdigest())
"""


def test_files_repeat_byte_for_byte_in_another_process() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _HASHES],
        cwd=ROOT,
        env={"PYTHONHASHSEED": "4711", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    here = []
    for name in ("handle", "switch_holder", "led_channel"):
        mesh = solid(name).mesh()
        here.append(hashlib.sha256(stl_bytes(mesh, name) + threemf_bytes(mesh, name)).hexdigest())
    assert done.stdout.split() == here


def test_openings_are_no_screws() -> None:
    lamp = all_parts()["lamp_holder"]
    assert len(lamp.screws) == 4
    assert [hole for hole in lamp.mount if not hole.screw] == [
        Hole(x_mm=0.0, y_mm=0.0, diameter_mm=32.0)
    ]
