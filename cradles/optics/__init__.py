"""What the cabinet's camera sees of a board in its cradle: simulated, with the truth beside it."""

from cradles.optics.bodies import Body, Lamps, Scratch, bodies_of
from cradles.optics.camera import Camera
from cradles.optics.layers import BoardLook
from cradles.optics.light import SRGB, Curve
from cradles.optics.photograph import photograph
from cradles.optics.scene import Dirt, Edge, Glare, Scene

__all__ = [
    "SRGB", "BoardLook", "Body", "Camera", "Curve", "Dirt", "Edge", "Glare", "Lamps", "Scene",
    "Scratch", "bodies_of", "photograph",
]  # fmt: skip
