"""A root shell in the machine, by a virtual console that only the machine's owner can ask for."""

from __future__ import annotations

import re
import select
import socket
import time
from pathlib import Path

MARK = "@@goldenboard"


class ConsoleError(RuntimeError):
    """The shell did not answer in time, or the machine is gone."""


class Console:
    def __init__(self, path: Path, within_s: float) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        end_s = time.monotonic() + within_s
        while True:
            try:
                self._socket.connect(str(path))
                break
            except OSError:
                if time.monotonic() > end_s:
                    raise
                time.sleep(0.05)
        self._number = 0

    def wait_for_shell(self, within_s: float) -> None:
        """Until it answers; what it printed before is forgotten. Its echo is switched off."""
        end_s = time.monotonic() + within_s
        while True:
            try:
                # an empty line before it: what was typed before the shell read is lost or not
                self._ask("stty -echo 2>/dev/null; PS1=; PS2=", 15.0)
                return
            except ConsoleError:
                if time.monotonic() > end_s:
                    raise

    def run(self, command: str, within_s: float = 120.0) -> tuple[int, str]:
        """Exit code and what it printed."""
        return self._ask(f"( {command} ) </dev/null 2>&1", within_s)

    def _ask(self, command: str, within_s: float) -> tuple[int, str]:
        self._number += 1
        begin, end = (f"{MARK}-{word}-{self._number}" for word in ("begin", "end"))
        # the marks in two halves: a shell that echoes what it reads does not echo the mark
        text = f"\necho {begin[:5]}''{begin[5:]}; {command}; echo {end[:5]}''{end[5:]} $?\n"
        self._socket.sendall(text.encode())
        pattern = re.compile(rf"{begin}\r?\n(.*?){end} (\d+)\r?\n".encode(), re.DOTALL)
        seen = b""
        end_s = time.monotonic() + within_s
        while not (match := pattern.search(seen)):
            left_s = end_s - time.monotonic()
            ready, _, _ = select.select([self._socket], [], [], max(0.0, left_s))
            if not ready:
                raise ConsoleError(f"no answer to {command!r} within {within_s:.0f} s")
            data = self._socket.recv(65536)
            if not data:
                raise ConsoleError(f"the machine ended during {command!r}")
            seen += data
        return int(match[2]), match[1].decode(errors="replace").replace("\r\n", "\n").strip()

    def close(self) -> None:
        self._socket.close()
