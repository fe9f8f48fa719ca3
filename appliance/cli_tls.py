"""`goldenboard tls`: the pages' certificate, to be compared, handed out or made anew."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from appliance.cli_common import EXIT_GOOD, EXIT_UNUSABLE
from appliance.config import DEFAULT_PATH, read_config
from appliance.refusal import Refusal
from appliance.tls import Certificate


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    tls = subparsers.add_parser("tls", help="the pages' certificate and its fingerprint")
    commands = tls.add_subparsers(dest="tls_command", required=True, metavar="COMMAND")
    show = commands.add_parser(
        "show",
        help="what a browser should show of this unit",
        description="Compare the fingerprint with the one that the browser shows before you "
        "confirm the certificate there.",
    )
    show.add_argument(
        "--pem", action="store_true", help="the certificate itself (without its key), for import"
    )
    renew = commands.add_parser(
        "renew",
        help="make a new key and certificate now",
        description="A running unit takes it up within a minute. Its fingerprint is a new one: "
        "compare it again in each browser.",
    )
    for command in (show, renew):
        command.add_argument(
            "--config",
            type=Path,
            default=DEFAULT_PATH,
            metavar="TOML",
            help="the unit's configuration (%(default)s)",
        )
    tls.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    # Here and not above: the service's keeper brings the whole instrument with it.
    from appliance.service import certificate_keeper

    try:
        keeper = certificate_keeper(read_config(args.config))
        found = keeper.renew() if args.tls_command == "renew" else keeper.certificate()
    except (Refusal, OSError) as error:
        print(f"goldenboard tls: {error}", file=sys.stderr)
        return EXIT_UNUSABLE
    if args.tls_command == "show" and args.pem:
        print(found.pem, end="")
    else:
        _say(found)
    return EXIT_GOOD


def _say(found: Certificate) -> None:
    groups = found.fingerprint.split(" ")
    print("SHA-256 fingerprint of the pages' certificate:")
    for at in range(0, len(groups), 4):
        print(f"  {' '.join(groups[at : at + 4])}")
    print(f"Valid from {found.not_before:%Y-%m-%d} to {found.not_after:%Y-%m-%d} (UTC)")
    print(f"Names: {', '.join((*found.names.hosts, *map(str, found.names.addresses)))}")
