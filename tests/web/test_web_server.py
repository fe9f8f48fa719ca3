"""The real server on loopback: large bodies, slow clients, many clients, and the end."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from appliance.status import LampView
from appliance.terms import Verdict
from appliance.web import PageServer
from tests.web import demo as demos
from tests.web.demo import Demo, passed

MB = 1024 * 1024


@contextmanager
def connected(server: PageServer) -> Iterator[http.client.HTTPConnection]:
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)) as connection:
        yield connection


def get(server: PageServer, path: str) -> tuple[int, bytes]:
    with connected(server) as connection:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()


def stream(server: PageServer) -> socket.socket:
    """An open stream, after its first event."""
    opened = socket.create_connection(("127.0.0.1", server.port), timeout=60)
    opened.sendall(b"GET /events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    until(opened, b"event: status")
    return opened


def until(opened: socket.socket, words: bytes) -> bytes:
    """Reads on until these words; fails when the stream ends before."""
    read = b""
    while words not in read:
        piece = opened.recv(65536)
        assert piece, (words, read[-200:])
        read += piece
    return read


def resident_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096


def test_the_stream_follows_the_cabinet(demo: Demo, server: PageServer) -> None:
    with stream(server) as opened:
        demo.show(passed())
        seen = until(opened, b'"word":"PASS"')
        assert b"event: status" in seen
        demo.show(passed(lamps=LampView()))
        until(opened, b'event: lamps\nid: 2\ndata: {"lamps":{"red":false')
        until(opened, b"event: beat")


def test_an_upload_of_200_mb_is_refused_in_words(demo: Demo, server: PageServer) -> None:
    with connected(server) as connection:
        connection.putrequest("POST", "/sign-in")
        connection.putheader("Content-Length", str(200 * MB))
        connection.endheaders()
        before = resident_bytes()
        piece = bytes(MB)
        for _ in range(200):
            connection.send(piece)
        answer = connection.getresponse()
        words = answer.read().decode()
    assert answer.status == 413
    assert words.startswith("This upload is too large: 200 MB. The most this unit takes is 16 MB.")
    assert resident_bytes() - before < 50 * MB
    assert get(server, "/api/status")[0] == 200


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"Transfer-Encoding: chunked\r\n\r\nffffffff\r\n", b"411 "),
        (b"Content-Length: -5\r\n\r\n", b"400 "),
        (b"Content-Length: many\r\n\r\n", b"400 "),
        (b"Content-Length: 999999999999\r\n\r\n", b"413 "),
        (b"X: " + b"y" * 40000 + b"\r\n\r\n", b"413 "),
    ],
)
def test_bodies_of_no_sensible_size_are_refused(
    server: PageServer, head: bytes, status: bytes
) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as opened:
        opened.sendall(b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\n" + head)
        assert opened.recv(4096).split(b" ", 1)[1].startswith(status)
    assert get(server, "/api/status")[0] == 200


def test_fifty_pages_follow_while_others_ask(demo: Demo, server: PageServer) -> None:
    """Fifty clients during an inspection: each sees the verdict, and requests are answered."""
    number = demo.add(Verdict.PASS)
    streams = [stream(server) for _ in range(50)]
    try:
        assert demo.app.extensions["goldenboard"].gate.open_streams == 50
        paths = ["/", "/supervisor", f"/boards/{number}", "/api/status", "/static/pages.css"] * 6
        with ThreadPoolExecutor(8) as pool:
            answers = pool.map(lambda path: get(server, path)[0], paths)
            demo.show(passed())
            assert set(answers) == {200}
        for opened in streams:
            until(opened, b'"word":"PASS"')
    finally:
        for opened in streams:
            opened.close()


def test_places_come_back_when_pages_close(demo: Demo, server: PageServer) -> None:
    gate = demo.app.extensions["goldenboard"].gate
    waiting = threading.Event()
    for _ in range(3):
        streams = [stream(server) for _ in range(30)]
        assert gate.open_streams == 30
        for opened in streams:
            opened.close()
        while gate.open_streams:
            # A stream notices at its next beats that nobody listens.
            waiting.wait(0.05)
    assert get(server, "/api/status")[0] == 200


def test_stop_with_open_streams_and_a_client_that_never_reads(demo: Demo) -> None:
    server = demos.serve(demo)
    streams = [stream(server) for _ in range(10)]
    idle = socket.create_connection(("127.0.0.1", server.port), timeout=60)
    idle.sendall(b"GET / HTTP/1.1\r\n")
    alive = {thread.name for thread in threading.enumerate()}
    assert any(name.startswith("CP Server") for name in alive)
    server.stop()
    server.stop()
    left = [t.name for t in threading.enumerate() if t.name.startswith(("CP Server", "pages"))]
    assert left == []
    for opened in (*streams, idle):
        while opened.recv(65536):
            pass
        opened.close()
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", server.port), timeout=60).close()


def test_a_client_that_dawdles_is_cut_off(demo: Demo) -> None:
    server = PageServer(demo.app, "127.0.0.1", 0, request_s=0.2)
    server.start()
    try:
        with socket.create_connection(("127.0.0.1", server.port), timeout=60) as slow:
            slow.sendall(b"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\na")
            while slow.recv(4096):
                pass
        with stream(server) as opened:
            # A stream is no slow request: it outlives many of its limits.
            for _ in range(3):
                until(opened, b"event: beat")
    finally:
        server.stop()


def test_a_taken_port_is_an_error(demo: Demo, server: PageServer) -> None:
    second = PageServer(demo.app, "127.0.0.1", server.port)
    with pytest.raises(OSError, match="in use"):
        second.start()
    second.stop()
