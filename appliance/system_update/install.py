"""From a system bundle to a start on trial. Readable from top to bottom; the other half, after the
restart, is `after_start`."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from appliance.config import Config, read_config
from appliance.durable import make_folder
from appliance.system_update.after_start import put_in_order
from appliance.system_update.autoboot import default_slot, other
from appliance.system_update.before import Before, keep_before
from appliance.system_update.places import SystemPlaces
from appliance.system_update.rauc import Rauc, SystemBundle
from appliance.system_update.slots import try_none
from appliance.update.children import Children
from appliance.update.errors import UnfitError, UpdateError
from appliance.update.fit import is_older
from appliance.update.golden import GoldenCall
from appliance.update.record import RecordKeeper
from appliance.update.state import Phase, Progress, keep_progress, only_updater, settled
from appliance.update.trial import Waits, wait_for_hold
from appliance.update.unit_service import UnitService

TRY_THE_OTHER = ("systemctl", "reboot", "--reboot-argument=0 tryboot")
"""The argument reaches the firmware by reboot(2); it holds for one start."""


def restart_on_trial() -> None:
    """Raises OSError, `subprocess.SubprocessError`."""
    subprocess.run(TRY_THE_OTHER, check=True, timeout=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemInstaller:
    places: SystemPlaces
    version: str
    """Of the software that runs."""
    service: Callable[[Config], UnitService]
    goldens: Callable[[Children, SystemPlaces], list[GoldenCall]]
    """What the running software says of the golden boards."""
    utc_now: Callable[[], str]
    rauc: Rauc = field(default_factory=Rauc)
    restart: Callable[[], None] = restart_on_trial
    say: Callable[[str], None] = lambda words: None
    waits: Waits = field(default_factory=Waits)

    def install(self, file: Path, *, by: str, allow_older: bool = False) -> str:
        """Write the other system and start it on trial; what happens next, in words. Raises
        `UpdateError` when it was refused; then this system goes on as it was."""
        make_folder(self.places.folder)
        self.places.folder.chmod(0o755)
        with only_updater(self.places.lock) as lock:
            self._must_not_be_on_trial()
            self.say(put_in_order(self.places, self._record, self.utc_now))
            progress = Progress(
                phase=Phase.PREPARING,
                before=self.places.slot,
                after=other(self.places.slot),
                by=by,
                utc=self.utc_now(),
            )
            try:
                self._check(self.rauc.read(file), allow_older=allow_older)
                progress = self._phase(progress, Phase.PREPARING)
                before = self._ask_oneself(Children(lock))
                self.say("Writing the other system ...")
                self.rauc.install(file, self.say)
                keep_before(self.places.before, before)
            except BaseException as error:
                self._give_up(progress, error)
                raise
            self._switch(progress)
        return "The other system is started on trial; no board passes until it has proven itself."

    # -- beside the inspections -----------------------------------------------------------------

    def _must_not_be_on_trial(self) -> None:
        if default_slot(self.places.boot) != self.places.slot:
            raise UpdateError(
                expected="a system that has proven itself",
                found=f"system {self.places.slot} on trial",
                action="Wait until the trial is over: `goldenboard system-update status`.",
            )

    def _check(self, bundle: SystemBundle, *, allow_older: bool) -> None:
        """RAUC has checked who signed it and what kind of unit it is for."""
        self.say(f"System {bundle.version}. {bundle.description}".strip())
        if not allow_older and is_older(bundle.version, self.version):
            raise UnfitError(
                expected=f"a system of version {self.version} or newer",
                found=bundle.version,
                action="To go back on purpose, a technician says --allow-older.",
            )

    def _ask_oneself(self, children: Children) -> Before:
        said = self.service(self._config()).said()
        self.say("Asking this system about the golden boards ...")
        return Before(
            version=self.version,
            faults=() if said is None else said.faults,
            goldens=tuple(self.goldens(children, self.places)),
        )

    # -- between two boards ---------------------------------------------------------------------

    def _switch(self, progress: Progress) -> None:
        service, record = self.service(self._config()), self._record()
        was_active = service.is_active()
        progress = self._phase(progress, Phase.HOLDING)
        try:
            if was_active:
                wait_for_hold(service, self.waits)
                service.stop()
            progress = self._phase(progress, Phase.SWITCHING)
            if record.version() is not None:
                copy = record.put_aside(f"records-before-system-{progress.after}.db")
                progress = replace(progress, copy=copy)
            self._phase(progress, Phase.TRIAL)
            self.say("Restarting ...")
            os.sync()
            self.restart()
        except BaseException as error:
            self._give_up(progress, error)
            if was_active and not service.is_active():
                service.start()
            raise

    def _give_up(self, progress: Progress, error: BaseException) -> None:
        """The system that runs stays, and the other one is not tried."""
        words = f"The system update was refused: {error}"
        if isinstance(error, KeyboardInterrupt):
            words = "The system update was interrupted."
        with suppress(OSError):
            try_none(self.places)
        with suppress(OSError):
            keep_progress(
                self.places.state, settled(progress, good=False, outcome=words, utc=self.utc_now())
            )

    # -- inside ---------------------------------------------------------------------------------

    def _phase(self, progress: Progress, phase: Phase) -> Progress:
        return keep_progress(self.places.state, replace(progress, phase=phase, utc=self.utc_now()))

    def _config(self) -> Config:
        return read_config(self.places.config)

    def _record(self) -> RecordKeeper:
        return RecordKeeper(self._config().records.folder)
