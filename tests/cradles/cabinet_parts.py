"""Every printed part in every choice, each built once."""

from __future__ import annotations

import functools

from cradles.cabinet.cameras import CAMERAS
from cradles.cabinet.parts import PrintedPart, printed_parts
from cradles.cabinet.sizes import Sizes
from cradles.solids import Solid, solid_of

CHOICES = (
    ("pi3", 6.0, "kw12", 8.0),
    ("hq6", 9.0, "v156", 10.0),
    ("brio", 3.0, "kw12", 8.0),
)
"""Camera, thickness of the panels, switch, width of the strip."""


@functools.cache
def all_parts() -> dict[str, PrintedPart]:
    """By a name that says how it differs; equal bodies once."""
    found: dict[str, PrintedPart] = {}
    for camera, mdf_mm, switch, strip_mm in CHOICES:
        sizes = Sizes(camera=CAMERAS[camera], mdf_mm=mdf_mm)
        for printed in printed_parts(sizes, switch=switch, strip_mm=strip_mm):
            if printed.part not in [each.part for each in found.values()]:
                name = printed.name if printed.name not in found else f"{printed.name} {camera}"
                found[name] = printed
    return found


@functools.cache
def solid(name: str) -> Solid:
    return solid_of(all_parts()[name].part)
