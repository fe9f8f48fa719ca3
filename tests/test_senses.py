"""What is felt is never more certain than the contacts are."""

from __future__ import annotations

from appliance.debounce import DebounceTimes
from appliance.senses import Sensed, Senses
from hw.clock import VirtualClock
from hw.sim.cabinet import SimulatedCabinet, Simulation
from hw.sim.generator import GeneratedBoard
from hw.sim.world import Physics


def _felt(senses: Senses, clock: VirtualClock, duration_s: float) -> list[Sensed]:
    felt = []
    for _ in range(round(duration_s / 0.001)):
        clock.sleep(0.001)
        felt.append(senses.read(clock.monotonic()))
    return felt


def test_a_slot_is_clear_only_when_both_contacts_have_been_open_for_a_while() -> None:
    clock = VirtualClock()
    simulation = Simulation(physics=Physics(seed=3), camera_in_process=False)
    with SimulatedCabinet(simulation, clock) as cabinet:
        senses = Senses(cabinet, slot_times=DebounceTimes(), health_every_s=0.5)
        assert senses.read(clock.monotonic()).clear
        cabinet.world.insert(GeneratedBoard(seed=1))
        coming = _felt(senses, clock, 1.0)
        cabinet.world.remove()
        leaving = _felt(senses, clock, 1.0)
    assert coming[-1].seated and coming[-1].lies_in and not coming[-1].clear
    open_but_seated = [each for each in leaving if each.slot and each.slot.clear and each.seated]
    assert open_but_seated, "the contacts open before the debounced fact changes"
    assert not any(each.clear for each in open_but_seated)
    assert leaving[-1].clear and not leaving[-1].seated


def test_a_device_that_can_not_be_read_says_nothing() -> None:
    clock = VirtualClock()
    with SimulatedCabinet(Simulation(camera_in_process=False), clock) as cabinet:
        senses = Senses(cabinet, slot_times=DebounceTimes(), health_every_s=0.5)
        cabinet.world.insert(GeneratedBoard(seed=1))
        assert _felt(senses, clock, 1.0)[-1].seated
        cabinet.world.start_fault("slot_gone")
        gone = _felt(senses, clock, 0.1)
    assert not gone[0].lies_in and not gone[0].clear
    assert gone[0].slot is None
    assert gone[0].broken("slot") is not None
    assert not gone[-1].seated, "what can't be read is not taken for a board"
