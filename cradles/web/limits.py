"""What the building process may take of the unit, so that it can never cost an inspection."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    memory_bytes: int = 1024**3
    """Address space. A build takes about 280 MB of memory and 450 MB of addresses."""
    cpu_s: int = 300
    file_bytes: int = 64 * 1024**2
    """Of each file that it writes."""
    running_s: float = 300.0
    """By the clock, without the pauses for inspections."""
    whole_s: float = 3600.0
    """By the clock, with them."""
    least_free_bytes: int = 400 * 1000**2
    """Below that no build begins: the record needs the room more."""


def take_limits(limits: Limits, parent: int) -> None:
    """Bind this process: memory, processor time, file size, the last place in every queue, and an
    end with its parent. Exits at once when the parent has already gone."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit(1)
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    # SIGXCPU says why; the kill at the hard limit would not.
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_s, limits.cpu_s + 5))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.file_bytes, limits.file_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Not the idle class: whoever is starved while the file system waits for him delays the record.
    os.nice(10)
    with suppress(OSError):  # when memory runs short the kernel ends this process first
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
