"""`goldenboard backup` and `goldenboard restore`: a unit in one signed file, and out of it."""

from __future__ import annotations

import argparse
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from appliance.care.backup import Made, Wish, back_up
from appliance.care.errors import CareError
from appliance.care.key import give_to_owner_of, own_fingerprint, same_fingerprint
from appliance.care.restore import How, Restored, restore
from appliance.care.swap import settle
from appliance.cli_common import EXIT_GOOD, EXIT_UNUSABLE, Ticker
from appliance.config import DEFAULT_PATH, Config, read_config
from appliance.refusal import Refusal
from appliance.store import InUseError, Store, StoreError


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    _add_backup(subparsers)
    _add_restore(subparsers)


def _add_backup(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "backup",
        help="save settings, recipes, people and records as one signed file",
        description="Also while the service runs. The file is a plain tar, signed by the unit's "
        "own key; compare the fingerprint when you restore it elsewhere. Certificates, the pages' "
        "key and cradles are not in it.",
    )
    _add_config(parser)
    parser.add_argument("--out", type=Path, required=True, metavar="FILE")
    parser.add_argument(
        "--records",
        type=_days,
        default="all",
        metavar="all|none|DAYS",
        help="boards with their pictures: of all days, of none, of the last days (%(default)s)",
    )
    parser.add_argument("--no-operators", action="store_true", help="leave the people out")
    _add_passphrase(parser, "seals the badges; without it they have to be scanned anew")
    parser.set_defaults(run=run_backup)


def _add_restore(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "restore",
        help="make this unit the one that a backup was made of",
        description="With the service stopped. All or nothing, also when it is cut off. Boards and "
        "recipes that are here stay beside the restored ones, and only --replace puts them there.",
    )
    parser.add_argument("file", type=Path, metavar="FILE")
    _add_config(parser)
    parser.add_argument(
        "--trust", metavar="FINGERPRINT", help="of the unit that made it; asked for otherwise"
    )
    parser.add_argument("--replace", action="store_true", help="although there are boards here")
    parser.add_argument("--keep-settings", action="store_true", help="this unit's settings stay")
    parser.add_argument("--no-badges", action="store_true", help="badges are scanned anew")
    _add_passphrase(parser, "of the badges")
    parser.set_defaults(run=run_restore)


def _add_config(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--config",
        type=Path,
        default=DEFAULT_PATH,
        metavar="TOML",
        help="the unit's configuration (%(default)s)",
    )


def _add_passphrase(parser: argparse.ArgumentParser, what: str) -> None:
    parser.add_argument(
        "--passphrase-file", type=Path, metavar="FILE", help=f"its first line {what}"
    )


def run_backup(args: argparse.Namespace) -> int:
    began_s = time.monotonic()
    try:
        config = read_config(args.config)
        wish = Wish(
            records_days=args.records,
            operators=not args.no_operators,
            passphrase=_passphrase(args.passphrase_file),
        )
        with Ticker(sys.stderr) as ticker:
            made = back_up(config, args.config, args.out, wish, datetime.now(UTC), ticker)
        _tell_backup(made, config, args.out, time.monotonic() - began_s)
    except (Refusal, StoreError, OSError) as error:
        print(f"goldenboard backup: {error}", file=sys.stderr)
        return EXIT_UNUSABLE
    return EXIT_GOOD


def run_restore(args: argparse.Namespace) -> int:
    began_s = time.monotonic()
    try:
        config = settled_config(args.config)
        how = How(
            trusts=lambda theirs: _trusts(theirs, args.trust),
            replace=args.replace,
            keep_settings=args.keep_settings,
            badges=not args.no_badges,
            passphrase=_passphrase(args.passphrase_file),
        )
        with Ticker(sys.stderr) as ticker:
            done = restore(args.file, config, args.config, how, ticker)
        _note(done, config)
        _tell_restore(done, time.monotonic() - began_s)
    except InUseError as error:
        print(f"goldenboard restore: {error.found}", file=sys.stderr)
        print("Stop the service first: sudo systemctl stop goldenboard", file=sys.stderr)
        return EXIT_UNUSABLE
    except (Refusal, StoreError, OSError) as error:
        print(f"goldenboard restore: {error}", file=sys.stderr)
        return EXIT_UNUSABLE
    return EXIT_GOOD


def settled_config(path: Path) -> Config:
    """The unit's configuration, after what a cut left of a restore was brought to its end or
    undone. Raises `Refusal`, OSError."""
    config = read_config(path)
    words = settle(config, path)
    if words is None:
        return config
    print(words, file=sys.stderr, flush=True)
    return read_config(path)


def _note(done: Restored, config: Config) -> None:
    """Into the audit log of the restored record, so that nobody takes it for grown here."""
    records = config.records.folder
    if not records.is_dir():
        return
    about = done.manifest.about
    words = f"of {about.unit}, made {about.made_utc}, signed by {done.fingerprint}"
    quota_bytes = int(config.records.pictures_gb * 1e9)
    with Store.open(records, quota_bytes=quota_bytes) as store:
        store.add_event("restored", detail=words)
    give_to_owner_of(config.data, *records.iterdir())


def _tell_backup(made: Made, config: Config, out: Path, seconds: float) -> None:
    about = made.manifest.about
    print(
        f"{out}: {made.bytes / 1e6:.1f} MB in {seconds:.1f} s, {about.inspections} boards, "
        f"{len(about.recipes)} recipes, {len(made.manifest.files)} files."
    )
    for words in made.left_out:
        print(f"Not in it: {words}")
    if made.locking:
        print(
            f"Missed challenges that nobody has released: {made.locking}. They are in it whatever "
            "the days: where it is restored, PASS stays locked until a technician releases them."
        )
    print(f"Fingerprint of this unit: {own_fingerprint(config.data)}")


def _tell_restore(done: Restored, seconds: float) -> None:
    about = done.manifest.about
    print(
        f"Restored {about.unit}, as of {about.made_utc}: {about.inspections} boards, "
        f"{len(about.recipes)} recipes, in {seconds:.1f} s."
    )
    for words in done.words:
        print(words)
    for path in done.kept:
        print(f"What was here before lies in {path}.")
    print("Start the service: sudo systemctl start goldenboard")


def _trusts(theirs: str, given: str | None) -> bool:
    if given is not None:
        return same_fingerprint(theirs, given)
    if not sys.stdin.isatty():
        return False
    print(f"This archive was signed by the unit with the fingerprint\n    {theirs}")
    return input("Is that the unit whose place this one takes? (yes/no) ").strip() == "yes"


def _passphrase(file: Path | None) -> str | None:
    if file is None:
        return None
    lines = file.read_text(encoding="utf-8").splitlines()
    if not lines or not lines[0]:
        raise CareError(
            expected=f"a passphrase in the first line of {file}",
            found="nothing",
            action="Write it there.",
        )
    return lines[0]


def _days(text: str) -> int | None:
    """None for all, 0 for none."""
    if text in ("all", "none"):
        return None if text == "all" else 0
    try:
        days = int(text)
    except ValueError:
        days = 0
    if not 1 <= days <= 36_500:
        raise argparse.ArgumentTypeError(f"expected all, none or a number of days, found {text!r}")
    return days
