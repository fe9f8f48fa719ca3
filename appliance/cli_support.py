"""`goldenboard support-bundle`: what a maker needs to see of this unit, without its secrets."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from appliance.care.bundle import Ask, write_bundle
from appliance.cli_common import EXIT_GOOD, EXIT_UNUSABLE
from appliance.config import DEFAULT_PATH, read_config
from appliance.refusal import Refusal
from appliance.store import StoreError

MOST_PICTURES = 1000


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "support-bundle",
        help="one file for whoever helps with this unit, without secrets",
        description="Versions, settings, journal, health, self-test, the last boards' figures, the "
        "database's form and state, recipes and commissioning. No PINs, badges, keys, names; no "
        "pictures unless asked for. Also while the service runs.",
    )
    parser.add_argument(
        "--config",
        type=Path,
        default=DEFAULT_PATH,
        metavar="TOML",
        help="the unit's configuration (%(default)s)",
    )
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="a zip file")
    parser.add_argument(
        "--pictures", type=_count, default=0, metavar="N", help="with those of the last N boards"
    )
    parser.add_argument("--no-selftest", action="store_true", help="quicker, and says less")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    try:
        config = read_config(args.config)
        ask = Ask(pictures=args.pictures, selftest=not args.no_selftest)
        size = write_bundle(config, args.config, args.out, ask, datetime.now(UTC))
    except (Refusal, StoreError, OSError) as error:
        print(f"goldenboard support-bundle: {error}", file=sys.stderr)
        return EXIT_UNUSABLE
    print(f"{args.out}: {size / 1e6:.1f} MB. Look through it before you send it.")
    return EXIT_GOOD


def _count(text: str) -> int:
    number = int(text)
    if not 0 <= number <= MOST_PICTURES:
        raise argparse.ArgumentTypeError(f"0 to {MOST_PICTURES} boards, not {number}")
    return number
