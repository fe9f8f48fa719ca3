"""The trial itself, in the system that was started for it: ready, its own self-test, the golden
boards as before; then it is kept by one write, or the machine is restarted into the one before."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace

from appliance.config import Config, read_config
from appliance.durable import make_folder
from appliance.refusal import Refusal
from appliance.system_update.after_start import on_trial, won
from appliance.system_update.autoboot import default_slot
from appliance.system_update.before import read_before
from appliance.system_update.places import SystemPlaces
from appliance.system_update.rauc import Rauc
from appliance.update.children import Children
from appliance.update.errors import UpdateError
from appliance.update.golden import GoldenCall
from appliance.update.proving import must_judge_alike
from appliance.update.state import Phase, keep_progress, only_updater, read_progress
from appliance.update.trial import Waits, wait_for_ready
from appliance.update.unit_service import UnitService


def restart() -> None:
    """A plain restart takes the default slot. Raises OSError, `subprocess.SubprocessError`."""
    subprocess.run(("systemctl", "reboot"), check=True, timeout=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemTrial:
    places: SystemPlaces
    version: str
    """Of the software of this system."""
    service: Callable[[Config], UnitService]
    self_test: Callable[[Children, SystemPlaces], None]
    goldens: Callable[[Children, SystemPlaces], list[GoldenCall]]
    utc_now: Callable[[], str]
    rauc: Rauc = field(default_factory=Rauc)
    restart: Callable[[], None] = restart
    say: Callable[[str], None] = lambda words: None
    waits: Waits = field(default_factory=lambda: Waits(ready_s=300.0))

    def run(self) -> str:
        """How it ended, in words. Where it is lost the machine restarts. Raises `UpdateError`
        only where another updater is at work, or where nothing can be told of the slots."""
        make_folder(self.places.folder)
        with only_updater(self.places.lock) as lock:
            if not on_trial(self.places):
                return f"System {self.places.slot} runs; nothing is on trial."
            try:
                self._prove(Children(lock))
                self.rauc.mark_good()
                self._must_be_kept()
            except (Refusal, OSError, subprocess.SubprocessError) as error:
                return self._lost(str(error))
            return won(self.places, read_progress(self.places.state), self.utc_now).outcome

    def _prove(self, children: Children) -> None:
        """Raises `Refusal`, OSError."""
        progress = read_progress(self.places.state)
        if progress.phase is not Phase.TRIAL or progress.after != self.places.slot:
            raise UpdateError(
                expected=f"a trial of system {self.places.slot}",
                found=f"{progress.phase} of {progress.after or 'none'}",
                action="Install the system bundle again.",
            )
        before = read_before(self.places.before)
        self.say("Waiting until the instrument is ready ...")
        service = self.service(read_config(self.places.config))
        why = wait_for_ready(service, self.version, before.faults, self.waits)
        if why:
            raise UpdateError(
                expected=f"version {self.version} to get ready", found=why, action="Tell the maker."
            )
        self.say("Self-test ...")
        self.self_test(children, self.places)
        self.say("The golden boards ...")
        must_judge_alike(list(before.goldens), self.goldens(children, self.places))

    def _must_be_kept(self) -> None:
        """RAUC was told; read again what the firmware will read."""
        if default_slot(self.places.boot) != self.places.slot:
            raise UpdateError(
                expected=f"system {self.places.slot} to be the one that starts",
                found="the one before",
                action="Look at the boot-selection program that RAUC's system.conf names.",
            )

    def _lost(self, why: str) -> str:
        """Why is kept for the system before, which tells it."""
        with suppress(Refusal, OSError):
            progress = read_progress(self.places.state)
            if progress.phase is Phase.TRIAL:
                keep_progress(self.places.state, replace(progress, outcome=why))
        self.restart()
        return f"System {self.places.slot} did not prove itself; going back. {why}"
