"""The step 'network': under which addresses and names do others reach the unit's page?"""

from __future__ import annotations

import http.client
import json
import secrets
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from appliance.commission.steps import Work
from appliance.commission.values import Finding, Note, Outcome, Prompt
from appliance.config import Config
from appliance.tls import FOLDER, CertificateKeeper, TlsError

_PATIENCE_S = 5.0


def network(work: Work) -> Finding:
    work.talk.say(Prompt(name="network", text="Asking for the unit's own page…"))
    found = work.machine.addresses()
    if not found:
        return _failed(
            "The unit has no address: no network is connected.",
            "Plug the network cable in or set the Wi-Fi up, then do the step again.",
        )
    if work.page_port is not None:
        answers = {each: _says_status(each, work.page_port, work) for each in found}
        port, by = work.page_port, "page"
    else:
        pages = work.config.pages
        try:
            with _stand_in(pages.host, pages.port) as (port, word):
                answers = {each: _get(each, port, "/") == word for each in found}
        except OSError as error:
            return _failed(
                f"Port {pages.port} can't be opened: {error.strerror}.",
                "Find out which other program holds it, or set another port under [pages].",
            )
        by = "command in the page's place"
    host = f"{socket.gethostname().split('.')[0]}.local"
    named = work.machine.mdns(host)
    notes = [
        Note(
            name=f"{'https' if work.config.pages.tls else 'http'}://{each}:{port}/",
            text=f"answers ({by})" if answers[each] else "no answer",
            passed=answers[each],
        )
        for each in found
    ]
    notes.append(_mdns_note(host, named, found))
    silent = [each for each in found if not answers[each]]
    if silent:
        return _failed(
            f"The page does not answer at {', '.join(silent)}.",
            "Check [pages] host in the configuration and the firewall, then do the step again.",
            tuple(notes),
        )
    if not notes[-1].passed:
        return _failed(
            f"The name {host} does not lead to this unit.",
            "See that avahi-daemon runs and that no other unit has the same name.",
            tuple(notes),
        )
    return Finding(
        outcome=Outcome.PASSED,
        found=f"The page is reached at {', '.join(found)}.",
        notes=tuple(notes),
    )


def _mdns_note(host: str, named: tuple[str, ...] | None, found: tuple[str, ...]) -> Note:
    if named is None:
        return Note(name=host, text="not asked: avahi is not installed")
    ours = any(each in found or each.startswith("127.") for each in named)
    return Note(name=host, text=", ".join(named) or "no answer", passed=ours)


def _says_status(address: str, port: int, work: Work) -> bool:
    """Whether the unit's own status stands at this address: another one's would be a wrong one."""
    try:
        trust = _trust(work.config)
    except TlsError:
        return False
    text = _get(address, port, "/api/status", trust)
    try:
        return bool(text) and json.loads(text)["status"]["unit"] == work.config.unit.name
    except (ValueError, KeyError, TypeError):
        return False


def _trust(config: Config) -> ssl.SSLContext | None:
    """The unit's own certificate and no other, by whatever address it is asked; None where the
    pages are in the clear. Raises `TlsError` when there is none yet."""
    if not config.pages.tls:
        return None
    pem = CertificateKeeper(config.data / FOLDER).certificate().pem
    trust = ssl.create_default_context(cadata=pem)
    trust.check_hostname = False
    return trust


def _get(address: str, port: int, path: str, trust: ssl.SSLContext | None = None) -> str:
    """The answer's text; empty when there is none."""
    if trust is None:
        connection = http.client.HTTPConnection(address, port, timeout=_PATIENCE_S)
    else:
        connection = http.client.HTTPSConnection(address, port, timeout=_PATIENCE_S, context=trust)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.read().decode() if answer.status == 200 else ""
    except (OSError, http.client.HTTPException, UnicodeDecodeError):
        return ""
    finally:
        connection.close()


@contextmanager
def _stand_in(host: str, port: int) -> Iterator[tuple[int, str]]:
    """While the service does not run: a page of one word at its place, with its port and word."""
    word = secrets.token_hex(8)

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(word)))
            self.end_headers()
            self.wfile.write(word.encode())

        def log_message(self, format: str, *args: object) -> None:
            """The terminal is the person's."""

    server = ThreadingHTTPServer((host, port), Answer)
    thread = threading.Thread(target=server.serve_forever, name="stand-in", daemon=True)
    thread.start()
    try:
        yield server.server_address[1], word
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _failed(found: str, next_step: str, notes: tuple[Note, ...] = ()) -> Finding:
    return Finding(outcome=Outcome.FAILED, found=found, next_step=next_step, notes=notes)
