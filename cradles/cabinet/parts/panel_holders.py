"""What sits behind the front panel: lamps, the button, the buzzer.

Lamps are panel lamps of 22 mm for 12 V (also sold for 24 V): screw terminals and a built-in
resistor, one bore, a nut, nothing to solder or glue, and a face that is seen at 2 m; a 10 mm LED is
cheaper and shorter but wants a resistor, a bezel and glue, and is small at 2 m. Each lamp lies deep
in its bore, which is its hood against the room's light. Its place in the row carries the meaning.
"""

from __future__ import annotations

from dataclasses import dataclass

from cradles.cabinet.parts.fasteners import M3
from cradles.cabinet.parts.outline import disc, plate, slot, through
from cradles.cabinet.parts.values import Hole, Need, PrintedPart, Turn
from cradles.csg import Part, Step, add, cut, prism

LAMP, BUTTON, BUZZER = "lamp_holder", "button_holder", "buzzer_holder"

CUTOUT_22_MM = 22.5
"""IEC 60947-5-1, size D22: 22.3 mm, +0.4; the middle of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecessSizes:
    """A block behind the panel; the device is put in from the front and held by its own nut."""

    side_mm: float = 43.0
    bore_mm: float = 32.0
    """Room for the device's rim. Measure this first: rims of 22 mm lamps are 28 to 30 mm wide."""
    recess_mm: float = 10.0
    """From the panel's inner face to the face that the rim lies on: the hood."""
    wall_mm: float = 4.0
    """What the device's nut clamps. Measure this first: most take 1 to 6 mm."""
    cutout_mm: float = CUTOUT_22_MM
    behind_mm: float = 31.0
    """Of the device behind that wall, terminals and wires included. Measure this first."""
    screw_mm: float = 17.2
    """Of the four screws from the middle, along x and y."""


LAMP_SIZES = RecessSizes()
BUTTON_SIZES = RecessSizes(recess_mm=0.0, behind_mm=55.0)
"""The button's face is to be reached with a glove: only the panel is its collar."""


def lamp_holder(sizes: RecessSizes = LAMP_SIZES, *, count: int = 3) -> PrintedPart:
    """One lamp; red, amber and green in this order from above or from the left."""
    return _recess(
        LAMP,
        sizes,
        count,
        (
            "Red above or at the left, amber in the middle, green last: the place tells as much as "
            "the colour.",
            "Paint the bore matt black: a lamp that is off must not look lit in a bright room.",
        ),
    )


def button_holder(sizes: RecessSizes = BUTTON_SIZES) -> PrintedPart:
    return _recess(
        BUTTON, sizes, 1, ("Choose a button with a flat head: the panel round it is its guard.",)
    )


def _recess(name: str, s: RecessSizes, count: int, notes: tuple[str, ...]) -> PrintedPart:
    top = s.recess_mm + s.wall_mm
    steps: list[Step] = [add(prism(plate(s.side_mm, s.side_mm, 4.0), 0.0, top))]
    if s.recess_mm:
        steps.append(cut(prism(disc(s.bore_mm), -1.0, s.recess_mm)))
    steps.append(through(disc(s.cutout_mm), 0.0, top))
    corners = [(x * s.screw_mm, y * s.screw_mm) for x in (-1, 1) for y in (-1, 1)]
    steps += [through(disc(M3.through_mm, x, y), 0.0, top) for x, y in corners]
    half = s.side_mm / 2
    return PrintedPart(
        name=name,
        part=Part(name=name, steps=tuple(steps)),
        mount=(
            Hole(x_mm=0.0, y_mm=0.0, diameter_mm=s.bore_mm),
            *(
                Hole(x_mm=x, y_mm=y, diameter_mm=M3.through_mm, screw="M3", grip_mm=top)
                for x, y in corners
            ),
        ),
        envelope_mm=((-half, -half, 0.0), (half, half, top + s.behind_mm)),
        count=count,
        prints_turned=Turn(x_deg=180),
        notes=notes,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class BuzzerSizes:
    buzzer_mm: float = 12.0
    """Diameter. Measure this first: common round ones are 12 mm wide and 9.5 mm high."""
    deep_mm: float = 8.0
    wall_mm: float = 2.4
    sound_mm: float = 5.0
    """Diameter of the hole in the panel before the buzzer's own."""


def buzzer_holder(sizes: BuzzerSizes | None = None) -> PrintedPart:
    """A cup without a bottom: the buzzer's face lies on the panel, its pins point inwards."""
    s = sizes or BuzzerSizes()
    cup = s.buzzer_mm + 2 * s.wall_mm
    foot = slot(9.0, (-14.0, 0.0), (14.0, 0.0)).union(disc(cup))
    steps: list[Step] = [
        add(prism(foot, 0.0, 3.0)),
        add(prism(disc(cup), 0.0, s.deep_mm)),
        through(disc(s.buzzer_mm + 0.3), 0.0, s.deep_mm),
        *(through(disc(M3.through_mm, x, 0.0), 0.0, 3.0) for x in (-14.0, 14.0)),
        # A cross slot lets the cup give way and takes a tie round cup and buzzer.
        cut(prism(slot(1.6, (0.0, -cup), (0.0, cup)), 3.0, s.deep_mm + 1.0)),
    ]
    return PrintedPart(
        name=BUZZER,
        part=Part(name=BUZZER, steps=tuple(steps)),
        mount=(
            Hole(x_mm=0.0, y_mm=0.0, diameter_mm=s.sound_mm),
            *(
                Hole(x_mm=x, y_mm=0.0, diameter_mm=M3.through_mm, screw="M3", grip_mm=3.0)
                for x in (-14.0, 14.0)
            ),
        ),
        envelope_mm=((-18.5, -cup / 2, 0.0), (18.5, cup / 2, s.deep_mm + 14.0)),
        needs=(Need(item="cable tie"),),
        notes=("Fix the buzzer with a small cable tie round the cup.",),
    )
