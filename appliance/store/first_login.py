"""The first technician's PIN, until it was changed: in a file that the service and root alone can
read. A log is read by more people, is kept for weeks, and leaves the unit in support bundles."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from appliance.durable import sync_folder, write_durably
from appliance.store.errors import StoreError, guarded

FILE = "first-login.json"
"""In the folder of the records. It is in no backup and in no support bundle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstLogin:
    """To be shown on the unit's own terminal, never in a log."""

    name: str
    pin: str


def keep(folder: Path, login: FirstLogin) -> None:
    """Raises `StoreError`."""
    text = json.dumps({"name": login.name, "pin": login.pin}).encode()
    with guarded("keep the first PIN", folder):
        write_durably(folder / FILE, text, mode=0o600)


def read(folder: Path) -> FirstLogin | None:
    """None where every first PIN was changed, or none was ever made here. Raises `StoreError`."""
    file = folder / FILE
    with guarded("read the first PIN", folder):
        try:
            text = file.read_bytes()
        except FileNotFoundError:
            return None
    try:
        found = json.loads(text)
        return FirstLogin(name=str(found["name"]), pin=str(found["pin"]))
    except (ValueError, KeyError, TypeError):
        raise StoreError(
            f"The first PIN can't be read from {file}.",
            expected='{"name": ..., "pin": ...} as this unit writes it.',
            action="Remove the file; if nobody can sign in, restore the unit from a backup or "
            "set it up anew.",
        ) from None


def forget(folder: Path) -> None:
    """Raises `StoreError`."""
    file = folder / FILE
    with guarded("remove the first PIN", folder):
        if file.exists():
            file.unlink()
            sync_folder(folder)
