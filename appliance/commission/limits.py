"""What the measured values are held against, each with the reason for its number."""

from __future__ import annotations

from dataclasses import dataclass

from appliance.commission.values import Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    name: str
    value: float
    unit: str
    at_most: bool
    """At most `value`, or at least."""
    why: str

    def figure(self, value: float, *, name: str | None = None) -> Figure:
        passed = value <= self.value if self.at_most else value >= self.value
        bound = "at most" if self.at_most else "at least"
        return Figure(
            name=name or self.name,
            value=round(value, 4),
            unit=self.unit,
            limit=f"{bound} {self.value:g} {self.unit}".rstrip(),
            passed=passed,
        )


BOUNCE = Limit(
    name="longest bounce",
    value=10.0,
    unit="ms",
    at_most=True,
    why="J. Ganssle, A Guide to Debouncing: the good ones of 18 switches bounced for 6.2 ms at "
    "most. Our debouncing waits 80 ms on closing and 20 ms on opening, so twice the room is left.",
)
FLICKERS = Limit(
    name="touches too short for a finger",
    value=0,
    unit="",
    at_most=True,
    why="A contact that closes for a moment by itself has a loose wire.",
)
CLEAR = Limit(
    name="presses seen clearly",
    value=3,
    unit="",
    at_most=False,
    why="Bounce is told of three presses at least, without a gap of more than 2 ms in the looks.",
)
LOOKS = Limit(
    name="looks a second",
    value=1000,
    unit="/s",
    at_most=False,
    why="A bounce of a millisecond has to be seen.",
)
SEQUENTIAL = Limit(
    name="writing in one go",
    value=10.0,
    unit="MB/s",
    at_most=False,
    why="SD Association, Class 10 and Application Performance Class A1: 10 MB/s sustained.",
)
SYNC_P95 = Limit(
    name="19 of 20 syncs of 4 KiB within",
    value=200.0,
    unit="ms",
    at_most=True,
    why="A verdict needs one sync before its lamp; of the 2 s from insert to lamp 0.2 s are left "
    "for it when everything else keeps its budget.",
)
SYNC_WORST = Limit(
    name="slowest sync of 4 KiB",
    value=1000.0,
    unit="ms",
    at_most=True,
    why="After 1 s the screen says that the card is slow. A worn card takes 5 s now and then.",
)
HEAT = Limit(
    name="processor after long load, foreseen",
    value=80.0,
    unit="°C",
    at_most=True,
    why="A Raspberry Pi 4 holds its clock down from 80 °C on (Raspberry Pi documentation, "
    "frequency management and thermal control).",
)
CLOCK_JUMP = Limit(
    name="clock's jump while watched",
    value=0.1,
    unit="s",
    at_most=True,
    why="A disciplined clock is slewed, not set; a jump means that two programs set it.",
)
CLOCK_RATE = Limit(
    name="crystal's error",
    value=100.0,
    unit="ppm",
    at_most=True,
    why="100 ppm are 9 s a day; the crystal of a Raspberry Pi is specified far below. More is "
    "beyond what a time server can hold steadily (the kernel slews by 500 ppm at most).",
)
RTC = Limit(
    name="clock chip's difference",
    value=2.0,
    unit="s",
    at_most=True,
    why="The chip counts whole seconds; more means that nobody writes the time back to it.",
)
