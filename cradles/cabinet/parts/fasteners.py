"""Screws, nuts, washers and inserts as data, and the holes that printed parts need for them.

Through holes: ISO 273, medium. Nuts: DIN 934 (M2.5 to M4 as ISO 4032). Washers: ISO 7089.
Countersunk heads: ISO 10642, theoretical diameter. Heat-set inserts: the makers' tables for the
common knurled brass ones agree on the hole within a tenth of a millimetre.
"""

from __future__ import annotations

from dataclasses import dataclass

PRINTED_PLAY_MM = 0.25
"""A printed pocket comes out narrower than drawn: added across the flats of a nut."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """One size and what belongs to it."""

    name: str
    through_mm: float
    nut_flats_mm: float
    nut_high_mm: float
    washer_mm: float
    """Outer diameter."""
    washer_thick_mm: float
    sunk_head_mm: float
    """Largest diameter of a countersunk head of 90 degrees."""
    insert_hole_mm: float
    insert_long_mm: float
    lengths_mm: tuple[int, ...]
    """That every shop has."""

    @property
    def pocket_flats_mm(self) -> float:
        return self.nut_flats_mm + PRINTED_PLAY_MM

    @property
    def pocket_deep_mm(self) -> float:
        return self.nut_high_mm + 0.3

    def length_for(self, grip_mm: float) -> int:
        """The shortest screw in stock that clamps `grip_mm` and leaves a washer, the nut and half
        a millimetre behind it. Raises ValueError where none is long enough."""
        needed = grip_mm + self.washer_thick_mm + self.nut_high_mm + 0.5
        for length in self.lengths_mm:
            if length >= needed:
                return length
        raise ValueError(f"no {self.name} screw clamps {grip_mm:g} mm; the longest is {length} mm")


THREADS = {
    thread.name: thread
    for thread in (
        Thread(
            name="M2",
            through_mm=2.4,
            nut_flats_mm=4.0,
            nut_high_mm=1.6,
            washer_mm=5.0,
            washer_thick_mm=0.3,
            sunk_head_mm=4.4,
            insert_hole_mm=3.2,
            insert_long_mm=4.0,
            lengths_mm=(6, 8, 10, 12, 16, 20),
        ),
        Thread(
            name="M2.5",
            through_mm=2.9,
            nut_flats_mm=5.0,
            nut_high_mm=2.0,
            washer_mm=6.0,
            washer_thick_mm=0.5,
            sunk_head_mm=5.5,
            insert_hole_mm=3.6,
            insert_long_mm=5.7,
            lengths_mm=(6, 8, 10, 12, 16, 20, 25),
        ),
        Thread(
            name="M3",
            through_mm=3.4,
            nut_flats_mm=5.5,
            nut_high_mm=2.4,
            washer_mm=7.0,
            washer_thick_mm=0.5,
            sunk_head_mm=6.72,
            insert_hole_mm=4.0,
            insert_long_mm=5.7,
            lengths_mm=(6, 8, 10, 12, 16, 20, 25, 30, 35, 40),
        ),
        Thread(
            name="M4",
            through_mm=4.5,
            nut_flats_mm=7.0,
            nut_high_mm=3.2,
            washer_mm=9.0,
            washer_thick_mm=0.8,
            sunk_head_mm=8.96,
            insert_hole_mm=5.6,
            insert_long_mm=8.1,
            lengths_mm=(8, 10, 12, 16, 20, 25, 30, 35, 40, 50, 60),
        ),
    )
}
M2, M2_5, M3, M4 = (THREADS[name] for name in ("M2", "M2.5", "M3", "M4"))

TRIPOD_THROUGH_MM = 7.0
"""1/4-20 UNC (ISO 1222: major diameter 6.35 mm) with play."""
