"""A time server that stands behind this computer's clock while a test commissions a unit: chrony
as a server on loopback, and chrony as the client that has the kernel follow it.

Where something disciplines the kernel's clock already it is left alone, and is what the test uses.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from appliance.store.clock import is_clock_synced
from tests.conftest import ROOT

UNPACKED = ROOT / "build/chrony/usr/sbin/chronyd"
PATIENCE_S = 30.0
PORT = 11123
ADJ_FREQUENCY, ADJ_MAXERROR, ADJ_STATUS, STA_UNSYNC = 0x0002, 0x0004, 0x0010, 0x0040
"""Of adjtimex(2)."""
UNSYNCHRONISED_US = 16_000_000


class NoTimeServerError(Exception):
    """Why there can be none here, in words."""


def _chronyd() -> str:
    found = shutil.which("chronyd", path=f"{os.environ['PATH']}:/usr/sbin")
    program = found or (str(UNPACKED) if UNPACKED.is_file() else None)
    if program is None:
        raise NoTimeServerError("no chronyd: provisioning/development/fetch-time-server.sh")
    if subprocess.run([program, "-v"], capture_output=True, check=False).returncode != 0:
        raise NoTimeServerError(f"{program} lacks a library here")
    if os.geteuid() != 0:
        raise NoTimeServerError("only root may have a time server set the kernel's clock")
    return program


@contextmanager
def time_server(folder: Path) -> Iterator[str]:
    """What stands behind the clock within the block, in words. Raises `NoTimeServerError`."""
    if is_clock_synced():
        yield "what this computer has"
        return
    program = _chronyd()
    _leave_alone()
    folder.mkdir(parents=True, exist_ok=True)
    server, client = folder / "server.conf", folder / "client.conf"
    server.write_text(
        f"port {PORT}\nbindaddress 127.0.0.1\nallow 127.0.0.1\nlocal stratum 8\n"
        f"cmdport 0\npidfile {folder}/server.pid\n"
    )
    client.write_text(
        f"server 127.0.0.1 port {PORT} iburst minpoll 2 maxpoll 4\nmakestep 0.1 3\n"
        "maxslewrate 20\nmaxdrift 20\n"
        f"port 0\ncmdport 0\npidfile {folder}/client.pid\n"
    )
    children = []
    try:
        # -x: a server that does not touch the clock itself
        for words in (("-x", "-f", server), ("-f", client)):
            command = [program, "-n", "-u", "root", *words]
            children.append(
                subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            )
        end_s = time.monotonic() + PATIENCE_S
        while not is_clock_synced():
            dead = [each.args for each in children if each.poll() is not None]
            if dead or time.monotonic() > end_s:
                raise NoTimeServerError(f"chrony did not come to it (ended: {dead})")
            time.sleep(0.1)
        yield "chrony on loopback"
    finally:
        for each in children:
            each.terminate()
            each.wait(timeout=20)
        _leave_alone()


def _leave_alone() -> None:
    """Nothing disciplines the kernel's clock: it says so again (of itself it would say for nine
    hours that a server stands behind it), and goes as its crystal does. A server and a client on
    one clock have nothing to hold its rate by; so the client may change it by 20 ppm alone."""
    state = (ctypes.c_long * 32)()  # struct timex of adjtimex(2), with room for the kernel
    state[0] = ADJ_FREQUENCY | ADJ_MAXERROR | ADJ_STATUS
    state[2] = 0
    state[3] = UNSYNCHRONISED_US
    state[5] = STA_UNSYNC
    if ctypes.CDLL(None, use_errno=True).adjtimex(state) < 0:
        raise OSError(ctypes.get_errno(), "adjtimex")
