"""A unit's slots as files, with the shipped RAUC configuration, boot selection and bundle's hook, a
message bus of its own and RAUC's service on it. Needs root, for loop devices and mounts."""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from appliance.system_update.certificate import make_key
from appliance.system_update.rauc import Rauc
from provisioning.image import disk, layout, system_bundle
from tests.conftest import ROOT
from tests.system_update.card import Card

TOOLS = ("rauc", "mksquashfs", "dbus-daemon", "mke2fs", "mkfs.vfat")
COMPATIBLE = f"goldenboard-{system_bundle.SUITE}-{system_bundle.ARCH}"
_BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path={path}</listen>
<policy context="default"><allow send_destination="*" eavesdrop="true"/>
<allow eavesdrop="true"/><allow own="*"/></policy></busconfig>
"""


def skip_unless_possible() -> None:
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"not installed here: {', '.join(missing)}")
    if os.geteuid() != 0 or not Path("/dev/loop-control").exists():
        pytest.skip("RAUC mounts a bundle by a loop device: needs root and /dev/loop-control")


def mountable(kind: str) -> bool:
    return kind in Path("/proc/filesystems").read_text().split()


class RaucUnit:
    """`card`: what the boot selection reads and writes."""

    def __init__(self, folder: Path) -> None:
        self.card = Card.new(folder / "unit")
        self.folder = folder
        self.card.places.folder.mkdir()
        self.key = folder / "maker.pem"
        self.certificate = make_key(self.key, name="The maker")
        for part in (part for slot in layout.SLOTS.values() for part in slot):
            with (folder / part.name).open("wb") as file:
                file.truncate((part.size_mib if part.fat else 8) << 20)
        self.boot_kind = "vfat" if mountable("vfat") else "ext4"
        self.conf = folder / "system.conf"
        self.conf.write_text(self._conf())
        self.rauc = Rauc(
            conf=self.conf, environment={"DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={folder}/bus"}
        )
        self._children: list[subprocess.Popen[str]] = []

    def _conf(self) -> str:
        """The shipped one, with files for devices. Where the kernel has no dm-verity or no FAT, as
        in many containers, format `plain` and ext4 stand in; the campaign in QEMU has both."""
        backend = self.folder / "boot-selection"
        backend.write_text(
            f"#!/bin/sh\nexec {sys.executable} -m appliance.cli system-update boot "
            f'--config {self.card.config} --boot {self.card.boot} --slot a "$@"\n'
        )
        backend.chmod(0o755)
        text = (ROOT / "provisioning/root-slots/etc/rauc/system.conf").read_text()
        for old, new in (
            ("@SUITE@", system_bundle.SUITE),
            ("@ARCH@", system_bundle.ARCH),
            ("/dev/disk/by-partlabel", str(self.folder)),
            ("/run/rauc", str(self.folder / "mounts")),
            ("/var/lib/goldenboard", str(self.card.data)),
            ("/etc/rauc/keyring.pem", str(self.certificate)),
            ("/usr/lib/goldenboard/boot-selection", str(backend)),
            ("bundle-formats=-plain", "bundle-formats=plain"),
            ("type=vfat", f"type={self.boot_kind}"),
        ):
            assert old in text, old
            text = text.replace(old, new)
        return text

    # -- its services ---------------------------------------------------------------------------

    def __enter__(self) -> RaucUnit:
        try:
            self._start_services()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _start_services(self) -> None:
        bus = self.folder / "bus.conf"
        bus.write_text(_BUS.format(path=self.folder / "bus"))
        daemon = self._start("dbus-daemon", f"--config-file={bus}", "--nofork", "--print-address")
        assert daemon.stdout is not None
        assert select.select([daemon.stdout], [], [], 20)[0], "no message bus"
        daemon.stdout.readline()
        self._start("rauc", "--conf", str(self.conf), "--override-boot-slot=a", "service")
        end_s = time.monotonic() + 20.0
        while "de.pengutronix.rauc" not in self._names():
            assert time.monotonic() < end_s, "RAUC's service did not come up"
            time.sleep(0.02)

    def _names(self) -> str:
        """Who is on the bus."""
        done = subprocess.run(
            [
                "dbus-send",
                f"--bus=unix:path={self.folder}/bus",
                "--print-reply",
                "--dest=org.freedesktop.DBus",
                "/",
                "org.freedesktop.DBus.ListNames",
            ],
            check=True,
            capture_output=True,
            text=True,
            timeout=20,
        )
        return done.stdout

    def __exit__(self, *_: object) -> None:
        for child in reversed(self._children):
            child.terminate()
            child.communicate(timeout=20)

    def _start(self, *command: str) -> subprocess.Popen[str]:
        child = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, **(self.rauc.environment or {})},
        )
        self._children.append(child)
        return child

    # -- its bundles ----------------------------------------------------------------------------

    def bundle(
        self,
        name: str,
        *,
        compatible: str = COMPATIBLE,
        key: Path | None = None,
        certificate: Path | None = None,
        slots: str = "ab",
    ) -> Path:
        """A system of a few files; its boot partition has a command line for each of `slots`."""
        work = self.folder / f"make-{name}"
        work.mkdir()
        system, boot = work / "system.ext4", work / f"boot.{self.boot_kind}"
        tree = work / "tree"
        tree.mkdir()
        (tree / "random").write_bytes(os.urandom(40_000))
        (tree / "name").write_text(name)
        _ext4(system, tree)
        words = system_bundle.manifest("0.2.0", "test", f"Bundle {name}.")
        words = words.replace("format=verity", "format=plain").replace(COMPATIBLE, compatible)
        lines = work / "lines"
        lines.mkdir()
        for slot in slots:
            (lines / f"cmdline-{slot}.txt").write_text(f"goldenboard.slot={slot}\n")
        if self.boot_kind == "vfat":
            disk.fat(boot, layout.BOOT_B, {path.name: path for path in lines.iterdir()})
        else:
            _ext4(boot, lines)
            words = words.replace("boot.vfat", "boot.ext4")
        made = self.folder / f"{name}.raucb"
        system_bundle.make(
            made, system=system, boot=boot, words=words, work=work,
            key=key or self.key, certificate=certificate or self.certificate,
        )  # fmt: skip
        return made


def _ext4(file: Path, tree: Path) -> None:
    file.touch()
    os.truncate(file, 4 << 20)
    subprocess.run(["mke2fs", "-q", "-t", "ext4", "-d", tree, file], check=True)


def read_ext4(file: Path, name: str) -> str:
    done = subprocess.run(
        ["debugfs", "-R", f"cat {name}", file], capture_output=True, text=True, check=True
    )
    return done.stdout
