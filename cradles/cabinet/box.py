"""The panels that stand still: the box, its ceiling and lid, the rails that the drawer runs in."""

from __future__ import annotations

from shapely import Polygon, box, union_all
from shapely.geometry.base import BaseGeometry

from cradles.cabinet.fasteners import M3_HOLE_MM, nut_slot
from cradles.cabinet.joints import Bore, Joint, Panel, fingers
from cradles.cabinet.sizes import Sizes

FINGER_MM = 30.0
PAD_MM = 12.0
"""Length of a pad along its rail."""
PAD_Y_MM = -150.0
"""Of the two pads in front; the third is in the middle behind."""
NUT_LAYER_HALF_MM = 84.0
"""Half the width and depth of the tray's lower layer, which holds the nuts at ±60 and ±58 mm."""
NOTCH_AIR_MM = 4.0
SLIT_SIDE_MM = 1.5
REAR_PAD_MM = 18.0
"""How far the third pad's bar lies before the tray's rear edge."""
LID_SCREWS_Y_MM = 110.0
COMPUTER_MM = (-120.0, 120.0)
"""Middle of the computer's holes on the ceiling; air leaves over it and enters behind it."""


def box_panels(sizes: Sizes) -> tuple[list[Panel], list[Joint]]:
    """Blanks and the joints between them."""
    t, w, d = sizes.mdf_mm, sizes.half_width_mm, sizes.half_depth_mm
    floor, top = sizes.floor_mm, sizes.lid_mm
    bottom = floor - t
    side = box(-d - t, bottom, d + t, top)
    for y in (-LID_SCREWS_Y_MM, LID_SCREWS_Y_MM):
        side = side.difference(nut_slot(y, top, 0.0, t))
    across = box(-w, bottom, w, top)
    flat = box(-w, -d, w, d)
    panels = [
        Panel(name="left", title="Left side", axis="x", low_mm=-w - t, high_mm=-w, area=side),
        Panel(name="right", title="Right side", axis="x", low_mm=w, high_mm=w + t, area=side),
        Panel(
            name="front",
            title="Front, with the drawer's opening",
            axis="y",
            low_mm=-d - t,
            high_mm=-d,
            area=across.difference(front_opening(sizes)),
        ),
        Panel(
            name="back",
            title="Back",
            axis="y",
            low_mm=d,
            high_mm=d + t,
            area=across.difference(_back_openings(sizes)),
        ),
        Panel(name="floor", title="Floor", axis="z", low_mm=bottom, high_mm=floor, area=flat),
        _ceiling(sizes, flat),
        _lid(sizes),
        *_rails(sizes),
        _rear_bar(sizes),
    ]
    upright = fingers(bottom, top, FINGER_MM)
    deep = fingers(-d, d, FINGER_MM)
    wide = fingers(-w, w, FINGER_MM)
    sparse_deep = deep[1::2]
    sparse_wide = tuple(span for span in wide if 50 < abs(sum(span) / 2) < 110)
    joints = [Joint(tabs=a, slots=b, along="z", spans=upright) for a in ("front", "back")
              for b in ("left", "right")]  # fmt: skip
    joints += [Joint(tabs="floor", slots=b, along="y", spans=deep) for b in ("left", "right")]
    beside_notch = tuple(
        span for span in wide if min(map(abs, span)) >= NUT_LAYER_HALF_MM + NOTCH_AIR_MM + t
    )
    joints += [
        Joint(tabs="floor", slots="front", along="x", spans=beside_notch),
        Joint(tabs="floor", slots="back", along="x", spans=wide),
    ]
    joints += [Joint(tabs="ceiling", slots=b, along="y", spans=sparse_deep)
               for b in ("left", "right")]  # fmt: skip
    joints += [Joint(tabs="ceiling", slots=b, along="x", spans=sparse_wide)
               for b in ("front", "back")]  # fmt: skip
    for rail in ("rail_left", "rail_right"):
        joints += [
            Joint(tabs=rail, slots="floor", along="y", spans=_RAIL_FEET),
            Joint(tabs=rail, slots="front", along="z", spans=(rail_tab(sizes),)),
            Joint(tabs=rail, slots="back", along="z", spans=(rail_tab(sizes),)),
        ]
    joints.append(Joint(tabs="rear_bar", slots="floor", along="x", spans=_BAR_FEET))
    return panels, joints


_RAIL_FEET = ((-130.0, -100.0), (-15.0, 15.0), (100.0, 130.0))
_BAR_FEET = ((-135.0, -105.0), (-15.0, 15.0), (105.0, 135.0))


def rail_tab(sizes: Sizes) -> tuple[float, float]:
    """Of a rail's upper jaw in front and back."""
    return sizes.rail_top_mm - 12.0, sizes.rail_top_mm - 2.0


def front_opening(sizes: Sizes) -> BaseGeometry:
    """For cradle and hand, the slit that the tray fits through, the notch for its lower layer."""
    t = sizes.mdf_mm
    low = -t - sizes.pad_mm - 1.0
    high = sizes.tray_air_mm + 1.0
    slit = sizes.tray_half_mm + SLIT_SIDE_MM
    notch = NUT_LAYER_HALF_MM + NOTCH_AIR_MM
    opening = sizes.opening_half_mm
    return union_all(
        [
            box(-opening, high, opening, sizes.tallest_mm),
            box(-slit, low, slit, high),
            box(-notch, -2 * t - 1.5, notch, low),
        ]
    )


def _rails(sizes: Sizes) -> list[Panel]:
    """Each with a slot that the tray's edge runs in, open in front, a pad on its lower jaw."""
    t, d = sizes.mdf_mm, sizes.half_depth_mm
    under = -t - sizes.pad_mm
    slot = box(-d - 1, under, sizes.tray_rear_mm + 6.0, sizes.tray_air_mm)
    pad = _pad(PAD_Y_MM, under, sizes.pad_mm)
    area = box(-d, sizes.floor_mm, d, sizes.rail_top_mm).difference(slot).union(pad)
    r = sizes.rail_mm
    return [
        Panel(name="rail_left", title="Left rail", axis="x", low_mm=-r - t, high_mm=-r, area=area),
        Panel(name="rail_right", title="Right rail", axis="x", low_mm=r, high_mm=r + t, area=area),
    ]


def _rear_bar(sizes: Sizes) -> Panel:
    """Between the rails, with the third pad."""
    t, r = sizes.mdf_mm, sizes.rail_mm
    under = -t - sizes.pad_mm
    high = sizes.tray_rear_mm - REAR_PAD_MM
    return Panel(
        name="rear_bar",
        title="Bar with the third pad",
        axis="y",
        low_mm=high - t,
        high_mm=high,
        area=box(-r, sizes.floor_mm, r, under).union(_pad(0.0, under, sizes.pad_mm)),
    )


def _pad(middle_mm: float, base_mm: float, tall_mm: float) -> Polygon:
    """With slopes that the tray's edge climbs."""
    h = PAD_MM / 2
    return Polygon(
        [
            (middle_mm - h - 6, base_mm),
            (middle_mm + h + 6, base_mm),
            (middle_mm + h, base_mm + tall_mm),
            (middle_mm - h, base_mm + tall_mm),
        ]
    )


def _ceiling(sizes: Sizes, flat: BaseGeometry) -> Panel:
    t, w, d = sizes.mdf_mm, sizes.half_width_mm, sizes.half_depth_mm
    bores = [
        Bore(u_mm=0.0, v_mm=0.0, diameter_mm=sizes.camera_hole_mm, use="lens, hole of camera_mount")
    ]
    for x in (-w + 28.0, w - 28.0):
        bores.append(Bore(u_mm=x, v_mm=d - 46.0, diameter_mm=16.0, use="cables of the switches"))
        bores.append(Bore(u_mm=x, v_mm=46.0 - d, diameter_mm=10.0, use="cable of the strip"))
    return Panel(
        name="ceiling",
        title="Ceiling, seen from above",
        axis="z",
        low_mm=sizes.ceiling_mm,
        high_mm=sizes.ceiling_mm + t,
        area=flat,
        bores=tuple(bores),
    )


def _lid(sizes: Sizes) -> Panel:
    """Screwed on from above; warm air leaves through its slots. It overhangs at both sides, so
    that there is wood beside its holes."""
    t, w, d = sizes.mdf_mm, sizes.half_width_mm, sizes.half_depth_mm
    half = w + 2.5 * t + M3_HOLE_MM / 2
    area = box(-half, -d - t, half, d + t)
    pitch = 4.0 + 2 * t
    count = int(90.0 // pitch)
    for i in range(count):
        x = COMPUTER_MM[0] + (i - (count - 1) / 2) * pitch
        area = area.difference(box(x - 2.0, 95.0, x + 2.0, 155.0))
    bores = tuple(
        Bore(u_mm=x, v_mm=y, diameter_mm=M3_HOLE_MM, use="M3 into the side")
        for x in (-w - t / 2, w + t / 2)
        for y in (-LID_SCREWS_Y_MM, LID_SCREWS_Y_MM)
    )
    return Panel(
        name="lid",
        title="Lid",
        axis="z",
        low_mm=sizes.lid_mm,
        high_mm=sizes.lid_mm + t,
        area=area,
        bores=bores,
    )


def _back_openings(sizes: Sizes) -> BaseGeometry:
    """Slots for fresh air behind the computer."""
    t, base = sizes.mdf_mm, sizes.ceiling_top_mm
    pitch = 4.0 + 2 * t
    count = int(120.0 // pitch)
    low = base + 2 * t + 0.2
    middles = [COMPUTER_MM[0] + (i - (count - 1) / 2) * pitch for i in range(count)]
    return union_all([box(x - 2.0, low, x + 2.0, base + 42.0) for x in middles])
