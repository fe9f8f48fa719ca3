"""A backup holds what it says, and a unit is restored from it whole or not at all."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from appliance.care import restore as restoring
from appliance.care.archive import Archive
from appliance.care.backup import Wish
from appliance.care.errors import ArchiveError, CareError
from appliance.care.key import own_fingerprint
from appliance.care.restore import How
from appliance.cli import main
from appliance.recipe import load, versions
from appliance.store import EVERYTHING, AuditHead, InUseError, Proven, Store
from appliance.store.operators import KEY_FILE
from appliance.terms import Call, Verdict
from appliance.vision.lens import Lens
from tests.store.factories import RecordFactory, TestClock

from .units import (
    PASSPHRASE,
    QUOTA_BYTES,
    TestUnit,
    bare_unit,
    contents,
    full_unit,
    trusting,
    write_settings,
)


@pytest.fixture
def new_unit(tmp_path: Path) -> TestUnit:
    return bare_unit(tmp_path / "new")


def _everything(store: Store) -> list[object]:
    return [
        list(store.every_inspection(EVERYTHING)),
        store.operators(),
        store.events(),
        store.faults(),
    ]


def test_a_bare_unit_becomes_the_one_that_was_saved(
    old_unit: TestUnit, archive: Path, new_unit: TestUnit
) -> None:
    done = new_unit.restore(archive)
    assert done.manifest.about.inspections == 6
    assert AuditHead.parse(done.manifest.about.audit_head).number >= 1
    with old_unit.open() as old, new_unit.open() as new:
        assert _everything(new) == _everything(old)
        for stored in old.every_inspection():
            for picture in stored.pictures:
                number = stored.inspection_id
                assert new.picture(number, picture.name) == old.picture(number, picture.name)
        assert new.verify_pin("Tom", "a long enough pin") is not None
        assert new.verify_pin("Tom", "a long enough pim") is None
        ana = new.find_badge("BADGE-ANA")
        assert ana is not None
        assert ana.name == "Ana"
    there = old_unit.data / "recipes" / "small"
    here = new_unit.data / "recipes" / "small"
    assert load(here).files == load(there).files
    assert versions(here) == versions(there) == (1, 2)
    assert (new_unit.data / "commissioning" / "state.toml").is_file()
    assert 'name = "line 3"' in new_unit.settings.read_text()
    assert str(new_unit.data) in new_unit.settings.read_text()
    left = {path.name for path in new_unit.data.iterdir()}
    assert left == {
        "records",
        "recipes",
        "commissioning",
        "records.before-restore-1",
        "recipes.before-restore-1",
        ".restore.lock",
    }


def test_any_tar_program_opens_it(archive: Path) -> None:
    with tarfile.open(archive) as tar:
        names = tar.getnames()
        assert all(member.isreg() for member in tar.getmembers())
    assert names[0] == "settings/goldenboard.toml"
    assert names[-2:] == ["manifest.json", "manifest.sig"]
    assert "records/records.db" in names
    assert archive.stat().st_mode & 0o777 == 0o600


def test_a_record_is_saved_while_boards_are_recorded(
    recipe: Path, tmp_path: Path, new_unit: TestUnit
) -> None:
    old = full_unit(tmp_path / "old", recipe)
    with old.open():
        made = old.back_up(tmp_path / "a")
    assert made.manifest.about.inspections == 6
    new_unit.restore(tmp_path / "a")
    with new_unit.open() as store:
        store.check()


@pytest.mark.parametrize(("days", "boards"), [(None, 6), (0, 0), (1, 5)])
def test_boards_of_all_days_of_none_or_of_the_last(
    old_unit: TestUnit, new_unit: TestUnit, tmp_path: Path, days: int | None, boards: int
) -> None:
    made = old_unit.back_up(tmp_path / "a", Wish(records_days=days, passphrase=PASSPHRASE))
    assert made.manifest.about.inspections == boards
    new_unit.restore(tmp_path / "a")
    with new_unit.open() as store:
        assert len(store.boards()) == boards
        assert store.verify_audit(AuditHead.parse(made.manifest.about.audit_head)).findings == ()
        assert store.verify_pin("Ana", "4711") is not None
        store.check()
        # Numbers are never given twice, whatever was left out.
        with old_unit.open() as old:
            stored = old.inspection(1)
        assert store.add_inspection(stored.record, {}) == 7


def test_a_missed_challenge_is_in_every_backup_until_it_is_released(
    tmp_path: Path, recipe: Path
) -> None:
    """The days that are left out take the boards with them, never the lock."""
    old = full_unit(tmp_path / "old", recipe)
    factory = RecordFactory(clock=TestClock())
    with Store.open(
        old.config.records.folder, quota_bytes=QUOTA_BYTES, clock=factory.clock
    ) as store:
        store.add_challenge_board("GB-100", "BAD-1", ("C1",), "Teo")
        missed = []
        for calls in ({"C1": Call.GOOD}, {"C1": Call.GOOD}, {"C1": Call.DEFECT}):
            verdict = Verdict.PASS if calls["C1"] is Call.GOOD else Verdict.FAIL
            record = factory.record(verdict, serial="BAD-1", calls=calls)
            missed.append(store.add_inspection(record, factory.pictures(record, size_bytes=500)))
        store.release_challenge(missed[0], "Teo", "the lamp was off")
    made = old.back_up(tmp_path / "a", Wish(records_days=0, passphrase=PASSPHRASE))
    assert (made.locking, made.manifest.about.inspections) == (1, 1)
    new = bare_unit(tmp_path / "new")
    new.restore(tmp_path / "a")
    with new.open() as store:
        (board,) = store.boards()
        assert board.inspection_id == missed[1]
        assert store.picture(board.inspection_id, "board") is not None
        guard = _proven(store)
        assert guard.alarm is not None
        assert (guard.alarm.serial, guard.alarm.missed) == ("BAD-1", ("C1",))
        assert [each.serial for each in guard.boards] == ["BAD-1"]
        store.release_challenge(missed[1], "Teo", "a new lamp")
        assert _proven(store).alarm is None
    again = new.back_up(tmp_path / "b", Wish(records_days=0, passphrase=PASSPHRASE))
    assert (again.locking, again.manifest.about.inspections) == (0, 0)


def _proven(store: Store) -> Proven:
    return store.proven(
        recipe="demo", recipe_version=3, part_number="GB-100", software="0.1.0", simulated=True
    )


def test_what_was_left_out_is_in_no_corner_of_the_file(old_unit: TestUnit, tmp_path: Path) -> None:
    with closing(sqlite3.connect(old_unit.data / "records" / "records.db")) as connection:
        pin_hash, badge_hash = connection.execute(
            "SELECT pin_hash, badge_hash FROM operator WHERE name = 'Ana'"
        ).fetchone()
    key = (old_unit.data / "records" / KEY_FILE).read_bytes()
    out = tmp_path / "a"
    old_unit.back_up(out, Wish())
    assert (pin_hash.encode() in out.read_bytes(), badge_hash in out.read_bytes()) == (True, False)
    old_unit.back_up(out, Wish(operators=False, passphrase=PASSPHRASE))
    assert (pin_hash.encode() in out.read_bytes(), b"Tom" in out.read_bytes()) == (False, False)
    old_unit.back_up(out)
    assert badge_hash in out.read_bytes()
    for secret in (key, key.hex().encode(), (old_unit.data / "unit.key").read_bytes()):
        assert secret not in out.read_bytes()


def test_without_a_passphrase_badges_are_scanned_anew(
    old_unit: TestUnit, new_unit: TestUnit, tmp_path: Path
) -> None:
    made = old_unit.back_up(tmp_path / "a", Wish())
    assert made.left_out == ["Badges: without a passphrase they have to be scanned anew."]
    new_unit.restore(tmp_path / "a", trusting(passphrase=None))
    with new_unit.open() as store:
        assert store.find_badge("BADGE-ANA") is None
        store.set_badge("Ana", "BADGE-2")
        assert store.find_badge("BADGE-2") is not None


def test_badges_need_their_passphrase_or_are_left_out(archive: Path, new_unit: TestUnit) -> None:
    before = contents(new_unit.folder)
    for wrong in (None, "seven green lamqs"):
        with pytest.raises(CareError, match="passphrase"):
            new_unit.restore(archive, trusting(passphrase=wrong))
        assert contents(new_unit.folder) == before
    new_unit.restore(archive, How(trusts=lambda f: True, badges=False))
    with new_unit.open() as store:
        assert [person.has_badge for person in store.operators()] == [False, False]


def test_a_short_passphrase_is_refused_and_nothing_is_left(
    old_unit: TestUnit, tmp_path: Path
) -> None:
    with pytest.raises(CareError, match="12 characters"):
        old_unit.back_up(tmp_path / "a", Wish(passphrase="short"))
    assert list(tmp_path.iterdir()) == []


def test_who_is_not_trusted_is_not_let_in(
    old_unit: TestUnit, archive: Path, new_unit: TestUnit
) -> None:
    before, asked = contents(new_unit.folder), []

    def trusts(theirs: str) -> bool:
        asked.append(theirs)
        return False

    with pytest.raises(ArchiveError, match="a unit that you trust"):
        new_unit.restore(archive, How(trusts=trusts, passphrase=PASSPHRASE))
    assert asked == [own_fingerprint(old_unit.data)]
    assert contents(new_unit.folder) == before


def test_a_unit_trusts_its_own(recipe: Path, tmp_path: Path) -> None:
    unit = full_unit(tmp_path / "old", recipe)
    unit.back_up(tmp_path / "a")
    nobody = How(trusts=lambda theirs: False, replace=True, passphrase=PASSPHRASE)
    assert unit.restore(tmp_path / "a", nobody).fingerprint == own_fingerprint(unit.data)


def test_every_changed_byte_is_seen(archive: Path, new_unit: TestUnit, tmp_path: Path) -> None:
    whole, before = archive.read_bytes(), contents(new_unit.folder)
    changed = tmp_path / "changed"
    for at in range(7, len(whole), len(whole) // 60):
        changed.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(ArchiveError):
            new_unit.restore(changed)
        assert contents(new_unit.folder) == before


def test_boards_here_are_only_put_aside_when_asked(
    archive: Path, recipe: Path, tmp_path: Path
) -> None:
    here = full_unit(tmp_path / "here", recipe, boards=3, name="here")
    before = contents(here.folder)
    with pytest.raises(CareError, match="found 3 boards, the newest number 3") as refused:
        here.restore(archive)
    assert "and the recipes small" in refused.value.found
    assert contents(here.folder) == before
    done = here.restore(archive, trusting(replace=True))
    with here.open() as store:
        assert len(store.boards()) == 6
    aside, recipes = done.kept
    assert contents(aside) == {
        name.removeprefix("data/records/"): value
        for name, value in before.items()
        if name.startswith("data/records/")
    }
    assert (recipes / "small").is_dir()
    assert "This unit's own commissioning stays." in done.words
    assert here.restore(archive, trusting(replace=True)).kept[0].name.endswith("restore-2")


def test_not_while_the_service_keeps_the_record(archive: Path, new_unit: TestUnit) -> None:
    with new_unit.open(), pytest.raises(InUseError):
        new_unit.restore(archive)


def test_newer_archives_and_records_are_refused_in_words(
    old_unit: TestUnit, archive: Path, new_unit: TestUnit, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = contents(new_unit.folder)
    monkeypatch.setattr("appliance.care.restore.known_version", lambda: 0)
    with pytest.raises(CareError, match="a record of form 0 or older; found form"):
        new_unit.restore(archive)
    monkeypatch.undo()
    monkeypatch.setattr("appliance.care.manifest.FORMAT", 0)
    with pytest.raises(CareError, match="Install the software that made it"):
        new_unit.restore(archive)
    assert contents(new_unit.folder) == before


def test_a_full_disk_changes_nothing(
    archive: Path, new_unit: TestUnit, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = contents(new_unit.folder)
    monkeypatch.setattr(restoring, "SPARE_BYTES", 10**18)
    with pytest.raises(CareError, match="larger card"):
        new_unit.restore(archive)
    assert contents(new_unit.folder) == before


def test_a_measured_lens_is_of_the_cabinet_and_stays(archive: Path, new_unit: TestUnit) -> None:
    lens = Lens(
        width_px=1280, height_px=916, focal_px=(3000.0, 3000.0), centre_px=(640.0, 458.0), k1=-0.02
    )
    write_settings(new_unit, replace(new_unit.config, lens=lens))
    restoring.restore(archive, replace(new_unit.config, lens=lens), new_unit.settings, trusting())
    assert "k1 = -0.02" in new_unit.settings.read_text()
    assert 'name = "line 3"' in new_unit.settings.read_text()


def test_settings_that_fit_stay_word_for_word(recipe: Path, tmp_path: Path) -> None:
    unit = full_unit(tmp_path / "old", recipe)
    text = unit.settings.read_text()
    unit.back_up(tmp_path / "a")
    shutil.rmtree(unit.data)
    unit.settings.write_text(text.replace("line 3", "mistyped"))
    unit.restore(tmp_path / "a")
    assert unit.settings.read_text() == text


def test_a_broken_recipe_is_named_and_left_out(recipe: Path, tmp_path: Path) -> None:
    unit = full_unit(tmp_path / "old", recipe)
    shutil.copytree(recipe, unit.data / "recipes" / "broken")
    next((unit.data / "recipes" / "broken" / "references").rglob("*.png")).unlink()
    made = unit.back_up(tmp_path / "a")
    assert made.manifest.about.recipes == ("small",)
    assert made.left_out[0].startswith("The recipe broken, which is not whole")


def test_long_names_find_their_way(recipe: Path, tmp_path: Path, new_unit: TestUnit) -> None:
    name = "Ä" * 90
    unit = full_unit(tmp_path / "old", recipe, boards=0)
    (unit.data / "recipes" / "small").rename(unit.data / "recipes" / name)
    unit.back_up(tmp_path / "a")
    new_unit.restore(tmp_path / "a")
    assert load(new_unit.data / "recipes" / name).name == "small"


def test_a_unit_without_boards_yet(tmp_path: Path, new_unit: TestUnit) -> None:
    fresh = bare_unit(tmp_path / "fresh", "fresh")
    made = fresh.back_up(tmp_path / "a")
    assert made.left_out == ["There is no record yet, so no records and no people are in it."]
    new_unit.restore(tmp_path / "a")
    assert 'name = "fresh"' in new_unit.settings.read_text()


def test_the_two_commands(
    old_unit: TestUnit, new_unit: TestUnit, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = tmp_path / "passphrase"
    secret.write_text(PASSPHRASE + "\n")
    out = str(tmp_path / "unit.goldenboard")
    words = ["--config", str(old_unit.settings), "--passphrase-file", str(secret)]
    assert main(["backup", "--out", out, *words]) == 0
    said = capsys.readouterr().out
    finger = said.splitlines()[-1].removeprefix("Fingerprint of this unit: ")
    assert finger == own_fingerprint(old_unit.data)
    words = ["--config", str(new_unit.settings), "--passphrase-file", str(secret)]
    child = subprocess.run(
        [sys.executable, "-m", "appliance.cli", "restore", out, *words],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    assert child.returncode == 2
    assert finger in child.stderr
    assert main(["restore", out, *words, "--trust", finger.replace("-", " ").upper()]) == 0
    assert "Restored line 3, as of " in capsys.readouterr().out
    with Store.open(new_unit.config.records.folder, quota_bytes=QUOTA_BYTES) as store:
        assert len(store.boards()) == 6
        (event,) = store.events(kind="restored")
        assert f"signed by {finger}" in event.detail


def test_an_archive_is_read_only_below_its_own_names(archive: Path, tmp_path: Path) -> None:
    """Extraction never follows or replaces what lies there already."""
    target = tmp_path / "target"
    target.symlink_to(tmp_path / "elsewhere")
    with (
        Archive(archive, lambda theirs: True) as opened,
        pytest.raises(FileExistsError),
    ):
        opened.extract("settings/goldenboard.toml", target)
    assert not (tmp_path / "elsewhere").exists()
    assert target.readlink() == tmp_path / "elsewhere"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root restores for another user")
def test_what_root_restores_is_the_services(
    archive: Path, new_unit: TestUnit, tmp_path: Path
) -> None:
    service = 54_321
    for path in (new_unit.data, *new_unit.data.rglob("*")):
        os.chown(path, service, service)
    secret = tmp_path / "passphrase"
    secret.write_text(PASSPHRASE)
    with Archive(archive, lambda theirs: True) as opened:
        trusted = opened.fingerprint
    words = ["--config", str(new_unit.settings), "--passphrase-file", str(secret)]
    assert main(["restore", str(archive), *words, "--trust", trusted]) == 0
    others = {
        str(path.relative_to(new_unit.data)): path.stat().st_uid
        for path in new_unit.data.rglob("*")
        if path.stat().st_uid != service
    }
    assert others == {}
    assert new_unit.settings.stat().st_uid == 0
