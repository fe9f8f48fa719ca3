"""Every dimension of a cradle that is not the board's: data, one place, millimetres."""

from __future__ import annotations

import math
from dataclasses import dataclass

NUTS_MM: tuple[tuple[float, float], ...] = (
    (-60.0, 58.0), (-20.0, 58.0), (60.0, 58.0), (-60.0, -58.0), (0.0, -58.0), (60.0, -58.0),
)  # fmt: skip
"""The six M4 nuts in the cabinet's tray, in the cradle's frame; the cabinet is drawn from them. One
stands aside, so that a cradle can't be screwed down the wrong way round."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimensions:
    """Defaults suit a printer with a 0.4 mm nozzle and PLA, PETG or ABS."""

    # The printer
    extrusion_width_mm: float = 0.45
    layer_mm: float = 0.2
    bed_mm: tuple[float, float] = (220.0, 220.0)
    """A larger cradle is built all the same, and says so."""

    # The body
    base_mm: float = 5.0
    """Thick enough for a countersunk M4 head."""
    corner_mm: float = 4.0
    """Radius of the outer corners."""
    foot_chamfer_mm: float = 0.6
    """At 45 degrees: the first layers spread."""
    least_air_mm: float = 2.5
    """Below the board, where nothing asks for more."""
    air_over_parts_mm: float = 0.5
    """Between the deepest lead and the base."""
    lead_in_mm: float = 0.6
    """Chamfer at the top of the pocket's walls."""

    # What holds the board
    support_mm: float = 5.0
    """Side of a square pad."""
    small_supports_mm: tuple[float, ...] = (3.5, 2.0)
    """Where there is no room for that."""
    stop_mm: float = 6.0
    """Width of a stop along the board's edge."""
    narrow_stop_mm: float = 3.0
    """Where the edge has no room for that."""
    key_mm: float = 3.0
    """Side of a square key post."""
    pin_air_mm: float = 0.12
    """How much thinner a pin is than its hole."""
    pin_tip_mm: float = 0.6
    """Chamfer at the top of a pin."""
    relief_mm: float = 1.0
    """Radius of the relief where the board has a sharp corner: a nozzle can't print one."""
    least_tongue_mm: float = 3.8
    """Plastic that fills a narrower notch of the outline would break, or not print."""
    finger_mm: float = 9.0
    """Radius of a finger relief."""

    # Springs
    spring_length_mm: float = 22.0
    """From its root to the middle of its nose."""
    short_spring_mm: float = 16.0
    """Where there is no room for that."""
    spring_mm: float = 1.35
    """Thickness of the leaf: three extrusion widths."""
    spring_reach_mm: float = 1.6
    """Between the board's edge and the leaf."""
    spring_travel_mm: float = 0.9
    """Free way behind the leaf, at least; a narrower gap may be bridged by strings."""
    nose_step_mm: float = 0.25
    """How much a spring's nose leans back with every layer towards its top, at most: 51 degrees
    from upright, down which a board laid on it slides."""
    nose_beyond_mm: float = 0.1
    """How much farther back than the pocket's widened rim the top of a nose stands: a board that
    the rim lets in never stands on it."""
    preload_mm: float = 0.3
    """How far the nose stands into a nominal board."""
    modulus_mpa: float = 2400.0
    """Young's modulus of printed PLA along its lines; PETG 2000, ABS 2000 (makers' data sheets
    give 2000 to 3000): good for a force within a third."""

    # Labels
    label_mm: float = 0.1
    """Thickness of the paper label."""
    label_pocket_mm: float = 0.3
    label_air_mm: float = 0.2
    """Round a label in its pocket."""

    # Screws
    screw_hole_mm: float = 4.5
    screw_head_mm: float = 9.0
    """Countersunk M4 head (ISO 10642: 8.96 mm)."""
    pull_hole_mm: float = 4.0
    """Cross hole in the front wall for a cord or a tag."""

    @property
    def least_wall_mm(self) -> float:
        return 2 * self.extrusion_width_mm

    def nose_leans_mm(self, clearance_mm: float) -> float:
        """How far a nose leans back in all."""
        return self.preload_mm + clearance_mm + self.lead_in_mm + self.nose_beyond_mm

    def nose_layers(self, clearance_mm: float) -> int:
        """In so many layers."""
        return math.ceil(self.nose_leans_mm(clearance_mm) / self.nose_step_mm - 1e-6)

    @property
    def rim_mm(self) -> float:
        """How far the rim stands above the board: then labels lie level with the board."""
        return self.label_pocket_mm - self.label_mm

    def spring_force_n(self, bend_mm: float, tall_mm: float, long_mm: float) -> float:
        """Of a leaf `tall_mm` high bent by `bend_mm`: a cantilever, F = 3 E I d / L^3."""
        inertia = tall_mm * self.spring_mm**3 / 12
        return 3 * self.modulus_mpa * inertia * bend_mm / long_mm**3

    def spring_strain(self, bend_mm: float, long_mm: float) -> float:
        """Greatest, at the root: 3 t d / (2 L^2). Printed PLA yields at about 0.02."""
        return 1.5 * self.spring_mm * bend_mm / long_mm**2
