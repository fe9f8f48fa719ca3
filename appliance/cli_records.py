"""`goldenboard records export`: the record as CSV or JSON lines, also while the service runs."""

from __future__ import annotations

import argparse
import io
import os
import sys
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from appliance.config import Records
from appliance.store import Selection, Store, StoreError, utc_text
from appliance.store.export import write_csv, write_json_lines

FOLDER = Records().folder
"""Where the service keeps the record unless its configuration says otherwise."""


def _instant(text: str, *, whole_day: bool) -> str:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        pass
    else:
        midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
        return utc_text(midnight + timedelta(days=1) if whole_day else midnight)
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"expected a date as 2026-11-22 or a time as 2026-11-22T07:30+01:00, found {text!r}"
        ) from None
    return utc_text(instant if instant.tzinfo else instant.replace(tzinfo=UTC))


def _since(text: str) -> str:
    return _instant(text, whole_day=False)


def _until(text: str) -> str:
    return _instant(text, whole_day=True)


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `records` with its own subcommands; `run` carries them out."""
    records = subparsers.add_parser("records", help="what stands of the boards inspected")
    commands = records.add_subparsers(dest="records_command", required=True, metavar="COMMAND")
    export = commands.add_parser(
        "export",
        help="write the record as CSV or JSON lines",
        description="Every inspection in the order in which it was recorded. Dates and times "
        "without a zone are UTC. Verdicts stand beside IPC-CFX's TestResult and "
        "VerificationResult.",
    )
    form = export.add_mutually_exclusive_group(required=True)
    form.add_argument("--csv", action="store_true", help="one line an inspection, for spreadsheets")
    form.add_argument("--json", action="store_true", help="one JSON object a line, with windows")
    export.add_argument("--since", type=_since, metavar="WHEN", help="recorded then or later")
    export.add_argument(
        "--until", type=_until, metavar="WHEN", help="recorded before; a date's whole day counts"
    )
    export.add_argument("--serial", help="only the boards of this serial")
    export.add_argument("--out", type=Path, metavar="FILE", help="instead of the screen")
    export.add_argument(
        "--folder", type=Path, default=FOLDER, help="the record's folder (%(default)s)"
    )
    export.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0 when everything was written; 1 with a word on stderr otherwise, and an old `--out` file
    is then as it was."""
    selection = Selection(since_utc=args.since, until_utc=args.until, serial=args.serial)
    try:
        with Store.open_for_reading(args.folder) as store:
            if args.out is None:
                _to_screen(store, selection, as_csv=args.csv)
                return 0
            count = _to_file(store, selection, args.out, as_csv=args.csv)
    except BrokenPipeError:
        # Whoever read has seen enough; nothing may be flushed into the closed pipe at exit.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
        return 1
    except StoreError as error:
        print(f"goldenboard records: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(
            f"goldenboard records: {args.out or 'output'}: {error.strerror or error}",
            file=sys.stderr,
        )
        return 1
    print(f"{count} inspections written to {args.out}", file=sys.stderr)
    return 0


def _write(store: Store, selection: Selection, out: io.TextIOBase, *, as_csv: bool) -> int:
    return (write_csv if as_csv else write_json_lines)(store, out, selection)


def _to_screen(store: Store, selection: Selection, *, as_csv: bool) -> None:
    sys.stdout.flush()
    # Not print: CSV's line ends are its own, and the text is UTF-8 whatever the terminal's locale.
    out = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="")
    try:
        _write(store, selection, out, as_csv=as_csv)
        out.flush()
    finally:
        with suppress(BrokenPipeError):
            out.detach()


def _to_file(store: Store, selection: Selection, path: Path, *, as_csv: bool) -> int:
    temporary = path.with_name(f".{path.name}.part")
    # With the mark that tells a spreadsheet that the text is UTF-8.
    encoding = "utf-8-sig" if as_csv else "utf-8"
    try:
        with temporary.open("w", encoding=encoding, newline="") as out:
            count = _write(store, selection, out, as_csv=as_csv)
            out.flush()
            os.fsync(out.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return count
