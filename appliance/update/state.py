"""How far an update is, in one durable file beside the versions that it speaks of.

    settled → preparing → holding → switching → trial → settled

Until `switching` nothing of the running version was touched. From there on whoever finds the file
and no updater at work goes back. `settled` says how the last update ended.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

import tomli_w

from appliance.durable import write_durably
from appliance.toml_strict import TomlError, read_toml, to_table
from appliance.update.errors import UpdateError

FORMAT = 1


class BusyUpdateError(UpdateError):
    """Another updater is at work."""


class Phase(StrEnum):
    SETTLED = "settled"
    PREPARING = "preparing"
    """The new version is unpacked and proven beside the running one."""
    HOLDING = "holding"
    """The running one is asked to take no more boards."""
    SWITCHING = "switching"
    """It is stopped, the record is copied, the link is exchanged."""
    TRIAL = "trial"
    """The new one runs and has to get ready. It judges no board."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordCopy:
    """The record's database as it was before the new version brought it forward."""

    name: str
    """A file beside the database."""
    version: int
    last_inspection: int
    """The highest number in it, 0 for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    phase: Phase = Phase.SETTLED
    before: str = ""
    """Folder name of the release that ran."""
    after: str = ""
    """Of the one that is to run; the version's number while there is no folder yet."""
    by: str = ""
    utc: str = ""
    """When this phase began."""
    copy: RecordCopy | None = None
    good: bool = True
    outcome: str = ""
    """How the last update ended, in words."""
    format: int = FORMAT

    def __post_init__(self) -> None:
        if self.format != FORMAT:
            raise ValueError(f"format {self.format} where {FORMAT} is known")


def read_progress(path: Path) -> Progress:
    """Raises `UpdateError` for a file that is there and can't be read."""
    if not path.exists():
        return Progress()
    try:
        return read_toml(path, Progress)
    except TomlError as error:
        raise UpdateError(
            expected=error.expected, found=error.found, action="Install the version again."
        ) from error


def keep_progress(path: Path, progress: Progress) -> Progress:
    write_durably(path, tomli_w.dumps(to_table(progress)).encode())
    return progress


def settled(progress: Progress, *, good: bool, outcome: str, utc: str) -> Progress:
    """The end of an update."""
    return replace(progress, phase=Phase.SETTLED, good=good, outcome=outcome, utc=utc)


@contextmanager
def only_updater(lock: Path) -> Iterator[int]:
    """Hold the unit against other updaters; gives the handle, which children inherit, so that
    the lock outlives an updater that is killed for as long as they do. Raises `UpdateError`."""
    handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BusyUpdateError(
                expected="one update at a time",
                found="one under way",
                action="Wait until it is over: `goldenboard update status`.",
            ) from None
        yield handle
    finally:
        os.close(handle)
