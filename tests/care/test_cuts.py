"""A restore that is cut off leaves the unit as it was, or wholly restored: never in between."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from appliance.care import swap
from appliance.care.backup import Wish
from appliance.care.errors import CareError
from appliance.care.swap import settle
from appliance.cli_care import settled_config
from tests.conftest import ROOT

from .units import TestUnit, bare_unit, contents, full_unit, trusting

LEAST_CUTS = 50


@pytest.fixture(scope="module")
def small_archive(recipe: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("small")
    unit = full_unit(folder / "old", recipe, boards=1)
    unit.back_up(folder / "archive", Wish(passphrase=None))
    return folder / "archive"


def _held(unit: TestUnit, archive: Path) -> dict[str, str]:
    unit.restore(archive)
    return contents(unit.folder)


def test_killed_before_every_step(small_archive: Path, tmp_path: Path) -> None:
    before = contents(bare_unit(tmp_path / "unit").folder)
    shutil.rmtree(tmp_path / "unit")
    rounds = subprocess.run(
        [sys.executable, "-m", "tests.care.cut_rounds", small_archive, tmp_path / "unit"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    found = [json.loads(line) for line in rounds.stdout.splitlines()]
    assert [each["done"] for each in found] == [False] * (len(found) - 1) + [True]
    assert len(found) > LEAST_CUTS
    whole = found[-1]["held"]
    kinds = [
        "before" if f["held"] == before else "whole" if f["held"] == whole else f for f in found
    ]
    first = kinds.index("whole")
    # Untouched up to one step, whole from there on.
    assert kinds == ["before"] * first + ["whole"] * (len(found) - first)
    assert len(found) - first > 4
    assert all("undone" in f["said"] for f in found[:first] if f["said"])
    assert found[first]["said"] == "A restore that was cut off has been brought to its end."
    assert found[-1]["said"] is None


def _cut_in_commit(
    unit: TestUnit, archive: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def cut(*args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(swap, name, cut)
        unit.restore(archive, trusting())


def test_what_starts_next_brings_it_to_its_end(
    small_archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unit = bare_unit(tmp_path / "unit")
    _cut_in_commit(unit, small_archive, monkeypatch, "_put_in_place")
    assert settled_config(unit.settings).unit.name == "line 3"
    assert (unit.data / "recipes" / "small").is_dir()
    assert settle(unit.config, unit.settings) is None


def test_settings_changed_by_hand_after_the_first_folder_do_not_undo_it(
    small_archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unit = bare_unit(tmp_path / "unit")
    _cut_in_commit(unit, small_archive, monkeypatch, "_put_in_place")
    place = unit.data / "records"
    place.rename(unit.data / "records.before-restore-1")
    unit.settings.write_text(unit.settings.read_text() + "# by hand\n")
    settle(unit.config, unit.settings)
    assert (unit.data / "recipes" / "small").is_dir()
    with unit.open() as store:
        assert len(store.boards()) == 1


def test_the_next_restore_clears_away_what_a_cut_left(
    small_archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unit, other = bare_unit(tmp_path / "unit"), bare_unit(tmp_path / "other")
    _cut_in_commit(unit, small_archive, monkeypatch, "sync_folder")
    held = _held(unit, small_archive)
    assert sorted(held) == sorted(_held(other, small_archive))


def test_nothing_starts_while_a_restore_runs(small_archive: Path, tmp_path: Path) -> None:
    unit = bare_unit(tmp_path / "unit")
    (unit.data / ".records.restoring").mkdir()
    with swap.one_restore(unit.data):
        for other in (lambda: settled_config(unit.settings), lambda: unit.restore(small_archive)):
            with pytest.raises(CareError, match="a restore that is under way"):
                other()
    assert (unit.data / ".records.restoring").is_dir()


def test_a_note_that_is_none_stops_the_start_in_words(tmp_path: Path) -> None:
    unit = bare_unit(tmp_path / "unit")
    (unit.data / swap.NOTE).write_text("{")
    with pytest.raises(CareError, match=r"Remove \.restore\.json"):
        settled_config(unit.settings)


def test_a_unit_without_a_data_folder_has_nothing_to_settle(tmp_path: Path) -> None:
    unit = bare_unit(tmp_path / "unit")
    shutil.rmtree(unit.data)
    assert settle(unit.config, unit.settings) is None
