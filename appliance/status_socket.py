"""What the cabinet is doing, told to other programs of this unit without the network: a socket
beside its data (unix(7)) that gives one JSON object to whoever connects, and takes nothing.

The updater asks here; it has no network. A socket that nobody listens at any more refuses, so what
is told is never stale.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

from appliance.status import StatusBoard

log = logging.getLogger(__name__)

NAME = "status.sock"
MOST_BYTES = 65536
_CLIENT_S = 2.0


class StatusSocket:
    """Tells what is on `board` at `folder`/status.sock until it is closed. A unit whose socket
    can't be made works without it, and can't be updated: it is in the journal."""

    def __init__(self, folder: Path, board: StatusBoard) -> None:
        self._board = board
        self._socket: socket.socket | None = None
        made = socket.socket(socket.AF_UNIX)
        try:
            with _short(folder) as path:
                Path(path).unlink(missing_ok=True)
                made.bind(path)
                # who connects has to be allowed to write: the updater is one of the group
                Path(path).chmod(0o660)
            made.listen(8)
        except OSError:
            made.close()
            log.exception("The socket %s can't be made: no updates on this unit", folder / NAME)
            return
        self._socket = made
        self._thread = threading.Thread(target=self._tell, name="status-socket", daemon=True)
        self._thread.start()

    def close(self) -> None:
        if self._socket is None:
            return
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)  # wakes the thread, whose accept then fails
        self._thread.join(timeout=2 * _CLIENT_S)
        self._socket.close()
        self._socket = None

    def _tell(self) -> None:
        assert self._socket is not None
        while True:
            try:
                client, _ = self._socket.accept()
            except OSError:
                return
            with client, contextlib.suppress(OSError):
                client.settimeout(_CLIENT_S)
                client.sendall(self._said())

    def _said(self) -> bytes:
        status = self._board.current()[1]
        told = {
            "version": status.software_version,
            "state": status.state.value,
            "heartbeat": self._board.heartbeat,
            "faults": [each.code for each in status.faults],
            "worker": status.worker,
        }
        return json.dumps(told).encode()


def ask(folder: Path, within_s: float) -> object:
    """What the service whose data lie in `folder` tells. Raises OSError while it tells nothing,
    ValueError for what is no JSON."""
    data = b""
    with socket.socket(socket.AF_UNIX) as asking, _short(folder) as path:
        asking.settimeout(within_s)
        asking.connect(path)
        while len(data) <= MOST_BYTES:
            piece = asking.recv(4096)
            if not piece:
                return json.loads(data)
            data += piece
    raise ValueError(f"more than {MOST_BYTES} bytes")


@contextlib.contextmanager
def _short(folder: Path) -> Iterator[str]:
    """A path to the socket that fits into the 108 bytes of an address, however deep its folder."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{handle}/{NAME}"
    finally:
        os.close(handle)
