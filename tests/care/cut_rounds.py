"""Kills a restore before each of its steps on the disk, one after the other.

    python -m tests.care.cut_rounds ARCHIVE FOLDER

Every round restores onto a bare unit made anew in FOLDER. A step is whatever the interpreter is
about to do to the file system (its audit events); the round's process is killed there with
SIGKILL. Prints one JSON object a round: how many steps were made, what the unit held after it was
settled as the service does at its start, and what was said of that.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from appliance.care.swap import settle

from .units import TestUnit, bare_unit, contents, trusting

CHANGES = {"os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.chmod", "os.link", "fcntl.flock"}


def is_step(event: str, words: Sequence[object]) -> bool:
    if event == "open":
        flags = words[2]
        return isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))
    return event in CHANGES or event == "sqlite3.connect"


def restore_cut_at(unit: TestUnit, archive: Path, step: int) -> bool:
    """Whether the restore came to its end before that step."""
    child = os.fork()
    if child == 0:
        left = step

        def hook(event: str, words: Sequence[object]) -> None:
            nonlocal left
            if is_step(event, words):
                left -= 1
                if left < 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(hook)
        with suppress(BaseException):
            unit.restore(archive, trusting())
            os._exit(0)
        os._exit(1)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    if code not in (0, -signal.SIGKILL):
        raise RuntimeError(f"the restore ended by itself with {code}")
    return code == 0


def main() -> None:
    archive, folder = Path(sys.argv[1]), Path(sys.argv[2])
    step, done = 0, False
    while not done:
        unit = bare_unit(folder)
        done = restore_cut_at(unit, archive, step)
        said = settle(unit.config, unit.settings)
        print(json.dumps({"step": step, "done": done, "said": said, "held": contents(unit.folder)}))
        shutil.rmtree(unit.folder)
        step += 1


if __name__ == "__main__":
    main()
