"""One build at a time in a process of its own: what ends it, and that nothing is left of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from appliance.config import CabinetConfig, CabinetKind, Config, Pages, Recipes, Records
from appliance.service import Service
from appliance.states import State
from appliance.status import StatusBoard
from appliance.store import Store
from cradles.read import _READERS
from cradles.web.desk import AT_WORK, BuildState, Desk, NoRoomError, OccupiedError
from cradles.web.limits import Limits
from cradles.web.order import SUFFIXES, Order, TableOrder, shown_name
from tests.cradles.test_read import NEW
from tests.web.cradle_demo import KICAD, children, ended, process_state, saved, until
from tests.web.looks import READY, at_work

ORDER = Order(
    filename="Sensor.kicad_pcb", suffix=".kicad_pcb", by="Teo", at_utc="2026-03-02T07:30:00.000Z"
)
Open = Callable[..., Desk]


@pytest.fixture
def status() -> StatusBoard:
    return StatusBoard(READY)


@pytest.fixture
def desk(tmp_path: Path, status: StatusBoard) -> Iterator[Open]:
    desks: list[Desk] = []
    with Store.open(tmp_path / "records", quota_bytes=10**9) as store:

        def opened(**limits: float) -> Desk:
            made = Desk(
                tmp_path / "cradles",
                status=status,
                store=store,
                limits=Limits(**limits),  # type: ignore[arg-type]
            )
            desks.append(made)
            return made

        yield opened
        for each in desks:
            each.close()
    assert children(tmp_path) == []


def left(desk: Desk) -> list[str]:
    """What stands in the unit's folder of cradles."""
    return sorted(
        str(path.relative_to(desk.shelf.folder))
        for path in desk.shelf.folder.rglob("*")
        if path.name != ".work"
    )


@pytest.mark.parametrize(
    ("suffix", "data", "words"),
    [
        (".dxf", b"hello", "Sensor.dxf"),
        (".kicad_pcb", b"(" * 200_000, "Sensor.kicad_pcb"),
        (".zip", b"PK\x03\x04 and then nothing", "Sensor.zip"),
        (".toml", b'name = "x"\noutlines = []\n', "outline"),
        (".kicad_pcb", KICAD.replace(b"(end 157 50)", b"(end 156 50)", 1), "156"),
    ],
    ids=["no DXF", "hostile nesting", "half a ZIP", "unknown key", "open outline"],
)
def test_what_is_no_board_is_refused_in_the_readers_words(
    desk: Open, suffix: str, data: bytes, words: str
) -> None:
    one = desk()
    order = replace(ORDER, filename="Sensor" + suffix, suffix=suffix)
    build = ended(one, one.begin(order, saved(data, "upload" + suffix)))
    assert build.failure is not None
    assert build.failure.code == "refused"
    said = f"{build.failure.expected} {build.failure.found} {build.failure.action}"
    assert words in said
    assert "upload" not in said
    assert build.failure.action
    assert left(one) == []


def test_a_value_that_can_not_be_is_said(desk: Open) -> None:
    one = desk()
    order = replace(ORDER, wishes=replace(ORDER.wishes, clearance_mm=5.0))
    build = ended(one, one.begin(order, saved(KICAD)))
    assert build.failure is not None
    assert (build.failure.code, "not 5" in build.failure.found) == ("value", True)
    assert left(one) == []


def test_memory_and_time_are_bounded(desk: Open) -> None:
    for limits, code in (
        ({"memory_bytes": 200 * 1024**2}, "memory"),
        ({"cpu_s": 1}, "late"),
        ({"running_s": 0.3}, "late"),
    ):
        one = desk(**limits)
        build = ended(one, one.begin(ORDER, saved(KICAD)))
        assert build.failure is not None, limits
        assert build.failure.code == code, limits
        assert left(one) == []


def test_a_full_disk_leaves_no_half_cradle(desk: Open) -> None:
    """The limit of a file's size stands for it: the same write fails, in the same place."""
    one = desk(file_bytes=100_000)
    build = ended(one, one.begin(ORDER, saved(KICAD)))
    assert build.failure is not None
    assert build.failure.code == "disk"
    assert left(one) == []


def test_the_record_keeps_its_room(desk: Open) -> None:
    one = desk(least_free_bytes=10**18)
    with pytest.raises(NoRoomError):
        one.begin(ORDER, saved(KICAD))
    assert (one.under_way(), left(one)) == (None, [])


def test_an_upload_that_breaks_off_keeps_nothing(desk: Open) -> None:
    def save(folder: Path) -> None:
        (folder / "upload.kicad_pcb").write_bytes(b"half")
        raise OSError(28, "No space left on device")

    one = desk()
    with pytest.raises(OSError, match="No space left"):
        one.begin(ORDER, save)
    assert (one.under_way(), left(one)) == (None, [])


def test_a_killed_build_is_said_and_the_next_one_works(desk: Open, tmp_path: Path) -> None:
    one = desk()
    build = one.begin(ORDER, saved(KICAD))
    until(lambda: children(tmp_path))
    os.kill(children(tmp_path)[0], signal.SIGKILL)
    failed = ended(one, build)
    assert failed.failure is not None
    assert failed.failure.code == "killed"
    assert left(one) == []
    # What it takes of the unit: the last place in every queue.
    again = one.begin(ORDER, saved(KICAD))
    until(lambda: (b := one.build(again.number)) is not None and b.step == "build")
    (child,) = children(tmp_path)
    assert os.getpriority(os.PRIO_PROCESS, child) >= 10
    assert Path(f"/proc/{child}/oom_score_adj").read_text().strip() == "1000"
    assert "1073741824" in Path(f"/proc/{child}/limits").read_text()
    assert one.cancel(again.number)
    stopped = ended(one, again)
    assert stopped.failure is not None
    assert stopped.failure.code == "cancelled"


def test_building_waits_while_a_board_is_inspected(
    desk: Open, status: StatusBoard, tmp_path: Path
) -> None:
    one = desk()
    status.publish(at_work(State.SEATED))
    build = one.begin(ORDER, saved(KICAD))
    until(lambda: (b := one.build(build.number)) is not None and b.waits)
    assert children(tmp_path) == []  # not even begun
    status.publish(READY)
    until(lambda: (b := one.build(build.number)) is not None and b.step == "build")
    (child,) = children(tmp_path)
    for state in sorted(AT_WORK):
        status.publish(at_work(state))
        until(lambda: process_state(child) == "T")
        status.publish(READY)
        until(lambda: process_state(child) in ("R", "S", "D"))
    assert one.build(build.number) is not None
    with pytest.raises(OccupiedError):
        one.begin(ORDER, saved(KICAD))
    # The service stops: a standing process is ended as well.
    status.publish(at_work(State.INSPECTING))
    until(lambda: process_state(child) == "T")
    one.close()
    assert children(tmp_path) == []
    assert left(one) == []


def test_a_build_ends_with_the_service(tmp_path: Path) -> None:
    """The whole one, which found the plug-in by itself."""
    config = Config(
        cabinet=CabinetConfig(kind=CabinetKind.SIMULATED),
        pages=Pages(host="127.0.0.1", port=0),
        records=Records(folder=tmp_path / "records"),
        recipes=Recipes(folder=tmp_path / "recipes"),
    )
    with Service(config) as service:
        (extra,) = service.extra_pages
        one = extra.desk
        assert isinstance(one, Desk)
        one.begin(ORDER, saved(KICAD))
        until(lambda: children(tmp_path))
    assert children(tmp_path) == []
    assert one.shelf.folder == tmp_path / "cradles"
    assert left(one) == []


def test_a_build_ends_with_the_service_that_was_killed(tmp_path: Path) -> None:
    """SIGKILL leaves no time for order: the kernel ends the child, the next start sweeps."""
    script = (
        "import sys, threading; from pathlib import Path\n"
        "from appliance.status import StatusBoard; from appliance.store import Store\n"
        "from tests.cradles.test_desk import ORDER; from tests.web.looks import READY\n"
        "from tests.web.cradle_demo import KICAD, saved; from cradles.web.desk import Desk\n"
        "home = Path(sys.argv[1]); store = Store.open(home / 'records', quota_bytes=10**9)\n"
        "desk = Desk(home / 'cradles', status=StatusBoard(READY), store=store)\n"
        "desk.begin(ORDER, saved(KICAD)); threading.Event().wait(100)\n"
    )
    root = Path(__file__).parents[2]
    with subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], cwd=root) as service:
        until(lambda: children(tmp_path))
        (child,) = children(tmp_path)
        until(lambda: Path(f"/proc/{child}/oom_score_adj").read_text().strip() == "1000")
        service.kill()
    until(lambda: process_state(child) in ("", "Z"))
    work = tmp_path / "cradles" / ".work"
    assert list(work.iterdir())
    with Store.open(tmp_path / "records", quota_bytes=10**9) as store:
        Desk(tmp_path / "cradles", status=StatusBoard(READY), store=store).close()
    assert not work.exists()


def test_a_made_cradle_is_whole_on_the_shelf(desk: Open, tmp_path: Path) -> None:
    one = desk()
    order = replace(
        ORDER,
        table=TableOrder(filename="parts-bottom.csv", unknown_size_mm=(2.0, 1.0)),
        wishes=replace(ORDER.wishes, clearance_mm=0.3, turn_deg=90),
    )

    def save(folder: Path) -> None:
        saved(NEW.encode())(folder)
        assert order.table is not None
        (folder / order.table.stored).write_text(
            "Designator,Mid X (mm),Mid Y (mm),Rotation\nU9,125,-60,0\n", encoding="utf-8"
        )

    build = ended(one, one.begin(order, save))
    assert (build.state, build.failure) == (BuildState.DONE, None)
    made = one.shelf.one(build.identity)
    assert made is not None
    assert [each.identity for each in one.shelf.all()] == [build.identity]
    assert sorted(path.name for path in made.folder.iterdir()) == [
        "board.toml", "cradle.3mf", "cradle.stl", "made.json", "preview.png", "report.json",
        "sheet.pdf", "view.bin",
    ]  # fmt: skip
    assert not any((tmp_path / "cradles" / ".work").iterdir())
    board = (made.folder / "board.toml").read_text(encoding="utf-8")
    assert 'source = "Sensor.kicad_pcb"' in board
    assert "clearance_mm = 0.3" in board
    assert 'designator = "U9"' in board
    # Named for the lower side, and told with the name that the technician knows.
    assert any("parts-bottom.csv" in note and "bottom" in note for note in made.notes)
    one.shelf.remove(build.identity)
    assert left(one) == []


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd.dxf", "passwd.dxf"),
        ("C:\\boards\\psu.DXF", "psu.DXF"),
        ("a\x00b\n c.zip", "ab c.zip"),
        ("x" * 300 + ".kicad_pcb", "x" * 60 + ".kicad_pcb"),
        ("..", ".."),
        ("", ""),
    ],
)
def test_a_files_name_is_only_shown(given: str, shown: str) -> None:
    assert shown_name(given) == shown


def test_the_page_takes_what_the_reader_reads() -> None:
    assert set(SUFFIXES) == {*_READERS, ".toml"}


def test_the_pages_import_nothing_of_cad() -> None:
    """The service's process stays as small as without the extra."""
    code = (
        "import sys, cradles.web, cradles.web.pages\n"
        "print([m for m in ('shapely', 'manifold3d', 'trimesh', 'ezdxf', 'gerbonara',"
        " 'reportlab') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
