"""Generated boards: pictures that look like photographs, with the truth about every part."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import cast

import cv2
import numpy as np
import zxingcpp

from hw.ports import Pixels
from hw.sim.boards import BoardFault, BoardPicture, BoardWindow
from hw.sim.pcb_design import (
    FIDUCIALS,
    LABEL_AT,
    LABEL_MM,
    Place,
    bare_board,
    design,
    scale_px_per_mm,
    turn,
)
from hw.sim.pcb_parts import TIN
from hw.sim.sheet import Sheet, paste

FAULT_KINDS = ("missing", "turned", "wrong_part", "shifted", "lifted", "bridge")
WINDOW_MARGIN_MM = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratedBoard:
    """One physical board: the same seed, variant and faults are the same board every time.

    `variant` is the product (mask colour, layout), `seed` everything in which two good boards of
    one product differ: tints, date codes, how straight the parts stand. `faults` are what is
    wrong with this one; kinds are in `FAULT_KINDS`.
    """

    seed: int
    variant: int = 0
    faults: tuple[BoardFault, ...] = ()

    def __post_init__(self) -> None:
        places = {place.component: place for place in design(self.variant)}
        for fault in self.faults:
            if fault.kind not in FAULT_KINDS:
                kinds = ", ".join(FAULT_KINDS)
                raise ValueError(f"A part can't be {fault.kind!r}; it can be {kinds}.")
            if fault.component not in places or not places[fault.component].inspected:
                names = ", ".join(name for name, place in places.items() if place.inspected)
                raise ValueError(f"No inspected part is called {fault.component!r}; {names} are.")
            if fault.kind == "turned" and places[fault.component].kind.polarity != "fixed":
                raise ValueError(f"{fault.component} may be turned; that is no fault.")

    @property
    def name(self) -> str:
        return self.serial

    @property
    def serial(self) -> str:
        return f"GB{self.variant + 1:02d}-{self.seed:06d}"

    def picture(self, width_px: int = 1920, height_px: int = 1374) -> BoardPicture:
        """The board in its cradle at the reference exposure, and the truth."""
        pixels = bare_board(self.variant, width_px, height_px).copy()
        scale = scale_px_per_mm(width_px, height_px)
        sheet = Sheet(0, 0, scale, pixels=pixels)
        chance = random.Random(f"board {self.variant} {self.seed}")
        faulty = {fault.component: fault.kind for fault in self.faults}
        places = design(self.variant)
        for place in sorted(places, key=lambda place: place.kind.height_mm):
            part_chance = random.Random(chance.getrandbits(48))
            _mount(sheet, place, faulty.get(place.component), part_chance)
        _label(sheet, turn(LABEL_AT, self.variant), self.serial, chance)
        _dust(sheet, chance)
        return BoardPicture(
            pixels=_photograph(pixels, chance),
            windows=windows(self.variant, width_px, height_px),
            serial=self.serial,
            faults=self.faults,
        )


def windows(variant: int, width_px: int = 1920, height_px: int = 1374) -> tuple[BoardWindow, ...]:
    """The inspected parts of a variant in pixels of a picture of this size."""
    scale = scale_px_per_mm(width_px, height_px)
    sheet = Sheet(0, 0, scale, pixels=np.zeros((height_px, width_px, 3), np.uint8))
    found = []
    for place in design(variant):
        if place.inspected:
            w, h = (side / 2 + WINDOW_MARGIN_MM for side in place.size_mm())
            x, y = place.at_mm
            xmin, ymin = sheet.to_px((x - w, y - h))
            xmax, ymax = sheet.to_px((x + w, y + h))
            found.append(
                BoardWindow(
                    component=place.component,
                    part_type=place.part_type,
                    xmin_px=round(max(xmin, 0.0), 1),
                    ymin_px=round(max(ymin, 0.0), 1),
                    xmax_px=round(min(xmax, width_px), 1),
                    ymax_px=round(min(ymax, height_px), 1),
                    polarity=place.kind.polarity,
                )
            )
    return tuple(found)


def fiducials(
    variant: int, width_px: int = 1920, height_px: int = 1374
) -> tuple[tuple[float, float], ...]:
    """Centres of the round copper marks of a variant, in pixels of a picture of this size."""
    scale = scale_px_per_mm(width_px, height_px)
    sheet = Sheet(0, 0, scale, pixels=np.zeros((height_px, width_px, 3), np.uint8))
    return tuple(sheet.to_px(turn(at, variant)) for at in FIDUCIALS)


def good_and_faulty(seed: int, *, variant: int = 0, faults: int = 1) -> GeneratedBoard:
    """A board with `faults` seeded faults on different parts; 0 for a good one."""
    chance = random.Random(f"faults {variant} {seed}")
    inspected = [place for place in design(variant) if place.inspected]
    chosen = []
    for place in chance.sample(inspected, faults):
        kinds = [kind for kind in FAULT_KINDS if _possible(kind, place)]
        chosen.append(BoardFault(component=place.component, kind=chance.choice(kinds)))
    return GeneratedBoard(seed=seed, variant=variant, faults=tuple(chosen))


def _possible(kind: str, place: Place) -> bool:
    if kind == "turned":
        return place.kind.polarity == "fixed"
    if kind == "bridge":
        return place.part_type in ("dip8", "dip14", "soic8")
    return True


def _mount(sheet: Sheet, place: Place, fault: str | None, chance: random.Random) -> None:
    kind = place.kind
    x = place.at_mm[0] + chance.gauss(0, 0.07)
    y = place.at_mm[1] + chance.gauss(0, 0.07)
    angle = place.angle_deg + chance.gauss(0, kind.wobble_deg * 0.6)
    if kind.polarity != "fixed" and chance.random() < 0.5:
        angle += 180.0
    value, lift_mm = place.value, 0.0
    if fault == "missing":
        return
    if fault == "turned":
        angle += 180.0
    if fault == "wrong_part":
        value += 1
    if fault == "shifted":
        x += chance.choice((-1, 1)) * chance.uniform(0.9, 1.4)
        y += chance.choice((-1, 1)) * chance.uniform(0.9, 1.4)
        angle += chance.choice((-1, 1)) * chance.uniform(7, 12)
    part = Sheet(kind.width_mm + 1.6, kind.length_mm + 1.6, sheet.px_per_mm)
    kind.draw(part, value, chance)
    if fault == "lifted":
        part, lift_mm = _leaning(part), 2.2
    tint = 1.0 + chance.gauss(0, 0.025)
    part.pixels[:] = cv2.convertScaleAbs(part.pixels, alpha=tint)
    paste(sheet, part, (x, y), angle, height_mm=kind.height_mm, lift_mm=lift_mm)
    if fault == "bridge":
        _bridge(sheet, place)


def _leaning(part: Sheet) -> Sheet:
    """A part that stands on one side: foreshortened, its far end larger."""
    assert part.cover is not None
    h, w = part.cover.shape
    corners = np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float32)
    moved = np.array(
        [[0.16 * w, 0.10 * h], [w, -0.03 * h], [w, 1.03 * h], [0.16 * w, 0.90 * h]], np.float32
    )
    tilt = cv2.getPerspectiveTransform(corners, moved)
    part.pixels = cast(Pixels, cv2.warpPerspective(part.pixels, tilt, (w, h)))
    part.cover = cast(Pixels, cv2.warpPerspective(part.cover, tilt, (w, h)))
    return part


def _bridge(sheet: Sheet, place: Place) -> None:
    """Solder between two neighbouring pins."""
    first, second = place.pins_mm()[1:3]
    outward = 0.35
    middle = ((first[0] + second[0]) / 2, (first[1] + second[1]) / 2)
    for at, radius in ((first, 0.75), (middle, 0.62), (second, 0.75)):
        reach = (at[0] + outward * 0.2, at[1] + outward * 0.2)
        sheet.disc(reach, radius, (150, 156, 158))
    sheet.line([first, second], 1.1, TIN)
    sheet.line([(first[0], first[1] - 0.2), (second[0], second[1] - 0.2)], 0.3, (240, 243, 245))


def _label(sheet: Sheet, at: tuple[float, float], serial: str, chance: random.Random) -> None:
    """A printed label with a DataMatrix of the serial."""
    sticker = Sheet(LABEL_MM[0] + 1, LABEL_MM[1] + 1, sheet.px_per_mm)
    sticker.rounded((0, 0), *LABEL_MM, 0.5, (222, 228, 230))
    code = zxingcpp.create_barcode(serial, zxingcpp.BarcodeFormat.DataMatrix)
    modules = np.array(code.to_image(scale=1, add_quiet_zones=False)) < 128
    pitch = 7.6 / modules.shape[0]
    for row, line in enumerate(modules):
        for column, dark in enumerate(line):
            if dark:
                x = -LABEL_MM[0] / 2 + 1.0 + (column + 0.5) * pitch
                y = -3.8 + (row + 0.5) * pitch
                sticker.box((x, y), pitch * 1.03, pitch * 1.03, (36, 34, 34))
    product, number = serial.split("-")
    sticker.text((4.6, -2.3), product, 1.5, (40, 38, 38))
    sticker.text((4.6, 0.4), number, 1.5, (40, 38, 38))
    sticker.text((4.6, 2.9), "MADE BY US", 0.9, (60, 58, 58))
    place = (at[0] + chance.gauss(0, 0.15), at[1] + chance.gauss(0, 0.15))
    paste(sheet, sticker, place, chance.gauss(0, 0.8), height_mm=0.15)


def _dust(sheet: Sheet, chance: random.Random) -> None:
    for _ in range(14):
        at = (chance.uniform(-48, 48), chance.uniform(-33, 33))
        sheet.disc(at, chance.uniform(0.05, 0.16), (150, 160, 160))


def _photograph(pixels: Pixels, chance: random.Random) -> Pixels:
    """What the camera adds to every board alike or by lot: the lamp's fall-off towards the
    corners, the lens, a slight tint."""
    height, width = pixels.shape[:2]
    x = np.linspace(-1, 1, width, dtype=np.float32)[None]
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    lamp = 1.05 - 0.1 * (x**2 + y**2) - 0.025 * (x + y)
    tint = [1.0 + chance.gauss(0, 0.012) for _ in range(3)]
    soft = cv2.GaussianBlur(pixels, (0, 0), max(width / 2600, 0.45))
    lit = cv2.multiply(soft, cv2.merge([lamp * part for part in tint]), dtype=cv2.CV_8U)
    return cast(Pixels, lit)


def with_faults(board: GeneratedBoard, *faults: BoardFault) -> GeneratedBoard:
    """The same physical board after something went wrong with it."""
    return replace(board, faults=(*board.faults, *faults))
