"""The camera's process: it can hang, die and be orphaned, and the cabinet goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rigs

from hw import CabinetSettings, open_cabinet
from hw.camera_process import CameraProcess
from hw.clock import RealClock
from hw.errors import CameraError, CameraTimeoutError
from hw.ports import CameraSettings, Frame
from hw.raspberry_pi import raspberry_pi
from hw.sim.faults import Fault
from hw.sim.generator import GeneratedBoard
from hw.sim.world import World

ROOT = Path(__file__).resolve().parents[2]


class OddRig(rigs.CameraRig):
    def __init__(self) -> None:
        self.clock = RealClock()
        world = World(self.clock)
        self.device = CameraProcess(
            "odd_cameras:open_odd", {"scene": world.scene()}, clock=self.clock
        )


@pytest.fixture
def rig() -> Iterator[OddRig]:
    rig = OddRig()
    yield rig
    rig.device.close()


def told(exposure_us: int) -> CameraSettings:
    return replace(rigs.SETTINGS, exposure_us=exposure_us)


def shoot(rig: rigs.CameraRig, *, within_s: float = 20.0) -> Frame:
    now_s = rig.clock.monotonic()
    rig.device.request(not_before_s=now_s, deadline_s=now_s + within_s)
    return rig.frame(rig.device)


def is_alive(process_id: int) -> bool:
    """A process that has ended and was not collected yet counts as ended."""
    try:
        status = Path(f"/proc/{process_id}/stat").read_text()
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def test_a_hanging_driver_is_killed_and_the_next_request_gets_a_new_one(rig: OddRig) -> None:
    with rig.device as camera:
        camera.configure(told(999))
        first = camera.process_id
        with pytest.raises(CameraTimeoutError, match="it was stopped"):
            shoot(rig, within_s=0.2)
        assert (camera.process_id, is_alive(first)) == (None, False)
        camera.configure(told(8000))
        assert shoot(rig).exposure_us == 8000
        assert camera.process_id != first


def test_a_process_that_ends_by_itself_is_an_error_at_once(rig: OddRig) -> None:
    with rig.device as camera:
        camera.configure(told(666))
        with pytest.raises(CameraError, match=r"ended by itself \(exit code"):
            shoot(rig)
        camera.configure(told(8000))
        assert shoot(rig).exposure_us == 8000


def test_a_configuration_that_hangs_is_given_up(
    rig: OddRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hw.camera_process.CONFIGURE_TIMEOUT_S", 0.3)
    with rig.device as camera:
        with pytest.raises(CameraTimeoutError, match=r"did not take its settings within 0\.3 s"):
            camera.configure(told(998))
        monkeypatch.undo()
        camera.configure(told(8000))
        assert shoot(rig).exposure_us == 8000


def test_a_camera_that_can_not_be_opened_says_why() -> None:
    camera = CameraProcess("odd_cameras:open_none", clock=RealClock())
    with pytest.raises(CameraError) as caught:
        camera.open()
    assert str(caught.value) == "camera: there is none. Plug one in."
    assert camera.process_id is None


def test_a_frame_too_large_for_the_memory_is_refused() -> None:
    world = World(RealClock())
    camera = CameraProcess(
        "odd_cameras:open_odd",
        {"scene": world.scene()},
        clock=RealClock(),
        largest_frame_bytes=100_000,
    )
    with camera, pytest.raises(CameraError, match="320 x 240 pixels is larger than the 100000"):
        camera.configure(rigs.SETTINGS)


def test_a_frame_outlives_the_camera(rig: OddRig) -> None:
    with rig.device as camera:
        camera.configure(told(8000))
        frame = shoot(rig)
        copy = frame.pixels.copy()
        with pytest.raises(ValueError, match="read-only"):
            frame.pixels[0, 0] = 1
    assert np.array_equal(frame.pixels, copy)


def test_closing_leaves_no_process_no_file_and_no_memory_behind(rig: OddRig) -> None:
    before = open_files()
    with rig.device as camera:
        camera.configure(told(8000))
        shoot(rig)
        process_id = camera.process_id
    assert not is_alive(process_id)
    assert open_files() == before


def open_files() -> set[str]:
    return {file.name for file in Path("/proc/self/fd").iterdir()}


CABINET_THAT_IS_KILLED = """
import os, sys
from hw import CabinetSettings, open_cabinet
with open_cabinet(CabinetSettings(kind="simulated")) as cabinet:
    print(cabinet.camera.process_id, flush=True)
    sys.stdin.read()
"""


def test_the_camera_dies_with_the_cabinet() -> None:
    """Killed, so that nothing of the cabinet's own clearing up runs."""
    parent = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", CABINET_THAT_IS_KILLED],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with parent:
        assert parent.stdout is not None
        assert parent.stderr is not None
        camera = int(parent.stdout.readline())
        assert is_alive(camera)
        parent.kill()
        parent.wait()
        rigs.wait_for(lambda: not is_alive(camera))
        assert parent.stderr.read() == ""


def test_the_simulated_camera_follows_its_world() -> None:
    """Light, board and faults reach the other process, also one that was started again."""
    settings = CabinetSettings(kind="simulated")
    with open_cabinet(settings) as cabinet:
        world = cabinet.world  # type: ignore[attr-defined]
        rig = rigs.CameraRig()
        rig.clock, rig.device = cabinet.clock, cabinet.camera
        cabinet.camera.configure(rigs.SETTINGS)
        dark = float(shoot(rig).pixels.mean())
        cabinet.light.set(1.0)
        rigs.wait_for(lambda: float(shoot(rig).pixels.mean()) > dark + 20)
        empty = float(shoot(rig).pixels.mean())
        world.prepare(GeneratedBoard(seed=1))
        world.insert(GeneratedBoard(seed=1))
        rigs.wait_for(lambda: cabinet.slot.read().seated)
        rigs.wait_for(lambda: float(shoot(rig).pixels.mean()) > empty + 10)
        world.start_fault(Fault.HUNG_CAMERA)
        with pytest.raises(CameraTimeoutError):
            shoot(rig, within_s=0.3)
        world.stop_fault(Fault.HUNG_CAMERA)
        assert float(shoot(rig).pixels.mean()) > empty + 10


def test_a_stopping_service_leaves_the_camera_to_the_cabinet(rig: OddRig) -> None:
    """systemd sends SIGTERM to every process of the service at once."""
    with rig.device as camera:
        camera.configure(told(8000))
        assert camera.process_id is not None
        for number in (signal.SIGTERM, signal.SIGINT):
            os.kill(camera.process_id, number)
        assert shoot(rig).exposure_us == 8000


def test_a_unit_without_its_camera_does_not_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole way of a real unit, on mock pins, up to the webcam that isn't there."""
    monkeypatch.setattr("hw.raspberry_pi.KEEPS_OUTPUTS", ())
    pins = rigs.PinSwitchedLightRig()
    settings = CabinetSettings(
        kind="raspberry-pi",
        camera="uvc",
        camera_device=str(tmp_path / "video0"),
        wiring=pins.wiring,
        scanner_port=str(tmp_path / "scanner"),
        records_folder=tmp_path,
    )
    cabinet = raspberry_pi(settings, RealClock(), factory=pins.factory)
    with pytest.raises(CameraError, match="can't be opened as a V4L2 camera"):
        cabinet.__enter__()
    assert not cabinet.is_open
    assert {pin.function for pin in pins.factory.pins.values()} == {"input"}
