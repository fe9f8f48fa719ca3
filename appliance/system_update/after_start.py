"""After a start: is this system on trial, has one been undone, and what is to be brought in order?

What the firmware starts by itself (`autoboot.default_slot`) decides. Where that is the system that
runs, nothing is on trial: either the trial was won, or it was lost and the firmware came back here
by itself. Every step may be done again, so a cut in here is mended by the next start.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from appliance.system_update.autoboot import default_slot
from appliance.system_update.places import SystemPlaces
from appliance.system_update.slots import mark_bad
from appliance.update.errors import UpdateError
from appliance.update.record import RecordKeeper
from appliance.update.state import Phase, Progress, keep_progress, read_progress, settled

Now = Callable[[], str]


def on_trial(places: SystemPlaces) -> bool:
    """Whether the system that runs has yet to prove itself. Raises `UpdateError` where that can't
    be told."""
    return default_slot(places.boot) != places.slot


def put_in_order(places: SystemPlaces, record: Callable[[], RecordKeeper], utc_now: Now) -> str:
    """Call it while the service does not run, or nothing is switched. What was found, in words;
    empty for nothing. Raises `UpdateError`, OSError."""
    if on_trial(places):
        return f"System {places.slot} is on trial."
    try:
        progress = read_progress(places.state)
    except UpdateError as error:
        words = f"How far the last system update was can't be read: {error.found}"
        progress = keep_progress(places.state, Progress(good=False, outcome=words, utc=utc_now()))
    match progress.phase:
        case Phase.SETTLED:
            return f"System {places.slot} runs."
        case Phase.TRIAL if progress.after == places.slot:
            # The firmware's file was written, and then the power went.
            return won(places, progress, utc_now).outcome
        case Phase.PREPARING | Phase.HOLDING:
            why = "The system update was cut short before the restart."
        case _:
            why = progress.outcome or "it did not prove itself before the next start"
            why = f"The system update was undone: {why.rstrip('.')}."
    return _lost(places, progress, record, why, utc_now).outcome


def won(places: SystemPlaces, progress: Progress, utc_now: Now) -> Progress:
    """The trial is over and this system stays."""
    words = f"System {progress.after} runs (before: {progress.before})."
    return keep_progress(
        places.state, settled(replace(progress, copy=None), good=True, outcome=words, utc=utc_now())
    )


def _lost(
    places: SystemPlaces,
    progress: Progress,
    record: Callable[[], RecordKeeper],
    why: str,
    utc_now: Now,
) -> Progress:
    """The record's copy is put back: during the trial no board was judged, so it lacks none."""
    if progress.after != places.slot:
        mark_bad(places, progress.after)
    kept = record().put_back(progress.copy) if progress.copy else ""
    words = f"{why} System {places.slot} runs on."
    if kept:
        words += f" Boards that the other one recorded lie in {kept}."
    return keep_progress(
        places.state,
        settled(replace(progress, copy=None), good=False, outcome=words, utc=utc_now()),
    )
