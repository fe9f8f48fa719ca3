"""Files and folders that survive a power cut whole or not at all: a temporary name beside them,
fsync, replace, fsync of the folder. Everything here raises OSError."""

from __future__ import annotations

import ctypes
import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

TEMPORARY = ".tmp"
"""Ending of what is not whole yet. A file has one temporary name, so that whatever a cut leaves is
written over by the next try; files that several may write are written under `only_writer`."""
READABLE, PRIVATE = 0o644, 0o640

_UNFINISHED = re.compile(r"\.(.+)\.[a-z0-9_]{8}" + re.escape(TEMPORARY))
_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


def write_durably(path: Path, data: bytes, mode: int = READABLE) -> None:
    """Replace `path` by `data`: afterwards the old or the new content is there, whole, whatever
    happens."""
    temporary = write_temporary(path, data, mode)
    try:
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def write_temporary(path: Path, data: bytes, mode: int = READABLE) -> Path:
    """Write and sync `data` beside `path`; nothing is left behind on failure."""
    temporary = path.with_name(f".{path.name}{TEMPORARY}")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    try:
        with os.fdopen(handle, "wb") as file:
            os.fchmod(file.fileno(), mode)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def make_folder(folder: Path) -> None:
    """Create a folder, and durably its name in the one above."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(mode=0o750, exist_ok=True)
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_tree(folder: Path) -> None:
    """fsync every file and folder under `folder`, the leaves first."""
    for parent, _, names in os.walk(folder, topdown=False):
        for name in names:
            handle = os.open(Path(parent) / name, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
        sync_folder(Path(parent))


@contextmanager
def fresh_folder(target: Path) -> Iterator[Path]:
    """An empty folder beside `target`, to be filled and put in its place. What still has its name
    when the block ends is removed, and so is what a power cut left of earlier tries."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with only_writer(target.parent):
        _sweep(target.parent, target.name)
        name = tempfile.mkdtemp(prefix=f".{target.name}.", suffix=TEMPORARY, dir=target.parent)
        fresh = Path(name)
        owned = os.open(fresh, os.O_RDONLY | os.O_DIRECTORY)
        fcntl.flock(owned, fcntl.LOCK_EX)
    try:
        fresh.chmod(0o755)
        yield fresh
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
        os.close(owned)


def sweep_unfinished(parent: Path) -> int:
    """Remove the folders in `parent` that a power cut left unfinished; how many. One that is being
    filled now, by whatever process, is left alone."""
    with only_writer(parent):
        return _sweep(parent, None)


def _sweep(parent: Path, name: str | None) -> int:
    count = 0
    for path in sorted(parent.iterdir()):
        match = _UNFINISHED.fullmatch(path.name)
        if match is None or name not in (None, match[1]) or path.is_symlink() or not path.is_dir():
            continue
        handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue  # somebody is at work in it
        else:
            shutil.rmtree(path)
            count += 1
        finally:
            os.close(handle)
    return count


@contextmanager
def only_writer(folder: Path) -> Iterator[None]:
    """Hold the folder against other writers, of this process or another, while in the block."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def exchange(one: Path, other: Path) -> None:
    """Swap two paths of one file system in a single step (renameat2, Linux 3.15).

    File systems that can't do it get two renames; a cut between them leaves the old folder
    under its temporary name, and a reader finds no recipe rather than a mixed one.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    names = (os.fsencode(one), os.fsencode(other))
    swap = getattr(libc, "renameat2", None)  # glibc has it since 2.28, others may not
    if swap and swap(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _RENAME_EXCHANGE) == 0:
        return
    aside = other.with_name(f".{other.name}.aside")
    other.rename(aside)
    one.rename(other)
    aside.rename(one)
