"""The whole instrument on the real clock: the camera in its own process, the pages on their
server, the record on disk. Waits are for events with a deadline, never for luck."""

from __future__ import annotations

import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from appliance.commands import ProofChanged
from appliance.config import Pages, Proof
from appliance.generated import generated_lesson
from appliance.modelfile import DEFAULT_BACKBONE, models_folder, open_model
from appliance.recipe import save, with_thresholds
from appliance.service import Service
from appliance.states import State
from appliance.store import InUseError, first_login
from appliance.teach import teach
from appliance.terms import Verdict
from appliance.vision.interpreter import InterpreterPool
from hw.ports import Lamps
from hw.sim.boards import BoardFault
from hw.sim.generator import GeneratedBoard
from tests.conftest import ROOT
from tests.service_unit import DEADLINE_S, Unit

SIZE_PX = (1280, 916)
COMPONENTS = ("C1", "Q1")


@pytest.fixture(scope="module")
def recipes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recipes")
    lesson = generated_lesson(
        folder / ".golden",
        name="small",
        goldens=3,
        size_px=SIZE_PX,
        choose=lambda windows: [w for w in windows if w.component in COMPONENTS],
    )
    with InterpreterPool(open_model(DEFAULT_BACKBONE, models_folder()), 2) as pool:
        made = teach(lesson, pool, folder / "small")
    # Set by hand between good and missing: this is about the instrument, not about the judge.
    save(with_thresholds(made, dict.fromkeys(COMPONENTS, (13.0, 16.0))), folder / "small")
    return folder


@pytest.fixture
def unit(recipes: Path, tmp_path: Path) -> Iterator[Unit]:
    made = Unit(recipes, tmp_path)
    with made.service:
        made.wait_for(State.EMPTY)
        yield made


def test_boards_are_judged_recorded_and_shown_on_the_page(unit: Unit) -> None:
    unit.world.insert(GeneratedBoard(seed=50))
    passed = unit.wait_for(State.PASSED)
    assert unit.world.lamps.green
    page = unit.get("api/status")
    assert (page["status"]["state"], page["status"]["verdict"]) == ("passed", "PASS")
    unit.world.remove()
    unit.wait_for(State.EMPTY)
    faulty = GeneratedBoard(seed=51, faults=(BoardFault(component="C1", kind="missing"),))
    unit.world.insert(faulty)
    failed = unit.wait_for(State.FAILED, State.REVIEW)
    assert not unit.world.lamps.green
    assert passed.inspection_id is not None
    assert failed.inspection_id is not None
    record = unit.service.store.inspection(failed.inspection_id)
    names = {picture.name for picture in record.pictures}
    assert {"board", "seen:C1", "golden:C1", "heat:C1"} <= names
    assert record.record.serial == faulty.serial
    assert unit.service.store.inspection(passed.inspection_id).record.verdict is Verdict.PASS
    for name in names:
        assert unit.service.store.picture(failed.inspection_id, name)


def test_a_camera_that_hangs_is_killed_named_and_comes_back_by_itself(unit: Unit) -> None:
    unit.world.start_fault("hung_camera")
    unit.world.insert(GeneratedBoard(seed=52))
    status = unit.wait_for(State.FAULT)
    assert [fault.code for fault in status.faults] == ["camera_timeout"]
    unit.world.stop_fault("hung_camera")
    unit.world.remove()
    unit.wait_for(State.EMPTY)
    unit.world.insert(GeneratedBoard(seed=53))
    unit.wait_for(State.PASSED)


def test_fifty_clients_on_the_page_do_not_touch_the_verdict(unit: Unit) -> None:
    stop, failures, answers = threading.Event(), [], []

    def look() -> None:
        while not stop.is_set():
            try:
                answers.append(unit.get("api/status")["status"]["state"])
            except OSError as error:
                failures.append(error)

    clients = [threading.Thread(target=look, daemon=True) for _ in range(50)]
    for client in clients:
        client.start()
    unit.world.insert(GeneratedBoard(seed=54))
    status = unit.wait_for(State.PASSED, State.FAULT)
    stop.set()
    for client in clients:
        client.join(timeout=20)
    assert status.state is State.PASSED, status.faults
    assert not failures
    assert len(answers) >= 50


def test_no_board_passes_before_the_challenge_board_was_called_bad(
    recipes: Path, tmp_path: Path
) -> None:
    unit = Unit(recipes, tmp_path)
    unit.config = replace(unit.config, proof=Proof(challenge_every_h=8.0))
    unit.service = Service(unit.config, cabinet=unit._make)
    bad = GeneratedBoard(seed=51, faults=(BoardFault(component="C1", kind="missing"),))
    good = GeneratedBoard(seed=50)
    with unit.service:
        ready = unit.wait(lambda status: status.word == "Challenge board due")
        store, part = unit.service.store, ready.part_number
        assert part is not None
        store.add_challenge_board(part, bad.serial, ("C1",), "Teo")
        unit.service.commands.put(ProofChanged(by="Teo"))
        unit.wait(lambda status: bad.serial in status.step)
        unit.world.insert(good)
        status = unit.wait_for(State.FAULT, State.PASSED)
        assert [fault.code for fault in status.faults] == ["challenge_due"]
        assert not unit.world.lamps.green
        unit.world.remove()
        unit.wait_for(State.EMPTY)
        unit.world.insert(bad)
        unit.wait_for(State.FAILED, State.REVIEW)
        unit.world.remove()
        unit.wait(lambda status: status.word == "Ready: insert a board")
        unit.world.insert(good)
        unit.wait_for(State.PASSED)
        assert unit.world.lamps.green
        unit.world.remove()
        unit.wait_for(State.EMPTY)
        # A board that is good, given out as bad: what a judge that sees nothing would call it.
        store.add_challenge_board(part, good.serial, ("C1",), "Teo")
        unit.service.commands.put(ProofChanged(by="Teo"))
        unit.world.insert(good)
        status = unit.wait_for(State.FAULT, State.PASSED)
        assert [fault.code for fault in status.faults] == ["challenge_missed"]
        assert not unit.world.lamps.green
        unit.world.remove()
        missed = _await_alarm(unit)
        store.release_challenge(missed, "Teo", "it is a good board; retired")
        unit.service.commands.put(ProofChanged(by="Teo"))
        unit.wait_for(State.EMPTY)
        assert [row.purpose for row in store.boards()] == ["challenge", "", "challenge", ""]
        counted = store.figures().boards
        assert (counted.inspected, counted.passed, counted.faults) == (1, 1, 1)


def _await_alarm(unit: Unit) -> int:
    end_s = time.monotonic() + DEADLINE_S
    while time.monotonic() < end_s:
        for challenge in unit.service.store.challenges():
            if challenge.outcome == "missed":
                return challenge.inspection_id
    raise AssertionError("the missed challenge is not in the record")


def test_the_record_has_one_owner_and_the_end_leaves_nothing_behind(
    recipes: Path, tmp_path: Path
) -> None:
    before = threading.active_count()
    first = Unit(recipes, tmp_path)
    with first.service:
        first.wait_for(State.EMPTY)
        with pytest.raises(InUseError), Service(first.config):
            pass
        assert first.service.first_login is not None
    assert not first.world.lamps.green
    assert threading.active_count() == before
    second = Unit(recipes, tmp_path)
    with second.service:
        assert second.service.first_login is None


def test_a_record_that_is_damaged_is_a_fault_with_lamps_and_a_page_until_it_is_mended(
    recipes: Path, tmp_path: Path
) -> None:
    first = Unit(recipes, tmp_path)
    with first.service:
        first.wait_for(State.EMPTY)
    database = tmp_path / "records" / "records.db"
    whole = database.read_bytes()
    database.write_bytes(whole[:4096] + b"\x5a" * (len(whole) - 4096))
    unit = Unit(recipes, tmp_path)
    unit.config = replace(unit.config, pages=Pages(host="127.0.0.1", port=_free_port(), tls=False))
    unit.service = Service(unit.config, cabinet=unit._make)
    stop, whole_again = threading.Event(), []
    waiting = threading.Thread(
        target=lambda: whole_again.append(unit.service.wait_until_whole(stop)), daemon=True
    )
    waiting.start()
    url = f"http://127.0.0.1:{unit.config.pages.port}/"
    code, words = _refusal(url + "api/status")
    assert (code, json.loads(words)["code"]) == (503, "database_corrupt")
    assert "FAULT" in _refusal(url)[1]
    seen = set()
    end_s = time.monotonic() + DEADLINE_S
    while len(seen) < 2 and time.monotonic() < end_s:
        lamps = unit.world.lamps if unit._cabinet else Lamps()
        assert not lamps.green
        if lamps.red or lamps.amber:
            seen.add((lamps.red, lamps.amber))
    assert seen >= {(True, False), (False, True)}
    database.write_bytes(whole)
    waiting.join(timeout=DEADLINE_S)
    assert whole_again == [True]
    with unit.service:
        unit.wait_for(State.EMPTY)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _refusal(url: str) -> tuple[int, str]:
    """Status and body of an answer that is an error; waits for the server to come up."""
    end_s = time.monotonic() + DEADLINE_S
    while time.monotonic() < end_s:
        try:
            urllib.request.urlopen(url, timeout=10).close()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()
        except OSError:
            continue
    raise AssertionError("no answer")


def test_the_command_prints_its_address_and_stops_when_told(recipes: Path, tmp_path: Path) -> None:
    config = tmp_path / "unit.toml"
    left = recipes / ".small.a1b2c3d4.tmp"  # of a teaching that a power cut ended
    left.mkdir()
    config.write_text(
        f'[cabinet]\nkind = "simulated"\n[pages]\nhost = "127.0.0.1"\nport = 0\n'
        f'[records]\nfolder = "{tmp_path}/records"\n[recipes]\nfolder = "{recipes}"\n',
        encoding="utf-8",
    )
    running = subprocess.Popen(
        [sys.executable, "-m", "appliance.cli", "run", "--config", str(config)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONWARNINGS": "error"},
    )
    assert running.stdout is not None
    first = running.stdout.readline()
    assert first.startswith("Status page: https://127.0.0.1:"), first
    assert not left.exists()
    shown = subprocess.run(
        [sys.executable, "-m", "appliance.cli", "tls", "show", "--pem", "--config", str(config)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    ).stdout
    trust = ssl.create_default_context(cadata=shown)
    with urllib.request.urlopen(
        first.split()[-1] + "api/status", timeout=20, context=trust
    ) as answer:
        assert json.load(answer)["status"]["simulated"] is True
    running.send_signal(signal.SIGTERM)
    # What goes into a pipe is a log: it says where the PIN stands, and not the PIN.
    said = running.stdout.read()
    login = first_login.read(tmp_path / "records")
    assert login is not None
    assert f"First technician: name {login.name}. The PIN is not written here" in said
    assert login.pin not in said
    _, complaints = running.communicate(timeout=60)
    assert running.returncode == 0, complaints


def test_an_unusable_configuration_ends_with_words_and_code_2(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "appliance.cli", "run", "--config", str(tmp_path / "none.toml")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "none.toml" in done.stderr
