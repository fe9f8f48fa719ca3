"""What the audit log keeps of the unit's settings: which tables changed between two starts.

The file may be edited by whoever looks after the unit; that it was, stands in the log.
"""

from __future__ import annotations

import hashlib
from dataclasses import fields

from appliance.config import Config
from appliance.store import Store

KIND = "settings_changed"


def marks(config: Config) -> dict[str, str]:
    """The first 8 hexadecimal digits of each table's SHA-256, defaults filled in."""
    return {
        field.name: hashlib.sha256(repr(getattr(config, field.name)).encode()).hexdigest()[:8]
        for field in fields(config)
    }


def note_settings(store: Store, config: Config) -> None:
    """At a start: an event when a table is not as it was at the start before, by file or because
    newer software knows more settings. Raises `StoreError`."""
    now = marks(config)
    last = store.events(kind=KIND, limit=1)
    found = last[0].detail.rpartition(": ")[2].split(" ") if last else []
    before = dict(mark.split("=", 1) for mark in found)
    changed = [name for name, mark in now.items() if before.get(name) != mark]
    if changed or before.keys() - now.keys():
        listed = " ".join(f"{name}={mark}" for name, mark in now.items())
        words = ", ".join(changed) if before else "first start"
        store.add_event(KIND, None, f"{words}: {listed}")
