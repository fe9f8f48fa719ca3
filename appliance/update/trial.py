"""The two waits of an update: until the running version holds still, until the new one is ready."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from appliance.states import State
from appliance.update.errors import UpdateError
from appliance.update.unit_service import Said, UnitService

UPDATER = "update"
"""Who holds the unit in maintenance, as the pages show it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    hold_s: float = 60.0
    """For a board to be taken out."""
    ready_s: float = 180.0
    steady_s: float = 5.0
    """For so long it has to stay ready."""
    poll_s: float = 0.5
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


def wait_for_hold(service: UnitService, waits: Waits) -> None:
    """Until the running version is in maintenance: then no board is being judged and none will be.
    A service that gives no answer judges none. Raises `UpdateError` when the time is over."""
    end_s = waits.monotonic() + waits.hold_s
    while (said := service.said()) is not None and said.state is not State.MAINTENANCE:
        if waits.monotonic() >= end_s:
            raise UpdateError(
                expected="an empty cabinet, to switch between two boards",
                found=f"the state {said.state}",
                action="Take the board out and try again; the new version is prepared.",
            )
        waits.sleep(waits.poll_s)


def wait_for_ready(
    service: UnitService, version: str, faults_before: tuple[str, ...], waits: Waits
) -> str:
    """Empty when the new version got ready and stayed so; otherwise what was wrong, in words.

    A fault that the old version had, too, is none of the new one's: a unit with a broken lamp can
    be updated.
    """
    end_s = waits.monotonic() + waits.ready_s
    since_s: float | None = None
    first_beat, why = 0, "it gave no answer"
    while waits.monotonic() < end_s:
        said = service.said()
        why = _wrong(said, version, faults_before)
        if why or said is None:
            since_s = None
            if not service.is_active():
                return f"its service ended ({why})"
        elif since_s is None:
            since_s, first_beat = waits.monotonic(), said.heartbeat
        elif waits.monotonic() - since_s >= waits.steady_s:
            if said.heartbeat > first_beat:
                return ""
            why = "its loop stands still"
        waits.sleep(waits.poll_s)
    return f"it was not ready after {waits.ready_s:.0f} s: {why or 'it did not stay ready'}"


def _wrong(said: Said | None, version: str, faults_before: tuple[str, ...]) -> str:
    if said is None:
        return "it gave no answer"
    if said.version != version:
        return f"version {said.version} answers"
    if said.state is State.STARTING:
        return "it is still starting"
    new = sorted(set(said.faults) - set(faults_before))
    return f"faults that were not there before: {', '.join(new)}" if new else ""
