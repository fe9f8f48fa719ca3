"""What the cabinet has to know of a printed part: its body, the holes it asks of a panel, the room
it takes, how it is laid on the bed, and what is screwed into it. Millimetres."""

from __future__ import annotations

from dataclasses import dataclass, field

from cradles.csg import Part

Point3 = tuple[float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hole:
    """A hole to be made in the panel, in the part's own frame (x, y on the mounting face).

    `screw` is "M3" or "M4" where a screw with washer and nut goes through plastic and panel, and
    empty for an opening (a lens, a lamp, a cable). `grip_mm` is the plastic under the screw's head:
    with the panel's thickness it gives the screw's length."""

    x_mm: float
    y_mm: float
    diameter_mm: float
    screw: str = ""
    grip_mm: float = 0.0
    nut_in_part: bool = False
    """The nut lies in the part and the head on the panel's other side; else the other way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """A bought piece that the part holds or is fastened with, `count` of them a part. The screws of
    `mount` are not among them: they are counted from the holes."""

    item: str
    """A key of the bill of materials, such as "screw M3x8" or "insert M3"."""
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """How the body is laid on the bed: turned about x, then about y, then set down on z = 0."""

    x_deg: int = 0
    y_deg: int = 0

    def __post_init__(self) -> None:
        if self.x_deg % 90 or self.y_deg % 90:
            raise ValueError(f"a part is laid in quarter turns, not {self.x_deg}, {self.y_deg}°")

    def words(self) -> str:
        """For the drawing and the list of prints."""
        both = (("x", self.x_deg), ("y", self.y_deg))
        ways = [f"{degrees}° about {axis}" for axis, degrees in both if degrees]
        return "turn " + ", then ".join(ways) if ways else "as drawn, mounting face down"


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedPart:
    """One kind of printed part. Its frame: z = 0 is the face that lies on the panel (or on the part
    that it rides on), z grows away from it."""

    name: str
    part: Part
    mount: tuple[Hole, ...] = ()
    envelope_mm: tuple[Point3, Point3]
    """Lowest and highest corner of the room to keep free: the body, what it carries, and the way of
    a screwdriver and a plug."""
    count: int = 1
    """How many a cabinet needs."""
    prints_turned: Turn = field(default_factory=Turn)
    rides_on: str = ""
    """The name of the printed part it is fastened to; empty when it stands on a panel."""
    place_mm: Point3 = (0.0, 0.0, 0.0)
    """Where its origin lies in the frame of the part it rides on, in the middle of its way."""
    place_turned: Turn = field(default_factory=Turn)
    """How its frame is turned there: a part that hangs under another is turned by 180°."""
    needs: tuple[Need, ...] = ()
    notes: tuple[str, ...] = ()
    """Sentences for the person who prints and mounts it."""

    @property
    def screws(self) -> tuple[Hole, ...]:
        """The holes that take a screw; the others are openings."""
        return tuple(hole for hole in self.mount if hole.screw)
