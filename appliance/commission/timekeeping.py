"""The step 'clock': does the unit know what time it is, and will it after a night without power?"""

from __future__ import annotations

from appliance.commission import limits
from appliance.commission.steps import Work
from appliance.commission.values import Figure, Finding, Note, Outcome, Prompt

_RTC = "sys/class/rtc/rtc0/since_epoch"


def clock(work: Work) -> Finding:
    """A time server or a clock chip has to stand behind the time; the records order themselves
    without it, people can't.

    A time server that was found a moment ago still pulls the clock, by up to 500 ppm: that is no
    error of the crystal, so it is watched on for a while until the rate is calm.
    """
    machine, ours = work.machine, work.bench.clock
    end_s = ours.monotonic() + machine.clock_patience_s
    jump_s, ppm = _watched(work, "clock", "Watching the clock…")
    synced = machine.now().clock_synced
    while (
        synced
        and limits.CLOCK_JUMP.figure(jump_s).passed
        and not limits.CLOCK_RATE.figure(ppm).passed
        and ours.monotonic() < end_s
    ):
        jump_s, ppm = _watched(
            work, "clock_pulled", f"The time server still pulls the clock, by {ppm:.0f} ppm…"
        )
        synced = machine.now().clock_synced
    chip_s = _chip(work)
    figures: list[Figure] = [limits.CLOCK_JUMP.figure(jump_s)]
    if synced:
        # Without a time server nothing says what the crystal should be: the two go alike.
        figures.append(limits.CLOCK_RATE.figure(ppm))
    if chip_s is not None:
        figures.append(limits.RTC.figure(abs(machine.wall_s() - chip_s - 0.5)))
    notes = (
        Note(name="time server", text="stands behind the time" if synced else "none"),
        Note(name="clock chip", text="none" if chip_s is None else "answers"),
        Note(name="time at the test", text=machine.now().utc),
    )
    beyond = [each for each in figures if not each.passed]
    if beyond:
        first = beyond[0]
        return Finding(
            outcome=Outcome.FAILED,
            found=f"{first.name[0].upper()}{first.name[1:]}: {first.value:g} {first.unit}, "
            f"{first.limit}.",
            next_step="Let one program alone set the clock (systemd-timesyncd); with a clock chip, "
            "wait until it was written, then do the step again.",
            figures=tuple(figures),
            notes=notes,
        )
    if not synced and chip_s is None:
        return Finding(
            outcome=Outcome.FAILED,
            found="Nothing stands behind the time: no time server answers and there is no chip.",
            next_step="Connect the unit to a network with a time server, or fit a clock chip.",
            figures=tuple(figures),
            notes=notes,
        )
    behind = "A time server" if synced else "The clock chip"
    return Finding(
        outcome=Outcome.PASSED,
        found=f"{behind} stands behind the time.",
        figures=tuple(figures),
        notes=notes,
    )


def _watched(work: Work, name: str, text: str) -> tuple[float, float]:
    """By how much (s) the time of day jumped in a while, and by how much (ppm) the clock that a
    time server corrects went otherwise than the crystal."""
    machine, ours = work.machine, work.bench.clock
    wall_s, mono_s, raw_s = machine.wall_s(), ours.monotonic(), machine.raw_s()
    while (lasted_s := ours.monotonic() - mono_s) < machine.clock_watch_s:
        progress = lasted_s / machine.clock_watch_s
        work.talk.say(Prompt(name=name, text=text, progress=progress))
        ours.sleep(0.5)
    lasted_s = ours.monotonic() - mono_s
    jump_s = abs(machine.wall_s() - wall_s - lasted_s)
    return jump_s, abs((machine.raw_s() - raw_s) / lasted_s - 1.0) * 1e6


def _chip(work: Work) -> int | None:
    """Seconds since 1970 by the clock chip; None where there is none."""
    try:
        return int((work.machine.root / _RTC).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
