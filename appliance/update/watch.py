"""The running service's side of an update: it holds still when it is asked to, and judges nothing
while it is on trial. Both are asked for by the updater's file, which root alone can write."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from appliance.commands import BeginMaintenance, CommandQueue, EndMaintenance, SelectRecipe
from appliance.config import DEFAULT_PATH, Config
from appliance.refusal import Refusal
from appliance.states import State
from appliance.status import StatusBoard
from appliance.store import Store, StoreError
from appliance.system_update.after_start import on_trial as system_on_trial
from appliance.system_update.autoboot import running_slot
from appliance.system_update.places import SystemPlaces
from appliance.update.errors import UpdateError
from appliance.update.places import STATE_FILE
from appliance.update.state import Phase, Progress, read_progress
from appliance.update.trial import UPDATER

log = logging.getLogger(__name__)

LOOK_S = 1.0
EVENT = "update"
LOOKED_BACK = 10
_HOLDS = (Phase.HOLDING, Phase.SWITCHING)


class OnTrialError(Refusal):
    """A recipe was asked for while the version is on trial."""

    def __init__(self) -> None:
        super().__init__(
            expected="a version that has proven itself",
            found="one on trial after an update",
            action="Wait a moment; boards are judged as soon as the trial is over.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Updater:
    """One who may exchange what runs: a version by another, or the whole system."""

    file: Path
    """How far it is; root's own."""
    runs: str
    """What it exchanges, as its file names it: a release's folder, or a slot."""
    proven: Callable[[], bool] = lambda: True
    """Whether what runs may judge, whatever the file says. Asked again and again."""

    def progress(self) -> Progress:
        try:
            return read_progress(self.file)
        except UpdateError:
            log.warning("How far an update is can't be read", exc_info=True)
            return Progress()

    def holds(self) -> bool:
        progress = self.progress()
        return progress.phase in _HOLDS and progress.before == self.runs

    def on_trial(self) -> bool:
        progress = self.progress()
        tried = progress.phase in (Phase.SWITCHING, Phase.TRIAL) and progress.after == self.runs
        return tried or not self.proven()


def of_versions(base: Path, release: str = "") -> Updater:
    """`base`: where versions lie; `release`: folder name of the one that runs."""
    return Updater(file=base / STATE_FILE, runs=release or Path(sys.prefix).name)


def of_systems(places: SystemPlaces) -> Updater:
    """On a unit with two systems, what the firmware starts by itself is what may judge."""

    def proven() -> bool:
        try:
            return not system_on_trial(places)
        except UpdateError:
            log.warning("No board passes: which system starts can't be told", exc_info=True)
            return False

    return Updater(file=places.state, runs=places.slot, proven=proven)


class UpdateWatch:
    """For every one who may exchange what runs here."""

    def __init__(self, *updaters: Updater) -> None:
        self._updaters = updaters
        self._held = False
        self._told: list[Progress] = []
        self._refused: str | None = None
        self._lock = threading.Lock()

    def admit(self, recipe: str) -> None:
        """Before a recipe is loaded. Raises `OnTrialError`; the recipe is asked for again when the
        trial is over."""
        if self._on_trial():
            with self._lock:
                self._refused = recipe
            raise OnTrialError

    def look(self, status: StatusBoard, commands: CommandQueue) -> None:
        """Once a second: ask the cabinet for what the updater's file asks for."""
        state = status.current()[1].state
        if any(each.holds() for each in self._updaters):
            if state is not State.MAINTENANCE and commands.put(BeginMaintenance(by=UPDATER)):
                self._held = True
        elif self._held:
            self._held = not commands.put(EndMaintenance(by=UPDATER))
        with self._lock:
            if self._refused is None or self._on_trial():
                return
            if commands.put(SelectRecipe(folder=self._refused, by=UPDATER)):
                self._refused = None

    def run(
        self, stop: threading.Event, status: StatusBoard, commands: CommandQueue, store: Store
    ) -> None:
        """Until told to stop."""
        while not stop.wait(LOOK_S):
            self.look(status, commands)
            self.tell(store)

    def tell(self, store: Store) -> None:
        """How the last updates ended goes into the diary, once."""
        for each in self._updaters:
            progress = each.progress()
            if progress.phase is Phase.SETTLED and progress.outcome and progress not in self._told:
                self._told.append(progress)
                _tell(progress, store)

    def _on_trial(self) -> bool:
        return any(each.on_trial() for each in self._updaters)


def _tell(progress: Progress, store: Store) -> None:
    detail = f"{progress.utc} {progress.outcome}"[:500]
    try:
        last = store.events(kind=EVENT, limit=LOOKED_BACK)
        if all(each.detail != detail for each in last):
            store.add_event(EVENT, by=progress.by or None, detail=detail)
    except StoreError:
        log.exception("The diary does not say how the update ended")


def watch_for(config: Config, config_path: Path | None, base: Path | None) -> UpdateWatch | None:
    """None for a developer's tree: nobody exchanges it."""
    if base is None:
        return None
    updaters = [of_versions(base)]
    slot = running_slot()
    if slot is not None:
        updaters.append(
            of_systems(
                SystemPlaces(data=config.data, config=config_path or DEFAULT_PATH, slot=slot)
            )
        )
    return UpdateWatch(*updaters)
