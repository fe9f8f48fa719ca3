"""Files that are whole after a power cut: temporary file beside it, fsync, replace, fsync the
folder."""

from __future__ import annotations

import os
from pathlib import Path

TEMPORARY = ".tmp"
"""Ending of files that are not whole yet; whatever carries it after a start is swept."""


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable. Raises OSError."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def make_folder(folder: Path) -> None:
    """Create a folder, and durably its name in the one above. Raises OSError."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(mode=0o750, exist_ok=True)
    sync_folder(folder.parent)


def write_temporary(path: Path, data: bytes, mode: int = 0o640) -> Path:
    """Write and sync `data` beside `path`; nothing is left behind on failure. Raises OSError."""
    temporary = path.with_name(f".{path.name}{TEMPORARY}")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def write_durably(path: Path, data: bytes, mode: int = 0o640) -> None:
    """Replace `path` by `data`: afterwards the old or the new content is there, whole, whatever
    happens. Raises OSError."""
    temporary = write_temporary(path, data, mode)
    try:
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)
