"""A folder of files that is written as a whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from appliance.durable import exchange, fresh_folder, sync_folder, sync_tree
from cradles.errors import CradleError

REPORT = "report.json"
"""Every folder that this writes has one: so it knows its own."""


def check_place(folder: Path, what: str) -> None:
    """Raises `CradleError` unless `folder` is missing, empty or an earlier one of these."""
    ours = not folder.exists() or (
        folder.is_dir() and ((folder / REPORT).is_file() or not any(folder.iterdir()))
    )
    if not ours:
        raise CradleError(
            expected=f"no folder, an empty one or an earlier {what} at {folder}",
            found="something else",
            action="Choose another --out; nothing was written.",
        )


def write_together(files: Mapping[str, bytes], folder: Path, what: str) -> None:
    """Names may have folders in them. Raises `CradleError`, with nothing changed, where it can't be
    written."""
    check_place(folder, what)
    try:
        with fresh_folder(folder) as fresh:
            for name, data in files.items():
                path = fresh / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
            sync_tree(fresh)
            if folder.exists():
                exchange(fresh, folder)
            else:
                fresh.rename(folder)
            sync_folder(folder.parent)
    except OSError as error:
        raise _unwritable(folder, what, error) from error


def _unwritable(folder: Path, what: str, error: OSError) -> CradleError:
    return CradleError(
        expected=f"to write the {what} at {folder}",
        found=error.strerror or str(error),
        action="Check the free space and the rights of the folder; nothing was changed.",
    )
