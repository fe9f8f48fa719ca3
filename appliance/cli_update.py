"""`goldenboard update`: make, check and install whole versions of the software."""

from __future__ import annotations

import argparse
import getpass
import json
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from appliance import cli_update_unit
from appliance.cli_common import EXIT_GOOD, EXIT_UNUSABLE, Ticker
from appliance.refusal import Refusal
from appliance.store import utc_text
from appliance.update.fit import this_machine
from appliance.update.manifest import ANY
from appliance.update.places import TRUSTED_FILE

PASSPHRASE_VARIABLE = "GOLDENBOARD_KEY_PASSPHRASE"

_Parsers = argparse._SubParsersAction  # argparse has no public name for it


def add_parser(subparsers: _Parsers[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "update",
        help="make, check and install whole versions",
        description="A version comes as one signed file (.gbu). The maker packs and signs it; a "
        "unit checks it against the public keys in " + str(TRUSTED_FILE) + ".",
    )
    commands = parser.add_subparsers(dest="update_command", required=True, metavar="COMMAND")
    _add_make_key(commands)
    _add_pack(commands)
    _add_verify(commands)
    cli_update_unit.add_parsers(commands, guarded)


def _add_make_key(commands: _Parsers[argparse.ArgumentParser]) -> None:
    made = commands.add_parser(
        "make-key",
        help="the maker's pair of keys",
        description="Writes the private key, which never gets to a unit, and the public one "
        "beside it as NAME.pub, which goes to every unit's update.pub.",
    )
    made.add_argument("--out", type=Path, required=True, metavar="FILE", help="the private key")
    made.add_argument("--comment", default="", help="whose key it is, shown on the units")
    made.add_argument(
        "--passphrase",
        action="store_true",
        help=f"lock the private key; asked for on the terminal or taken from {PASSPHRASE_VARIABLE}",
    )
    made.set_defaults(run=guarded(_make_key))


def _add_pack(commands: _Parsers[argparse.ArgumentParser]) -> None:
    python, arch = this_machine()
    packed = commands.add_parser("pack", help="make a signed bundle of wheels and models")
    packed.add_argument("--wheels", type=Path, required=True, metavar="DIR", help="all wheels")
    packed.add_argument("--models", type=Path, metavar="DIR", help="released models")
    packed.add_argument("--key", type=Path, required=True, metavar="FILE", help="private key")
    packed.add_argument("--out", type=Path, required=True, metavar="FILE", help="the bundle")
    packed.add_argument("--python", default=python, help="the unit's (%(default)s)")
    packed.add_argument("--arch", default=arch, help=f"as uname -m says it, or {ANY} (%(default)s)")
    packed.add_argument("--channel", default="stable", choices=("stable", "trial"))
    packed.add_argument("--notes", default="", help="what is new, in plain words")
    packed.set_defaults(run=guarded(_pack))


def _add_verify(commands: _Parsers[argparse.ArgumentParser]) -> None:
    verified = commands.add_parser(
        "verify", help="check signature and every byte of a bundle; changes nothing"
    )
    verified.add_argument("bundle", type=Path, help="the bundle (.gbu)")
    verified.add_argument(
        "--trusted", type=Path, default=TRUSTED_FILE, metavar="FILE", help="keys (%(default)s)"
    )
    verified.add_argument("--json", action="store_true", help="one JSON object on stdout")
    verified.set_defaults(run=guarded(_verify))


def _make_key(args: argparse.Namespace) -> int:
    from appliance.update.keys import make_key  # here, so that no other command needs its library

    passphrase = _passphrase(f"Passphrase for {args.out}: ") if args.passphrase else None
    key = make_key(args.out, comment=args.comment, passphrase=passphrase)
    print(f"Private key: {args.out}. Keep it away from every unit.")
    print(f"For the units' {TRUSTED_FILE.name} (key {key.key_id}):\n{key.line}")
    return EXIT_GOOD


def _pack(args: argparse.Namespace) -> int:
    from appliance.update.keys import read_private
    from appliance.update.pack import Order, pack

    locked = b"ENCRYPTED" in args.key.read_bytes() if args.key.is_file() else False
    passphrase = _passphrase(f"Passphrase for {args.key}: ") if locked else None
    order = Order(
        wheels=args.wheels,
        models=args.models,
        python=args.python,
        arch=args.arch,
        channel=args.channel,
        notes=args.notes,
        created_utc=utc_text(datetime.now(UTC)),
    )
    manifest = pack(order, read_private(args.key, passphrase=passphrase), args.out)
    print(
        f"{args.out}: version {manifest.version} for Python {manifest.python} on {manifest.arch}, "
        f"{len(manifest.members)} files, {manifest.size_bytes / 1e6:.1f} MB"
    )
    return EXIT_GOOD


def _verify(args: argparse.Namespace) -> int:
    from appliance.update.bundle import opened
    from appliance.update.keys import read_trusted

    with opened(args.bundle, read_trusted(args.trusted)) as bundle, Ticker(sys.stderr) as ticker:
        announced = bundle.announced
        bundle.check(lambda done, total: ticker("Checking MB", done // 10**6, total // 10**6))
    manifest, key = announced.manifest, announced.signed_by
    if args.json:
        said = {
            "version": manifest.version,
            "channel": manifest.channel,
            "created_utc": manifest.created_utc,
            "python": manifest.python,
            "arch": manifest.arch,
            "database_newest": manifest.database_newest,
            "notes": manifest.notes,
            "members": len(manifest.members),
            "bytes": manifest.size_bytes,
            "manifest_sha256": announced.manifest_sha256,
            "key_id": key.key_id,
            "key_comment": key.comment,
        }
        print(json.dumps(said, ensure_ascii=False))
        return EXIT_GOOD
    print(f"Version {manifest.version} ({manifest.channel}), made {manifest.created_utc}")
    print(f"For Python {manifest.python} on {manifest.arch}; whole, {len(manifest.members)} files")
    print(f"Signed by {key.comment or 'a trusted key'} ({key.key_id})")
    if manifest.notes:
        print(manifest.notes)
    return EXIT_GOOD


def _passphrase(question: str) -> bytes:
    given = os.environ.get(PASSPHRASE_VARIABLE)
    return (given if given is not None else getpass.getpass(question)).encode()


def guarded(work: Callable[[argparse.Namespace], int]) -> Callable[[argparse.Namespace], int]:
    """What is refused is said on stderr, once for all commands."""

    def run(args: argparse.Namespace) -> int:
        try:
            return work(args)
        except Refusal as refusal:
            print(f"goldenboard update: {refusal}", file=sys.stderr)
        except OSError as error:
            print(f"goldenboard update: {error}", file=sys.stderr)
        return EXIT_UNUSABLE

    return run
