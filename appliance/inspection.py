"""One board: quality, cradle, alignment, crops, the model, the comparison, the decision."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from appliance.decide import NOT_JUDGED, decide, judge_score
from appliance.recipe import Recipe, RecipeError, picture_bytes
from appliance.refusal import Refusal
from appliance.stopwatch import Stopwatch
from appliance.terms import Inspection, Verdict, Window, WindowResult
from appliance.vision.align import AnchorPatch, Located, locate
from appliance.vision.codes import read_code
from appliance.vision.cradle import check_cradle
from appliance.vision.crop import Pixels, cut_window
from appliance.vision.interpreter import Interpreter, InterpreterPool, Outputs, runtime_name
from appliance.vision.judging import EDITION, Judged
from appliance.vision.learnt import open_judge
from appliance.vision.lens import Lens
from appliance.vision.quality import (
    check_colour,
    check_grey,
    check_quality,
    check_size,
    colour_of,
    measure,
)

Cut = Pixels | None

UNJUDGED = Judged(score=float("nan"), heat=np.zeros((0, 0), np.float32), reason=NOT_JUDGED)


class Inspector:
    """Judges frames by one recipe. Built once, when the recipe is chosen; used by one thread.

    Raises `RecipeError` when the pool runs another model than the recipe's.
    """

    def __init__(
        self,
        recipe: Recipe,
        pool: InterpreterPool,
        *,
        lens: Lens | None = None,
        progress: Callable[[int, int], None] = lambda done, total: None,
    ) -> None:
        check_model(recipe, pool)
        self.recipe = recipe
        self._lens = lens
        self._pool = pool
        self._anchors = load_anchors(recipe)
        self._judge = open_judge(recipe, pool, progress=progress)

    def inspect(self, pixels: Pixels) -> Inspection:
        """Judge one frame, (H, W, 3) uint8 BGR. Never raises for what the picture shows: a frame
        that can't be judged gives the verdict FAULT with its reason."""
        watch = Stopwatch()
        located: Located | None = None
        try:
            with watch.stage("quality"):
                self._check(pixels)
            with watch.stage("cradle"):
                if self.recipe.cradle is not None:
                    check_cradle(pixels, self.recipe.cradle, self._lens)
                if self.recipe.quality.grey is not None:
                    check_grey(pixels, self.recipe.quality.grey)
            with watch.stage("align"):
                located = locate(pixels, self._anchors, self.recipe.alignment)
                colour = colour_of(pixels, self._anchors, located.pose)
                check_colour(colour, self.recipe.quality)
        except Refusal as refusal:
            return Inspection(
                verdict=Verdict.FAULT,
                reason=refusal.finding,
                action=refusal.action,
                alignment=None,
                windows=(),
                stages_ms=watch.stages_ms(),
            )
        windows = self.recipe.windows
        with watch.stage("crop"):
            crops = self._pool.map(self._cut(pixels, located), windows)
        with watch.stage("judge"):
            outputs = self._pool.map(_run, crops)
        with watch.stage("compare"):
            judged = self._pool.map(self._compare, list(zip(windows, outputs, strict=True)))
        with watch.stage("decide"):
            results = [_result(*pair) for pair in zip(windows, judged, strict=True)]
            verdict, reason = decide(windows, results)
        with watch.stage("code"):
            serial = self._serial(pixels, located)
        return Inspection(
            verdict=verdict,
            reason=reason,
            alignment=located.alignment,
            windows=tuple(results),
            stages_ms=watch.stages_ms(),
            serial=serial,
            heat_maps={w.component: j.heat for w, j in zip(windows, judged, strict=True)},
        )

    def _check(self, pixels: Pixels) -> None:
        check_size(pixels, self.recipe.picture)
        check_quality(measure(pixels, self._anchors), self.recipe.quality)

    def _cut(self, pixels: Pixels, located: Located) -> Callable[[Interpreter, Window], Cut]:
        """Cutting is done by the judging threads, too: they are idle at that moment."""

        def cut(_: Interpreter, window: Window) -> Cut:
            try:
                return cut_window(pixels, window.rect, located.pose, self.recipe.crop)
            except ValueError:
                return None  # the board lies so that this window is outside the frame

        return cut

    def _compare(self, _: Interpreter, seen: tuple[Window, Outputs | None]) -> Judged:
        window, outputs = seen
        if outputs is None:
            return UNJUDGED
        return self._judge.judge(window.component, outputs)

    def _serial(self, pixels: Pixels, located: Located) -> str | None:
        region = self.recipe.serial_code
        return None if region is None else read_code(pixels, region, located.pose)


def check_model(recipe: Recipe, pool: InterpreterPool) -> None:
    """Raises `RecipeError` unless the pool runs the model that every window names."""
    for window in recipe.windows:
        if window.model_sha256 != pool.model.sha256:
            raise RecipeError(
                expected=f"the model with sha256 {window.model_sha256[:12]}… for "
                f"{window.component} of recipe {recipe.name}",
                found=f"{pool.model.manifest.id} with {pool.model.sha256[:12]}…",
                action="Install the recipe's model, or teach the board again with this one.",
            )
    for use in recipe.models:
        if use.edition != EDITION:
            raise RecipeError(
                expected=f"thresholds made for edition {EDITION} of the comparison",
                found=f"edition {use.edition} in recipe {recipe.name}",
                action="Teach the board again: scores of another edition mean something else.",
            )
        if use.runtime != runtime_name():
            raise RecipeError(
                expected=f"the runtime that recipe {recipe.name} was taught with, {use.runtime}",
                found=runtime_name(),
                action="Teach the board again with this one: its scores are a little different.",
            )
    if recipe.crop.size_px != pool.model.input_px:
        raise RecipeError(
            expected=f"a model with an input of {recipe.crop.size_px} px",
            found=f"{pool.model.input_px} px",
            action="Teach the board again with this model.",
        )


def load_anchors(recipe: Recipe) -> tuple[AnchorPatch, ...]:
    """The recipe's anchors with their pictures. Raises `RecipeError` for one that is none."""
    patches = []
    for anchor in recipe.anchors:
        data = np.frombuffer(picture_bytes(recipe, f"anchors/{anchor.file}"), np.uint8)
        gray = cv2.imdecode(data, cv2.IMREAD_GRAYSCALE)
        if gray is None or gray.shape != (anchor.size_px, anchor.size_px):
            raise RecipeError(
                expected=f"a grey picture of {anchor.size_px} px in anchors/{anchor.file}",
                found="something else",
                action="Teach the board again.",
            )
        patch = np.asarray(gray, dtype=np.uint8)
        patches.append(AnchorPatch(x_px=anchor.x_px, y_px=anchor.y_px, gray=patch))
    return tuple(patches)


def _run(interpreter: Interpreter, crop: Cut) -> Outputs | None:
    return None if crop is None else interpreter.run(crop)


def _result(window: Window, judged: Judged) -> WindowResult:
    return judge_score(window, judged.score, judged.reason)
