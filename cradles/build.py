"""From a board file to its cradle."""

from __future__ import annotations

from dataclasses import dataclass, replace

from appliance.board import BoardFile, Layout, layout_of
from appliance.board.layout import VIEW_MM
from cradles.csg import Part
from cradles.dimensions import Dimensions
from cradles.errors import CradleError
from cradles.locate import seating_of
from cradles.plan import Plan, part_of, plan_of
from cradles.seating import Seating
from cradles.solids import Solid, solid_of


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cradle:
    """A cradle, from the board it holds to the body that is printed."""

    board: BoardFile
    dims: Dimensions
    layout: Layout
    seating: Seating
    plan: Plan
    part: Part
    solid: Solid
    notes: tuple[str, ...]

    @property
    def identity(self) -> str:
        return self.layout.identity

    @property
    def size_mm(self) -> tuple[float, float, float]:
        return (*self.layout.outer_mm, self.plan.levels.rim)


def build(board: BoardFile, dims: Dimensions | None = None) -> Cradle:
    """With the board turned otherwise than usual where only that leaves room; then its file says
    so. Raises `CradleError` for a board that no cradle of this cabinet can hold."""
    dims = dims or Dimensions()
    try:
        return _build(board, dims)
    except CradleError as usual:
        if board.cradle.lies_turned_deg is not None:
            raise
        began = layout_of(board).turn_deg
        for turn in (180, 90, 270):
            wishes = replace(board.cradle, lies_turned_deg=(began + turn) % 360)
            try:
                made = _build(replace(board, cradle=wishes), dims)
            except CradleError:
                continue
            note = f"The board lies turned by {wishes.lies_turned_deg}°: only so is there room."
            return replace(made, notes=(note, *made.notes))
        raise usual


def _build(board: BoardFile, dims: Dimensions) -> Cradle:
    layout = layout_of(board)
    _check_view(board, layout)
    seating = seating_of(board, layout, dims)
    plan = plan_of(board, layout, seating, dims)
    part = part_of(layout.identity, plan, dims)
    return Cradle(
        board=board,
        dims=dims,
        layout=layout,
        seating=seating,
        plan=plan,
        part=part,
        solid=solid_of(part),
        notes=(*seating.notes, *_bed_notes(layout, dims)),
    )


def _check_view(board: BoardFile, layout: Layout) -> None:
    over = [have - room for have, room in zip(layout.outer_mm, VIEW_MM, strict=True)]
    if max(over) > 0:
        largest = [
            have - more
            for have, more in zip(_lying(board, layout), map(_positive, over), strict=True)
        ]
        raise CradleError(
            expected=f"a board of at most {largest[0]:.0f}×{largest[1]:.0f} mm as it lies here, so "
            f"that cradle and marks fit into the camera's view of {VIEW_MM[0]:g}×{VIEW_MM[1]:g} mm",
            found=f"{_lying(board, layout)[0]:.1f}×{_lying(board, layout)[1]:.1f} mm",
            action="Turn it with lies_turned_deg, or inspect a smaller panel.",
        )


def _lying(board: BoardFile, layout: Layout) -> tuple[float, float]:
    width, height = board.size_mm
    return (height, width) if layout.turn_deg % 180 == 90 else (width, height)


def _positive(value: float) -> float:
    return max(value, 0.0)


def _bed_notes(layout: Layout, dims: Dimensions) -> list[str]:
    have, bed = sorted(layout.outer_mm), sorted(dims.bed_mm)
    if have[0] <= bed[0] and have[1] <= bed[1]:
        return []
    return [
        f"The cradle is {layout.outer_mm[0]:.0f}×{layout.outer_mm[1]:.0f} mm: it needs a printer "
        f"with more than the usual {bed[0]:.0f}×{bed[1]:.0f} mm of bed."
    ]
