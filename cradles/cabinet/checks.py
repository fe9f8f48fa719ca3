"""Is the cabinet what was meant? Each check with its figure and its limit."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from shapely.geometry.base import BaseGeometry

from cradles.cabinet.bodies import Body, box_solid, gap_mm, hull_of, overlap_mm3, swept
from cradles.cabinet.bought import largest_cradle
from cradles.cabinet.joints import Panel
from cradles.cabinet.laser import Fit, fit_of, left_of, path_of
from cradles.cabinet.light import evenness, mirror_margin_mm, shining_edge_mm, tilt_borne_deg
from cradles.cabinet.model import Cabinet
from cradles.cabinet.sheets import nested
from cradles.cabinet.sizes import SHEETS_MM, CabinetError
from cradles.checks import Check

TOUCH_MM3 = 0.01
"""Of two bodies that only touch; numbers are rounded to a tenth of a micrometre."""
FIT_MM = 0.02
"""How far a tab's air may be from the one that was asked for."""
LEAST_EVENNESS = 0.75
WALL_MM, OF_ONE_PART_MM = 12.0, 5.0
"""Wood beside a hole is two thicknesses, or this where the board is thicker; between the holes of
one printed part, whose plate bridges them, one thickness, or that."""
ROUND_MM = 0.05
"""What a joint's air takes from a wall."""


def check(cabinet: Cabinet, *, cut: Callable[[Panel, float], Panel] = path_of) -> tuple[Check, ...]:
    """`cut` makes the laser's path of a panel; a test gives a wrong one."""
    return (
        *check_panels(cabinet, cut),
        *check_bodies(cabinet),
        *check_rooms(cabinet),
        *check_contacts(cabinet),
        *check_drawer(cabinet),
        *check_view(cabinet),
    )


def check_panels(cabinet: Cabinet, cut: Callable[[Panel, float], Panel]) -> Iterator[Check]:
    """Joints after cutting, wood beside holes, the lasers' beds."""
    sizes = cabinet.sizes
    wood = {
        name: left_of(cut(panel, sizes.kerf_mm), sizes.kerf_mm)
        for name, panel in cabinet.panels.items()
    }
    fits = [fit_of(joint, wood) for joint in cabinet.joints]
    yield _joints(fits, sizes.joint_air_mm)
    pieces = {n: len(getattr(p.pierced, "geoms", [p])) for n, p in cabinet.panels.items()}
    broken = [name for name, count in pieces.items() if count != 1]
    yield _check("each panel is one piece", broken or "yes", "yes", not broken)
    thin = list(thin_walls(cabinet.panels, sizes.mdf_mm))
    yield _check(
        "wood beside holes",
        "; ".join(thin) or "enough",
        f"{min(2 * sizes.mdf_mm, WALL_MM):g} mm; {min(sizes.mdf_mm, OF_ONE_PART_MM):g} mm between "
        "the holes of one printed part",
        not thin,
    )
    try:
        sheets = nested(cabinet.panels, sizes.kerf_mm, SHEETS_MM)
        counts = Counter(sheet.size_mm for sheet in sheets)
        found = ", ".join(f"{n} of {w:g} × {d:g} mm" for (w, d), n in sorted(counts.items()))
        yield _check("sheets", found, "at most 600 × 400 mm each", True)
    except CabinetError as error:
        yield _check("sheets", error.found, "at most 600 × 400 mm each", False)


def _joints(fits: list[Fit], air_mm: float) -> Check:
    least = min(fit.least_air_mm for fit in fits)
    most = max(fit.most_air_mm for fit in fits)
    overlap = sum(fit.overlap_mm2 for fit in fits)
    paired = all(fit.tabs == fit.slots for fit in fits)
    right = paired and overlap < 1e-3 and abs(least - air_mm) < FIT_MM > abs(most - air_mm)
    tabs = sum(fit.tabs for fit in fits)
    return _check(
        "tabs in their slots, after cutting",
        f"{tabs} tabs, air {least:.3f} to {most:.3f} mm, overlap {overlap:.3f} mm²",
        f"a slot for each tab, air {air_mm:g} ± {FIT_MM:g} mm, no overlap",
        right,
    )


def thin_walls(panels: Mapping[str, Panel], mdf_mm: float) -> Iterator[str]:
    """Where too little wood is left between holes, or between a hole and the edge."""
    for name, panel in panels.items():
        owner = {(round(b.u_mm, 2), round(b.v_mm, 2)): b.use.split(" of ")[-1] for b in panel.bores}
        wood = panel.pierced
        rings = [wood.exterior, *wood.interiors]
        for a, b in itertools.combinations(rings, 2):
            one = _owner(a, owner)
            same = one is not None and one == _owner(b, owner)
            least = min(mdf_mm, OF_ONE_PART_MM) if same else min(2 * mdf_mm, WALL_MM)
            wide = float(a.distance(b))
            if wide < least - ROUND_MM - 1e-6:
                x, y = b.centroid.coords[0]
                yield f"{name} at ({x:.0f}, {y:.0f}): {wide:.1f} mm"


def _owner(ring: BaseGeometry, owner: Mapping[tuple[float, float], str]) -> str | None:
    x, y = ring.centroid.coords[0]
    return owner.get((round(x, 2), round(y, 2)))


def check_bodies(cabinet: Cabinet) -> Iterator[Check]:
    """Nothing stands in anything else; each body is closed and one."""
    split = [body.name for body in cabinet.bodies if body.solid.bodies != 1]
    yield _check("each body is one", split or "yes", "yes", not split)
    hits = list(collisions(cabinet.bodies))
    yield _check(f"{len(cabinet.bodies)} bodies apart, drawer shut", hits or "yes", "yes", not hits)


PRESSED = {"tray", "tray_spring"}
"""The spring is drawn as it was printed: its nose stands in the tray's place, by which it presses.
"""
PRESS_MM = 1.0


def collisions(bodies: tuple[Body, ...]) -> Iterator[str]:
    for a, b in itertools.combinations(bodies, 2):
        if {a.name, b.name} == PRESSED:
            b = _pressed(b) if b.name == "tray_spring" else b
            a = _pressed(a) if a.name == "tray_spring" else a
        shared = overlap_mm3(a.solid, b.solid)
        if shared > TOUCH_MM3:
            yield f"{a.name} in {b.name} ({shared:.1f} mm³)"


def _pressed(spring: Body) -> Body:
    return replace(spring, solid=spring.solid.moved(PRESS_MM, 0.0, 0.0))


def _at_work(body: Body) -> Body:
    return _pressed(body) if body.name == "tray_spring" else body


def check_contacts(cabinet: Cabinet) -> Iterator[Check]:
    """What holds the drawer in its place reaches it, and no further."""
    tray = cabinet.body("tray").solid
    guides = [b for b in cabinet.bodies if b.stem == "tray_guide"]
    gaps = [gap_mm(tray, guide.solid, 20.0) for guide in guides]
    yield _check(
        "guides touch the tray",
        ", ".join(f"{gap:.3f} mm" for gap in gaps),
        "2, at 0 mm",
        len(gaps) == 2 and max(gaps) < 0.01,
    )
    spring = cabinet.body("tray_spring")
    free, pressed = overlap_mm3(tray, spring.solid), overlap_mm3(tray, _pressed(spring).solid)
    yield _check(
        f"the spring is pressed in by {PRESS_MM:g} mm",
        f"nose in the tray's place by {free:.1f} mm³, pressed by {pressed:.2f} mm³",
        "more than 0, 0",
        free > 1.0 and pressed < TOUCH_MM3,
    )
    (_, _, low), (_, rear, high) = tray.bounds
    misses = [
        each.name
        for each in cabinet.printed
        for x, y, z in [each.frame.point(0.0, 0.0, cabinet.sizes.behind_tray_mm)]
        if each.part.name in ("switch_holder", "end_stop")
        and not (abs(y - rear) < 1e-6 and low < z < high and abs(x) < cabinet.sizes.tray_half_mm)
    ]
    yield _check("switches and stop meet the tray's rear", misses or "3", "3", not misses)


def check_rooms(cabinet: Cabinet) -> Iterator[Check]:
    """The room that a printed part asks for, with what it carries, is free of all others."""
    hits = []
    for each in cabinet.printed:
        low, high = each.part.envelope_mm
        room = each.frame.placed(box_solid((*low, *high)))
        mine = {each.name, each.panel, each.part.rides_on, *_MEETS.get(each.part.name, ())}
        hits += [
            f"{body.name} in the room of {each.name}"
            for body in cabinet.bodies
            if not {body.name, body.stem} & mine and overlap_mm3(room, body.solid) > TOUCH_MM3
        ]
    yield _check("room of each printed part", hits or "free", "free", not hits)


_MEETS = {
    "switch_holder": ("tray",),
    "end_stop": ("tray",),
    "tray_spring": ("tray",),
    "camera_mount": ("camera_plate",),
    "camera_plate": ("ceiling",),
    "led_channel": ("led_channel",),
    "computer_plate": ("computer",),
    "driver_plate": ("driver_board",),
    "terminal_plate": ("terminals",),
}
"""What reaches into a part's room because it is meant to."""


def check_drawer(cabinet: Cabinet) -> Iterator[Check]:
    """Its way out is free with the largest cradle, it ends at the stops, it lies on three pads."""
    sizes = cabinet.sizes
    moving = [body for body in cabinet.bodies if body.moves]
    still = [body for body in cabinet.bodies if not body.moves]
    hits = []
    for body in (*moving, largest_cradle(sizes)):
        way = swept(body, sizes.travel_mm)
        hits += [
            f"{body.name} meets {other.name}"
            for other in still
            if overlap_mm3(way, _at_work(other).solid) > TOUCH_MM3
        ]
    yield _check(f"way of the drawer, {sizes.travel_mm:.0f} mm", hits or "free", "free", not hits)
    front = cabinet.body("front").solid
    held = [
        body.name
        for body in moving
        if body.stem == "stop"
        and overlap_mm3(body.solid.moved(0.0, -sizes.travel_mm - 1.0, 0.0), front) > TOUCH_MM3
    ]
    yield _check("stops that end it there", len(held), "2", len(held) == 2)
    pads = [cabinet.body(name).solid for name in ("rail_left", "rail_right", "rear_bar")]
    tray = cabinet.body("tray").solid
    under = [overlap_mm3(tray.moved(0.0, 0.0, -0.1), pad) for pad in pads]
    others = [
        body.name
        for body in still
        if body.name not in ("rail_left", "rail_right", "rear_bar")
        and overlap_mm3(tray.moved(0.0, 0.0, -0.1), _at_work(body).solid) > TOUCH_MM3
    ]
    touching = sum(v > TOUCH_MM3 for v in under)
    yield _check(
        "the tray lies on three pads alone",
        f"{touching} pads" + (f" and {', '.join(others)}" if others else ""),
        "3 pads",
        touching == 3 and not others,
    )


def check_view(cabinet: Cabinet) -> Iterator[Check]:
    """The camera sees the view and nothing else; the strips light it evenly and unseen."""
    sizes = cabinet.sizes
    w, d, f = sizes.view_mm[0] / 2, sizes.view_mm[1] / 2, sizes.face_mm
    corners = [(sx * w, sy * d, f) for sx in (-1, 1) for sy in (-1, 1)]
    cone = hull_of([*corners, (0.0, 0.0, sizes.pupil_mm)])
    seen = [b.name for b in cabinet.bodies if overlap_mm3(cone, b.solid) > TOUCH_MM3]
    yield _check("in the camera's view", seen or "nothing", "nothing", not seen)
    y, z = shining_edge_mm(sizes)
    outer, low = 2 * sizes.strip_mm[0] - y, 2 * sizes.strip_mm[1] - z
    half = sizes.strip_length_mm / 2
    shaded = set()
    for side in (-1, 1):
        bar = [(x, side * v, h) for x in (-half, half) for v, h in ((y, z), (outer, low))]
        way = hull_of([*corners, *bar])
        shaded |= {
            body.name
            for body in cabinet.bodies
            if body.stem != "led_channel" and overlap_mm3(way, body.solid) > TOUCH_MM3
        }
    yield _check("between strips and view", sorted(shaded) or "nothing", "nothing", not shaded)
    even = evenness(sizes)
    yield _check(
        "direct light, darkest over brightest point of the view",
        f"{even:.3f}",
        f"{LEAST_EVENNESS:g}",
        even >= LEAST_EVENNESS,
    )
    margin = mirror_margin_mm(sizes)
    yield _check(
        "a flat board mirrors no strip; it would beyond its edge by",
        f"{margin:.1f} mm, with the board tilted up to {tilt_borne_deg(sizes):.2f}°",
        "more than 0 mm",
        margin > 0,
    )


def _check(name: str, found: object, limit: str, passed: bool) -> Check:
    words = ", ".join(map(str, found)) if isinstance(found, list) else str(found)
    return Check(name=name, found=words, limit=limit, passed=passed)
