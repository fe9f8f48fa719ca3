"""The step 'heat': all cores busy for a while; does the processor stay cool enough for ever?"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from appliance.commission import limits
from appliance.commission.steps import Work
from appliance.commission.values import Figure, Finding, Note, Outcome, Prompt, Reading
from hw.ports import HealthReading

TIME_CONSTANT_S = 180.0
"""Assumed of a board with its heat sink in a closed case. A body that warms by one time constant
ends at T + constant · dT/dt (Newton's law of cooling), so the foreseen end follows from the slope
while it still warms up."""
_EVERY_S = 1.0
_LESS_URGENT = 10


def heat(work: Work) -> Finding:
    clock, seen = work.bench.clock, list[tuple[float, HealthReading]]()
    began_s = clock.monotonic()
    with _all_cores_busy(work.machine.cores):
        while (lasted_s := clock.monotonic() - began_s) < work.machine.load_s:
            now = work.bench.health()
            seen.append((lasted_s, now))
            warm = "no sensor" if now.cpu_c is None else f"{now.cpu_c:.1f} °C"
            work.talk.say(
                Prompt(
                    name="heat",
                    text="All cores are busy. Leave the case closed as it will be.",
                    progress=lasted_s / work.machine.load_s,
                    readings=(
                        Reading(
                            name="processor",
                            text=warm,
                            value=now.cpu_c,
                            low=20.0,
                            high=100.0,
                            limit=limits.HEAT.value,
                            good=now.cpu_c is None or now.cpu_c <= limits.HEAT.value,
                        ),
                    ),
                )
            )
            clock.sleep(_EVERY_S)
    return judge(seen, cores=work.machine.cores)


def judge(seen: Sequence[tuple[float, HealthReading]], *, cores: int) -> Finding:
    """`seen` are (seconds since the load began, reading)."""
    warmth = [(at_s, each.cpu_c) for at_s, each in seen if each.cpu_c is not None]
    held = sum(bool(each.throttled) for _, each in seen)
    sags = sum(bool(each.undervoltage) for _, each in seen)
    notes = (
        Note(name="clock held down", text=_times(held), passed=not held),
        Note(name="undervoltage", text=_times(sags), passed=not sags),
        Note(name="load", text=f"{cores} cores for {seen[-1][0] + _EVERY_S:.0f} s"),
    )
    if not warmth:
        return Finding(
            outcome=Outcome.FAILED,
            found="This computer does not tell its temperature.",
            next_step="Use a computer with a sensor, or measure by hand and leave the step out.",
            notes=notes,
        )
    foreseen_c = foresee(warmth)
    figures = (
        Figure(name="processor at the start", value=warmth[0][1], unit="°C"),
        Figure(name="warmest", value=max(c for _, c in warmth), unit="°C"),
        limits.HEAT.figure(round(foreseen_c, 1)),
    )
    if sags:
        found = "The supply sags under load."
        next_step = "Use the unit's own supply and a short, thick cable; then do the step again."
    elif held or not figures[-1].passed:
        found = f"The processor becomes too hot: {foreseen_c:.0f} °C are foreseen."
        next_step = "Clear the vents, press the heat sink on, check the fan; then do it again."
    else:
        return Finding(
            outcome=Outcome.PASSED,
            found=f"The processor stays at {foreseen_c:.0f} °C under full load.",
            figures=figures,
            notes=notes,
        )
    return Finding(
        outcome=Outcome.FAILED, found=found, next_step=next_step, figures=figures, notes=notes
    )


def foresee(warmth: Sequence[tuple[float, float]]) -> float:
    """°C that the processor will end at, from the last third of the curve (at least 3 points);
    never below the last value: that it cools under load is no promise."""
    tail = warmth[-max(len(warmth) // 3, 3) :]
    mean_s = sum(at_s for at_s, _ in tail) / len(tail)
    mean_c = sum(c for _, c in tail) / len(tail)
    spread = sum((at_s - mean_s) ** 2 for at_s, _ in tail)
    slope = sum((at_s - mean_s) * (c - mean_c) for at_s, c in tail) / spread if spread else 0.0
    return tail[-1][1] + TIME_CONSTANT_S * max(slope, 0.0)


@contextmanager
def _all_cores_busy(cores: int) -> Iterator[None]:
    """One thread a core, hashing (which lets go of Python's lock), less urgent than the loop that
    owns the cabinet."""
    stop = threading.Event()
    threads = [
        threading.Thread(target=_burn, args=(stop,), name=f"load {n}", daemon=True)
        for n in range(cores)
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _burn(stop: threading.Event) -> None:
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _LESS_URGENT)
    block = bytes(1_000_000)
    while not stop.is_set():
        hashlib.sha256(block)


def _times(count: int) -> str:
    return "never" if not count else f"in {count} readings"
