"""`goldenboard proof figures`: an attribute agreement study counted from a table of trials."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from appliance.cli_common import EXIT_GOOD, EXIT_UNUSABLE
from appliance.proof.errors import ProofError
from appliance.proof.report import as_csv, as_text, plain
from appliance.proof.study import figures
from appliance.proof.trials import read_trials


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    proof = subparsers.add_parser("proof", help="studies that show how well the cabinet judges")
    commands = proof.add_subparsers(dest="proof_command", required=True, metavar="COMMAND")
    counted = commands.add_parser(
        "figures",
        help="count a table of trials",
        description="Attribute agreement as in AIAG MSA, 4th edition: repeatability, "
        "reproducibility, agreement with the reference, kappas with their 95 % intervals, and the "
        "verdict against the manual's limits. The table has the columns board, operator, repeat, "
        "window, call (GOOD, UNSURE, DEFECT) and may have reference (good, bad), score and "
        "review_above.",
    )
    counted.add_argument("table", type=Path, metavar="TRIALS.CSV")
    form = counted.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="everything, as one JSON object")
    form.add_argument("--csv", action="store_true", help="one line a window, for spreadsheets")
    counted.set_defaults(run=run_figures)


def run_figures(args: argparse.Namespace) -> int:
    """0 when the table was counted, whatever the verdict; 2 with a word on stderr when not."""
    try:
        found = figures(read_trials(args.table))
    except ProofError as error:
        print(f"goldenboard proof: {error}", file=sys.stderr)
        return EXIT_UNUSABLE
    except OSError as error:
        print(f"goldenboard proof: {args.table}: {error.strerror or error}", file=sys.stderr)
        return EXIT_UNUSABLE
    if args.json:
        print(json.dumps(plain(found), ensure_ascii=False, allow_nan=False, indent=2))
    else:
        print(as_csv(found) if args.csv else as_text(found), end="")
    return EXIT_GOOD
