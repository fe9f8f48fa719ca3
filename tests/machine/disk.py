"""A unit's image: a copy to write to, and its partitions by name."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

from provisioning.image.chroot import run

SECTOR = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Partition:
    number: int
    name: str
    start: int
    """In bytes from the image's begin."""
    size: int
    """In bytes."""


@dataclass(frozen=True, slots=True)
class Disk:
    """An image file of its own, sparse; nothing of it is ever mounted here."""

    file: Path

    @classmethod
    def copy_of(cls, image: Path, file: Path) -> Disk:
        run("cp", "--sparse=always", "--reflink=auto", image, file)
        return cls(file)

    def partitions(self) -> dict[str, Partition]:
        table = json.loads(run("/sbin/sfdisk", "--json", self.file))["partitiontable"]
        found = {}
        for number, row in enumerate(table["partitions"], 1):
            made = Partition(
                number=number,
                name=row["name"],
                start=row["start"] * SECTOR,
                size=row["size"] * SECTOR,
            )
            found[made.name] = made
        return found

    def numbered(self, number: int) -> Partition:
        (found,) = [each for each in self.partitions().values() if each.number == number]
        return found

    # -- the FAT partitions, by mtools ----------------------------------------------------------

    def read(self, partition: Partition, name: str) -> bytes | None:
        """A file of a FAT partition; None where it is missing."""
        done = subprocess.run(
            ["mtype", "-i", f"{self.file}@@{partition.start}", f"::{name}"],
            capture_output=True,
            timeout=60,
            check=False,
        )
        return done.stdout if done.returncode == 0 else None

    def write(self, partition: Partition, name: str, data: bytes) -> None:
        subprocess.run(
            ["mcopy", "-o", "-i", f"{self.file}@@{partition.start}", "-", f"::{name}"],
            input=data,
            timeout=60,
            check=True,
        )

    def names(self, partition: Partition) -> list[str]:
        said = run("mdir", "-b", "-i", f"{self.file}@@{partition.start}", "::")
        return [line.removeprefix("::/") for line in said.split() if line.startswith("::/")]

    def overwrite(self, partition: Partition, data: bytes, at: int = 0) -> None:
        """As a dying card does it."""
        with self.file.open("r+b") as file:
            file.seek(partition.start + at)
            file.write(data)

    def overwrite_from(self, partition: Partition, source: Path) -> None:
        """With a file of at most the partition's size."""
        run(
            "dd", f"if={source}", f"of={self.file}", "bs=1M", "conv=notrunc",
            f"seek={partition.start // (1 << 20)}", "status=none",
        )  # fmt: skip

    def check_ext4(self, partition: Partition) -> str:
        """What e2fsck finds; it changes nothing. Empty: clean."""
        done = subprocess.run(
            ["/sbin/e2fsck", "-fn", f"{self.file}?offset={partition.start}"],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        return "" if done.returncode == 0 else done.stdout + done.stderr
