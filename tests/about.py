"""What figures were taken with: command, machine, day and commit, as every JSON in bench/ says."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from datetime import UTC, datetime

from tests.conftest import ROOT


def about(module: str) -> dict[str, str]:
    """`module` is the one that was run with `python -m`."""
    cores = len(os.sched_getaffinity(0))
    done = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return {
        "command": " ".join(["python", "-m", module, *sys.argv[1:]]),
        "machine": f"{platform.machine()}, {cores} cores, Python {platform.python_version()}",
        "date": datetime.now(UTC).date().isoformat(),
        "commit": done.stdout.strip() or "unknown",
    }
