"""The panels that move: the tray with the six nuts, its lower layer, the drawer's front."""

from __future__ import annotations

from shapely import Polygon, box

from cradles.cabinet.box import NUT_LAYER_HALF_MM
from cradles.cabinet.fasteners import M3_HOLE_MM, M4_NUT_MM, hexagon, nut_slot
from cradles.cabinet.joints import Bore, Joint, Panel
from cradles.cabinet.sizes import NUTS, Sizes
from cradles.dimensions import Dimensions

OVERLAP_MM = 14.0
"""How far the drawer's front covers the opening's edges: no room light past it."""
GUSSET_MM = (45.0, 48.0)
"""Along the tray, and up."""
STOP_X_MM = 115.0
"""Of the two screws through nuts that are glued onto the tray: their tips, below it, meet the front
where the drawer's way ends. Turned up through the opening, they let the drawer out."""
STOP_SHAFT_MM = 4.0
SCREWS_X_MM = 100.0


def drawer_panels(sizes: Sizes) -> tuple[list[Panel], list[Joint]]:
    t = sizes.mdf_mm
    front, half = sizes.drawer_mm, sizes.tray_half_mm
    tray = box(-half, front, half, sizes.tray_rear_mm)
    for x in (-SCREWS_X_MM, SCREWS_X_MM):
        tray = tray.difference(nut_slot(x, front, 180.0, t))
    low = sizes.floor_mm - t + 2.0
    hole = Dimensions().screw_hole_mm
    wide = half + OVERLAP_MM
    panels = [
        Panel(
            name="tray",
            title="Tray",
            axis="z",
            low_mm=-t,
            high_mm=0.0,
            area=tray,
            bores=(
                *(Bore(u_mm=x, v_mm=y, diameter_mm=hole, use="M4 of a cradle") for x, y in NUTS),
                *(
                    Bore(u_mm=x, v_mm=stop_y_mm(sizes), diameter_mm=hole, use="M4, drawer's stop")
                    for x in (-STOP_X_MM, STOP_X_MM)
                ),
            ),
            moves=True,
        ),
        Panel(
            name="nut_layer",
            title="Lower layer of the tray, with the nuts",
            axis="z",
            low_mm=-2 * t,
            high_mm=-t,
            area=_nut_layer(),
            moves=True,
        ),
        Panel(
            name="drawer_front",
            title="Front of the drawer",
            axis="y",
            low_mm=front - t,
            high_mm=front,
            area=box(-wide, low, wide, sizes.tallest_mm + OVERLAP_MM),
            bores=tuple(
                Bore(u_mm=x, v_mm=-t / 2, diameter_mm=M3_HOLE_MM, use="M3 into the tray")
                for x in (-SCREWS_X_MM, SCREWS_X_MM)
            ),
            moves=True,
        ),
        *_gussets(sizes),
    ]
    joints = [
        Joint(
            tabs="tray",
            slots="drawer_front",
            along="x",
            spans=((-150.0, -125.0), (-50.0, -20.0), (20.0, 50.0), (125.0, 150.0)),
        )
    ]
    for name in ("gusset_left", "gusset_right"):
        joints += [
            Joint(tabs=name, slots="tray", along="y", spans=((front + 21.0, front + 39.0),)),
            Joint(tabs=name, slots="drawer_front", along="z", spans=((20.5, 38.0),)),
        ]
    return panels, joints


def stop_y_mm(sizes: Sizes) -> float:
    """Of the stops with the drawer shut; with it out, their tips meet the front's inner face."""
    return -sizes.half_depth_mm + sizes.travel_mm + STOP_SHAFT_MM / 2


def _nut_layer() -> Polygon:
    """Glued under the tray; a cradle's screws pull its nuts against the tray."""
    half = NUT_LAYER_HALF_MM
    body = box(-half, -half, half, half)
    for x, y in NUTS:
        body = body.difference(hexagon(x, y, M4_NUT_MM))
    assert isinstance(body, Polygon)
    return body


def _gussets(sizes: Sizes) -> list[Panel]:
    """Triangles that keep the drawer's front upright when it is pulled by its handle."""
    t, front = sizes.mdf_mm, sizes.drawer_mm
    deep, tall = GUSSET_MM
    area = Polygon(
        [(front, 0.0), (front + deep, 0.0), (front + deep, 6.0), (front + 6.0, tall), (front, tall)]
    )
    outer = sizes.opening_half_mm - 8.0
    return [
        Panel(
            name="gusset_left", title="Left gusset", axis="x", low_mm=-outer, high_mm=t - outer,
            area=area, moves=True,
        ),
        Panel(
            name="gusset_right", title="Right gusset", axis="x", low_mm=outer - t, high_mm=outer,
            area=area, moves=True,
        ),
    ]  # fmt: skip
