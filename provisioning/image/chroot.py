"""A Debian tree for another processor, entered by chroot (qemu-user); /proc is there only while a
command runs."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

NO_SERVICES = "#!/bin/sh\nexit 101\n"
"""policy-rc.d: no package starts a service while the tree is made."""


def run(*command: str | Path, timeout_s: float = 3600.0) -> str:
    """What the command prints. Raises SystemExit with all of it when it fails."""
    done = subprocess.run(
        [str(part) for part in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=timeout_s,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, command))}\n{done.stdout}\nexit {done.returncode}")
    return done.stdout


def inside(tree: Path, *command: str, timeout_s: float = 3600.0) -> str:
    """Run a command in the tree, its lines shown as they come."""
    quoted = " ".join(f"'{part}'" for part in command)
    script = f"mount -t proc proc {tree}/proc && exec chroot {tree} {quoted}"
    began_s = time.monotonic()
    process = subprocess.Popen(
        ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", script],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": "/root",
            "LC_ALL": "C.UTF-8",
            "DEBIAN_FRONTEND": "noninteractive",
            "QEMU_CPU": "cortex-a72",
        },
    )
    said = []
    assert process.stdout is not None
    for line in process.stdout:
        said.append(line)
        print(f"  {line}", end="", file=sys.stderr, flush=True)
        if time.monotonic() - began_s > timeout_s:
            process.kill()
    if process.wait():
        raise SystemExit(f"{' '.join(command)} in {tree}: exit {process.returncode}")
    return "".join(said)
