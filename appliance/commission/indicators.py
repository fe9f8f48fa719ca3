"""The steps 'lamps', 'buzzer' and 'strip': one at a time, and the person says what is seen.

The lamp under test blinks fast and alone (see `bench.lamps_of`). Maintenance's own amber double
blink and the house's test of all three lamps together can't find two swapped wires; a lamp that is
steadily lit alone would be a verdict. In an order of chance, so that nobody answers from memory.
"""

from __future__ import annotations

import random
from collections.abc import Mapping

from appliance.commission.bench import Colour, Signal
from appliance.commission.steps import Work
from appliance.commission.values import Choice, Finding, Note, Outcome, Prompt

NONE = "none"
_SEEN = (
    Choice(key=Colour.RED, text="Red"),
    Choice(key=Colour.AMBER, text="Amber"),
    Choice(key=Colour.GREEN, text="Green"),
    Choice(key=NONE, text="None"),
    Choice(key="several", text="More than one"),
)
_HEARD = (
    Choice(key="high", text="High"),
    Choice(key="low", text="Low"),
    Choice(key=NONE, text="Nothing"),
)
_STRIP = (
    Choice(key="bright", text="Bright"),
    Choice(key="dark", text="Dark"),
    Choice(key="flickers", text="It flickers"),
)


def lamps(work: Work) -> Finding:
    order = list(Colour)
    random.SystemRandom().shuffle(order)
    seen: dict[Colour, str] = {}
    for number, colour in enumerate(order):
        work.bench.signal(Signal(lamp=colour))
        seen[colour] = work.talk.ask(
            Prompt(
                name="lamp",
                text="One lamp on the beacon blinks fast. Which one?",
                choices=_SEEN,
                progress=number / len(order),
            )
        )
    work.bench.signal(None)
    return judge_lamps(seen)


def judge_lamps(seen: Mapping[Colour, str]) -> Finding:
    """`seen` is the answer for each lamp that was driven."""
    notes = tuple(
        Note(
            name=f"{colour} lamp driven", text=f"{seen[colour]} seen", passed=seen[colour] == colour
        )
        for colour in Colour
    )
    wrong = [colour for colour in Colour if seen[colour] != colour]
    dark = [colour for colour in wrong if seen[colour] == NONE]
    if not wrong:
        return Finding(outcome=Outcome.PASSED, found="Each lamp is lit by itself.", notes=notes)
    if dark:
        which = " and ".join(dark)
        lamp, stays = ("lamp", "stays") if len(dark) == 1 else ("lamps", "stay")
        return _failed(
            f"The {which} {lamp} {stays} dark.",
            "Check the lamp, its two wires and its transistor; then do the step again.",
            notes,
        )
    if len(wrong) == 2 and seen[wrong[0]] == wrong[1] and seen[wrong[1]] == wrong[0]:
        return _failed(
            f"The wires of the {wrong[0]} and the {wrong[1]} lamp are swapped.",
            "Swap the two wires at the terminals, then do the step again.",
            notes,
        )
    told = "; ".join(f"{seen[colour]} instead of {colour}" for colour in wrong)
    return _failed(
        f"Other lamps than the driven ones were seen: {told}.",
        "Compare the lamps' wires with the wiring table, then do the step again.",
        notes,
    )


def buzzer(work: Work) -> Finding:
    tones = [True, False]
    random.SystemRandom().shuffle(tones)
    heard: dict[str, str] = {}
    for number, high in enumerate(tones):
        work.bench.signal(Signal(tone_high=high))
        heard["high" if high else "low"] = work.talk.ask(
            Prompt(
                name="tone",
                text="The buzzer sounds once a second. Is it the high tone or the low one?",
                choices=_HEARD,
                progress=number / len(tones),
            )
        )
    work.bench.signal(None)
    notes = tuple(
        Note(name=f"{tone} tone", text=f"{heard[tone]} heard", passed=heard[tone] == tone)
        for tone in ("high", "low")
    )
    if all(note.passed for note in notes):
        return Finding(outcome=Outcome.PASSED, found="Both tones are heard.", notes=notes)
    if NONE in heard.values():
        return _failed(
            "The buzzer was not heard.",
            "Check the buzzer's wires and its film: a new piezo has a sticker over its hole.",
            notes,
        )
    return _failed(
        "The tones were not told apart.",
        "Fit a passive piezo: one with its own oscillator has a single tone.",
        notes,
    )


def strip(work: Work) -> Finding:
    seen: dict[str, str] = {}
    for number, (wanted, level) in enumerate((("bright", 1.0), ("dark", 0.0))):
        work.bench.light(level)
        seen[wanted] = work.talk.ask(
            Prompt(
                name="strip",
                text="Look at the LED strip above the slot. How is it?",
                choices=_STRIP,
                progress=number / 2,
            )
        )
    notes = tuple(
        Note(name=f"strip set {wanted}", text=f"{seen[wanted]} seen", passed=seen[wanted] == wanted)
        for wanted in ("bright", "dark")
    )
    if all(note.passed for note in notes):
        return Finding(outcome=Outcome.PASSED, found="The strip follows.", notes=notes)
    if "flickers" in seen.values():
        found, next_step = (
            "The strip flickers.",
            "Check its supply and that pwm_hz is 20000 or more.",
        )
    elif seen["bright"] == "dark" and seen["dark"] == "bright":
        found = "The strip is lit when it should be dark: its driver is the other way round."
        next_step = "Set active_high of the light in the unit's configuration."
    elif seen["bright"] == "dark":
        found = "The strip stays dark."
        next_step = "Check the strip's supply and its wire to the driver."
    else:
        found = "The strip stays lit."
        next_step = "Check the driver's input: it is always on, or its wire is loose."
    return _failed(found, next_step, notes)


def _failed(found: str, next_step: str, notes: tuple[Note, ...]) -> Finding:
    return Finding(outcome=Outcome.FAILED, found=found, next_step=next_step, notes=notes)
