"""`goldenboard`: one command, its parts in the `cli_*` files beside this one."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from appliance import cli_inspect, cli_records, cli_run, cli_selftest, cli_teach
from appliance.machine import software_version


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="goldenboard",
        description="An inspection cabinet for assembled circuit boards: pass, review or fail.",
    )
    made.add_argument("--version", action="version", version=f"goldenboard {software_version()}")
    commands = made.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for part in (cli_run, cli_teach, cli_inspect, cli_records, cli_selftest):
        part.add_parser(commands)
    return made


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
