"""`goldenboard audit`: whether the audit log is whole, and what stands in it."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from appliance.cli_common import EXIT_GOOD, EXIT_UNUSABLE
from appliance.config import Records
from appliance.store import AuditHead, Store, StoreError
from appliance.store.export import audit_entry

EXIT_TOUCHED = 1


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    audit = subparsers.add_parser("audit", help="who did what at the unit, and whether it is whole")
    commands = audit.add_subparsers(dest="audit_command", required=True, metavar="COMMAND")
    verify = commands.add_parser(
        "verify",
        help="find every edit, removal and move in the audit log",
        description="0 when the log is whole, 1 when something was done to it. Without --head a "
        "log that was written anew from some entry on, or lost its end with its traces, can't be "
        "told from a whole one.",
    )
    verify.add_argument(
        "--head",
        metavar="NUMBER:HASH",
        help="a head that was published before: on the page Audit, in an export or a backup",
    )
    show = commands.add_parser("show", help="the newest entries, one JSON object a line")
    show.add_argument("--limit", type=int, default=50, help="how many (%(default)s)")
    show.add_argument("--kind", help="only of this kind")
    for command in (verify, show):
        command.add_argument(
            "--folder",
            type=Path,
            default=Records().folder,
            help="the record's folder (%(default)s)",
        )
    audit.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    try:
        with Store.open_for_reading(args.folder) as store:
            if args.audit_command == "show":
                for event in store.audit_entries(limit=args.limit, kind=args.kind):
                    print(json.dumps(audit_entry(event), ensure_ascii=False))
                return EXIT_GOOD
            return _verify(store, args.head)
    except StoreError as error:
        print(f"goldenboard audit: {error}", file=sys.stderr)
        return EXIT_UNUSABLE


def _verify(store: Store, head: str | None) -> int:
    published = None if head is None else AuditHead.parse(head)
    report = store.verify_audit(published)
    if report.findings:
        print("The audit log is NOT whole:", file=sys.stderr)
        for finding in report.findings:
            print(f"  {finding}", file=sys.stderr)
        return EXIT_TOUCHED
    older = f", {report.older} from before the chain" if report.older else ""
    known = "; the published head is in it" if published else ""
    print(f"The audit log is whole: {report.entries} entries{older}{known}.")
    print(f"Head: {report.head or 'none'}")
    return EXIT_GOOD
