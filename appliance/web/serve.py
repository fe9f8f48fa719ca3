"""The pages on the LAN: one process, a pool of threads, and a stop that waits for nobody.

cheroot is the HTTP server. What it leaves open is closed here: a body that is too large is
refused before it is read, a client that dawdles over its handshake or its request is cut off, and
open streams do not hold up the end.
"""

from __future__ import annotations

import logging
import socket
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from cheroot.wsgi import Server
from flask import Flask

from appliance.tls_connection import ContextSource, TlsConnection, TlsRequest

if TYPE_CHECKING:
    from collections.abc import Iterator

log = logging.getLogger(__name__)

SPARE_THREADS = 16
"""Beyond one for each stream: for pages, pictures and presses of buttons."""
MOST_HEADER_BYTES = 32 * 1024
MOST_DRAINED_BYTES = 512 * 1024 * 1024
STOP_GRACE_S = 0.7


class _Request(TlsRequest):
    def read_request_headers(self) -> bool:
        """Refuse what would be too large or of no stated size before any of it is read."""
        # cheroot would answer `100 Continue` and 413 itself, the latter by a reset connection.
        if not super().read_request_headers():
            return False
        length = self.inheaders.get(b"Content-Length", b"0")
        if self.chunked_read:
            self.simple_response("411 Length Required", "Say how long the content is.")
            return self._refused()
        if not length.isdigit():
            self.simple_response("400 Bad Request", "The Content-Length is no number.")
            return self._refused()
        most = self.server.most_body_bytes
        if int(length) > most:
            self.simple_response(
                "413 Request Entity Too Large",
                f"This upload is too large: {_mb(int(length))}. "
                f"The most this unit takes is {_mb(most)}. Nothing was changed.\n",
            )
            self._drain(min(int(length), MOST_DRAINED_BYTES))
            return self._refused()
        if length == b"0":
            self.conn.whole_request_read()
        return True

    def _drain(self, size: int) -> None:
        """Most clients send all before they read: only then they can see why it was refused.
        Thrown away piece by piece; `_Connection.late` bounds the time."""
        with suppress(OSError):
            while size > 0:
                piece = self.conn.rfile.read(min(size, 65536))
                if not piece:
                    return
                size -= len(piece)

    def _refused(self) -> bool:
        self.close_connection = True
        return False


class _Connection(TlsConnection):
    RequestHandlerClass = _Request

    def __init__(self, server: Any, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(server, sock, *args, **kwargs)
        self._reading_since_s: float | None = None
        server.connections.add(self)

    def communicate(self) -> bool:
        self._reading_since_s = time.monotonic()
        try:
            return super().communicate()
        finally:
            self._reading_since_s = None

    def whole_request_read(self) -> None:
        self._reading_since_s = None

    def late(self, now_s: float, allowed_s: float) -> bool:
        since_s = self._reading_since_s
        return since_s is not None and now_s - since_s > allowed_s

    def close(self) -> None:
        self.server.connections.discard(self)
        super().close()


class _Connections:
    """Every open connection, so that none outlives the server."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._all: set[_Connection] = set()

    def add(self, connection: _Connection) -> None:
        with self._lock:
            self._all.add(connection)

    def discard(self, connection: _Connection) -> None:
        with self._lock:
            self._all.discard(connection)

    def __iter__(self) -> Iterator[_Connection]:
        with self._lock:
            return iter(tuple(self._all))


class _Server(Server):
    ConnectionClass = _Connection
    max_request_header_size = MOST_HEADER_BYTES
    keep_alive_conn_limit = 64
    connections: _Connections
    most_body_bytes: int
    tls: ContextSource | None

    @staticmethod
    def bind_socket(socket_: socket.socket, bind_addr: Any) -> socket.socket:
        """cheroot leaves the socket of a port that is taken open."""
        try:
            socket_.bind(bind_addr)
        except OSError:
            socket_.close()
            raise
        return socket_

    def error_log(self, msg: str = "", level: int = logging.INFO, traceback: bool = False) -> None:
        log.log(level, "%s", msg, exc_info=traceback)


class PageServer:
    """Serves `app` (from `create_app`) on host:port; port 0 takes a free one, see `url`.

    `start()` raises `OSError` when the port is taken. `stop()` ends open streams, cuts off who
    doesn't let go, and returns within two seconds; it may be called twice. One start each.
    """

    def __init__(
        self,
        app: Flask,
        host: str,
        port: int,
        *,
        request_s: float = 20.0,
        handshake_s: int = 10,
        tls: ContextSource | None = None,
    ) -> None:
        """`request_s`: how long a client may take over sending one request, its handshake included;
        `handshake_s`: over the handshake and each silence. `tls` gives the context of the next
        handshake; without it the pages are served in the clear."""
        from appliance.web.site import site_of

        self._site = site_of(app)
        settings = self._site.settings
        self._request_s = request_s
        self._server = _Server(
            (host, port),
            app.wsgi_app,
            numthreads=settings.max_streams + SPARE_THREADS,
            max=settings.max_streams + SPARE_THREADS,
            request_queue_size=128,
            timeout=handshake_s,
            shutdown_timeout=1,
            accepted_queue_size=256,
            server_name="goldenboard",
        )
        self._server.connections = _Connections()
        self._server.most_body_bytes = settings.max_body_bytes
        self._server.tls = tls
        self._threads: tuple[threading.Thread, ...] = ()
        self._stopping = threading.Event()

    @property
    def port(self) -> int:
        return int(self._server.bind_addr[1])

    @property
    def url(self) -> str:
        host = self._server.bind_addr[0]
        shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)
        scheme = "http" if self._server.tls is None else "https"
        return f"{scheme}://{shown}:{self.port}/"

    def start(self) -> None:
        self._server.prepare()
        self._threads = (
            threading.Thread(target=self._server.serve, name="pages", daemon=True),
            threading.Thread(target=self._cut_the_late, name="pages-late", daemon=True),
        )
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        if self._stopping.is_set() or not self._threads:
            return
        self._stopping.set()
        self._site.gate.close()
        cutter = threading.Timer(STOP_GRACE_S, self._cut_all)
        cutter.start()
        self._server.stop()
        cutter.cancel()
        self._cut_all()
        for thread in self._threads:
            thread.join(timeout=1.0)

    def _cut_all(self) -> None:
        for connection in self._server.connections:
            connection.cut()

    def _cut_the_late(self) -> None:
        while not self._stopping.wait(min(1.0, self._request_s / 2)):
            now_s = time.monotonic()
            for connection in self._server.connections:
                if connection.late(now_s, self._request_s):
                    connection.cut()


def _mb(size: int) -> str:
    return f"{size / 1024 / 1024:.0f} MB"
