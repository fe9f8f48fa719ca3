"""The simulated cabinet: a `Cabinet` whose devices share one world that a script can act on."""

from __future__ import annotations

from dataclasses import dataclass, field

from hw.cabinet import Cabinet
from hw.ports import Camera, Clock
from hw.sim.camera import SimCamera
from hw.sim.devices import SimBeacon, SimButton, SimHealth, SimLight, SimScanner, SimSlot
from hw.sim.process import SimCameraProcess
from hw.sim.world import Physics, World


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """How the simulated cabinet is built."""

    physics: Physics = field(default_factory=Physics)
    camera_in_process: bool = True
    """The camera runs in a process of its own, as the real one does. False for tests on a
    virtual clock, where pictures are made inside `poll`."""
    picture_cache_bytes: int = 64_000_000
    """Memory for boards' pictures that have been seen; at least two are kept."""


class SimulatedCabinet(Cabinet):
    """`world` holds the operator's hands and the faults."""

    def __init__(self, simulation: Simulation, clock: Clock) -> None:
        self.world = World(clock, simulation.physics)
        camera: Camera
        if simulation.camera_in_process:
            camera = SimCameraProcess(self.world, cache_bytes=simulation.picture_cache_bytes)
        else:
            camera = SimCamera(
                clock,
                self.world.scene,
                ambient=simulation.physics.ambient,
                cache_bytes=simulation.picture_cache_bytes,
            )
        super().__init__(
            slot=SimSlot(self.world),
            light=SimLight(self.world),
            beacon=SimBeacon(self.world),
            button=SimButton(self.world),
            scanner=SimScanner(self.world),
            camera=camera,
            health=SimHealth(self.world),
            clock=clock,
            simulated=True,
        )
