"""All files of a cabinet, written together or not at all."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2

from cradles.cabinet.bom import Line, bill
from cradles.cabinet.checks import check
from cradles.cabinet.drawings import laser_drawing
from cradles.cabinet.kit import kit_files
from cradles.cabinet.model import Cabinet, build
from cradles.cabinet.pages import (
    check_page,
    material_pages,
    panel_pages,
    section_page,
    sheet_drawing,
)
from cradles.cabinet.pictures import closed_picture, exploded_picture, open_picture, step_picture
from cradles.cabinet.sheets import Sheet, nested
from cradles.cabinet.sizes import SHEETS_MM, Sizes
from cradles.cabinet.steps import STEPS
from cradles.cabinet.wiring import default_circuit
from cradles.checks import Check
from cradles.drawing import dxf_bytes, pdf_bytes, svg_bytes
from cradles.preview import Pixels
from cradles.together import REPORT, check_place, write_together

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A cabinet with all that is known of it."""

    cabinet: Cabinet
    checks: tuple[Check, ...]
    lines: tuple[Line, ...]
    """The bill of materials."""
    sheets: tuple[Sheet, ...]

    @property
    def passed(self) -> bool:
        return all(each.passed for each in self.checks)


def make(sizes: Sizes, *, progress: Progress = lambda what, done, total: None) -> Made:
    progress("Putting the cabinet together", 0, 2)
    cabinet = build(sizes)
    progress("Checking the cabinet", 1, 2)
    sheets = nested(cabinet.panels, sizes.kerf_mm, SHEETS_MM)
    lines = bill(sizes, cabinet.kinds, default_circuit(sizes), **_of_panels(cabinet, sheets))
    return Made(cabinet=cabinet, checks=check(cabinet), lines=lines, sheets=sheets)


def _of_panels(cabinet: Cabinet, sheets: tuple[Sheet, ...]) -> Any:
    """What the list is told of the panels."""
    counts = Counter(sheet.size_mm for sheet in sheets)
    words = tuple(f"{n} sheets {w:g} × {d:g} mm" for (w, d), n in sorted(counts.items()))
    return {"panels_m2": cabinet.panels_m2, "sheets": words, "more": cabinet.joined_with}


def write(
    made: Made, folder: Path, *, progress: Progress = lambda what, done, total: None
) -> list[str]:
    """Write the files and return their names. `folder` may be missing, empty, or one that this
    wrote before; anything else is refused, and nothing is lost."""
    check_place(folder, "cabinet")
    files = files_of(made, progress)
    write_together(files, folder, "cabinet")
    return sorted(files)


def files_of(made: Made, progress: Progress) -> dict[str, bytes]:
    cabinet = made.cabinet
    kerf = cabinet.sizes.kerf_mm
    files: dict[str, bytes] = {}
    for name, panel in cabinet.panels.items():
        drawing = laser_drawing(panel, kerf)
        files[f"panels/{name}.dxf"] = dxf_bytes(drawing)
        files[f"panels/{name}.svg"] = svg_bytes(drawing)
    for sheet in made.sheets:
        files[f"sheets/sheet-{sheet.number}.dxf"] = dxf_bytes(sheet_drawing(sheet, cabinet))
    kit = kit_files(
        cabinet.sizes,
        parts=cabinet.kinds,
        pictures=False,
        **_of_panels(cabinet, made.sheets),
    )
    files |= kit
    pages = [
        section_page(cabinet),
        *panel_pages(cabinet),
        *material_pages(made.lines),
        check_page(made.checks),
    ]
    files["drawings.pdf"] = pdf_bytes(pages)
    total = len(STEPS) + 3
    for number, step in enumerate(STEPS, 1):
        progress("Drawing the pictures", number - 1, total)
        name = step.title.lower().replace(" ", "-")
        files[f"pictures/step-{number:02}-{name}.png"] = _png(step_picture(cabinet, number))
    files["pictures/closed.png"] = _png(closed_picture(cabinet))
    files["pictures/open.png"] = _png(open_picture(cabinet))
    files["pictures/exploded.png"] = _png(exploded_picture(cabinet))
    files[REPORT] = (json.dumps(report(made), indent=1, ensure_ascii=False) + "\n").encode()
    return files


def report(made: Made) -> dict[str, object]:
    """What was drawn and found, for other programs."""
    cabinet, sizes = made.cabinet, made.cabinet.sizes
    return {
        "camera": sizes.camera.name,
        "angle_by": sizes.camera.source,
        "angle_is_sourced": sizes.camera.sourced,
        "mdf_mm": sizes.mdf_mm,
        "kerf_mm": sizes.kerf_mm,
        "outer_mm": [round(v, 2) for v in sizes.outer_mm],
        "working_distance_mm": round(sizes.working_distance_mm, 2),
        "view_mm": list(sizes.view_mm),
        "travel_mm": round(sizes.travel_mm, 2),
        "panels": {
            name: [round(p.area.bounds[2] - p.area.bounds[0], 3),
                   round(p.area.bounds[3] - p.area.bounds[1], 3)]
            for name, p in cabinet.panels.items()
        },
        "printed": sorted({each.part.name for each in cabinet.printed}),
        "checks": [
            {"name": c.name, "found": c.found, "limit": c.limit, "passed": c.passed}
            for c in made.checks
        ],
        "passed": made.passed,
    }  # fmt: skip


def _png(pixels: Pixels) -> bytes:
    written, data = cv2.imencode(".png", pixels, [cv2.IMWRITE_PNG_COMPRESSION, 9])
    if not written:
        raise RuntimeError("OpenCV could not write a PNG")
    return bytes(data)
