"""When something happened, in a form that survives a unit without a clock battery."""

from __future__ import annotations

import ctypes
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

_UTC_TEXT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_UNSYNCHRONISED_US = 16_000_000
"""The kernel's bound on the clock's error when nothing disciplines it (adjtimex(2))."""


def utc_text(instant: datetime) -> str:
    """An aware datetime as `2026-11-22T21:00:48.123Z`: one fixed width, so that the order of the
    texts is the order of the instants. Raises ValueError for a datetime without a zone."""
    if instant.tzinfo is None:
        raise ValueError(f"expected a time with its zone, found {instant.isoformat()}")
    utc = instant.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"


def utc_from_text(text: str) -> datetime:
    """The instant that `utc_text` wrote."""
    return datetime.fromisoformat(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One instant as every row carries it."""

    utc: str
    """As `utc_text` writes it. A label for people; nothing is ordered by it."""
    boot_id: str
    monotonic_s: float
    """Only comparable with another of the same boot."""
    clock_synced: bool
    """Whether a time server stood behind `utc`."""

    def __post_init__(self) -> None:
        if not _UTC_TEXT.fullmatch(self.utc):
            raise ValueError(f"expected UTC as 2026-11-22T21:00:48.123Z, found {self.utc!r}")


Clock = Callable[[], Moment]


class _Timex(ctypes.Structure):
    """The head of struct timex; the tail is room for the kernel."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("rest", ctypes.c_char * 512),
    )


def is_clock_synced() -> bool:
    """Whether the kernel bounds the clock's error, as timedatectl asks it; False when it won't
    say."""
    try:
        adjtimex = ctypes.CDLL(None, use_errno=True).adjtimex
    except (OSError, AttributeError):
        return False
    state = _Timex()
    if adjtimex(ctypes.byref(state)) < 0:
        return False
    return int(state.maxerror) < _UNSYNCHRONISED_US


def boot_id() -> str:
    """The kernel's name of this boot; empty where the kernel has none."""
    try:
        return _BOOT_ID.read_text(encoding="ascii").strip()
    except OSError:
        return ""


def system_clock() -> Clock:
    """The clock of this machine; the boot is asked for once."""
    boot = boot_id()

    def now() -> Moment:
        return Moment(
            utc=utc_text(datetime.now(UTC)),
            boot_id=boot,
            monotonic_s=time.monotonic(),
            clock_synced=is_clock_synced(),
        )

    return now
