"""An installed system under its own systemd, in namespaces of its own: nothing of it reaches this
computer's settings, network or processes. Root only.

The control groups are a branch of this computer's; /proc/sys and /sys are read-only; what could
change the machine (modules, clock, restart) is taken from its capabilities.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

T = TypeVar("T")

TAKEN = "sys_module,sys_boot,sys_time,syslog,sys_rawio,mac_admin,audit_control"
_WITHOUT = ",".join(f"-{name}" for name in TAKEN.split(","))

_BOOT = """
set -e
echo $$ > {group}/cgroup.procs
exec setpriv --bounding-set {without} --inh-caps {without} \\
    unshare --mount --pid --fork --kill-child --cgroup --uts --ipc --net sh -c '
set -e
mount --make-rprivate /
mount --bind {tree} {tree}
mount -t proc proc {tree}/proc
mount --bind {tree}/proc/sys {tree}/proc/sys
mount -o remount,bind,ro {tree}/proc/sys
mount -t sysfs -o ro sysfs {tree}/sys
mount -t cgroup2 cgroup2 {tree}/sys/fs/cgroup
mount -t tmpfs -o mode=755 tmpfs {tree}/run
mount -t tmpfs tmpfs {tree}/tmp
cd {tree}
mkdir -p mnt
pivot_root . mnt
umount -l /mnt
exec env -i container=trial PATH=/usr/sbin:/usr/bin:/sbin:/bin \\
    chroot . /lib/systemd/systemd --show-status=no'
"""


def group_folder() -> Path | None:
    """Where this computer's second version of control groups is mounted."""
    for line in Path("/proc/mounts").read_text().splitlines():
        _, place, kind, *_ = line.split()
        if kind == "cgroup2" and os.access(place, os.W_OK):
            return Path(place)
    return None


def until(found: Callable[[], T], within_s: float) -> T:
    """What is found once it is something. Raises `TimeoutError`."""
    end_s = time.monotonic() + within_s
    while time.monotonic() < end_s:
        if thing := found():
            return thing
        time.sleep(0.05)
    raise TimeoutError(f"not within {within_s} s")


class Booted:
    """`with Booted(tree) as system:` runs it; the end of the block is a power cut."""

    def __init__(self, tree: Path) -> None:
        self._tree = tree

    def __enter__(self) -> Self:
        above = group_folder()
        if above is None:
            raise SystemExit("No writable control groups (version 2) here.")
        self._group = above / f"goldenboard-trial-{os.getpid()}"
        self._group.mkdir()
        script = _BOOT.format(group=self._group, tree=self._tree, without=_WITHOUT)
        self._process = subprocess.Popen(
            ["sh", "-c", script],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._init = until(self._first_process, 30)
        until(lambda: self.run("systemctl", "is-system-running").startswith("r"), 120)
        return self

    def _first_process(self) -> int:
        """The number, here, of the systemd that was started; 0 before that."""
        own = self._process.pid
        children = Path(f"/proc/{own}/task/{own}/children").read_text().split()
        for child in children:
            if Path(f"/proc/{child}/comm").read_text().strip() == "systemd":
                return int(child)
        return 0

    def run(self, *command: str) -> str:
        """What the command says, run in the system."""
        done = subprocess.run(
            ["nsenter", "-t", str(self._init), "-m", "-p", "-n", "-u", "-i", "-C", "-r", "-w",
             "env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", *command],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )  # fmt: skip
        return (done.stdout + done.stderr).strip()

    def show(self, unit: str, name: str) -> str:
        """A property of a unit."""
        return self.run("systemctl", "show", unit, "--property", name, "--value")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.send_signal(signal.SIGKILL)  # and with it everything in its namespace
        self._process.wait(timeout=30)
        folders = [Path(folder) for folder, _, _ in os.walk(self._group, topdown=False)]
        for folder in folders:
            for _ in range(100):
                try:
                    folder.rmdir()
                    break
                except OSError:
                    time.sleep(0.05)
