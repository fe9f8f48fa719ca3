"""Run the building process: heard, paused while a board is inspected, ended in time."""

from __future__ import annotations

import json
import logging
import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from cradles.web.limits import Limits

log = logging.getLogger(__name__)

TICK_S = 0.1
_MOST_SAID_BYTES = 256 * 1024
_STDERR = "stderr.txt"
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1"}
"""More threads would only cost addresses and take more cores from the judges."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    why: str
    """"ended" by itself, "late", or "stopped" because it was told to."""
    exit_code: int = 0
    """Below 0: the signal that ended it."""


def run_child(
    folder: Path,
    limits: Limits,
    *,
    may_run: Callable[[], bool],
    stop: threading.Event,
    said: Callable[[dict[str, object]], None],
    paused: Callable[[bool], None],
) -> Ending:
    """Build what is ordered in `folder`. Blocks; call it in the thread that may wait for it.

    Starts only when `may_run`, is stopped (SIGSTOP) whenever it is not, and killed with its whole
    group when it is late, when `stop` is set, and when this function is left in any way.
    """
    begun_s = time.monotonic()
    while not may_run():
        paused(True)
        if stop.wait(TICK_S):
            return Ending(why="stopped")
        if time.monotonic() - begun_s > limits.whole_s:
            return Ending(why="late")
    paused(False)
    with (folder / _STDERR).open("wb") as complaints, _started(folder, limits, complaints) as child:
        try:
            why = _follow(child, limits, begun_s, may_run, stop, said, paused)
        finally:
            _kill(child)
    if why == "ended" and child.returncode:
        words = _complaints(folder)
        log.error("the cradle's build ended with %s: %s", child.returncode, words)
        if "MemoryError" in words or "bad_alloc" in words:
            said({"failed": "memory"})
    return Ending(why=why, exit_code=child.returncode)


def _started(folder: Path, limits: Limits, stderr: IO[bytes]) -> subprocess.Popen[bytes]:
    command = (sys.executable, "-P", "-m", "cradles.web.child", str(folder), str(os.getpid()))
    return subprocess.Popen(
        [*command, json.dumps(asdict(limits))],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=stderr,
        env=os.environ | _ONE_THREAD,
        start_new_session=True,
    )


def _follow(
    child: subprocess.Popen[bytes],
    limits: Limits,
    begun_s: float,
    may_run: Callable[[], bool],
    stop: threading.Event,
    said: Callable[[dict[str, object]], None],
    paused: Callable[[bool], None],
) -> str:
    assert child.stdout is not None
    with closing(_Ear(child.stdout, said)) as ear:
        why = _attend(ear, child, limits, begun_s, may_run, stop, paused)
    if why != "ended":
        return why
    try:
        child.wait(timeout=5)
    except subprocess.TimeoutExpired:
        return "late"
    return "ended"


def _attend(
    ear: _Ear,
    child: subprocess.Popen[bytes],
    limits: Limits,
    begun_s: float,
    may_run: Callable[[], bool],
    stop: threading.Event,
    paused: Callable[[bool], None],
) -> str:
    """Until the child has closed its pipe, or must be ended."""
    ran_s, stands = 0.0, False
    before_s = time.monotonic()
    while ear.listen(TICK_S):
        now_s = time.monotonic()
        if not stands:
            ran_s += now_s - before_s
        before_s = now_s
        if stop.is_set():
            return "stopped"
        if ran_s > limits.running_s or now_s - begun_s > limits.whole_s:
            return "late"
        if may_run() == stands:
            stands = not stands
            _signal(child, signal.SIGSTOP if stands else signal.SIGCONT)
            paused(stands)
    return "ended"


class _Ear:
    """Hears whole lines of JSON from a pipe, without ever waiting longer than it may."""

    def __init__(self, pipe: IO[bytes], said: Callable[[dict[str, object]], None]) -> None:
        self._number = pipe.fileno()
        self._said = said
        self._rest = b""
        self._heard = 0
        self._selector = selectors.DefaultSelector()
        self._selector.register(pipe, selectors.EVENT_READ)

    def listen(self, longest_s: float) -> bool:
        """False when the other end is closed, or says more than any build would."""
        if not self._selector.select(longest_s):
            return True
        data = os.read(self._number, 65536)
        self._heard += len(data)
        if not data or self._heard > _MOST_SAID_BYTES:
            return False
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._said(json.loads(line))
        return True

    def close(self) -> None:
        self._selector.close()


def _kill(child: subprocess.Popen[bytes]) -> None:
    """The group too: nothing of a build outlives it."""
    _signal(child, signal.SIGKILL)
    child.wait()


def _signal(child: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(child.pid, number)


def _complaints(folder: Path) -> str:
    with suppress(OSError):
        return (folder / _STDERR).read_bytes()[-2000:].decode(errors="replace")
    return ""
