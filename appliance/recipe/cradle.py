"""What a recipe knows of its cradle: its name, and where its marks stand in the picture."""

from __future__ import annotations

from dataclasses import dataclass

from appliance.terms import Rect


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkPlace:
    """One ArUco marker in the reference picture; integers are the middles of pixels."""

    number: int
    corners_px: tuple[tuple[float, float], ...]
    """Upper left, upper right, lower right, lower left of the marker as it is drawn."""

    def __post_init__(self) -> None:
        if len(self.corners_px) != 4:
            raise ValueError(f"a marker has 4 corners, not {len(self.corners_px)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class CradleUse:
    """The cradle that the recipe's boards lie in. A picture without it, with another one, or with
    this one elsewhere than taught is not judged."""

    identity: str
    px_per_mm: float
    """In the plane of the marks, which is that of the board's upper surface."""
    markers: tuple[MarkPlace, ...]
    code: Rect
    """Where the DataMatrix with the identity stands."""
    max_shift_mm: float = 1.0
    """Of the cradle's middle from where it was taught."""
    max_turn_deg: float = 0.5
    max_scale_error: float = 0.01
    max_residual_mm: float = 0.12
    """Of any marker's corner from a flat, level cradle's: more, and it lies askew."""

    def __post_init__(self) -> None:
        if not self.identity:
            raise ValueError("a cradle has a name")
        if len({mark.number for mark in self.markers}) != 4:
            raise ValueError("a cradle has four different markers")
        if not self.px_per_mm > 0:
            raise ValueError(f"px_per_mm is above 0, not {self.px_per_mm}")
