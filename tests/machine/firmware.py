"""Which partition's kernel a Raspberry Pi starts, decided from the image alone.

autoboot.txt on the first FAT partition: `[all] boot_partition=N`, `[tryboot] boot_partition=M`; the
second holds for one start, after a restart with the argument `0 tryboot` (Raspberry Pi
documentation, "autoboot.txt" and "Fail-safe OS updates (tryboot)"). QEMU has no such firmware: this
stands for it, so the real one's own decision is not proven by it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .disk import Disk

TRYBOOT = "reboot: Restarting system with command '0 tryboot'"
"""What the kernel says last when the next start is to be a trial."""


class NothingToBootError(RuntimeError):
    """No partition holds a kernel where the firmware looks for one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Boot:
    partition: int
    kernel: Path
    initrd: Path
    cmdline: str


def boot_partition(text: str, *, tryboot: bool) -> int:
    """The number that autoboot.txt names; later lines win, a section holds to the next."""
    applies, chosen = True, 1
    for raw in text.splitlines():
        line = raw.strip()
        if line.startswith("["):
            applies = line == "[all]" or (line == "[tryboot]" and tryboot)
        elif applies and line.startswith("boot_partition="):
            chosen = int(line.removeprefix("boot_partition="))
    return chosen


def choose(disk: Disk, folder: Path, *, tryboot: bool) -> Boot:
    """Kernel, initrd and command line, taken out into `folder`."""
    text = disk.read(disk.numbered(1), "autoboot.txt")
    number = 1 if text is None else boot_partition(text.decode(errors="replace"), tryboot=tryboot)
    partition = disk.numbered(number)
    paths = {}
    for name in ("kernel8.img", "initrd.img", "cmdline.txt"):
        data = disk.read(partition, name)
        if not data:
            raise NothingToBootError(f"{name} is missing on {partition.name} (number {number})")
        paths[name] = folder / name
        paths[name].write_bytes(data)
    return Boot(
        partition=number,
        kernel=paths["kernel8.img"],
        initrd=paths["initrd.img"],
        cmdline=paths["cmdline.txt"].read_text().strip(),
    )
