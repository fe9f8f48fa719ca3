"""board.toml: what is known of a bare board and its parts, in millimetres.

The one source for the cradle's pocket and for the recipe's windows. Coordinates are those of the
design file, seen from above its top side, x to the right and y up, from whatever origin it has.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum

from appliance.board.errors import BoardError
from appliance.board.ring import Bounds, Ring, area_mm2, bounds
from appliance.terms import Polarity

FORMAT = 1
MOST_MM = 2000.0
"""A coordinate beyond this is a wrong unit, not a board."""

MOST_BULGE = 1e4
"""Of an arc that lacks less than a thousandth of a degree to a whole circle."""


class Side(StrEnum):
    TOP = "top"
    BOTTOM = "bottom"


class Location(StrEnum):
    """How the cradle holds the board in place."""

    EDGES = "edges"
    """3-2-1: three pads below, two stops on a long side, one on a short side, springs opposite."""
    PINS = "pins"
    """Two tooling holes: a round pin and one that gives way along the line between them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """One part as it is placed. Sizes are along its own axes, before it is turned."""

    designator: str
    part_type: str = ""
    """Value and footprint, as far as known: parts of one type look alike."""
    x_mm: float
    y_mm: float
    """Middle of the body."""
    width_mm: float
    height_mm: float
    turn_deg: float = 0.0
    """Counterclockwise, seen from above the top side."""
    side: Side = Side.TOP
    tall_mm: float = 0.0
    """How far it stands above the board's surface on its side; 0 where unknown."""
    polarity: Polarity = Polarity.FIXED
    inspected: bool = True

    def __post_init__(self) -> None:
        if not self.designator:
            raise ValueError("a component has no designator")
        if not (0 < self.width_mm <= MOST_MM and 0 < self.height_mm <= MOST_MM):
            raise ValueError(
                f"{self.designator}: a size above 0, not {self.width_mm:g}×{self.height_mm:g} mm"
            )
        _check_place(self.designator, self.x_mm, self.y_mm)
        if not 0 <= self.tall_mm <= MOST_MM:
            raise ValueError(f"{self.designator}: tall_mm of 0 to {MOST_MM:g}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hole:
    """A drilled hole; `tooling` marks one that a pin may enter."""

    x_mm: float
    y_mm: float
    diameter_mm: float
    tooling: bool = False

    def __post_init__(self) -> None:
        if not 0 < self.diameter_mm <= 50:
            raise ValueError(f"a hole of 0 to 50 mm, not {self.diameter_mm:g} mm")
        _check_place("a hole", self.x_mm, self.y_mm)


@dataclass(frozen=True, slots=True, kw_only=True)
class Protrusion:
    """What stands out of the board's lower side (seen in the cradle): a lead's trim, a part."""

    x_mm: float
    y_mm: float
    width_mm: float
    height_mm: float
    """Of its box, along x and y."""
    deep_mm: float = 2.0
    """How far it stands out."""

    def __post_init__(self) -> None:
        _check_place("a lead", self.x_mm, self.y_mm)
        if not (0 < self.width_mm <= MOST_MM and 0 < self.height_mm <= MOST_MM):
            raise ValueError(f"a lead above 0, not {self.width_mm:g}×{self.height_mm:g} mm")
        if not 0 <= self.deep_mm <= MOST_MM:
            raise ValueError(f"a lead of 0 to {MOST_MM:g} mm, not {self.deep_mm:g} mm")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One board of a panel: where its origin lies in the panel."""

    name: str
    x_mm: float
    y_mm: float
    turn_deg: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CradleWishes:
    """Dimensions of the cradle that this board wants otherwise than usual. All in mm."""

    location: Location | None = None
    """None: pins where the board has two tooling holes, else edges."""
    clearance_mm: float = 0.25
    """Air between board and pocket a side; 0.2 to 0.3 suits FDM, see the coupon."""
    tolerance_mm: float = 0.15
    """How much larger or smaller a side of a real board may be than drawn, half on each side."""
    lies_turned_deg: int | None = None
    """0, 90, 180 or 270 counterclockwise; None lays the long side along x."""
    window_margin_mm: float = 0.3
    """Air round a part's body in its window."""

    def __post_init__(self) -> None:
        if not 0.05 <= self.clearance_mm <= 2.0:
            raise ValueError(f"clearance_mm of 0.05 to 2, not {self.clearance_mm:g}")
        if not 0 <= self.tolerance_mm <= 1.0:
            raise ValueError(f"tolerance_mm of 0 to 1, not {self.tolerance_mm:g}")
        if self.lies_turned_deg not in (None, 0, 90, 180, 270):
            raise ValueError(f"lies_turned_deg of 0, 90, 180 or 270, not {self.lies_turned_deg}")
        if not 0 <= self.window_margin_mm <= 20:
            raise ValueError(f"window_margin_mm of 0 to 20, not {self.window_margin_mm:g}")


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardFile:
    """Everything board.toml says. Raises `BoardError` when its values contradict one another;
    whether the outline crosses itself is checked where it is made into a pocket."""

    format: int = FORMAT
    name: str
    part_number: str = ""
    revision: str = ""
    thickness_mm: float = 1.6
    face: Side = Side.TOP
    """The side that the camera sees."""
    outline: Ring
    cutouts: tuple[Ring, ...] = ()
    """Openings inside the outline."""
    holes: tuple[Hole, ...] = ()
    protrusions: tuple[Protrusion, ...] = ()
    """On the side away from the camera, as drawn (seen from above the top side)."""
    components: tuple[Component, ...] = ()
    """With `units`: those of one unit, about the unit's own origin."""
    units: tuple[Unit, ...] = ()
    v_cuts: tuple[tuple[float, float, float, float], ...] = ()
    """x0, y0, x1, y1 of each score line of a panel."""
    cradle: CradleWishes = field(default_factory=CradleWishes)
    source: str = ""
    """The file that this was made from, for the reader."""

    def __post_init__(self) -> None:
        if self.format != FORMAT:
            raise BoardError(
                expected=f"a board file of format {FORMAT}",
                found=f"format {self.format}",
                action="Make it again from the design file, or update the software.",
            )
        if not 0.2 <= self.thickness_mm <= 10:
            raise BoardError(
                expected="a board 0.2 to 10 mm thick",
                found=f"{self.thickness_mm:g} mm",
                action="Correct thickness_mm.",
            )
        for name, ring in self._rings():
            _check_ring(name, ring)
        for component, count in Counter(c.designator for c in self.components).items():
            if count > 1:
                raise BoardError(
                    expected="each designator once",
                    found=f"'{component}' {count} times",
                    action="Rename or remove the repeated parts.",
                )
        for unit, count in Counter(u.name for u in self.units).items():
            if count > 1 or not unit:
                raise BoardError(
                    expected="each unit of the panel named, and once",
                    found=f"'{unit}' {count} times",
                    action="Rename the units.",
                )

    def _rings(self) -> list[tuple[str, Ring]]:
        return [
            ("the outline", self.outline),
            *((f"cut-out {i + 1}", ring) for i, ring in enumerate(self.cutouts)),
        ]

    @property
    def bounds(self) -> Bounds:
        return bounds(self.outline)

    @property
    def size_mm(self) -> tuple[float, float]:
        xmin, ymin, xmax, ymax = self.bounds
        return xmax - xmin, ymax - ymin

    @property
    def area_mm2(self) -> float:
        """Of the board without its cut-outs; holes are not taken off."""
        return abs(area_mm2(self.outline)) - sum(abs(area_mm2(ring)) for ring in self.cutouts)


def _check_place(name: str, x_mm: float, y_mm: float) -> None:
    if not (abs(x_mm) <= MOST_MM and abs(y_mm) <= MOST_MM):
        raise ValueError(f"{name} at ({x_mm:.6g}, {y_mm:.6g}) mm, not within ±{MOST_MM:g} mm")


def _check_ring(name: str, ring: Ring) -> None:
    action = "Correct the outline; a vertex is [x, y] or [x, y, bulge] in millimetres."
    if len(ring) < 2 or (len(ring) == 2 and not any(len(v) > 2 and v[2] for v in ring)):
        raise BoardError(
            expected=f"at least three vertices for {name}", found=str(len(ring)), action=action
        )
    for vertex in ring:
        if len(vertex) not in (2, 3) or max(abs(value) for value in vertex[:2]) > MOST_MM:
            raise BoardError(
                expected=f"vertices of {name} within ±{MOST_MM:g} mm",
                found=str(list(vertex)),
                action=action,
            )
        if len(vertex) == 3 and not abs(vertex[2]) <= MOST_BULGE:
            raise BoardError(
                expected=f"bulges of {name} within ±{MOST_BULGE:g}",
                found=f"{vertex[2]:g}",
                action=action,
            )
    if abs(area_mm2(ring)) < 0.5:
        raise BoardError(
            expected=f"{name} to enclose something",
            found=f"{abs(area_mm2(ring)):.3g} mm²",
            action=action + " Was the file in inches or metres?",
        )
