"""The simulated world's physics: contacts, light, cradle, and what the camera makes of them."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest
import rigs

from hw import CabinetSettings, open_cabinet
from hw.clock import VirtualClock
from hw.errors import WiringError
from hw.ports import CameraSettings, Frame, Lamps, Pixels
from hw.sim.boards import PhotoBoard, photo_boards
from hw.sim.cabinet import SimulatedCabinet, Simulation
from hw.sim.faults import Fault
from hw.sim.generator import GeneratedBoard
from hw.sim.world import Physics, World

SETTINGS = CameraSettings(
    width_px=480, height_px=344, exposure_us=8000, analogue_gain=1.0, colour_gains=(1.9, 1.6)
)
BOARD = GeneratedBoard(seed=4)


class Bench:
    """An open simulated cabinet on a virtual clock."""

    def __init__(self, physics: Physics) -> None:
        self.clock = VirtualClock()
        self.cabinet = SimulatedCabinet(
            Simulation(physics=physics, camera_in_process=False), self.clock
        )
        self.world = self.cabinet.world

    def seat(self, board: Any = BOARD) -> None:
        self.cabinet.light.set(1.0)
        self.world.insert(board)
        self.clock.sleep(1.0)

    def shoot(self, *, after_s: float = 0.0) -> Frame:
        rig = rigs.CameraRig()
        rig.clock, rig.device = self.clock, self.cabinet.camera
        now_s = self.clock.monotonic()
        self.cabinet.camera.request(not_before_s=now_s + after_s, deadline_s=now_s + 9)
        return rig.frame(self.cabinet.camera)

    def pixels(self) -> Pixels:
        """A copy: the camera keeps its buffer."""
        return self.shoot().pixels.copy()


@pytest.fixture
def bench() -> Any:
    bench = Bench(Physics(jitter_px=0.0, jitter_deg=0.0))
    with bench.cabinet:
        bench.cabinet.camera.configure(SETTINGS)
        yield bench


def likeness(one: Pixels, other: Pixels) -> float:
    """Mean absolute difference in grey levels."""
    return float(cv2.absdiff(one, other).mean())


def sharpness(pixels: Pixels) -> float:
    grey = cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY)
    return float(cv2.Laplacian(grey, cv2.CV_64F).var())


# Contacts


def test_contacts_bounce_and_never_touch_together() -> None:
    clock = VirtualClock()
    world = World(clock)
    arrivals = set()
    for _ in range(20):
        settled_s = world.insert(BOARD)
        levels: dict[str, list[bool]] = {"left": [], "right": []}
        first: dict[str, float] = {}
        while clock.monotonic() < settled_s + 0.001:
            reading = world.read_slot()
            for side in ("left", "right"):
                level = bool(getattr(reading, side))
                if level:
                    first.setdefault(side, clock.monotonic())
                if levels[side][-1:] != [level]:
                    levels[side].append(level)
            clock.sleep(0.0001)
        assert (levels["left"][-1], levels["right"][-1]) == (True, True)
        arrivals.add(len(levels["left"]) > 2 or len(levels["right"]) > 2)
        assert first["left"] != first["right"]
        world.remove()
        clock.sleep(1.0)
        assert world.read_slot().clear
    assert True in arrivals


def test_the_same_seed_is_the_same_afternoon() -> None:
    def afternoon(seed: int) -> list[object]:
        clock = VirtualClock()
        world = World(clock, Physics(seed=seed))
        seen: list[object] = []
        for step in range(3000):
            if step % 600 == 0:
                world.insert(BOARD)
            if step % 600 == 400:
                world.remove()
            seen.append(world.read_slot())
            clock.sleep(0.001)
        return [*seen, world.scene().cradle]

    assert afternoon(1) == afternoon(1)
    assert afternoon(1) != afternoon(2)


def test_pulled_out_before_it_arrived() -> None:
    clock = VirtualClock()
    world = World(clock)
    world.insert(BOARD)
    clock.sleep(0.1)
    outside_s = world.remove()
    assert outside_s - clock.monotonic() == pytest.approx(0.1)
    for _ in range(1000):
        assert world.read_slot().clear
        clock.sleep(0.001)
    assert (world.board, world.depth) == (None, 0.0)


def test_halfway_out_and_in_again() -> None:
    clock = VirtualClock()
    world = World(clock)
    world.insert(BOARD)
    clock.sleep(1.0)
    world.remove_halfway()
    clock.sleep(1.0)
    assert (world.depth, world.read_slot().clear, world.board) == (0.5, True, BOARD)
    world.push_in()
    clock.sleep(1.0)
    assert (world.depth, world.read_slot().seated) == (1.0, True)


def test_the_button_is_pressed_for_as_long_as_it_is_held() -> None:
    clock = VirtualClock()
    world = World(clock)
    world.press_button(0.3)
    clock.sleep(0.1)
    held = world.read_button()
    clock.sleep(0.3)
    assert (held, world.read_button()) == (True, False)


# Light and camera


def test_the_light_settles_as_a_lamp_does(bench: Bench) -> None:
    bench.cabinet.light.set(1.0)
    start_s = bench.clock.monotonic()
    settle_s = bench.cabinet.light.settle_s
    scene = bench.world.scene()
    levels = [scene.brightness(start_s + share * settle_s) for share in (0.0, 0.2, 0.5, 1.0)]
    assert levels == pytest.approx([0.0, 0.632, 0.918, 0.993], abs=0.001)


def test_a_dark_slot_is_dark_and_a_lit_board_is_its_own_picture(bench: Bench) -> None:
    assert bench.pixels().mean() < 12
    bench.seat()
    assert likeness(bench.pixels(), BOARD.picture(480, 344).pixels) < 2.5


def test_half_the_light_or_half_the_exposure_are_as_bright(bench: Bench) -> None:
    bench.seat()
    bench.cabinet.light.set(0.5)
    bench.clock.sleep(1.0)
    half_light = bench.pixels()
    bench.cabinet.light.set(1.0)
    bench.clock.sleep(1.0)
    full = bench.pixels()
    bench.cabinet.camera.configure(replace(SETTINGS, exposure_us=4000))
    half_exposure = bench.pixels()
    assert likeness(half_light, half_exposure) < 2.5
    assert full.mean() > half_exposure.mean() + 15


def test_gains_make_the_picture_redder(bench: Bench) -> None:
    bench.seat()
    before = bench.pixels().mean(axis=(0, 1))
    bench.cabinet.camera.configure(replace(SETTINGS, colour_gains=(2.5, 1.6)))
    after = bench.pixels().mean(axis=(0, 1))
    assert after[2] > before[2] + 5
    assert after[:2] == pytest.approx(before[:2], abs=1.0)


def test_a_moving_board_is_blurred_and_elsewhere(bench: Bench) -> None:
    bench.seat()
    still = bench.pixels()
    bench.world.remove_halfway()
    bench.clock.sleep(0.02)
    moving = bench.shoot(after_s=-0.0).pixels.copy()
    bench.clock.sleep(1.0)
    halfway = bench.pixels()
    assert likeness(moving, still) > 10
    assert likeness(halfway[172:], still[:172]) < 4


def test_two_insertions_lie_a_little_differently() -> None:
    bench = Bench(Physics(jitter_px=12.0, jitter_deg=0.2))
    with bench.cabinet:
        bench.cabinet.camera.configure(SETTINGS)
        views = []
        for _ in range(2):
            bench.seat()
            views.append(bench.pixels())
            bench.world.remove()
            bench.clock.sleep(1.0)
    shift, _ = cv2.phaseCorrelate(*(view[..., 1].astype(np.float64) for view in views))
    assert 0.05 < float(np.hypot(*shift)) < 10.0


# Faults


def test_a_stale_frame_is_honest_about_its_age_and_shows_the_past(bench: Bench) -> None:
    bench.cabinet.light.set(1.0)
    bench.clock.sleep(1.0)
    empty = bench.pixels()
    bench.clock.sleep(1.0)
    bench.world.start_fault(Fault.STALE_FRAME)
    bench.world.insert(BOARD)
    bench.clock.sleep(0.5)
    asked_s = bench.clock.monotonic()
    frame = bench.shoot()
    assert frame.sensor_time_s < asked_s - 1.0
    assert likeness(frame.pixels, empty) < 2.5


def test_a_dark_light_does_not_show_in_its_level(bench: Bench) -> None:
    bench.seat()
    bench.world.start_fault("dark_light")
    assert (bench.cabinet.light.level, bench.pixels().mean() < 12) == (1.0, True)


@pytest.mark.parametrize(
    ("fault", "exposure_us", "gains"),
    [
        (Fault.WRONG_EXPOSURE, 16_000, (1.9, 1.6)),
        (Fault.WRONG_COLOUR, 8000, (2.375, 1.36)),
    ],
)
def test_a_sensor_that_disobeys_says_so(
    bench: Bench, fault: Fault, exposure_us: int, gains: tuple[float, float]
) -> None:
    bench.seat()
    good = bench.pixels()
    bench.world.start_fault(fault)
    frame = bench.shoot()
    assert (frame.exposure_us, frame.colour_gains) == (exposure_us, pytest.approx(gains))
    assert likeness(frame.pixels, good) > 3


def test_a_knocked_lens_is_not_sharp(bench: Bench) -> None:
    bench.seat()
    good = sharpness(bench.pixels())
    bench.world.start_fault(Fault.DEFOCUS)
    assert sharpness(bench.pixels()) < 0.3 * good


def test_flicker_makes_bands(bench: Bench) -> None:
    bench.seat()
    good = bench.pixels()
    bench.world.start_fault(Fault.FLICKER)
    rows = (bench.pixels().mean(axis=(1, 2)) + 1) / (good.mean(axis=(1, 2)) + 1)
    assert rows.max() - rows.min() > 0.3


def test_crooked_stuck_and_full(bench: Bench) -> None:
    bench.world.start_fault(Fault.STUCK_SWITCH)
    assert (bench.cabinet.slot.read().left, bench.cabinet.slot.read().right) == (True, False)
    bench.world.stop_fault(Fault.STUCK_SWITCH)
    bench.world.start_fault(Fault.JAMMED_SLOT)
    bench.seat()
    assert (bench.cabinet.slot.read().left, bench.cabinet.slot.read().right) == (True, False)
    bench.world.stop_fault(Fault.JAMMED_SLOT)
    assert bench.cabinet.slot.read().seated
    bench.world.start_fault(Fault.STUCK_BUTTON)
    assert bench.cabinet.button.pressed()
    for fault in (Fault.FULL_DISK, Fault.UNDERVOLTAGE, Fault.OVERHEATED):
        bench.world.start_fault(fault)
    reading = bench.cabinet.health.read()
    assert (reading.disk_free_bytes, reading.undervoltage, reading.throttled, reading.cpu_c) == (
        0,
        True,
        True,
        86.0,
    )


def test_a_code_under_an_unplugged_scanner_is_lost(bench: Bench) -> None:
    bench.world.start_fault(Fault.UNPLUGGED_SCANNER)
    bench.world.scan("lost")
    bench.world.stop_fault(Fault.UNPLUGGED_SCANNER)
    bench.world.scan("found")
    assert [bench.cabinet.scanner.read_line() for _ in range(2)] == ["found", None]


def test_a_beacon_that_goes_is_dark_for_the_person(bench: Bench) -> None:
    seen: list[Lamps] = []
    bench.world.on_lamps = lambda _, lamps: seen.append(lamps)
    bench.cabinet.beacon.show(Lamps(green=True))
    bench.world.start_fault(Fault.BEACON_GONE)
    assert seen == [Lamps(green=True), Lamps()]


def test_a_fault_that_does_not_exist_names_those_that_do(bench: Bench) -> None:
    with pytest.raises(ValueError, match=r"no fault 'sticky'.*beacon_gone, camera_gone"):
        bench.world.start_fault("sticky")


# Boards


def test_a_folder_of_photographs_is_a_supply_of_boards(tmp_path: Any, bench: Bench) -> None:
    picture = BOARD.picture(480, 344).pixels
    for name in ("b.png", "a.png"):
        cv2.imwrite(str(tmp_path / name), picture)
    (tmp_path / "notes.txt").write_text("not a picture")
    boards = photo_boards(tmp_path)
    assert [board.name for board in boards] == ["a.png", "b.png"]
    bench.seat(boards[0])
    assert likeness(bench.pixels(), picture) < 2.5


def test_photographs_that_are_not_there(tmp_path: Any) -> None:
    for folder in (tmp_path, tmp_path / "gone"):
        with pytest.raises(WiringError, match="no picture of a board"):
            photo_boards(folder)
    (tmp_path / "empty.jpg").touch()
    with pytest.raises(WiringError, match="not a picture that can be read"):
        photo_boards(tmp_path)[0].picture(480, 344)


def test_a_real_photograph_in_the_slot(shared_data: Any, bench: Bench) -> None:
    photos = photo_boards(shared_data / "pcba-fixed-pose" / "boards_full")
    bench.seat(photos[0])
    assert likeness(bench.pixels(), PhotoBoard(path=photos[0].path).picture(480, 344).pixels) < 2.5


def test_a_virtual_clock_needs_the_camera_at_hand() -> None:
    with pytest.raises(WiringError, match="camera_in_process = false"):
        open_cabinet(CabinetSettings(kind="simulated"), clock=VirtualClock())


def test_hundreds_of_boards_are_cheap() -> None:
    """Not a limit, a statement: the figure goes to the test's output."""
    bench = Bench(Physics())
    boards = [GeneratedBoard(seed=seed) for seed in range(4)]
    begun_s = time.perf_counter()
    with bench.cabinet:
        bench.cabinet.camera.configure(SETTINGS)
        seated = 0
        for turn in range(200):
            bench.seat(boards[turn % 4])
            seated += bench.cabinet.slot.read().seated
            assert bench.shoot().pixels.mean() > 50
            bench.world.remove()
            bench.clock.sleep(1.0)
    print(f"200 boards in {time.perf_counter() - begun_s:.1f} s")
    assert seated == 200
