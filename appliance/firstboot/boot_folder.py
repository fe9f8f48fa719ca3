"""The boot partition: what a technician put there, and what the unit answers there.

It is FAT and is read on any computer, so secrets don't stay on it: a file that was taken up is
removed. (The flash below may keep old bytes for a while; nothing can overwrite them there.)
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from appliance.durable import sync_folder, write_durably

from . import cloud, custom_toml
from .errors import FirstBootError
from .settings import UnitSettings

ANSWER = "goldenboard-firstboot.txt"
MOST_BYTES = 16384


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Files with settings, and what they say."""

    files: tuple[str, ...]
    settings: UnitSettings


def read_boot_folder(folder: Path, *, cloud_init: bool) -> Found | None:
    """What lies there, checked whole; None for nothing. `cloud_init`: that program is installed and
    reads its own files. Raises `FirstBootError` or `TomlError`."""
    toml = _text(folder / custom_toml.NAME)
    user_data = network = None
    if not cloud_init:
        user_data = _text(folder / cloud.USER_DATA)
        network = _text(folder / cloud.NETWORK_CONFIG)
    beside = [
        name
        for name, text in ((cloud.USER_DATA, user_data), (cloud.NETWORK_CONFIG, network))
        if text is not None
    ]
    if toml is not None and beside:
        raise FirstBootError(
            expected=f"either {custom_toml.NAME} or cloud-init's files",
            found=f"{custom_toml.NAME} and {' and '.join(beside)}",
            action="Remove one of the two kinds.",
        )
    if toml is not None:
        settings = custom_toml.read_custom_toml(toml)
        return Found(files=(custom_toml.NAME,), settings=settings)
    if not beside:
        return None
    settings = cloud.read_cloud(user_data, network)
    # what holds comments alone, as a new card has it, is left where it is
    return Found(files=tuple(beside), settings=settings) if settings != UnitSettings() else None


def take_away(folder: Path, files: tuple[str, ...]) -> None:
    """Raises OSError."""
    for name in files:
        (folder / name).unlink(missing_ok=True)
    sync_folder(folder)


def answer(folder: Path, text: str) -> None:
    """Leave a word for whoever puts the card into a computer; lines end as Windows' editor wants
    them. Raises OSError."""
    data = text.replace("\n", "\r\n").encode()
    file = folder / ANSWER
    if not file.is_file() or file.read_bytes() != data:
        write_durably(file, data)


def _text(file: Path) -> str | None:
    """None where no file is."""
    try:
        handle = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unreadable(file, error.strerror or "an error") from None
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise _unreadable(file, "no ordinary file")
        with os.fdopen(os.dup(handle), "rb") as opened:
            data = opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise _unreadable(file, error.strerror or "an error") from None
    finally:
        os.close(handle)
    if len(data) > MOST_BYTES:
        raise _unreadable(file, f"more than {MOST_BYTES // 1024} KiB")
    try:
        # Windows' editor may put a mark before the text
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise _unreadable(file, f"a byte that is no UTF-8 at position {error.start}") from None


def _unreadable(file: Path, found: str) -> FirstBootError:
    return FirstBootError(
        expected=f"a text file {file.name} of at most {MOST_BYTES // 1024} KiB",
        found=found,
        action="Write the file anew, as UTF-8 text.",
    )
