"""From a bundle to the version that runs: prepared beside, switched in one step, on trial, kept or
undone. Readable from top to bottom; what may go wrong at each step stands in README.md."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from appliance.config import Config, read_config
from appliance.refusal import Refusal
from appliance.update.bundle import Announced, Bundle, Reading, opened
from appliance.update.children import Children
from appliance.update.environment import build, sync_file_system
from appliance.update.errors import UpdateError
from appliance.update.fit import UnitFacts, check_fit, this_machine
from appliance.update.keys import read_trusted
from appliance.update.lasting import must_last
from appliance.update.places import Places
from appliance.update.proving import facts_of, prove
from appliance.update.record import RecordKeeper
from appliance.update.recover import go_back, recover
from appliance.update.releases import CURRENT, INCOMING, PROVEN, Releases
from appliance.update.state import (
    BusyUpdateError,
    Phase,
    Progress,
    keep_progress,
    only_updater,
    read_progress,
    settled,
)
from appliance.update.trial import Waits, wait_for_hold, wait_for_ready
from appliance.update.unit_service import UnitService

ROOM_FACTOR = 4
"""Unpacked, a version takes about three times its bundle's bytes."""
ROOM_SPARE_BYTES = 100 * 1000 * 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Installer:
    places: Places
    service: Callable[[Config], UnitService]
    utc_now: Callable[[], str]
    say: Callable[[str], None] = lambda words: None
    waits: Waits = field(default_factory=Waits)
    spare_bytes: int = ROOM_SPARE_BYTES
    build: Callable[[Children, Path, Path, str], None] = build
    """Makes a release's environment of unpacked wheels and models."""
    running: list[str | Path] | None = None
    """The command of the version that runs, to compare with; ours unless given."""

    # -- what is asked for ----------------------------------------------------------------------

    def install(
        self,
        file: Path,
        *,
        by: str,
        allow_older: bool = False,
        reading: Reading = lambda done, total: None,
    ) -> str:
        """Install the bundle and switch to it; how it ended, in words. Raises `UpdateError` and
        other `Refusal`s when it was refused or undone; then the version before runs."""
        with only_updater(self.places.lock) as lock:
            self.say(self._recovered())
            progress = Progress(
                phase=Phase.PREPARING,
                before=self._releases.linked(CURRENT),
                after=file.name,
                by=by,
                utc=self.utc_now(),
            )
            with ExitStack() as stack:
                try:
                    bundle = stack.enter_context(opened(file, read_trusted(self.places.trusted)))
                    manifest = bundle.announced.manifest
                    progress = replace(progress, after=manifest.version)
                    must_last(self.places.base)
                    check_fit(manifest, self._facts(), allow_older=allow_older)
                    keep_progress(self.places.state, progress)
                    name = self._prepared(bundle, Children(lock), reading)
                except BaseException as error:
                    self._give_up(progress, error)
                    raise
                progress = replace(progress, after=name)
                return self._switch(progress, manifest.version, manifest.database_newest)

    def roll_back(self, *, by: str) -> str:
        """Back to the release before, on a person's word. Raises `UpdateError`, also where that
        release could not read the record any more."""
        must_last(self.places.base)
        with only_updater(self.places.lock) as lock:
            self.say(self._recovered())
            before = self._releases.linked(CURRENT)
            others = [name for name in self._releases.whole() if name != before]
            if not others:
                raise UpdateError(
                    expected="a release to go back to", found="none", action="Install a bundle."
                )
            facts = facts_of(Children(lock), self._releases.program(others[0]))
            database = self._record().version()
            if database is not None and database > facts.database_newest:
                raise UpdateError(
                    expected=f"a record that version {facts.version} can read (database "
                    f"{facts.database_newest})",
                    found=f"database {database}",
                    action="Restore a backup of the record that was made with that version.",
                )
            progress = Progress(before=before, after=others[0], by=by, utc=self.utc_now())
            return self._switch(progress, facts.version, facts.database_newest)

    def guard(self) -> str:
        """Before the service starts, and after an updater that died: bring in order what was left
        half done. Which version is started, in words. Raises `UpdateError`, OSError."""
        try:
            with only_updater(self.places.lock):
                return self._recovered()
        except BusyUpdateError:
            return "An update is under way; nothing is to be done."

    def _recovered(self) -> str:
        """A new version that runs on trial without its updater is stopped first."""
        half_done = Path(self.places.state).exists() and self._on_the_way()
        service = self.service(self._config()) if half_done else None
        active = service is not None and service.is_active()
        if service is not None and active:
            service.stop()
        try:
            return recover(self.places, self._record, self.utc_now)
        finally:
            if service is not None and active:
                service.start()

    def _on_the_way(self) -> bool:
        try:
            phase = read_progress(self.places.state).phase
        except UpdateError:
            return False
        return phase in (Phase.SWITCHING, Phase.TRIAL)

    # -- the new version beside the running one -------------------------------------------------

    def _prepared(self, bundle: Bundle, children: Children, reading: Reading) -> str:
        """The name of the whole and proven release; made now or found from an earlier try."""
        announced, releases = bundle.announced, self._releases
        version, content = announced.manifest.version, announced.manifest_sha256
        name = releases.name_for(version, content)
        if name == releases.linked(CURRENT):
            raise UpdateError(
                expected="another version than the one that runs",
                found=f"{version}, which runs",
                action="Nothing is to be done.",
            )
        if releases.is_whole(name):
            bundle.check(reading)
            return name
        self._check_room(announced)
        release = releases.path(name)
        if release.exists():
            shutil.rmtree(release)
        unpacked = Path(tempfile.mkdtemp(prefix=INCOMING, dir=releases.folder))
        self.say(f"Unpacking version {version} ...")
        bundle.unpack(unpacked, reading)
        self.say("Building its environment ...")
        self.build(children, release, unpacked, version)
        shutil.rmtree(unpacked)
        self.say("Proving it on the unit's golden boards ...")
        prove(
            children,
            releases.program(name),
            version=version,
            config=self.places.config,
            data=self._config().data,
            running=self.running,
        )
        sync_file_system(release)
        releases.mark_whole(name, content)
        return name

    def _check_room(self, announced: Announced) -> None:
        needed = announced.manifest.size_bytes * ROOM_FACTOR + self.spare_bytes
        free = shutil.disk_usage(self._releases.folder).free
        if free < needed:
            raise UpdateError(
                expected=f"{needed / 1e6:.0f} MB free in {self._releases.folder}",
                found=f"{free / 1e6:.0f} MB",
                action="Make room: export and remove old pictures, or take a larger card.",
            )

    # -- the switch -----------------------------------------------------------------------------

    def _switch(self, progress: Progress, version: str, database: int | None) -> str:
        """`database` is the newest that the version knows; None for one that ran here before."""
        service, record = self.service(self._config()), self._record()
        was_active = service.is_active()
        said = service.said() if was_active else None
        progress = self._phase(progress, Phase.HOLDING)
        try:
            if was_active:
                wait_for_hold(service, self.waits)
                service.stop()
        except BaseException as error:
            self._give_up(progress, error)
            if was_active and not service.is_active():
                service.start()
            raise
        try:
            progress = self._phase(progress, Phase.SWITCHING)
            known = record.version()
            if known is not None and database is not None and known < database:
                copy = record.put_aside(f"records-v{known}-before-{progress.after}.db")
                progress = self._phase(replace(progress, copy=copy), Phase.SWITCHING)
            self._releases.link(CURRENT, progress.after)
            progress = self._phase(progress, Phase.TRIAL)
            self.say(f"Starting version {version} on trial ...")
            started = service.start()
            faults = () if said is None else said.faults
            why = wait_for_ready(service, version, faults, self.waits) if started else "no start"
        except BaseException as error:
            self._undo(progress, service, str(error), start=was_active)
            raise
        if why:
            raise UpdateError(
                expected=f"version {version} to get ready",
                found=why,
                action=self._undo(progress, service, why, start=was_active),
            )
        words = f"Version {version} runs (before: {progress.before})."
        keep_progress(
            self.places.state, settled(progress, good=True, outcome=words, utc=self.utc_now())
        )
        self._releases.link(PROVEN, progress.after)
        self._releases.prune()
        if not was_active:
            service.stop()
        return words

    def _undo(self, progress: Progress, service: UnitService, why: str, *, start: bool) -> str:
        """Whatever can't be written is said and left to the guard: the version before is started
        in every case."""
        self.say(f"Going back: {why}")
        with suppress(OSError, subprocess.SubprocessError):
            service.stop()
        why = f"The update to {progress.after} was undone: {why.rstrip('.')}."
        try:
            words = go_back(self.places, progress, self._record, why, self.utc_now).outcome
        except (OSError, Refusal) as error:
            words = f"{why} {error} The next start tries again."
        if start:
            service.start()
        return words

    # -- inside ---------------------------------------------------------------------------------

    def _give_up(self, progress: Progress, error: BaseException) -> None:
        """Before the switch: say why, remove what was begun. The running version is as it was."""
        words = f"The update to {progress.after} was refused: {error}"
        if isinstance(error, KeyboardInterrupt):
            words = f"The update to {progress.after} was interrupted."
        # On a full disk neither may succeed; the next start's guard does both.
        with suppress(OSError):
            self._releases.sweep()
        with suppress(OSError):
            keep_progress(
                self.places.state, settled(progress, good=False, outcome=words, utc=self.utc_now())
            )

    def _phase(self, progress: Progress, phase: Phase) -> Progress:
        return keep_progress(self.places.state, replace(progress, phase=phase, utc=self.utc_now()))

    def _facts(self) -> UnitFacts:
        python, arch = this_machine()
        current = self._releases.linked(CURRENT).split("+")[0]
        return UnitFacts(
            version=current, python=python, arch=arch, database=self._record().version()
        )

    def _config(self) -> Config:
        return read_config(self.places.config)

    def _record(self) -> RecordKeeper:
        return RecordKeeper(self._config().records.folder)

    @property
    def _releases(self) -> Releases:
        return Releases(self.places.base)
