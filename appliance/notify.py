"""What the service tells the system that started it: ready, alive, what it does, stopping.

The protocol is sd_notify(3): one datagram to the socket named in NOTIFY_SOCKET. Everything here
is called by the inspection loop itself and never by a thread beside it: a loop that hangs stops
feeding the watchdog, and systemd ends the process. Nothing waits: a full socket is tried again at
the next turn of the loop.

The period of the watchdog has to outlast what the loop may wait for, a camera that is started and
set up anew. While green is lit it waits for nothing, and a verdict that nobody watches must not
shine on: the period is shortened to `VOUCHING_S` for as long.

READY means that the loop turns, the lamps obey and the first recipe was looked at; a unit in
FAULT is ready, for it says so. A cabinet or a record that can't be opened is not ready: the start
is extended for as long as the loop goes on trying, and the pages say what is wrong meanwhile. A
start that neither gets ready nor goes on trying is ended by systemd.
"""

from __future__ import annotations

import logging
import os
import socket
import time
from collections.abc import Callable, MutableMapping
from typing import Self

log = logging.getLogger(__name__)

FEEDS_A_PERIOD = 4
"""How often the watchdog is fed within its period, so that one lost turn does no harm."""
VOUCHING_S = 3.0
"""The watchdog's period while the green lamp is lit."""
STATUS_EVERY_S = 1.0
"""How often words and extensions are sent at most."""
EXTENSION_S = 30
"""How much longer a start may take each time that the loop says it goes on trying."""

_VARIABLES = ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID")


class Notifier:
    """Without a socket (started by hand) it says nothing."""

    def __init__(
        self,
        address: str | None = None,
        *,
        watchdog_s: float | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._usual_s = self._period_s = watchdog_s
        self._socket: socket.socket | None = None
        self._ready = False
        self._said = ""
        self._fed_s = self._told_s = -float("inf")
        if address is not None:
            # '@' stands for the zero byte of an abstract name (sd_notify(3))
            self._address = f"\0{address[1:]}" if address.startswith("@") else address
            self._socket = socket.socket(
                socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC
            )

    @classmethod
    def from_environment(
        cls,
        environment: MutableMapping[str, str] = os.environ,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> Self:
        """As systemd set it up; its variables are taken out, so that no child process feeds a
        watchdog that is not its own."""
        address, period, process = (environment.pop(name, None) for name in _VARIABLES)
        ours = process is None or process == str(os.getpid())
        watchdog_s = int(period) / 1e6 if ours and period and period.isdecimal() else None
        if address is not None and not address.startswith(("/", "@")):
            log.warning("NOTIFY_SOCKET %r is no local socket; nothing is reported", address)
            address = None
        return cls(address, watchdog_s=watchdog_s or None, clock=clock)

    @property
    def ready(self) -> bool:
        """Whether READY was sent."""
        return self._ready

    def beat(
        self, *, ready: bool, trying: bool = False, vouching: bool = False, status: str = ""
    ) -> None:
        """One turn of the loop. `ready` counts the first time; `trying` extends a start that is
        not ready yet; `vouching` is whether green is lit; `status` is one line that systemctl
        shows."""
        if self._socket is None:
            return
        now_s = self._clock()
        lines = []
        if ready and not self._ready:
            lines.append("READY=1")
        period_s = self._usual_s
        if vouching and period_s is not None:
            period_s = min(period_s, VOUCHING_S)
        if period_s is not None and (ready or self._ready):
            if period_s != self._period_s:
                lines.append(f"WATCHDOG_USEC={round(period_s * 1e6)}")
            if lines or now_s - self._fed_s >= period_s / FEEDS_A_PERIOD:
                lines.append("WATCHDOG=1")
        told = False
        if now_s - self._told_s >= STATUS_EVERY_S:
            if trying and not self._ready:
                lines.append(f"EXTEND_TIMEOUT_USEC={EXTENSION_S * 1_000_000}")
                told = True
            if status != self._said:
                lines.append(f"STATUS={' '.join(status.split())}")
                told = True
        if not lines or not self._send(lines):
            return
        self._ready = self._ready or "READY=1" in lines
        if "WATCHDOG=1" in lines:
            self._fed_s, self._period_s = now_s, period_s
        if told:
            self._told_s, self._said = now_s, status

    def stopping(self) -> None:
        """The service is ending of its own accord or because it was told to."""
        if self._socket is not None:
            self._send(["STOPPING=1", "STATUS=Stopping"])

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    # -- inside -----------------------------------------------------------------------------

    def _send(self, lines: list[str]) -> bool:
        assert self._socket is not None
        try:
            self._socket.sendto("\n".join(lines).encode(), self._address)
        except OSError as error:
            # Nothing to be done about it here: who isn't fed starts the service anew.
            log.debug("systemd was not told %s: %s", lines, error)
            return False
        return True
