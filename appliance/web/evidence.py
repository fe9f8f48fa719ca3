"""An inspection as a person looks at it: the picture, the places in it, golden beside seen."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from flask import url_for

from appliance.recipe import Recipe, RecipeError, load
from appliance.store import PictureState, StoredInspection, StoredWindow
from appliance.terms import Alignment, Answer, Call, Rect
from appliance.web.site import Site
from appliance.web.texts import t

BOARD = "board"


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """Where a window lies in the judged frame, in its pixels."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One window as it is shown; `number` is set for the ones to look at."""

    number: int | None
    component: str
    part_type: str
    call: Call
    reason: str
    score: float
    review_above: float
    defect_above: float
    box: Box | None
    golden_url: str | None
    seen_url: str | None
    heat_url: str | None
    """This board's crop with where it differs, where the record has one."""
    answer: Answer | None
    answered_by: str | None
    review_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    inspection_id: int
    width_px: int
    height_px: int
    picture_url: str | None
    why_no_picture: str
    windows: tuple[Mark, ...]

    @property
    def marks(self) -> tuple[Mark, ...]:
        """The windows to look at: defects first, the most suspect first."""
        return tuple(sorted((w for w in self.windows if w.number), key=lambda w: w.number or 0))


def evidence_of(inspection: StoredInspection, site: Site) -> Evidence:
    """Works without the recipe and without pictures, too: then the lines stand alone."""
    record = inspection.record
    recipe = recipe_of(site.recipes, record.recipe, record.recipe_version)
    width_px, height_px = _frame_size(inspection, recipe)
    kept = {p.name for p in inspection.pictures if p.state is PictureState.KEPT}
    suspects = sorted(
        (w for w in inspection.windows if w.result.call is not Call.GOOD),
        key=lambda w: (w.result.call is not Call.DEFECT, -w.result.score),
    )
    numbers = {w.result.component: number for number, w in enumerate(suspects, start=1)}
    marks = tuple(
        _mark(
            window,
            number=numbers.get(window.result.component),
            recipe=recipe,
            alignment=record.alignment,
            urls=_crop_urls(inspection.inspection_id, window.result.component, kept, recipe),
        )
        for window in inspection.windows
    )
    return Evidence(
        inspection_id=inspection.inspection_id,
        width_px=width_px,
        height_px=height_px,
        picture_url=_picture_url(inspection.inspection_id, BOARD) if BOARD in kept else None,
        why_no_picture=t("marks.expired" if inspection.pictures else "marks.no_picture"),
        windows=marks,
    )


@lru_cache(maxsize=16)
def _loaded(folder: Path, version: int, _touched_ns: int) -> Recipe:
    return load(folder, version=version, check_pictures=False)


def recipe_of(recipes: Path, name: str, version: int) -> Recipe | None:
    """The recipe that a record was judged by; None when it is no longer there."""
    folder = recipes / name
    if name.startswith(".") or folder.parent != recipes:
        return None
    try:
        return _loaded(folder, version, folder.stat().st_mtime_ns)
    except (RecipeError, OSError):
        return None


def placed(rect: Rect, alignment: Alignment | None, *, width_px: int, height_px: int) -> Box:
    """`rect` of the reference picture as it lies in the frame: the upright box around it.

    The alignment turns and scales about the picture's centre and then shifts it."""
    (cx, cy), (dx, dy), turn, scale = (width_px / 2, height_px / 2), (0.0, 0.0), 0.0, 1.0
    if alignment is not None:
        (dx, dy), turn, scale = (
            alignment.shift_px,
            math.radians(alignment.rotation_deg),
            alignment.scale,
        )
    cosine, sine = scale * math.cos(turn), scale * math.sin(turn)
    x_px, y_px = rect.centre_px[0] - cx, rect.centre_px[1] - cy
    middle = (cosine * x_px - sine * y_px + cx + dx, sine * x_px + cosine * y_px + cy + dy)
    width = abs(cosine) * rect.width_px + abs(sine) * rect.height_px
    height = abs(sine) * rect.width_px + abs(cosine) * rect.height_px
    return Box(
        x=round(middle[0] - width / 2, 1),
        y=round(middle[1] - height / 2, 1),
        width=round(width, 1),
        height=round(height, 1),
    )


def _mark(
    window: StoredWindow,
    *,
    number: int | None,
    recipe: Recipe | None,
    alignment: Alignment | None,
    urls: tuple[str | None, str | None, str | None],
) -> Mark:
    result = window.result
    taught = None
    if recipe is not None:
        taught = next((w for w in recipe.windows if w.component == result.component), None)
    box = None
    if taught is not None and recipe is not None:
        size = recipe.picture
        box = placed(taught.rect, alignment, width_px=size.width_px, height_px=size.height_px)
    return Mark(
        number=number,
        component=result.component,
        part_type=taught.part_type if taught else "",
        call=result.call,
        reason=result.reason,
        score=result.score,
        review_above=result.review_above,
        defect_above=result.defect_above,
        box=box,
        golden_url=urls[0],
        seen_url=urls[1],
        heat_url=urls[2],
        answer=window.answer,
        answered_by=window.answered_by,
        review_id=window.review_id,
    )


def _frame_size(inspection: StoredInspection, recipe: Recipe | None) -> tuple[int, int]:
    frame = inspection.record.frame
    if recipe is not None:
        return recipe.picture.width_px, recipe.picture.height_px
    if frame is not None and frame.width_px and frame.height_px:
        return frame.width_px, frame.height_px
    return 1600, 1200


def _crop_urls(
    inspection_id: int, component: str, kept: set[str], recipe: Recipe | None
) -> tuple[str | None, str | None, str | None]:
    """Golden, seen and heat map. A golden crop that was not kept comes from the recipe."""
    golden, seen, heat = (f"{kind}:{component}" for kind in ("golden", "seen", "heat"))
    golden_url = _picture_url(inspection_id, golden) if golden in kept else None
    if golden_url is None and recipe is not None and recipe.folder is not None:
        golden_url = url_for(
            "recipes.golden", name=recipe.folder.name, version=recipe.version, component=component
        )
    seen_url, heat_url = (
        _picture_url(inspection_id, name) if name in kept else None for name in (seen, heat)
    )
    return golden_url, seen_url, heat_url


def _picture_url(inspection_id: int, name: str) -> str:
    return url_for("boards.picture", inspection_id=inspection_id, name=name)
