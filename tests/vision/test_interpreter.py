"""The model is what its description says, and several interpreters give what one gives."""

from __future__ import annotations

import hashlib
import shutil
import threading
from pathlib import Path

import numpy as np
import pytest
from teaching import backbone

from appliance.modelfile import ModelError, find_model, models_folder, open_model
from appliance.vision.interpreter import Interpreter, InterpreterPool

NAME = "efficientnet-lite0-stride16-128"


@pytest.fixture
def models(tmp_path: Path) -> Path:
    shutil.copytree(backbone().path.parent, tmp_path / NAME)
    return tmp_path


def crops(count: int) -> list[np.ndarray]:
    return list(np.random.default_rng(4).integers(0, 256, (count, 128, 128, 3), np.uint8))


def test_the_outputs_have_their_described_shapes() -> None:
    outputs = Interpreter(backbone()).run(crops(1)[0])
    specs = backbone().manifest.outputs
    assert {name: (each.shape, each.dtype) for name, each in outputs.items()} == {
        spec.name: (spec.shape[1:], np.int8) for spec in specs
    }


def test_a_pool_gives_what_one_interpreter_gives_in_order() -> None:
    pictures = crops(7)
    alone = Interpreter(backbone())
    expected = [alone.run(each) for each in pictures]
    with InterpreterPool(backbone(), 3) as pool:
        for _ in range(2):
            for found, wanted in zip(pool.run(pictures), expected, strict=True):
                assert found.keys() == wanted.keys()
                for name in wanted:
                    assert np.array_equal(found[name], wanted[name])


def test_every_worker_has_its_own_interpreter() -> None:
    with InterpreterPool(backbone(), 2) as pool:
        together = threading.Barrier(2, timeout=30)

        def who(interpreter: Interpreter, _: int) -> int:
            together.wait()
            return id(interpreter)

        assert len(set(pool.map(who, [0, 1]))) == 2


def test_an_error_in_a_task_reaches_the_caller_and_the_pool_goes_on() -> None:
    with InterpreterPool(backbone(), 2) as pool:

        def fail(_: Interpreter, item: int) -> int:
            if item == 2:
                raise ValueError("item 2")
            return item

        with pytest.raises(ValueError, match="item 2"):
            pool.map(fail, range(4))
        assert pool.map(lambda _, item: item * 2, range(4)) == [0, 2, 4, 6]


def test_a_closed_pool_says_so() -> None:
    pool = InterpreterPool(backbone(), 1)
    pool.close()
    pool.close()
    with pytest.raises(RuntimeError, match="closed"):
        pool.run(crops(1))
    with pytest.raises(ValueError, match="at least one"):
        InterpreterPool(backbone(), 0)


def describe(models: Path, old: str, new: str) -> None:
    path = models / NAME / "model.toml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("shape = [1, 128, 128, 3]", "shape = [1, 160, 160, 3]", "tensor rgb as int8 .1, 160"),
        ("zero_point = -1\n", "zero_point = 0\n", "zero point 0"),
        ('dtype = "int8"', 'dtype = "float32"', "rgb"),
        ('name = "dense16"', 'name = "dense4"', "an output 'dense4'"),
        ("int8 = uint8 - 128", "(x - 127) / 128", "rgb"),
    ],
)
def test_a_description_that_does_not_fit_is_refused(
    models: Path, old: str, new: str, words: str
) -> None:
    describe(models, old, new)
    with pytest.raises(ModelError, match=words):
        Interpreter(open_model(NAME, models))


def test_a_damaged_model_is_refused_by_its_sha256(models: Path) -> None:
    path = models / NAME / "model.tflite"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(ModelError, match="sha256"):
        open_model(NAME, models)
    path.unlink()
    with pytest.raises(ModelError, match="the model's file"):
        open_model(NAME, models)


def test_a_file_that_is_no_model_is_refused(models: Path) -> None:
    (models / NAME / "model.tflite").write_bytes(b"no model at all")
    describe(models, backbone().sha256, hashlib.sha256(b"no model at all").hexdigest())
    with pytest.raises(ModelError, match="a TFLite model"):
        Interpreter(open_model(NAME, models))


def test_a_model_is_found_by_its_content_whatever_its_folder_is_called(models: Path) -> None:
    (models / NAME).rename(models / "renamed")
    assert find_model(backbone().sha256, models).path == models / "renamed" / "model.tflite"
    with pytest.raises(ModelError, match=r"none with it in .* \(there: renamed\)"):
        find_model("0" * 64, models)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("format_version = 1", "format_version = 9", "format_version 9"),
        ('file = "model.tflite"', 'file = "../../etc/passwd"', "plain file name"),
        ("size_bytes", "size_byte", "Install the model again"),
    ],
)
def test_a_strange_description_is_refused(models: Path, old: str, new: str, words: str) -> None:
    describe(models, old, new)
    with pytest.raises(ModelError, match=words):
        open_model(NAME, models)


def test_where_models_lie(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOLDENBOARD_MODELS", str(tmp_path))
    assert models_folder() == tmp_path
    assert models_folder(tmp_path.parent) == tmp_path.parent
    monkeypatch.setenv("GOLDENBOARD_MODELS", str(tmp_path / "nowhere"))
    with pytest.raises(ModelError, match="--models or in GOLDENBOARD_MODELS"):
        models_folder()
    monkeypatch.delenv("GOLDENBOARD_MODELS")
    assert (models_folder() / NAME / "model.toml").is_file()
