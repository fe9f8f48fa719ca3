"""The commissioning record: what is written is read back, and nothing is lost on the way."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.commission import record
from appliance.commission.errors import CommissionError
from appliance.commission.values import Figure, Finding, Note, Outcome
from appliance.store import Moment
from appliance.toml_strict import TomlError

GOOD = Finding(
    outcome=Outcome.PASSED,
    found="It works.",
    figures=(Figure(name="slowest", value=0.25, unit="s", limit="at most 1 s"),),
    notes=(Note(name="address", text='10.0.0.7 "é"'),),
)
BAD = Finding(outcome=Outcome.FAILED, found="It is dark.", next_step="Check the wire.")


def _result(step: str, finding: Finding, second: int) -> record.Result:
    at = Moment(
        utc=f"2026-11-25T10:00:{second:02d}.000Z",
        boot_id="boot",
        monotonic_s=float(second),
        clock_synced=False,
    )
    return record.result_of(
        step, finding, at=at, by="ana", software_version="1.2.3", simulated=True
    )


def test_a_step_done_again_replaces_its_result_and_keeps_the_one_before(tmp_path: Path) -> None:
    folder = tmp_path / "commissioning"
    lamps, clock, again = (
        _result("lamps", BAD, 1),
        _result("clock", GOOD, 2),
        _result("lamps", GOOD, 3),
    )
    for each in (lamps, clock, again):
        record.keep(folder, each, unit="cell 4")

    found = record.read(folder, unit="another name")
    assert found == record.Record(unit="cell 4", results=(clock, again), history=(lamps,))
    assert found.missing(["lamps", "storage", "clock", "network"]) == ("storage", "network")


def test_a_failed_step_is_still_missing(tmp_path: Path) -> None:
    kept = record.keep(tmp_path, _result("lamps", BAD, 1), unit="cell 4")
    assert kept.missing(["lamps"]) == ("lamps",)
    kept = record.keep(tmp_path, _result("lamps", record.skipped(), 2), unit="cell 4")
    assert kept.missing(["lamps"]) == ("lamps",)


def test_a_record_of_another_format_or_half_a_file_is_refused(tmp_path: Path) -> None:
    record.keep(tmp_path, _result("lamps", GOOD, 1), unit="cell 4")
    whole = (tmp_path / record.FILE).read_text()
    for text in (whole.replace("format = 1", "format = 2"), whole[: len(whole) // 2]):
        assert text != whole
        (tmp_path / record.FILE).write_text(text)
        with pytest.raises(TomlError):
            record.read(tmp_path, unit="cell 4")
        with pytest.raises(TomlError):
            record.keep(tmp_path, _result("clock", GOOD, 2), unit="cell 4")
        assert (tmp_path / record.FILE).read_text() == text


def test_a_disk_that_refuses_is_told_with_the_step(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(CommissionError, match="result of 'lamps'"):
        record.keep(tmp_path / "file" / "below", _result("lamps", GOOD, 1), unit="cell 4")


def test_a_finding_does_not_contradict_itself() -> None:
    with pytest.raises(ValueError, match="what to do next"):
        Finding(outcome=Outcome.FAILED, found="It is dark.")
    slow = Figure(name="slowest", value=3.0, unit="s", limit="at most 1 s", passed=False)
    with pytest.raises(ValueError, match="beyond its limit"):
        Finding(outcome=Outcome.PASSED, found="Fine.", figures=(slow,))
