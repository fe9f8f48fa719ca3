"""Run as the service, by systemd: light green for a good board, then stand still with it lit.

    .../bin/python hang_while_green.py FOLDER

Writes the moment at which it stopped (CLOCK_MONOTONIC, seconds) to FOLDER/stopped.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

from inspect_on_cabinet import GOOD, cabinet_maker, configuration, taught, wait_for

from appliance.notify import Notifier
from appliance.service import Service
from appliance.states import State


def main(folder: Path) -> None:
    notify = Notifier.from_environment()
    taught(folder)
    make, made = cabinet_maker()
    with Service(configuration(folder), cabinet=make, notify=notify) as service:
        wait_for(service, State.EMPTY)
        made[-1].world.insert(GOOD)
        wait_for(service, State.PASSED)
        while not made[-1].world.lamps.green:
            time.sleep(0.01)
        time.sleep(1.0)
        (folder / "stopped").write_text(str(time.monotonic()))
        os.kill(os.getpid(), signal.SIGSTOP)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
