"""What the pages say, also when there is nothing to say and when something is wrong."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from datetime import UTC
from pathlib import Path

import pytest

from appliance.store import Role, Selection, Step
from appliance.terms import Alignment, Answer, Call, Rect, Verdict
from appliance.web.charts import pareto_bars, trend_chart
from appliance.web.evidence import Box, placed
from appliance.web.headers import CONTENT_SECURITY_POLICY
from appliance.web.static_files import house_files
from appliance.web.texts import CATALOGUES, UnknownTextError, t
from tests.web import demo as demos
from tests.web.conftest import Visitor
from tests.web.demo import Demo

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
WEB = Path(demos.__file__).parents[2] / "appliance" / "web"
PAGES = (
    "/", "/supervisor", "/supervisor/figures", "/boards/", "/technician/", "/technician/now",
    "/recipes/", "/recipes/demo", "/recipes/demo?window=C1", "/sign-in",
)  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_a_new_unit_has_every_page(visitor: Visitor, path: str) -> None:
    assert visitor.get(path).status_code == 200


def test_empty_pages_say_what_will_stand_there(demo: Demo, visitor: Visitor) -> None:
    assert "As soon as the cabinet has judged a board" in visitor.text("/supervisor")
    assert "As soon as the cabinet has judged a board" in visitor.text("/boards/")
    assert "No board fits these conditions" in visitor.text("/boards/?serial=nobody")
    assert "No fault on record" in visitor.text("/technician/")
    (demo.recipes / "demo").rename(demo.folder / "elsewhere")
    assert "No recipe yet" in visitor.text("/recipes/")


def test_every_answer_is_closed_to_other_hosts(visitor: Visitor) -> None:
    for path in (*PAGES, "/api/status", "/nothing", "/static/pages.css", "/boards/1"):
        headers = visitor.get(path).headers
        assert headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "Access-Control-Allow-Origin" not in headers


def test_scripts_are_asked_for_again_after_an_update(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = visitor.get("/static/cabinet.js")
    assert first.headers["Cache-Control"] == "no-cache"
    kept = {"If-None-Match": first.headers["ETag"]}
    assert visitor.get("/static/cabinet.js", headers=kept).status_code == 304
    monkeypatch.setattr(house_files(), "release", "updated")
    assert visitor.get("/static/cabinet.js", headers=kept).status_code == 200
    assert visitor.get("/static/nothing.js").status_code == 404


def test_templates_hold_no_inline_code_and_no_other_host() -> None:
    for file in sorted(WEB.glob("templates/*.html")):
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"\sstyle=|\son[a-z]+=|<style|javascript:", text), file.name
        assert not re.search(r"<script(?![^>]*\bsrc=)", text), file.name
        assert not re.search(r"https?://", text), file.name
        assert "|safe" not in text, file.name
    for file in sorted(WEB.glob("static/*")):
        hosts = set(re.findall(r"https?://[^\s\"')]+", file.read_text(encoding="utf-8")))
        assert hosts <= {"http://www.w3.org/2000/svg"}, file.name


def test_hostile_words_are_only_words(demo: Demo, visitor: Visitor) -> None:
    number = demo.add(Verdict.FAIL, {"C1": Call.DEFECT}, serial=HOSTILE)
    demo.add(Verdict.FAIL, {"C1": Call.DEFECT}, serial=HOSTILE)
    demo.store.open_fault(HOSTILE, HOSTILE, HOSTILE, HOSTILE)
    demo.store.add_event(HOSTILE, HOSTILE, HOSTILE)
    fault = replace(demos.FAULT, found=HOSTILE, action=HOSTILE, device=HOSTILE)
    demo.show(
        replace(demos.broken(), unit=HOSTILE, serial=HOSTILE, operator=HOSTILE, faults=(fault,))
    )
    for path in (
        *PAGES, f"/boards/{number}", f"/boards/{number}/review", f"/live/board/{number}",
        "/boards/", "/no/" + HOSTILE, "/recipes/" + HOSTILE,
    ):  # fmt: skip
        text = visitor.get(path).text
        assert "<script>alert" not in text, path
        assert "<img src=x" not in text, path
    text = visitor.get("/boards/", query_string={"serial": HOSTILE}).text
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)" in text


def test_one_board_tells_everything(demo: Demo, visitor: Visitor) -> None:
    number = demo.add(Verdict.FAIL, {"C1": Call.DEFECT, "D1": Call.UNSURE}, serial="S1")
    demo.store.add_review(number, "C1", Answer.TRUE_DEFECT, "Ana")
    text = visitor.text(f"/boards/{number}")
    for word in ("S1", "GB-100", "demo · version 1", "0.1.0", "boot-1", demos.SHA, "simulated",
                 "set by a time server", "8000 µs", "All 8 windows", "residual"):  # fmt: skip
        assert word in text, word
    assert re.findall(r"<text [^>]*>(\d)</text>", text) == ["1", "2"]
    assert f"/boards/{number}/pictures/seen:C1" in text
    assert f"/boards/{number}/pictures/golden:C1" in text


def test_a_board_without_recipe_or_pictures_still_has_its_page(
    demo: Demo, visitor: Visitor
) -> None:
    number = demo.add(Verdict.REVIEW, {"Q1": Call.UNSURE})
    for file in (demo.folder / "records" / "pictures").rglob("*.jpg"):
        file.unlink()
    (demo.recipes / "demo").rename(demo.folder / "elsewhere")
    assert "Q1 looks unlike" in visitor.text(f"/boards/{number}")
    assert "Q1 looks unlike" in visitor.text(f"/live/board/{number}")
    answer = visitor.get(f"/boards/{number}/pictures/board")
    assert (answer.status_code, "deleted to make room" in answer.text) == (410, True)


@pytest.mark.parametrize("verdict", [None, Verdict.FAULT])
def test_a_board_without_a_verdict_says_why(
    demo: Demo, visitor: Visitor, verdict: Verdict | None
) -> None:
    number = demo.add(verdict)
    text = visitor.text(f"/boards/{number}")
    assert ("pulled out before the verdict" if verdict is None else "too dark") in text
    assert "No window was judged" in text
    assert "Nothing to review" in visitor.text(f"/boards/{number}/review")


def test_search_by_serial(demo: Demo, visitor: Visitor) -> None:
    once = demo.add(Verdict.PASS, serial="ONCE")
    demo.add(Verdict.PASS, serial="TWICE")
    demo.add(Verdict.PASS, serial="TWICE")
    assert visitor.get("/boards/search?serial=ONCE").headers["Location"] == f"/boards/{once}"
    assert visitor.get("/boards/search?serial=TWICE").headers["Location"] == "/boards/?serial=TWICE"
    assert "No boards here" in visitor.text("/boards/?serial=NEVER")
    assert visitor.get("/boards/search").status_code == 400


def test_lists_go_on(filled: tuple[Demo, dict[str, int]]) -> None:
    demo, _ = filled
    visitor = Visitor(demo.app.test_client())
    seen: list[int] = []
    path: str | None = "/boards/"
    while path:
        text = visitor.text(path)
        seen += [int(n) for n in re.findall(r'class="rowlink" href="/boards/(\d+)"', text)]
        older = re.search(r'href="(/boards/\?before=\d+)"', text)
        path = older[1] if older else None
    assert seen == [row.inspection_id for row in demo.store.boards(limit=-1)]


def test_figures_are_the_stores(filled: tuple[Demo, dict[str, int]]) -> None:
    demo, _ = filled
    text = Visitor(demo.app.test_client()).text("/supervisor?span=month")
    values = re.findall(r'class="value">([\d.–]+)', text)
    today = Selection(since_utc="2026-03-02T00:00:00.000Z", until_utc="2026-03-03T00:00:00.000Z")
    figures = demo.store.figures(today)
    assert figures.boards.fpy is not None
    assert figures.calls.false_call_share is not None
    assert figures.boards.mean_s is not None
    assert values == [
        str(figures.boards.inspected),
        f"{100 * figures.boards.fpy:.1f}",
        f"{100 * figures.calls.false_call_share:.0f}",
        f"{figures.boards.mean_s:.1f}",
    ]
    counts = [int(n) for n in re.findall(r'<span class="num">(\d+)</span></a></li>', text)]
    assert counts == [row.calls.called for row in demo.store.pareto(limit=10)]


def test_today_is_the_viewers_day(demo: Demo, visitor: Visitor) -> None:
    demo.add(Verdict.PASS)  # 07:30 UTC on 2 March: still 1 March in Honolulu

    def today(zone: str) -> str:
        text = visitor.get("/supervisor/figures", query_string={"zone": zone}).text
        found = re.search(r"/boards/\?since=([^&]+)&", text)
        assert found is not None
        return found[1].replace("%3A", ":")

    assert today("UTC") == "2026-03-02T00:00:00.000Z"
    assert today("Pacific/Honolulu") == "2026-03-01T10:00:00.000Z"
    assert today("No/Where") == "2026-03-02T00:00:00.000Z"


def test_charts_hold_what_they_draw(filled: tuple[Demo, dict[str, int]]) -> None:
    demo, _ = filled
    rows = demo.store.pareto(limit=10)
    bars = pareto_bars(rows)
    longest = rows[0].calls.called
    for bar in bars:
        drawn = bar.true_percent + bar.open_percent + bar.false_percent
        assert drawn == pytest.approx(100 * bar.row.calls.called / longest, abs=0.05)
    assert pareto_bars(()) == ()
    assert trend_chart((), step=Step.DAY, zone=UTC).is_empty


def test_export_is_the_record(filled: tuple[Demo, dict[str, int]]) -> None:
    demo, numbers = filled
    visitor = Visitor(demo.app.test_client())
    answer = visitor.get("/export/boards.csv?verdict=FAIL")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="boards.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    failed = demo.store.boards(Selection(verdict=Verdict.FAIL), limit=-1)
    assert [int(row["sequence"]) for row in rows] == [b.inspection_id for b in reversed(failed)]
    lines = [json.loads(line) for line in visitor.text("/export/boards.jsonl").splitlines()]
    assert len(lines) == len(demo.store.boards(limit=-1))
    assert lines[-1]["sequence"] == numbers["one"]


def test_the_api_for_programs(filled: tuple[Demo, dict[str, int]]) -> None:
    demo, numbers = filled
    visitor = Visitor(demo.app.test_client())
    status = visitor.get("/api/status").json
    assert status is not None
    assert status["status"]["word"] == "Ready: insert a board"
    boards = visitor.get("/api/boards?limit=3").json
    assert boards is not None
    assert [b["inspection_id"] for b in boards["boards"]] == [
        numbers["one"], numbers["two"], numbers["many"],
    ]  # fmt: skip
    one = visitor.get(f"/api/boards/{numbers['two']}").json
    assert one is not None
    assert one["record"]["serial"] == "GB01-000077"


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/api/nothing", 404, "http_404"),
        ("/api/boards/99999", 404, "record_missing"),
        ("/api/boards?limit=many", 400, "bad_request"),
        ("/api/boards?since=yesterday", 400, "bad_request"),
        ("/api/boards?verdict=MAYBE", 400, "bad_request"),
        ("/api/boards?serial=" + "x" * 200, 400, "bad_request"),
    ],
)
def test_errors_for_programs(visitor: Visitor, path: str, status: int, code: str) -> None:
    answer = visitor.get(path)
    assert answer.status_code == status
    assert answer.json is not None
    assert set(answer.json) == {"code", "message", "action"}
    assert answer.json["code"] == code
    assert answer.json["message"].endswith(".")


def test_errors_for_people(demo: Demo, visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "There is nothing at this address." in visitor.get("/nothing").text
    assert "There is no inspection 99999." in visitor.get("/boards/99999").text
    assert "has to be a number" in visitor.get("/boards/?before=x").text
    visitor.refresh_token()
    assert visitor.post("/sign-in", name="x" * 200).status_code == 400
    answer = visitor.client.post("/sign-in", data=bytes(17 * 1024 * 1024))
    assert (answer.status_code, "too large" in answer.text) == (413, True)

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a secret inside")

    monkeypatch.setattr(demo.store, "boards", broken)
    answer = visitor.get("/boards/")
    assert answer.status_code == 500
    assert "The cabinet goes on judging" in answer.text
    assert "secret inside" not in answer.text


def test_a_broken_record_is_said_in_its_own_words(demo: Demo, visitor: Visitor) -> None:
    demo.store.close()
    answer = visitor.get("/boards/")
    assert answer.status_code == 503
    # The verdict page and the status need no record.
    assert visitor.get("/").status_code == 200
    assert visitor.get("/api/status").status_code == 200


def test_where_a_window_lies() -> None:
    rect = Rect(xmin_px=10, ymin_px=20, xmax_px=30, ymax_px=60)
    assert placed(rect, None, width_px=100, height_px=100) == Box(x=10, y=20, width=20, height=40)
    moved = Alignment(shift_px=(3.0, -2.0), rotation_deg=0.0, scale=1.0, residual_px=0.1)
    assert placed(rect, moved, width_px=100, height_px=100) == Box(x=13, y=18, width=20, height=40)
    # A quarter turn about the middle: (20, 40) goes to (60, 20), sides change places.
    turned = Alignment(shift_px=(0.0, 0.0), rotation_deg=90.0, scale=1.0, residual_px=0.1)
    assert placed(rect, turned, width_px=100, height_px=100) == Box(x=40, y=10, width=40, height=20)


def test_every_sentence_is_there_and_used() -> None:
    used = set()
    for file in [*WEB.glob("templates/*.html"), *WEB.glob("*.py")]:
        text = file.read_text(encoding="utf-8")
        used |= set(re.findall(r"""\bt\(f?["']([a-z_0-9.A-Z]+)["']""", text))
        for stem in re.findall(r"""\btn\(["']([a-z_.]+)["']""", text):
            used |= {f"{stem}.one", f"{stem}.many"}
    stems = {key for key in used if key.endswith(".")}
    used -= stems
    english = CATALOGUES["en"]
    assert used - set(english) == set()
    stems |= {"error."}  # by status and role
    everything = "".join(
        file.read_text(encoding="utf-8")
        for file in [*WEB.glob("templates/*.html"), *WEB.glob("*.py")]
        if file.name != "texts_en.py"
    )
    spare = {
        key
        for key in set(english) - used
        if f'"{key}"' not in everything
        and f"'{key}'" not in everything
        and not key.startswith(tuple(stems))
    }
    assert spare == set()
    with pytest.raises(UnknownTextError):
        t("no.such.key")


def test_other_languages_fill_in_the_same_words() -> None:
    english = CATALOGUES["en"]
    for texts in CATALOGUES.values():
        assert set(texts) <= set(english)
        for key, sentence in texts.items():
            assert set(re.findall(r"\{(\w+)\}", sentence)) == set(
                re.findall(r"\{(\w+)\}", english[key])
            ), key


def test_the_diary_is_for_who_is_signed_in(
    demo: Demo, visitor: Visitor, operator: Visitor, technician: Visitor
) -> None:
    demo.store.add_operator("Sue", Role.SUPERVISOR, pin="supervisor-pin")
    supervisor = Visitor(demo.app.test_client())
    assert supervisor.sign_in("Sue", "supervisor-pin").status_code == 303
    demo.store.add_event("signed_in", by="Zacharias", detail="by badge")
    for stranger in (visitor, operator):
        said = stranger.text("/technician/")
        assert "Zacharias" not in said
        assert "signed_in" not in said
        assert "Sign in as a supervisor to read it" in said
    for reader in (supervisor, technician):
        assert "Zacharias" in reader.text("/technician/")
