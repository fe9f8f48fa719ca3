"""Where the board and the marks lie in its cradle: plain arithmetic on the outline's box, so that
the cradle's builder, the sheet of labels and the recipe's windows can't disagree.

The cradle's frame: millimetres, the origin in the middle of the cradle, x to the right and y up in
the camera's picture (towards the back of the cabinet), z up from the cradle's foot. The board lies
with the middle of its outline's box on the origin. All marks lie in the plane of the board's upper
surface, so that one homography serves both.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from appliance.board.ring import cos_sin
from appliance.board.values import BoardFile, Component, Side

DICTIONARY = "DICT_4X4_50"
"""OpenCV's name of the ArUco dictionary: 4×4 bits and a border of one, six modules a side."""
CORNER_IDS = (10, 11, 12, 13)
"""Marker at the upper left, upper right, lower right, lower left, as the camera sees them."""
CODE_PREFIX = "GBC1:"
"""What the text of a cradle's DataMatrix begins with; the identity follows."""

MARKER_MM = 12.0
LABEL_MM = 16.0
"""A marker with its white rim of one module each side."""
CODE_MM = 14.0
CODE_LABEL_MM = 18.0
GREY_MM = 12.0
SCALE_MM = (80.0, 6.0)
"""The millimetre scale, along x, on the back margin."""
LABEL_GAP_MM = 2.0
"""Plastic between a label's pocket and the edge of the cradle or the board's pocket."""
SIDE_MARGIN_MM = CODE_LABEL_MM + 2 * LABEL_GAP_MM
FRONT_MARGIN_MM = SCALE_MM[1] + 2 * LABEL_GAP_MM
LEAST_MM = (180.0, 150.0)
"""Smallest cradle: it has to reach the six nuts of the cabinet's tray."""
VIEW_MM = (300.0, 168.75)
"""What the cabinet's camera sees in the plane of the marks: 3840×2160 px at 12.8 px/mm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A rectangle in the cradle's frame by its middle, mm."""

    x_mm: float
    y_mm: float
    width_mm: float
    height_mm: float

    @property
    def corners(self) -> tuple[tuple[float, float], ...]:
        """Upper left, upper right, lower right, lower left, as the camera sees them."""
        x, y, w, h = self.x_mm, self.y_mm, self.width_mm / 2, self.height_mm / 2
        return ((x - w, y + h), (x + w, y + h), (x + w, y - h), (x - w, y - h))


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The cradle from above."""

    identity: str
    """Of this cradle: the board's name and six digits of what it was made from."""
    turn_deg: int
    """How the board lies: counterclockwise from its drawing, after a board whose lower side is
    looked at was mirrored."""
    mirrored: bool
    middle_mm: tuple[float, float]
    """Of the outline's box in the board's own (mirrored where so) coordinates; lies on the
    origin."""
    pocket_mm: tuple[float, float]
    """Box of the pocket along x and y, clearance included."""
    outer_mm: tuple[float, float]
    markers: tuple[Spot, Spot, Spot, Spot]
    """The black squares, in the order of `CORNER_IDS`."""
    code: Spot
    grey: Spot
    scale: Spot

    @property
    def code_text(self) -> str:
        return CODE_PREFIX + self.identity

    def to_cradle(self, x_mm: float, y_mm: float) -> tuple[float, float]:
        """A point of the board's drawing in the cradle's frame."""
        if self.mirrored:
            x_mm = -x_mm
        x_mm, y_mm = x_mm - self.middle_mm[0], y_mm - self.middle_mm[1]
        c, s = cos_sin(self.turn_deg)
        return c * x_mm - s * y_mm, s * x_mm + c * y_mm


def layout_of(board: BoardFile) -> Layout:
    """The layout that follows from the board alone."""
    xmin, ymin, xmax, ymax = board.bounds
    mirrored = board.face is Side.BOTTOM
    middle = ((xmin + xmax) / 2 * (-1 if mirrored else 1), (ymin + ymax) / 2)
    width, height = board.size_mm
    turn = board.cradle.lies_turned_deg
    if turn is None:
        turn = 90 if height > width else 0
    if turn % 180 == 90:
        width, height = height, width
    air = 2 * board.cradle.clearance_mm
    pocket = (width + air, height + air)
    outer = (
        max(pocket[0] + 2 * SIDE_MARGIN_MM, LEAST_MM[0]),
        max(pocket[1] + 2 * FRONT_MARGIN_MM, LEAST_MM[1]),
    )
    label = LABEL_GAP_MM + LABEL_MM / 2
    x, y = outer[0] / 2 - label, outer[1] / 2 - label
    code_x = outer[0] / 2 - LABEL_GAP_MM - CODE_LABEL_MM / 2
    scale_y = outer[1] / 2 - LABEL_GAP_MM - SCALE_MM[1] / 2
    return Layout(
        identity=identity_of(board),
        turn_deg=turn,
        mirrored=mirrored,
        middle_mm=middle,
        pocket_mm=pocket,
        outer_mm=outer,
        markers=(_square(-x, y), _square(x, y), _square(x, -y), _square(-x, -y)),
        code=Spot(x_mm=-code_x, y_mm=0.0, width_mm=CODE_MM, height_mm=CODE_MM),
        grey=Spot(x_mm=code_x, y_mm=0.0, width_mm=GREY_MM, height_mm=GREY_MM),
        scale=Spot(x_mm=0.0, y_mm=scale_y, width_mm=SCALE_MM[0], height_mm=SCALE_MM[1]),
    )


def identity_of(board: BoardFile) -> str:
    """At most 22 characters of a-z, 0-9 and -: a slug of name and revision, and six hexadecimal
    digits of both, of the bare board and of how the cradle holds it, so that two editions are
    never taken for one. Parts are not among it: a printed cradle stays good when only the recipe
    changes."""
    words = re.sub(r"[^a-z0-9]+", "-", f"{board.name}-{board.revision}".lower()).strip("-")
    wishes = board.cradle
    numbers = [
        (board.thickness_mm, wishes.clearance_mm, wishes.tolerance_mm),
        *(vertex for ring in (board.outline, *board.cutouts) for vertex in ((), *ring)),
        *((hole.x_mm, hole.y_mm, hole.diameter_mm, hole.tooling) for hole in board.holes),
        *((p.x_mm, p.y_mm, p.width_mm, p.height_mm, p.deep_mm) for p in board.protrusions),
    ]
    rounded = [[f"{value:.4f}" for value in row] for row in numbers]
    shaping = repr(
        (
            board.name,
            board.revision,
            board.face.value,
            wishes.location,
            wishes.lies_turned_deg,
            rounded,
        )
    )
    digest = hashlib.sha256(shaping.encode()).hexdigest()
    return f"{words[:15].strip('-') or 'board'}-{digest[:6]}"


def component_corners(
    board: BoardFile, layout: Layout, component: Component, *, margin_mm: float = 0.0
) -> tuple[tuple[float, float], ...]:
    """The four corners of a part's body, grown by `margin_mm`, in the cradle's frame."""
    c, s = cos_sin(component.turn_deg)
    w, h = component.width_mm / 2 + margin_mm, component.height_mm / 2 + margin_mm
    return tuple(
        layout.to_cradle(component.x_mm + c * x - s * y, component.y_mm + s * x + c * y)
        for x, y in ((-w, -h), (w, -h), (w, h), (-w, h))
    )


def _square(x_mm: float, y_mm: float) -> Spot:
    return Spot(x_mm=x_mm, y_mm=y_mm, width_mm=MARKER_MM, height_mm=MARKER_MM)
