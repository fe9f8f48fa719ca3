"""How the card (or disk) under a folder is doing, from files of the kernel that anybody may read.

What a medium does not say is None: SD cards keep no count of their wear, eMMC does in steps of ten
percent (JEDEC JESD84-B51, DEVICE_LIFE_TIME_EST and PRE_EOL_INFO). ext4 counts what was written to
it since it was made, and its errors (Documentation/ABI/testing/sysfs-fs-ext4).
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

SECTOR_BYTES = 512
"""Of /sys/block/*/stat, whatever the medium's own (Documentation/block/stat.rst)."""
_WRITTEN = 6
"""Field of /sys/block/*/stat: sectors written."""
_PRE_EOL = {1: "normal", 2: "80 % of the spare blocks used", 3: "90 % of the spare blocks used"}


@dataclass(frozen=True, slots=True, kw_only=True)
class CardReading:
    device: str
    """Name of the kernel's, such as mmcblk0."""
    kind: str
    """SD, MMC, or what the kernel calls it."""
    model: str | None
    serial: str | None
    made: str | None
    """Month and year of making, as the card says it."""
    size_bytes: int | None
    life_used_percent: int | None
    """Upper end of the step that an eMMC names; 110 stands for more than its whole life."""
    spare: str | None
    """What an eMMC says of its spare blocks."""
    spare_low: bool
    written_bytes: int | None
    """Since the computer was started."""
    uptime_s: float | None
    written_ever_bytes: int | None
    """Through this file system since it was made."""
    errors: int | None
    """That the file system has met since it was last checked."""


def read_card(folder: Path, root: Path = Path("/")) -> CardReading | None:
    """The medium that holds `folder`; None where it has none of its own (a network's, one in
    memory). Raises OSError when the folder can't be asked."""
    number = folder.stat().st_dev
    return read_device(os.major(number), os.minor(number), root)


def read_device(major: int, minor: int, root: Path = Path("/")) -> CardReading | None:
    """`root` holds sys/ and proc/."""
    link = root / "sys/dev/block" / f"{major}:{minor}"
    if not link.exists():
        return None
    part = link.resolve()
    disk = part.parent if (part / "partition").exists() else part
    card = disk / "device"
    life = max((_number(card / "life_time", at, base=16) or 0 for at in (0, 1)), default=0)
    spare = _number(card / "pre_eol_info", base=16)
    sectors = _number(disk / "size")
    written = _number(disk / "stat", _WRITTEN)
    ext4 = root / "sys/fs/ext4" / part.name
    ever = _number(ext4 / "lifetime_write_kbytes")
    return CardReading(
        device=disk.name,
        kind=_text(card / "type") or "disk",
        model=_text(card / "name") or _text(card / "model"),
        serial=_text(card / "serial"),
        made=_text(card / "date"),
        size_bytes=None if sectors is None else sectors * SECTOR_BYTES,
        life_used_percent=life * 10 if life else None,
        spare=None if not spare else _PRE_EOL.get(spare, f"unknown ({spare})"),
        spare_low=bool(spare and spare > 1),
        written_bytes=None if written is None else written * SECTOR_BYTES,
        uptime_s=_seconds(root / "proc/uptime"),
        written_ever_bytes=None if ever is None else ever * 1024,
        errors=_number(ext4 / "errors_count"),
    )


def _text(path: Path) -> str | None:
    try:
        text = path.read_text(encoding="utf-8", errors="replace").strip().strip("\0")
    except OSError:
        return None
    return text if text and text.isprintable() else None


def _number(path: Path, field: int = 0, *, base: int = 10) -> int | None:
    try:
        return int(path.read_text(encoding="ascii").split()[field], base)
    except (OSError, ValueError, IndexError):
        return None


def _seconds(path: Path) -> float | None:
    try:
        return float(path.read_text(encoding="ascii").split()[0])
    except (OSError, ValueError, IndexError):
        return None
