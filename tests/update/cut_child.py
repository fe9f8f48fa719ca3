"""An updater that dies: at its N-th step on the files, or as the harness decides.

    python -m tests.update.cut_child FOLDER VERB BUNDLE CUT

A step is what Python itself announces (audit events) of opening, renaming, removing, linking,
making and running: the process kills itself right before step CUT, its children with it, as a
power cut would. With CUT 0 it runs to its end and prints how many steps there were.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from appliance.refusal import Refusal
from tests.update.unit import Unit

STEPS = frozenset(
    {
        "open", "os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.symlink", "os.link",
        "os.chmod", "os.truncate", "subprocess.Popen", "sqlite3.connect", "tempfile.mkdtemp",
    }
)  # fmt: skip


class Steps:
    """Counts steps inside the unit's folder; reading the interpreter's own files is none."""

    def __init__(self, folder: Path, cut: int) -> None:
        self._folder = str(folder)
        self._cut = cut
        self.count = 0

    def __call__(self, event: str, arguments: tuple[object, ...]) -> None:
        if event not in STEPS:
            return
        if event not in ("subprocess.Popen",):
            named = os.fsdecode(arguments[0]) if isinstance(arguments[0], str | bytes) else ""
            # the harness's own file, and the folder of the socket that is asked what the service
            # does, are opened as often as it waits
            if self._folder not in named or named.endswith(("service.pid", "/var")):
                return
        self.count += 1
        if self.count == self._cut:
            os.killpg(0, signal.SIGKILL)


def main() -> None:
    folder, verb, bundle, cut = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), int(sys.argv[4])
    unit = Unit(folder)
    installer = unit.installer()
    steps = Steps(folder, cut)
    sys.addaudithook(steps)
    try:
        words = installer.guard() if verb == "guard" else installer.install(bundle, by="Ana")
    except Refusal as refusal:
        words = str(refusal)
    print(steps.count, flush=True)
    print(words, flush=True)


if __name__ == "__main__":
    main()
