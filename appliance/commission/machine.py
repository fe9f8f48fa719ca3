"""What a step asks of the computer beside its devices; given, so that a test can be a slow card
or a unit without a network."""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import struct
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from appliance.store import Moment
from appliance.store.clock import system_clock

_SIOCGIFADDR = 0x8915
"""ioctl of netdevice(7): the IPv4 address of an interface."""


def raw_s() -> float:
    """The crystal as it is, which no time server corrects (CLOCK_MONOTONIC_RAW)."""
    return time.clock_gettime(time.CLOCK_MONOTONIC_RAW)


def addresses() -> tuple[str, ...]:
    """The IPv4 addresses at which others reach this computer, none of its own loopback."""
    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        for _, name in socket.if_nameindex():
            request = struct.pack("256s", name.encode()[:15])
            try:
                answer = fcntl.ioctl(asked.fileno(), _SIOCGIFADDR, request)
            except OSError:
                continue  # an interface without an address
            address = socket.inet_ntoa(answer[20:24])
            if not address.startswith("127."):
                found.append(address)
    return tuple(found)


def mdns(name: str) -> tuple[str, ...] | None:
    """What `name` resolves to by multicast; None where this computer can't ask (no avahi)."""
    program = shutil.which("avahi-resolve")
    if program is None:
        return None
    try:
        done = subprocess.run(
            [program, "-4", "-n", name], capture_output=True, text=True, timeout=8, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ()
    return tuple(line.split()[1] for line in done.stdout.splitlines() if len(line.split()) == 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    now: Callable[[], Moment] = field(default_factory=system_clock)
    wall_s: Callable[[], float] = time.time
    raw_s: Callable[[], float] = raw_s
    sync: Callable[[int], None] = os.fsync
    root: Path = Path("/")
    """Where the kernel's files are looked for."""
    addresses: Callable[[], tuple[str, ...]] = addresses
    mdns: Callable[[str], tuple[str, ...] | None] = mdns
    cores: int = field(default_factory=lambda: len(os.sched_getaffinity(0)))
    load_s: float = 120.0
    """How long all cores are kept busy for the step 'heat'."""
    clock_watch_s: float = 10.0
    clock_patience_s: float = 180.0
    """For so long a time server may still pull the clock before its rate counts."""
    sequential_bytes: int = 64_000_000
    syncs: int = 200
