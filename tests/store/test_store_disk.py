"""A full disk, a read-only disk and one that fails, for real: a clear error, nothing acknowledged
lost, and work goes on in the same process when the cause is gone."""

from __future__ import annotations

import errno
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.store import (
    DiskError,
    DiskFullError,
    ReadOnlyError,
    Store,
    StoreError,
)
from appliance.store import store as store_module
from appliance.store.database import connect
from appliance.store.errors import guarded, in_words
from appliance.store.migrate import Migration, migrations
from appliance.terms import TestResult

from .conftest import QUOTA_BYTES
from .factories import RecordFactory, fill

TESTS = Path(__file__).parents[1]
SMALL_DISK_BYTES = 2 * 1024 * 1024


def _mount(*words: str) -> bool:
    return subprocess.run(["mount", *words], capture_output=True, check=False).returncode == 0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of two megabytes of its own."""
    where = tmp_path / "disk"
    where.mkdir()
    if os.geteuid() != 0 or not _mount(
        "-t", "tmpfs", "-o", f"size={SMALL_DISK_BYTES}", "tmpfs", str(where)
    ):
        pytest.skip("a file system of its own can't be mounted here (needs root)")
    try:
        yield where
    finally:
        subprocess.run(["umount", "--lazy", str(where)], check=True)


def all_is_whole(store: Store, acknowledged: dict[int, dict[str, bytes]]) -> None:
    store.check()
    for number, pictures in acknowledged.items():
        assert store.inspection(number).result is not TestResult.ABORTED
        assert {name: store.picture(number, name) for name in pictures} == pictures


def record_until_it_fails(
    store: Store, factory: RecordFactory, size_bytes: int
) -> tuple[dict[int, dict[str, bytes]], StoreError]:
    acknowledged = {}
    for _ in range(10_000):
        record = factory.record()
        pictures = factory.pictures(record, size_bytes)
        try:
            acknowledged[store.add_inspection(record, pictures)] = pictures
        except StoreError as error:
            return acknowledged, error
    raise AssertionError("the disk never got full")


@pytest.mark.parametrize("size_bytes", [100_000, 4_000, 40])
def test_a_full_disk_is_said_and_work_goes_on_when_there_is_room(
    small_disk: Path, factory: RecordFactory, size_bytes: int
) -> None:
    filler = small_disk / "filler"
    # Small pictures would take long to fill the disk: most of it is filled by someone else.
    filler.write_bytes(bytes(SMALL_DISK_BYTES // 2))
    with Store.open(small_disk / "r", quota_bytes=QUOTA_BYTES, clock=factory.clock) as store:
        acknowledged, error = record_until_it_fails(store, factory, size_bytes)
        assert (type(error), error.code) == (DiskFullError, "disk_full")
        assert acknowledged
        all_is_whole(store, acknowledged)
        assert [b.inspection_id for b in store.boards(limit=-1)] == sorted(
            acknowledged, reverse=True
        )
        filler.unlink()
        store.probe()
        record = factory.record()
        number = store.add_inspection(record, {"board": b"after"})
        assert number > max(acknowledged)
        acknowledged[number] = {"board": b"after"}
        all_is_whole(store, acknowledged)
    with Store.open(small_disk / "r", quota_bytes=QUOTA_BYTES, clock=factory.clock) as store:
        all_is_whole(store, acknowledged)


def test_the_probe_asks_for_as_much_room_as_was_missing(
    small_disk: Path, factory: RecordFactory
) -> None:
    with Store.open(small_disk / "r", quota_bytes=QUOTA_BYTES, clock=factory.clock) as store:
        with pytest.raises(DiskFullError):
            store.add_inspection(factory.record(), {"board": bytes(SMALL_DISK_BYTES)})
        with pytest.raises(DiskFullError):
            store.probe()
        store.add_inspection(factory.record(), {"board": bytes(1000)})
        store.probe()


def test_room_is_made_on_a_disk_that_is_full(small_disk: Path, factory: RecordFactory) -> None:
    with Store.open(small_disk / "r", quota_bytes=300_000, clock=factory.clock) as store:
        acknowledged, _ = record_until_it_fails(store, factory, 100_000)
        last = max(acknowledged)
        # Not a byte is left to write the database with.
        filler = small_disk / "filler"
        with pytest.raises(OSError, match="No space"), filler.open("wb") as file:
            while True:
                file.write(bytes(1024))
                file.flush()
        room = store.make_room()
        assert room.kept_bytes <= 300_000
        assert room.inspections == tuple(range(1, last - 2))
        filler.unlink()
        assert store.make_room().trouble is None
        assert store.space().pictures_bytes == room.kept_bytes
        assert store.add_inspection(factory.record(), {"board": bytes(100_000)}) > last


def test_a_full_disk_at_the_start(small_disk: Path) -> None:
    filler = small_disk / "filler"
    with pytest.raises(OSError, match="No space"):
        filler.write_bytes(bytes(SMALL_DISK_BYTES * 2))
    (small_disk / "r").mkdir()
    with pytest.raises(DiskFullError):
        Store.open(small_disk / "r", quota_bytes=QUOTA_BYTES)
    filler.unlink()
    with Store.open(small_disk / "r", quota_bytes=QUOTA_BYTES) as store:
        assert store.boards() == ()


def test_no_room_for_the_copy_means_no_migration(
    small_disk: Path, factory: RecordFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = small_disk / "r"
    with Store.open(folder, quota_bytes=QUOTA_BYTES, clock=factory.clock) as store:
        fill(store, factory, 3)
    filler = small_disk / "filler"
    filler.write_bytes(bytes(shutil.disk_usage(small_disk).free - 80_000))
    second = Migration(version=2, name="0002_x.sql", sql="CREATE TABLE x (a TEXT);\n")
    monkeypatch.setattr(store_module, "migrations", lambda: (*migrations(), second))
    with pytest.raises(DiskFullError):
        Store.open(folder, quota_bytes=QUOTA_BYTES)
    assert list(folder.glob("*before*")) == []
    monkeypatch.undo()
    with Store.open(folder, quota_bytes=QUOTA_BYTES) as store:
        assert len(store.boards()) == 3


def test_a_disk_that_turned_read_only(small_disk: Path, factory: RecordFactory) -> None:
    folder = small_disk / "r"
    with Store.open(folder, quota_bytes=QUOTA_BYTES, clock=factory.clock) as store:
        numbers = fill(store, factory, 3)
        boards = store.boards()
    assert _mount("-o", "remount,ro", str(small_disk))
    with pytest.raises(ReadOnlyError) as caught:
        Store.open(folder, quota_bytes=QUOTA_BYTES)
    assert caught.value.code == "disk_read_only"
    with Store.open_for_reading(folder) as reader:
        assert reader.boards() == boards
    assert _mount("-o", "remount,rw", str(small_disk))
    with Store.open(folder, quota_bytes=QUOTA_BYTES, clock=factory.clock) as store:
        assert fill(store, factory, 1) == [max(numbers) + 1]


def test_a_database_that_may_not_grow(
    store: Store, factory: RecordFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLITE_FULL without a file system of its own: the writer's connection has a page limit."""
    first = fill(store, factory, 2)
    limited = True

    def limited_connect(file: Path, *, mode: str = "rw") -> sqlite3.Connection:
        connection = connect(file, mode=mode)
        if limited:
            pages = connection.execute("PRAGMA page_count").fetchone()[0]
            connection.execute(f"PRAGMA max_page_count = {pages}")
        return connection

    monkeypatch.setattr("appliance.store.database.connect", limited_connect)
    # On the connection from before; those that come after its error are limited ones.
    with pytest.raises(DiskFullError), store._database.writing("break it") as connection:
        connection.execute("PRAGMA max_page_count = 1")
        connection.execute("CREATE TABLE big AS SELECT randomblob(1000000)")
    acknowledged, error = record_until_it_fails(store, factory, 40)
    assert error.code == "disk_full"
    limited = False
    # The limited connection was thrown away with its error.
    last = fill(store, factory, 1)
    assert [b.inspection_id for b in reversed(store.boards(limit=-1))] == [
        *first,
        *acknowledged,
        *last,
    ]
    store.check()


LIMITED = """
import json, resource, sys
from pathlib import Path
from appliance.store import Store, StoreError
from store.factories import RecordFactory, fill
factory = RecordFactory()
store = Store.open(Path(sys.argv[1]), quota_bytes=10**9, clock=factory.clock)
before = fill(store, factory, 3)
soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, hard))
said = {}
for name, pictures in (("picture", {"board": bytes(100_000)}), ("row", {})):
    try:
        for _ in range(1000):
            before.append(store.add_inspection(factory.record(), pictures))
    except StoreError as error:
        said[name] = error.code
resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
after = fill(store, factory, 2)
store.check()
assert [b.inspection_id for b in store.boards(limit=-1)] == sorted(before + after, reverse=True)
store.close()
print(json.dumps(said))
"""

UNPRIVILEGED = """
import json, sys
from pathlib import Path
from appliance.store import Store, StoreError
from store.factories import RecordFactory, fill
folder = Path(sys.argv[1])
factory = RecordFactory()
store = Store.open(folder, quota_bytes=10**9, clock=factory.clock)
before = fill(store, factory, 3)
said = []
day = next((folder / "pictures").iterdir())
day.chmod(0o555)
try:
    store.add_inspection(factory.record(), {"board": b"jpeg"})
except StoreError as error:
    said.append(error.code)
day.chmod(0o755)
before += fill(store, factory, 1)
store.close()
for file in folder.glob("*"):
    file.chmod(0o555)
folder.chmod(0o555)
try:
    Store.open(folder, quota_bytes=10**9)
except StoreError as error:
    said.append(error.code)
with Store.open_for_reading(folder) as reader:
    assert [b.inspection_id for b in reader.boards()] == before[::-1]
folder.chmod(0o755)
for file in folder.glob("*"):
    file.chmod(0o755)
with Store.open(folder, quota_bytes=10**9, clock=factory.clock) as store:
    before += fill(store, factory, 1)
    assert [b.inspection_id for b in store.boards()] == before[::-1]
print(json.dumps(said))
"""


def _in_a_process(code: str, folder: Path, *before: str) -> object:
    done = subprocess.run(
        [*before, sys.executable, "-W", "error", "-c", code, str(folder)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": f"{TESTS.parent}{os.pathsep}{TESTS}"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def without_root_rights() -> tuple[str, ...]:
    """What to put before a command so that the permissions of files hold for it, too."""
    if os.geteuid() != 0:
        return ()
    if shutil.which("setpriv") is None:
        pytest.skip("root passes every permission here and setpriv is missing")
    return ("setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all")


def test_files_that_may_not_grow(tmp_path: Path) -> None:
    """The system refuses longer files to the process: pictures and SQLite's log both meet it."""
    said = _in_a_process(LIMITED, tmp_path / "record")
    assert said == {"picture": "disk_full", "row": "disk_error"}


def test_a_folder_that_may_not_be_written(tmp_path: Path) -> None:
    said = _in_a_process(UNPRIVILEGED, tmp_path / "record", *without_root_rights())
    assert said == ["disk_read_only", "disk_read_only"]


def test_an_unconfirmed_record_that_comes_to_life_counts_for_nothing(
    store: Store, factory: RecordFactory
) -> None:
    """A commit whose sync failed was not acknowledged, but may stand in the log after all."""

    class Failing:
        """The real connection, whose COMMIT takes effect and then says that it failed."""

        def __init__(self, connection: sqlite3.Connection) -> None:
            self._connection = connection

        def __getattr__(self, name: str) -> object:
            return getattr(self._connection, name)

        def execute(self, sql: str, *values: object) -> sqlite3.Cursor:
            cursor = self._connection.execute(sql, *values)  # type: ignore[arg-type]
            if sql == "COMMIT":
                raise sqlite3.OperationalError("disk I/O error")
            return cursor

    fill(store, factory, 1)
    writer = store._database._writer
    assert writer is not None
    store._database._writer = Failing(writer)  # type: ignore[assignment]
    with pytest.raises(StoreError, match="disk I/O error"):
        store.add_inspection(factory.record(serial="SN"), {"board": b"jpeg"})
    assert store.inspection(2).result is TestResult.PASSED
    assert store.add_inspection(factory.record(), {}) == 3
    revived = store.inspection(2)
    assert (revived.result, store.picture(2, "board")) == (TestResult.ABORTED, None)
    assert "no lamp was lit" in revived.aborted_reason


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.ENOSPC, DiskFullError),
        (errno.EDQUOT, DiskFullError),
        (errno.EROFS, ReadOnlyError),
        (errno.EACCES, ReadOnlyError),
        (errno.EIO, DiskError),
    ],
)
def test_the_system_is_put_into_our_words(
    tmp_path: Path, number: int, kind: type[StoreError]
) -> None:
    with pytest.raises(kind) as caught, guarded("write picture 7", tmp_path):
        raise OSError(number, os.strerror(number), "board.jpg")
    error = caught.value
    assert error.found == f"write picture 7: {os.strerror(number)} (board.jpg)."
    assert error.expected and error.action and str(error) == f"{error.found} {error.action}"


def test_every_error_has_its_code_and_words() -> None:
    def below(kind: type[StoreError]) -> list[type[StoreError]]:
        return [kind, *(deep for sub in kind.__subclasses__() for deep in below(sub))]

    kinds = below(StoreError)
    assert len({kind.code for kind in kinds}) == len(kinds)
    assert all(kind.expected and kind.action for kind in kinds)


def test_an_error_of_the_module_itself_is_no_disk_error(tmp_path: Path) -> None:
    error = in_words(sqlite3.ProgrammingError("closed"), "read", tmp_path)
    assert (type(error), error.found) == (StoreError, "read: closed.")
