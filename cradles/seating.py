"""How a cradle holds its board: where it touches, where it keeps away. Seen from above in the
cradle's frame (see `appliance.board.layout`), millimetres."""

from __future__ import annotations

from dataclasses import dataclass

from shapely import Polygon

from appliance.board.values import Location


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """A boss on the pocket's wall that the board's edge is pressed against."""

    x_mm: float
    y_mm: float
    """Where it touches the board."""
    normal: tuple[float, float]
    """Unit vector out of the boss, towards the board."""
    width_mm: float
    """Along the edge."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spring:
    """A printed leaf that presses the board against the stops."""

    x_mm: float
    y_mm: float
    normal: tuple[float, float]
    arm: Polygon
    """What is printed, from its root in the wall to its nose; stands free inside `void`."""
    void: Polygon
    """Cut from the cradle's whole height, so that the arm can give way."""
    preload_mm: float
    """How far a board of nominal size bends it."""
    long_mm: float
    """From its root to the middle of its nose."""
    travel_mm: float
    """Free way behind the leaf."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """A tooling pin that stands up through a hole of the board."""

    x_mm: float
    y_mm: float
    shape: Polygon
    """Its cross-section: a circle, or one flattened across the line to the other pin."""
    hole_mm: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Seating:
    """All of it. Heights are counted from the board's lower surface."""

    location: Location
    board: Polygon
    """The board as drawn, with cut-outs, where it lies against its stops or pins."""
    pocket: Polygon
    """What is open above the base: board and clearance, round reliefs at inner corners, less the
    stops' bosses. Has no holes."""
    supports: tuple[Polygon, ...]
    """What the board rests on, from the base to the board's lower surface; clear of protrusions
    by at least the clearance. At least three, or a ledge."""
    stops: tuple[Stop, ...]
    springs: tuple[Spring, ...]
    pins: tuple[Pin, ...]
    keys: tuple[Polygon, ...]
    """Posts as high as the supports where the board's lower side is bare only when it lies the
    right way: laid wrongly, it rides on them and does not seat."""
    overhangs: tuple[Polygon, ...]
    """Where parts reach beyond the board's edge: cut from the rim down to the base."""
    reliefs: tuple[Polygon, ...]
    """Finger reliefs: cut from the rim down to the base."""
    deep_mm: float
    """Air that is needed below the board for leads and parts."""
    free_play_mm: tuple[float, float]
    """Half the way that a board can be pushed to and fro along x or y before it meets plastic:
    of the largest and of the smallest board within tolerance; springs count as air."""
    wrong_ways: tuple[tuple[str, str | None], ...] = ()
    """Each wrong way to lay the board in, and what keeps it out; None where nothing does."""
    notes: tuple[str, ...]
    """What the technician ought to know: how it is keyed, or that it can't be."""
