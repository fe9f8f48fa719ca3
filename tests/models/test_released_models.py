"""Every released model is the file its manifest names, and computes what it is meant to."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from appliance.modelfile import Manifest, ModelError, ModelFile, open_model
from appliance.vision.interpreter import Interpreter

RELEASED = Path(__file__).resolve().parents[2] / "models" / "released"
TOLERANCE_LSB = 2
"""How far processors and runtimes may lie apart."""

IDS = sorted(path.parent.name for path in RELEASED.glob("*/model.toml"))


@pytest.fixture(scope="module", params=IDS)
def model(request: pytest.FixtureRequest) -> ModelFile:
    return open_model(request.param, RELEASED)


@pytest.fixture(scope="module")
def golden(model: ModelFile) -> dict[str, np.ndarray]:
    with np.load(model.path.parent / model.manifest.golden, allow_pickle=False) as stored:
        return dict(stored)


def test_the_backbone_is_released() -> None:
    assert "efficientnet-lite0-stride16-128" in IDS


def test_manifest_agrees_with_the_file(model: ModelFile) -> None:
    manifest = model.manifest
    assert (manifest.id, manifest.size_bytes) == (
        model.path.parent.name,
        model.path.stat().st_size,
    )


def test_licence_and_card_lie_beside_the_file(model: ModelFile) -> None:
    licence = (model.path.parent / model.manifest.licence_file).read_text(encoding="utf-8")
    card = (model.path.parent / "card.md").read_text(encoding="utf-8")
    assert model.manifest.licence == "Apache-2.0"
    assert "Apache License" in licence
    assert "Copyright (c) 2020, ML Illustrated" in licence
    assert model.manifest.build_command in card


def test_ends_are_those_the_judge_reads() -> None:
    manifest = open_model("efficientnet-lite0-stride16-128", RELEASED).manifest
    rgb = manifest.input
    assert (rgb.name, rgb.shape, rgb.dtype, rgb.scale, rgb.zero_point, rgb.colour_order) == (
        "rgb", (1, 128, 128, 3), "int8", 1 / 128, -1, "RGB",
    )  # fmt: skip
    assert [(each.name, each.shape, each.dtype) for each in manifest.outputs] == [
        ("dense8", (1, 16, 16, 40), "int8"),
        ("dense16", (1, 8, 8, 112), "int8"),
    ]


def test_every_byte_becomes_the_value_the_weights_were_trained_on() -> None:
    rgb = open_model("efficientnet-lite0-stride16-128", RELEASED).manifest.input
    byte = np.arange(256)
    stored = byte - 128
    np.testing.assert_array_equal(rgb.scale * (stored - rgb.zero_point), (byte - 127) / 128)


def test_it_computes_its_golden_outputs(model: ModelFile, golden: dict[str, np.ndarray]) -> None:
    answered = Interpreter(model).run(golden["picture"])
    assert set(answered) == set(golden) - {"picture"}
    apart = {
        name: int(np.abs(values.astype(np.int16) - golden[name].astype(np.int16)).max())
        for name, values in answered.items()
    }
    assert {name: step for name, step in apart.items() if step > TOLERANCE_LSB} == {}


def test_golden_outputs_can_tell_pictures_apart(
    model: ModelFile, golden: dict[str, np.ndarray]
) -> None:
    """Guards the test above: a net that answers alike to everything would pass it."""
    turned = np.ascontiguousarray(np.rot90(golden["picture"], 2))
    for name, values in Interpreter(model).run(turned).items():
        apart = np.abs(values.astype(np.int16) - golden[name].astype(np.int16))
        assert apart.max() > 10 * TOLERANCE_LSB, name


def test_answers_do_not_depend_on_what_was_shown_before(
    model: ModelFile, golden: dict[str, np.ndarray]
) -> None:
    interpreter = Interpreter(model)
    first = interpreter.run(golden["picture"])
    interpreter.run(np.full_like(golden["picture"], 255))
    second = interpreter.run(golden["picture"])
    for name, values in first.items():
        np.testing.assert_array_equal(second[name], values)


def test_a_manifest_with_another_scale_is_refused(model: ModelFile) -> None:
    first, *others = model.manifest.outputs
    wrong = dataclasses.replace(first, scale=first.scale * 1.01)
    manifest: Manifest = dataclasses.replace(model.manifest, outputs=(wrong, *others))
    with pytest.raises(ModelError, match=first.name):
        Interpreter(dataclasses.replace(model, manifest=manifest))
