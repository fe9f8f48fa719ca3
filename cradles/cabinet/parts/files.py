"""The printed parts as files: each as it lies on the bed, with a picture."""

from __future__ import annotations

import cv2

from cradles.cabinet.parts.proof import laid
from cradles.cabinet.parts.values import PrintedPart
from cradles.export import stl_bytes, threemf_bytes
from cradles.preview import View, render
from cradles.solids import solid_of

_PLASTIC = (150, 138, 128)


def part_files(parts: tuple[PrintedPart, ...], *, pictures: bool = True) -> dict[str, bytes]:
    """By file name: 3MF (says millimetres) and STL of one piece of each part, and a PNG of it as it
    stands in its own frame. The same bytes on every run."""
    files: dict[str, bytes] = {}
    for printed in parts:
        name = printed.part.name
        solid = solid_of(printed.part)
        mesh = laid(solid, printed.prints_turned).mesh()
        title = {
            "Title": name,
            "Description": f"print {printed.count}; {' '.join(printed.notes)}",
            "Application": "Goldenboard",
        }
        files[f"{name}.3mf"] = threemf_bytes(mesh, name, title)
        files[f"{name}.stl"] = stl_bytes(mesh, name)
        if pictures:
            files[f"{name}.png"] = part_picture(printed)
    return files


def part_picture(printed: PrintedPart, size_px: tuple[int, int] = (800, 600)) -> bytes:
    """A PNG, seen from the front at a slant."""
    mesh = solid_of(printed.part).mesh()
    picture = render([(mesh, _PLASTIC)], View(azimuth_deg=-28.0, elevation_deg=38.0), size_px)
    written, data = cv2.imencode(".png", picture)
    if not written:
        raise RuntimeError("OpenCV could not write a PNG")
    return bytes(data)
