"""The socket beside a unit's data: what the cabinet is doing, for programs without the network."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from appliance.status import StatusBoard
from appliance.status_socket import NAME, StatusSocket, ask
from tests.web import demo as demos


@pytest.fixture
def board() -> StatusBoard:
    return StatusBoard(demos.READY)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Deeper than an address of a socket is long."""
    deep = tmp_path / ("deep" * 30)
    deep.mkdir()
    return deep


@pytest.fixture
def served(folder: Path, board: StatusBoard) -> Iterator[StatusSocket]:
    made = StatusSocket(folder, board)
    yield made
    made.close()


def test_it_tells_what_is_now(served: StatusSocket, folder: Path, board: StatusBoard) -> None:
    told = ask(folder, 5.0)
    assert isinstance(told, dict)
    assert (told["state"], told["version"]) == ("empty", demos.READY.software_version)
    board.publish(demos.broken())
    again = ask(folder, 5.0)
    assert isinstance(again, dict)
    assert again["heartbeat"] == told["heartbeat"] + 1
    assert again["faults"] == [each.code for each in demos.broken().faults] != []
    board.publish(replace(demos.READY, worker="update"))
    assert dict(ask(folder, 5.0))["worker"] == "update"  # type: ignore[call-overload]


def test_it_can_be_asked_from_where_there_is_no_network(served: StatusSocket, folder: Path) -> None:
    code = "import sys; from pathlib import Path; from appliance.status_socket import ask; "
    code += "print(ask(Path(sys.argv[1]), 5.0)['state'])"
    command = ["unshare", "--net", "--map-root-user", sys.executable, "-c", code, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    if "unshare failed" in done.stderr or "Operation not permitted" in done.stderr:
        pytest.skip("this user may not make a network namespace here")
    assert (done.stdout, done.stderr) == ("empty\n", "")


def test_its_group_may_ask_and_nobody_else(served: StatusSocket, folder: Path) -> None:
    """To connect is to write (unix(7)); the updater is root without its powers."""
    assert (folder / NAME).stat().st_mode & 0o777 == 0o660


def test_one_that_ended_tells_nothing(folder: Path, board: StatusBoard) -> None:
    with pytest.raises(FileNotFoundError):
        ask(folder, 5.0)
    StatusSocket(folder, board).close()
    assert (folder / NAME).exists()
    with pytest.raises(ConnectionRefusedError):
        ask(folder, 5.0)


def test_what_a_dead_one_left_is_no_hindrance(folder: Path, board: StatusBoard) -> None:
    StatusSocket(folder, board).close()
    again = StatusSocket(folder, board)
    assert isinstance(ask(folder, 5.0), dict)
    again.close()


def test_who_connects_and_says_nothing_holds_nobody_up(served: StatusSocket, folder: Path) -> None:
    silent = [socket.socket(socket.AF_UNIX) for _ in range(4)]
    handle = os.open(folder, os.O_RDONLY)
    for each in silent:
        each.connect(f"/proc/self/fd/{handle}/{NAME}")
    assert isinstance(ask(folder, 5.0), dict)
    for each in silent:
        each.close()
    os.close(handle)


def test_a_folder_that_takes_no_socket_is_told(
    tmp_path: Path, board: StatusBoard, caplog: pytest.LogCaptureFixture
) -> None:
    StatusSocket(tmp_path / "none", board).close()
    assert "no updates on this unit" in caplog.text
