"""The cabinet's status as server-sent events: the page's lamp follows the cabinet's.

Each stream sends, whatever else happens, a beat with the controller's heartbeat counter at least
every `beat_s`. The page believes what it shows only while that counter rises: a dead network, a
dead server and a dead controller behind a living server all look the same to it, and all end in
the offline picture.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import Any

from appliance.status import Status, StatusBoard
from appliance.web.static_files import release


class StreamGate:
    """Counts the open streams and ends them all when the server stops."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._open = 0
        self._lock = threading.Lock()
        self._closing = threading.Event()

    @property
    def open_streams(self) -> int:
        return self._open

    @property
    def closing(self) -> bool:
        return self._closing.is_set()

    def enter(self) -> bool:
        """False when every place is taken or the server stops."""
        with self._lock:
            if self._open >= self._most or self.closing:
                return False
            self._open += 1
            return True

    def leave(self) -> None:
        with self._lock:
            self._open -= 1

    def close(self) -> None:
        self._closing.set()


def snapshot(version: int, heartbeat: int, status: Status) -> dict[str, Any]:
    """The status as the pages and /api/status give it; `pages` names the release of the pages."""
    return {
        "version": version,
        "heartbeat": heartbeat,
        "pages": release(),
        "status": asdict(status),
    }


def follow(board: StatusBoard, gate: StreamGate, beat_s: float) -> Iterator[bytes]:
    """Events `status` (whole snapshot), `lamps` (only the beacon changed: it blinks) and `beat`."""
    version, status = board.current()
    yield b"retry: 1000\n\n"
    yield _event("status", version, snapshot(version, board.heartbeat, status))
    while not (gate.closing or board.closed):
        newer = board.wait_newer(version, beat_s)
        if newer is not None:
            before = status
            version, status = newer
            if replace(before, lamps=status.lamps) == status:
                yield _event("lamps", version, {"lamps": asdict(status.lamps)})
            else:
                yield _event("status", version, snapshot(version, board.heartbeat, status))
        yield _event("beat", version, {"heartbeat": board.heartbeat})


def _event(name: str, version: int, data: dict[str, Any]) -> bytes:
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return f"event: {name}\nid: {version}\ndata: {text}\n\n".encode()
