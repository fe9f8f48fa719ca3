"""`goldenboard first-login`: the PIN that the first technician signs in with, once."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from appliance.cli_common import EXIT_GOOD, EXIT_UNUSABLE
from appliance.config import DEFAULT_PATH, read_config
from appliance.refusal import Refusal
from appliance.store import StoreError
from appliance.store.first_login import FILE, read

EXIT_NONE = 1


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "first-login",
        help="the first technician's name and PIN, until it is changed",
        description="Shown on a terminal only, to root and the unit's own user. Exit code 1: every "
        "first PIN was changed, so there is none to show.",
    )
    parser.add_argument("--config", type=Path, default=DEFAULT_PATH, metavar="TOML")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    try:
        folder = read_config(args.config).records.folder
        login = read(folder)
    except (Refusal, StoreError, OSError) as error:
        print(f"goldenboard first-login: {error}", file=sys.stderr)
        return EXIT_UNUSABLE
    if login is None:
        print("There is no first PIN: every technician has chosen one, or the unit never started.")
        return EXIT_NONE
    if not sys.stdout.isatty():
        print(
            f"goldenboard first-login: expected a terminal to show the PIN on, found a pipe or a "
            f"file, which others may read. Say it at a terminal; it stands in {folder / FILE}.",
            file=sys.stderr,
        )
        return EXIT_UNUSABLE
    print(f"First technician: name {login.name}, PIN {login.pin}.")
    print("The page asks for another one at the first sign-in; this one is gone then.")
    return EXIT_GOOD
