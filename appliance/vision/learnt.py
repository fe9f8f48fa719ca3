"""What the judge learnt of a recipe's windows, kept beside the recipe so that starting is quick.

The file can always be made again from the recipe's pictures; so one that is missing, damaged,
of another model or of another version of the judge is made again, and never an error.
"""

from __future__ import annotations

import hashlib
import io
import json
import logging
import platform
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np

from appliance.durable import only_writer, write_durably
from appliance.recipe import CACHE_FILE, Recipe, RecipeError
from appliance.toml_strict import to_table
from appliance.vision.interpreter import InterpreterPool
from appliance.vision.judge import ReferenceJudge
from appliance.vision.samples import WindowSamples, gather, stored_crops

_LOG = logging.getLogger(__name__)
_DIGEST_LENGTH = 64


def learn(samples: tuple[WindowSamples, ...]) -> ReferenceJudge:
    """Learn the windows. Raises `RecipeError` where the golden boards are too few for it."""
    try:
        return ReferenceJudge(samples)
    except ValueError as error:
        raise RecipeError(
            expected="golden pictures that the windows can be learnt from",
            found=str(error),
            action="Add golden boards, or take the window out.",
        ) from error


def open_judge(
    recipe: Recipe,
    pool: InterpreterPool,
    *,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> ReferenceJudge:
    """The recipe's judge, from its file when that fits, else learnt again from the pictures and
    kept for the next start where the folder can be written."""
    if recipe.folder is None:
        raise ValueError("a recipe that was never written has no pictures to learn from")
    key = cache_key(recipe)
    judge = _read(recipe.folder / CACHE_FILE, key)
    if judge is None:
        judge = learn(gather(recipe, pool, stored_crops(recipe), progress=progress))
        keep(judge, recipe)
    return judge


def keep(judge: ReferenceJudge, recipe: Recipe) -> None:
    """Write what was learnt beside the recipe. A folder that can't be written is left alone."""
    assert recipe.folder is not None
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, key=np.array(cache_key(recipe)), **judge.arrays())
    data = buffer.getvalue()
    digest = hashlib.sha256(data).hexdigest().encode()
    try:
        with only_writer(recipe.folder):
            write_durably(recipe.folder / CACHE_FILE, digest + data)
    except OSError as error:
        _LOG.warning("what was learnt of recipe %s could not be kept: %s", recipe.name, error)


def cache_key(recipe: Recipe) -> str:
    """Of everything that the learnt arrays depend on: pictures, poses, rectangles, polarity,
    crop, model with its runtime, machine, and the judge's own code. Thresholds are not among it."""
    table = to_table(recipe)
    windows = [
        {name: each[name] for name in ("component", "part_type", "rect", "polarity")}
        for each in table["windows"]
    ]
    parts = [table[name] for name in ("picture", "crop", "models", "goldens", "files")]
    parts.append(platform.machine())  # whose kernels may round in another way
    text = json.dumps([windows, parts, judge_version()], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def judge_version() -> str:
    """A digest of the code that learns and cuts, so that no file of older code is believed."""
    digest = hashlib.sha256()
    folder = Path(__file__).parent
    for path in [*sorted(folder.glob("judge*.py")), folder / "samples.py", folder / "crop.py"]:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _read(path: Path, key: str) -> ReferenceJudge | None:
    try:
        content = path.read_bytes()
    except OSError:
        return None
    digest, data = content[:_DIGEST_LENGTH], content[_DIGEST_LENGTH:]
    if hashlib.sha256(data).hexdigest().encode() != digest:
        return None
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            if str(arrays["key"]) != key:
                return None
            return ReferenceJudge.from_arrays({name: arrays[name] for name in arrays.files})
    except (KeyError, ValueError, zipfile.BadZipFile):
        return None
