"""How a cabinet is put together: numbered steps, each with its bodies and its sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cradles.preview import View

Vector = tuple[float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildStep:
    title: str
    words: tuple[str, ...]
    adds: Mapping[str, Vector]
    """Stems of the bodies that come to it, and how far from its place each is shown: the way that
    it is put on. Along x and y away from the middle, for a body that stands at both sides."""
    view: View
    hides: tuple[str, ...] = ()
    """Bodies left out of the picture, so that one sees in."""


_FRONT = View(azimuth_deg=-28.0, elevation_deg=32.0)
_ABOVE = View(azimuth_deg=-28.0, elevation_deg=48.0)
_BACK = View(azimuth_deg=205.0, elevation_deg=38.0)
_BELOW = View(azimuth_deg=-28.0, elevation_deg=-30.0)
_TRAY = ("tray", "nut_layer", "gusset_left", "gusset_right")
_HERE = (0.0, 0.0, 0.0)

STEPS: tuple[BuildStep, ...] = (
    BuildStep(
        title="Tray",
        words=(
            "Glue the lower layer under the tray; six M4 screws through both keep them in line.",
            "Press the six M4 nuts into their hexagons from below, a drop of glue on each.",
            "Glue the gussets into the tray, upright, and an M4 nut onto each of its two rear "
            "holes (a screw through both while the glue dries).",
        ),
        adds={
            "tray": _HERE,
            "nut_layer": (0.0, 0.0, -90.0),
            "gusset_left": (0.0, 0.0, 60.0),
            "gusset_right": (0.0, 0.0, 60.0),
        },
        view=View(azimuth_deg=-28.0, elevation_deg=22.0),
    ),
    BuildStep(
        title="Rails on the floor",
        words=(
            "Glue both rails and the bar with the third pad into the floor, square to it.",
            "The slots of the rails are open to the front. Wax their lower edges.",
            "Screw the two guides to the left of the tray's place, the spring to its right, the "
            "feet below.",
        ),
        adds={
            "floor": _HERE,
            "rail_left": (0.0, 0.0, 80.0),
            "rail_right": (0.0, 0.0, 80.0),
            "rear_bar": (0.0, 0.0, 80.0),
            "tray_guide": (0.0, 0.0, 80.0),
            "tray_spring": (0.0, 0.0, 80.0),
            "foot": (0.0, 0.0, -60.0),
        },
        view=_ABOVE,
        hides=_TRAY,
    ),
    BuildStep(
        title="Back",
        words=(
            "Screw the two switch holders and the end stop to the back.",
            "Push it onto floor and rails, glue.",
        ),
        adds={
            "back": (0.0, 120.0, 0.0),
            "switch_holder": (0.0, 60.0, 0.0),
            "end_stop": (0.0, 60.0, 0.0),
        },
        view=_ABOVE,
        hides=_TRAY,
    ),
    BuildStep(
        title="Light under the ceiling",
        words=(
            "Screw the six channels under the ceiling, three at each long edge, shining inwards.",
            "Lay the strip in, twice in the outer 100 mm of each bar; push the diffusers in.",
        ),
        adds={"ceiling": _HERE, "led_channel": (0.0, 0.0, -60.0)},
        view=_BELOW,
        hides=(*_TRAY, "floor", "rail_left", "rail_right", "rear_bar", "tray_guide",
               "tray_spring", "back", "switch_holder", "end_stop", "foot"),
    ),
    BuildStep(
        title="Ceiling and camera",
        words=(
            "Screw the camera's ring and plate onto the ceiling, the camera over the hole.",
            "Push the ceiling's tabs into the back, glue; hold it up on two boards of its height.",
        ),
        adds={
            "ceiling": (0.0, -90.0, 0.0),
            "led_channel": (0.0, -90.0, 0.0),
            "camera_mount": (0.0, -90.0, 50.0),
            "camera_plate": (0.0, -90.0, 90.0),
        },
        view=_ABOVE,
        hides=_TRAY,
    ),
    BuildStep(
        title="Front",
        words=(
            "Screw lamp holders, button and buzzer to the front: red, amber, green from the left.",
            "Push it onto floor, rails and ceiling at once, glue.",
        ),
        adds={
            "front": (0.0, -140.0, 0.0),
            "lamp_holder": (0.0, -80.0, 0.0),
            "button_holder": (0.0, -80.0, 0.0),
            "buzzer_holder": (0.0, -80.0, 0.0),
        },
        view=_FRONT,
        hides=_TRAY,
    ),
    BuildStep(
        title="Sides",
        words=(
            "Glue and push both sides on: they hold every other panel. Clamp, check that both "
            "diagonals of the front are equal, let it dry.",
        ),
        adds={"left": (120.0, 0.0, 0.0), "right": (120.0, 0.0, 0.0)},
        view=_FRONT,
        hides=_TRAY,
    ),
    BuildStep(
        title="Drawer",
        words=(
            "Slide the tray into the rails from the front.",
            "Through the opening, turn the two stop screws into the nuts on the tray's rear.",
            "Glue the drawer's front onto tabs and gussets, two M3 screws into the nuts in the "
            "tray's front edge; screw the handle on.",
        ),
        adds={
            "tray": (0.0, -250.0, 0.0),
            "nut_layer": (0.0, -250.0, 0.0),
            "gusset_left": (0.0, -250.0, 0.0),
            "gusset_right": (0.0, -250.0, 0.0),
            "stop": (0.0, -250.0, 60.0),
            "drawer_front": (0.0, -330.0, 0.0),
            "handle": (0.0, -390.0, 0.0),
        },
        view=_FRONT,
    ),
    BuildStep(
        title="Wiring",
        words=(
            "Screw the plates with computer, driver board and terminals onto the ceiling, the "
            "cable plate to the back from outside.",
            "Lead the switches' cables up the back corners, the strip's through the holes in "
            "front, in their clips; wire by wiring.pdf.",
        ),
        adds={
            "computer": (0.0, 0.0, 130.0),
            "computer_plate": (0.0, 0.0, 70.0),
            "driver_board": (0.0, 0.0, 130.0),
            "driver_plate": (0.0, 0.0, 70.0),
            "terminals": (0.0, 0.0, 130.0),
            "terminal_plate": (0.0, 0.0, 70.0),
            "cable_plate": (0.0, 90.0, 0.0),
            "cable_clip": (0.0, 0.0, 40.0),
        },
        view=_BACK,
    ),
    BuildStep(
        title="Lid",
        words=(
            "Lay the lid on, its slots over the computer; four M3 screws into the sides' nuts.",
        ),
        adds={"lid": (0.0, 0.0, 110.0)},
        view=_FRONT,
    ),
)  # fmt: skip
