"""Going back, and bringing in order what a cut left: always to exactly one version, and it is said
which. Every step may be done again, so a cut in here is mended by the next start."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from appliance.update.errors import UpdateError
from appliance.update.places import Places
from appliance.update.record import RecordKeeper
from appliance.update.releases import CURRENT, PROVEN, Releases
from appliance.update.state import Phase, Progress, keep_progress, read_progress, settled

Now = Callable[[], str]
"""The time as it goes into records."""


def go_back(
    places: Places, progress: Progress, record: Callable[[], RecordKeeper], why: str, utc_now: Now
) -> Progress:
    """The version before and its record are chosen again. The service must not run.

    During the trial the new version judges nothing, so the copy of the record lacks no board; were
    there any, the newer database is kept beside and named. Raises `UpdateError`, OSError; the
    version before is chosen even then, unless it is gone.
    """
    releases = Releases(places.base)
    if not releases.is_whole(progress.before):
        raise UpdateError(
            expected=f"release {progress.before} to go back to",
            found="none that is whole",
            action="Install a version again.",
        )
    releases.link(CURRENT, progress.before)
    kept = record().put_back(progress.copy) if progress.copy else ""
    words = f"{why} Version {progress.before} runs on."
    if kept:
        words += f" Boards that {progress.after} recorded lie in {kept}."
    back = settled(replace(progress, copy=None), good=False, outcome=words, utc=utc_now())
    return keep_progress(places.state, back)


def recover(places: Places, record: Callable[[], RecordKeeper], utc_now: Now) -> str:
    """Call it under the updater's lock, while the service does not run or nothing is switched.
    What was found and which version is chosen, in words. Raises `UpdateError`, OSError."""
    releases = Releases(places.base)
    said = []
    try:
        progress = read_progress(places.state)
    except UpdateError as error:
        progress = keep_progress(
            places.state, Progress(good=False, outcome=str(error), utc=utc_now())
        )
        said.append(f"How far the last update was can't be read: {error.found}.")
    match progress.phase:
        case Phase.PREPARING | Phase.HOLDING:
            words = f"The update to {progress.after} was cut short before the switch."
            keep_progress(places.state, settled(progress, good=False, outcome=words, utc=utc_now()))
            said.append(words)
        case Phase.SWITCHING | Phase.TRIAL:
            why = f"The update to {progress.after} was cut short; it was undone."
            said.append(go_back(places, progress, record, why, utc_now).outcome)
    _choose_a_whole_one(releases, said)
    if gone := releases.sweep():
        said.append(f"Removed what was unfinished: {', '.join(gone)}.")
    said.append(f"Version {releases.linked(CURRENT) or 'none'} is started.")
    return " ".join(said)


def _choose_a_whole_one(releases: Releases, said: list[str]) -> None:
    """`current` leads to a whole release, or is made to: the proven one, else the newest."""
    current = releases.linked(CURRENT)
    if not releases.is_whole(current):
        others = [releases.linked(PROVEN), *releases.whole()]
        found = next((name for name in others if releases.is_whole(name)), "")
        if not found:
            raise UpdateError(
                expected=f"a whole release in {releases.folder}",
                found="none",
                action="Install a version with the installer.",
            )
        said.append(f"Release {current or '(none)'} was chosen and is not whole.")
        releases.link(CURRENT, found)
    releases.link(PROVEN, releases.linked(CURRENT))
