"""The real smartctl on an emulated NVMe and an emulated SATA disk, within the rights that
goldenboard-storage-health.service gives it, and without each of them.

    python -m tests.provisioning.bench_storage_health [--json FILE]

An arm64 machine of QEMU with Debian's own kernel; its root is an archive in memory. Asked is the
unit's own script, as the user, with the group and the capabilities that stand in the unit's file.
What the disks answer is read by `hw.disk_health`.
"""

from __future__ import annotations

import argparse
import configparser
import gzip
import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path

from hw.disk_health import parse
from tests.about import about
from tests.conftest import ROOT
from tests.provisioning.trees import PROVISIONING

WORK = ROOT / "build/bench-storage-health"
UNIT = PROVISIONING / "root/etc/systemd/system/goldenboard-storage-health.service"
SCRIPT = PROVISIONING / "root/usr/lib/goldenboard/read-storage-health"
DISKS = {"nvme0n1": "NVMe", "sda": "SATA"}
DRIVERS = ("ext4", "nvme", "ahci", "sd_mod")
USER, DISK_GROUP = 990, 6
BOOT_S = 300

INIT = """#!/bin/busybox sh
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
busybox mount -t proc proc /proc
busybox mount -t sysfs sysfs /sys
busybox mount -t devtmpfs dev /dev
busybox mount -t tmpfs tmpfs /run
for driver in {drivers}; do busybox modprobe "$driver"; done
for disk in {disks}; do
    count=0
    until [ -b "/dev/$disk" ] || [ "$count" = 300 ]; do
        busybox sleep 0.1
        count=$((count + 1))
    done
    busybox chgrp {group} "/dev/$disk"
    busybox chmod 660 "/dev/$disk"
    busybox mount -t ext4 "/dev/$disk" /var/lib/goldenboard
    busybox mkdir "/run/$disk"
    busybox chown {user}:{user} "/run/$disk"
{trials}
    busybox umount /var/lib/goldenboard
done
busybox poweroff -f
"""
TRIAL = """
    busybox rm -f "/run/$disk/health.json"
    /usr/bin/setpriv --reuid {user} --regid {user} --groups {group} --no-new-privs \\
        --inh-caps=-all{caps} --ambient-caps=-all{caps} --bounding-set=-all{caps} \\
        /bin/sh /usr/lib/goldenboard/read-storage-health /var/lib/goldenboard "/run/$disk"
    echo "BEGIN $disk {name}"
    busybox cat "/run/$disk/health.json"
    echo "END $disk {name}"
"""


def rights() -> tuple[str, ...]:
    """The capabilities of the unit's file, as setpriv names them."""
    unit = configparser.ConfigParser(strict=False, interpolation=None, comment_prefixes="#")
    unit.read(UNIT)
    return tuple(
        each.removeprefix("CAP_").lower() for each in unit["Service"]["AmbientCapabilities"].split()
    )


def trials() -> dict[str, tuple[str, ...]]:
    """By name: all the rights, and all but one."""
    every = rights()
    return {"all": every} | {
        f"without {one}": tuple(each for each in every if each != one) for one in every
    }


def make_tree(tree: Path) -> str:
    """Unpacked, not installed: nothing of it runs but in the machine. The kernel's version."""
    if not tree.is_dir():
        print("Unpacking a kernel and smartctl ...", file=sys.stderr, flush=True)
        packages = "linux-image-arm64,smartmontools,busybox-static,util-linux,mount"
        subprocess.run(
            ["mmdebstrap", "--quiet", "--architectures=arm64", "--variant=extract",
             f"--include={packages}", "bookworm", str(tree)],
            check=True,
        )  # fmt: skip
    (version,) = [path.name for path in (tree / "lib/modules").iterdir()]
    return version


def write_root(tree: Path, version: str) -> None:
    """What the machine starts from, beside the packages."""
    for name in ("proc", "sys", "run", "dev", "var/lib/goldenboard", "usr/lib/goldenboard"):
        (tree / name).mkdir(parents=True, exist_ok=True)
    shutil.copy2(SCRIPT, tree / "usr/lib/goldenboard")
    shell = tree / "bin/sh"
    shell.unlink(missing_ok=True)
    shell.symlink_to("busybox")
    subprocess.run(["depmod", "-b", tree, version], check=True)
    words = {"user": USER, "group": DISK_GROUP}
    parts = [
        TRIAL.format(name=name, caps="".join(f",+{cap}" for cap in caps), **words)
        for name, caps in trials().items()
    ]
    text = INIT.format(
        drivers=" ".join(DRIVERS), disks=" ".join(DISKS), trials="".join(parts), **words
    )
    (tree / "init").write_text(text)
    (tree / "init").chmod(0o755)


def wanted(tree: Path, version: str) -> list[str]:
    """The files of the archive: of the modules only the drivers and what they need."""
    needed = set()
    for driver in DRIVERS:
        said = subprocess.run(
            ["modprobe", "-d", tree, "-S", version, "--show-depends", driver],
            capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip
        needed |= {Path(line.split()[1]).name for line in said.splitlines() if ".ko" in line}
    found = []
    for folder, folders, files in os.walk(tree):
        inside = os.path.relpath(folder, tree)
        folders[:] = [name for name in folders if f"{inside}/{name}" not in ("./boot", "usr/share")]
        found += [f"{inside}/{name}" for name in folders]
        found += [f"{inside}/{n}" for n in files if not n.endswith(".ko") or n in needed]
    return found


def boot(tree: Path, version: str) -> str:
    """What the machine said on its serial line."""
    names = "\n".join(wanted(tree, version)).encode()
    archive = subprocess.run(
        ["cpio", "--quiet", "-o", "-H", "newc"], cwd=tree, input=names, capture_output=True,
        check=True,
    ).stdout  # fmt: skip
    initrd = WORK / "initrd.gz"
    initrd.write_bytes(gzip.compress(archive, 1))
    for kind in DISKS.values():
        image = WORK / f"{kind}.img"
        image.write_bytes(b"")
        os.truncate(image, 64 * 1024 * 1024)
        subprocess.run(["mkfs.ext4", "-q", "-F", image], check=True)
    print("Booting ...", file=sys.stderr, flush=True)
    drive = "if=none,format=raw"
    return subprocess.run(
        ["qemu-system-aarch64", "-M", "virt", "-cpu", "cortex-a72", "-m", "1024", "-nographic",
         "-no-reboot", "-nic", "none", "-append", "console=ttyAMA0 quiet", "-kernel",
         f"{tree}/boot/vmlinuz-{version}", "-initrd", initrd,
         "-drive", f"file={WORK}/NVMe.img,id=n,{drive}", "-device", "nvme,drive=n,serial=N1",
         "-drive", f"file={WORK}/SATA.img,id=s,{drive}", "-device", "ahci,id=ahci",
         "-device", "ide-hd,drive=s,bus=ahci.0,serial=S1"],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=BOOT_S, check=True,
    ).stdout.replace("\r", "")  # fmt: skip


def answers(said: str) -> dict[str, dict[str, dict[str, object]]]:
    """By disk and trial, as the instrument reads them. Raises ValueError where one is missing."""
    found: dict[str, dict[str, dict[str, object]]] = {}
    for disk, kind in DISKS.items():
        for name in trials():
            mark = f"{disk} {name}\n"
            text = said.partition(f"BEGIN {mark}")[2].partition(f"END {mark}")[0]
            found.setdefault(kind, {})[name] = asdict(parse(json.loads(text)))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description="smartctl within the unit's rights.")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    began = time.monotonic()
    WORK.mkdir(parents=True, exist_ok=True)
    tree = WORK / "tree"
    version = make_tree(tree)
    write_root(tree, version)
    found = answers(boot(tree, version))
    seconds = round(time.monotonic() - began)
    figures = about("tests.provisioning.bench_storage_health") | {
        "kernel": version, "answers": found, "seconds": seconds,
    }  # fmt: skip
    print(json.dumps(figures, indent=1))
    for kind, by_trial in found.items():
        told = by_trial["all"]
        if told["refused"] is not None or told["passed"] is not True:
            raise SystemExit(f"{kind}: the unit's rights are not enough: {told}")
    if args.json:
        args.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
