"""One port for both: a client that speaks TLS is served, one that doesn't is shown the way.

cheroot's own adapter shakes hands on the thread that accepts, where one slow client would hold
up everybody. Here the hand is shaken by the worker that serves the connection, once its first
byte is there. That byte tells the two apart: TLS begins with a handshake record, 22 (RFC 8446,
5.1), and no HTTP method begins with that.
"""

from __future__ import annotations

import logging
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from cheroot.makefile import MakeFile
from cheroot.server import HTTPConnection, HTTPRequest

log = logging.getLogger(__name__)

_HANDSHAKE_RECORD = b"\x16"
_REASONABLE_HOST = frozenset("abcdefghijklmnopqrstuvwxyz0123456789.-:[]_")

ContextSource = Callable[[], ssl.SSLContext]


class _Socket(ssl.SSLSocket):
    """A client that leaves in mid-sentence is a lost connection, which cheroot knows."""

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        try:
            return super().recv_into(*args, **kwargs)
        except (ssl.SSLError, ValueError) as error:
            raise ConnectionResetError(*_RESET) from error

    def send(self, *args: Any, **kwargs: Any) -> int:
        try:
            return super().send(*args, **kwargs)
        except (ssl.SSLError, ValueError) as error:
            raise ConnectionResetError(*_RESET) from error


_RESET = (104, "the client left")


class TlsRequest(HTTPRequest):
    """A request that came in the clear where TLS is spoken is answered with the way and no more."""

    def read_request_headers(self) -> bool:
        if not super().read_request_headers():  # type: ignore[no-untyped-call]
            return False
        if self.conn.encrypted:
            self.scheme = b"https"
            return True
        if self.server.tls is None:
            return True
        self._show_the_way()
        return False

    def _show_the_way(self) -> None:
        """307, which no browser remembers: a unit whose TLS was switched off is reached again. What
        was posted is refused: it has been read by whoever listens, and must be noticed."""
        host = self.inheaders.get(b"Host", b"").decode("ascii", "replace").lower()
        self.close_connection = True
        if self.method not in (b"GET", b"HEAD") or not host or set(host) - _REASONABLE_HOST:
            self.simple_response("403 Forbidden", "This unit is reached by https:// only.\n")
            return
        path = self.uri.decode("latin-1")  # begins with one "/": cheroot refuses whole addresses
        self.conn.wfile.write(
            f"HTTP/1.1 307 Temporary Redirect\r\nLocation: https://{host}{path}\r\n"
            "Cache-Control: no-store\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode(
                "latin-1"
            )
        )
        self.sent_headers = True


class TlsConnection(HTTPConnection):
    """`server.tls` gives the context for the next handshake; None where TLS is off."""

    RequestHandlerClass = TlsRequest
    encrypted = False
    _met = False

    def communicate(self) -> bool:
        if not self._met and self.server.tls is not None:
            try:
                if not self._meet(self.server.tls):
                    return False
            except OSError as error:
                log.debug("no handshake with %s: %s", self.remote_addr, error)
                return False
        self._met = True
        return bool(super().communicate())  # type: ignore[no-untyped-call]

    def cut(self) -> None:
        """End it from another thread: whoever reads or writes meets the end of the connection."""
        with suppress(OSError, ValueError):
            socket.socket.shutdown(self.socket, socket.SHUT_RDWR)

    def _meet(self, context_now: ContextSource) -> bool:
        first = self.socket.recv(1, socket.MSG_PEEK)
        if first != _HANDSHAKE_RECORD:
            return bool(first)
        context = context_now()
        context.sslsocket_class = _Socket
        self.socket = context.wrap_socket(
            self.socket, server_side=True, do_handshake_on_connect=False
        )
        # The deadline (the socket's timeout) is for the handshake as a whole.
        self.socket.do_handshake()
        self.rfile = MakeFile(self.socket, "rb", self.rbufsize)
        self.wfile = MakeFile(self.socket, "wb", self.wbufsize)
        self.encrypted = True
        return True
