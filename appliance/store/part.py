"""What the parts of the store have in common."""

from __future__ import annotations

from pathlib import Path

from appliance.store.clock import Clock
from appliance.store.database import Database


class Part:
    """A group of the store's methods that belong together; `Store` is made of all of them."""

    folder: Path
    _database: Database
    _clock: Clock
