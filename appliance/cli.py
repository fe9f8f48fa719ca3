"""`goldenboard`: one command, its parts in the `cli_*` files beside this one."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib.metadata import EntryPoint, entry_points

from appliance import (
    cli_acceptance,
    cli_audit,
    cli_calibrate,
    cli_care,
    cli_commission,
    cli_fault_lamps,
    cli_first_login,
    cli_firstboot,
    cli_inspect,
    cli_proof,
    cli_records,
    cli_run,
    cli_selftest,
    cli_support,
    cli_system_update,
    cli_teach,
    cli_tls,
    cli_update,
)
from appliance.machine import software_version


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="goldenboard",
        description="An inspection cabinet for assembled circuit boards: pass, review or fail.",
    )
    made.add_argument("--version", action="version", version=f"goldenboard {software_version()}")
    commands = made.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for part in (
        cli_run,
        cli_teach,
        cli_inspect,
        cli_records,
        cli_selftest,
        cli_first_login,
        cli_commission,
        cli_calibrate,
        cli_fault_lamps,
        cli_tls,
        cli_audit,
        cli_update,
        cli_system_update,
        cli_proof,
        cli_acceptance,
        cli_care,
        cli_support,
        cli_firstboot,
    ):
        part.add_parser(commands)
    for plugin in sorted(entry_points(group="goldenboard.commands"), key=lambda each: each.name):
        _add_plugin(plugin, commands)
    return made


def _add_plugin(
    plugin: EntryPoint, commands: argparse._SubParsersAction[argparse.ArgumentParser]
) -> None:
    """A plug-in that can't be loaded must not keep the instrument from starting: it is named and
    left out."""
    try:
        plugin.load().add_parser(commands)
    except (ImportError, AttributeError) as error:
        print(f"goldenboard: the command '{plugin.name}' is left out: {error}", file=sys.stderr)


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code of the chosen command; 130 when a person interrupted it, 141 for a closed pipe."""
    args = parser().parse_args(arguments)
    try:
        return int(args.run(args))
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read our output has gone; what is left of it goes nowhere.
        sys.stdout = None
        return 141


if __name__ == "__main__":
    sys.exit(main())
