"""The card's image, put together without mounting anything: file systems from folders, and their
places from `layout`."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from provisioning.image import layout
from provisioning.image.chroot import run

SEED = "6c6f6c64-656e-626f-6172-64696d616765"
"""The file systems' numbers come from it, so that the same tree gives the same image."""


def ext4(file: Path, part: layout.Part, tree: Path) -> None:
    """A file system with everything that is in `tree`."""
    file.unlink(missing_ok=True)
    run("truncate", "-s", f"{part.size_mib}M", file)
    run(
        "/sbin/mke2fs", "-q", "-t", "ext4", "-L", part.name, "-U", SEED, "-m", "1",
        # the inode tables now, not by a thread on the unit's first day
        "-E", f"lazy_itable_init=0,lazy_journal_init=0,hash_seed={SEED}", "-d", tree, file,
    )  # fmt: skip


def fat(file: Path, part: layout.Part, files: dict[str, Path]) -> None:
    """A file system with these files, by name."""
    file.unlink(missing_ok=True)
    run("truncate", "-s", f"{part.size_mib}M", file)
    run("/sbin/mkfs.vfat", "-n", part.name, "-i", "474f4c44", file)
    for name, source in files.items():
        run("mcopy", "-i", file, source, f"::{name}")


def boot_files(tree: Path, slot: str, work: Path) -> dict[str, Path]:
    """What a system's own boot partition holds; on a Pi the firmware's files come to it."""
    (kernel,) = (tree / "boot").glob("vmlinuz-*")
    (initrd,) = (tree / "boot").glob("initrd.img-*")
    line = work / f"cmdline-{slot}.txt"
    line.write_text(layout.cmdline(slot))
    return {"kernel8.img": kernel, "initrd.img": initrd, "cmdline.txt": line}


def put_together(image: Path, files: dict[str, Path], parts: layout.Parts = layout.PARTS) -> None:
    """One file with the partition table and every part at its place, holes left holes; `files` by
    the parts' names."""
    half = image.with_suffix(".half")
    half.unlink(missing_ok=True)
    run("truncate", "-s", f"{layout.image_mib(parts)}M", half)
    script = image.with_suffix(".sfdisk")
    script.write_text(layout.table(parts))
    run("sh", "-c", f"/sbin/sfdisk --quiet {half} < {script}")
    script.unlink()
    for part in parts:
        _copy_at(files[part.name], half, layout.start_mib(part, parts) * layout.MIB)
    half.replace(image)


def _copy_at(source: Path, target: Path, start: int) -> None:
    with source.open("rb") as read, target.open("r+b") as write:
        size, at = source.stat().st_size, 0
        while at < size:
            try:
                at = os.lseek(read.fileno(), at, os.SEEK_DATA)
            except OSError:  # nothing but a hole to the end
                break
            end = os.lseek(read.fileno(), at, os.SEEK_HOLE)
            read.seek(at)
            write.seek(start + at)
            left = end - at
            while left:
                data = read.read(min(left, 1 << 20))
                write.write(data)
                left -= len(data)
            at = end


def room(folder: Path, wanted_gib: int) -> None:
    free = shutil.disk_usage(folder).free >> 30
    if free < wanted_gib:
        raise SystemExit(f"Expected {wanted_gib} GiB free in {folder}; found {free}. Make room.")
