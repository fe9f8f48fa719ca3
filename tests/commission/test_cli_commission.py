"""`goldenboard commission` on the simulated cabinet, with its own technician: the real clock, the
real loop, the real card."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from appliance.cli import main
from appliance.store import Store


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    path = tmp_path / "unit.toml"
    path.write_text(
        f"[cabinet]\nkind = 'simulated'\n[records]\nfolder = '{tmp_path / 'data' / 'records'}'\n"
    )
    return path


@pytest.fixture
def nobody_types(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """A standard input that is at its end, as under a service manager."""
    (tmp_path / "nothing").touch()
    with (tmp_path / "nothing").open() as nothing:
        monkeypatch.setattr("sys.stdin", nothing)
        yield


def _found(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    report = json.loads(capsys.readouterr().out)
    return {each["step"]: each["finding"] for each in report["results"]} | {"ok": report["ok"]}


def _run(unit: Path, *words: str) -> int:
    return main(["commission", "--config", str(unit), "--json", *words])


def test_a_bad_unit_is_told_and_the_mended_one_resumes(
    unit: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    itself = ("--simulated-person", "--step", "lamps")
    assert _run(unit, *itself, "--fault", "dark_lamp") == 1
    found = _found(capsys)
    assert found["lamps"]["found"] == "The green lamp stays dark."
    assert not found["ok"]

    assert _run(unit, *itself) == 0
    found = _found(capsys)
    assert (found["lamps"]["outcome"], found["ok"]) == ("passed", True)
    assert _run(unit, "--list") == 1, "the other steps are still to be done"
    assert not _found(capsys)["ok"]


def test_answers_from_a_file_name_the_unit(
    unit: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "answers.toml").write_text('name = "line 2"\n')
    assert _run(unit, "--answers", str(tmp_path / "answers.toml"), "--step", "name") == 0
    assert _found(capsys)["name"]["found"] == "The unit is called 'line 2' from its next start on."
    assert 'name = "line 2"' in unit.read_text()


def test_it_does_not_share_the_cabinet_with_the_service(
    unit: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Store.open(tmp_path / "data" / "records", quota_bytes=10**9):
        assert _run(unit, "--step", "name") == 2
    assert "Use the page /commission/ of the running service" in capsys.readouterr().err


@pytest.mark.usefixtures("nobody_types")
def test_without_anybody_it_ends_instead_of_waiting(
    unit: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(unit, "--step", "lamps") == 2
    assert "found the end of the input" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--simulated-person", "--fault", "no_such"), "There is no fault 'no_such'"),
        (("--answers", "missing.toml"), "missing.toml"),
    ],
)
def test_what_can_not_be_used_is_said(
    unit: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str
) -> None:
    assert _run(unit, "--step", "name", *words) == 2
    assert said in capsys.readouterr().err


def test_a_pin_is_never_part_of_the_report(unit: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(unit, "--simulated-person", "--step", "people") == 0
    written = capsys.readouterr()
    pin = written.err.partition("PIN ")[2].partition(".")[0]
    assert len(pin) == 19
    assert pin not in written.out
    kept = unit.parent / "data" / "commissioning" / "state.toml"
    assert pin not in kept.read_text()
