"""The first PIN: where it is shown, where it never stands, and when it is gone."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from appliance import cli
from appliance.store import FirstLogin, Store, StoreError, first_login
from tests.conftest import ROOT

NEW = "a-pin-of-their-own"


def opened(folder: Path) -> Store:
    return Store.open(folder, quota_bytes=10**9)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "unit.toml"
    file.write_text(
        f'[cabinet]\nkind = "simulated"\n[records]\nfolder = "{tmp_path}/records"\n',
        encoding="utf-8",
    )
    return file


def made(config: Path) -> FirstLogin:
    with opened(config.parent / "records") as store:
        login = store.ensure_first_technician()
    assert login is not None
    return login


def test_its_file_is_for_the_service_and_root_alone(config: Path) -> None:
    login = made(config)
    file = config.parent / "records" / first_login.FILE
    assert first_login.read(file.parent) == login
    assert file.stat().st_mode & 0o777 == 0o600


def test_it_stays_over_restarts_and_goes_with_its_change(config: Path) -> None:
    login = made(config)
    folder = config.parent / "records"
    with opened(folder) as store:
        assert store.ensure_first_technician() is None
        assert first_login.read(folder) == login
        store.set_pin(login.name, NEW)
        assert first_login.read(folder) is None
        assert store.verify_pin(login.name, NEW) is not None
    assert list(folder.glob(f"*{first_login.FILE}*")) == []


def test_another_persons_new_pin_leaves_it(config: Path) -> None:
    login = made(config)
    folder = config.parent / "records"
    with opened(folder) as store:
        store.add_operator("Ana", store.operator(login.name).role, pin="12345678")
        store.set_pin("Ana", NEW)
    assert first_login.read(folder) == login


def test_what_a_cut_left_before_the_person_was_made_opens_nothing(config: Path) -> None:
    folder = config.parent / "records"
    folder.mkdir()
    first_login.keep(folder, FirstLogin(name="technician", pin="left-by-a-cut"))
    login = made(config)
    assert first_login.read(folder) == login
    with opened(folder) as store:
        assert store.verify_pin("technician", "left-by-a-cut") is None
        assert store.verify_pin("technician", login.pin) is not None


def on_a_terminal(config: Path) -> tuple[int, str]:
    """The command on a real pseudo-terminal: code, what stood there."""
    ours, theirs = pty.openpty()
    running = subprocess.Popen(
        [sys.executable, "-m", "appliance.cli", "first-login", "--config", str(config)],
        cwd=ROOT, stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs,
    )  # fmt: skip
    os.close(theirs)
    said = b""
    try:
        while piece := os.read(ours, 4096):
            said += piece
    except OSError:
        pass  # the other end is closed: Linux says so by EIO
    os.close(ours)
    return running.wait(timeout=60), said.decode()


def test_a_terminal_shows_it_until_it_is_changed(config: Path) -> None:
    login = made(config)
    code, said = on_a_terminal(config)
    assert (code, f"name {login.name}, PIN {login.pin}." in said) == (0, True), said
    with opened(config.parent / "records") as store:
        store.set_pin(login.name, NEW)
    code, said = on_a_terminal(config)
    assert (code, "no first PIN" in said) == (1, True), said


def test_a_pipe_does_not(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    login = made(config)
    assert cli.main(["first-login", "--config", str(config)]) == 2
    said = capsys.readouterr()
    assert login.pin not in said.out + said.err
    assert "expected a terminal" in said.err


@pytest.mark.parametrize("text", ["", "null", "[]", '{"name": "x"}', "\xff"])
def test_a_spoilt_file_is_named(config: Path, text: str) -> None:
    made(config)
    (config.parent / "records" / first_login.FILE).write_bytes(text.encode("latin-1"))
    with pytest.raises(StoreError, match=r"first PIN can't be read"):
        first_login.read(config.parent / "records")
