"""The card of a unit: two systems side by side, and the data that both use.

A Raspberry Pi's firmware reads `autoboot.txt` on the first partition and starts the kernel of the
partition named there; the other system is the one before, to go back to. Whatever is written while
a unit works lies on the last partition.
"""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1 << 20
FIRST_MIB = 4
"""Free before the first partition, as cards' erase blocks are up to 4 MiB."""
LINUX = "0FC63DAF-8483-4772-8E79-3D69D8477DE4"
BASIC_DATA = "EBD0A0A2-B9E5-4433-87C0-68B6B72699C7"
"""Partition types of the UEFI specification's registry: Linux file system, and Microsoft's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    name: str
    """Of the partition, and the label of its file system (FAT: 11 characters at most)."""
    size_mib: int
    fat: bool = False


BOOT = Part(name="GB-BOOT", size_mib=64, fat=True)
BOOT_A = Part(name="GB-BOOT-A", size_mib=128, fat=True)
BOOT_B = Part(name="GB-BOOT-B", size_mib=128, fat=True)
SYSTEM_A = Part(name="gb-system-a", size_mib=2048)
SYSTEM_B = Part(name="gb-system-b", size_mib=2048)
DATA = Part(name="goldenboard", size_mib=512)
Parts = tuple[Part, ...]
PARTS: Parts = (BOOT, BOOT_A, BOOT_B, SYSTEM_A, SYSTEM_B, DATA)
SLOTS = {"a": (BOOT_A, SYSTEM_A), "b": (BOOT_B, SYSTEM_B)}


def number(part: Part) -> int:
    """As autoboot.txt counts."""
    return PARTS.index(part) + 1


def start_mib(part: Part, parts: Parts = PARTS) -> int:
    return FIRST_MIB + sum(each.size_mib for each in parts[: parts.index(part)])


def image_mib(parts: Parts = PARTS) -> int:
    """With room for the table's copy at the end."""
    return start_mib(parts[-1], parts) + parts[-1].size_mib + 1


def table(parts: Parts = PARTS) -> str:
    """For sfdisk(8)."""
    lines = ["label: gpt"]
    for part in parts:
        kind = BASIC_DATA if part.fat else LINUX
        place = f"start={start_mib(part, parts)}MiB, size={part.size_mib}MiB"
        lines.append(f'{place}, type={kind}, name="{part.name}"')
    return "\n".join(lines) + "\n"


def cmdline(slot: str) -> str:
    """The kernel's command line; the system partition is read by name, whichever disk it is on."""
    return (
        f"root=PARTLABEL={SLOTS[slot][1].name} rootfstype=ext4 ro rootwait panic=10 "
        f"fsck.repair=yes goldenboard.slot={slot} rauc.slot={slot}\n"
    )
