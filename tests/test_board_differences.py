"""Why a board wants another cradle than before, in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from appliance.board import (
    BoardFile,
    Component,
    CradleWishes,
    Hole,
    Location,
    Protrusion,
    Side,
    differences,
)
from appliance.board.layout import identity_of
from appliance.board.ring import box

HOLES = (Hole(x_mm=5, y_mm=5, diameter_mm=3.2), Hole(x_mm=95, y_mm=5, diameter_mm=3.2))
LEAD = Protrusion(x_mm=20, y_mm=20, width_mm=1, height_mm=1)
BOARD = BoardFile(name="psu", outline=box(0, 0, 100, 70), holes=HOLES, protrusions=(LEAD,))

CHANGED = {
    "renamed": (replace(BOARD, name="psu2"), ("name 'psu2', was 'psu'",)),
    "revised": (replace(BOARD, revision="B"), ("revision 'B', was ''",)),
    "other side": (replace(BOARD, face=Side.BOTTOM), ("side looked at 'bottom', was 'top'",)),
    "wider": (
        replace(BOARD, outline=box(0, 0, 101, 70)),
        ("outline of 101 × 70 mm, was 100 × 70 mm",),
    ),
    "rounder": (
        replace(BOARD, outline=box(0, 0, 100, 70, radius_mm=3)),
        ("another outline of the same size (-7.73 mm²), or moved",),
    ),
    "thicker": (replace(BOARD, thickness_mm=2.0), ("thickness 2 mm, was 1.6 mm",)),
    "cut open": (
        replace(BOARD, cutouts=(box(40, 30, 50, 40),)),
        ("1 cut-out more (the first 40,30 50,30 50,40 40,40)",),
    ),
    "a hole more": (
        replace(BOARD, holes=(*HOLES, Hole(x_mm=50, y_mm=60, diameter_mm=1))),
        ("1 hole more (the first at (50, 60) of 1 mm)",),
    ),
    "no holes": (
        replace(BOARD, holes=()),
        ("2 holes fewer (the first at (5, 5) of 3.2 mm)",),
    ),
    "a hole moved": (
        replace(BOARD, holes=(HOLES[0], replace(HOLES[1], x_mm=94))),
        ("1 hole moved or of another size (the first at (94, 5) of 3.2 mm)",),
    ),
    "holes in another order": (
        replace(BOARD, holes=HOLES[::-1]),
        ("the same holes in another order",),
    ),
    "a longer lead": (
        replace(BOARD, protrusions=(replace(LEAD, deep_mm=3),)),
        (
            "1 lead or part on the lower side moved or of another size (the first at (20, 20) of "
            "1 × 1 mm, 3 mm deep)",
        ),
    ),
    "looser, on pins": (
        replace(BOARD, cradle=CradleWishes(clearance_mm=0.3, location=Location.PINS)),
        ("clearance 0.3 mm, was 0.25 mm", "way of holding pins, was left to the software"),
    ),
    "turned": (
        replace(BOARD, cradle=CradleWishes(lies_turned_deg=180)),
        ("turn in the cradle 180°, was left to the software",),
    ),
    "two things": (
        replace(BOARD, revision="C", thickness_mm=1.0),
        ("revision 'C', was ''", "thickness 1 mm, was 1.6 mm"),
    ),
}


@pytest.mark.parametrize("what", sorted(CHANGED))
def test_what_makes_another_cradle_is_named(what: str) -> None:
    board, words = CHANGED[what]
    assert differences(BOARD, board) == words
    assert identity_of(board) != identity_of(BOARD)


def test_what_only_the_recipe_sees_leaves_the_cradle_good() -> None:
    part = Component(designator="C1", x_mm=9, y_mm=9, width_mm=2, height_mm=1, tall_mm=9)
    board = replace(
        BOARD,
        components=(part,),
        part_number="4711",
        source="another file",
        cradle=CradleWishes(window_margin_mm=1.0),
    )
    assert differences(BOARD, board) == ()
    assert identity_of(board) == identity_of(BOARD)
