"""One process at a time owns a record's folder."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from appliance.store.errors import InUseError, guarded

OWNER_FILE = ".owner"


def own(folder: Path) -> int:
    """The handle that keeps other processes from owning this folder. Raises `StoreError`."""
    with guarded("take hold of the record's folder", folder):
        handle = os.open(folder / OWNER_FILE, os.O_RDWR | os.O_CREAT, 0o640)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            raise InUseError(f"Another process keeps the record in {folder}.") from None
        except BaseException:
            os.close(handle)
            raise
    return handle
