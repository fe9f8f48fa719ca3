"""The boards that lie in the simulated slot: photographs from a folder or generated ones."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np

from hw.errors import WiringError
from hw.ports import Pixels

PHOTOGRAPHS = frozenset({".jpg", ".jpeg", ".png", ".tif", ".tiff", ".bmp"})


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardWindow:
    """One part of a board in pixels of its picture; the maximum is exclusive."""

    component: str
    part_type: str
    xmin_px: float
    ymin_px: float
    xmax_px: float
    ymax_px: float
    polarity: str = "fixed"
    """"half_turn" for a part that is as good when turned by 180 degrees, else "fixed"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardFault:
    """The truth about one part that is not as it should be."""

    component: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BoardPicture:
    """What the camera sees of a board that lies perfectly in its cradle, and the truth about it.

    `pixels` is (height, width, 3) uint8, BGR, cradle included. Photographs come without windows,
    serial and faults.
    """

    pixels: Pixels
    windows: tuple[BoardWindow, ...] = ()
    serial: str | None = None
    faults: tuple[BoardFault, ...] = ()


class Board(Protocol):
    """Something that can be put into the slot: hashable, and small when pickled."""

    @property
    def name(self) -> str: ...

    def picture(self, width_px: int, height_px: int) -> BoardPicture: ...

    def __hash__(self) -> int: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoBoard:
    """A photograph of a real board, taken in the cradle."""

    path: str

    @property
    def name(self) -> str:
        return Path(self.path).name

    def picture(self, width_px: int, height_px: int) -> BoardPicture:
        """The photograph at the camera's size. Raises `WiringError` when it can't be read."""
        pixels = cv2.imread(self.path, cv2.IMREAD_COLOR)
        if pixels is None:
            raise WiringError(
                f"{self.path} is not a picture that can be read.",
                device="simulated boards",
                action="Name a folder of JPEG or PNG pictures.",
            )
        if pixels.shape[:2] != (height_px, width_px):
            smaller = pixels.shape[1] > width_px
            kind = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
            pixels = cv2.resize(pixels, (width_px, height_px), interpolation=kind)
        return BoardPicture(pixels=np.ascontiguousarray(pixels, dtype=np.uint8))


def photo_boards(folder: str | os.PathLike[str]) -> tuple[PhotoBoard, ...]:
    """The photographs of a folder in the order of their names. Raises `WiringError` when there
    are none."""
    where = Path(folder)
    names = sorted(where.iterdir()) if where.is_dir() else []
    found = tuple(
        PhotoBoard(path=str(file)) for file in names if file.suffix.lower() in PHOTOGRAPHS
    )
    if not found:
        raise WiringError(
            f"the folder {where} has no picture of a board in it.",
            device="simulated boards",
            action="Name a folder of JPEG or PNG pictures.",
        )
    return found


def write_windows(path: str | os.PathLike[str], windows: Sequence[BoardWindow]) -> None:
    """windows.csv as `goldenboard teach` reads it."""
    with Path(path).open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["component", "part_type", "xmin", "ymin", "xmax", "ymax", "polarity"])
        for window in windows:
            corners = (window.xmin_px, window.ymin_px, window.xmax_px, window.ymax_px)
            places = [f"{value:.1f}" for value in corners]
            rows.writerow([window.component, window.part_type, *places, window.polarity])


def write_faults(
    path: str | os.PathLike[str], faults: Iterable[tuple[str, Sequence[BoardFault]]]
) -> None:
    """faults.csv as `goldenboard teach` reads it: (name of the image, its faults) each."""
    with Path(path).open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["image", "component"])
        for image, found in faults:
            for fault in found:
                rows.writerow([image, fault.component])


def write_board_set(
    folder: str | os.PathLike[str], boards: Sequence[Board], *, width_px: int, height_px: int
) -> tuple[Path, ...]:
    """A folder as `goldenboard teach` and `inspect` take it: a picture `<name>.png` of every
    board, windows.csv of the first one and faults.csv with what is wrong with them. Returns the
    pictures' paths in the order of the boards."""
    where = Path(folder)
    where.mkdir(parents=True, exist_ok=True)
    paths = []
    faults = []
    for number, board in enumerate(boards):
        picture = board.picture(width_px, height_px)
        path = where / f"{board.name}.png"
        written, data = cv2.imencode(".png", picture.pixels, [cv2.IMWRITE_PNG_COMPRESSION, 1])
        assert written
        path.write_bytes(data.tobytes())
        paths.append(path)
        faults.append((path.name, picture.faults))
        if number == 0:
            write_windows(where / "windows.csv", picture.windows)
    write_faults(where / "faults.csv", faults)
    return tuple(paths)
