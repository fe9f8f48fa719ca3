"""All files of one cradle, written together or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2

from appliance.board import BoardFile, board_text
from cradles.build import Cradle, build
from cradles.checks import Check, check
from cradles.dimensions import Dimensions
from cradles.export import step_bytes, stl_bytes, threemf_bytes
from cradles.fit import FitReport, simulate
from cradles.laying import Laid, lay_down
from cradles.preview import Pixels, preview
from cradles.sheet import sheet_bytes
from cradles.together import REPORT, check_place, write_together

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A cradle with all that is known of it."""

    cradle: Cradle
    checks: tuple[Check, ...]
    fit: FitReport
    laid: Laid

    @property
    def passed(self) -> bool:
        return not self.faults

    @property
    def faults(self) -> tuple[str, ...]:
        """Whatever is not as it should be, with its figure."""
        fit = self.fit
        found = [
            f"{each.name}: {each.found}; limit {each.limit}"
            for each in self.checks
            if not each.passed
        ]
        if not fit.always_seats:
            found.append(f"simulated fit: {fit.tries - fit.seated} of {fit.tries} do not seat")
        if not fit.play_is_within:
            play = max(fit.play_x_mm[1], fit.play_y_mm[1])
            found.append(f"simulated fit: {play:.3f} mm of play; limit {fit.clearance_mm:g} mm")
        if not fit.keys_hold:
            found.append(f"keys: it also seats {', '.join(fit.wrongly_seated)}")
        return (*found, *(f"laid down: {each}" for each in self.laid.caught))


def make(
    board: BoardFile,
    dims: Dimensions | None = None,
    *,
    progress: Progress = lambda what, done, total: None,
) -> Made:
    """Build and check. Raises `CradleError` for a board that can't be held."""
    progress("Building the cradle", 0, 3)
    cradle = build(board, dims)
    progress("Checking the cradle", 1, 3)
    checks = check(cradle)
    progress("Laying boards in", 2, 3)
    return Made(cradle=cradle, checks=checks, fit=simulate(cradle, tries=40), laid=lay_down(cradle))


def write(made: Made, folder: Path, *, step: bool = False) -> list[str]:
    """Write the files and return their names. `folder` may be missing, empty, or one that this
    wrote before; anything else is refused, and nothing is lost."""
    check_place(folder, "cradle")
    cradle = made.cradle
    mesh = cradle.solid.mesh()
    title = {"Title": f"Cradle {cradle.identity}", "Application": "Goldenboard"}
    figures = tuple((each.name, each.found) for each in made.checks)
    files = {
        "cradle.stl": stl_bytes(mesh, cradle.identity),
        "cradle.3mf": threemf_bytes(mesh, cradle.identity, title),
        "sheet.pdf": sheet_bytes(cradle, (*figures, ("simulated fit", fit_words(made.fit)))),
        "preview.png": _png(preview(cradle)),
        "board.toml": board_text(cradle.board).encode(),
        REPORT: (json.dumps(report(made), indent=1, ensure_ascii=False) + "\n").encode(),
    }
    if step:
        files["cradle.step"] = step_bytes(mesh, cradle.identity)
    write_together(files, folder, "cradle")
    return sorted(files)


def report(made: Made) -> dict[str, object]:
    """What the build found, for other programs."""
    cradle, fit = made.cradle, made.fit
    return {
        "identity": cradle.identity,
        "board": cradle.board.name,
        "size_mm": [round(side, 3) for side in cradle.size_mm],
        "volume_cm3": round(cradle.solid.volume_mm3 / 1000, 2),
        "location": cradle.seating.location.value,
        "notes": list(cradle.notes),
        "checks": [
            {"name": c.name, "found": c.found, "limit": c.limit, "passed": c.passed}
            for c in made.checks
        ],
        "fit": {
            "boards": fit.tries,
            "seated": fit.seated,
            "always_seats": fit.always_seats,
            "play_is_within": fit.play_is_within,
            "keys_hold": fit.keys_hold,
            "play_x_mm": [round(v, 3) for v in fit.play_x_mm],
            "play_y_mm": [round(v, 3) for v in fit.play_y_mm],
            "clearance_mm": fit.clearance_mm,
            "springs_bend_mm": [round(v, 3) for v in fit.springs_bend_mm],
            "least_press": round(fit.least_press, 3),
            "wrongly_seated": list(fit.wrongly_seated),
            "laid_down": made.laid.tries,
            "caught": list(made.laid.caught),
        },
        "wrong_ways": [{"way": way, "kept_out_by": why} for way, why in fit.wrong_ways],
        "passed": made.passed,
    }


def fit_words(fit: FitReport) -> str:
    play = max(fit.play_x_mm[1], fit.play_y_mm[1])
    return (
        f"{fit.seated} of {fit.tries} boards seat, play a side up to {play:.2f} mm "
        f"(clearance {fit.clearance_mm:g} mm)"
    )


def _png(pixels: Pixels) -> bytes:
    written, data = cv2.imencode(".png", pixels)
    if not written:
        raise RuntimeError("OpenCV could not write a PNG")
    return bytes(data)
