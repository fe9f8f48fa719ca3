"""The acceptance sheet: what stands on it, what is open, and that its code leads to the unit."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import pytest
import zxingcpp

from appliance.cli import main
from appliance.commission import record
from appliance.commission.table import STEPS
from appliance.commission.values import Figure, Finding, Outcome
from appliance.proof.plan import Plan
from appliance.proof.sheet import Check, Sheet, gather
from appliance.proof.sheet_pdf import draw
from appliance.store import Store
from appliance.terms import Call, Verdict
from tests.store.factories import RecordFactory, TestClock
from tests.web.demo import RECIPE, teach

URL = "https://cabinet-3.local:8443/technician/"
FIGURE = Figure(name="slowest of 200 syncs", value=0.25, unit="s", limit="at most 1 s")


@pytest.fixture(scope="module")
def unit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Store]]:
    """A unit that was commissioned and whose study is acceptable."""
    folder = tmp_path_factory.mktemp("unit")
    recipe = teach(folder / "recipes")
    clock = TestClock()
    factory = RecordFactory(clock=clock)
    names = [window.component for window in recipe.windows]
    with Store.open(folder / "records", quota_bytes=10**9, clock=clock) as store:
        for name in STEPS:
            finding = Finding(outcome=Outcome.PASSED, found="It works.", figures=(FIGURE,))
            result = record.result_of(
                name, finding, at=clock(), by="Teo", software_version="0.1.0", simulated=False
            )
            record.keep(folder / record.FOLDER, result, unit="Cabinet 3")
        boards = tuple(f"S{n}" for n in range(6))
        bad = {board: ("C1",) if n < 3 else () for n, board in enumerate(boards)}
        plan = Plan(boards=boards, operators=("Ana", "Ben"), repeats=2, seed=1, bad=bad)
        number = store.begin_study(
            "March", recipe=RECIPE, recipe_version=1, part_number="GB-100", plan=plan, by="Teo"
        )
        while (turn := store.study(number).next) is not None:
            calls = dict.fromkeys(names, Call.GOOD)
            if bad[turn.board]:
                calls["C1"] = Call.DEFECT
            verdict = Verdict.FAIL if bad[turn.board] else Verdict.PASS
            made = factory.record(verdict, serial=turn.board, operator=turn.operator, calls=calls)
            store.add_inspection(replace(made, recipe=RECIPE, recipe_version=1), {})
        store.end_study(number, "Teo")
        yield folder, store


def _sheet(unit: tuple[Path, Store], **changes: object) -> Sheet:
    folder, store = unit
    facts = {
        "unit": "Cabinet 3 <& Söhne>",
        "url": URL,
        "made": TestClock()(),
        "software": "0.1.0",
        "simulated": False,
        "identity": (("Computer", "Raspberry Pi 4"), ("Computer's serial", "10000000abcd")),
        "store": store,
        "recipes": folder / "recipes",
        "commissioning_folder": folder / record.FOLDER,
        "planned": tuple(step.planned for step in STEPS.values()),
        "challenge_every_h": 8.0,
        "checks": (Check(name="judging", ok=True, found="a good board: PASS"),),
    }
    return gather(**{**facts, **changes})


def _rendered(pdf: bytes, folder: Path) -> list[Path]:
    if shutil.which("pdftoppm") is None:
        pytest.skip("no pdftoppm on this machine: install the package poppler-utils")
    (folder / "sheet.pdf").write_bytes(pdf)
    command = ["pdftoppm", "-r", "110", "-png", "sheet.pdf", "page"]
    subprocess.run(command, cwd=folder, check=True, timeout=60)
    return sorted(folder.glob("page*.png"))


def test_a_whole_unit_has_nothing_open_and_two_pages_at_most(
    unit: tuple[Path, Store], tmp_path: Path
) -> None:
    sheet = _sheet(unit)
    assert sheet.missing == ()
    pdf = draw(sheet)
    assert pdf == draw(_sheet(unit))
    pages = _rendered(pdf, tmp_path)
    assert len(pages) <= 2
    first = cv2.imread(str(pages[0]))
    assert first is not None
    assert [code.text for code in zxingcpp.read_barcodes(first)] == [URL]
    text = subprocess.run(
        ["pdftotext", "-layout", "sheet.pdf", "-"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    ).stdout
    (line,) = sheet.recipes
    for wanted in (
        "Complete: every needed step passed",
        "Cabinet 3 <& Söhne>",
        "10000000abcd",
        line.sha256,
        line.recipe.models[0].sha256,
        "slowest of 200 syncs 0.25 s (at most 1 s)",
        "Study March",
        "Name, date, signature",
    ):
        assert wanted in text, wanted


def test_what_is_open_is_named(unit: tuple[Path, Store], tmp_path: Path) -> None:
    assert _sheet(unit, checks=None).missing == ("The self-test was not run for this sheet.",)
    failed = _sheet(unit, checks=(Check(name="records", ok=False, found="damaged"),))
    assert failed.missing == ("Self-test, records: damaged",)
    bare = _sheet(unit, commissioning_folder=tmp_path, recipes=tmp_path / "none")
    assert "Lamps: not done." in bare.missing
    assert bare.missing[-1] == "No recipe is taught."
    assert b"%PDF" in draw(bare)
    with Store.open(tmp_path / "records", quota_bytes=10**9, clock=TestClock()) as empty:
        assert _sheet(unit, store=empty).missing == (
            f"Recipe {RECIPE} 1: no study of this version.",
        )


def test_a_study_that_is_not_acceptable_or_not_whole_is_open(
    unit: tuple[Path, Store], tmp_path: Path
) -> None:
    folder, _ = unit
    clock = TestClock()
    factory = RecordFactory(clock=clock)
    with Store.open(tmp_path / "records", quota_bytes=10**9, clock=clock) as store:
        plan = Plan(boards=("S1",), operators=("Ana",), repeats=2, seed=1, bad={"S1": ("C1",)})
        store.begin_study(
            "Bad", recipe=RECIPE, recipe_version=1, part_number="GB-100", plan=plan, by="Teo"
        )
        words = []
        for _ in range(2):
            made = factory.record(Verdict.PASS, serial="S1", calls={"C1": Call.GOOD})
            store.add_inspection(replace(made, recipe=RECIPE, recipe_version=1), {})
            words += _sheet((folder, store)).missing
    assert words == [
        f"Recipe {RECIPE} 1: study Bad lacks insertions.",
        f"Recipe {RECIPE} 1: study Bad is not acceptable.",
    ]


def test_the_command_writes_the_sheet_and_says_what_is_open(
    unit: tuple[Path, Store], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, _ = unit
    config = tmp_path / "unit.toml"
    config.write_text(
        f'[cabinet]\nkind = "simulated"\n[records]\nfolder = "{folder / "records"}"\n'
        f'[recipes]\nfolder = "{folder / "recipes"}"\n',
        encoding="utf-8",
    )
    out = tmp_path / "sheet.pdf"
    command = ["acceptance", "--config", str(config), "--out", str(out), "--no-selftest"]
    assert main(command) == 1
    assert "open: The self-test was not run" in capsys.readouterr().out
    assert out.read_bytes().startswith(b"%PDF")
    assert main(["acceptance", "--config", str(tmp_path / "none"), "--out", str(out)]) == 2
