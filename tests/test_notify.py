"""The watchdog is fed by the inspection loop and by nothing else. The socket is a real one."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.config import CabinetConfig, CabinetKind, Config, Pages, Recipes, Records
from appliance.notify import EXTENSION_S, Notifier
from appliance.service import Service
from appliance.states import State
from appliance.terms import Verdict
from hw import CabinetSettings, open_cabinet
from hw.cabinet import Cabinet
from hw.clock import VirtualClock
from hw.errors import CameraError
from hw.ports import Lamps
from tests.cabinet_bench import Bench, inspection

PERIOD_S = 0.4


class Manager:
    """systemd's end of the socket."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))

    def heard(self, timeout_s: float = 0.0) -> list[str]:
        """The lines of the next datagram; none when nothing comes."""
        self._socket.settimeout(timeout_s or 1e-6)
        try:
            return self._socket.recv(4096).decode().split("\n")
        except (TimeoutError, BlockingIOError):
            return []

    def everything(self) -> list[str]:
        return [line for lines in iter(self.heard, []) for line in lines]

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[Manager]:
    made = Manager(tmp_path / "notify")
    yield made
    made.close()


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def notifier(manager: Manager, clock: VirtualClock) -> Iterator[Notifier]:
    made = Notifier(str(manager.path), watchdog_s=20.0, clock=clock.monotonic)
    yield made
    made.close()


def test_ready_once_then_fed_four_times_a_period(
    notifier: Notifier, manager: Manager, clock: VirtualClock
) -> None:
    notifier.beat(ready=False, status="Starting…")
    notifier.beat(ready=True, status="Ready: insert a board")
    assert manager.everything() == ["STATUS=Starting…", "READY=1", "WATCHDOG=1"]
    for _ in range(2010):
        clock.sleep(0.01)
        notifier.beat(ready=True, status="Ready: insert a board")
    assert manager.everything() == ["STATUS=Ready: insert a board", *["WATCHDOG=1"] * 4]


def test_while_green_is_lit_the_period_is_short(
    notifier: Notifier, manager: Manager, clock: VirtualClock
) -> None:
    notifier.beat(ready=True)
    manager.everything()
    for green in (True, False):
        for _ in range(300):
            clock.sleep(0.01)
            notifier.beat(ready=True, vouching=green)
    assert manager.everything() == [
        "WATCHDOG_USEC=3000000",
        *["WATCHDOG=1"] * 4,
        "WATCHDOG_USEC=20000000",
        "WATCHDOG=1",
    ]


def test_a_start_that_goes_on_trying_is_extended_and_fed_only_when_ready(
    notifier: Notifier, manager: Manager, clock: VirtualClock
) -> None:
    for _ in range(20):
        notifier.beat(ready=False, trying=True, status="FAULT: the camera\nis gone")
        clock.sleep(0.1)
    extend = f"EXTEND_TIMEOUT_USEC={EXTENSION_S}000000"
    assert manager.everything() == [extend, "STATUS=FAULT: the camera is gone", extend]
    notifier.beat(ready=True)
    clock.sleep(10.0)
    notifier.beat(ready=False, trying=True)
    assert [line for line in manager.everything() if "STATUS" not in line] == [
        "READY=1",
        "WATCHDOG=1",
        "WATCHDOG=1",
    ]


def test_a_full_socket_keeps_nobody_waiting_and_ready_is_said_again(
    manager: Manager, clock: VirtualClock
) -> None:
    filler = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
    with filler, pytest.raises(BlockingIOError):
        while True:
            filler.sendto(b"x", str(manager.path))
    notifier = Notifier(str(manager.path), watchdog_s=1.0, clock=clock.monotonic)
    notifier.beat(ready=True)
    assert not notifier.ready
    assert set(manager.everything()) == {"x"}
    notifier.beat(ready=True)
    assert manager.everything() == ["READY=1", "WATCHDOG=1"]
    notifier.close()


@pytest.mark.parametrize("abstract", [False, True])
def test_the_environment_is_taken_out_so_that_no_child_feeds(
    tmp_path: Path, abstract: bool
) -> None:
    name = f"@goldenboard-{os.getpid()}" if abstract else str(tmp_path / "notify")
    ours = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    ours.bind(name.replace("@", "\0"))
    environment = {
        "NOTIFY_SOCKET": name,
        "WATCHDOG_USEC": "1000000",
        "WATCHDOG_PID": str(os.getpid()),
        "HOME": "/",
    }
    notifier = Notifier.from_environment(environment)
    with ours:
        notifier.beat(ready=True)
        notifier.stopping()
        assert [ours.recv(100), ours.recv(100)] == [
            b"READY=1\nWATCHDOG=1",
            b"STOPPING=1\nSTATUS=Stopping",
        ]
    assert environment == {"HOME": "/"}
    notifier.close()


def test_the_watchdog_of_another_process_is_not_fed(manager: Manager) -> None:
    notifier = Notifier.from_environment(
        {"NOTIFY_SOCKET": str(manager.path), "WATCHDOG_USEC": "1000", "WATCHDOG_PID": "1"}
    )
    notifier.beat(ready=True)
    notifier.close()
    assert manager.everything() == ["READY=1"]


def test_started_by_hand_nothing_is_said(manager: Manager) -> None:
    notifier = Notifier.from_environment({})
    notifier.beat(ready=True, status="Ready")
    notifier.stopping()
    assert (manager.everything(), notifier.ready) == ([], False)


# -- who feeds ------------------------------------------------------------------------------


class HangingCabinet:
    """Makes simulated cabinets whose lamps can be made to hang, and the loop with them."""

    def __init__(self) -> None:
        self.let_go = threading.Event()
        self.let_go.set()
        self.hangs = threading.Event()

    def __call__(self) -> Cabinet:
        made = open_cabinet(CabinetSettings(kind="simulated"))
        show = made.beacon.show

        def shown(lamps: Lamps) -> None:
            if not self.let_go.is_set():
                self.hangs.set()
                self.let_go.wait()
            show(lamps)

        made.beacon.show = shown  # type: ignore[method-assign]
        return made


def _is_fed_while_the_loop_hangs(manager: Manager, hang: HangingCabinet) -> bool:
    """Hang the loop, drain what was said before, and listen for two periods."""
    hang.let_go.clear()
    assert hang.hangs.wait(30)
    manager.everything()
    try:
        return "WATCHDOG=1" in manager.heard(2 * PERIOD_S)
    finally:
        hang.let_go.set()


def _config(folder: Path) -> Config:
    """A unit without a recipe: it gets as far as asking for one."""
    return Config(
        cabinet=CabinetConfig(kind=CabinetKind.SIMULATED),
        pages=Pages(host="127.0.0.1", port=0),
        records=Records(folder=folder / "records"),
        recipes=Recipes(folder=folder / "recipes"),
    )


def _await(manager: Manager, line: str) -> None:
    for _ in range(1000):
        if line in manager.heard(30):
            return
    raise AssertionError(f"{line} was never said")


@pytest.mark.parametrize("beside", [False, True], ids=["by the loop", "by a thread beside it"])
def test_a_loop_that_hangs_is_not_fed_and_a_thread_beside_it_would_be_caught(
    manager: Manager, tmp_path: Path, beside: bool
) -> None:
    """The second run is the control: feeding from a thread of its own looks alive while nobody
    watches the lamps, and this very check says so."""
    hang = HangingCabinet()
    notify = Notifier(str(manager.path), watchdog_s=PERIOD_S)
    config = _config(tmp_path)
    stop = threading.Event()

    def feed() -> None:
        while not stop.wait(PERIOD_S / 4):
            notify.beat(ready=True)

    thread = threading.Thread(target=feed)
    with Service(config, cabinet=hang, notify=notify):
        _await(manager, "READY=1")
        if beside:
            thread.start()
        fed = _is_fed_while_the_loop_hangs(manager, hang)
        stop.set()
    if beside:
        thread.join()
    notify.close()
    assert fed is beside
    assert "STOPPING=1" in manager.everything()


def test_a_cabinet_that_does_not_open_is_tried_on_and_is_not_ready(
    manager: Manager, tmp_path: Path
) -> None:
    def broken() -> Cabinet:
        raise CameraError("no camera was found.")

    config = _config(tmp_path)
    notify = Notifier(str(manager.path), watchdog_s=PERIOD_S)
    with Service(config, cabinet=broken, notify=notify):
        extended, said = manager.heard(30)
        assert not notify.ready
    notify.close()
    assert extended == f"EXTEND_TIMEOUT_USEC={EXTENSION_S}000000"
    assert said.startswith("STATUS=FAULT: camera: no camera was found.")


def test_the_controller_says_at_every_tick_what_it_shows_and_whether_the_lamps_obey(
    tmp_path: Path,
) -> None:
    told: list[tuple[State, bool, bool]] = []
    with Bench(
        tmp_path, alive=lambda s, obey: told.append((s.state, s.lamps.green, obey))
    ) as bench:
        bench.start()
        bench.insert(inspection(Verdict.PASS))
        bench.run_until(State.PASSED)
        assert told[-1] == (State.PASSED, True, True)
        bench.world.start_fault("beacon_gone")
        bench.run(0.5)
        assert told[-1] == (State.FAULT, False, False)
        count = len(told)
        bench.run(0.1)
        assert len(told) == count + 10
