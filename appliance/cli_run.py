"""`goldenboard run`: the instrument, until it is told to stop."""

from __future__ import annotations

import argparse
import faulthandler
import json
import signal
import sys
import threading
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from appliance import journal
from appliance.cli_care import settled_config
from appliance.cli_common import EXIT_GOOD, EXIT_UNUSABLE
from appliance.config import DEFAULT_PATH, Config
from appliance.notify import Notifier
from appliance.refusal import Refusal
from appliance.store import FirstLogin, StoreError
from appliance.store.first_login import FILE
from hw.errors import HardwareError

if TYPE_CHECKING:
    from appliance.service import Service

EXIT_DIED = 1


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "run",
        help="run the cabinet",
        description="Runs the cabinet and its pages until it is told to stop (Ctrl-C or SIGTERM).",
    )
    parser.add_argument(
        "--config", type=Path, metavar="TOML", help=f"the unit's configuration ({DEFAULT_PATH})"
    )
    parser.add_argument(
        "--demo",
        action="store_true",
        help="the simulated cabinet, with generated boards that go in and out by themselves",
    )
    parser.add_argument(
        "--demo-folder",
        type=Path,
        default=Path("var/demo"),
        metavar="DIR",
        help="where the demonstration keeps its recipe and records (%(default)s)",
    )
    parser.add_argument(
        "--boards", type=Path, metavar="DIR", help="with --demo: photographs instead of boards"
    )
    parser.add_argument(
        "--recipe", type=Path, metavar="DIR", help="with --boards: the recipe taught from them"
    )
    parser.add_argument("--host", help="address of the pages")
    parser.add_argument("--port", type=int, help="port of the pages; 0 takes a free one")
    parser.add_argument(
        "--json",
        action="store_true",
        help="say address and first login, PIN too, as one JSON object",
    )
    parser.add_argument("--verbose", action="store_true", help="say every change of state")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    # Here and not above: teaching and inspecting need neither the pages nor the simulation.
    from appliance.demo import Demo
    from appliance.service import Service

    journal.set_up(verbose=args.verbose)
    faulthandler.enable()  # the watchdog ends us with SIGABRT: the journal says where we hung
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        with ExitStack() as stack:
            notify = Notifier.from_environment()
            stack.callback(notify.close)
            if args.demo:
                demo = Demo(args.demo_folder, boards=args.boards, recipe=args.recipe)
                config = _chosen(demo.prepare(), args)
                service = Service(config, cabinet=demo.cabinet, notify=notify)
            else:
                demo = None
                config = _chosen(settled_config(args.config or DEFAULT_PATH), args)
                service = Service(config, notify=notify, config_path=args.config or DEFAULT_PATH)
            if not service.wait_until_whole(stop):
                return EXIT_GOOD
            stack.enter_context(service)
            _greet(service, simulated=args.demo, as_json=args.json)
            if demo is not None:
                stack.enter_context(demo.hands(service.is_ready))
            while not stop.wait(0.5):
                if not service.running:
                    print("goldenboard run: the controller has stopped.", file=sys.stderr)
                    return EXIT_DIED
    except (Refusal, StoreError, HardwareError, OSError) as error:
        print(f"goldenboard run: {error}", file=sys.stderr)
        return EXIT_UNUSABLE
    return EXIT_GOOD


def _chosen(config: Config, args: argparse.Namespace) -> Config:
    pages = config.pages
    if args.host is not None:
        pages = replace(pages, host=args.host)
    if args.port is not None:
        pages = replace(pages, port=args.port)
    return replace(config, pages=pages)


def _greet(service: Service, *, simulated: bool, as_json: bool) -> None:
    login = service.first_login
    if as_json:
        line = {
            "pages": service.pages.url,
            "simulated": simulated,
            "first_login": None if login is None else {"name": login.name, "pin": login.pin},
        }
        print(json.dumps(line), flush=True)
        return
    print(f"Status page: {service.pages.url}", flush=True)
    if login is not None:
        print(_first_words(login, service.config), flush=True)
    if simulated:
        print("Boards go in and out by themselves. Stop with Ctrl-C.", flush=True)


def _first_words(login: FirstLogin, config: Config) -> str:
    """The PIN itself on a terminal alone: anything else is a log."""
    if sys.stdout.isatty():
        return f"First technician: name {login.name}, PIN {login.pin}. Change it on the page."
    return (
        f"First technician: name {login.name}. The PIN is not written here: "
        f"`sudo goldenboard first-login` shows it ({config.records.folder / FILE})."
    )
