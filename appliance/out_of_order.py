"""What people see while the record can't be opened: the FAULT lamps, and one plain page.

Without a record nothing may be judged, and the pages have nothing to show. What is left says
what broke and what to do, at the unit's usual address, until the record opens again. Nobody signs
in there: where the certificate is lost with the rest, the page is served in the clear.
"""

from __future__ import annotations

import html
import json
import logging
import threading
from collections.abc import Callable, Iterable
from typing import Any

from cheroot.wsgi import Server

from appliance import indicate
from appliance.states import State
from appliance.store import StoreError
from appliance.tls_connection import ContextSource, TlsConnection
from hw.cabinet import Cabinet
from hw.errors import HardwareError

log = logging.getLogger(__name__)

_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="5"><title>FAULT</title>
<body style="font: 1.5rem/1.5 system-ui, sans-serif; margin: 8vmin; color-scheme: light dark">
<h1 style="font-size: 20vmin; margin: 0">FAULT</h1>
<p><strong>{found}</strong></p><p>{action}</p></body></html>
"""


class _Server(Server):
    ConnectionClass = TlsConnection
    tls: ContextSource | None


class NoticePage:
    """Serves the one page on the unit's address; 503 for everything, JSON below /api."""

    def __init__(
        self, host: str, port: int, error: StoreError, tls: ContextSource | None = None
    ) -> None:
        self._error = error
        self._server = _Server((host, port), self._answer, numthreads=4, shutdown_timeout=1)
        self._server.tls = tls
        self._server.prepare()
        self._thread = threading.Thread(target=self._server.serve, name="notice", daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._server.bind_addr[1])

    def _answer(
        self, environment: dict[str, Any], start: Callable[[str, list[tuple[str, str]]], object]
    ) -> Iterable[bytes]:
        error = self._error
        if str(environment.get("PATH_INFO", "")).startswith("/api"):
            kind = "application/json"
            words = {"code": error.code, "message": error.found, "action": error.action}
            body = json.dumps(words).encode()
        else:
            kind = "text/html; charset=utf-8"
            body = _PAGE.format(
                found=html.escape(error.found), action=html.escape(error.action)
            ).encode()
        start("503 Service Unavailable", [("Content-Type", kind), ("Cache-Control", "no-store")])
        return [body]

    def close(self) -> None:
        self._server.stop()
        self._thread.join(timeout=5)


def show_fault(
    make_cabinet: Callable[[], Cabinet], stop: threading.Event, duration_s: float
) -> None:
    """Blink the FAULT pattern for this long or until `stop`. A cabinet that can't be opened
    either stays dark, which promises nothing."""
    try:
        with make_cabinet() as cabinet:
            began_s = cabinet.clock.monotonic()
            while not stop.wait(0.1):
                lasted_s = cabinet.clock.monotonic() - began_s
                if lasted_s >= duration_s:
                    return
                cabinet.beacon.show(indicate.lamps(State.FAULT, lasted_s, vouched=False))
    except HardwareError as error:
        log.error("The FAULT lamps can't be shown: %s", error)
        stop.wait(duration_s)
