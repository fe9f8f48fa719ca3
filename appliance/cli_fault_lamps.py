"""`goldenboard fault-lamps`: the lamps while the instrument does not run.

Opens the lamps and nothing else: whatever keeps the instrument from starting (a camera that hangs,
a record that is damaged) must not keep the lamps from saying so.
"""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from pathlib import Path

from appliance import indicate, journal
from appliance.cli_common import EXIT_GOOD, EXIT_UNUSABLE
from appliance.config import DEFAULT_PATH, read_config
from appliance.refusal import Refusal
from appliance.states import State
from hw import Cabinet, open_cabinet
from hw.errors import HardwareError

STEP_S = 0.1


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "fault-lamps",
        help="show FAULT on the lamps while the cabinet does not run",
        description="Red and amber alternate until it is told to stop (Ctrl-C or SIGTERM); the "
        "unit starts it when the cabinet ended too often to be started again.",
    )
    parser.add_argument(
        "--config", type=Path, metavar="TOML", help=f"the unit's configuration ({DEFAULT_PATH})"
    )
    parser.add_argument(
        "--dark",
        action="store_true",
        help="only switch lamps and light off, then end: after a kill the dimmer goes on by itself",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    journal.set_up(verbose=False)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        config = read_config(args.config or DEFAULT_PATH)
        cabinet = open_cabinet(config.cabinet_settings())
        if args.dark:
            darken(cabinet)
        else:
            show(cabinet, stop)
    except (Refusal, HardwareError, OSError) as error:
        print(f"goldenboard fault-lamps: {error}", file=sys.stderr)
        return EXIT_UNUSABLE
    return EXIT_GOOD


def darken(cabinet: Cabinet) -> None:
    """Opening claims them switched off, closing leaves them so; both are tried."""
    try:
        cabinet.light.open()
        cabinet.light.close()
    finally:
        cabinet.beacon.open()
        cabinet.beacon.close()


def show(cabinet: Cabinet, stop: threading.Event) -> None:
    """The FAULT pattern until `stop`; dark afterwards."""
    cabinet.beacon.open()
    try:
        began_s = cabinet.clock.monotonic()
        while True:
            lasted_s = cabinet.clock.monotonic() - began_s
            cabinet.beacon.show(indicate.lamps(State.FAULT, lasted_s, vouched=False))
            if stop.wait(STEP_S):
                return
    finally:
        cabinet.beacon.close()
