"""Which of the two systems starts: `autoboot.txt` on the card's first partition.

A Raspberry Pi's firmware reads it: `[all] boot_partition=N` is the number of the boot partition
that it starts from, `[tryboot] boot_partition=M` holds for one start, after a restart with the
argument `0 tryboot` (Raspberry Pi documentation, "autoboot.txt" and "Fail-safe OS updates
(tryboot)"). So the number in `[all]` is what decides, whatever else was written or lost.
"""

from __future__ import annotations

import os
from pathlib import Path

from appliance.durable import write_durably
from appliance.update.errors import UpdateError

BOOT_PARTITION = {"a": 2, "b": 3}
"""Number of each slot's boot partition on the card."""
FOLDER = Path("/boot/firmware")
FILE = "autoboot.txt"
CMDLINE = Path("/proc/cmdline")
_PARAMETER = "goldenboard.slot="
_MOST_BYTES = 512
"""The firmware reads no more of it."""


def other(slot: str) -> str:
    return "b" if slot == "a" else "a"


def text_for(slot: str) -> str:
    """The file with `slot` as the one that starts and the other one as the one to try."""
    return (
        f"[all]\ntryboot_a_b=1\nboot_partition={BOOT_PARTITION[slot]}\n"
        f"[tryboot]\nboot_partition={BOOT_PARTITION[other(slot)]}\n"
    )


def running_slot(cmdline: Path = CMDLINE) -> str | None:
    """The slot of the system that runs, by its kernel's command line; None for a unit with one
    system."""
    words = cmdline.read_text(encoding="utf-8").split()
    named = [word.removeprefix(_PARAMETER) for word in words if word.startswith(_PARAMETER)]
    return named[-1] if named and named[-1] in BOOT_PARTITION else None


def default_slot(folder: Path = FOLDER) -> str:
    """The slot that a plain start takes. Raises `UpdateError` where the file does not say it."""
    path = folder / FILE
    try:
        text = path.read_bytes()[:_MOST_BYTES].decode("ascii", errors="replace")
    except OSError as error:
        raise _unclear(path, error.strerror or str(error)) from error
    section, number = "[all]", ""
    for line in map(str.strip, text.splitlines()):
        if line.startswith("["):
            section = line
        elif section == "[all]" and line.startswith("boot_partition="):
            number = line.removeprefix("boot_partition=")
    for slot, partition in BOOT_PARTITION.items():
        if number == str(partition):
            return slot
    raise _unclear(path, f"boot_partition={number or '(none)'} in [all]")


def make_default(slot: str, folder: Path = FOLDER) -> None:
    """The one step that changes which system starts. Raises OSError.

    Both texts are of one length and within one sector, so the file is written over in its place and
    a cut leaves the one or the other; a file of another length is replaced by a new one.
    """
    path, data = folder / FILE, text_for(slot).encode("ascii")
    if not path.is_file() or path.stat().st_size != len(data):
        write_durably(path, data)
        return
    handle = os.open(path, os.O_WRONLY)
    try:
        os.pwrite(handle, data, 0)
        os.fsync(handle)
    finally:
        os.close(handle)


def _unclear(path: Path, found: str) -> UpdateError:
    return UpdateError(
        expected=f"{path} to name boot partition {' or '.join(map(str, BOOT_PARTITION.values()))}",
        found=found,
        action="Put the file of the image there; until then no board passes.",
    )
