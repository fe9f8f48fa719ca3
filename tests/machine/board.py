"""One board with power: `with Board(disk, folder) as board:`; the end of the block cuts it off.

board.wait_for("login:")      a line of the kernel's console
board.run("systemctl ...")    a command in a root shell
board.cut()                   power off now, and `board.power_on()` again
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from . import firmware
from .console import Console
from .disk import Disk

MEMORY_MB = 1024
PAGE_PORT = 8080
FOR_THE_OWNER = (
    "console=ttyAMA0 systemd.debug_shell=hvc0 systemd.mask=serial-getty@hvc0.service "
    "systemd.log_color=0 SYSTEMD_COLORS=0"
)
"""A root shell for who holds the machine's power; no image has it of itself."""


class Board:
    """`echo`: every line of the console goes to stderr, too."""

    def __init__(
        self,
        disk: Disk,
        folder: Path,
        *,
        memory_mb: int = MEMORY_MB,
        devices: tuple[str, ...] = (),
        echo: bool = False,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.disk = disk
        self.page_port = _free_port()
        self.booted_from = 0
        """Number of the partition whose kernel runs."""
        self.log = folder / "console.log"
        self._folder = folder
        self._memory_mb = memory_mb
        self._devices = devices
        self._echo = echo
        self._process: subprocess.Popen[bytes] | None = None
        self._console: Console | None = None
        self._read = 0
        self.log.write_bytes(b"")

    # -- power ----------------------------------------------------------------------------------

    def power_on(self, *, tryboot: bool = False) -> None:
        boot = firmware.choose(self.disk, self._folder, tryboot=tryboot)
        self.booted_from = boot.partition
        shell = self._folder / "shell"
        shell.unlink(missing_ok=True)
        self._read = self.log.stat().st_size
        command = [
            "qemu-system-aarch64", "-M", "virt", "-cpu", "cortex-a72", "-smp", "2",
            "-accel", "tcg,thread=multi", "-m", str(self._memory_mb), "-nographic", "-no-reboot",
            "-nodefaults", "-kernel", str(boot.kernel), "-initrd", str(boot.initrd),
            "-append", f"{boot.cmdline} {FOR_THE_OWNER}",
            "-drive", f"file={self.disk.file},format=raw,if=none,id=card,cache=writeback",
            "-device", "virtio-blk-pci,drive=card",
            "-netdev", f"user,id=net,hostfwd=tcp:127.0.0.1:{self.page_port}-:{PAGE_PORT}",
            "-device", "virtio-net-pci,netdev=net,romfile=", "-device", "virtio-rng-pci",
            "-device", "virtio-serial-pci",
            "-chardev", f"socket,id=shell,path={shell},server=on,wait=off",
            "-device", "virtconsole,chardev=shell",
            "-chardev", f"file,id=log,path={self.log},append=on", "-serial", "chardev:log",
            "-monitor", "none", *self._devices,
        ]  # fmt: skip
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=(self._folder / "qemu.log").open("ab"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._console = Console(shell, 30.0)

    def cut(self) -> None:
        """No more power. What the machine had not written through to its card is lost with it."""
        if self._console is not None:
            self._console.close()
            self._console = None
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(timeout=30)
            self._process = None

    def wait_off(self, within_s: float) -> bool:
        """Until the machine switches itself off or restarts (which ends it here, too); True when it
        asked for a trial start."""
        assert self._process is not None
        self._process.wait(timeout=within_s)
        asked = firmware.TRYBOOT in self.said()
        self.cut()
        return asked

    def restart(self, command: str = "systemctl reboot", within_s: float = 300.0) -> None:
        """Restart from inside and start again as the firmware would."""
        self.send(command)
        self.power_on(tryboot=self.wait_off(within_s))

    @property
    def on(self) -> bool:
        return self._process is not None and self._process.poll() is None

    # -- what it says ---------------------------------------------------------------------------

    def said(self) -> str:
        """The kernel's console since power came on."""
        with self.log.open("rb") as file:
            file.seek(self._read)
            return file.read().decode(errors="replace")

    def qemu_said(self) -> str:
        return (self._folder / "qemu.log").read_text(errors="replace")

    def wait_for(self, words: str, within_s: float) -> None:
        end_s = time.monotonic() + within_s
        while words not in self.said():
            if not self.on or time.monotonic() > end_s:
                state = f"within {within_s:.0f} s" if self.on else "before it went off"
                raise TimeoutError(f"no {words!r} {state}:\n{self.said()[-3000:]}")
            time.sleep(0.2)

    def wait_for_shell(self, within_s: float = 300.0) -> None:
        assert self._console is not None
        self._console.wait_for_shell(within_s)

    def run(self, command: str, within_s: float = 120.0) -> str:
        """What it prints. Raises `RuntimeError` when it fails."""
        code, said = self.try_run(command, within_s)
        if code:
            raise RuntimeError(f"{command}\n{said}\nexit {code}")
        return said

    def try_run(self, command: str, within_s: float = 120.0) -> tuple[int, str]:
        assert self._console is not None
        if self._echo:
            print(f"$ {command}", file=sys.stderr, flush=True)
        return self._console.run(command, within_s)

    def send(self, command: str) -> None:
        """Begin something that takes the shell with it."""
        self.run(f"( sleep 0.2; {command} ) >/dev/null 2>&1 &")

    def until(self, command: str, wanted: str, within_s: float) -> str:
        """What the command says once that has `wanted` in it."""
        end_s = time.monotonic() + within_s
        while True:
            _, said = self.try_run(command)
            if wanted in said:
                return said
            if time.monotonic() > end_s:
                raise TimeoutError(f"{command}: no {wanted!r} within {within_s:.0f} s:\n{said}")
            time.sleep(1.0)

    def __enter__(self) -> Self:
        self.power_on()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.cut()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
