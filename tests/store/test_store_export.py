"""The record for other programs, and the command that writes it."""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance import cli_records
from appliance.store import Selection, Store
from appliance.store.export import COLUMNS, harmless, write_csv, write_json_lines
from appliance.terms import Answer, Call, Verdict

from .conftest import Opener
from .factories import RecordFactory, fill

ROOT = Path(__file__).parents[2]


def csv_rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def command(*words: str) -> int:
    parser = argparse.ArgumentParser()
    cli_records.add_parser(parser.add_subparsers(required=True))
    args = parser.parse_args(["records", "export", *words])
    assert args.run is cli_records.run
    return cli_records.run(args)


def test_a_line_says_what_the_record_says(store: Store, factory: RecordFactory) -> None:
    calls = {"C1": Call.DEFECT, "C2": Call.UNSURE, "U1": Call.GOOD}
    record = factory.record(Verdict.FAIL, serial="SN1", calls=calls)
    factory.clock.advance(1.5)
    number = store.add_inspection(record, {})
    store.add_review(number, "C1", Answer.TRUE_DEFECT, "Ana")
    out = io.StringIO(newline="")
    assert write_csv(store, out) == 1
    assert csv_rows(out.getvalue()) == [
        {
            "sequence": "1",
            "recorded_utc": "2026-03-02T07:30:01.500Z",
            "clock_synced": "1",
            "boot_id": "boot-1",
            "monotonic_s": "101.5",
            "recipe": "demo",
            "recipe_version": "3",
            "part_number": "GB-100",
            "serial": "SN1",
            "operator": "Ana",
            "verdict": "FAIL",
            "test_result": "Failed",
            "verification_result": "DefectConfirmed",
            "aborted_reason": "",
            "reason": "a window is a defect",
            "windows": "3",
            "defects": "1",
            "unsure": "1",
            "called_components": "C1 C2",
            "true_defects": "1",
            "false_calls": "0",
            "duration_s": "1.5",
            "seated_utc": "2026-03-02T07:30:00.000Z",
            "cpu_c": "48.5",
            "throttled": "0",
            "undervoltage": "0",
            "software_version": "0.1.0",
            "model_sha256s": "ab" * 32,
            "simulated": "1",
            "purpose": "",
        }
    ]


def test_results_and_verifications_are_those_of_ipc_cfx(
    store: Store, factory: RecordFactory
) -> None:
    calls = {"C1": Call.UNSURE, "C2": Call.UNSURE}
    for verdict in (Verdict.PASS, Verdict.FAIL, Verdict.FAULT, None):
        store.add_inspection(factory.record(verdict), {})
    open_one = store.add_inspection(factory.record(Verdict.REVIEW, calls=calls), {})
    rejected = store.add_inspection(factory.record(Verdict.REVIEW, calls=calls), {})
    pulled = store.add_inspection(factory.record(Verdict.PASS), {})
    store.add_review(open_one, "C1", Answer.FALSE_CALL, "Ana")
    for component in calls:
        store.add_review(rejected, component, Answer.FALSE_CALL, "Ana")
    store.mark_aborted(pulled, "pulled out")
    out = io.StringIO(newline="")
    write_csv(store, out)
    words = ("verdict", "test_result", "verification_result")
    assert [tuple(row[w] for w in words) for row in csv_rows(out.getvalue())] == [
        ("PASS", "Passed", ""),
        ("FAIL", "Failed", "NotVerifiedYet"),
        ("FAULT", "Error", ""),
        ("", "Aborted", ""),
        ("REVIEW", "Failed", "NotVerifiedYet"),
        ("REVIEW", "Failed", "DefectRejected"),
        ("PASS", "Aborted", ""),
    ]


def test_json_lines_carry_everything(store: Store, factory: RecordFactory) -> None:
    record = factory.record(Verdict.FAIL, serial="Ü-1", calls={"C1": Call.DEFECT})
    number = store.add_inspection(record, {"board": b"jpeg"})
    store.add_review(number, "C1", Answer.FALSE_CALL, "Ana")
    store.add_inspection(factory.record(None), {})
    out = io.StringIO()
    assert write_json_lines(store, out) == 2
    first, second = (json.loads(line) for line in out.getvalue().splitlines())
    assert first["serial"] == "Ü-1"
    assert first["verification_result"] == "DefectRejected"
    [window] = first["windows"]
    assert window == {
        "component": "C1",
        "call": "DEFECT",
        "score": record.windows[0].score,
        "review_above": 0.5,
        "defect_above": 0.8,
        "reason": record.windows[0].reason,
        "answer": "FALSE_CALL",
        "answered_by": "Ana",
    }
    [picture] = first["pictures"]
    assert (picture["name"], picture["bytes"], picture["state"]) == ("board", 4, "kept")
    assert first["frame"]["colour_gains"] == [2.1, 1.6]
    assert first["seated"]["utc"] == "2026-03-02T07:30:00.000Z"
    assert (second["verdict"], second["test_result"], second["windows"]) == (None, "Aborted", [])


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "|cmd", "%1", "＝1", "＠a"]
)
def test_no_cell_begins_a_formula(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "SN-1", "1=1", "Ü", "'quoted", "a\t=1"])
def test_other_text_is_left_as_it_is(text: str) -> None:
    assert harmless(text) == text


@settings(deadline=None)
@given(st.text())
def test_harmless_text_begins_nothing_and_loses_nothing(text: str) -> None:
    safe = harmless(text)
    assert safe.removeprefix("'") == text.removeprefix("'")
    assert not safe.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r"))


def test_what_people_type_can_not_run_in_a_spreadsheet(
    store: Store, factory: RecordFactory
) -> None:
    evil = '=HYPERLINK("http://x","y")'
    record = replace(
        factory.record(Verdict.FAIL, calls={"-C1": Call.DEFECT}),
        serial=evil,
        operator="@a",
        part_number="+1",
        recipe="-r",
        reason='two\r\n"lines", one cell',
    )
    store.add_inspection(record, {})
    out = io.StringIO(newline="")
    write_csv(store, out)
    [row] = csv_rows(out.getvalue())
    assert {name: row[name] for name in ("serial", "operator", "part_number", "recipe")} == {
        "serial": f"'{evil}",
        "operator": "'@a",
        "part_number": "'+1",
        "recipe": "'-r",
    }
    assert row["called_components"] == "'-C1"
    assert row["reason"] == 'two\r\n"lines", one cell'


def test_a_long_record_is_read_page_by_page(store: Store, factory: RecordFactory) -> None:
    numbers = fill(store, factory, 120)
    out = io.StringIO(newline="")
    assert write_csv(store, out) == 120
    assert [int(row["sequence"]) for row in csv_rows(out.getvalue())] == numbers
    selection = Selection(verdict=Verdict.FAIL)
    failed = [b.inspection_id for b in reversed(store.boards(selection, limit=-1))]
    lines = io.StringIO()
    assert write_json_lines(store, lines, selection) == len(failed) > 0
    assert [json.loads(line)["sequence"] for line in lines.getvalue().splitlines()] == failed


def test_the_command_writes_while_the_service_runs(
    store: Store,
    factory: RecordFactory,
    folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    fill(store, factory, 3)
    target = tmp_path / "out.csv"
    target.write_text("old")
    assert command("--csv", "--folder", str(folder), "--out", str(target)) == 0
    assert target.read_bytes().startswith(b"\xef\xbb\xbf" + ",".join(COLUMNS).encode() + b"\r\n")
    assert len(csv_rows(target.read_text("utf-8-sig"))) == 3
    assert [f.name for f in tmp_path.iterdir() if f.is_file()] == ["out.csv"]
    assert "3 inspections written to" in capsys.readouterr().err


def test_the_command_writes_to_the_screen(
    store: Store, factory: RecordFactory, folder: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    fill(store, factory, 3)
    assert command("--json", "--folder", str(folder)) == 0
    lines = capfdbinary.readouterr().out.splitlines()
    assert [json.loads(line)["sequence"] for line in lines] == [1, 2, 3]


def test_the_command_takes_days_times_and_serials(
    store: Store, factory: RecordFactory, folder: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    for serial in ("A", "B", "A"):
        store.add_inspection(factory.record(serial=serial), {})
        factory.clock.advance(86_400)

    def found(*words: str) -> list[int]:
        assert command("--json", "--folder", str(folder), *words) == 0
        return [json.loads(line)["sequence"] for line in capfdbinary.readouterr().out.splitlines()]

    assert found("--since", "2026-03-03") == [2, 3]
    assert found("--until", "2026-03-03") == [1, 2]
    assert found("--since", "2026-03-03", "--until", "2026-03-03") == [2]
    assert found("--since", "2026-03-02T08:30:00+01:00") == [1, 2, 3]
    assert found("--since", "2026-03-02T07:30:01") == [2, 3]
    assert found("--serial", "A") == [1, 3]


def test_the_command_says_what_is_wrong(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command("--csv", "--folder", str(folder)) == 1
    assert "There is no records.db" in capsys.readouterr().err
    for words in ((), ("--csv", "--json"), ("--csv", "--since", "yesterday")):
        with pytest.raises(SystemExit):
            command(*words)
    assert "expected a date as 2026-11-22" in capsys.readouterr().err


def test_a_failed_export_leaves_the_old_file(
    open_store: Opener,
    factory: RecordFactory,
    folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    fill(open_store(), factory, 1)
    where = tmp_path / "no such folder" / "out.csv"
    assert command("--csv", "--folder", str(folder), "--out", str(where)) == 1
    assert "No such file" in capsys.readouterr().err
    target = tmp_path / "out.csv"
    target.write_text("old")
    open_store().close()
    (folder / "records.db").write_bytes(b"SQLite format 3\x00" + bytes(100))
    assert command("--csv", "--folder", str(folder), "--out", str(target)) == 1
    assert target.read_text() == "old"
    assert [f.name for f in tmp_path.iterdir() if f.is_file()] == ["out.csv"]


def test_a_reader_that_has_seen_enough_gets_no_traceback(
    store: Store, factory: RecordFactory, folder: Path
) -> None:
    fill(store, factory, 200)
    code = (
        "import argparse, sys; from appliance import cli_records as c\n"
        "p = argparse.ArgumentParser(); c.add_parser(p.add_subparsers())\n"
        "sys.exit(c.run(p.parse_args(sys.argv[1:])))"
    )
    ours, theirs = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-c", code, "records", "export", "--json", "--folder", str(folder)],
        stdout=theirs,
        stderr=subprocess.PIPE,
        cwd=ROOT,
    )
    os.close(theirs)
    os.read(ours, 100)
    os.close(ours)
    _, said = process.communicate()
    assert (process.returncode, said) == (1, b"")
