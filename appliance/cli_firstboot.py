"""`goldenboard firstboot`: name, network, time zone and language from the boot partition."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from appliance.cli_common import EXIT_GOOD, EXIT_UNUSABLE
from appliance.refusal import Refusal

BOOT = Path("/boot/firmware")


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    firstboot = subparsers.add_parser(
        "firstboot", help="settings that a technician put on the boot partition"
    )
    commands = firstboot.add_subparsers(dest="firstboot_command", required=True, metavar="COMMAND")
    check = commands.add_parser(
        "check",
        help="say what a unit would take from a folder, and change nothing",
        description="Run it on the card's boot partition before the card goes into the unit.",
    )
    check.add_argument("folder", type=Path, help="the boot partition, or any folder")
    take = commands.add_parser(
        "apply",
        help="take the settings up; the unit does it by itself at every start",
    )
    take.add_argument("--boot", type=Path, default=BOOT, metavar="DIR", help="(%(default)s)")
    take.add_argument("--root", type=Path, default=Path("/"), metavar="DIR", help="(%(default)s)")
    firstboot.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    try:
        return _check(args.folder) if args.firstboot_command == "check" else _apply(args)
    except (Refusal, OSError) as error:
        print(f"goldenboard firstboot: {error}", file=sys.stderr)
        return EXIT_UNUSABLE


def _check(folder: Path) -> int:
    from appliance.firstboot.boot_folder import read_boot_folder
    from appliance.firstboot.told import told

    if not folder.is_dir():
        raise NotADirectoryError(0, "expected a folder: name the boot partition", str(folder))
    found = read_boot_folder(folder, cloud_init=False)
    if found is None:
        print(f"{folder} has no settings: expected custom.toml, or user-data and network-config.")
        return EXIT_UNUSABLE
    print(f"A unit would take up {' and '.join(found.files)}:")
    for line in told(found.settings):
        print(f"  {line}")
    return EXIT_GOOD


def _apply(args: argparse.Namespace) -> int:
    from appliance.firstboot.apply import apply

    outcome = apply(args.boot, args.root)
    for name in outcome.taken:
        print(f"taken up: {name}")
    for path in outcome.changed:
        print(f"wrote {path}")
    for warning in outcome.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    if outcome.refused is not None:
        print(f"goldenboard firstboot: {outcome.refused}", file=sys.stderr)
        return EXIT_UNUSABLE
    return EXIT_GOOD
