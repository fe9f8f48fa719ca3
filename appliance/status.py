"""What the cabinet is doing now, as one frozen snapshot for everyone who only looks."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from appliance.commission.values import CommissionView
from appliance.states import State
from appliance.terms import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class LampView:
    """The beacon as it is lit at this instant."""

    red: bool = False
    amber: bool = False
    green: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultView:
    code: str
    """Stable word for programs, such as `camera_timeout`."""
    device: str
    found: str
    """What broke, in words."""
    action: str
    """What a person can do, in words."""
    since_utc: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceView:
    """One line of the technician's page: a traffic light with its measured value."""

    name: str
    level: str
    """ok, warn or bad."""
    value: str
    """Measured value with its unit."""
    limit: str
    next_step: str
    """What to do, empty when ok."""
    since_utc: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    state: State
    lamps: LampView
    since_utc: str
    """When this state was entered."""
    word: str
    """The large word of the screen: Ready: insert a board, PASS, LOOK: 2 places, ..."""
    step: str
    """What is under way or to be done, in words: 'waiting for the light', 'judging 30 windows',
    'take the board out'."""
    verdict: Verdict | None
    """Only while the verdict is shown: never stale."""
    inspection_id: int | None
    """The store's number of the board that the verdict is of."""
    serial: str | None
    operator: str | None
    recipe: str | None
    recipe_version: int | None
    part_number: str | None
    faults: tuple[FaultView, ...]
    devices: tuple[DeviceView, ...]
    worker: str | None
    """Who works on the unit in setup or maintenance."""
    software_version: str
    simulated: bool
    unit: str
    commission: CommissionView | None = None
    """The step of commissioning under way or the last one; only in maintenance."""


class StatusBoard:
    """Holds the newest snapshot; written by the controller, read and awaited by the pages."""

    def __init__(self, first: Status) -> None:
        self._changed = threading.Condition()
        self._status = first
        self._version = 0
        self._heartbeat = 0
        self._closed = False

    def publish(self, status: Status) -> None:
        """Replace the snapshot; watchers wake only when something in it differs."""
        with self._changed:
            self._heartbeat += 1
            if status != self._status:
                self._status = status
                self._version += 1
                self._changed.notify_all()

    @property
    def heartbeat(self) -> int:
        """Counts the controller's publications: stands still when the controller does."""
        return self._heartbeat

    def current(self) -> tuple[int, Status]:
        """Version and snapshot."""
        with self._changed:
            return self._version, self._status

    def wait_newer(self, version: int, timeout_s: float) -> tuple[int, Status] | None:
        """The snapshot as soon as its version differs; None after the timeout or when closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._version != version, timeout_s)
            if self._closed or self._version == version:
                return None
            return self._version, self._status

    @property
    def closed(self) -> bool:
        return self._closed

    def close(self) -> None:
        """Wake every watcher for the last time."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
