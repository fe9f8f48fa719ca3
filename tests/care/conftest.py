"""One recipe, taught once, and one backup of a whole unit."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.generated import generated_lesson
from appliance.modelfile import DEFAULT_BACKBONE, models_folder, open_model
from appliance.recipe import save, with_thresholds
from appliance.teach import teach
from appliance.vision.interpreter import InterpreterPool

from .units import TestUnit, full_unit

COMPONENTS = ("C1", "Q1")


@pytest.fixture(scope="session")
def recipe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recipes")
    lesson = generated_lesson(
        folder / ".golden",
        name="small",
        goldens=3,
        size_px=(1280, 916),
        choose=lambda windows: [w for w in windows if w.component in COMPONENTS],
    )
    with InterpreterPool(open_model(DEFAULT_BACKBONE, models_folder()), 2) as pool:
        made = teach(lesson, pool, folder / "small")
    # Set by hand between good and missing: this is about the instrument, not about the judge.
    save(with_thresholds(made, dict.fromkeys(COMPONENTS, (13.0, 16.0))), folder / "small")
    return folder / "small"


@pytest.fixture(scope="session")
def old_unit(recipe: Path, tmp_path_factory: pytest.TempPathFactory) -> TestUnit:
    return full_unit(tmp_path_factory.mktemp("old"), recipe)


@pytest.fixture(scope="session")
def archive(old_unit: TestUnit, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("stick") / "unit.goldenboard"
    old_unit.back_up(path)
    return path
