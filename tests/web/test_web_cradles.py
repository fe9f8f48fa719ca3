"""The technicians' page for cradles: who may do what, what goes in, what comes out."""

from __future__ import annotations

import gc
import io
import re
import resource
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from appliance.board import read_board
from appliance.store import Role
from appliance.web.access import access_of
from cradles.web.desk import Build, Desk
from cradles.web.findings import for_the_form
from cradles.web.texts_en import TEXTS
from tests.conftest import ROOT
from tests.web import demo as demos
from tests.web.conftest import Visitor
from tests.web.cradle_demo import KICAD, children, ended, until
from tests.web.demo import Demo

DXF_WITHOUT_UNIT = "\n".join(
    ("0", "SECTION", "2", "ENTITIES", "0", "CIRCLE", "8", "0", "10", "0", "20", "0", "40", "20",
     "0", "ENDSEC", "0", "EOF", "")
)  # fmt: skip
WEB = ROOT / "cradles" / "web"


@pytest.fixture
def demo(unit: Path) -> Iterator[Demo]:
    with demos.make(unit, plugins=True) as made:
        yield made
    assert children(unit) == []


def desk_of(demo: Demo) -> Desk:
    (extra,) = demo.extras
    assert isinstance(extra.desk, Desk)
    return extra.desk


def order(visitor: Visitor, name: str, data: bytes, **fields: object) -> TestResponse:
    return visitor.post("/cradles/build", board=(io.BytesIO(data), name), **fields)


def number_of(answer: TestResponse) -> str:
    assert answer.status_code == 303, answer.text
    found = re.fullmatch(r"/cradles/builds/([0-9a-f]{8})", answer.location)
    assert found is not None, answer.location
    return found[1]


def build_of(demo: Demo, answer: TestResponse) -> Build:
    found = desk_of(demo).build(number_of(answer))
    assert found is not None
    return ended(desk_of(demo), found)


def on_disk(demo: Demo) -> list[str]:
    folder = demo.folder / "cradles"
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.name != ".work")


def test_from_the_file_to_the_downloads_and_away_again(
    demo: Demo, technician: Visitor, visitor: Visitor
) -> None:
    assert "No cradle yet" in technician.text("/cradles/")
    answer = order(
        technician, "../../Our <b>Sensor</b>.kicad_pcb", KICAD, clearance="0.3", face="", turn=""
    )
    page = visitor.text(answer.location)
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in page
    assert "b&gt;.kicad_pcb" in page
    build = build_of(demo, answer)
    assert build.failure is None
    answer = visitor.get(answer.location)
    assert (answer.status_code, answer.location) == (303, f"/cradles/made/{build.identity}?new=1")
    text = visitor.text(answer.location)
    for words in (
        "Every check holds",
        "thinnest wall",
        "40 of 40",
        "none caught",
        "The board goes in one way",
    ):
        assert words in text
    assert build.identity in visitor.text("/cradles/")
    # The files: as written, named for the cradle, all of them in the ZIP.
    base = f"/cradles/made/{build.identity}"
    folder = demo.folder / "cradles" / build.identity
    assert read_board(folder / "board.toml").cradle.clearance_mm == 0.3
    packed = zipfile.ZipFile(io.BytesIO(visitor.get(base + "/all.zip").data))
    assert packed.testzip() is None
    for name in ("cradle.3mf", "cradle.stl", "sheet.pdf", "board.toml"):
        answer = visitor.get(f"{base}/{name}")
        assert answer.data == (folder / name).read_bytes()
        wanted = f'attachment; filename="{build.identity}-{name}"'
        assert answer.headers["Content-Disposition"] == wanted
        assert packed.read(f"{build.identity}/{name}") == answer.data
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    for name in ("made.json", "..%2fboard.toml", "nothing"):
        assert visitor.get(f"{base}/{name}").status_code == 404
    assert [(e.by, e.detail) for e in demo.store.events(kind="cradle_made")] == [
        ("Teo", f"{build.identity} from b>.kicad_pcb")
    ]
    # Deleting is asked for twice.
    assert technician.post(base + "/delete").status_code == 400
    assert technician.post(base + "/delete", sure="another").status_code == 400
    assert folder.is_dir()
    answer = technician.post(base + "/delete", sure=build.identity)
    assert (answer.status_code, on_disk(demo)) == (303, [])
    assert "was deleted" in technician.text(answer.location)
    assert visitor.get(base).status_code == 404
    assert demo.store.events(kind="cradle_deleted")[0].detail == build.identity


def test_what_is_wrong_with_an_order_is_said_and_nothing_kept(
    demo: Demo, technician: Visitor
) -> None:
    for form, words in (
        ({}, "No file was chosen"),
        ({"board": (io.BytesIO(b""), "x.dxf")}, "“x.dxf” is empty"),
        ({"board": (io.BytesIO(b"x"), "x.exe")}, "“x.exe” is no board file"),
        ({"board": (io.BytesIO(b"x"), "x.dxf"), "turn": "45"}, "none of the choices"),
        ({"board": (io.BytesIO(b"x"), "x.dxf"), "clearance": "nan"}, "has to be a number"),
        (
            {"board": (io.BytesIO(b"x"), "x.dxf"), "table": (io.BytesIO(b""), "parts.csv")},
            "“parts.csv” is empty",
        ),
    ):
        answer = technician.post("/cradles/build", **form)
        assert (answer.status_code, words in answer.text) == (400, True), words
    answer = technician.client.post("/cradles/build", data=bytes(17 * 1024 * 1024))
    assert (answer.status_code, "too large" in answer.text) == (413, True)
    assert (on_disk(demo), desk_of(demo).under_way()) == ([], None)


@contextmanager
def full_disk(most_bytes: int) -> Iterator[None]:
    """No file of this process grows beyond that: the write fails where it would on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


# Werkzeug leaves the file that it was writing to the collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("size", [300_000, 900_000], ids=["saved", "received"])
def test_a_full_disk_at_the_upload_is_said(demo: Demo, technician: Visitor, size: int) -> None:
    """Large bodies are put down while they come in, small ones when they are kept."""
    head = (
        '--X\r\nContent-Disposition: form-data; name="board"; filename="x.dxf"\r\n'
        "Content-Type: application/dxf\r\n\r\n"
    )
    with full_disk(100_000):
        answer = technician.client.post(
            "/cradles/build",
            data=head.encode() + bytes(size) + b"\r\n--X--\r\n",
            content_type="multipart/form-data; boundary=X",
            headers={"X-CSRF-Token": technician.token},
        )
    gc.collect()
    assert (answer.status_code, "no room on the unit" in answer.text) == (507, True)
    assert (on_disk(demo), desk_of(demo).under_way()) == ([], None)


def test_a_refused_board_is_told_on_its_page(demo: Demo, technician: Visitor) -> None:
    answer = order(technician, "psu.dxf", b"hello")
    build_of(demo, answer)
    text = technician.text(answer.location)
    assert 'data-state="failed"' in text
    assert "psu.dxf to be a DXF drawing" in text
    assert "What to do:" in text
    assert "http-equiv" not in text
    assert "psu.dxf" in technician.text("/cradles/")
    assert on_disk(demo) == []


def test_what_the_command_calls_an_option_is_a_field_here(demo: Demo, technician: Visitor) -> None:
    with demo.app.test_request_context():
        for option in re.findall(r'"--([a-z-]+)"', (ROOT / "cradles" / "cli.py").read_text()):
            if option not in ("out", "step", "json", "against"):
                assert "--" not in for_the_form(f"Say --{option} mm."), option
    text = DXF_WITHOUT_UNIT.encode()
    answer = order(technician, "psu.dxf", text)
    build_of(demo, answer)
    page = technician.text(answer.location)
    assert "psu.dxf to say its unit" in page
    assert "Say “Units” mm or “Units” inch." in page


def test_two_at_once_and_stopping_the_first(demo: Demo, technician: Visitor) -> None:
    first = order(technician, "one.kicad_pcb", KICAD)
    until(lambda: children(demo.folder))
    second = order(technician, "two.kicad_pcb", KICAD)
    assert second.status_code == 409
    assert "“one.kicad_pcb” of Teo is being built" in second.text
    assert "one.kicad_pcb is being built" in technician.text("/cradles/")
    assert technician.post(first.location + "/cancel").status_code == 303
    build_of(demo, first)
    assert "Building was stopped" in technician.text(first.location)
    assert technician.get("/cradles/builds/00000000").status_code == 404
    assert on_disk(demo) == []


def test_looking_is_free_and_changing_needs_a_technician(
    demo: Demo, visitor: Visitor, operator: Visitor
) -> None:
    changing = {
        "/cradles/build": Role.TECHNICIAN,
        "/cradles/builds/<number>/cancel": Role.TECHNICIAN,
        "/cradles/made/<identity>/delete": Role.TECHNICIAN,
    }
    found = {}
    for rule in demo.app.url_map.iter_rules():
        if not rule.endpoint.startswith("cradles."):
            continue
        access = access_of(demo.app.view_functions[rule.endpoint])
        assert access is not None
        if "POST" in (rule.methods or ()):
            found[rule.rule] = access.role
        else:
            assert access.role is None
    assert found == changing
    visitor.refresh_token()
    for who, status in ((visitor, 401), (operator, 403)):
        assert "Build a cradle" in who.text("/cradles/")
        assert 'type="file"' not in who.text("/cradles/")
        assert order(who, "x.dxf", b"x").status_code == status
    assert on_disk(demo) == []


def test_a_foreign_token_builds_nothing(demo: Demo, technician: Visitor) -> None:
    technician.token = "0" * 64
    assert order(technician, "x.dxf", b"x").status_code == 403
    assert on_disk(demo) == []


def test_a_damaged_cradle_is_listed_and_can_be_deleted(demo: Demo, technician: Visitor) -> None:
    folder = demo.folder / "cradles" / "broken-123456"
    folder.mkdir(parents=True)
    (folder / "report.json").write_text('{"identity": "another"')
    (demo.folder / "cradles" / "Not One").mkdir()
    assert "can&#39;t be read" in technician.text("/cradles/")
    assert "Delete it and build it again" in technician.text("/cradles/made/broken-123456")
    for name in ("Not One", "..", ".work", "%2e%2e"):
        assert technician.get(f"/cradles/made/{name}").status_code in (404, 308)
    answer = technician.post("/cradles/made/broken-123456/delete", sure="broken-123456")
    assert (answer.status_code, on_disk(demo)) == (303, ["Not One"])


def test_every_sentence_is_there_and_used() -> None:
    files = [*WEB.glob("templates/*.html"), *WEB.glob("*.py")]
    everything = "".join(
        file.read_text(encoding="utf-8") for file in files if file.name != "texts_en.py"
    )
    used = set(re.findall(r"""\bt\(["']([a-z_0-9.A-Z]+)["']""", everything))
    for stem in re.findall(r"""\btn\(["']([a-z_.]+)["']""", everything):
        used |= {f"{stem}.one", f"{stem}.many"}
    stems = tuple(key for key in used if key.endswith("."))
    # The form's fields and their choices are put together from their names.
    stems += tuple(f"cradles.{name}" for name in ("units", "face", "location", "turn"))
    ours = {key for key in used if key.startswith("cradles.") and key not in stems}
    assert ours - set(TEXTS) == set()
    spare = {key for key in set(TEXTS) - used if not key.startswith(stems)}
    assert {key for key in spare if f'"{key}"' not in everything} <= {"cradles.nav"}


def test_every_failure_has_its_words() -> None:
    for code in ("value", "memory", "late", "killed", "disk", "cancelled", "broke"):
        assert {f"cradles.failed.{code}", f"cradles.failed.{code}.action"} <= set(TEXTS)
