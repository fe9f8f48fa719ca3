"""Opening: refuse what is newer or damaged, migrate after a copy, sweep what a cut left behind."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from appliance.store import (
    ClosedError,
    CorruptDatabaseError,
    InUseError,
    MissingError,
    NewerDatabaseError,
    RefusedError,
    Store,
    StoreError,
)
from appliance.store import store as store_module
from appliance.store.migrate import Migration, create, migrations, statements

from .conftest import QUOTA_BYTES, Opener
from .factories import RecordFactory, TestClock, fill

KNOWN = len(migrations())


def contents(folder: Path) -> dict[str, bytes]:
    """Every file that is part of the record; not the mark of its owner."""
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and file.name != ".owner"
    }


def change(file: Path, sql: str) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute(sql)


def test_a_newer_database_is_refused_and_left_alone(
    open_store: Opener, folder: Path, factory: RecordFactory
) -> None:
    fill(open_store(), factory, 2)
    open_store().close()
    change(folder / "records.db", "PRAGMA user_version = 99")
    before = contents(folder)
    with pytest.raises(
        NewerDatabaseError, match=f"has version 99; this software knows up to {KNOWN}"
    ):
        open_store()
    assert contents(folder) == before
    with pytest.raises(NewerDatabaseError, match="version 99"):
        Store.open_for_reading(folder)


def _emptied(file: Path) -> None:
    file.write_bytes(b"")


def _halved(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def _last_page_lost(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-4096])


def _ends_in_a_page(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:5000])


def _overwritten(file: Path) -> None:
    data = bytearray(file.read_bytes())
    noise = random.Random(5)
    for page in range(1, len(data) // 4096):
        data[page * 4096 : page * 4096 + 64] = noise.randbytes(64)
    file.write_bytes(data)


def _other_head(file: Path) -> None:
    file.write_bytes(b"PK\x03\x04" + file.read_bytes()[4:])


def _lost_beside_its_log(file: Path) -> None:
    file.with_name("records.db-wal").write_bytes(file.read_bytes())
    file.unlink()


@pytest.mark.parametrize(
    "damage",
    [
        _emptied,
        _halved,
        _last_page_lost,
        _ends_in_a_page,
        _overwritten,
        _other_head,
        _lost_beside_its_log,
    ],
)
def test_a_damaged_database_is_refused_in_words_and_left_alone(
    open_store: Opener, folder: Path, factory: RecordFactory, damage: Callable[[Path], None]
) -> None:
    fill(open_store(), factory, 30)
    open_store().close()
    damage(folder / "records.db")
    before = contents(folder)
    with pytest.raises(CorruptDatabaseError) as caught:
        open_store()
    assert caught.value.code == "database_corrupt"
    assert "Nothing was deleted" in caught.value.action
    assert contents(folder) == before


def test_damage_while_it_runs_is_found_by_the_check(
    store: Store, folder: Path, factory: RecordFactory
) -> None:
    fill(store, factory, 30)
    store.check()
    store.close()
    again = Store.open(folder, quota_bytes=QUOTA_BYTES)
    with again:
        _overwritten(folder / "records.db")
        with pytest.raises(CorruptDatabaseError):
            again.check()
        with pytest.raises(CorruptDatabaseError):
            fill(again, factory, 1)


def test_numbers_go_on_after_a_lost_database_and_its_pictures_stay(
    open_store: Opener, folder: Path, factory: RecordFactory
) -> None:
    store = open_store()
    for _ in range(3):
        store.add_inspection(factory.record(), {"board": b"old"})
    store.close()
    for file in folder.glob("records.db*"):
        file.unlink()
    store = open_store()
    assert store.add_inspection(factory.record(), {"board": b"new"}) == 4
    store = open_store()
    assert store.add_inspection(factory.record(), {"board": b"new"}) == 5
    assert sorted(p.name for p in folder.glob("pictures/*/*")) == [
        f"0000000{n}-board.jpg" for n in range(1, 6)
    ]


def test_a_restored_older_database_does_not_cost_newer_pictures(
    open_store: Opener, folder: Path, factory: RecordFactory
) -> None:
    store = open_store()
    store.add_inspection(factory.record(), {"board": b"jpeg"})
    store.close()
    backup = (folder / "records.db").read_bytes()
    store = open_store()
    for _ in range(9):
        store.add_inspection(factory.record(), {"board": b"jpeg"})
    store.close()
    (folder / "records.db").write_bytes(backup)
    store = open_store()
    assert len(list(folder.glob("pictures/*/*.jpg"))) == 10
    assert store.add_inspection(factory.record(), {}) == 11


def test_what_a_power_cut_left_is_swept(
    open_store: Opener, folder: Path, factory: RecordFactory
) -> None:
    store = open_store()
    number = store.add_inspection(factory.record(), {"board": b"whole"})
    store.close()
    day = folder / "pictures" / "2026-03-02"
    (day / ".00000002-board.jpg.tmp").write_bytes(b"hal")
    (day / "00000002-golden%3AC1.jpg").write_bytes(b"no row")
    (day / "notes.txt").write_text("not ours")
    (folder / ".records.db.tmp").write_bytes(b"half a database")
    store = open_store()
    assert sorted(f.name for f in day.iterdir()) == ["00000001-board.jpg", "notes.txt"]
    assert store.picture(number, "board") == b"whole"
    assert store.add_inspection(factory.record(), {}) == 2


def test_half_a_new_database_is_begun_again(open_store: Opener, folder: Path) -> None:
    folder.mkdir()
    for name in (".records.db.tmp", ".records.db.tmp-wal", ".records.db.tmp-shm"):
        (folder / name).write_bytes(b"half")
    assert open_store().boards() == ()
    assert list(folder.glob(".records.db.tmp*")) == []


def test_lost_pictures_are_noted_at_the_start(
    open_store: Opener, folder: Path, factory: RecordFactory
) -> None:
    store = open_store()
    store.add_inspection(factory.record(), {"board": b"jpeg"})
    store.close()
    for file in folder.glob("pictures/*/*.jpg"):
        file.unlink()
    store = open_store()
    assert [(e.kind, e.detail) for e in store.events()] == [("pictures_missing", "inspections 1")]
    assert store.space().pictures_bytes == 0
    assert not store.boards()[0].has_pictures


def test_the_folder_has_one_owner(store: Store, folder: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from appliance.store import Store, StoreError\n"
        "try: Store.open(Path(sys.argv[1]), quota_bytes=1)\n"
        "except StoreError as error: print(error.code)"
    )
    with pytest.raises(InUseError, match="Another process"):
        Store.open(folder, quota_bytes=QUOTA_BYTES)
    said = subprocess.run(
        [sys.executable, "-c", code, str(folder)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert said.stdout == "store_in_use\n"


def test_readers_look_while_the_owner_writes(
    store: Store, folder: Path, factory: RecordFactory
) -> None:
    fill(store, factory, 2)
    with Store.open_for_reading(folder) as reader:
        assert reader.boards() == store.boards()
        fill(store, factory, 1)
        assert reader.boards() == store.boards()
        with pytest.raises(RefusedError, match="opened for reading"):
            reader.add_event("lamp_test")


def test_there_is_nothing_to_read_where_nothing_is(folder: Path) -> None:
    with pytest.raises(MissingError, match=r"no records\.db"):
        Store.open_for_reading(folder)
    assert not folder.exists()


def test_a_quota_is_at_least_a_byte(folder: Path) -> None:
    with pytest.raises(ValueError, match="found 0"):
        Store.open(folder, quota_bytes=0)


def test_a_closed_store_says_so(store: Store, factory: RecordFactory) -> None:
    store.close()
    store.close()
    with pytest.raises(ClosedError):
        store.boards()
    with pytest.raises(ClosedError):
        store.add_inspection(factory.record(), {})


SECOND = Migration(
    version=KNOWN + 1,
    name=f"{KNOWN + 1:04d}_shift.sql",
    sql="ALTER TABLE inspection ADD COLUMN shift TEXT;\nUPDATE inspection SET shift = 'early';\n",
)
BROKEN = Migration(
    version=KNOWN + 2,
    name=f"{KNOWN + 2:04d}_broken.sql",
    sql="UPDATE inspection SET shift = 'late';\nINSERT INTO no_such_table VALUES (1);\n",
)


def _shifts(file: Path) -> list[tuple[int, str]]:
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute("SELECT id, shift FROM inspection ORDER BY id").fetchall()


def _version(file: Path) -> int:
    with closing(sqlite3.connect(file)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


def test_an_older_database_is_copied_and_migrated(
    open_store: Opener, folder: Path, factory: RecordFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(open_store(), factory, 2)
    open_store().close()
    monkeypatch.setattr(store_module, "migrations", lambda: (*migrations(), SECOND))
    boards = open_store().boards()
    open_store().close()
    assert _shifts(folder / "records.db") == [(1, "early"), (2, "early")]
    assert _version(folder / "records.db") == KNOWN + 1
    copy = folder / f"records-v{KNOWN}-before-v{KNOWN + 1}.db"
    assert _version(copy) == KNOWN
    copy.replace(folder / "records.db")
    monkeypatch.undo()
    assert open_store().boards() == boards


def test_a_failed_migration_leaves_the_older_database(
    open_store: Opener, folder: Path, factory: RecordFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(open_store(), factory, 1)
    open_store().close()
    monkeypatch.setattr(store_module, "migrations", lambda: (*migrations(), SECOND))
    open_store().close()
    monkeypatch.setattr(store_module, "migrations", lambda: (*migrations(), SECOND, BROKEN))
    with pytest.raises(StoreError, match="no_such_table"):
        open_store()
    assert _version(folder / "records.db") == KNOWN + 1
    assert _shifts(folder / "records.db") == [(1, "early")]


def test_reading_does_not_migrate(
    folder: Path, clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.mkdir()
    create(folder / "records.db", migrations())
    monkeypatch.setattr("appliance.store.reading.migrations", lambda: (*migrations(), SECOND))
    with pytest.raises(
        StoreError, match=rf"has version {KNOWN}; this software reads version {KNOWN + 1}"
    ):
        Store.open_for_reading(folder, clock=clock)
    assert _version(folder / "records.db") == KNOWN


def test_migrations_are_numbered_without_a_gap(tmp_path: Path) -> None:
    (tmp_path / "0001_first.sql").write_text("SELECT 1;")
    (tmp_path / "0003_third.sql").write_text("SELECT 1;")
    with pytest.raises(ValueError, match=r"found \[1, 3\]"):
        migrations(tmp_path)


def test_statements_are_cut_at_their_ends_only() -> None:
    script = "SELECT ';';\n-- a word; of comment\nCREATE TABLE t (\n  a TEXT -- ;\n);\n"
    assert list(statements(script)) == [
        "SELECT ';';\n",
        "-- a word; of comment\nCREATE TABLE t (\n  a TEXT -- ;\n);\n",
    ]
    with pytest.raises(ValueError, match="no end"):
        list(statements("SELECT 1"))
