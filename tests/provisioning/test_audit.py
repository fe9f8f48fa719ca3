"""`make audit` by the real pip-audit, asked of an advisory service of our own on loopback, which
speaks OSV's query (https://google.github.io/osv.dev/post-v1-query/)."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.provisioning.test_release import wheel

RELEASE = ROOT / "provisioning/release"
NONE: dict[str, Any] = {}
WEAK = {
    "vulns": [
        {
            "id": "PYSEC-2026-1",
            "summary": "A made-up weakness.",
            "aliases": ["CVE-2026-0001"],
            "affected": [
                {
                    "package": {"name": "some-lib", "ecosystem": "PyPI"},
                    "ranges": [
                        {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.1"}]}
                    ],
                }
            ],
        }
    ]
}


class Service:
    """Knows a weakness of some-lib before 2.1, and writes down what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.answer: Callable[[str, str], tuple[int, bytes]] = self._known
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                query = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                assert query["package"]["ecosystem"] == "PyPI"
                question = query["package"]["name"], query["version"]
                service.asked.append(question)
                code, body = service.answer(*question)
                self.send_response(code)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1/query"

    @staticmethod
    def _known(name: str, version: str) -> tuple[int, bytes]:
        return 200, json.dumps(WEAK if (name, version) == ("some-lib", "2.0") else NONE).encode()

    def close(self) -> None:
        if not self._thread.is_alive():
            return
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def service() -> Iterator[Service]:
    made = Service()
    yield made
    made.close()


def bill(folder: Path, some_lib: str) -> Path:
    """Of wheels, by the real maker of bills."""
    wheels = folder / "wheels"
    wheels.mkdir()
    wheel(wheels, "goldenboard", "0.1.0", "Requires-Dist: Flask>=3.1", "License: MIT")
    wheel(wheels, "flask", "3.1.3", "Requires-Dist: some-lib", "License: MIT")
    wheel(wheels, "some_lib", some_lib, "License: MIT")
    out = folder / "sbom.cdx.json"
    command = [sys.executable, str(RELEASE / "sbom.py"), str(wheels), "--out", str(out)]
    subprocess.run(command, check=True, capture_output=True)
    return out


def audit(named: Path, url: str) -> tuple[int, str]:
    """Exit code, and all that it said."""
    tool = Path(sys.executable).with_name("pip-audit")
    done = subprocess.run(
        ["sh", str(RELEASE / "audit.sh"), str(tool), str(named), url],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def test_every_part_of_the_bill_is_asked_for(service: Service, tmp_path: Path) -> None:
    code, said = audit(bill(tmp_path, "2.1"), service.url)
    assert (code, said.strip()) == (0, "audit: 2 packages, no weakness known today")
    assert sorted(service.asked) == [("flask", "3.1.3"), ("some-lib", "2.1")]


def test_a_known_weakness_fails_the_audit_and_is_named(service: Service, tmp_path: Path) -> None:
    code, said = audit(bill(tmp_path, "2.0"), service.url)
    assert code == 1, said
    assert "Found 1 known vulnerability in 1 package" in said
    (line,) = [line for line in said.splitlines() if line.startswith("some-lib")]
    assert line.split() == ["some-lib", "2.0", "PYSEC-2026-1", "2.1"]


def test_pins_of_an_environment_are_read_too(service: Service, tmp_path: Path) -> None:
    pins = tmp_path / "environment.txt"
    pins.write_text("flask==3.1.3\nsome-lib==2.0\n-e git+https://host/x#egg=goldenboard\n")
    assert audit(pins, service.url)[0] == 1
    assert sorted(service.asked) == [("flask", "3.1.3"), ("some-lib", "2.0")]


@pytest.mark.parametrize(
    ("code", "body"), [(500, b"{}"), (404, b"{}"), (200, b"<html>Sign in to the guest network")]
)
def test_a_service_that_gives_no_answer_is_no_good_answer(
    service: Service, tmp_path: Path, code: int, body: bytes
) -> None:
    service.answer = lambda name, version: (code, body)
    found, said = audit(bill(tmp_path, "2.1"), service.url)
    assert (found, "NOT CHECKED" in said) == (3, True), said


def test_no_service_is_no_good_answer(service: Service, tmp_path: Path) -> None:
    named = bill(tmp_path, "2.1")
    service.close()
    found, said = audit(named, service.url)
    assert (found, "NOT CHECKED" in said) == (3, True), said


@pytest.mark.parametrize("name", ["sbom.cdx.json", "environment.txt"])
def test_an_empty_list_is_no_good_answer(service: Service, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("{}\n")
    found, said = audit(tmp_path / name, service.url)
    assert (found, "names no package" in said) == (3, True), said
    assert service.asked == []
