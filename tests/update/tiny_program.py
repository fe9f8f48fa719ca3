"""The tiny product's only module; see tiny.py. It needs nothing but Python: what it imports of the
standard library is all that its environment has."""

import json
import os
import signal
import sqlite3
import sys
import threading
import time
import tomllib
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from goldenboard_tiny import VERSION

FLAVOUR = json.loads(Path(__file__).with_name("flavour.json").read_text())


def main() -> int:
    match sys.argv[1:]:
        case ["update", "facts"]:
            print(json.dumps({"version": VERSION, "database_newest": FLAVOUR["database"]}))
        case ["selftest", "--json"]:
            return selftest()
        case ["update", "golden", "--config", _]:
            for component in ("C1", "U1"):
                print(
                    json.dumps(
                        {
                            "recipe": "demo",
                            "component": component,
                            "golden": 0,
                            "call": FLAVOUR["call"],
                            "score": FLAVOUR["score"],
                            "review_above": 0.5,
                        }
                    )
                )
        case ["run", "--config", config]:
            return run(tomllib.loads(Path(config).read_text()))
        case _:
            return 2
    return 0


def selftest() -> int:
    if FLAVOUR["selftest"] == "hangs":
        time.sleep(3600)
    if FLAVOUR["selftest"] == "fails":
        print("FAIL judging: a board without C1 passed", file=sys.stderr)
        return 1
    return 0


def run(config: dict) -> int:  # type: ignore[type-arg]
    """Brings the record forward, then answers with its status until it is told to stop."""
    records = Path(config["records"]["folder"])
    migrate(records / "records.db")
    if FLAVOUR["ready"] == "dies":
        return 1
    update = Path(sys.prefix).parents[1] / "update.toml"
    beats = [0]

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            beats[0] += 1
            holds = update.exists() and 'phase = "holding"' in update.read_text()
            state = "maintenance" if holds else "empty"
            if FLAVOUR["ready"] == "never":
                state = "starting"
            faults = [{"code": "camera_timeout"}] if FLAVOUR["ready"] == "fault" else []
            status = {
                "software_version": VERSION,
                "state": "fault" if faults else state,
                "faults": faults,
                "worker": None,
            }
            body = json.dumps({"heartbeat": beats[0], "status": status}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", config["pages"]["port"]), Answer)
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    server.serve_forever(poll_interval=0.02)
    server.server_close()
    return 0


def migrate(file: Path) -> None:
    """As a newer version does: further tables, and the number rises."""
    if not file.exists():
        return
    connection = sqlite3.connect(file, isolation_level=None)
    for number in range(2, FLAVOUR["database"] + 1):
        if connection.execute("PRAGMA user_version").fetchone()[0] < number:
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute(f"CREATE TABLE tiny_{number} (id INTEGER PRIMARY KEY)")
            connection.execute(f"PRAGMA user_version = {number}")
            connection.execute("COMMIT")
    if FLAVOUR["ready"] == "dies":
        os._exit(1)  # with its log still there
    connection.close()


if __name__ == "__main__":
    sys.exit(main())
