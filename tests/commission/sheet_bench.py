"""Sets of pictures of the measuring sheet, drawn through a chance lens in poses of chance, and what
was drawn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from appliance.commission.camera_look import SheetSeen, see_sheet
from appliance.commission.simulated_sheet import SheetInSlot, SheetLens
from hw.ports import Pixels

SIZE = (1920, 1080)
TILTS = (
    (18, 0, 0, 5), (-18, 0, 0, -8), (0, 18, 15, 0), (0, -18, -15, 0),
    (12, 12, 25, 10), (-12, -12, -25, -10), (12, -12, -25, 12),
)  # fmt: skip
"""About both axes, degrees; to the right and to the front, mm."""


def chance_sheets(seed: int) -> tuple[SheetInSlot, ...]:
    """The flat one, then the tilted ones."""
    chance = np.random.default_rng(seed)
    lens = SheetLens(
        focal=260 / 300 * chance.uniform(0.985, 1.015),
        off_centre=(chance.normal(0, 0.008), chance.normal(0, 0.008)),
        k1=chance.uniform(-0.1, 0.1),
        k2=chance.uniform(-0.03, 0.03),
        p1=chance.normal(0, 4e-4),
        p2=chance.normal(0, 4e-4),
    )
    flat = SheetInSlot(
        tilt_x_deg=chance.normal(0, 0.2),
        turn_deg=chance.normal(0, 1),
        shift_mm=(chance.normal(0, 2), chance.normal(0, 2)),
        lens=lens,
        blur_px=0.8,
        light=1.05,
        falloff=0.15,
        noise=2.0,
        seed=seed,
    )
    tilted = [
        replace(
            flat,
            tilt_x_deg=x_deg + chance.normal(0, 2),
            tilt_y_deg=y_deg + chance.normal(0, 2),
            shift_mm=(right + chance.normal(0, 3), front + chance.normal(0, 3)),
            distance_mm=260 + chance.normal(0, 6),
            seed=100 * seed + number,
        )
        for number, (x_deg, y_deg, right, front) in enumerate(TILTS)
    ]
    return (flat, *tilted)


def picture(sheet: SheetInSlot) -> Pixels:
    return sheet.picture(*SIZE).pixels


def seen_of(sheets: tuple[SheetInSlot, ...]) -> list[SheetSeen]:
    return [see_sheet(picture(each)) for each in sheets]
