"""The tiny product's only module; see tiny.py. It needs nothing but Python: what it imports of the
standard library is all that its environment has."""

import json
import os
import signal
import socket
import sqlite3
import sys
import threading
import time
import tomllib
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
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    os.chdir(records.parent)  # an address has 108 bytes
    Path("status.sock").unlink(missing_ok=True)
    server = socket.socket(socket.AF_UNIX)
    server.bind("status.sock")
    server.listen(8)
    server.settimeout(0.02)
    beats = 0
    while not ended.is_set():
        try:
            client, _ = server.accept()
        except TimeoutError:
            continue
        beats += 1
        holds = update.exists() and 'phase = "holding"' in update.read_text()
        state = "maintenance" if holds else "empty"
        if FLAVOUR["ready"] == "never":
            state = "starting"
        faults = ["camera_timeout"] if FLAVOUR["ready"] == "fault" else []
        told = {
            "version": VERSION,
            "state": "fault" if faults else state,
            "heartbeat": beats,
            "faults": faults,
            "worker": None,
        }
        with client:
            client.sendall(json.dumps(told).encode())
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
