"""RAUC by its own command: what a bundle says of itself, installing it, and calling a slot good."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from configparser import ConfigParser
from configparser import Error as ConfigParserError
from dataclasses import dataclass
from pathlib import Path

from appliance.update.errors import BundleError, SignatureError, UnfitError, UpdateError

SYSTEM_CONF = Path("/etc/rauc/system.conf")
SUFFIX = ".raucb"
_INFO_S = 600
_INSTALL_S = 3600
_MARK_S = 120
_SHOWN = 600
_WHY = "LastError:"
"""Begins the line of `rauc install` that says what was wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemBundle:
    """What a signed bundle says of itself."""

    compatible: str
    """The kind of unit that it is for."""
    version: str
    description: str = ""
    build: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rauc:
    conf: Path = SYSTEM_CONF
    environment: dict[str, str] | None = None
    """Of its children, beside ours; None for none."""

    def compatible(self) -> str:
        """Of this unit. Raises `UpdateError` where RAUC is not set up."""
        parser = ConfigParser()
        try:
            with self.conf.open(encoding="utf-8") as file:
                parser.read_file(file)
            return parser["system"]["compatible"]
        except (OSError, ConfigParserError, KeyError) as error:
            raise UpdateError(
                expected=f"RAUC's configuration with `compatible` in {self.conf}",
                found=str(error),
                action="Write the unit's image anew: it has no means to exchange its system.",
            ) from error

    def read(self, file: Path) -> SystemBundle:
        """Checks the signature, which is over the hash of every block. Raises `SignatureError`,
        `BundleError`, `UnfitError`."""
        if not file.is_file():
            raise BundleError(
                expected=f"a system bundle at {file}", found="no file", action="Name the .raucb."
            )
        done = self._done(_INFO_S, "info", "--output-format=json", str(file))
        if done.returncode != 0:
            raise _unread(file, done.stderr)
        try:
            told = json.loads(done.stdout)
            bundle = SystemBundle(
                compatible=str(told["compatible"]),
                version=str(told["version"]),
                description=str(told.get("description") or ""),
                build=str(told.get("build") or ""),
            )
        except (ValueError, KeyError, TypeError) as error:
            raise BundleError(
                expected="a bundle that tells its version",
                found=str(error),
                action="Tell the maker.",
            ) from error
        if bundle.compatible != self.compatible():
            raise UnfitError(
                expected=f"a system for {self.compatible()}",
                found=f"one for {bundle.compatible}",
                action="Get the bundle that is made for this unit.",
            )
        return bundle

    def install(self, file: Path, say: Callable[[str], None]) -> None:
        """Into the slot that does not run; RAUC's steps are passed on. Raises `UpdateError`."""
        with subprocess.Popen(
            self._command("install", str(file)),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env=self._environment(),
        ) as child:
            assert child.stdout is not None
            lines = []
            try:
                for line in map(str.strip, child.stdout):
                    lines.append(line)
                    if "%" in line[:5]:
                        say(line)
                code = child.wait(timeout=_INSTALL_S)
            except BaseException:
                child.kill()
                raise
        if code != 0:
            why = [line for line in lines if line.startswith(_WHY)] or lines[-2:]
            raise UpdateError(
                expected="RAUC to write the other system",
                found=f"exit code {code}: {' / '.join(why)[-_SHOWN:]}",
                action="The running system stays. Try again, or tell the maker what stands here.",
            )

    def mark_good(self) -> None:
        """The slot that runs. Raises `UpdateError`."""
        done = self._done(_MARK_S, "status", "mark-good", "booted")
        if done.returncode != 0:
            raise UpdateError(
                expected="RAUC to keep the system that runs",
                found=f"exit code {done.returncode}: {done.stderr.strip()[-_SHOWN:]}",
                action="The system before is started again. Tell the maker what stands here.",
            )

    # -- inside ---------------------------------------------------------------------------------

    def _done(self, timeout_s: float, *words: str) -> subprocess.CompletedProcess[str]:
        try:
            return subprocess.run(
                self._command(*words),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=timeout_s,
                env=self._environment(),
                check=False,
            )
        except FileNotFoundError:
            raise _no_rauc() from None
        except subprocess.TimeoutExpired:
            raise UpdateError(
                expected="an answer of RAUC",
                found=f"none after {timeout_s:.0f} s",
                action="Try again; look at the journal of rauc.service.",
            ) from None

    def _command(self, *words: str) -> list[str]:
        return ["rauc", "--conf", str(self.conf), *words]

    def _environment(self) -> dict[str, str] | None:
        return None if self.environment is None else {**os.environ, **self.environment}


def _no_rauc() -> UpdateError:
    return UpdateError(
        expected="the program rauc",
        found="none",
        action="A unit with two systems has it: write the unit's image anew.",
    )


def _unread(file: Path, said: str) -> UpdateError:
    """RAUC's last line says why; the ones before are of its configuration."""
    lines = [line for line in said.splitlines() if line and not line.startswith("rauc-Message")]
    last = lines[-1][-_SHOWN:] if lines else "no word"
    if "verification failed" in last or "keyring" in last.lower():
        return SignatureError(
            expected=f"{file.name} signed by the maker whom this unit trusts",
            found=last,
            action="Get the bundle from the maker again.",
        )
    return BundleError(
        expected=f"a whole system bundle in {file.name}",
        found=last,
        action="Copy it again, or get it from the maker again.",
    )
