"""The simulated camera in a process of its own: the world's scenes are sent after it."""

from __future__ import annotations

from hw.camera_process import CameraProcess
from hw.clock import RealClock
from hw.sim.camera import SimCamera
from hw.sim.scene import Scene
from hw.sim.world import World


class SimCameraProcess(CameraProcess):
    """Follows a world: every change of what is to be seen goes to the process at once, some
    fifty milliseconds before the first frame that could show it."""

    def __init__(self, world: World, *, cache_bytes: int = 64_000_000) -> None:
        super().__init__(
            "hw.sim.process:open_sim_camera",
            {
                "ambient": world.physics.ambient,
                "scene": world.scene(),
                "cache_bytes": cache_bytes,
            },
            clock=world.clock,
        )
        self.note(world.scene())
        world.on_scene = self.note


class NotedSimCamera(SimCamera):
    """A simulated camera that looks at the last scene it was told of."""

    def __init__(self, scene: Scene, ambient: float, cache_bytes: int) -> None:
        super().__init__(RealClock(), lambda: self._noted, ambient=ambient, cache_bytes=cache_bytes)
        self._noted = scene

    def note(self, what: object) -> None:
        assert isinstance(what, Scene)
        self._noted = what


def open_sim_camera(scene: Scene, ambient: float, cache_bytes: int) -> NotedSimCamera:
    return NotedSimCamera(scene, ambient, cache_bytes)
