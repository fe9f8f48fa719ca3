"""What the cabinet's camera sees of a board in its cradle: simulated, with the truth beside it."""

from cradles.optics.camera import Camera
from cradles.optics.layers import BoardLook
from cradles.optics.photograph import photograph
from cradles.optics.scene import Dirt, Edge, Glare, Scene

__all__ = ["BoardLook", "Camera", "Dirt", "Edge", "Glare", "Scene", "photograph"]
