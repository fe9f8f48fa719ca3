"""What the cabinet's camera sees of a board in its cradle: simulated, with the truth beside it."""

from cradles.optics.camera import Camera
from cradles.optics.scene import BoardLook, Scene, photograph

__all__ = ["BoardLook", "Camera", "Scene", "photograph"]
