"""The running service's side of an update: it holds still when it is asked to, and judges nothing
while it is on trial. Both are asked for by the updater's file, which root alone can write."""

from __future__ import annotations

import logging
import sys
import threading
from pathlib import Path

from appliance.commands import BeginMaintenance, CommandQueue, EndMaintenance, SelectRecipe
from appliance.refusal import Refusal
from appliance.states import State
from appliance.status import StatusBoard
from appliance.store import Store, StoreError
from appliance.update.errors import UpdateError
from appliance.update.places import STATE_FILE
from appliance.update.state import Phase, Progress, read_progress
from appliance.update.trial import UPDATER

log = logging.getLogger(__name__)

LOOK_S = 1.0
EVENT = "update"
_HOLDS = (Phase.HOLDING, Phase.SWITCHING)


class OnTrialError(Refusal):
    """A recipe was asked for while the version is on trial."""

    def __init__(self) -> None:
        super().__init__(
            expected="a version that has proven itself",
            found="one on trial after an update",
            action="Wait a moment; boards are judged as soon as the trial is over.",
        )


class UpdateWatch:
    """`base`: where versions lie; `release`: folder name of the one that runs."""

    def __init__(self, base: Path, release: str = "") -> None:
        self._file = base / STATE_FILE
        self._release = release or Path(sys.prefix).name
        self._held = False
        self._refused: str | None = None
        self._lock = threading.Lock()

    def admit(self, recipe: str) -> None:
        """Before a recipe is loaded. Raises `OnTrialError`; the recipe is asked for again when the
        trial is over."""
        if self._on_trial(self._progress()):
            with self._lock:
                self._refused = recipe
            raise OnTrialError

    def look(self, status: StatusBoard, commands: CommandQueue) -> None:
        """Once a second: ask the cabinet for what the updater's file asks for."""
        progress, state = self._progress(), status.current()[1].state
        if progress.phase in _HOLDS and progress.before == self._release:
            if state is not State.MAINTENANCE and commands.put(BeginMaintenance(by=UPDATER)):
                self._held = True
        elif self._held:
            self._held = not commands.put(EndMaintenance(by=UPDATER))
        with self._lock:
            if self._refused is None or self._on_trial(progress):
                return
            if commands.put(SelectRecipe(folder=self._refused, by=UPDATER)):
                self._refused = None

    def run(self, stop: threading.Event, status: StatusBoard, commands: CommandQueue) -> None:
        """Until told to stop."""
        while not stop.wait(LOOK_S):
            self.look(status, commands)

    def tell(self, store: Store) -> None:
        """How the last update ended goes into the diary, once."""
        progress = self._progress()
        if progress.phase is not Phase.SETTLED or not progress.outcome:
            return
        detail = f"{progress.utc} {progress.outcome}"[:500]
        try:
            last = store.events(kind=EVENT, limit=1)
            if not last or last[0].detail != detail:
                store.add_event(EVENT, by=progress.by or None, detail=detail)
        except StoreError:
            log.exception("The diary does not say how the update ended")

    def _on_trial(self, progress: Progress) -> bool:
        return progress.phase in (Phase.SWITCHING, Phase.TRIAL) and progress.after == self._release

    def _progress(self) -> Progress:
        try:
            return read_progress(self._file)
        except UpdateError:
            log.warning("How far an update is can't be read", exc_info=True)
            return Progress()
