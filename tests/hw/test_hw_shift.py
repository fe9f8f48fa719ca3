"""The scripted operator, and the cabinet as a whole."""

from __future__ import annotations

import itertools
import logging
import sys
from typing import Any

import pytest

from hw import CabinetSettings, open_cabinet
from hw.cabinet import FAULT_LAMPS
from hw.clock import RealClock, VirtualClock
from hw.errors import BeaconError, CameraError, NotOpenError, WiringError
from hw.ports import Lamps
from hw.sim import shift
from hw.sim.cabinet import SimulatedCabinet, Simulation
from hw.sim.generator import GeneratedBoard
from hw.sim.world import World

BOARD = GeneratedBoard(seed=1)


def play(world: World, clock: VirtualClock, player: shift.ShiftPlayer, for_s: float) -> list[Any]:
    """(second since the start, what was done), looking 128 times a second: a tick that adds up
    without rounding."""
    begun_s = clock.monotonic()
    done = []
    while clock.monotonic() - begun_s < for_s:
        at_s = clock.monotonic() - begun_s
        done += [(at_s, what) for what in player.advance()]
        clock.sleep(1 / 128)
    return done


def test_steps_happen_in_order_and_in_time() -> None:
    clock = VirtualClock()
    world = World(clock)
    steps = [
        shift.insert(BOARD, after_s=1.0),
        shift.remove_halfway(after_s=1.0),
        shift.push_in(after_s=0.5),
        shift.start_fault("full_disk"),
        shift.press_button(0.2, after_s=0.25),
        shift.scan("A7", after_s=0.25),
        shift.stop_fault("full_disk", after_s=0.5),
        shift.remove(after_s=0.5),
    ]
    player = shift.ShiftPlayer(world, steps, clock=clock)
    assert play(world, clock, player, 6.0) == [
        (1.0, "insert GB01-000001"),
        (2.0, "pull out by half"),
        (2.5, "push in again"),
        (2.5, "full_disk starts"),
        (2.75, "press the button for 0.2 s"),
        (3.0, "scan A7"),
        (3.5, "full_disk ends"),
        (4.0, "remove"),
    ]
    assert (player.finished, world.board, world.faults, world.next_scan()) == (
        True,
        None,
        frozenset(),
        "A7",
    )


def test_the_operator_waits_for_steady_lamps_and_not_for_ever() -> None:
    clock = VirtualClock()
    world = World(clock)
    wait = shift.remove(after_verdict=True, patience_s=8.0)
    player = shift.ShiftPlayer(world, [shift.insert(BOARD), wait], clock=clock)
    player.advance()
    for pulse in range(12):  # three seconds of an amber pulse
        world.show_lamps(Lamps(amber=pulse % 2 == 0))
        assert play(world, clock, player, 0.25) == []
    world.show_lamps(Lamps(green=True, buzzer=True))
    play(world, clock, player, 0.25)
    world.show_lamps(Lamps(green=True))  # the tone ends, the verdict stays
    assert play(world, clock, player, 2.0) == [(1.0546875, "remove")]
    assert pytest.approx(0.25 + 1.0546875, abs=1 / 128) == shift.STEADY_S

    hurried = shift.ShiftPlayer(world, [shift.insert(BOARD), wait], clock=clock)
    world.show_lamps(Lamps())
    assert play(world, clock, hurried, 9.0)[-1] == (8.0, "remove")


def test_an_endless_shift_is_the_same_shift_every_time() -> None:
    names = [
        [step.what for step in itertools.islice(shift.endless_shift(seed=seed), 60)]
        for seed in (1, 1, 2)
    ]
    assert names[0] == names[1] != names[2]
    assert names[0][:4] == [
        "lay GB01-001001 out",
        "insert GB01-001001",
        "remove",
        "lay GB01-001002 out",
    ]


def test_a_shift_of_given_boards_takes_them_in_turn() -> None:
    boards = [GeneratedBoard(seed=seed) for seed in (5, 6)]
    steps = itertools.islice(shift.endless_shift(boards=boards), 10)
    inserted = [step.what for step in steps if step.what.startswith("insert")]
    assert inserted == ["insert GB01-000005", "insert GB01-000006", "insert GB01-000005"]
    with pytest.raises(ValueError, match="at least one board"):
        next(shift.endless_shift(boards=[]))


# The cabinet


def simulated(clock: VirtualClock) -> SimulatedCabinet:
    return SimulatedCabinet(Simulation(camera_in_process=False), clock)


class Accident(Exception):
    pass


@pytest.mark.parametrize("accident", [False, True])
def test_every_exit_is_light_off_fault_and_then_dark(accident: bool) -> None:
    cabinet = simulated(VirtualClock())
    seen: list[tuple[Lamps, float]] = []

    def light() -> float:
        return cabinet.world.scene().light[-1].target

    def shift_with_an_end() -> None:
        with cabinet:
            cabinet.light.set(1.0)
            cabinet.beacon.show(Lamps(green=True))
            cabinet.world.on_lamps = lambda _, lamps: seen.append((lamps, light()))
            if accident:
                raise Accident

    if accident:
        with pytest.raises(Accident):
            shift_with_an_end()
    else:
        shift_with_an_end()
    assert seen == [(FAULT_LAMPS, 0.0), (Lamps(), 0.0)]
    uses = (cabinet.camera.cancel, cabinet.slot.read, cabinet.button.pressed, cabinet.health.read)
    for use in uses:
        with pytest.raises(NotOpenError):
            use()


def test_a_device_that_does_not_open_closes_the_others() -> None:
    cabinet = simulated(VirtualClock())
    cabinet.world.start_fault("camera_gone")
    with pytest.raises(CameraError, match="does not answer"), cabinet:
        raise AssertionError("it must not open")
    assert not cabinet.is_open
    with pytest.raises(NotOpenError):
        cabinet.beacon.show(Lamps())
    cabinet.world.stop_fault("camera_gone")
    with cabinet:
        assert cabinet.is_open


def test_a_beacon_that_fails_on_the_way_out_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    cabinet = simulated(VirtualClock())
    with caplog.at_level(logging.ERROR), cabinet:
        cabinet.world.start_fault("beacon_gone")
    assert not cabinet.is_open
    assert caplog.records[0].exc_info is not None
    assert caplog.records[0].exc_info[0] is BeaconError


def test_the_cabinet_is_chosen_by_name_only(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = open_cabinet(CabinetSettings(kind="simulated"))
    assert isinstance(chosen, SimulatedCabinet)
    assert (chosen.simulated, isinstance(chosen.clock, RealClock)) == (True, True)
    with pytest.raises(WiringError, match="no kind of cabinet 'real'; there are \"raspberry-pi\""):
        open_cabinet(CabinetSettings(kind="real"))  # type: ignore[arg-type]
    monkeypatch.setattr("hw.raspberry_pi.KEEPS_OUTPUTS", ())
    monkeypatch.setitem(sys.modules, "lgpio", None)
    with pytest.raises(WiringError, match="lgpio"):
        open_cabinet(CabinetSettings(kind="raspberry-pi"))


@pytest.mark.parametrize("clock", [RealClock(), VirtualClock()])
def test_clocks_go_forward_by_what_is_slept(clock: RealClock | VirtualClock) -> None:
    begun_s = clock.monotonic()
    clock.sleep(0.01)
    clock.sleep(-1.0)
    assert clock.monotonic() - begun_s >= 0.01 - 1e-9
