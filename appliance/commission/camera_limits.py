"""What the camera's figures are held against, each with the reason for its number."""

from __future__ import annotations

from appliance.board.layout import VIEW_MM
from appliance.commission.camera_focus import Sharpness
from appliance.commission.camera_lens import LensFound
from appliance.commission.camera_light import TARGET, Evenness, GreySeen
from appliance.commission.limits import Limit
from appliance.commission.values import Figure

EXIT_BEYOND = 1

LENS_RMS = Limit(
    name="corners' distance from the lens model",
    value=0.3,
    unit="px RMS",
    at_most=True,
    why="Pictures as sharp as the focus limit give 0.06 px. Paper that waves by 0.1 mm under a "
    "tilted look shows 0.4 px at 12.8 px/mm.",
)
CORNER_ERROR = Limit(
    name="error of the bend at the picture's corner",
    value=0.3,
    unit="px",
    at_most=True,
    why="A mark's place is told to 0.05 px; three tenths at the farthest place are 0.02 mm.",
)
SCALE_ERROR = Limit(
    name="error of the scale",
    value=0.05,
    unit="%",
    at_most=True,
    why="0.1 mm over a board of 200 mm: a part's window has that to spare.",
)
COVERAGE = Limit(
    name="picture covered by the sheet's corners",
    value=90.0,
    unit="%",
    at_most=False,
    why="Where no corner was seen the lens is only continued.",
)
RIM_COVERAGE = Limit(
    name="picture's rim covered",
    value=85.0,
    unit="%",
    at_most=False,
    why="The bend is strongest there.",
)
TILT = Limit(
    name="camera's tilt over the board",
    value=1.0,
    unit="°",
    at_most=True,
    why="1° makes the scale differ by 2 % between the two ends of the picture's width.",
)
PLAN = Limit(
    name="scale against the cabinet's plan",
    value=2.5,
    unit="%",
    at_most=True,
    why="The camera's mount moves by 6 mm of 231 up and down and is set so that a cradle fills "
    "the picture. A sheet printed at 97 % shows here, too, if nobody measured its lines.",
)


SHARP = Limit(
    name="sharpness in the middle",
    value=0.15,
    unit="cycles/px",
    at_most=False,
    why="MTF50. Pins 0.5 mm apart are 2 lines a mm, 0.156 cycles a pixel at 12.8 px/mm: half of "
    "their contrast is left.",
)
SHARP_CORNER = Limit(
    name="sharpness in the worst corner",
    value=0.10,
    unit="cycles/px",
    at_most=False,
    why="Lenses are softer there; pins 0.8 mm apart are 0.098 cycles a pixel.",
)
FOCUS_TILT = Limit(
    name="worst corner over best corner",
    value=0.6,
    unit="",
    at_most=False,
    why="Below it one side lies out of focus: the camera looks askew, or the sheet bends.",
)
WHITE = Limit(
    name="paper's distance from its level",
    value=6.0,
    unit="of 255",
    at_most=True,
    why="3 % of the level; a round of setting comes within 1 unless the light flickers.",
)
CAST = Limit(
    name="colour left in the grey",
    value=3.0,
    unit="% of light",
    at_most=True,
    why="A recipe's grey patch is held to a few levels of 255; 3 % of light are 2 levels.",
)
CLIPPED = Limit(
    name="picture clipped",
    value=0.2,
    unit="%",
    at_most=True,
    why="Paper is the brightest thing that does not mirror: nothing of it may be at the end.",
)
EXPOSURE = Limit(
    name="exposure",
    value=40.0,
    unit="ms",
    at_most=True,
    why="Longer ones cost the two seconds from insert to lamp and show a hand's shake of the "
    "table; a strip as drawn needs about 8 ms.",
)
DRIFT = Limit(
    name="paper's change from picture to picture",
    value=3.0,
    unit="of 255",
    at_most=True,
    why="With all settings locked only the light can change: a flickering strip or a window.",
)
DARKEST = Limit(
    name="darkest place over brightest",
    value=0.5,
    unit="of the light",
    at_most=False,
    why="Half the light is 0.73 of the level: a pad's silver is still told from its solder.",
)
SIDES = Limit(
    name="darker side over brighter side",
    value=0.75,
    unit="of the light",
    at_most=False,
    why="A lens darkens all corners alike; a difference of two sides is the strip's.",
)


def focus_figures(found: Sharpness) -> tuple[Figure, ...]:
    where, worst = found.worst_corner
    return (
        SHARP.figure(found.middle),
        SHARP_CORNER.figure(worst, name=f"{SHARP_CORNER.name}, {where}"),
        FOCUS_TILT.figure(found.tilt),
    )


def grey_figures(seen: GreySeen, again: GreySeen, exposure_us: int) -> tuple[Figure, ...]:
    return (
        WHITE.figure(abs(again.white - TARGET)),
        CAST.figure(100 * again.cast),
        CLIPPED.figure(100 * again.clipped),
        DRIFT.figure(abs(again.white - seen.white)),
        EXPOSURE.figure(exposure_us / 1000),
    )


def evenness_figures(found: Evenness) -> tuple[Figure, ...]:
    return (
        SIDES.figure(found.sides, name=f"{SIDES.name}, {found.dark_side} darker"),
        DARKEST.figure(found.darkest, name=f"{DARKEST.name}, at the {found.where}"),
        Figure(name="corners over middle", value=round(found.vignette, 3), unit="of the light"),
    )


def lens_figures(found: LensFound) -> tuple[Figure, ...]:
    across_mm = found.mm_per_px * found.lens.width_px
    return (
        Figure(name="scale", value=round(found.mm_per_px, 6), unit="mm/px"),
        SCALE_ERROR.figure(100 * found.mm_per_px_error / found.mm_per_px),
        PLAN.figure(100 * abs(across_mm / VIEW_MM[0] - 1)),
        Figure(name="width that the picture shows", value=round(found.field_mm[0], 1), unit="mm"),
        TILT.figure(found.tilt_deg),
        LENS_RMS.figure(found.rms_px),
        Figure(
            name="bend at the picture's corner", value=round(found.corner_bend_px, 2), unit="px"
        ),
        CORNER_ERROR.figure(found.corner_error_px),
        COVERAGE.figure(100 * found.coverage),
        RIM_COVERAGE.figure(100 * found.edge_coverage),
    )
