"""What the lists of a KiCad file hold: names, numbers, places. KiCad's y points down; ours up."""

from __future__ import annotations

import math
from typing import Any

from cradles.errors import DesignFileError
from cradles.read.sexpr import Node


class Place:
    """Where a footprint's own coordinates lie on the board, y upwards."""

    def __init__(self, x: float, y: float, turn_deg: float) -> None:
        self.x, self.y, self.turn_deg = x, y, turn_deg
        self._c, self._s = math.cos(math.radians(turn_deg)), math.sin(math.radians(turn_deg))

    def at(self, x: float, y: float) -> tuple[float, float]:
        across = self.x + x * self._c + y * self._s
        down = self.y - x * self._s + y * self._c
        return round(across, 7) + 0.0, round(-down, 7) + 0.0


def place_of(footprint: Node) -> Place:
    at = first_of(footprint, "at")
    if at is None:
        return Place(0.0, 0.0, 0.0)
    return Place(number_of(at, 1, 0.0), number_of(at, 2, 0.0), number_of(at, 3, 0.0))


def name_of(item: Any) -> str:
    return str(item[0]) if isinstance(item, list) and item else ""


def all_of(node: Node, name: str) -> list[Node]:
    return [item for item in node[1:] if name_of(item) == name]


def first_of(node: Node | None, name: str) -> Node | None:
    return next((item for item in node[1:] if name_of(item) == name), None) if node else None


def text_of(node: Node | None) -> str:
    return str(node[1]) if node and len(node) > 1 and not isinstance(node[1], list) else ""


def number_of(node: Node | None, index: int, default: float) -> float:
    if node is None or len(node) <= index:
        return default
    value = node[index]
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise DesignFileError(
            expected=f"a number in ({name_of(node)} ...)",
            found=repr(str(value))[:40],
            action="Export the board again.",
        )
    return float(value)


def pair_of(item: Node, name: str) -> tuple[float, float]:
    node = first_of(item, name)
    if node is None or len(node) < 3:
        raise DesignFileError(
            expected=f"({name} x y) in a {name_of(item)}",
            found="none",
            action="Export the board again.",
        )
    return number_of(node, 1, 0.0), number_of(node, 2, 0.0)


def at_of(item: Node, name: str, place: Place) -> tuple[float, float]:
    return place.at(*pair_of(item, name))


def points_of(item: Node) -> list[tuple[float, float]]:
    points = first_of(item, "pts")
    return (
        [(number_of(p, 1, 0.0), number_of(p, 2, 0.0)) for p in all_of(points, "xy")]
        if points
        else []
    )
