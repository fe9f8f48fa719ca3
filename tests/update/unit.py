"""A unit in a folder: releases, a real record with boards, a configuration, and a service that is
a real process of whatever `current` is."""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

from appliance.config import Config, read_config
from appliance.store import Store
from appliance.update.children import Children
from appliance.update.environment import take_models
from appliance.update.install import Installer
from appliance.update.keys import TrustedKey
from appliance.update.places import Places
from appliance.update.releases import CURRENT, PROVEN, WHOLE, Releases
from appliance.update.trial import Waits
from appliance.update.unit_service import Said, ask_status
from tests.store.factories import RecordFactory, fill
from tests.update import tiny

QUOTA_BYTES = 10**9
BOARDS = 4


class ProcessService:
    """Starts and stops `current` as systemd would; its number stands in a file, so that another
    process can stop what a killed updater started."""

    def __init__(self, folder: Path, config: Config) -> None:
        self._folder = folder
        self._config = config
        self._pid_file = folder / "service.pid"

    def pid(self) -> int | None:
        try:
            pid = int(self._pid_file.read_text())
            os.kill(pid, 0)
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (OSError, ValueError):
            return None
        return None if state == "Z" else pid

    def is_active(self) -> bool:
        return self.pid() is not None

    def start(self) -> bool:
        program = self._folder / "opt" / CURRENT / "bin" / "goldenboard"
        child = subprocess.Popen(
            [program, "run", "--config", self._folder / "etc" / "goldenboard.toml"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._pid_file.write_text(str(child.pid))
        _CHILDREN.append(child)
        return True

    def stop(self) -> None:
        pid = self.pid()
        if pid is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
        handle = os.pidfd_open(pid)
        try:
            if not select.select([handle], [], [], 20)[0]:
                raise subprocess.TimeoutExpired("stop", 20)
        finally:
            os.close(handle)
        for child in _CHILDREN:
            child.poll()

    def said(self) -> Said | None:
        return ask_status(self._config)


_CHILDREN: list[subprocess.Popen[bytes]] = []


class Unit:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.places = Places(
            base=folder / "opt",
            config=folder / "etc" / "goldenboard.toml",
            trusted=folder / "etc" / "update.pub",
        )
        self.releases = Releases(self.places.base)
        self.records = folder / "var" / "records"

    # -- making one -----------------------------------------------------------------------------

    @classmethod
    def made(cls, folder: Path, version: str = "0.1.0") -> Unit:
        """With the tiny product installed by the product's own means."""
        unit = cls(folder)
        for path in (unit.releases.folder, unit.places.config.parent, unit.records):
            path.mkdir(parents=True)
        unit.trust_the_maker()
        unit.configure()
        factory = RecordFactory()
        with Store.open(unit.records, quota_bytes=QUOTA_BYTES, clock=factory.clock) as store:
            fill(store, factory, BOARDS)
        unit.add_release(version)
        unit.releases.link(CURRENT, version)
        unit.releases.link(PROVEN, version)
        return unit

    def trust_the_maker(self) -> None:
        public = TrustedKey(public=tiny.MAKER.public_key().public_bytes_raw(), comment="the maker")
        self.places.trusted.write_text(f"{public.line}\n")

    def configure(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.places.config.write_text(
            f'[cabinet]\nkind = "simulated"\n[pages]\nhost = "127.0.0.1"\nport = {port}\n'
            f'[records]\nfolder = "{self.records}"\n'
            f'[recipes]\nfolder = "{self.folder / "var" / "recipes"}"\n'
        )

    def add_release(self, version: str, flavour: tiny.Flavour = tiny.Flavour()) -> None:  # noqa: B008
        """Whole, as if it had been installed long ago."""
        release = self.releases.path(version)
        make_environment(release, tiny.wheel(self.folder / "old-wheels", version, flavour))
        (release / WHOLE).touch()

    # -- using it -------------------------------------------------------------------------------

    def config(self) -> Config:
        return read_config(self.places.config)

    def service(self, config: Config | None = None) -> ProcessService:
        return ProcessService(self.folder, config or self.config())

    def installer(self, **changes: object) -> Installer:
        made = Installer(
            places=self.places,
            service=self.service,
            utc_now=lambda: "2026-11-25T08:00:00.000Z",
            waits=Waits(hold_s=5, ready_s=6, steady_s=0.05, poll_s=0.02),
            spare_bytes=1000,
            build=quick_build,
            running=[self.releases.program(self.releases.linked(CURRENT))],
        )
        return replace(made, **changes)  # type: ignore[arg-type]

    def boards(self) -> list[tuple[int, str | None]]:
        """What stands in the record, read by the store itself after its own check."""
        with Store.open(self.records, quota_bytes=QUOTA_BYTES) as store:
            store.check()
            return [(row.inspection_id, row.serial) for row in reversed(store.boards())]

    def pictures(self) -> list[str]:
        return sorted(path.name for path in (self.records / "pictures").rglob("*.jpg"))

    def version_that_starts(self) -> str:
        """Start what `current` is as the system would, ask it, stop it again."""
        service = self.service()
        service.start()
        try:
            waits = Waits(ready_s=15)
            end_s = waits.monotonic() + waits.ready_s
            while waits.monotonic() < end_s:
                if (said := service.said()) is not None:
                    return said.version
                waits.sleep(0.02)
            return "none"
        finally:
            service.stop()


def make_environment(release: Path, wheel: Path) -> None:
    """What venv and pip make of a pure wheel, without the seconds that they take: the layout of
    PEP 405, the wheel unpacked, its one script. Some tests use the real ones."""
    minor = f"{sys.version_info.major}.{sys.version_info.minor}"
    packages = release / "lib" / f"python{minor}" / "site-packages"
    packages.mkdir(parents=True)
    (release / "bin").mkdir()
    (release / "bin" / "python").symlink_to(Path(sys._base_executable))  # type: ignore[attr-defined]
    home = Path(sys._base_executable).parent  # type: ignore[attr-defined]
    (release / "pyvenv.cfg").write_text(
        f"home = {home}\ninclude-system-site-packages = false\nversion = {minor}\n"
    )
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages)
    script = release / "bin" / "goldenboard"
    script.write_text(
        f"#!{release}/bin/python -I\n"
        "import sys\nfrom goldenboard_tiny.__main__ import main\nsys.exit(main())\n"
    )
    script.chmod(0o755)


def quick_build(children: Children, release: Path, unpacked: Path, version: str) -> None:
    """In the place of the product's `build`."""
    (wheel,) = (unpacked / "wheels").glob(f"goldenboard-{version}-*.whl")
    make_environment(release, wheel)
    take_models(release, unpacked)


def copied(unit: Unit, folder: Path) -> Unit:
    """Another unit like this one, with its own port. Programs name their Python by its path, so
    that is changed in the copy."""
    no_socket = shutil.ignore_patterns("status.sock")
    shutil.copytree(unit.folder, folder, symlinks=True, ignore=no_socket)
    twin = Unit(folder)
    for script in twin.releases.folder.glob("*/bin/*"):
        if script.is_file() and not script.is_symlink():
            text = script.read_bytes()
            script.write_bytes(text.replace(str(unit.folder).encode(), str(folder).encode()))
    for settings in twin.releases.folder.glob("*/pyvenv.cfg"):
        settings.write_text(settings.read_text().replace(str(unit.folder), str(folder)))
    twin.configure()
    return twin


def says(unit: Unit) -> dict[str, str]:
    """The state file's phase and outcome, as `update status --json` gives them."""
    from appliance.update.state import read_progress

    progress = read_progress(unit.places.state)
    return json.loads(json.dumps({"phase": progress.phase, "outcome": progress.outcome}))
