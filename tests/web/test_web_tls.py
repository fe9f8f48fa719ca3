"""Encrypted pages, asked by real clients: what they are shown, what they are refused."""

from __future__ import annotations

import base64
import hashlib
import http.client
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.sync_api import sync_playwright

from appliance.tls import CertificateKeeper
from appliance.web import PageServer
from tests.web import demo as demos
from tests.web.demo import Demo


@dataclass
class Encrypted:
    demo: Demo
    server: PageServer
    keeper: CertificateKeeper

    def trust(self) -> ssl.SSLContext:
        """A client that knows this unit's certificate and nobody else's."""
        return ssl.create_default_context(cadata=self.keeper.certificate().pem)

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.server.port), timeout=60)

    def get(self, path: str, trust: ssl.SSLContext | None = None) -> http.client.HTTPResponse:
        with closing(
            http.client.HTTPSConnection(
                "127.0.0.1", self.server.port, timeout=60, context=trust or self.trust()
            )
        ) as connection:
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
            return answer

    def plain(self, request: bytes) -> bytes:
        with self.connect() as opened:
            opened.sendall(request)
            read = b""
            while piece := opened.recv(4096):
                read += piece
            return read


@pytest.fixture
def encrypted(unit: Path) -> Iterator[Encrypted]:
    keeper = CertificateKeeper(unit / "tls")
    keeper.look()
    with demos.make(unit, certificate=keeper.certificate) as demo:
        server = PageServer(demo.app, "127.0.0.1", 0, tls=keeper.context, request_s=30.0)
        server.start()
        yield Encrypted(demo, server, keeper)
        server.stop()


def test_a_client_that_knows_the_certificate_is_served_and_another_is_not(
    encrypted: Encrypted,
) -> None:
    assert encrypted.server.url.startswith("https://")
    answer = encrypted.get("/technician/")
    assert answer.status == 200
    assert answer.getheader("Strict-Transport-Security") is None
    with pytest.raises(ssl.SSLCertVerificationError):
        encrypted.get("/", trust=ssl.create_default_context())
    assert encrypted.get("/").status == 200


def test_the_cookie_never_travels_in_the_clear(encrypted: Encrypted) -> None:
    cookie = encrypted.get("/sign-in").getheader("Set-Cookie")
    assert cookie is not None
    assert cookie.startswith("__Host-goldenboard=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Strict"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


@pytest.mark.parametrize(
    ("version", "spoken"),
    [("-tls1", False), ("-tls1_1", False), ("-tls1_2", True), ("-tls1_3", True)],
)
def test_old_protocols_are_refused(encrypted: Encrypted, version: str, spoken: bool) -> None:
    """By openssl's client, with its own lowest level of security: what refuses is the unit."""
    done = subprocess.run(
        f"openssl s_client -connect 127.0.0.1:{encrypted.server.port} {version} "
        "-cipher ALL:@SECLEVEL=0".split(),
        input=b"",
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert (b"Cipher is (NONE)" not in done.stdout) is spoken, done.stdout


def test_weak_ciphers_are_refused(encrypted: Encrypted) -> None:
    weak = encrypted.trust()
    weak.maximum_version = ssl.TLSVersion.TLSv1_2
    weak.set_ciphers("ECDHE+AES+SHA384:ECDHE+AES+SHA:@SECLEVEL=0")
    with pytest.raises(ssl.SSLError, match=r"(?i)handshake|alert"):
        encrypted.get("/", trust=weak)


@pytest.mark.parametrize(
    ("request_", "status", "location"),
    [
        (b"GET /boards?x=1 HTTP/1.1\r\nHost: cabinet-3.local:8080\r\n\r\n", 307,
         b"https://cabinet-3.local:8080/boards?x=1"),
        (b"GET / HTTP/1.1\r\nHost: [fd00::2]\r\n\r\n", 307, b"https://[fd00::2]/"),
        (b"GET http://evil.example/ HTTP/1.1\r\nHost: a\r\n\r\n", 400, None),
        (b"GET //evil.example HTTP/1.1\r\nHost: a\r\n\r\n", 400, None),
        (b"GET / HTTP/1.1\r\nHost: a/b@c\r\n\r\n", 403, None),
        (b"GET / HTTP/1.0\r\n\r\n", 403, None),
        (b"POST /sign-in HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", 403, None),
    ],
)  # fmt: skip
def test_who_asks_in_the_clear_is_shown_the_way_and_nothing_else(
    encrypted: Encrypted, request_: bytes, status: int, location: bytes | None
) -> None:
    answer = encrypted.plain(request_)
    head = answer.split(b"\r\n\r\n")[0].split(b"\r\n")
    assert head[0].split()[1] == str(status).encode(), answer
    assert [line[10:] for line in head if line.startswith(b"Location: ")] == (
        [] if location is None else [location]
    )
    assert b"Set-Cookie" not in answer
    assert b"<html" not in answer


def test_handshakes_that_never_end_hold_nobody_up(encrypted: Encrypted) -> None:
    """More of them than would fit on the thread that accepts: silent ones, half a record, rubbish
    behind a right first byte."""
    slow = [encrypted.connect() for _ in range(30)]
    try:
        for count, opened in enumerate(slow):
            opened.sendall((b"", b"\x16\x03\x01\x02\x00\x01", b"\x16" + b"\x00" * 4)[count % 3])
        # All their first bytes are there before ours, and still we are served at once.
        assert [encrypted.get("/api/status").status for _ in range(5)] == [200] * 5
    finally:
        for opened in slow:
            opened.close()
    assert encrypted.get("/api/status").status == 200


def test_a_handshake_that_dawdles_is_cut_off(encrypted: Encrypted) -> None:
    server = PageServer(
        encrypted.demo.app, "127.0.0.1", 0, request_s=0.2, tls=encrypted.keeper.context
    )
    server.start()
    try:
        with socket.create_connection(("127.0.0.1", server.port), timeout=60) as slow:
            slow.sendall(b"\x16\x03\x01\x02\x00\x01")
            while slow.recv(4096):
                pass
    finally:
        server.stop()


def test_a_new_certificate_is_taken_up_while_streams_go_on(encrypted: Encrypted) -> None:
    old = encrypted.trust()
    with old.wrap_socket(encrypted.connect(), server_hostname="127.0.0.1") as stream:
        stream.sendall(b"GET /events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        _until(stream, b"event: status")
        encrypted.keeper.renew()
        assert encrypted.get("/", trust=old).status == 200  # not before it is looked at
        encrypted.keeper.look()
        with pytest.raises(ssl.SSLCertVerificationError):
            encrypted.get("/", trust=old)
        assert encrypted.get("/").status == 200
        _until(stream, b"event: beat")


def test_the_end_waits_for_no_encrypted_stream(encrypted: Encrypted) -> None:
    stream = encrypted.trust().wrap_socket(encrypted.connect(), server_hostname="127.0.0.1")
    stream.sendall(b"GET /events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    _until(stream, b"event: status")
    encrypted.server.stop()
    with stream:
        try:
            while stream.recv(4096):
                pass
        except ssl.SSLEOFError:
            pass
    with pytest.raises(OSError):
        encrypted.connect().close()


def _until(stream: ssl.SSLSocket, words: bytes) -> None:
    read = b""
    while words not in read:
        piece = stream.recv(65536)
        assert piece, (words, read[-200:])
        read += piece


@pytest.mark.browser
def test_the_page_shows_the_fingerprint_that_the_browser_was_given(
    encrypted: Encrypted, chromium: str
) -> None:
    """Chromium with this certificate pinned by its key, as a person's confirmation would."""
    key = x509.load_pem_x509_certificate(encrypted.keeper.certificate().pem.encode()).public_key()
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    pin = base64.b64encode(hashlib.sha256(der).digest()).decode()
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=chromium,
            args=["--no-sandbox", f"--ignore-certificate-errors-spki-list={pin}"],
        )
        page = browser.new_page()
        plain = encrypted.server.url.replace("https:", "http:")
        page.goto(f"{plain}sign-in")
        assert page.url == f"{encrypted.server.url}sign-in"
        page.fill("input[name=name]", "Teo")
        page.fill("input[name=pin]", demos.TECHNICIAN_PIN)
        page.click("form:has(input[name=pin]) button")
        page.goto(f"{encrypted.server.url}technician/")
        shown = " ".join(page.locator(".fingerprint span").all_inner_texts())
        assert shown == encrypted.keeper.fingerprint()
        assert page.locator("text=Begin maintenance").count() == 1
        browser.close()
