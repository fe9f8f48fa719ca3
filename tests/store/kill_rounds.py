"""Kills a process that records, again and again, at moments drawn from a seed.

    python -m store.kill_rounds FOLDER SEED ROUNDS

Each round forks a recorder that opens the folder and records board after board, writing number
and digests of a board to a pipe only when the store has returned. After a drawn number of boards
and a drawn delay it is killed with SIGKILL. Prints one JSON object with all that was acknowledged.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import random
import select
import signal
import sys
from pathlib import Path

from appliance.store import Store

from .factories import RecordFactory

QUOTA_BYTES = 10**9


def record_forever(folder: Path, seed: int, out: int) -> None:
    factory = RecordFactory(seed=seed)
    store = Store.open(folder, quota_bytes=QUOTA_BYTES, clock=factory.clock)
    for verdict in factory.verdicts():
        record = factory.record(verdict, serial=factory.serial(among=50))
        pictures = factory.pictures(record, size_bytes=20_000)
        number = store.add_inspection(record, pictures)
        digests = {name: hashlib.sha256(data).hexdigest() for name, data in pictures.items()}
        os.write(out, (json.dumps([number, digests]) + "\n").encode())


def one_round(folder: Path, seed: int, boards: int, delay_s: float) -> list[str]:
    """What the recorder had acknowledged when it died."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(ours)
        with contextlib.suppress(BaseException):
            record_forever(folder, seed, theirs)
        os._exit(1)
    os.close(theirs)
    said = b""
    try:
        while said.count(b"\n") < boards and (more := os.read(ours, 65536)):
            said += more
        # Somewhere within the next board: nothing is read that would slow it down.
        select.select([], [], [], delay_s)
        os.kill(child, signal.SIGKILL)
        while more := os.read(ours, 65536):
            said += more
    finally:
        os.close(ours)
        _, status = os.waitpid(child, 0)
    if os.waitstatus_to_exitcode(status) != -signal.SIGKILL:
        raise RuntimeError("the recorder ended by itself")
    return said.decode().splitlines()


def main() -> None:
    folder, seed, rounds = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    draw = random.Random(seed)
    acknowledged: list[list[object]] = []
    for n in range(rounds):
        lines = one_round(folder, seed + n, draw.randrange(0, 6), draw.uniform(0, 0.02))
        acknowledged += [json.loads(line) for line in lines]
    print(json.dumps(acknowledged))


if __name__ == "__main__":
    main()
