"""What the camera's figures are held against, each with the reason for its number."""

from __future__ import annotations

from appliance.board.layout import VIEW_MM
from appliance.commission.camera_lens import LensFound
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
