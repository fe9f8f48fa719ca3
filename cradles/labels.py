"""The labels that are stuck into a cradle, exact in millimetres: four ArUco markers, the identity
as a DataMatrix, a grey patch and a millimetre scale. Drawn from the same layout as their recesses.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
import zxingcpp

from appliance.board import Layout, Spot
from appliance.board.layout import CODE_LABEL_MM, CORNER_IDS, DICTIONARY, LABEL_MM

GREY = 119
"""sRGB level of a grey card that reflects 18 %."""
CORNERS = ("upper left", "upper right", "lower right", "lower left")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ink:
    """A printed rectangle in the cradle's frame, mm; level 0 is black, 255 paper."""

    xmin: float
    ymin: float
    xmax: float
    ymax: float
    level: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """A number on the scale, centred on (x, y)."""

    x: float
    y: float
    tall_mm: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    name: str
    paper: Spot
    """The white rectangle that is cut out."""
    inks: tuple[Ink, ...]
    writings: tuple[Writing, ...] = ()


def labels_of(layout: Layout) -> tuple[Label, ...]:
    """All labels of a cradle."""
    marks = [
        Label(
            name=f"marker {where} (no. {number})",
            paper=_grown(spot, LABEL_MM),
            inks=_cells(marker_cells(number), spot),
        )
        for where, number, spot in zip(CORNERS, CORNER_IDS, layout.markers, strict=True)
    ]
    code = Label(
        name=f"identity {layout.identity}",
        paper=_grown(layout.code, CODE_LABEL_MM),
        inks=_cells(code_cells(layout.code_text), layout.code),
    )
    grey = layout.grey
    patch = Label(
        name="grey patch",
        paper=grey,
        inks=(Ink(**_box(grey), level=GREY),),
    )
    return (*marks, code, patch, _scale(layout.scale))


def marker_cells(number: int) -> npt.NDArray[np.bool_]:
    """(6, 6): True where the marker is black, its border included."""
    dictionary = cv2.aruco.getPredefinedDictionary(getattr(cv2.aruco, DICTIONARY))
    return np.asarray(cv2.aruco.generateImageMarker(dictionary, number, 6) < 128)


def code_cells(text: str) -> npt.NDArray[np.bool_]:
    """(n, n): True where the square DataMatrix (ECC 200, ISO/IEC 16022) is black."""
    made = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.DataMatrix, force_square=True)
    image = zxingcpp.write_barcode_to_image(made, scale=1, add_quiet_zones=False)
    cells = np.array(image) < 128
    assert cells.shape[0] == cells.shape[1]
    return np.asarray(cells)


def _cells(cells: npt.NDArray[np.bool_], spot: Spot) -> tuple[Ink, ...]:
    """Black cells, joined along each row, so that no hairline of paper shows between them."""
    rows, columns = cells.shape
    w, h = spot.width_mm / columns, spot.height_mm / rows
    left, top = spot.x_mm - spot.width_mm / 2, spot.y_mm + spot.height_mm / 2
    inks = []
    for row in range(rows):
        start = None
        for column in range(columns + 1):
            black = column < columns and bool(cells[row, column])
            if black and start is None:
                start = column
            if not black and start is not None:
                inks.append(
                    Ink(
                        xmin=left + start * w,
                        xmax=left + column * w,
                        ymin=top - (row + 1) * h,
                        ymax=top - row * h,
                    )
                )
                start = None
    return tuple(inks)


def _scale(spot: Spot) -> Label:
    """Ticks at every millimetre, longer at five and ten; numbers at the tens."""
    inks, writings = [], []
    length = round(spot.width_mm) - 10
    left, top = spot.x_mm - length / 2, spot.y_mm + spot.height_mm / 2 - 0.3
    for mm in range(length + 1):
        tall = 2.6 if mm % 10 == 0 else 2.0 if mm % 5 == 0 else 1.4
        x = left + mm
        inks.append(Ink(xmin=x - 0.1, xmax=x + 0.1, ymin=top - tall, ymax=top))
        if mm % 10 == 0:
            writings.append(Writing(x=x, y=top - 4.2, tall_mm=2.0, text=str(mm)))
    return Label(name="millimetre scale", paper=spot, inks=tuple(inks), writings=tuple(writings))


def _grown(spot: Spot, side_mm: float) -> Spot:
    return Spot(x_mm=spot.x_mm, y_mm=spot.y_mm, width_mm=side_mm, height_mm=side_mm)


def _box(spot: Spot) -> dict[str, float]:
    (x0, y1), (x1, _), (_, y0), _ = spot.corners
    return {"xmin": x0, "ymin": y0, "xmax": x1, "ymax": y1}
