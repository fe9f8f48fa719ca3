"""A 64-bit ARM system to run the device's wheels in, emulated: no root rights, no chroot.

Debian's packages are unpacked, not configured, which takes seconds; the wheels are those that a
release carries (`provisioning/release/make-release.sh`), unpacked beside them. QEMU's user mode
looks for every file there first.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench.arm.processor import write_processor
from tests.conftest import ROOT
from tests.wheels import built_wheel

BUILD = ROOT / "build" / "bench-arm"
QEMU = "qemu-aarch64"
"""The dynamic one: the static build takes no plugins."""
_APP = Path("opt/app")


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """A Debian release with its Python."""

    name: str
    python: str

    @property
    def packages(self) -> str:
        python = f"libpython{self.python}-stdlib"
        return f"python{self.python},{python},libstdc++6,libgomp1,ca-certificates"


BOOKWORM = Suite(name="bookworm", python="3.11")
TRIXIE = Suite(name="trixie", python="3.13")
SUITES = (BOOKWORM, TRIXIE)


def missing() -> list[str]:
    """The programs that are not installed, of those that a root needs."""
    return [name for name in (QEMU, "mmdebstrap") if shutil.which(name) is None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmRoot:
    """A made root. `run` starts its Python on an emulated Cortex-A72."""

    suite: Suite
    folder: Path

    @property
    def app(self) -> Path:
        """Where the wheels are unpacked."""
        return self.folder / _APP

    def run(
        self,
        *words: str | Path,
        plugin: Sequence[str] = (),
        extra_path: Path | None = None,
        timeout_s: float = 1800.0,
    ) -> subprocess.CompletedProcess[str]:
        """`python words...`; raises RuntimeError with its last words when it does not end with 0.

        An illegal instruction ends it with SIGILL, which QEMU reports as such."""
        path = str(self.app) if extra_path is None else f"{self.app}:{extra_path}"
        command = [
            QEMU, "-L", self.folder, "-cpu", "cortex-a72", *plugin,
            "-E", f"PYTHONPATH={path}", "-E", "PYTHONFAULTHANDLER=1",
            "-E", "PYTHONDONTWRITEBYTECODE=1",
            self.folder / f"usr/bin/python{self.suite.python}", *words,
        ]  # fmt: skip
        done = subprocess.run(
            [str(each) for each in command],
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout_s,
        )
        if done.returncode != 0:
            raise RuntimeError(
                f"{' '.join(map(str, words))} ended with {done.returncode} on {self.suite.name}:\n"
                f"{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
            )
        return done


def make_root(suite: Suite, build: Path = BUILD) -> ArmRoot:
    """The root of `suite` below `build`, made where it is not there; the product's own wheel is
    unpacked anew each time, the others when the release's list of them changes.

    Raises RuntimeError with the words of the program that failed."""
    folder = build / suite.name
    if not (folder / "made").is_file():
        shutil.rmtree(folder, ignore_errors=True)
        build.mkdir(parents=True, exist_ok=True)
        print(f"  unpacking Debian {suite.name} for arm64 ...", file=sys.stderr, flush=True)
        _do(
            "mmdebstrap", "--quiet", "--mode=root" if os.geteuid() == 0 else "--mode=unshare",
            "--architectures=arm64", "--variant=extract", f"--include={suite.packages}",
            suite.name, folder,
        )  # fmt: skip
        # Where the release relies on /lib being /usr/lib, its links come with a package's script.
        if not (folder / "lib").exists():
            (folder / "lib").symlink_to("usr/lib")
        (folder / "made").write_text("whole\n", encoding="ascii")
    write_processor(folder)
    _unpack_wheels(suite, build, folder)
    return ArmRoot(suite=suite, folder=folder)


def _unpack_wheels(suite: Suite, build: Path, folder: Path) -> None:
    told, key = folder / "wheels.sha256", _dependencies_key()
    if not told.is_file() or told.read_text(encoding="ascii") != key:
        print(f"  the wheels for Python {suite.python} ...", file=sys.stderr, flush=True)
        release = build / f"release-{suite.name}"
        _do("sh", "provisioning/release/make-release.sh", sys.executable, release, suite.python)
        shutil.rmtree(folder / _APP, ignore_errors=True)
        for wheel in sorted((release / "wheels").glob("*.whl")):
            _unpack(wheel, folder / _APP)
        told.write_text(key, encoding="ascii")
    for ours in ("appliance", "hw", "cradles"):
        shutil.rmtree(folder / _APP / ours, ignore_errors=True)
    with tempfile.TemporaryDirectory() as source:
        _unpack(built_wheel(Path(source)), folder / _APP)


def _unpack(wheel: Path, into: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(into)


def _dependencies_key() -> str:
    """Of what the other wheels are chosen by."""
    digest = hashlib.sha256()
    for name in ("pyproject.toml", "provisioning/release/needed.py"):
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def _do(*command: str | Path) -> None:
    done = subprocess.run(
        [str(each) for each in command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]} failed:\n{done.stdout[-2000:]}\n{done.stderr[-3000:]}")
