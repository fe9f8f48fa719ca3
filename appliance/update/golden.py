"""What this version says of the golden boards that the unit's recipes hold.

Every version has this command; the updater runs the old one's and the new one's and compares.
The pictures are the recipe's own, at native resolution; what they call may not change by an
update, for the thresholds were made for it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from appliance.config import Config
from appliance.decide import call_of
from appliance.inspection import check_model
from appliance.modelfile import find_model, models_folder
from appliance.recipe import Recipe, load
from appliance.vision.crop import window_from_native
from appliance.vision.interpreter import InterpreterPool
from appliance.vision.learnt import open_judge
from appliance.vision.samples import stored_crops

MOST_GOLDENS = 3
"""Boards of each recipe that are judged: an update is not to take half an hour."""
TOLERANCE = 0.05
"""A score may move by this share of the window's own review threshold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldenCall:
    """One window of one golden board, as one version sees it."""

    recipe: str
    component: str
    golden: int
    call: str
    score: float
    review_above: float

    @property
    def where(self) -> tuple[str, str, int]:
        return self.recipe, self.component, self.golden


def judge_goldens(config: Config, models: Path | None, interpreters: int) -> Iterator[GoldenCall]:
    """Raises `Refusal` for a recipe that this version can't use."""
    folder = config.recipes.folder
    names = sorted(each.name for each in folder.iterdir()) if folder.is_dir() else []
    for name in names:
        if not name.startswith("."):
            yield from _recipe(name, load(folder / name), models, interpreters)


def _recipe(
    name: str, recipe: Recipe, models: Path | None, interpreters: int
) -> Iterator[GoldenCall]:
    use = recipe.models[0]
    model = find_model(use.sha256, models_folder(models), name=use.name)
    with InterpreterPool(model, interpreters) as pool:
        check_model(recipe, pool)
        judge, read = open_judge(recipe, pool), stored_crops(recipe)
        for number, window in enumerate(recipe.windows):
            goldens = recipe.goldens_of(window.component)[:MOST_GOLDENS]
            crops = [
                window_from_native(read(number, golden), window.rect, board.pose, recipe.crop)
                for golden, board in goldens
            ]
            outputs = pool.run(crops)
            for (golden, _), seen in zip(goldens, outputs, strict=True):
                score = judge.judge(window.component, seen).score
                bands = {
                    "review_above": window.review_above,
                    "defect_above": window.defect_above,
                }
                yield GoldenCall(
                    recipe=name,
                    component=window.component,
                    golden=golden,
                    call=call_of(score, **bands).value,
                    score=score,
                    review_above=window.review_above,
                )


def differences(old: list[GoldenCall], new: list[GoldenCall]) -> list[str]:
    """In words; empty when the new version says what the old one says."""
    said = {each.where: each for each in new}
    found = []
    for each in old:
        other = said.pop(each.where, None)
        place = f"{each.component} of recipe {each.recipe}"
        if other is None:
            found.append(f"{place} was not judged")
        elif other.call != each.call:
            found.append(f"{place} is called {other.call}, was {each.call}")
        elif not _near(each, other):
            found.append(f"{place} scores {other.score:.3f}, was {each.score:.3f}")
    found += [f"{each.component} of recipe {each.recipe} is new" for each in said.values()]
    return found


def _near(old: GoldenCall, new: GoldenCall) -> bool:
    if not (math.isfinite(old.score) and math.isfinite(new.score)):
        return math.isnan(old.score) and math.isnan(new.score)
    return abs(new.score - old.score) <= TOLERANCE * abs(old.review_above)
