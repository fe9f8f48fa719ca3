"""The page Proof: a study begun, led through, counted and taken home; challenge boards."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from appliance.cli import main
from appliance.commands import ProofChanged
from appliance.states import State
from appliance.terms import Call, Verdict
from tests.web.conftest import Visitor
from tests.web.demo import READY, Demo

BOARDS = "P1: good\nP2: C1\nP3"


def _study(demo: Demo, technician: Visitor, *, repeats: int = 2) -> int:
    answer = technician.post(
        "/proof/study/begin", name="March", boards=BOARDS, operators="ana", repeats=repeats
    )
    assert answer.status_code == 303, answer.text
    assert demo.commands.get() == ProofChanged(by="Teo")
    (study,) = demo.store.studies()
    assert study.plan.bad == {"P1": (), "P2": ("C1",)}
    return study.study_id


def _insert_all(demo: Demo, number: int) -> None:
    while (turn := demo.store.study(number).next) is not None:
        bad = turn.board == "P2"
        calls = {"C1": Call.DEFECT} if bad else {}
        if turn.board == "P3" and turn.repeat == 1:
            bad, calls = True, {"C2": Call.DEFECT}
        demo.add(Verdict.FAIL if bad else Verdict.PASS, calls, serial=turn.board)


def test_a_study_is_led_through_counted_and_taken_home(
    demo: Demo, technician: Visitor, tmp_path: Path, capsys: object
) -> None:
    number = _study(demo, technician)
    turn = demo.store.study(number).next
    assert turn is not None
    assert f"Next: Ana inserts board {turn.board} (repeat 1)." in technician.text("/proof/")
    _insert_all(demo, number)
    assert "Every insertion is made" in technician.text("/proof/")
    page = technician.text(f"/proof/study?study={number}")
    assert "Verdict: not shown" in page  # one operator shows no reproducibility
    assert "23 of 24" not in page
    # C2 of P3 differs once of twice; the windows of P1 and P2 are as their references say.
    assert '<td class="h3">1/2</td>' in page
    assert page.count('<td class="h0">0/2</td>') == 23
    whole = json.loads(technician.text(f"/proof/study.json?study={number}"))
    assert whole["figures"]["overall"]["repeatability"]["count"] == 23
    assert whole["figures"]["overall"]["reference"]["miss"] == {
        "count": 0, "of": 2, "value": 0.0, "low": 0.0, "high": whole["figures"]["overall"]
        ["reference"]["miss"]["high"],
    }  # fmt: skip
    assert technician.text(f"/proof/study.csv?study={number}").count("\r\n") == 9
    table = tmp_path / "trials.csv"
    table.write_text(technician.text(f"/proof/trials.csv?study={number}"), encoding="utf-8")
    assert main(["proof", "figures", str(table), "--json"]) == 0
    assert technician.post("/proof/study/end", study=number).status_code == 303
    assert demo.store.study(number).ended_utc is not None


def test_a_study_that_makes_no_sense_is_refused_in_words(demo: Demo, technician: Visitor) -> None:
    for form, word in (
        ({"name": "A", "boards": "P1\nP1", "operators": "Ana"}, "each board"),
        ({"name": "A", "boards": "P1", "operators": "Nobody"}, "Nobody here is called Nobody"),
        ({"name": "A", "boards": "P1", "operators": "Ana", "repeats": "9999"}, "insertions"),
        ({"name": "", "boards": "P1", "operators": "Ana"}, "name"),
    ):
        answer = technician.post("/proof/study/begin", **form)
        assert answer.status_code == 400
        assert word in answer.text
    _study(demo, technician)
    assert (
        technician.post("/proof/study/begin", name="B", boards="P1", operators="Ana").status_code
        == 409
    )


def test_a_challenge_board_is_registered_missed_and_released(
    demo: Demo, technician: Visitor
) -> None:
    form = {"part": "GB-100", "serial": "BAD1", "windows": "C1, C2"}
    assert technician.post("/proof/challenge/add", **form).status_code == 303
    assert demo.commands.get() == ProofChanged(by="Teo")
    assert technician.post("/proof/challenge/add", **form).status_code == 409
    number = demo.add(Verdict.FAIL, {"C1": Call.DEFECT}, serial="BAD1")
    assert "missed</span> C2" in technician.text("/proof/")
    refused = technician.post("/proof/challenge/release", inspection=number, words=" ")
    assert refused.status_code == 400
    done = technician.post("/proof/challenge/release", inspection=number, words="lens cleaned")
    assert done.status_code == 303
    assert "Released by Teo: lens cleaned" in technician.text("/proof/")
    assert '<span class="badge">challenge</span>' in technician.text("/boards/")
    (board,) = demo.store.challenge_boards()
    technician.post("/proof/challenge/retire", board=board.board_id)
    assert demo.store.challenge_boards() == ()
    kinds = [event.kind for event in demo.store.events(limit=3)]
    assert kinds == ["challenge_retired", "challenge_released", "challenge_added"]


def test_an_operator_neither_looks_nor_releases(demo: Demo, operator: Visitor) -> None:
    assert operator.get("/proof/").status_code == 403
    assert operator.post("/proof/challenge/release", inspection=1, words="x").status_code == 403
    assert demo.store.events(limit=1)[0].kind == "page_signed_in"


def test_the_sheet_has_the_self_test_in_maintenance(
    demo: Demo, technician: Visitor, operator: Visitor, tmp_path: Path
) -> None:
    """By the real self-test, in its process."""
    assert operator.post("/proof/acceptance.pdf").status_code == 403
    refused = technician.post("/proof/acceptance.pdf")
    assert refused.status_code == 409
    assert "Begin maintenance" in refused.text
    demo.board.publish(replace(READY, state=State.MAINTENANCE))
    made = technician.post("/proof/acceptance.pdf")
    assert made.status_code == 200, made.text
    assert made.mimetype == "application/pdf"
    if shutil.which("pdftotext") is None:
        pytest.skip("no pdftotext on this machine: install the package poppler-utils")

    def text(pdf: bytes) -> str:
        (tmp_path / "sheet.pdf").write_bytes(pdf)
        command = ["pdftotext", "-layout", "sheet.pdf", "-"]
        return subprocess.run(
            command, cwd=tmp_path, capture_output=True, text=True, check=True
        ).stdout

    said = " ".join(text(made.data).split())
    assert "runtime ok" in said
    assert re.search(r"judging ok a good board: (PASS|REVIEW)", said)
    assert "self-test was not run" not in said
    bare = " ".join(text(technician.get("/proof/acceptance.pdf").data).split())
    assert "not run for this sheet" in bare
