"""The steps 'slot' and 'button': each contact by hand, one at a time.

A swapped pair, a contact that never opens, one that never closes, two that move together and a
worn one are told apart and named.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from appliance.commission import limits
from appliance.commission.bench import Levels
from appliance.commission.contacts import ContactFigures, ContactWatch, figures_of, looks_a_second
from appliance.commission.steps import Work
from appliance.commission.values import Figure, Finding, Outcome, Prompt, Reading

PRESSES = 3
MOST_PRESSES = 9
"""A busy computer looks away now and then; a press that it did not see clearly is asked for again,
but not for ever."""
PATIENCE_S = 30.0
"""Without a touch for this long the contact counts as dead."""
NAMES = {"left": "left seat switch", "right": "right seat switch", "button": "button"}
_PRESS = {
    "left": "Press the left seat switch with a finger, hold it a moment and let go: three times.",
    "right": "Press the right seat switch with a finger, hold it a moment and let go: three times.",
    "button": "Press the button and let go: three times.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What moved while one contact was to be pressed."""

    seen: dict[str, ContactFigures]
    looks_a_second: float
    widest_gap_s: float

    @property
    def moved(self) -> frozenset[str]:
        """Those that were pressed for more than half as often as the one pressed most: a press too
        many, of the contact before, is none of this one."""
        most = max(each.presses for each in self.seen.values())
        return frozenset(name for name, each in self.seen.items() if 2 * each.presses > most)


def slot(work: Work) -> Finding:
    stuck = _stuck(work, ("left", "right"), "Take any board out of the slot and both hands away.")
    if stuck is not None:
        return stuck
    left, right = _watch(work, "left"), _watch(work, "right")
    figures = (*_figures("left", left), *_figures("right", right))
    if left.moved == {"right"} and right.moved == {"left"}:
        return _failed(
            "The wires of the left and the right seat switch are swapped: each moves the other.",
            "Swap the two wires at the terminals, then do the step again.",
            figures,
        )
    for name, watched in (("left", left), ("right", right)):
        problem = _problem(name, watched, figures)
        if problem is not None:
            return problem
    return _worn_or_good("Both seat switches close and open cleanly.", figures)


def button(work: Work) -> Finding:
    stuck = _stuck(work, ("button",), "Take your hand off the button.")
    if stuck is not None:
        return stuck
    watched = _watch(work, "button")
    figures = _figures("button", watched)
    return _problem("button", watched, figures) or _worn_or_good(
        "The button closes and opens cleanly.", figures
    )


def _stuck(work: Work, names: tuple[str, ...], text: str) -> Finding | None:
    """A contact that is closed while nothing touches it, after some patience."""
    end_s = work.bench.clock.monotonic() + PATIENCE_S / 3
    while True:
        now = work.bench.levels()
        closed = [name for name in names if getattr(now, name)]
        if not closed:
            return None
        if now.at_s >= end_s:
            which = " and the ".join(NAMES[name] for name in closed)
            several = len(closed) > 1
            return _failed(
                f"The {which} {'stay' if several else 'stays'} closed although nothing presses "
                f"{'them' if several else 'it'}.",
                "Take any board out and free the switch. If it stays, its wires touch or it is "
                "wired to the wrong pin.",
            )
        work.talk.say(Prompt(name="clear", text=text, readings=_readings(now, names)))
        work.bench.clock.sleep(0.1)


def _watch(work: Work, wanted: str) -> Watched:
    """Until one contact was pressed often enough, or nothing has moved for long."""
    last = work.bench.levels()
    instants_s = [last.at_s]
    contacts = {name: ContactWatch() for name in NAMES}
    clear, quiet_since_s = 0, last.at_s
    while True:
        work.talk.say(
            Prompt(
                name=f"press_{wanted}",
                text=_PRESS[wanted],
                readings=_readings(last, tuple(NAMES)),
                progress=min(clear / PRESSES, 1.0),
            )
        )
        for last in work.bench.watch():
            instants_s.append(last.at_s)
            for name, contact in contacts.items():
                contact.look(last.at_s, getattr(last, name))
        seen = {name: figures_of(contact) for name, contact in contacts.items()}
        clear = max(each.clear for each in seen.values())
        if any(contact.changes for contact in contacts.values()):
            quiet_since_s = max(
                contact.changes[-1].at_s for contact in contacts.values() if contact.changes
            )
        most = max(each.presses for each in seen.values())
        enough = clear >= PRESSES or most >= MOST_PRESSES
        at_rest = not any(getattr(last, name) for name in NAMES)
        if (enough and at_rest) or last.at_s - quiet_since_s > PATIENCE_S:
            return Watched(
                seen=seen,
                looks_a_second=looks_a_second(instants_s),
                widest_gap_s=max(b - a for a, b in pairwise(instants_s)),
            )


def _readings(now: Levels, names: tuple[str, ...]) -> tuple[Reading, ...]:
    return tuple(
        Reading(name=NAMES[name], text="pressed" if getattr(now, name) else "open")
        for name in names
    )


def _figures(name: str, watched: Watched) -> tuple[Figure, ...]:
    seen, called = watched.seen[name], NAMES[name]
    return (
        Figure(name=f"{called}: presses", value=seen.presses, unit=""),
        limits.CLEAR.figure(seen.clear, name=f"{called}: {limits.CLEAR.name}"),
        limits.BOUNCE.figure(seen.longest_bounce_s * 1000, name=f"{called}: longest bounce"),
        Figure(name=f"{called}: most changes in one touch", value=seen.most_changes, unit=""),
        limits.FLICKERS.figure(seen.flickers, name=f"{called}: {limits.FLICKERS.name}"),
        limits.LOOKS.figure(watched.looks_a_second, name=f"{called}: looks a second"),
        Figure(
            name=f"{called}: widest gap between looks",
            value=round(watched.widest_gap_s * 1000, 2),
            unit="ms",
        ),
    )


def _problem(name: str, watched: Watched, figures: tuple[Figure, ...]) -> Finding | None:
    called, moved = NAMES[name], watched.moved
    if moved == {name}:
        return None
    if not moved:
        return _failed(
            f"The {called} did not move in {PATIENCE_S:.0f} s.",
            "Check that its plunger is reached, then its two wires and its pin.",
            figures,
        )
    others = " and the ".join(NAMES[other] for other in sorted(moved - {name}))
    if name in moved:
        return _failed(
            f"With the {called} the {others} moved, too.",
            "Look for a bridge between the wires at the terminals.",
            figures,
        )
    return _failed(
        f"Instead of the {called} the {others} moved.",
        "Compare the wires with the wiring table; if the right one was pressed, they are swapped.",
        figures,
    )


def _worn_or_good(good: str, figures: tuple[Figure, ...]) -> Finding:
    beyond = [each for each in figures if not each.passed]
    if not beyond:
        return Finding(outcome=Outcome.PASSED, found=good, figures=figures)
    first = beyond[0]
    slow = limits.LOOKS.name in first.name or limits.CLEAR.name in first.name
    return _failed(
        f"{first.name}: {first.value:g} {first.unit}".rstrip() + f", {first.limit}.",
        "The computer is too busy for this step: stop other programs and do it again."
        if slow
        else "Tighten the wires; if it stays, replace the switch.",
        figures,
    )


def _failed(found: str, next_step: str, figures: tuple[Figure, ...] = ()) -> Finding:
    return Finding(outcome=Outcome.FAILED, found=found, next_step=next_step, figures=figures)
